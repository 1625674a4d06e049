//! Others: the instances that we know and what we let them do here, and the address a person types for an actor elsewhere.

use std::fmt;

use chrono::TimeDelta;
use url::{Host, Url};

use super::{
    actor::{Actor, ActorId},
    moment::Moment,
    refusal::Refused,
};

/// How long a host does not answer before people are told.
pub const SILENT_AFTER: TimeDelta = TimeDelta::hours(1);

/// What an instance we know may do here; with one that is blocked we have nothing to do, and that is a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Its labs are in the directory and in search.
    #[default]
    Open,
    /// Its labs can be followed by those who know them, and are shown to nobody else.
    Limited,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 2] = [Self::Open, Self::Limited];

    /// As stored and as a form sends it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Limited => "limited",
        }
    }

    /// Reads a policy; anything unknown means the careful one.
    #[must_use]
    pub fn read(code: &str) -> Self {
        Self::ALL.into_iter().find(|policy| policy.code() == code).unwrap_or(Self::Limited)
    }
}

/// What a server says of itself (NodeInfo).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// The software; empty where it does not say.
    pub software: String,
    /// Its version.
    pub version: String,
    /// The organisation that runs it, where it is an Archipel.
    pub organisation: Option<Url>,
    /// How many shares or posts were published there.
    pub shares: Option<i64>,
}

/// An instance that we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its host, which names it.
    pub host: String,
    /// The organisation that runs it, as far as we know it.
    pub organisation: Option<ActorId>,
    /// Where its labs are listed.
    pub directory: Option<Url>,
    /// What it runs.
    pub software: String,
    /// Its version.
    pub version: String,
    /// What it may do here.
    pub policy: Policy,
    /// Since when its directory is wanted here; `None` where it only knows us.
    pub connected_at: Option<Moment>,
    /// When it last answered.
    pub contacted_at: Option<Moment>,
    /// Since when it does not.
    pub failing_since: Option<Moment>,
    /// How its directory stands.
    pub round: Round,
}

impl Peer {
    /// Since when people are told that it cannot be reached.
    #[must_use]
    pub fn silent_since(&self, now: Moment) -> Option<Moment> {
        self.failing_since.filter(|since| now - *since >= SILENT_AFTER)
    }
}

/// A reading of a whole directory, page by page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    /// How many labs it says it has.
    pub labs: Option<i64>,
    /// When this reading began.
    pub began_at: Option<Moment>,
    /// When a whole reading last ended.
    pub ended_at: Option<Moment>,
    /// What was wrong with it, for the administrator.
    pub problem: Option<String>,
}

impl Round {
    /// Whether it is being read.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.began_at.is_some() && self.began_at > self.ended_at
    }
}

/// A lab of another host in the directory here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The lab.
    pub lab: Actor,
    /// The organisation that lists it and that it names; `None` where an administrator put it there.
    pub organisation: Option<ActorId>,
}

/// What a person may type to point at an actor elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `@handle@host`.
    Account(Account),
    /// The URL of its page or id.
    Url(Url),
}

/// A handle at a host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// The part before the at sign.
    pub handle: String,
    /// The host, in lower case; with a port only where a port was typed.
    pub host: String,
}

impl Account {
    /// Reads `handle@host`, with or without `acct:` or a leading at sign.
    ///
    /// # Errors
    /// `Refused` where it is not a handle and a host.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let refused = || Refused::invalid("address").with("given", text.trim());
        let bare = text.trim().trim_start_matches("acct:").trim_start_matches('@');
        let (handle, host) = bare.split_once('@').ok_or_else(refused)?;
        let wanted = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        if handle.is_empty() || handle.len() > 120 || !handle.bytes().all(wanted) {
            return Err(refused());
        }
        let host = parse_host(host).ok_or_else(refused)?;
        Ok(Self { handle: handle.to_owned(), host })
    }
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.handle, self.host)
    }
}

impl Address {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `Refused` where it is neither an account nor an http(s) URL.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = text.trim();
        if !text.contains("://") {
            return Account::parse(text).map(Self::Account);
        }
        let url = Url::parse(text).ok().filter(is_plain);
        url.map(Self::Url).ok_or_else(|| Refused::invalid("address").with("given", text))
    }
}

/// The one canonical form of a host: lower case, IDN in ASCII, no trailing dot, no default port.
#[must_use]
pub fn canonical_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

/// Whether two URLs have one origin, by canonical host and scheme.
#[must_use]
pub fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme() && canonical_host(one) == canonical_host(other)
}

/// Whether it leads to a host over http(s), and gives away nobody's name or password.
#[must_use]
pub fn is_plain(url: &Url) -> bool {
    let leads = match url.host() {
        Some(Host::Domain(name)) => is_name(name),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    leads && matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
}

/// The host that somebody typed where no account and no page is meant: alone, or as the address of its first page.
#[must_use]
pub fn read_host(typed: &str) -> Option<String> {
    let bare = typed.trim().trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    if bare.contains('@') { None } else { parse_host(bare) }
}

/// The addresses of a starter list: one to a line, what follows a `#` is a remark.
#[must_use]
pub fn read_list(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Whether it can be the name of a host: no part empty or too long to be asked for (RFC 1035, 2.3.4), at most one dot behind it.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_wanted = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_wanted);
    name.len() <= 253 && name.split('.').all(is_label)
}

/// A host and perhaps a port: nothing that a reader of URLs would mend, or take for something else.
fn parse_host(text: &str) -> Option<String> {
    let bent = |letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, '/' | '\\' | '@' | '?' | '#');
    let url = Url::parse(&format!("https://{text}/")).ok().filter(|url| !text.contains(bent) && is_plain(url))?;
    Some(canonical_host(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_without_its_remarks() {
        assert_eq!(
            read_list("labs.example # ours\n\n# others\n  @tij@bravo.example\r\n"),
            ["labs.example", "@tij@bravo.example"]
        );
    }

    #[test]
    fn an_account_is_read_with_or_without_decoration() {
        for text in ["@spoor@Bravo.example", "spoor@bravo.example.", "acct:spoor@bravo.example", "spoor@bravo.example:443"] {
            assert_eq!(Account::parse(text).unwrap().to_string(), "spoor@bravo.example", "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "spoor@.:43",
            "https://.:43/",
            "spoor@bravo.0..",
            "spoor@.bravo.example",
            "spoor@bravo..example",
            "https://bravo.example../",
            "",
            "spoor",
            "@",
            "a@b/c",
            "a b@c",
            "https://",
            "ftp://x.example/",
            "https://good@evil.example/",
            "a@:pw@b.example",
            "a@b/",
            "a@b\\",
            "a@b\tc",
            "a@.",
            "https://:pw@b.example/",
            "https://*.b.example/",
        ] {
            assert!(Address::parse(text).is_err(), "{text} should be refused");
        }
    }
}
