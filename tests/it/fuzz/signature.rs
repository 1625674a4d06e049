//! What any request must keep to: a signature that is read covers what it should, and proves nothing for another's key.
//! A request is written as text: method and target, headers, a blank line, the body; `{date}`, `{now}` and `{digest}` stand for
//! what would be right there, since no luck makes a digest.

use std::sync::LazyLock;

use archipel::{
    domain::moment::Moment,
    federation::signature::{Claim, SignedRequest, read},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, TimeDelta};
use openssl::{
    pkey::{PKey, Public},
    rsa::Rsa,
    sha::sha256,
};

const HOST: &str = "alpha.example";

/// What decides may stand once.
const ONCE: [&str; 6] = ["host", "date", "digest", "content-digest", "signature", "signature-input"];

/// A key that nothing here was signed with.
static UNRELATED: LazyLock<PKey<Public>> = LazyLock::new(|| {
    let pem = Rsa::generate(2_048).and_then(|rsa| rsa.public_key_to_pem()).expect("a key");
    PKey::public_key_from_pem(&pem).expect("a public key")
});

/// Reads these bytes as a request, and holds what is claimed to the promises.
pub fn check(bytes: &[u8]) {
    if let Some(request) = parse(bytes) {
        claims_much(&request);
    }
}

/// Whether a claim was read; it keeps its promises, or this panics.
fn claims_much(request: &SignedRequest) -> bool {
    let Ok(claim) = read(request, HOST, now()) else { return false };
    let values =
        |name: &str| request.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
    for name in ONCE {
        let values: Vec<&str> = values(name);
        assert!(values.len() <= 1, "{name} decides, and stands twice: {request:?}");
    }
    let host: Vec<&str> = values("host");
    assert_eq!(host[0].trim().trim_end_matches('.').to_lowercase(), HOST);
    assert!(!claim.is_proven_by(&UNRELATED), "{request:?}");
    for minutes in [-11, 11] {
        assert!(read(request, HOST, now() + TimeDelta::minutes(minutes)).is_err(), "of no time: {request:?}");
    }
    for bend in BENDS {
        let mut bent = request.clone();
        bend(&mut bent);
        assert!(!is_same(&claim, &bent), "{bent:?} is covered by the signature of {request:?}");
    }
    if request.method == "GET" {
        return true; // It has no body that anyone would read.
    }
    let mut bent = request.clone();
    bent.body.push(b'x');
    assert!(read(&bent, HOST, now()).is_err(), "another body would do: {request:?}");
    let hashed = values("digest").into_iter().chain(values("content-digest")).any(|value: &str| value.contains(&digest(request)));
    assert!(hashed, "the body is not what was signed: {request:?}");
    true
}

/// Each of these makes another request of it.
const BENDS: [fn(&mut SignedRequest); 4] = [
    |request| request.method.push('X'),
    |request| request.target.insert_str(0, "/x"),
    |request| set_host(request, "alpha.example.evil.example"),
    |request| set_host(request, "evil.example"),
];

fn set_host(request: &mut SignedRequest, host: &str) {
    for (_, value) in request.headers.iter_mut().filter(|(name, _)| name == "host") {
        host.clone_into(value);
    }
}

/// Whether the same signature would prove this request.
fn is_same(claim: &Claim, bent: &SignedRequest) -> bool {
    read(bent, HOST, now()).is_ok_and(|other| format!("{other:?}") == format!("{claim:?}"))
}

fn parse(bytes: &[u8]) -> Option<SignedRequest> {
    let (head, body) = split(bytes);
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let (method, target) = lines.next()?.split_once(' ')?;
    let mut request = SignedRequest {
        method: method.to_owned(),
        scheme: "https".to_owned(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: body.to_vec(),
    };
    let right = [
        ("{date}", httpdate::fmt_http_date(now().into())),
        ("{now}", now().timestamp().to_string()),
        ("{digest}", digest(&request)),
    ];
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let value = right.iter().fold(value.to_owned(), |value, (word, is)| value.replace(word, is));
        request.headers.push((name.to_lowercase(), value));
    }
    Some(request)
}

fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.windows(2).position(|window| window == b"\n\n") {
        Some(end) => (&bytes[..end], &bytes[end + 2..]),
        None => (bytes, &[]),
    }
}

fn digest(request: &SignedRequest) -> String {
    BASE64_STANDARD.encode(sha256(&request.body))
}

fn now() -> Moment {
    DateTime::from_timestamp(1_790_845_200, 0).expect("a moment")
}

/// How many of these requests a claim is read of: without any, nothing is tested.
pub fn count_claims<'a>(all: impl Iterator<Item = &'a [u8]>) -> usize {
    all.filter_map(parse).filter(claims_much).count()
}
