//! What surrounds every answer of the API: how often one may ask, and the headers that each answer has.

use actix_web::{
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};

use super::VERSION;
use crate::{
    auth::Throttle,
    domain::{moment::Moment, token::TokenId},
    web::{
        State,
        error::{Declined, is_of_api},
        request::remote_address,
    },
};

/// Most requests of one address within a minute.
const REQUESTS: u32 = 600;

/// Most requests with one token within a minute.
const WRITES: u32 = 120;

/// After how many seconds a minute is over for certain.
const MINUTE: u32 = 60;

/// Counts who asks how often.
#[derive(Debug)]
pub struct Pace {
    addresses: Throttle,
    tokens: Throttle,
}

impl Default for Pace {
    fn default() -> Self {
        Self { addresses: Throttle::of(REQUESTS), tokens: Throttle::of(WRITES) }
    }
}

impl Pace {
    /// Counts a use of a token.
    ///
    /// # Errors
    /// Where it was used too often within this minute.
    pub(super) fn admit(&self, now: Moment, token: TokenId) -> Result<(), Declined> {
        if self.tokens.admit(now, &[&token.0.to_string()]) { Ok(()) } else { Err(Declined::too_many(MINUTE)) }
    }
}

/// Lets nobody ask more often than a machine can bear.
pub async fn admit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if is_of_api(request.path()) && !is_in_time(&request) {
        return Ok(request.error_response(crate::web::error::Error::from(Declined::too_many(MINUTE))));
    }
    // Nothing is called so, and no text of PostgreSQL's can hold it.
    if is_of_api(request.path()) && request.uri().to_string().contains("%00") {
        return Ok(request.error_response(crate::web::error::Error::from(Declined::parameters(Vec::new()))));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn is_in_time(request: &ServiceRequest) -> bool {
    let (state, pace) = (request.app_data::<Data<State>>(), request.app_data::<Data<Pace>>());
    let Some((state, pace)) = state.zip(pace) else { return true };
    pace.addresses.admit(state.clock().now(), &[&remote_address(request.request())])
}

/// Adds what every answer of the API has, errors too. What anyone may read, any site may read.
pub async fn furnish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (is_ours, method) = (is_of_api(request.path()), request.method().clone());
    let is_secure = request.app_data::<Data<State>>().is_some_and(|state| state.settings.url.scheme() == "https");
    let mut response = next.call(request).await?.map_into_boxed_body();
    if !is_ours {
        return Ok(response);
    }
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&method);
    let mut set = |name: HeaderName, value: &'static str| {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    };
    set(HeaderName::from_static("api-version"), VERSION);
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    set(header::X_FRAME_OPTIONS, "DENY");
    if is_secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if reads {
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        set(header::ACCESS_CONTROL_EXPOSE_HEADERS, "API-Version, ETag, Link, Retry-After");
    }
    if !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}
