//! How the API is asked: parameters of an address, and JSON. What it does not know it refuses, so that a slip is not taken for a wish.

use actix_web::{
    HttpRequest,
    http::header,
    web::{Payload, Query},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::{
    domain::{refusal::Refused, slice::Cursor},
    web::{
        admission::Admission,
        error::{Declined, Error, Faults},
    },
};

/// How many things a part of a list has where nobody says.
const USUAL: usize = 20;

/// How many it has at most.
const MOST: usize = 100;

/// Most letters of the name of a request.
const NAME: usize = 100;

/// The parameters of an address.
///
/// # Errors
/// 400 where there is one that is not known, or one twice.
pub fn parameters<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Error> {
    let read = Query::<T>::from_query(request.query_string());
    let query = read.map_err(|error| Declined::unreadable(Refused::invalid("api-query").with("reason", reason(&error))))?;
    Ok(query.into_inner())
}

/// An address that takes no parameters has none.
///
/// # Errors
/// 400 where it has.
pub fn nothing(request: &HttpRequest) -> Result<(), Error> {
    parameters::<Nothing>(request).map(|_| ())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// How many things are wanted.
pub fn limit(faults: &mut Faults, given: Option<&str>) -> usize {
    let parse = |given: &str| {
        let number = given.parse().ok().filter(|number| (1..=MOST).contains(number));
        number.ok_or_else(|| Refused::invalid("api-limit").with("most", MOST))
    };
    faults.read("limit", given, parse).unwrap_or(USUAL)
}

/// Where a part of a list that is newest first begins.
pub fn after(faults: &mut Faults, given: Option<&str>) -> Cursor {
    let parse = |given: &str| given.parse().map_err(|()| lost());
    faults.read("after", given, parse).unwrap_or(Cursor::BEGIN)
}

/// What is said of a place in a list that is none.
#[must_use]
pub fn lost() -> Refused {
    Refused::invalid("api-after")
}

/// What was sent as JSON, and a hash of it.
///
/// # Errors
/// 413, 415 or 408 as for an inbox; 400 where it is no JSON of this shape.
pub async fn body<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: Payload,
    admission: &Admission,
) -> Result<(T, String), Error> {
    let told = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !["application/json", "application/merge-patch+json"].contains(&kind.as_str()) {
        return Err(Declined::media_type().into());
    }
    let place = admission.admit(request)?;
    let bytes = place.read(payload).await?;
    let value = serde_json::from_slice(&bytes)
        .map_err(|error| Declined::unreadable(Refused::invalid("api-json").with("reason", reason(&error))))?;
    let what = [request.method().as_str().as_bytes(), b" ", request.path().as_bytes(), b"\n", &bytes].concat();
    Ok((value, BASE64_URL_SAFE_NO_PAD.encode(openssl::sha::sha256(&what))))
}

/// The name that a request gives itself, so that asking again does nothing twice.
///
/// # Errors
/// 400 where it is too long, or is no plain text.
pub fn name(request: &HttpRequest) -> Result<Option<String>, Error> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim).filter(|text| (1..=NAME).contains(&text.len()));
    let wrong = || Declined::unreadable(Refused::invalid("idempotency-key").with("limit", NAME));
    Ok(Some(text.ok_or_else(wrong)?.to_owned()))
}

/// For fields that can be cleared: absent is not the same as `null`.
///
/// # Errors
/// As the field itself.
#[expect(clippy::option_option, reason = "absent, cleared and changed are three things")]
pub fn cleared<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// What the parser says, on one short line: it names the field.
fn reason(error: &impl ToString) -> String {
    crate::domain::text::excerpt(&error.to_string(), 300)
}
