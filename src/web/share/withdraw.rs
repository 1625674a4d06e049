//! Withdrawing a share: asked once, done for good.

use actix_web::{
    HttpResponse,
    web::{Form, Path},
};
use askama::Template;

use crate::{
    domain::{
        membership::{Action, require},
        refusal::Refused,
        share::{PublicId, Share},
    },
    storage::actor,
    usecases::{self, Outcome},
    web::{
        card,
        error::Error,
        request::{SignedIn, Visit},
    },
};

#[derive(Template)]
#[template(path = "share/withdraw.html")]
struct Question<'a> {
    visit: &'a Visit,
    path: String,
    headline: String,
    language: String,
}

/// What the form sends.
#[derive(serde::Deserialize)]
pub struct Sent {
    #[serde(default)]
    form_token: String,
}

/// Asks whether it is meant.
pub async fn ask(signed: SignedIn, id: Path<String>) -> Result<HttpResponse, Error> {
    let share = find(&signed, &id).await?;
    let path = format!("/shares/{}", share.public_id.as_str());
    let language = share.language.as_str().to_owned();
    signed.page(&Question { visit: &signed, path, headline: card::headline(&share), language })
}

/// Withdraws a share, and leads to its lab.
pub async fn withdraw(signed: SignedIn, id: Path<String>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    signed.check(&sent.form_token)?;
    let id = parse(&id)?;
    let state = &signed.state;
    let (by, links, now) = (signed.by(), state.links().clone(), state.clock().now());
    let write = state.store().write(move |tx| {
        let share = usecases::share::withdraw(tx, now, &links, Some(&by), &id)?;
        let lab = actor::find(tx, share.lab)?.ok_or_else(|| Refused::unknown("share-unknown"))?;
        Ok::<_, usecases::Error>(card::lab_path(&lab))
    });
    Ok(signed.lead_to(&write.await?))
}

async fn find(signed: &SignedIn, id: &str) -> Outcome<Share> {
    let (id, by, links) = (parse(id)?, signed.by(), signed.state.links().clone());
    let read = signed.state.store().read(move |tx| {
        let share = usecases::share::find_own(tx, &links, &id)?;
        let lab = actor::find(tx, share.lab)?.ok_or_else(|| Refused::unknown("share-unknown"))?;
        require(usecases::lab::standing(tx, Some(&by), &lab)?, Action::WithdrawShare)?;
        Ok(share)
    });
    read.await
}

fn parse(id: &str) -> Result<PublicId, Refused> {
    PublicId::parse(id).ok_or_else(|| Refused::unknown("share-unknown").with("id", id))
}
