//! Everything that can go wrong, as a status and a page in words; the only file that knows status codes of errors.
//! Visitors never see a cause: that goes to the log.

mod problem;

use std::fmt;

use actix_web::{
    FromRequest, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
};
use askama::Template;

use super::request::Visit;
use crate::{
    domain::refusal::{Reason, Refused},
    i18n,
    storage::Failed,
    usecases,
};

pub use problem::{Declined, Faults, Problem, ROOT, is_of_api};

/// What was asked for is over there.
pub const OVER_THERE: StatusCode = StatusCode::SEE_OTHER;
/// A form that has to be mended.
pub const MEND: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
/// A form that was sent too often.
pub const WAIT: StatusCode = StatusCode::TOO_MANY_REQUESTS;
/// A form of a session that ended.
pub const SIGN_IN_AGAIN: StatusCode = StatusCode::UNAUTHORIZED;
/// A page that cannot be served right now.
pub const NOT_READY: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

/// After how many seconds trying again makes sense where the database is away, or busy.
const SOON: u32 = 10;

/// Why a request gets no page of its own.
#[derive(Debug)]
pub enum Error {
    /// A use case refused it, or failed.
    Use(usecases::Error),
    /// Nobody is signed in; afterwards the visitor comes back to this path.
    SignInFirst(String),
    /// A form of another site, or of a session that ended.
    Forged,
    /// A program's request that the API does not take.
    Declined(Declined),
    /// A peer's request that is not accepted: always JSON.
    Rejected {
        /// The status.
        status: StatusCode,
        /// Why, in a word or two.
        code: &'static str,
        /// After how many seconds trying again makes sense.
        retry_after: Option<u32>,
    },
}

impl Error {
    /// Rejects a peer's request with `{"error": code}`.
    #[must_use]
    pub fn rejected(status: u16, code: &'static str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        Self::Rejected { status, code, retry_after: None }
    }

    /// The same, saying when to come back.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        match self {
            Self::Rejected { status, code, .. } => Self::Rejected { status, code, retry_after: Some(seconds) },
            other => other,
        }
    }

    /// What is not here.
    #[must_use]
    pub fn unknown_page() -> Self {
        Refused::unknown("page-unknown").into()
    }

    pub(super) fn missing_state() -> Self {
        Failed::new("find what the server works with", "it was started without").into()
    }

    fn key(&self) -> &str {
        match self {
            Self::Use(usecases::Error::Refused(refused)) => refused.key,
            Self::Use(usecases::Error::Failed(_)) => "failed",
            Self::SignInFirst(_) => "sign-in-first",
            Self::Forged => "forged",
            Self::Declined(declined) => declined.key(),
            Self::Rejected { code, .. } => code,
        }
    }
}

impl From<usecases::Error> for Error {
    fn from(error: usecases::Error) -> Self {
        Self::Use(error)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Use(refused.into())
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        Self::Use(failed.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Use(usecases::Error::Refused(refused)) => status(refused.reason),
            Self::Use(usecases::Error::Failed(failed)) if failed.may_pass() => NOT_READY,
            Self::Use(usecases::Error::Failed(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::SignInFirst(_) => StatusCode::SEE_OTHER,
            Self::Forged => StatusCode::FORBIDDEN,
            Self::Declined(declined) => declined.status(),
            Self::Rejected { status, .. } => *status,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Use(usecases::Error::Failed(failed)) = self {
            tracing::error!(error = %failed, "a request failed");
        }
        let mut response = HttpResponse::build(self.status_code());
        if let Self::SignInFirst(next) = self {
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            return response.insert_header((header::LOCATION, format!("/sign-in?next={next}"))).finish();
        }
        if let Self::Declined(declined) = self
            && let Some(named) = declined.header()
        {
            response.insert_header(named);
        }
        let again = match self {
            Self::Declined(declined) => declined.retry_after(),
            Self::Rejected { retry_after, .. } => *retry_after,
            Self::Use(usecases::Error::Failed(failed)) => failed.may_pass().then_some(SOON),
            _ => None,
        };
        if let Some(seconds) = again {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        response.json(serde_json::json!({ "error": self.key() }))
    }
}

/// What was withdrawn, as a peer reads it.
#[must_use]
pub fn gone(tombstone: &serde_json::Value) -> HttpResponse {
    HttpResponse::Gone().content_type("application/activity+json").body(tombstone.to_string())
}

/// The status of a refusal.
#[must_use]
pub const fn status(reason: Reason) -> StatusCode {
    match reason {
        Reason::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Reason::NotAllowed => StatusCode::FORBIDDEN,
        Reason::Unknown => StatusCode::NOT_FOUND,
        Reason::Gone => StatusCode::GONE,
        Reason::Conflict => StatusCode::CONFLICT,
    }
}

/// Whether the visitor can mend it in the form.
#[must_use]
pub const fn can_be_mended(reason: Reason) -> bool {
    matches!(reason, Reason::Invalid | Reason::Conflict)
}

/// Gives visitors a page instead of the short answer that programs get.
pub async fn present(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    if response.status().as_u16() < 400 {
        return Ok(response);
    }
    if is_of_api(response.request().path()) {
        return Ok(problem::present(response));
    }
    let cause = response.response().error();
    let error = cause.and_then(|cause| cause.as_error::<Error>());
    if matches!(error, Some(Error::Rejected { .. })) || (cause.is_none() && has_body(&response)) {
        return Ok(response);
    }
    let Ok(visit) = Visit::from_request(response.request(), &mut Payload::None).await else { return Ok(response) };
    if visit.wants_activity {
        return Ok(response);
    }
    match page(&visit, response.status(), error) {
        Ok(mut page) => {
            if let Some(seconds) = response.headers().get(header::RETRY_AFTER) {
                page.headers_mut().insert(header::RETRY_AFTER, seconds.clone());
            }
            Ok(response.into_response(page))
        }
        Err(_) => Ok(response),
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    visit: &'a Visit,
    heading: String,
    message: String,
    number: u16,
}

fn page(visit: &Visit, status: StatusCode, error: Option<&Error>) -> Result<HttpResponse, Error> {
    let number = status.as_u16();
    let group = match number {
        403 | 404 | 405 | 409 | 410 | 413 | 422 => number.to_string(),
        500.. => "500".to_owned(),
        _ => "400".to_owned(),
    };
    let message = match error {
        Some(Error::Use(usecases::Error::Refused(refused))) => i18n::explain(visit.language, refused),
        Some(Error::Forged) => visit.say("error-forged"),
        _ => visit.say(&format!("error-{group}-text")),
    };
    let heading = visit.say(&format!("error-{group}"));
    visit.page_with(status, &ErrorPage { visit, heading, message, number })
}

/// A page that a handler made itself, such as a form to be mended.
fn has_body(response: &ServiceResponse<BoxBody>) -> bool {
    !matches!(response.response().body().size(), actix_web::body::BodySize::None | actix_web::body::BodySize::Sized(0))
}
