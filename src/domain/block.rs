//! Whom we have nothing to do with: a host with all its subdomains, or one actor. It knows what a block covers, and blocks nobody.

use std::fmt;

use url::{Host, Url};

use super::{
    links::Links,
    moment::Moment,
    peer::{canonical_host, is_plain, read_host},
    refusal::Refused,
};

/// What can be blocked, in its one canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Blockable {
    /// A host and everything below it; with a port only that port.
    Host(String),
    /// One actor, by its id.
    Actor(Url),
}

/// A block as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Who.
    pub subject: Blockable,
    /// Why, for other administrators.
    pub reason: Option<String>,
    /// Since when.
    pub since: Moment,
}

/// Names under which many people who have nothing to do with each other have a host: a short list of well-known ones.
const SHARED: [&str; 40] = [
    "ac.uk",
    "amazonaws.com",
    "asso.fr",
    "azurewebsites.net",
    "blogspot.com",
    "cloudfront.net",
    "co.jp",
    "co.nz",
    "co.uk",
    "co.za",
    "com.au",
    "com.br",
    "ddns.net",
    "duckdns.org",
    "eu.org",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "glitch.me",
    "gov.uk",
    "gouv.fr",
    "herokuapp.com",
    "masto.host",
    "netlify.app",
    "ngrok-free.app",
    "ngrok.io",
    "no-ip.org",
    "onrender.com",
    "org.au",
    "org.br",
    "org.nz",
    "org.uk",
    "org.za",
    "pages.dev",
    "surge.sh",
    "vercel.app",
    "web.app",
    "wordpress.com",
    "workers.dev",
];

impl Blockable {
    /// Reads what an administrator typed: `example.org`, `*.example.org`, the address of a server, or the id of an actor.
    ///
    /// # Errors
    /// `Refused` where it is none of these, or a single word such as `uk`.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = text.trim();
        let refused = || Refused::invalid("block-subject").with("given", text);
        // A reader of URLs passes over the end of a line, and would make one name of two.
        if text.contains(char::is_control) {
            return Err(refused());
        }
        let is_url = text.contains("://");
        let spelt =
            if is_url { text.to_owned() } else { format!("https://{}/", text.trim_start_matches("*.").trim_end_matches('/')) };
        let url = Url::parse(&spelt).ok().filter(is_plain).ok_or_else(refused)?;
        let names_host = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        match (is_url, names_host) {
            (_, true) if is_wide(&url) => Err(Refused::invalid("block-too-wide").with("given", text)),
            // Over http a port may be written that goes without saying elsewhere.
            (_, true) => read_host(&canonical_host(&url)).map(Self::Host).ok_or_else(refused),
            (true, false) => Ok(Self::Actor(canonical(&url))),
            (false, false) => Err(refused()),
        }
    }

    /// Reads what [`Self::kind`] and `Display` wrote.
    #[must_use]
    pub fn from_stored(kind: &str, subject: &str) -> Option<Self> {
        match kind {
            "host" => Some(Self::Host(subject.to_owned())),
            "actor" => Url::parse(subject).ok().map(Self::Actor),
            _ => None,
        }
    }

    /// As stored and listed.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Host(_) => "host",
            Self::Actor(_) => "actor",
        }
    }

    /// Whether this block closes the way to a URL.
    #[must_use]
    pub fn covers(&self, url: &Url) -> bool {
        covering(url).contains(&self.to_string())
    }

    /// `Ok` unless it would lock us out of ourselves.
    ///
    /// # Errors
    /// `Refused` where it covers what is ours.
    pub fn require_foreign(&self, links: &Links) -> Result<(), Refused> {
        let ours = match self {
            Self::Host(_) => self.covers(links.home()),
            Self::Actor(uri) => links.owns(uri),
        };
        if ours { Err(Refused::invalid("block-own").with("subject", self)) } else { Ok(()) }
    }

    /// Whether it is known that many who have nothing to do with each other have a host below this one.
    #[must_use]
    pub fn is_shared_by_many(&self) -> bool {
        matches!(self, Self::Host(host) if SHARED.contains(&host.as_str()))
    }

    /// An address that this covers: its own.
    #[must_use]
    pub fn address(&self) -> Option<Url> {
        match self {
            Self::Host(host) => Url::parse(&format!("https://{host}/")).ok(),
            Self::Actor(uri) => Some(uri.clone()),
        }
    }

    /// What every URL that this covers contains, to narrow a search down; [`Self::covers`] decides.
    #[must_use]
    pub fn needle(&self) -> String {
        match self {
            Self::Host(host) => host.split(':').next().unwrap_or_default().to_owned(),
            Self::Actor(uri) => uri.path().to_owned(),
        }
    }
}

impl fmt::Display for Blockable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => formatter.write_str(host),
            Self::Actor(uri) => write!(formatter, "{uri}"),
        }
    }
}

/// Every subject that would cover a URL: its host and what that is below, each with its port where it has one, and itself.
#[must_use]
pub fn covering(url: &Url) -> Vec<String> {
    let host = canonical_host(url);
    let (name, port) = url.port().map_or((host.as_str(), String::new()), |port| {
        (host.strip_suffix(&format!(":{port}")).unwrap_or(&host), format!(":{port}"))
    });
    let mut subjects = Vec::new();
    for suffix in suffixes(url, name) {
        subjects.push(suffix.to_owned());
        if !port.is_empty() {
            subjects.push(format!("{suffix}{port}"));
        }
    }
    let whole = canonical(url);
    let mut bare = whole.clone();
    bare.set_fragment(None);
    subjects.extend([whole.to_string(), bare.to_string()]);
    subjects.dedup();
    subjects
}

/// `a.b.example`, `b.example`, `example`; an address of numbers is below nothing.
fn suffixes<'a>(url: &Url, name: &'a str) -> Vec<&'a str> {
    if !matches!(url.host(), Some(Host::Domain(_))) {
        return vec![name];
    }
    let after_dots = name.match_indices('.').filter_map(|(at, _)| name.get(at + 1..));
    std::iter::once(name).chain(after_dots).collect()
}

/// A single word is the whole of a country, or worse; `localhost` is a machine.
fn is_wide(url: &Url) -> bool {
    let name = url.host_str().unwrap_or_default().trim_end_matches('.');
    match url.host() {
        Some(Host::Domain(_)) => !name.contains('.') && name != "localhost",
        Some(_) => false,
        None => true,
    }
}

/// The same URL without dots behind its host; the parser has put the rest in order.
fn canonical(url: &Url) -> Url {
    let mut url = url.clone();
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
    // A host that cannot be set is left as it is: it is nobody's.
    let _ = url.set_host(Some(&host));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn every_spelling_of_a_host_is_one_subject() {
        for text in [
            "example.org",
            " Example.ORG ",
            "example.org.",
            "example.org:443",
            "*.example.org",
            "https://example.org/",
            "https://EXAMPLE.org.:443",
            "http://example.org:443",
            "example.org/",
        ] {
            assert_eq!(Blockable::parse(text).unwrap(), Blockable::Host("example.org".into()), "{text}");
        }
        assert_eq!(Blockable::parse("bücher.example").unwrap(), Blockable::parse("xn--bcher-kva.example").unwrap());
    }

    #[test]
    fn a_host_covers_what_is_below_it_in_every_spelling_and_nothing_beside_it() {
        let block = Blockable::parse("example.org").unwrap();
        for text in [
            "https://example.org/users/a",
            "https://labs.example.org/",
            "https://a.b.EXAMPLE.org/",
            "https://example.org./x",
            "https://example.org:443/",
            "http://example.org/",
            "https://example.org:8443/x",
            "https://a.example.org.:8443/x",
        ] {
            assert!(block.covers(&url(text)), "{text}");
        }
        for text in
            ["https://notexample.org/", "https://example.org.evil.example/", "https://example.com/example.org", "https://org/"]
        {
            assert!(!block.covers(&url(text)), "{text}");
        }
        assert!(Blockable::parse("bücher.example").unwrap().covers(&url("https://a.BÜCHER.example/")));
    }

    #[test]
    fn a_port_and_an_address_of_numbers_stand_for_themselves() {
        let port = Blockable::parse("127.0.0.1:9001").unwrap();
        assert!(port.covers(&url("http://127.0.0.1:9001/x")) && !port.covers(&url("http://127.0.0.1:9002/x")));
        assert!(!Blockable::Host("0.0.1".into()).covers(&url("http://127.0.0.1/")));
        let six = Blockable::parse("[2001:db8::1]").unwrap();
        assert!(six.covers(&url("https://[2001:DB8::1]:8443/x")) && !six.covers(&url("https://[2001:db8::2]/x")));
    }

    #[test]
    fn an_actor_is_covered_with_its_key_and_its_neighbours_are_not() {
        let block = Blockable::parse("https://Example.org./users/bo").unwrap();
        assert_eq!(block, Blockable::Actor(url("https://example.org/users/bo")));
        assert!(
            block.covers(&url("https://example.org/users/bo#main-key")) && block.covers(&url("https://example.org./users/bo"))
        );
        assert!(!block.covers(&url("https://example.org/users/bob")) && !block.covers(&url("https://example.org/")));
    }

    #[test]
    fn what_is_no_subject_or_too_wide_is_refused() {
        for text in [
            "",
            "uk",
            "*.uk",
            "uk.",
            "https://uk/",
            "a b.example",
            "one.example\ntwo.example",
            "one.example..",
            "you@example.org",
            "example.org/users/bo",
            "ftp://x.example/",
        ] {
            assert!(Blockable::parse(text).is_err(), "{text}");
        }
        assert!(Blockable::parse("github.io").unwrap().is_shared_by_many());
        assert!(!Blockable::parse("one.github.io").unwrap().is_shared_by_many());
    }

    #[test]
    fn nobody_blocks_their_own_house() {
        let links = Links::new(url("https://labs.alpha.example"));
        for text in ["labs.alpha.example", "alpha.example", "https://labs.alpha.example/labs/spoor"] {
            assert!(Blockable::parse(text).unwrap().require_foreign(&links).is_err(), "{text}");
        }
        assert!(Blockable::parse("other.alpha.example").unwrap().require_foreign(&links).is_ok());
    }
}
