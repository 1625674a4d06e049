//! How the API answers: JSON, a part of a list with the way on, or what was made. Reads say that they may be asked for again with their
//! `ETag`; everything else is kept by nobody.

use actix_web::{HttpResponse, http::header};
use serde::Serialize;
use url::{Url, form_urlencoded::Serializer};

use crate::{
    domain::{links::Links, moment::Moment},
    storage::Failed,
    web::error::{Error, ROOT},
};

/// From where something is told: our addresses, and the time.
#[derive(Debug, Clone)]
pub struct Here {
    /// Our addresses.
    pub links: Links,
    /// The time.
    pub now: Moment,
}

/// Something that anyone may read.
///
/// # Errors
/// `Failed` where it cannot be written.
pub fn read(value: &impl Serialize) -> Result<HttpResponse, Error> {
    Ok(as_it_is(write(value)?))
}

/// The same, written already.
#[must_use]
pub fn as_it_is(json: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(json)
}

/// A part of a list that anyone may read, and where it goes on.
///
/// # Errors
/// `Failed` where it cannot be written.
pub fn part(value: &impl Serialize, next: Option<&str>) -> Result<HttpResponse, Error> {
    let mut response = read(value)?;
    let link = next.and_then(|next| header::HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// Something as it was changed just now.
#[must_use]
pub fn changed(body: String) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(body)
}

/// Something that was made, and where it is.
#[must_use]
pub fn made(place: &str, body: String) -> HttpResponse {
    let mut response = HttpResponse::Created();
    response.insert_header((header::CONTENT_TYPE, "application/json")).insert_header((header::LOCATION, place)).body(body)
}

/// JSON of something.
///
/// # Errors
/// `Failed` where it cannot be written.
pub fn write(value: &impl Serialize) -> Result<String, Failed> {
    serde_json::to_string(value).map_err(Failed::because("write JSON"))
}

/// An address of the API.
#[must_use]
pub fn at(links: &Links, path: &str) -> Url {
    links.at(&format!("{ROOT}{path}"))
}

/// The same address with what was asked, from another place on.
#[must_use]
pub fn further(links: &Links, path: &str, asked: &str, after: &str) -> String {
    let mut url = at(links, path);
    let kept = url::form_urlencoded::parse(asked.as_bytes()).filter(|(name, _)| name != "after");
    url.set_query(Some(&Serializer::new(String::new()).extend_pairs(kept).append_pair("after", after).finish()));
    url.into()
}
