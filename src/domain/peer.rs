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
        if !text.starts_with("http://") && !text.starts_with("https://") {
            return Account::parse(text).map(Self::Account);
        }
        let url = Url::parse(text).ok().filter(|url| url.username().is_empty() && url.host().is_some());
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

fn parse_host(text: &str) -> Option<String> {
    let url = Url::parse(&format!("https://{text}/")).ok()?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    (plain && url.username().is_empty()).then(|| canonical_host(&url))
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
        for text in ["", "spoor", "@", "a@b/c", "a b@c", "https://", "ftp://x.example/", "https://good@evil.example/"] {
            assert!(Address::parse(text).is_err(), "{text} should be refused");
        }
    }
}
