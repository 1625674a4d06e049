//! The register of organisations and their domains: take in a new one whole, or have none any more. What it says of the hosts that
//! we know is decided in the same transaction.

use std::{
    collections::{BTreeMap, HashMap},
    io::BufRead,
};

use chrono::TimeDelta;

use super::{Outcome, lab::standing_anywhere};
use crate::{
    domain::{
        membership::{Action, Member, require},
        moment::Moment,
        profile::Day,
        refusal::Refused,
        register::{DomainName, Export, Listed, Register, Registrant, Source, Verdict},
    },
    storage::{Tx, register},
};

/// Most hosts whose marks are compared before and after.
const HOSTS: i64 = 1_000_000;

/// What an import changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The register as it is here now.
    pub register: Register,
    /// Hosts that got a mark, or that of another organisation, with whose it is.
    pub gained: Vec<(String, Registrant)>,
    /// Hosts whose mark stayed.
    pub kept: usize,
    /// Hosts that lost theirs.
    pub lost: Vec<String>,
    /// Known hosts that get no mark for a reason.
    pub doubted: usize,
}

/// Takes in an export in place of the former one: all of it or nothing. Of which day it is the file says, or else who imports it.
///
/// # Errors
/// `Refused` where the member may not, the file is not of the known shape, lists nothing, or nobody knows of which day it is.
pub fn import<R: BufRead>(
    tx: &mut Tx<'_>,
    now: Moment,
    by: Option<&Member>,
    export: &mut Export<R>,
    (source, given): (Source, Option<Day>),
) -> Outcome<Imported> {
    require(standing_anywhere(by), Action::Administer)?;
    let before = list_marked(tx)?;
    register::remove(tx)?;
    let (organisations, names) = keep(tx, export)?;
    let dated = export.dated.or(given).ok_or_else(|| Refused::invalid("register-undated"))?;
    if dated.begins() > now + TimeDelta::days(1) {
        return Err(Refused::invalid("register-from-tomorrow").with("date", dated).into());
    }
    let left_out = export.left_out;
    let known = Register { source, dated, imported_at: now, organisations, names, left_out };
    register::add(tx, &known)?;
    let hosts = register::list_hosts(tx)?;
    register::mark(tx, &hosts)?;
    compare(tx, known, &before)
}

/// Has no register any more, and no marks.
///
/// # Errors
/// `Refused` where the member may not, or there is none.
pub fn remove(tx: &mut Tx<'_>, by: Option<&Member>) -> Outcome<()> {
    require(standing_anywhere(by), Action::Administer)?;
    if register::remove(tx)? { Ok(()) } else { Err(Refused::unknown("register-none").into()) }
}

/// What the register says of a host, known or not, and whom it names there.
///
/// # Errors
/// `Refused` where there is no register, or it is no domain name.
pub fn look_up(tx: &mut Tx<'_>, host: &str) -> Outcome<(Register, DomainName, Verdict, Vec<Registrant>)> {
    let known = register::find(tx)?.ok_or_else(|| Refused::unknown("register-none"))?;
    let name = DomainName::parse(host).ok_or_else(|| Refused::invalid("register-host").with("given", host))?;
    let (verdict, registrants) = register::look_up(tx, &name)?;
    Ok((known, name, verdict, registrants))
}

/// Keeps organisation after organisation; how many there are, and with how many names.
fn keep<R: BufRead>(tx: &mut Tx<'_>, export: &mut Export<R>) -> Outcome<(i64, i64)> {
    let mut numbers: HashMap<String, i64> = HashMap::new();
    let mut names = 0;
    while let Some(listed) = export.read_next()? {
        let next = i64::try_from(numbers.len() + 1).unwrap_or(i64::MAX);
        let number = number_of(tx, &mut numbers, &listed, next)?;
        names += register::add_names(tx, number, &listed)?;
    }
    if names == 0 {
        return Err(Refused::invalid("register-empty").with("left", export.left_out.total()).into());
    }
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok((count(numbers.len()), count(names)))
}

/// An organisation that the file names twice is one.
fn number_of(tx: &mut Tx<'_>, numbers: &mut HashMap<String, i64>, listed: &Listed, next: i64) -> Outcome<i64> {
    if let Some(number) = numbers.get(&listed.identity) {
        return Ok(*number);
    }
    register::add_registrant(tx, next, &listed.registrant)?;
    numbers.insert(listed.identity.clone(), next);
    Ok(next)
}

fn list_marked(tx: &mut Tx<'_>) -> Outcome<BTreeMap<String, Registrant>> {
    let hosts = register::list_marked_hosts(tx, "", HOSTS)?.into_iter();
    Ok(hosts.filter_map(|marked| Some((marked.host, marked.verdict.ok()?))).collect())
}

fn compare(tx: &mut Tx<'_>, register: Register, before: &BTreeMap<String, Registrant>) -> Outcome<Imported> {
    let all = register::list_marked_hosts(tx, "", HOSTS)?;
    let doubted = all.iter().filter(|marked| marked.verdict.is_err()).count();
    let after: BTreeMap<String, Registrant> =
        all.into_iter().filter_map(|marked| Some((marked.host, marked.verdict.ok()?))).collect();
    let is_same = |host: &String, now: &Registrant| before.get(host).is_some_and(|then| is_one(then, now));
    let kept = after.iter().filter(|(host, now)| is_same(host, now)).count();
    let lost = before.keys().filter(|host| !after.contains_key(*host)).cloned().collect();
    let gained = after.into_iter().filter(|(host, now)| !is_same(host, now)).collect();
    Ok(Imported { register, gained, kept, lost, doubted })
}

fn is_one(then: &Registrant, now: &Registrant) -> bool {
    match (&then.tooi, &now.tooi) {
        (Some(then), Some(now)) => then == now,
        _ => then.name == now.name,
    }
}
