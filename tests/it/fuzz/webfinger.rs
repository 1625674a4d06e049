//! What any answer of WebFinger, and any address that somebody types, must become: nothing, or the one form of it.

use archipel::{
    domain::{
        block::Blockable,
        peer::{Account, Address, canonical_host},
    },
    federation::webfinger::Descriptor,
};
use url::Url;

use super::activity::assert_url;

/// Reads these bytes as an answer, and as an address.
pub fn check(bytes: &[u8]) {
    if let Some(descriptor) = Descriptor::read(bytes) {
        let lab = Url::parse("https://alpha.example/labs/spoor").expect("a URL");
        for url in [descriptor.actor(), descriptor.follow_screen(&lab)].into_iter().flatten() {
            assert_url(&url);
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        check_address(text);
    }
}

/// Reads an account, an address and something to block.
pub fn check_address(text: &str) {
    if let Ok(account) = Account::parse(text) {
        assert_account(&account);
    }
    if let Ok(Address::Url(url)) = Address::parse(text) {
        assert!(matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty()), "{url}");
        assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    }
    if let Ok(subject) = Blockable::parse(text) {
        assert_subject(&subject);
    }
}

fn assert_account(account: &Account) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    assert!(!account.handle.is_empty() && account.handle.len() <= 120 && account.handle.bytes().all(plain), "{account}");
    assert_host(&account.host);
    for written in [account.to_string(), format!("@{account}"), format!("acct:{account}"), format!(" {account} ")] {
        assert_eq!(Account::parse(&written).ok().as_ref(), Some(account), "{written}");
    }
}

/// A host in its one form: what it is read as, is what it is.
fn assert_host(host: &str) {
    assert!(!host.is_empty() && !host.contains(|letter: char| letter.is_whitespace() || letter.is_control()), "{host:?}");
    assert!(!host.contains(['/', '\\', '@', '?', '#']) && !host.ends_with('.') && *host == host.to_ascii_lowercase(), "{host:?}");
    let url = Url::parse(&format!("https://{host}/")).unwrap_or_else(|error| panic!("{host}: {error}"));
    assert_eq!(canonical_host(&url), host);
}

fn assert_subject(subject: &Blockable) {
    assert_eq!(Blockable::parse(&subject.to_string()).ok().as_ref(), Some(subject), "{subject}");
    match subject {
        Blockable::Host(host) => {
            assert_host(host);
            let at = |before: &str| Url::parse(&format!("https://{before}{host}/users/bo")).ok();
            let url = at("").unwrap_or_else(|| panic!("{host} has no URL"));
            assert!(subject.covers(&url), "{subject} does not cover itself");
            if matches!(url.host(), Some(url::Host::Domain(_))) {
                assert!(at("below.").is_none_or(|below| subject.covers(&below)), "{subject} does not cover what is below it");
                assert!(at("not").is_none_or(|beside| !subject.covers(&beside)), "{subject} covers what is beside it");
            }
        }
        Blockable::Actor(uri) => assert!(subject.covers(uri), "{subject} does not cover itself"),
    }
}
