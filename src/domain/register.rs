//! The register of organisations and their internet domains: what a domain name is, whose a host is by it, and the mark that a host
//! gets. Only the file that an administrator imported decides; what anyone says of itself is no part of it.

mod export;
mod xml;

use std::{collections::BTreeMap, fmt};

use url::{Host, Url};

use super::{
    organisation::{OrganisationKind, Tooi},
    peer::is_plain,
    profile::Day,
};
pub use export::{Export, LeftOut};

/// A domain name: lower case, IDN in ASCII, at least two words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(String);

impl DomainName {
    /// Reads a name, or the host of a web address; `None` where there is none, as with a port or an IP address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(&format!("https://{}/", text.trim())).ok()?;
        let bare = !text.trim().contains(['/', '\\', '@', '?', '#', ':', '\t', '\n', '\r']) && is_plain(&url);
        Self::of(&url).filter(|_| bare)
    }

    /// The host of an address.
    fn of(url: &Url) -> Option<Self> {
        let Some(Host::Domain(name)) = url.host() else { return None };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        let word = |word: &str| (1..=63).contains(&word.len()) && word.bytes().all(letter);
        (name.len() <= 253 && name.contains('.') && name.split('.').all(word)).then_some(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same from the right, `example.alpha.labs`: everything below a name follows it in this order.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.rsplit('.').collect::<Vec<_>>().join(".")
    }

    /// The name of a key.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        Self(key.rsplit('.').collect::<Vec<_>>().join("."))
    }

    /// A name that was stored.
    #[must_use]
    pub const fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// It, and the names above it that have at least two words; nearest first.
    pub fn with_above(&self) -> impl Iterator<Item = Self> {
        let mut next = Some(self.0.as_str());
        std::iter::from_fn(move || {
            let name = next.filter(|name| name.contains('.'))?;
            next = name.split_once('.').map(|(_, above)| above);
            Some(Self(name.to_owned()))
        })
    }

    /// Whether people without anything in common register names right below it, as below `co.uk`.
    #[must_use]
    pub fn is_public_suffix(&self) -> bool {
        psl::suffix_str(&self.0).is_none_or(|suffix| suffix == self.0)
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whom the register names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registrant {
    /// What the register calls it.
    pub name: String,
    /// By which identifier.
    pub tooi: Option<Tooi>,
    /// Its kind, where we have a word for it.
    pub kind: Option<OrganisationKind>,
}

/// An organisation with what the register lists for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The organisation.
    pub registrant: Registrant,
    /// By what two entries are known to be one organisation.
    pub identity: String,
    /// Its names, each with whether what lies below it is covered too.
    pub names: BTreeMap<DomainName, bool>,
}

/// The register that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// Where it is from.
    pub source: Source,
    /// Of which day it is.
    pub dated: Day,
    /// When it was imported.
    pub imported_at: super::moment::Moment,
    /// How many organisations it lists a name for.
    pub organisations: i64,
    /// How many names it lists.
    pub names: i64,
    /// What was left out.
    pub left_out: LeftOut,
}

/// Where a register is from: an address, or the name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source(String);

impl Source {
    /// A line of at most 300 characters.
    #[must_use]
    pub fn told(text: &str) -> Self {
        Self(super::text::one_line(text).chars().take(300).collect())
    }

    /// As it was told.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, where it is one that can be a link.
    #[must_use]
    pub fn url(&self) -> Option<Url> {
        Url::parse(&self.0).ok().filter(is_plain)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// That a host's domain is registered to an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// To whom.
    pub registrant: Registrant,
    /// Which name in the register says so.
    pub name: DomainName,
    /// Where that register is from.
    pub source: Source,
    /// Of which day it is.
    pub dated: Day,
}

/// Why a host that the register says something about gets no mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Two organisations list the same name.
    Disputed,
    /// What lies below the name is not one organisation's.
    Shared,
}

impl Doubt {
    /// As stored, and in messages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Disputed => "disputed",
            Self::Shared => "shared",
        }
    }

    /// Reads what was stored.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        if code == "disputed" { Self::Disputed } else { Self::Shared }
    }
}

/// A name of the register near a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: DomainName,
    /// Whose it is.
    pub registrant: i64,
    /// Whether it covers what lies below it.
    pub covers: bool,
}

/// What the register says of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Unlisted,
    /// Whose it is, by which name.
    Marked(DomainName, i64),
    /// No mark, by which name, and why.
    Doubted(DomainName, Doubt),
}

/// Whose a host is, by the entries at its name and above it. `is_shared` tells whether another organisation than this one has a
/// name below.
///
/// # Errors
/// What `is_shared` returns.
pub fn judge<E>(
    host: &DomainName,
    entries: &[Entry],
    is_shared: impl FnOnce(&DomainName, i64) -> Result<bool, E>,
) -> Result<Verdict, E> {
    let says = |name: &DomainName| entries.iter().any(|entry| entry.name == *name && (name == host || entry.covers));
    let Some(nearest) = host.with_above().find(says) else { return Ok(Verdict::Unlisted) };
    let mut holders = entries.iter().filter(|entry| entry.name == nearest).map(|entry| entry.registrant);
    let Some(registrant) = holders.next() else { return Ok(Verdict::Unlisted) };
    if holders.any(|other| other != registrant) {
        return Ok(Verdict::Doubted(nearest, Doubt::Disputed));
    }
    if nearest != *host && (nearest.is_public_suffix() || is_shared(&nearest, registrant)?) {
        return Ok(Verdict::Doubted(nearest, Doubt::Shared));
    }
    Ok(Verdict::Marked(nearest, registrant))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DomainName {
        DomainName::parse(text).unwrap()
    }

    fn entry(text: &str, registrant: i64, covers: bool) -> Entry {
        Entry { name: name(text), registrant, covers }
    }

    fn judged(host: &str, entries: &[Entry], shared: bool) -> Verdict {
        judge(&name(host), entries, |_, _| Ok::<_, ()>(shared)).unwrap()
    }

    #[test]
    fn a_name_is_a_host_and_nothing_that_could_be_taken_for_one() {
        assert_eq!(name(" Labs.Gemeente-X.Example. ").as_str(), "labs.gemeente-x.example");
        assert_eq!(name("münster.example").as_str(), "xn--mnster-3ya.example");
        assert_ne!(name("gemeente-x.example"), name("gemееnte-x.example"), "two of these letters are Cyrillic");
        for wrong in
            ["", "example", "a..example", "10.0.0.1", "[::1]", "a.example:8443", "a.example/b", "u@a.example", "*.a.example"]
        {
            assert_eq!(DomainName::parse(wrong), None, "{wrong:?}");
        }
        let labs = name("labs.gemeente-x.example");
        assert_eq!((labs.key().as_str(), DomainName::from_key(&labs.key())), ("example.gemeente-x.labs", labs.clone()));
        assert_eq!(
            labs.with_above().map(|name| name.to_string()).collect::<Vec<_>>(),
            ["labs.gemeente-x.example", "gemeente-x.example"]
        );
    }

    #[test]
    fn the_nearest_name_decides_and_only_a_registration_reaches_below_itself() {
        let entries = [entry("x.example", 1, true), entry("www.x.example", 1, false), entry("y.x.example", 2, true)];
        assert_eq!(judged("x.example", &entries, true), Verdict::Marked(name("x.example"), 1), "itself, shared or not");
        assert_eq!(judged("labs.x.example", &entries, false), Verdict::Marked(name("x.example"), 1));
        assert_eq!(judged("a.www.x.example", &entries, false), Verdict::Marked(name("x.example"), 1));
        assert_eq!(judged("labs.y.x.example", &entries, false), Verdict::Marked(name("y.x.example"), 2));
        assert_eq!(judged("notx.example", &entries, false), Verdict::Unlisted);
        assert_eq!(judged("a.www.z.example", &[entry("www.z.example", 1, false)], false), Verdict::Unlisted);
    }

    #[test]
    fn what_two_list_what_is_shared_and_what_is_below_a_public_suffix_get_no_mark() {
        let twice = [entry("x.example", 1, true), entry("x.example", 2, false)];
        for host in ["x.example", "labs.x.example"] {
            assert_eq!(judged(host, &twice, false), Verdict::Doubted(name("x.example"), Doubt::Disputed));
        }
        let zone = [entry("gov.example", 1, true)];
        assert_eq!(judged("city.gov.example", &zone, true), Verdict::Doubted(name("gov.example"), Doubt::Shared));
        let suffix = [entry("co.uk", 1, true)];
        assert_eq!(judged("city.co.uk", &suffix, false), Verdict::Doubted(name("co.uk"), Doubt::Shared));
        assert!(!name("gemeente-x.example").is_public_suffix());
        for doubt in [Doubt::Disputed, Doubt::Shared] {
            assert_eq!(Doubt::from_code(doubt.code()), doubt);
        }
    }

    #[test]
    fn only_a_plain_address_is_a_link() {
        assert!(Source::told("https://register.example/export.xml").url().is_some());
        for other in ["export.xml", "javascript:alert(1)", "https://u:p@register.example/"] {
            assert!(Source::told(other).url().is_none(), "{other}");
        }
    }
}
