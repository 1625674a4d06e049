//! Members: signing in and out, and a member's page.

mod again;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Form, Path, Query},
};
use askama::Template;

pub use again::{Typed, keep};

use super::{
    State, activitypub,
    card::ShareList,
    error::{self, Error},
    request::{self, AskedPart, SignedIn, Visit},
};
use crate::{
    auth::{Session, Throttle},
    domain::actor::{Actor, ActorKind},
    storage::share,
    usecases,
};

#[derive(Template)]
#[template(path = "membership/sign-in.html")]
struct SignInPage<'a> {
    visit: &'a Visit,
    handle: String,
    next: String,
    problem: String,
}

/// Where to go afterwards.
#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    next: String,
}

/// The sign-in form; whoever is signed in is led on.
pub async fn ask(visit: Visit, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let next = request::safe_next(&asked.next);
    if visit.session.is_some() {
        return Ok(visit.lead_to(next));
    }
    visit.page(&SignInPage { visit: &visit, handle: String::new(), next: next.to_owned(), problem: String::new() })
}

/// What the form sends.
#[derive(serde::Deserialize)]
pub struct Sent {
    #[serde(default)]
    handle: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// Signs in, and leads to where the visitor wanted to be. It never says whether the handle or the password was wrong.
pub async fn sign_in(
    visit: Visit,
    request: HttpRequest,
    throttle: Data<Throttle>,
    sent: Form<Sent>,
) -> Result<HttpResponse, Error> {
    let Sent { handle, password, next } = sent.into_inner();
    let next = request::safe_next(&next).to_owned();
    let state = &visit.state;
    let keys = [format!("address {}", request::remote_address(&request)), format!("handle {}", handle.trim().to_lowercase())];
    if !throttle.admit(state.clock().now(), &[&keys[0], &keys[1]]) {
        let problem = visit.say("sign-in-wait");
        return visit.page_with(error::WAIT, &SignInPage { visit: &visit, handle, next, problem });
    }
    let begun = Session::begin(state.store(), state.clock(), state.chance(), (&handle, password)).await?;
    if let Some(token) = begun {
        return Ok(with_cookie(state, visit.lead_to(&next), Some(&token)));
    }
    let problem = visit.say("sign-in-wrong");
    visit.page_with(error::MEND, &SignInPage { visit: &visit, handle, next, problem })
}

/// What the sign-out button sends.
#[derive(serde::Deserialize)]
pub struct Leaving {
    #[serde(default)]
    form_token: String,
}

/// Signs out, and leads home.
pub async fn sign_out(signed: SignedIn, request: HttpRequest, sent: Form<Leaving>) -> Result<HttpResponse, Error> {
    signed.check(&sent.form_token)?;
    let state = &signed.state;
    if let Some(token) = request::session_token(&request, state) {
        Session::end(state.store(), state.clock(), &token).await?;
    }
    Ok(with_cookie(state, signed.lead_to("/"), None))
}

fn with_cookie(state: &State, mut response: HttpResponse, token: Option<&str>) -> HttpResponse {
    if let Ok(cookie) = header::HeaderValue::from_str(&request::session_cookie(state, token)) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Template)]
#[template(path = "membership/show.html")]
struct MemberPage<'a> {
    visit: &'a Visit,
    actor: Actor,
    picture: String,
    shares: ShareList,
    is_self: bool,
}

/// A member's page, or its ActivityPub document.
pub async fn show(visit: Visit, handle: Path<String>, asked: Query<AskedPart>) -> Result<HttpResponse, Error> {
    if visit.wants_activity {
        return activitypub::actor(&visit.state, ActorKind::Member, &handle).await;
    }
    let (handle, slice) = (handle.into_inner(), asked.of(30));
    let read = visit.state.store().read(move |tx| {
        let member = usecases::membership::find(tx, &handle)?;
        let shares = ShareList::read(tx, slice, |tx, slice| share::list_of_author(tx, member.actor.id, slice))?;
        Ok::<_, usecases::Error>((member.actor, shares))
    });
    let (actor, shares) = read.await?;
    let is_self = visit.member().is_some_and(|member| member.actor.id == actor.id);
    let picture = super::media::of_actor(&actor);
    visit.page(&MemberPage { visit: &visit, actor, picture, shares, is_self })
}
