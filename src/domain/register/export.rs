//! The export of the register as organisations with their names, one after the other (decision 0013). What cannot be used is left out
//! and counted; where nothing of the known shape is found, the whole file is refused.

use std::{collections::BTreeMap, fmt, io::BufRead};

use url::Url;

use super::{
    DomainName, Listed, Registrant,
    xml::{Step, Steps},
};
use crate::domain::{
    organisation::{OrganisationKind, Tooi},
    profile::Day,
    refusal::Refused,
    text,
};

const ORGANISATION: [&str; 4] = ["organisatie", "overheidsorganisatie", "organisation", "organization"];
const REGISTRATION: [&str; 3] = ["domeinnaamregistratie", "domeinregistratie", "domainregistration"];
const ADDRESS: [&str; 3] = ["domein", "internetdomein", "domain"];
const NAME: [&str; 3] = ["naam", "officielenaam", "name"];
const NAME_OF_DOMAIN: [&str; 5] = ["naam", "url", "domeinnaam", "name", "domainname"];
const END: [&str; 2] = ["opgezegdsinds", "einderegistratiedatum"];
const DATE: [&str; 5] = ["timestamp", "datum", "exportdatum", "date", "exportdate"];
const TOOI: [&str; 3] = ["resourceidentifiertooi", "tooiuri", "tooi"];

/// Most names of one organisation.
const NAMES: usize = 50_000;

/// What was left out of an export, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Organisations without a name.
    pub nameless: u64,
    /// What is no domain name.
    pub no_name: u64,
    /// Addresses of a page on somebody's host.
    pub pages: u64,
    /// What has ended.
    pub ended: u64,
}

/// As stored: `1 2 3 4`.
impl fmt::Display for LeftOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {} {}", self.nameless, self.no_name, self.pages, self.ended)
    }
}

impl LeftOut {
    /// Reads what was stored; nothing where it cannot be read.
    #[must_use]
    pub fn read(stored: &str) -> Self {
        let mut counts = stored.split(' ').map(|count| count.parse().unwrap_or(0));
        let mut next = || counts.next().unwrap_or(0);
        Self { nameless: next(), no_name: next(), pages: next(), ended: next() }
    }

    /// How much it is.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.nameless + self.no_name + self.pages + self.ended
    }
}

/// An export that is being read.
pub struct Export<R: BufRead> {
    steps: Steps<R>,
    /// Names of the elements that are open.
    path: Vec<String>,
    today: Day,
    /// Of which day the file says that it is.
    pub dated: Option<Day>,
    /// What was left out until now.
    pub left_out: LeftOut,
}

impl<R: BufRead> fmt::Debug for Export<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Export").field("dated", &self.dated).field("left_out", &self.left_out).finish_non_exhaustive()
    }
}

/// An organisation that is being read.
#[derive(Default)]
struct Draft {
    depth: usize,
    name: String,
    id: String,
    tooi: Option<Tooi>,
    kinds: Vec<String>,
    names: BTreeMap<DomainName, bool>,
    entry: Option<Line>,
}

/// A name that is being read.
#[derive(Default)]
struct Line {
    depth: usize,
    is_registration: bool,
    name: String,
    ended: bool,
}

impl<R: BufRead> Export<R> {
    /// Begins with the root. What ended by `today` counts as ended.
    ///
    /// # Errors
    /// `Refused` where it is no XML that we read.
    pub fn open(source: R, today: Day) -> Result<Self, Refused> {
        let mut steps = Steps::open(source)?;
        let Step::Begin(root, attributes) = steps.next()? else { return Err(Refused::invalid("register-no-xml")) };
        let dated = attributes.iter().find(|(name, _)| DATE.contains(&name.as_str())).and_then(|(_, value)| read_day(value));
        Ok(Self { steps, path: vec![root], today, dated, left_out: LeftOut::default() })
    }

    /// The next organisation that has a name listed; `None` at the end.
    ///
    /// # Errors
    /// `Refused` where the file breaks off, is broken, or has another shape.
    pub fn read_next(&mut self) -> Result<Option<Listed>, Refused> {
        let mut draft: Option<Draft> = None;
        loop {
            match self.steps.next()? {
                Step::Begin(name, attributes) => {
                    self.path.push(name);
                    self.begin(&mut draft, &attributes)?;
                }
                Step::End(name, said) => {
                    let depth = self.path.len();
                    self.path.pop();
                    match draft.take_if(|draft| draft.depth == depth) {
                        Some(whole) => {
                            if let Some(listed) = self.finish(whole) {
                                return Ok(Some(listed));
                            }
                        }
                        None => self.end(&mut draft, (&name, depth), &said)?,
                    }
                }
                Step::Over => return Ok(None),
            }
        }
    }

    fn begin(&mut self, draft: &mut Option<Draft>, attributes: &[(String, String)]) -> Result<(), Refused> {
        let depth = self.path.len();
        let name = self.path.last().map_or("", String::as_str);
        let Some(draft) = draft else {
            if ORGANISATION.contains(&name) {
                let of = |wanted: &[&str]| attributes.iter().find(|(name, _)| wanted.contains(&name.as_str()));
                let tooi = of(&TOOI).and_then(|(_, value)| Tooi::parse(value).ok());
                let id = of(&["systeemid"]).map(|(_, value)| value.clone()).unwrap_or_default();
                *draft = Some(Draft { depth, id, tooi, ..Draft::default() });
            }
            return Ok(());
        };
        if ORGANISATION.contains(&name) {
            return Err(Refused::invalid("register-nested"));
        }
        let is_registration = REGISTRATION.contains(&name);
        if draft.entry.is_none() && (is_registration || ADDRESS.contains(&name)) {
            draft.entry = Some(Line { depth, is_registration, ..Line::default() });
        }
        Ok(())
    }

    fn end(&mut self, draft: &mut Option<Draft>, (name, depth): (&str, usize), said: &str) -> Result<(), Refused> {
        let Some(draft) = draft else {
            // A day may also stand in an element right below the root.
            if depth == 2 && self.dated.is_none() && DATE.contains(&name) {
                self.dated = read_day(said);
            }
            return Ok(());
        };
        if let Some(mut line) = draft.entry.take() {
            if line.depth == depth {
                if line.name.is_empty() {
                    said.clone_into(&mut line.name);
                }
                return self.list(draft, &line);
            }
            if line.depth + 1 == depth {
                if NAME_OF_DOMAIN.contains(&name) && line.name.is_empty() {
                    said.clone_into(&mut line.name);
                }
                line.ended |= END.contains(&name) && !said.is_empty() && read_day(said).is_none_or(|day| day <= self.today);
            }
            draft.entry = Some(line);
            return Ok(());
        }
        if depth == draft.depth + 1 && NAME.contains(&name) && draft.name.is_empty() {
            draft.name = text::one_line(said).chars().take(300).collect();
        } else if name == "type" && draft.kinds.len() < 20 {
            draft.kinds.push(said.to_lowercase());
        } else if draft.tooi.is_none() && (TOOI.contains(&name) || name == "resourceidentifier") {
            draft.tooi = Tooi::parse(said).ok();
        }
        Ok(())
    }

    fn list(&mut self, draft: &mut Draft, line: &Line) -> Result<(), Refused> {
        if line.ended {
            self.left_out.ended += 1;
            return Ok(());
        }
        match read_name(&line.name) {
            None => self.left_out.no_name += 1,
            Some((_, false)) => self.left_out.pages += 1,
            Some((name, true)) => {
                let covers = draft.names.entry(name).or_default();
                *covers |= line.is_registration;
            }
        }
        if draft.names.len() > NAMES { Err(Refused::invalid("register-names-many").with("limit", NAMES)) } else { Ok(()) }
    }

    fn finish(&mut self, draft: Draft) -> Option<Listed> {
        if draft.names.is_empty() {
            return None;
        }
        if text::is_blank(&draft.name) {
            self.left_out.nameless += 1;
            return None;
        }
        let identity = match &draft.tooi {
            Some(tooi) => tooi.to_string(),
            None if draft.id.is_empty() => format!("name {}", draft.name),
            None => format!("id {}", draft.id),
        };
        let kind = read_kind(&draft.kinds, draft.tooi.as_ref());
        Some(Listed { registrant: Registrant { name: draft.name, tooi: draft.tooi, kind }, identity, names: draft.names })
    }
}

/// A name, or a web address with whether it is that of a whole host.
fn read_name(given: &str) -> Option<(DomainName, bool)> {
    if let Some(name) = DomainName::parse(given) {
        return Some((name, true));
    }
    let given = given.trim();
    let lower = given.to_ascii_lowercase();
    let has_scheme = lower.starts_with("http://") || lower.starts_with("https://");
    let url = if has_scheme { Url::parse(given) } else { Url::parse(&format!("https://{given}")) }.ok()?;
    let is_whole = url.path() == "/" && url.query().is_none() && url.port().is_none();
    let plain = url.username().is_empty() && url.password().is_none();
    DomainName::of(&url).filter(|_| plain).map(|name| (name, is_whole))
}

/// `2026-11-01`, the same with a time, `20261101`, or as Dutch people write it.
fn read_day(given: &str) -> Option<Day> {
    let given = given.trim();
    if let Some(day) = Day::read(given) {
        return Some(day);
    }
    let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let head = given.split([' ', 'T']).next()?;
    if digits(head, 8) {
        return Day::read(&format!("{}-{}-{}", &head[..4], &head[4..6], &head[6..]));
    }
    let [day, month, year] = <[&str; 3]>::try_from(head.split(['-', '/']).collect::<Vec<_>>()).ok()?;
    (digits(day, 2) && digits(month, 2) && digits(year, 4)).then(|| Day::read(&format!("{year}-{month}-{day}")))?
}

fn read_kind(kinds: &[String], tooi: Option<&Tooi>) -> Option<OrganisationKind> {
    let of = |word: &str| match word {
        "ministerie" => Some(OrganisationKind::Ministry),
        "gemeente" => Some(OrganisationKind::Municipality),
        "provincie" => Some(OrganisationKind::Province),
        "waterschap" => Some(OrganisationKind::WaterAuthority),
        "agentschap" | "zelfstandig bestuursorgaan" | "zbo" | "inspectie" => Some(OrganisationKind::Agency),
        _ => None,
    };
    let by_identifier = || tooi.and_then(|tooi| tooi.as_str().rsplit('/').nth(1)).and_then(of);
    kinds.iter().find_map(|kind| of(kind)).or_else(by_identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../../../tests/register/sample.xml");

    fn read(text: &str) -> Result<(Vec<Listed>, LeftOut, Option<Day>), Refused> {
        let mut export = Export::open(text.as_bytes(), Day::read("2026-11-01").unwrap())?;
        let mut all = Vec::new();
        while let Some(listed) = export.read_next()? {
            all.push(listed);
        }
        Ok((all, export.left_out, export.dated))
    }

    #[test]
    fn the_sample_is_read_with_what_is_left_out_of_it() {
        let (all, left_out, dated) = read(SAMPLE).unwrap();
        assert_eq!(dated, Day::read("2026-10-30"));
        let names: Vec<&str> = all.iter().map(|listed| listed.registrant.name.as_str()).collect();
        assert_eq!(
            names,
            ["Gemeente Zandvliet & Noord", "Ministerie van Voorbeelden", "Waterschap De Rietkraag", "Dienst Ponton"]
        );
        let zandvliet = &all[0];
        assert_eq!(zandvliet.registrant.kind, Some(OrganisationKind::Municipality));
        assert_eq!(
            zandvliet.registrant.tooi.as_ref().map(Tooi::as_str),
            Some("https://identifier.overheid.nl/tooi/id/gemeente/gm9901")
        );
        let listed: Vec<(&str, bool)> = zandvliet.names.iter().map(|(name, covers)| (name.as_str(), *covers)).collect();
        assert_eq!(listed, [("bravo.example", true), ("www.bravo.example", false)]);
        assert_eq!(all[3].registrant.kind, Some(OrganisationKind::Agency), "its type says so");
        assert_eq!(left_out, LeftOut { nameless: 1, no_name: 1, pages: 1, ended: 2 });
        assert_eq!(LeftOut::read(&left_out.to_string()), left_out);
    }

    #[test]
    fn namespaces_case_and_other_spellings_make_no_difference() {
        let bare = "<export><exportDatum>30-10-2026</exportDatum><Organisatie><Naam>X</Naam><tooi>https://identifier.overheid.nl/tooi/id/provincie/pv99</tooi>\
            <domeinen><domein>HTTPS://X.example/</domein></domeinen></Organisatie></export>";
        let (all, _, dated) = read(bare).unwrap();
        assert_eq!((dated, all.len()), (Day::read("2026-10-30"), 1));
        assert_eq!(all[0].registrant.kind, Some(OrganisationKind::Province));
        assert_eq!(all[0].names, BTreeMap::from([(DomainName::parse("x.example").unwrap(), false)]));
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_the_reason() {
        let bomb = format!("<!DOCTYPE a [<!ENTITY b \"{}\">]><a>&b;</a>", "x".repeat(100));
        let deep = "<a>".repeat(40);
        let cut = &SAMPLE[..SAMPLE.len() / 2];
        let giant = format!("<a><organisatie><naam>{}</naam></organisatie></a>", "x".repeat(300 * 1024));
        let tag = format!("<a {}", "b='c' ".repeat(60 * 1024));
        for (text, key) in [
            ("", "register-no-xml"),
            ("organisation;domain\nx;y", "register-no-xml"),
            ("\u{1f}\u{8b}zipped", "register-no-xml"),
            ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "register-encoding"),
            (&bomb, "register-doctype"),
            ("<a><organisatie><naam>&x;</naam></organisatie></a>", "register-doctype"),
            ("<a b='&x;'/>", "register-doctype"),
            (&deep, "register-broken"),
            ("<a></b>", "register-broken"),
            ("<a/><a/>", "register-broken"),
            (cut, "register-cut"),
            (&giant, "register-piece-too-large"),
            (&tag, "register-piece-too-large"),
            ("<a><organisatie><organisatie/></organisatie></a>", "register-nested"),
        ] {
            let refused = read(text).expect_err(key);
            assert_eq!(refused.key, key, "{}", &text[..text.len().min(60)]);
        }
        for bytes in [&b"\xff\xfe<\0a\0"[..], b"\0\0\0<", b"<a><organisatie><naam>\xe9</naam></organisatie></a>"] {
            let day = Day::read("2026-11-01").unwrap();
            let read = Export::open(bytes, day).and_then(|mut export| export.read_next());
            assert_eq!(read.unwrap_err().key, "register-encoding", "{bytes:?}");
        }
    }

    #[test]
    fn a_day_is_read_in_the_ways_that_exports_write_one() {
        for given in ["2026-10-30", "2026-10-30T00:45:12.1+02:00", "20261030", "30-10-2026", "30/10/2026 00:45"] {
            assert_eq!(read_day(given), Day::read("2026-10-30"), "{given}");
        }
        for given in ["", "yesterday", "30-10-26", "2026", "é0-10-2026"] {
            assert_eq!(read_day(given), None, "{given}");
        }
    }
}
