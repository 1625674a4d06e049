//! What surrounds every answer: no script, no frame, no guessing of types, no form from another site, and a line in the log.

use std::time::Instant;

use actix_web::{
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Uri,
        header::{self, HeaderMap, HeaderName, HeaderValue},
        uri::PathAndQuery,
    },
    middleware::Next,
    web::Data,
};

use super::{State, error::Error};
use crate::domain::peer::same_origin;

/// What a page may load and where its forms may lead: only here.
const POLICY: &str =
    "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The same for the page whose form leads to the visitor's own server, wherever that is.
pub const POLICY_LEADING_ELSEWHERE: &str = "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self' https: http:; frame-ancestors 'none'";

/// Adds the headers that every answer has, unless its handler set its own.
pub async fn protect(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::PERMISSIONS_POLICY, "interest-cohort=(), browsing-topics=()"),
        (header::VARY, "Accept"),
    ] {
        add_where_absent(headers, name, value);
    }
    Ok(response)
}

/// Refuses what a browser sends on behalf of another site.
pub async fn refuse_other_sites(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if !request.method().is_safe() && comes_from_elsewhere(&request) {
        return Ok(request.error_response(Error::Forged));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Refuses what says that it is signed by somebody whom a block covers. What carries no signature is anybody's.
pub async fn refuse_blocked(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if request.method().is_safe() && is_signed_by_blocked(&request).await? {
        tracing::info!(path = request.path(), reason = "blocked", "a document was not given");
        return Ok(request.error_response(Error::rejected(403, "blocked")));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Reads a NUL in an address as the sign for what cannot be read, as HTML does: no text here has one, and PostgreSQL takes none.
pub async fn read_nul(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(uri) = replace_nul(request.uri()) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

fn replace_nul(uri: &Uri) -> Option<Uri> {
    let text = uri.path_and_query().map(PathAndQuery::as_str).filter(|text| text.contains("%00"))?;
    text.replace("%00", "%EF%BF%BD").parse().ok()
}

async fn is_signed_by_blocked(request: &ServiceRequest) -> Result<bool, Error> {
    let Some(state) = request.app_data::<Data<State>>() else { return Ok(false) };
    for name in ["signature", "signature-input"] {
        for signature in request.headers().get_all(name).filter_map(|value| value.to_str().ok()) {
            if state.federation.is_signed_by_blocked(signature).await? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Writes one line per request, where debugging is on.
pub async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let begun = Instant::now();
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let response = next.call(request).await?;
    tracing::debug!(%method, path, status = response.status().as_u16(), took = ?begun.elapsed(), "answered");
    Ok(response)
}

fn add_where_absent(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Browsers say where a form came from; servers that post to an inbox say nothing.
fn comes_from_elsewhere(request: &ServiceRequest) -> bool {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if text(HeaderName::from_static("sec-fetch-site")).is_some_and(|site| site == "cross-site") {
        return true;
    }
    let Some(origin) = text(header::ORIGIN) else { return false };
    let ours = request.app_data::<Data<State>>().map(|state| state.links().home().clone());
    ours.is_none_or(|ours| !url::Url::parse(origin).is_ok_and(|origin| same_origin(&origin, &ours)))
}
