//! RFC 9421, HTTP Message Signatures: one signature over the method, the target and the content's digest.

use base64::{Engine, prelude::BASE64_STANDARD};
use openssl::sha::sha256;

use super::{Claim, SignedRequest, Unproven, check_age, check_not_over, decode};
use crate::domain::moment::Moment;

/// One member of `Signature-Input`: its label, the covered components, and the parameters as written.
struct Input<'a> {
    label: &'a str,
    components: Vec<&'a str>,
    parameters: &'a str,
}

pub(super) fn read(request: &SignedRequest, now: Moment) -> Result<Claim, Unproven> {
    let header = request.header("signature-input").ok_or(Unproven::Invalid("signature-missing"))?;
    let input = parse(header)?;
    check_covered(request, &input)?;
    check_parameters(&input, now)?;
    check_digest(request)?;
    let key_id = parameter(input.parameters, "keyid").ok_or(Unproven::Invalid("signature-incomplete"))?;
    Ok(Claim {
        key_id: key_id.to_owned(),
        signed: signature_base(request, &input)?.into_bytes(),
        signature: decode(find_signature(request, input.label)?)?,
    })
}

/// `label=("a" "b");created=1;keyid="…"`; a second label is refused: it is not clear which one counts.
fn parse(header: &str) -> Result<Input<'_>, Unproven> {
    let malformed = Unproven::Malformed("signature-form");
    let (label, rest) = header.split_once('=').ok_or(malformed)?;
    let (inner, parameters) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or(malformed)?;
    let components: Option<Vec<&str>> =
        inner.split_ascii_whitespace().map(|item| item.strip_prefix('"').and_then(|item| item.strip_suffix('"'))).collect();
    if parameters.contains("=(") {
        return Err(Unproven::Invalid("signature-labels"));
    }
    Ok(Input { label: label.trim(), components: components.ok_or(malformed)?, parameters })
}

fn check_covered(request: &SignedRequest, input: &Input<'_>) -> Result<(), Unproven> {
    let covers = |name: &str| input.components.contains(&name);
    let distinct: std::collections::HashSet<_> = input.components.iter().collect();
    if input.components.len() > 30 || distinct.len() != input.components.len() {
        return Err(Unproven::Malformed("signature-headers"));
    }
    let targeted = covers("@target-uri") || (covers("@authority") && (covers("@path") || covers("@request-target")));
    let bodied = request.method == "GET" || covers("content-digest");
    if covers("@method") && targeted && bodied { Ok(()) } else { Err(Unproven::Invalid("not-covered")) }
}

fn check_parameters(input: &Input<'_>, now: Moment) -> Result<(), Unproven> {
    let seconds = |name: &str| match parameter(input.parameters, name) {
        None => Ok(None),
        Some(text) => text.parse::<i64>().map(Some).map_err(|_| Unproven::Invalid("date")),
    };
    let created = seconds("created")?.ok_or(Unproven::Invalid("date"))?;
    check_age(created, now)?;
    if let Some(expires) = seconds("expires")? {
        check_not_over(expires, Some(created), now)?;
    }
    match parameter(input.parameters, "alg") {
        None | Some("rsa-v1_5-sha256") => Ok(()),
        Some(_) => Err(Unproven::Invalid("algorithm")),
    }
}

fn check_digest(request: &SignedRequest) -> Result<(), Unproven> {
    let Some(header) = request.header("content-digest") else {
        return if request.method == "GET" { Ok(()) } else { Err(Unproven::Invalid("digest-missing")) };
    };
    let ours = format!(":{}:", BASE64_STANDARD.encode(sha256(&request.body)));
    let mut digests = header.split(',').filter_map(|part| part.trim().split_once('='));
    match digests.find(|(algorithm, _)| algorithm.eq_ignore_ascii_case("sha-256")) {
        Some((_, value)) if value == ours => Ok(()),
        Some(_) => Err(Unproven::Invalid("digest")),
        None => Err(Unproven::Malformed("digest")),
    }
}

/// The value of a parameter, without its quotes.
fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    parameters.split(';').find_map(|part| {
        let value = part.trim().strip_prefix(name)?.strip_prefix('=')?;
        Some(value.trim_matches('"'))
    })
}

fn find_signature<'a>(request: &'a SignedRequest, label: &str) -> Result<&'a str, Unproven> {
    let header = request.header("signature").ok_or(Unproven::Invalid("signature-missing"))?;
    let value = header.strip_prefix(label).and_then(|rest| rest.strip_prefix("=:")).and_then(|rest| rest.strip_suffix(':'));
    value.ok_or(Unproven::Malformed("signature-form"))
}

fn signature_base(request: &SignedRequest, input: &Input<'_>) -> Result<String, Unproven> {
    let mut base = String::new();
    for component in &input.components {
        base.push_str(&format!("\"{component}\": {}\n", value_of(request, component)?));
    }
    let list: Vec<String> = input.components.iter().map(|component| format!("\"{component}\"")).collect();
    base.push_str(&format!("\"@signature-params\": ({}){}", list.join(" "), input.parameters));
    Ok(base)
}

fn value_of(request: &SignedRequest, component: &str) -> Result<String, Unproven> {
    let host = request.header("host").unwrap_or_default().to_ascii_lowercase();
    let path = || request.target.split('?').next().unwrap_or_default();
    match component {
        "@method" => Ok(request.method.clone()),
        "@authority" => Ok(host),
        "@path" => Ok(path().to_owned()),
        "@query" => Ok(format!("?{}", request.target.split_once('?').map_or("", |(_, query)| query))),
        "@request-target" => Ok(request.target.clone()),
        "@target-uri" => Ok(format!("{}://{host}{}", request.scheme, request.target)),
        "@scheme" => Ok(request.scheme.clone()),
        derived if derived.starts_with('@') => Err(Unproven::Invalid("not-covered")),
        header => Ok(request.header(header).ok_or(Unproven::Invalid("header-absent"))?.to_owned()),
    }
}
