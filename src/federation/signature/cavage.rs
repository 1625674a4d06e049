//! draft-cavage-http-signatures, as most of the fediverse speaks it.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use openssl::sha::sha256;

use super::{Claim, SignedRequest, Unproven, check_age, check_not_over, decode};
use crate::domain::moment::Moment;

type Parameters<'a> = HashMap<&'a str, &'a str>;

pub(super) fn read(request: &SignedRequest, now: Moment) -> Result<Claim, Unproven> {
    let header = request.header("signature").ok_or(Unproven::Invalid("signature-missing"))?;
    let parameters = parse(header)?;
    let needed = |name: &str| parameters.get(name).copied().ok_or(Unproven::Invalid("signature-incomplete"));
    if !matches!(parameters.get("algorithm").copied(), None | Some("rsa-sha256" | "hs2019")) {
        return Err(Unproven::Invalid("algorithm"));
    }
    let names: Vec<&str> = needed("headers")?.split(' ').collect();
    check_covered(request, &names)?;
    check_dates(request, &parameters, &names, now)?;
    check_digest(request)?;
    Ok(Claim {
        key_id: needed("keyId")?.to_owned(),
        signed: signing_string(request, &parameters, &names)?.into_bytes(),
        signature: decode(needed("signature")?)?,
    })
}

/// `name="value"` or `name=value`, separated by commas; a name that stands twice is refused.
fn parse(header: &str) -> Result<Parameters<'_>, Unproven> {
    let malformed = Unproven::Malformed("signature-form");
    let mut parameters = Parameters::new();
    let mut rest = header.strip_prefix("Signature ").unwrap_or(header).trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or(malformed)?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or(malformed)?,
            None => after.find(',').map_or((after, ""), |end| after.split_at(end)),
        };
        if parameters.insert(name.trim(), value).is_some() || parameters.len() > 16 {
            return Err(malformed);
        }
        let after = after.trim_start();
        rest = after.strip_prefix(',').unwrap_or(after).trim_start();
        if !after.is_empty() && !after.starts_with(',') {
            return Err(malformed);
        }
    }
    Ok(parameters)
}

fn check_covered(request: &SignedRequest, names: &[&str]) -> Result<(), Unproven> {
    let covers = |name: &str| names.contains(&name);
    let distinct: std::collections::HashSet<_> = names.iter().collect();
    if names.len() > 30 || distinct.len() != names.len() {
        return Err(Unproven::Malformed("signature-headers"));
    }
    let dated = covers("date") || covers("(created)");
    let bodied = request.method == "GET" || covers("digest");
    if covers("(request-target)") && covers("host") && dated && bodied { Ok(()) } else { Err(Unproven::Invalid("not-covered")) }
}

fn check_dates(request: &SignedRequest, parameters: &Parameters<'_>, names: &[&str], now: Moment) -> Result<(), Unproven> {
    if names.contains(&"date") {
        let date = request.header("date").ok_or(Unproven::Invalid("date"))?;
        let at = httpdate::parse_http_date(date).map_err(|_| Unproven::Invalid("date"))?;
        check_age(Moment::from(at).timestamp(), now)?;
    }
    let created = seconds(parameters, "created")?;
    if let Some(created) = created {
        check_age(created, now)?;
    }
    if let Some(expires) = seconds(parameters, "expires")? {
        check_not_over(expires, created, now)?;
    }
    Ok(())
}

fn seconds(parameters: &Parameters<'_>, name: &str) -> Result<Option<i64>, Unproven> {
    let Some(text) = parameters.get(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Unproven::Invalid("date"))
}

/// The SHA-256 digest is the one that counts; any other beside it is ignored.
fn check_digest(request: &SignedRequest) -> Result<(), Unproven> {
    let Some(header) = request.header("digest") else {
        return if request.method == "GET" { Ok(()) } else { Err(Unproven::Invalid("digest-missing")) };
    };
    let ours = BASE64_STANDARD.encode(sha256(&request.body));
    let mut digests = header.split(',').filter_map(|part| part.trim().split_once('='));
    let theirs = digests.find(|(algorithm, _)| algorithm.eq_ignore_ascii_case("sha-256"));
    match theirs {
        Some((_, value)) if value == ours => Ok(()),
        Some(_) => Err(Unproven::Invalid("digest")),
        None => Err(Unproven::Malformed("digest")),
    }
}

fn signing_string(request: &SignedRequest, parameters: &Parameters<'_>, names: &[&str]) -> Result<String, Unproven> {
    let mut lines = Vec::with_capacity(names.len());
    for name in names {
        let value = match *name {
            "(request-target)" => format!("{} {}", request.method.to_ascii_lowercase(), request.target),
            "(created)" | "(expires)" => {
                let parameter = name.trim_matches(['(', ')']);
                parameters.get(parameter).ok_or(Unproven::Invalid("not-covered"))?.to_string()
            }
            header => request.header(header).ok_or(Unproven::Invalid("header-absent"))?.to_owned(),
        };
        lines.push(format!("{name}: {value}"));
    }
    Ok(lines.join("\n"))
}
