//! Whoever asks again for what did not change gets a short answer: pages for visitors, documents for peers and feeds carry a mark
//! made of their content. What a session may see is never marked.

use std::time::SystemTime;

use actix_web::{
    HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// Marks an answer with its content, and shortens it where the asker holds the same.
pub async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let response = next.call(request).await?.map_into_boxed_body();
    if !reads || response.status() != StatusCode::OK || !may_be_kept(response.headers()) {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(body) => return Ok(ServiceResponse::new(request, head.set_body(body))),
    };
    let mark = mark(&bytes);
    let mut response = head.set_body(BoxBody::new(bytes));
    let holds_it = holds(request.headers(), &mark, response.headers());
    if let Ok(mark) = HeaderValue::from_str(&mark) {
        response.headers_mut().insert(header::ETAG, mark);
    }
    let response = if holds_it { shorten(response) } else { response };
    Ok(ServiceResponse::new(request, response))
}

/// Weak: the same content may travel compressed or not.
fn mark(bytes: &[u8]) -> String {
    let sum = openssl::sha::sha256(bytes);
    format!("W/\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&sum[..15]))
}

/// Whether it is text of ours that is the same for everyone who is not signed in. Pictures and style sheets never change.
fn may_be_kept(headers: &HeaderMap) -> bool {
    let kept = text(headers, header::CACHE_CONTROL);
    let varied = ["text/html", "application/activity+json", "application/jrd+json", "application/json", "application/atom+xml"];
    let written = text(headers, header::CONTENT_TYPE);
    !kept.contains("no-store") && !headers.contains_key(header::SET_COOKIE) && varied.iter().any(|kind| written.starts_with(kind))
}

/// Whether the asker holds what we would answer: by mark, or where it sends none, by date.
fn holds(asked: &HeaderMap, mark: &str, answered: &HeaderMap) -> bool {
    let marks = text(asked, header::IF_NONE_MATCH);
    if !marks.is_empty() {
        let plain = |mark: &str| mark.trim().trim_start_matches("W/").to_owned();
        return marks.split(',').any(|held| held.trim() == "*" || plain(held) == plain(mark));
    }
    let date = |headers, name| httpdate::parse_http_date(text(headers, name)).ok();
    let (held, changed) = (date(asked, header::IF_MODIFIED_SINCE), date(answered, header::LAST_MODIFIED));
    held.zip(changed).is_some_and(|(held, changed): (SystemTime, SystemTime)| changed <= held)
}

fn shorten(response: HttpResponse) -> HttpResponse {
    let mut short = response.set_body(BoxBody::new(()));
    *short.status_mut() = StatusCode::NOT_MODIFIED;
    for name in [header::CONTENT_TYPE, header::CONTENT_LANGUAGE, header::CONTENT_LENGTH] {
        short.headers_mut().remove(name);
    }
    short
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
