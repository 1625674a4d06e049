//! Signs requests to our inbox as peers do, and checks the signatures that we make: with OpenSSL alone, and no line of ours.

use std::collections::BTreeMap;

use archipel::{domain::moment::Moment, federation::signature::SignedRequest};
use base64::{Engine, prelude::BASE64_STANDARD};
use openssl::{
    hash::MessageDigest,
    pkey::{PKey, Private},
    sha::sha256,
    sign::{Signer, Verifier},
};
use serde_json::Value;

use super::{cast, peer::Request};

/// An activity on its way to our shared inbox, with everything but a signature.
pub fn letter(activity: &Value, now: Moment) -> SignedRequest {
    let body = activity.to_string().into_bytes();
    let hash = BASE64_STANDARD.encode(sha256(&body));
    let headers = [
        ("host", "alpha.example".to_owned()),
        ("date", httpdate::fmt_http_date(now.into())),
        ("content-type", "application/activity+json".to_owned()),
        ("digest", format!("SHA-256={hash}")),
        ("content-digest", format!("sha-256=:{hash}:")),
    ];
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    SignedRequest { method: "POST".into(), scheme: "https".into(), target: "/inbox".into(), headers, body }
}

/// Sets a header, or takes it away.
pub fn set(request: &mut SignedRequest, name: &str, value: Option<&str>) {
    request.headers.retain(|(known, _)| known != name);
    request.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
}

/// The key of everyone.
pub fn key() -> PKey<Private> {
    PKey::private_key_from_pem(cast::private_key().as_bytes()).expect("the key")
}

/// A draft-cavage signature: what it says of itself, and what it covers.
#[derive(Clone)]
pub struct Cavage {
    pub key: PKey<Private>,
    pub key_id: String,
    pub algorithm: Option<&'static str>,
    pub covered: String,
    /// `created` and `expires`, as written.
    pub parameters: BTreeMap<&'static str, String>,
}

impl Cavage {
    /// As Mastodon signs.
    pub fn new(key_id: &str) -> Self {
        let covered = "(request-target) host date digest content-type".to_owned();
        Self { key: key(), key_id: key_id.to_owned(), algorithm: Some("rsa-sha256"), covered, parameters: BTreeMap::new() }
    }

    /// Adds the `Signature` header; what is covered and absent is signed as empty.
    pub fn sign(&self, request: &mut SignedRequest) {
        let value = |name: &str| match name {
            "(request-target)" => format!("{} {}", request.method.to_lowercase(), request.target),
            "(created)" | "(expires)" => self.parameters.get(name.trim_matches(['(', ')'])).cloned().unwrap_or_default(),
            name => find(&request.headers, name),
        };
        let lines: Vec<String> = self.covered.split(' ').map(|name| format!("{name}: {}", value(name))).collect();
        let signature = BASE64_STANDARD.encode(sign(&self.key, &lines.join("\n")));
        let mut header = format!("keyId=\"{}\"", self.key_id);
        if let Some(algorithm) = self.algorithm {
            header += &format!(",algorithm=\"{algorithm}\"");
        }
        for (name, value) in &self.parameters {
            header += &format!(",{name}={value}");
        }
        header += &format!(",headers=\"{}\",signature=\"{signature}\"", self.covered);
        request.headers.push(("signature".into(), header));
    }
}

/// An RFC 9421 signature.
#[derive(Clone)]
pub struct Message {
    pub key: PKey<Private>,
    pub label: String,
    /// As written between the brackets.
    pub components: String,
    /// As written after them.
    pub parameters: String,
}

impl Message {
    /// As peers sign.
    pub fn new(key_id: &str, now: Moment) -> Self {
        let parameters = format!(";created={};keyid=\"{key_id}\";alg=\"rsa-v1_5-sha256\"", now.timestamp());
        let components = "\"@method\" \"@target-uri\" \"content-digest\" \"content-type\"".to_owned();
        Self { key: key(), label: "sig1".into(), components, parameters }
    }

    /// Adds `Signature-Input` and `Signature`.
    pub fn sign(&self, request: &mut SignedRequest) {
        let value = |component: &str| match component {
            "@method" => request.method.clone(),
            "@authority" => find(&request.headers, "host"),
            "@path" => request.target.split('?').next().unwrap_or_default().to_owned(),
            "@target-uri" => format!("https://{}{}", find(&request.headers, "host"), request.target),
            header => find(&request.headers, header),
        };
        let named = self.components.split(' ').filter(|item| !item.is_empty());
        let mut lines: Vec<String> = named.map(|item| format!("{item}: {}", value(item.trim_matches('"')))).collect();
        let input = format!("({}){}", self.components, self.parameters);
        lines.push(format!("\"@signature-params\": {input}"));
        let signature = BASE64_STANDARD.encode(sign(&self.key, &lines.join("\n")));
        request.headers.push(("signature-input".into(), format!("{}={input}", self.label)));
        request.headers.push(("signature".into(), format!("{}=:{signature}:", self.label)));
    }
}

/// The key id of a request of ours, once everything about its signature is as it should be.
pub fn check_ours(request: &Request, host: &str, now: Moment, public_key: impl Fn(&str) -> String) -> String {
    let header = |name: &str| request.header(name).unwrap_or_else(|| panic!("one {name} header")).to_owned();
    let parameters = parse(&header("signature"));
    assert_eq!(parameters["algorithm"], "rsa-sha256");
    assert_eq!(header("host"), host);
    assert_eq!(header("date"), httpdate::fmt_http_date(now.into()));
    let target = format!("(request-target): {} {}", request.method.to_lowercase(), request.target);
    let mut signed = format!("{target}\nhost: {host}\ndate: {}", header("date"));
    let mut covered = "(request-target) host date".to_owned();
    if request.method == "POST" {
        let digest = format!("SHA-256={}", BASE64_STANDARD.encode(sha256(&request.body)));
        assert_eq!((header("digest"), header("content-type").as_str()), (digest.clone(), "application/activity+json"));
        signed += &format!("\ndigest: {digest}");
        covered += " digest";
    }
    assert_eq!(parameters["headers"], covered);
    let key = PKey::public_key_from_pem(public_key(&parameters["keyId"]).as_bytes()).expect("a public key");
    let mut verifier = Verifier::new(MessageDigest::sha256(), &key).expect("a verifier");
    let signature = BASE64_STANDARD.decode(&parameters["signature"]).expect("base64");
    assert!(verifier.verify_oneshot(&signature, signed.as_bytes()).expect("a check"), "{request:?}");
    parameters["keyId"].clone()
}

fn parse(header: &str) -> BTreeMap<String, String> {
    let parts = header.split("\",").filter_map(|part| part.split_once("=\""));
    parts.map(|(name, value)| (name.to_owned(), value.trim_end_matches('"').to_owned())).collect()
}

fn find(headers: &[(String, String)], name: &str) -> String {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn sign(key: &PKey<Private>, text: &str) -> Vec<u8> {
    let mut signer = Signer::new(MessageDigest::sha256(), key).expect("a signer");
    signer.sign_oneshot_to_vec(text.as_bytes()).expect("a signature")
}
