//! Replies: one that a member wrote has an address, and leads to its share; a form writes a new one.

use actix_web::{
    HttpResponse,
    web::{Form, Path},
};

use super::{
    activitypub,
    error::{self, Error},
    membership::{self, Typed},
    request::{SignedIn, Visit},
    share as shares,
};
use crate::{
    domain::{refusal::Refused, share::PublicId, slice::Slice},
    storage::{reply, share},
    usecases,
};

/// Leads to the share that was replied to, or answers the ActivityPub document.
pub async fn show(visit: Visit, id: Path<String>) -> Result<HttpResponse, Error> {
    let id = PublicId::parse(&id).ok_or_else(|| Refused::unknown("reply-unknown"))?;
    if visit.wants_activity {
        return activitypub::reply(&visit.state, &id).await;
    }
    let uri = visit.state.links().reply(&id).to_string();
    let read = visit.state.store().read(move |tx| {
        let unknown = || Refused::unknown("reply-unknown");
        let row = reply::find_share_of(tx, &uri)?.ok_or_else(unknown)?;
        Ok::<_, usecases::Error>(share::find(tx, row)?.ok_or_else(unknown)?.public_id)
    });
    Ok(visit.lead_to(&format!("/shares/{}#replies", read.await?.as_str())))
}

/// Leads from the address of the form to the share.
pub async fn back(visit: Visit, id: Path<String>) -> HttpResponse {
    visit.lead_to(&format!("/shares/{id}#replies"))
}

/// What the form sends.
#[derive(serde::Deserialize)]
pub struct Sent {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    body: String,
}

/// Writes a reply of the member, and leads back to the share.
pub async fn write(visit: Visit, id: Path<String>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    let share = PublicId::parse(&id).ok_or_else(|| Refused::unknown("share-unknown"))?;
    if visit.session.is_none() {
        let (action, body) = (visit.path.clone(), sent.into_inner().body);
        return membership::keep(&visit, Typed { action, in_parts: false, body, others: Vec::new() });
    }
    let signed = SignedIn::require(visit, "/")?;
    if signed.check(&sent.form_token).is_err() {
        let refused = Refused::invalid("session-new");
        return shares::page(&signed, share, Slice::from(shares::REPLIES), sent.into_inner().body, Some(refused)).await;
    }
    let state = &signed.state;
    let (by, links, now, new) = (signed.by(), state.links().clone(), state.clock().now(), state.chance().public_id());
    let (about, body) = (share.clone(), sent.into_inner().body);
    let written = body.clone();
    let write = state.store().write(move |tx| usecases::reply::write(tx, now, &links, &new, &by, (&about, &written)));
    match write.await {
        Ok(_) => Ok(signed.lead_to(&format!("/shares/{}#replies", share.as_str()))),
        Err(usecases::Error::Refused(refused)) if error::can_be_mended(refused.reason) => {
            shares::page(&signed, share, Slice::from(shares::REPLIES), body, Some(refused)).await
        }
        Err(other) => Err(other.into()),
    }
}
