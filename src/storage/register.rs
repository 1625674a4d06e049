//! Rows of the register of organisations and their domains, and of the marks that hosts get by it. A mark is decided when it is
//! written, and read by host; no claim of anyone's is looked at.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{
    Failed, Tx,
    connection::on,
    schema::{actors, marks, peers, registered_names, registers, registrants},
};
use crate::domain::{
    moment::{from_millis, to_millis},
    organisation::{OrganisationKind, Tooi},
    profile::Day,
    register::{DomainName, Doubt, Entry, LeftOut, Listed, Mark, Register, Registrant, Source, Verdict, judge},
};

/// There is one register; the next one takes its place.
const ONLY: i64 = 1;

/// How many names are looked for at once.
const BATCH: usize = 200;

/// What an administrator is told of a host that we know: its mark, or by which name it has none, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedHost {
    /// The host.
    pub host: String,
    /// The name of the register that says so.
    pub name: DomainName,
    /// To whom it is registered, or why there is no mark.
    pub verdict: Result<Registrant, Doubt>,
}

/// Forgets the register and every mark.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove(tx: &mut Tx<'_>) -> Result<bool, Failed> {
    let failed = || Failed::because("forget the register");
    on!(tx, c => diesel::delete(marks::table).execute(c)).map_err(failed())?;
    on!(tx, c => diesel::delete(registered_names::table).execute(c)).map_err(failed())?;
    on!(tx, c => diesel::delete(registrants::table).execute(c)).map_err(failed())?;
    on!(tx, c => diesel::delete(registers::table).execute(c)).map(|rows| rows > 0).map_err(failed())
}

/// Keeps what the register is.
///
/// # Errors
/// `Failed` where the database does not answer, or there is one.
pub fn add(tx: &mut Tx<'_>, register: &Register) -> Result<(), Failed> {
    let row = (
        (registers::id.eq(ONLY), registers::source.eq(register.source.as_str()), registers::dated.eq(register.dated.to_string())),
        registers::imported_at.eq(to_millis(register.imported_at)),
        (registers::organisations.eq(register.organisations), registers::names.eq(register.names)),
        registers::left_out.eq(register.left_out.to_string()),
    );
    on!(tx, c => diesel::insert_into(registers::table).values(row).execute(c))
        .map(|_| ())
        .map_err(Failed::because("keep a register"))
}

/// Keeps an organisation of the register under a number of its own.
///
/// # Errors
/// `Failed` where the database does not answer, or the number is taken.
pub fn add_registrant(tx: &mut Tx<'_>, id: i64, registrant: &Registrant) -> Result<(), Failed> {
    let row = (
        (registrants::id.eq(id), registrants::register_id.eq(ONLY), registrants::name.eq(&registrant.name)),
        registrants::tooi.eq(registrant.tooi.as_ref().map(Tooi::as_str)),
        registrants::kind.eq(registrant.kind.map(OrganisationKind::code)),
    );
    on!(tx, c => diesel::insert_into(registrants::table).values(row).execute(c))
        .map(|_| ())
        .map_err(Failed::because("keep an organisation of the register"))
}

/// Keeps the names that are listed for an organisation; how many of them are new.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add_names(tx: &mut Tx<'_>, registrant: i64, listed: &Listed) -> Result<usize, Failed> {
    let rows: Vec<_> = listed
        .names
        .iter()
        .map(|(name, covers)| {
            (
                registered_names::key.eq(name.key()),
                registered_names::registrant_id.eq(registrant),
                registered_names::covers.eq(covers),
            )
        })
        .collect();
    let mut added = 0;
    for rows in rows.chunks(BATCH) {
        let query = diesel::insert_into(registered_names::table).values(rows).on_conflict_do_nothing();
        added += on!(tx, c => query.execute(c)).map_err(Failed::because("keep names of the register"))?;
    }
    Ok(added)
}

/// The register that was imported.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>) -> Result<Option<Register>, Failed> {
    type Row = (String, String, i64, i64, i64, String);
    let query = registers::table.find(ONLY).select((
        registers::source,
        registers::dated,
        registers::imported_at,
        registers::organisations,
        registers::names,
        registers::left_out,
    ));
    let row: Option<Row> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find the register"))?;
    row.map(|(source, dated, imported_at, organisations, names, left_out)| {
        let (source, imported_at, left_out) = (Source::told(&source), from_millis(imported_at), LeftOut::read(&left_out));
        Ok(Register { source, dated: day(&dated)?, imported_at, organisations, names, left_out })
    })
    .transpose()
}

/// Every host that we know an actor or a server of.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_hosts(tx: &mut Tx<'_>) -> Result<Vec<String>, Failed> {
    let query = actors::table.select(actors::host).distinct();
    let mut hosts: Vec<String> = on!(tx, c => query.load(c)).map_err(Failed::because("list hosts"))?;
    let query = peers::table.select(peers::host);
    hosts.extend(on!(tx, c => query.load::<String>(c)).map_err(Failed::because("list hosts"))?);
    hosts.sort_unstable();
    hosts.dedup();
    Ok(hosts)
}

/// Decides anew what the register says of these hosts.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn mark(tx: &mut Tx<'_>, hosts: &[String]) -> Result<(), Failed> {
    for hosts in hosts.chunks(BATCH) {
        let old = marks::table.filter(marks::host.eq_any(hosts));
        on!(tx, c => diesel::delete(old).execute(c)).map_err(Failed::because("take marks away"))?;
        let named: Vec<(&String, DomainName)> = hosts.iter().filter_map(|host| Some((host, DomainName::parse(host)?))).collect();
        let entries = list_entries(tx, named.iter().map(|(_, name)| name))?;
        for (host, name) in named {
            if !entries.is_empty() {
                mark_one(tx, host, &name, &entries)?;
            }
        }
    }
    Ok(())
}

/// Gives a host that may be new its mark; what was decided stays.
///
/// # Errors
/// `Failed` where the database does not answer.
pub(super) fn recognise(tx: &mut Tx<'_>, host: &str) -> Result<(), Failed> {
    let Some(name) = DomainName::parse(host) else { return Ok(()) };
    let entries = list_entries(tx, std::iter::once(&name))?;
    if entries.is_empty() { Ok(()) } else { mark_one(tx, host, &name, &entries) }
}

fn mark_one(tx: &mut Tx<'_>, host: &str, name: &DomainName, entries: &[Entry]) -> Result<(), Failed> {
    let (by, registrant, reason) = match judge(name, entries, |name, holder| is_shared(tx, name, holder))? {
        Verdict::Unlisted => return Ok(()),
        Verdict::Marked(by, registrant) => (by, Some(registrant), None),
        Verdict::Doubted(by, doubt) => (by, None, Some(doubt.code())),
    };
    let row = (marks::host.eq(host), marks::name.eq(by.as_str()), marks::registrant_id.eq(registrant), marks::reason.eq(reason));
    let query = diesel::insert_into(marks::table).values(row).on_conflict_do_nothing();
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("mark a host"))
}

/// What the register lists at these names and above them.
fn list_entries<'n>(tx: &mut Tx<'_>, names: impl Iterator<Item = &'n DomainName>) -> Result<Vec<Entry>, Failed> {
    let mut keys: Vec<String> = names.flat_map(|name| name.with_above().map(|name| name.key()).collect::<Vec<_>>()).collect();
    keys.sort_unstable();
    keys.dedup();
    let query = registered_names::table.filter(registered_names::key.eq_any(&keys)).select((
        registered_names::key,
        registered_names::registrant_id,
        registered_names::covers,
    ));
    let rows: Vec<(String, i64, bool)> = on!(tx, c => query.load(c)).map_err(Failed::because("look into the register"))?;
    let entry = |(key, registrant, covers): (String, i64, bool)| Entry { name: DomainName::from_key(&key), registrant, covers };
    Ok(rows.into_iter().map(entry).collect())
}

/// Whether another organisation than this one has a name below a name.
fn is_shared(tx: &mut Tx<'_>, name: &DomainName, holder: i64) -> Result<bool, Failed> {
    let key = name.key();
    // The sign after the dot ends what begins with a key and a dot.
    let below = registered_names::key.gt(format!("{key}.")).and(registered_names::key.lt(format!("{key}/")));
    let query = registered_names::table
        .filter(below.and(registered_names::registrant_id.ne(holder)))
        .select(registered_names::registrant_id)
        .limit(1);
    let other: Option<i64> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look below a name"))?;
    Ok(other.is_some())
}

/// The marks of these hosts, as far as they have one.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_marks(tx: &mut Tx<'_>, hosts: &[&str]) -> Result<HashMap<String, Mark>, Failed> {
    type Row = (String, String, RegistrantRow, String, String);
    if hosts.is_empty() {
        return Ok(HashMap::new());
    }
    let query =
        marks::table.inner_join(registrants::table.inner_join(registers::table)).filter(marks::host.eq_any(hosts)).select((
            marks::host,
            marks::name,
            (registrants::name, registrants::tooi, registrants::kind),
            registers::source,
            registers::dated,
        ));
    let rows: Vec<Row> = on!(tx, c => query.load(c)).map_err(Failed::because("read marks"))?;
    let read = |(host, name, registrant, source, dated): Row| {
        let (name, source) = (DomainName::from_stored(name), Source::told(&source));
        Ok((host, Mark { registrant: read(registrant), name, source, dated: day(&dated)? }))
    };
    rows.into_iter().map(read).collect()
}

/// The mark of a host, if it has one.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_mark(tx: &mut Tx<'_>, host: &str) -> Result<Option<Mark>, Failed> {
    Ok(list_marks(tx, &[host])?.remove(host))
}

/// The known hosts after this one that the register says something of, by host, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_marked_hosts(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Vec<MarkedHost>, Failed> {
    type Row = (String, String, Option<String>, Option<RegistrantRow>);
    let query = marks::table
        .left_join(registrants::table)
        .filter(marks::host.gt(after))
        .order(marks::host)
        .limit(limit)
        .select((marks::host, marks::name, marks::reason, (registrants::name, registrants::tooi, registrants::kind).nullable()));
    let rows: Vec<Row> = on!(tx, c => query.load(c)).map_err(Failed::because("list marked hosts"))?;
    let read = |(host, name, reason, registrant): Row| {
        let verdict = registrant.map(read).ok_or_else(|| Doubt::from_code(reason.as_deref().unwrap_or_default()));
        MarkedHost { host, name: DomainName::from_stored(name), verdict }
    };
    Ok(rows.into_iter().map(read).collect())
}

/// What the register says of any host, known or not, and whom it names for the name that decides.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn look_up(tx: &mut Tx<'_>, host: &DomainName) -> Result<(Verdict, Vec<Registrant>), Failed> {
    let entries = list_entries(tx, std::iter::once(host))?;
    let verdict = judge(host, &entries, |name, holder| is_shared(tx, name, holder))?;
    let (Verdict::Marked(name, _) | Verdict::Doubted(name, _)) = &verdict else { return Ok((verdict, Vec::new())) };
    let holders: Vec<i64> = entries.iter().filter(|entry| entry.name == *name).map(|entry| entry.registrant).collect();
    let query = registrants::table.filter(registrants::id.eq_any(holders)).order(registrants::id).select((
        registrants::name,
        registrants::tooi,
        registrants::kind,
    ));
    let rows: Vec<RegistrantRow> = on!(tx, c => query.load(c)).map_err(Failed::because("read organisations of the register"))?;
    Ok((verdict, rows.into_iter().map(read).collect()))
}

type RegistrantRow = (String, Option<String>, Option<String>);

fn read((name, tooi, kind): RegistrantRow) -> Registrant {
    let tooi = tooi.and_then(|uri| Tooi::parse(&uri).ok());
    Registrant { name, tooi, kind: kind.and_then(|code| OrganisationKind::parse(&code).ok()) }
}

fn day(stored: &str) -> Result<Day, Failed> {
    Day::read(stored).ok_or_else(|| Failed::new("read the day of a register", "it is no day"))
}
