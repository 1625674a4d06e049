//! Who writes: the member that a token speaks for. A token is shown in one header and nowhere else.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Data};

use super::{answer::Here, pace::Pace};
use crate::{
    auth::Bearer,
    domain::{
        membership::Member,
        token::{Scope, TokenId},
    },
    usecases::{Outcome, token::require},
    web::{
        State,
        error::{Declined, Error},
    },
};

/// A request with a token that can be used.
pub struct Writing {
    /// What the server works with.
    pub state: State,
    bearer: Bearer,
}

impl Writing {
    /// For whom it speaks.
    pub fn by(&self) -> Member {
        self.bearer.member.clone()
    }

    /// The token.
    pub const fn token(&self) -> TokenId {
        self.bearer.token.id
    }

    /// From where is told what was written.
    pub fn here(&self) -> Here {
        Here { links: self.state.links().clone(), now: self.state.clock().now() }
    }

    /// `Ok` where the token may be used for this.
    ///
    /// # Errors
    /// 403 where it may not.
    pub fn require(&self, scope: Scope) -> Outcome<()> {
        Ok(require(&self.bearer.token, scope)?)
    }

    async fn read(request: HttpRequest) -> Result<Self, Error> {
        let state = request.app_data::<Data<State>>().ok_or_else(Error::missing_state)?.get_ref().clone();
        let told = request.headers().get(header::AUTHORIZATION);
        let secret = told.and_then(|value| value.to_str().ok()).and_then(secret_of);
        let Some(secret) = secret else { return Err(Declined::unproven(told.is_some()).into()) };
        let bearer = Bearer::find(state.store(), state.clock(), secret).await?.ok_or_else(|| Declined::unproven(true))?;
        if let Some(pace) = request.app_data::<Data<Pace>>() {
            pace.admit(state.clock().now(), bearer.token.id)?;
        }
        Ok(Self { state, bearer })
    }
}

impl FromRequest for Writing {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Self::read(request.clone()))
    }
}

fn secret_of(told: &str) -> Option<&str> {
    let (scheme, secret) = told.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}
