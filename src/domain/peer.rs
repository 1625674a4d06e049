//! Others: the address a person types for an actor elsewhere, and how a peer's server is doing.

use std::fmt;

use url::Url;

use super::refusal::Refused;

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
    let host = canonical_host(url);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    let leads = matches!(url.scheme(), "http" | "https") && !host.is_empty() && host.bytes().all(is_name);
    leads && url.username().is_empty() && url.password().is_none()
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
    fn an_account_is_read_with_or_without_decoration() {
        for text in ["@spoor@Bravo.example", "spoor@bravo.example.", "acct:spoor@bravo.example", "spoor@bravo.example:443"] {
            assert_eq!(Account::parse(text).unwrap().to_string(), "spoor@bravo.example", "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
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
