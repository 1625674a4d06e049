//! HTTP signatures, ours and others': draft-cavage out; cavage and RFC 9421 in.
//! Everything that can be checked without a key is checked before one is looked for; no library's opinion is relied on.

mod cavage;
mod message;

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use openssl::{
    hash::MessageDigest,
    pkey::{PKey, Private, Public},
    sha::sha256,
    sign::{Signer, Verifier},
};

use crate::{domain::moment::Moment, storage::Failed};

/// A request as it arrived: what a signature may cover, and the bytes it must cover.
#[derive(Debug, Clone)]
pub struct SignedRequest {
    /// `POST` or `GET`.
    pub method: String,
    /// `https`, or `http` in development: the one of our own address, whatever a proxy does.
    pub scheme: String,
    /// Path and query, as on the request line.
    pub target: String,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl SignedRequest {
    /// A header that may stand there once; `None` where it is absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }
}

/// Why a signature proves nothing. The code goes into the log and to the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproven {
    /// It cannot be read: 400.
    Malformed(&'static str),
    /// It is read, and proves nothing: 401.
    Invalid(&'static str),
}

/// What a well-formed signature claims: a key, and what that key is said to have signed.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The key's id.
    pub key_id: String,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Claim {
    /// Tells this signature apart from every other.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.signature)
    }

    /// Whether this key made the signature: RSA PKCS#1 v1.5 with SHA-256.
    #[must_use]
    pub fn is_proven_by(&self, key: &PKey<Public>) -> bool {
        let verify = || {
            let mut verifier = Verifier::new(MessageDigest::sha256(), key)?;
            verifier.verify_oneshot(&self.signature, &self.signed)
        };
        verify().unwrap_or(false)
    }
}

/// Headers that decide what a request means: standing twice, they could mean two things.
const ONCE: [&str; 9] = [
    "host",
    "date",
    "digest",
    "content-digest",
    "signature",
    "signature-input",
    "content-type",
    "content-length",
    "authorization",
];

/// How far a sender's clock may be off.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// Reads the claim of a request to `host` (ours): everything but the key itself is checked.
///
/// # Errors
/// [`Unproven`] with a code.
pub fn read(request: &SignedRequest, host: &str, now: Moment) -> Result<Claim, Unproven> {
    require_single(request)?;
    if !request.header("host").is_some_and(|given| given.trim_end_matches('.').eq_ignore_ascii_case(host)) {
        return Err(Unproven::Invalid("host"));
    }
    if request.header("signature-input").is_some() { message::read(request, now) } else { cavage::read(request, now) }
}

/// `Ok` where no header that decides stands twice: before any of them is looked at.
pub(super) fn require_single(request: &SignedRequest) -> Result<(), Unproven> {
    let repeated = |name: &&str| request.headers.iter().filter(|(known, _)| known == name).count() > 1;
    if ONCE.iter().any(repeated) { Err(Unproven::Malformed("header-repeated")) } else { Ok(()) }
}

/// The key that a `Signature` or `Signature-Input` header names, whether or not it proves anything.
pub(super) fn named_key(header: &str) -> Option<&str> {
    let at = header.to_ascii_lowercase().find("keyid=\"")?;
    header.get(at + 7..)?.split('"').next()
}

/// The `Digest` header of a body.
#[must_use]
pub fn digest(body: &[u8]) -> String {
    format!("SHA-256={}", BASE64_STANDARD.encode(sha256(body)))
}

/// The `Signature` header of a request of ours (draft-cavage), over `(request-target) host date` and, with a body, `digest`.
///
/// # Errors
/// `Failed` where OpenSSL cannot sign.
pub fn sign(key: &PKey<Private>, key_id: &str, lines: &[(&str, &str)]) -> Result<String, Failed> {
    let signed: Vec<String> = lines.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let names: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
    let failed = Failed::because::<openssl::error::ErrorStack>;
    let mut signer = Signer::new(MessageDigest::sha256(), key).map_err(failed("sign"))?;
    let signature = signer.sign_oneshot_to_vec(signed.join("\n").as_bytes()).map_err(failed("sign"))?;
    Ok(format!(
        "keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{}\",signature=\"{}\"",
        names.join(" "),
        BASE64_STANDARD.encode(signature),
    ))
}

fn check_age(seconds: i64, now: Moment) -> Result<(), Unproven> {
    let age = now.timestamp().checked_sub(seconds).ok_or(Unproven::Invalid("date"))?;
    if (-SKEW.num_seconds()..=SKEW.num_seconds()).contains(&age) { Ok(()) } else { Err(Unproven::Invalid("date")) }
}

fn check_not_over(expires: i64, created: Option<i64>, now: Moment) -> Result<(), Unproven> {
    let begun = created.is_none_or(|created| created <= expires);
    if begun && expires >= now.timestamp() { Ok(()) } else { Err(Unproven::Invalid("expired")) }
}

fn decode(text: &str) -> Result<Vec<u8>, Unproven> {
    let decoded = BASE64_STANDARD.decode(text).map_err(|_| Unproven::Invalid("signature-encoding"))?;
    if decoded.len() <= 1_024 { Ok(decoded) } else { Err(Unproven::Invalid("signature-encoding")) }
}
