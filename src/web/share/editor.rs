//! The editor: write a share, look at it, publish it, correct it. A preview keeps everything that was typed.

use actix_multipart::form::MultipartForm;
use actix_web::{HttpResponse, web::Path};

use super::form::{Desk, Sent, Values, form, keep, receive, take_in};
use super::tried::look;
use crate::{
    domain::{
        actor::Actor,
        membership::{Action, require},
        refusal::Refused,
        share::{PublicId, Share, Voice},
    },
    storage::actor,
    usecases::{self, Outcome, share::Revision},
    web::{
        error::{self, Error},
        request::{SignedIn, Visit},
    },
};

/// An empty editor.
pub async fn new(signed: SignedIn, lab: Path<String>) -> Result<HttpResponse, Error> {
    let desk = sit_down(&signed, &lab).await?;
    let values = Values::blank(signed.language);
    form(&signed, &desk, values, None)
}

/// Shows a new share as it would be, or publishes it and leads to it.
pub async fn create(visit: Visit, lab: Path<String>, sent: MultipartForm<Sent>) -> Result<HttpResponse, Error> {
    if visit.session.is_none() {
        return keep(&visit, sent.into_inner());
    }
    let signed = SignedIn::require(visit, "/")?;
    let desk = sit_down(&signed, &lab).await?;
    let (mut values, upload, proven) = receive(&signed, sent.into_inner());
    if !proven {
        return form(&signed, &desk, values, Some(&Refused::invalid("session-new")));
    }
    if let Err(error) = take_in(&signed, &mut values, upload).await {
        return again(&signed, &desk, values, error);
    }
    if values.is_a_look() {
        return look(&signed, &desk, values).await;
    }
    match publish(&signed, &desk.lab, &values).await {
        Ok(share) => Ok(signed.lead_to(&format!("/shares/{}", share.public_id.as_str()))),
        Err(error) => again(&signed, &desk, values, error),
    }
}

/// The editor with a share as it was written.
pub async fn edit(signed: SignedIn, id: Path<String>) -> Result<HttpResponse, Error> {
    let desk = take_up(&signed, &id).await?;
    let values = desk.share.as_ref().map(Values::of).unwrap_or_default();
    form(&signed, &desk, values, None)
}

/// Shows a corrected share as it would be, or publishes the correction and leads to it.
pub async fn revise(visit: Visit, id: Path<String>, sent: MultipartForm<Sent>) -> Result<HttpResponse, Error> {
    if visit.session.is_none() {
        return keep(&visit, sent.into_inner());
    }
    let signed = SignedIn::require(visit, "/")?;
    let desk = take_up(&signed, &id).await?;
    let (mut values, upload, proven) = receive(&signed, sent.into_inner());
    if !proven {
        return form(&signed, &desk, values, Some(&Refused::invalid("session-new")));
    }
    if let Err(error) = take_in(&signed, &mut values, upload).await {
        return again(&signed, &desk, values, error);
    }
    if values.is_a_look() {
        return look(&signed, &desk, values).await;
    }
    match correct(&signed, &id, &values).await {
        Ok(share) => Ok(signed.lead_to(&format!("/shares/{}", share.public_id.as_str()))),
        Err(error) => again(&signed, &desk, values, error),
    }
}

async fn publish(signed: &SignedIn, lab: &Actor, values: &Values) -> Outcome<Share> {
    let draft = values.read(signed)?;
    let voice = Voice::parse(&values.voice)?;
    let state = &signed.state;
    let (by, links, now, id) = (signed.by(), state.links().clone(), state.clock().now(), state.chance().public_id());
    let lab = lab.handle.clone();
    let write = state.store().write(move |tx| usecases::share::publish(tx, now, &links, id, Some(&by), (&lab, &voice, draft)));
    write.await
}

async fn correct(signed: &SignedIn, id: &str, values: &Values) -> Outcome<Share> {
    let (id, draft) = (parse(id)?, values.read(signed)?);
    let state = &signed.state;
    let (by, links, now) = (signed.by(), state.links().clone(), state.clock().now());
    let revision = Revision { draft: Some(draft), ..Revision::default() };
    let write = state.store().write(move |tx| usecases::share::revise(tx, now, &links, Some(&by), &id, revision));
    write.await
}

/// A desk for a new share, where the member may write one.
async fn sit_down(signed: &SignedIn, lab: &str) -> Outcome<Desk> {
    let (by, handle) = (signed.by(), lab.to_owned());
    let read = signed.state.store().read(move |tx| {
        let lab = usecases::lab::find(tx, &handle)?.actor;
        let standing = usecases::lab::standing(tx, Some(&by), &lab)?;
        require(standing, Action::PublishShare)?;
        Ok(Desk { lab, standing, share: None })
    });
    read.await
}

/// A desk with a share on it, where the member may correct it.
async fn take_up(signed: &SignedIn, id: &str) -> Outcome<Desk> {
    let (id, by, links) = (parse(id)?, signed.by(), signed.state.links().clone());
    let read = signed.state.store().read(move |tx| {
        let share = usecases::share::find_own(tx, &links, &id)?;
        let lab = actor::find(tx, share.lab)?.ok_or_else(|| Refused::unknown("share-unknown"))?;
        let standing = usecases::lab::standing(tx, Some(&by), &lab)?;
        require(standing, Action::ReviseShare)?;
        Ok(Desk { lab, standing, share: Some(share) })
    });
    read.await
}

fn parse(id: &str) -> Result<PublicId, Refused> {
    PublicId::parse(id).ok_or_else(|| Refused::unknown("share-unknown").with("id", id))
}

fn again(signed: &SignedIn, desk: &Desk, values: Values, error: usecases::Error) -> Result<HttpResponse, Error> {
    match error {
        usecases::Error::Refused(refused) if error::can_be_mended(refused.reason) => form(signed, desk, values, Some(&refused)),
        other => Err(other.into()),
    }
}
