//! A member's tokens: made for a script, shown once, and taken back. A secret is on one page, once, and in no address and no log.

use actix_web::{
    HttpResponse,
    web::{Form, Path},
};
use askama::Template;

use super::{
    error::{self, Error},
    page::Problem,
    request::{SignedIn, Visit},
};
use crate::{
    auth::Bearer,
    domain::{
        moment::Moment,
        profile::Day,
        token::{LASTS, NewToken, Scope, Token, TokenId},
    },
    storage::{Failed, token},
    usecases::{self, token as tokens},
};

/// Most tokens that a page shows.
const TOKENS: i64 = 200;

#[derive(Template)]
#[template(path = "token/list.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    now: Moment,
    /// The path of the member's page.
    member: String,
    tokens: Vec<Token>,
    /// What is shown once, where one was made just now.
    made: Option<Made>,
    values: Sent,
    problem: Problem,
}

/// A token that was made just now.
struct Made {
    name: String,
    secret: String,
}

impl ListPage<'_> {
    /// A day that a token lasts to where nobody says.
    fn usual_end(&self) -> String {
        Day::of(self.now + LASTS).to_string()
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass what they loop over by reference")]
    fn is_chosen(&self, scope: &Scope) -> bool {
        self.values.scopes().any(|code| code == scope.code())
    }

    /// The last whole day of a token.
    fn last_day(&self, token: &Token) -> String {
        self.visit.date(&(token.expires_at - chrono::TimeDelta::seconds(1)))
    }

    /// Where it is taken back.
    fn revoking(&self, token: &Token) -> String {
        self.visit.to(format!("/tokens/{}/revoke", token.id.0))
    }

    /// What became of it: it can be used, is over, or was revoked.
    fn state(&self, token: &Token) -> &'static str {
        match token.revoked_at {
            Some(_) => "revoked",
            None if token.is_valid(self.now) => "valid",
            None => "over",
        }
    }
}

/// What the forms send.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Sent {
    form_token: String,
    name: String,
    labs: String,
    shares: String,
    until: String,
}

impl Sent {
    fn scopes(&self) -> impl Iterator<Item = &'static str> {
        let chosen = [(&self.labs, Scope::Labs), (&self.shares, Scope::Shares)];
        chosen.into_iter().filter(|(given, _)| !given.is_empty()).map(|(_, scope)| scope.code())
    }
}

/// The tokens of whoever is signed in, and the form to make one.
pub async fn list(signed: SignedIn) -> Result<HttpResponse, Error> {
    let page = lay_out(&signed, None, Sent::default(), Problem::default()).await?;
    signed.page(&page)
}

/// Makes a token, and shows its secret this once.
pub async fn add(signed: SignedIn, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    signed.check(&sent.form_token)?;
    let sent = sent.into_inner();
    match make(&signed, &sent).await {
        Ok(made) => {
            let page = lay_out(&signed, Some(made), Sent::default(), Problem::default()).await?;
            signed.page(&page)
        }
        Err(usecases::Error::Refused(refused)) if error::can_be_mended(refused.reason) => {
            let problem = Problem::of(&signed, &refused);
            let page = lay_out(&signed, None, sent, problem).await?;
            signed.page_with(error::status(refused.reason), &page)
        }
        Err(other) => Err(other.into()),
    }
}

/// Takes a token back, for good.
pub async fn revoke(signed: SignedIn, id: Path<i64>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    signed.check(&sent.form_token)?;
    let (by, now, id) = (signed.by(), signed.state.clock().now(), TokenId(id.into_inner()));
    signed.state.store().write(move |tx| tokens::revoke(tx, now, Some(&by), id)).await?;
    Ok(signed.lead_to("/tokens"))
}

async fn make(signed: &SignedIn, sent: &Sent) -> usecases::Outcome<Made> {
    let (by, now) = (signed.by(), signed.state.clock().now());
    let scopes: Vec<String> = sent.scopes().map(str::to_owned).collect();
    let new = NewToken::parse(&sent.name, &scopes, &sent.until, now)?;
    let (secret, hash) = Bearer::draw(signed.state.chance());
    let name = new.name.clone();
    signed.state.store().write(move |tx| tokens::add(tx, now, &by, &new, &hash)).await?;
    Ok(Made { name, secret })
}

async fn lay_out(signed: &SignedIn, made: Option<Made>, values: Sent, problem: Problem) -> Result<ListPage<'_>, Error> {
    let by = signed.by();
    let member = by.actor.uri.path().to_owned();
    let read: Result<Vec<Token>, Failed> =
        signed.state.store().read(move |tx| token::list_of_member(tx, by.actor.id, TOKENS)).await;
    let now = signed.state.clock().now();
    Ok(ListPage { visit: signed, now, member, tokens: read?, made, values, problem })
}
