//! What goes wrong in the API, as `application/problem+json` (RFC 9457): the same refusals as on pages, for programs and for whoever
//! reads their logs. It never tells a cause of ours.

use actix_web::{
    HttpRequest, HttpResponse,
    body::BoxBody,
    dev::ServiceResponse,
    http::{
        StatusCode,
        header::{self, HeaderName},
    },
    web::Data,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::Error;
use crate::{
    domain::{language::Language, refusal::Refused},
    i18n, usecases,
    web::{State, page::field_of, request::accepted_language},
};

/// Where the API is.
pub const ROOT: &str = "/api/v1";

/// How a program is refused, beside what a use case refuses.
#[derive(Debug)]
pub struct Declined {
    class: Class,
    detail: Refused,
    faults: Vec<Fault>,
    retry_after: Option<u32>,
}

/// Which status it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Unreadable,
    Fields,
    Unproven,
    Method(&'static str),
    MediaType,
    TooMany,
}

/// Something to mend: the name of a field or parameter, and why.
#[derive(Debug)]
pub struct Fault {
    field: String,
    refused: Refused,
}

impl Declined {
    /// What was asked cannot be read, parameter by parameter.
    #[must_use]
    pub fn parameters(faults: Vec<Fault>) -> Self {
        Self { faults, ..Self::new(Class::Unreadable, Refused::invalid("api-parameters")) }
    }

    /// What was sent cannot be read at all.
    #[must_use]
    pub fn unreadable(detail: Refused) -> Self {
        Self::new(Class::Unreadable, detail)
    }

    /// Fields to be mended.
    #[must_use]
    pub fn fields(faults: Vec<Fault>) -> Self {
        Self { faults, ..Self::new(Class::Fields, Refused::invalid("api-fields")) }
    }

    /// What a use case does not know because a field names it is that field's fault; anything else stays what it is.
    #[must_use]
    pub fn of_field(error: usecases::Error, key: &str, field: &str) -> Error {
        match error {
            usecases::Error::Refused(refused) if refused.key == key => {
                Self::fields(vec![Fault { field: field.to_owned(), refused }]).into()
            }
            other => other.into(),
        }
    }

    /// No token, or none that can be used.
    #[must_use]
    pub fn unproven(was_shown: bool) -> Self {
        let detail = if was_shown { Refused::invalid("token-invalid") } else { Refused::invalid("token-needed") };
        Self::new(Class::Unproven, detail)
    }

    /// Another method is wanted.
    #[must_use]
    pub fn method(allowed: &'static str) -> Self {
        Self::new(Class::Method(allowed), Refused::invalid("api-method").with("allowed", allowed))
    }

    /// Another form than JSON.
    #[must_use]
    pub fn media_type() -> Self {
        Self::new(Class::MediaType, Refused::invalid("api-media-type"))
    }

    /// Too often.
    #[must_use]
    pub fn too_many(seconds: u32) -> Self {
        let detail = Refused::invalid("api-too-many").with("seconds", seconds);
        Self { retry_after: Some(seconds), ..Self::new(Class::TooMany, detail) }
    }

    const fn new(class: Class, detail: Refused) -> Self {
        Self { class, detail, faults: Vec::new(), retry_after: None }
    }

    pub(super) const fn key(&self) -> &'static str {
        self.detail.key
    }

    pub(super) const fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }

    pub(super) const fn status(&self) -> StatusCode {
        match self.class {
            Class::Unreadable => StatusCode::BAD_REQUEST,
            Class::Fields => StatusCode::UNPROCESSABLE_ENTITY,
            Class::Unproven => StatusCode::UNAUTHORIZED,
            Class::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Class::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Class::TooMany => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// The header that belongs to the status.
    pub(super) fn header(&self) -> Option<(HeaderName, &'static str)> {
        match self.class {
            Class::Unproven if self.detail.key == "token-invalid" => {
                Some((header::WWW_AUTHENTICATE, "Bearer realm=\"archipel\", error=\"invalid_token\""))
            }
            Class::Unproven => Some((header::WWW_AUTHENTICATE, "Bearer realm=\"archipel\"")),
            Class::Method(allowed) => Some((header::ALLOW, allowed)),
            _ => None,
        }
    }
}

impl From<Declined> for Error {
    fn from(declined: Declined) -> Self {
        Self::Declined(declined)
    }
}

/// Gathers what is to be mended, so that all of it is told at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// What a field or parameter says; where it cannot be used, that is kept.
    pub fn take<T>(&mut self, field: &str, read: Result<T, Refused>) -> Option<T> {
        read.map_err(|refused| self.0.push(Fault { field: field.to_owned(), refused })).ok()
    }

    /// The same for what need not be said.
    pub fn read<T>(&mut self, field: &str, given: Option<&str>, parse: impl Fn(&str) -> Result<T, Refused>) -> Option<T> {
        self.take(field, parse(given?))
    }

    /// Nothing may be wrong with the parameters.
    ///
    /// # Errors
    /// Where something is.
    pub fn of_parameters(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Declined::parameters(self.0).into()) }
    }

    /// Nothing may be wrong with the fields.
    ///
    /// # Errors
    /// Where something is.
    pub fn of_fields(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Declined::fields(self.0).into()) }
    }
}

/// What went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is, in words: the same for every problem with this status.
    title: String,
    /// The status of the answer.
    status: u16,
    /// What went wrong, and how to mend it, in the language of `Accept-Language`: Dutch or English.
    detail: String,
    /// A word for programs that stays the same.
    code: String,
    /// The fields or parameters that have to be mended, where that is the problem.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// A field or parameter that has to be mended.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Its name.
    field: String,
    /// A word for programs that stays the same.
    code: String,
    /// What to do, in the language of `Accept-Language`.
    message: String,
}

/// Whether an address is the API's.
#[must_use]
pub fn is_of_api(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The problem in place of whatever answer refuses; what its headers say of the refusal stays.
pub(super) fn present(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let language = language_of(response.request());
    let cause = response.response().error().and_then(|cause| cause.as_error::<Error>());
    let problem = describe(language, response.status(), cause);
    let mut written = HttpResponse::build(response.status());
    written.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    written.insert_header((header::CONTENT_LANGUAGE, language.code()));
    for name in [header::RETRY_AFTER, header::ALLOW, header::WWW_AUTHENTICATE] {
        if let Some(value) = response.headers().get(&name) {
            written.insert_header((name, value.clone()));
        }
    }
    let written = written.body(serde_json::to_string(&problem).unwrap_or_default());
    response.into_response(written)
}

fn language_of(request: &HttpRequest) -> Language {
    let default = request.app_data::<Data<State>>().map_or(Language::En, |state| state.settings.language);
    accepted_language(request).unwrap_or(default)
}

fn describe(language: Language, status: StatusCode, cause: Option<&Error>) -> Problem {
    let number = status.as_u16();
    let group = match number {
        401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 => number.to_string(),
        500.. => "500".to_owned(),
        _ => "400".to_owned(),
    };
    let (detail, errors) = match cause {
        Some(Error::Declined(declined)) => {
            let errors = declined.faults.iter().map(|fault| mend(language, &fault.field, &fault.refused)).collect();
            (i18n::explain(language, &declined.detail), errors)
        }
        Some(Error::Use(usecases::Error::Refused(refused))) => {
            let field = name_of(field_of(refused.key));
            let errors = (!field.is_empty() && number == 422).then(|| mend(language, field, refused));
            (i18n::explain(language, refused), errors.into_iter().collect())
        }
        _ => (i18n::say(language, &format!("error-{group}-text")), Vec::new()),
    };
    let code = cause.map_or_else(|| format!("status-{number}"), |cause| cause.key().to_owned());
    Problem { title: i18n::say(language, &format!("error-{group}")), status: number, detail, code, errors }
}

fn mend(language: Language, field: &str, refused: &Refused) -> FieldProblem {
    FieldProblem { field: field.to_owned(), code: refused.key.to_owned(), message: i18n::explain(language, refused) }
}

/// What the API calls a field of the forms.
fn name_of(field: &str) -> &str {
    match field {
        "open_to" => "openTo",
        "summary" => "description",
        other => other,
    }
}
