//! The pages of the instance itself: home, and the organisation that runs it.

use actix_web::HttpResponse;
use askama::Template;

use super::{
    activitypub,
    card::{LabCard, ShareCard},
    error::Error,
    request::Visit,
};
use crate::{
    domain::actor::ActorKind,
    storage::{Failed, Tx, actor, lab, share},
};

#[derive(Template)]
#[template(path = "instance/home.html")]
struct Home<'a> {
    visit: &'a Visit,
    labs: Vec<LabCard>,
    known: i64,
    shares: Vec<ShareCard>,
}

/// What this is, who is here, and what is new.
pub async fn home(visit: Visit) -> Result<HttpResponse, Error> {
    let organisation = visit.organisation().to_owned();
    let read = visit.state.store().read(move |tx| {
        let labs = list_own(tx, &organisation)?;
        let known = actor::list_known_labs(tx, 1_000)?.len();
        let newest = share::list_newest(tx, false, 12)?;
        Ok::<_, Failed>((labs, i64::try_from(known).unwrap_or(i64::MAX), ShareCard::list(tx, newest)?))
    });
    let (labs, known, shares) = read.await?;
    visit.page(&Home { visit: &visit, labs, known, shares })
}

#[derive(Template)]
#[template(path = "instance/organisation.html")]
struct Organisation<'a> {
    visit: &'a Visit,
    address: String,
    id: String,
    labs: Vec<LabCard>,
}

/// The organisation and its labs.
pub async fn organisation(visit: Visit) -> Result<HttpResponse, Error> {
    let handle = visit.state.settings.organisation_handle.clone();
    if visit.wants_activity {
        return activitypub::actor(&visit.state, ActorKind::Organisation, handle.as_str()).await;
    }
    let name = visit.organisation().to_owned();
    let labs = visit.state.store().read(move |tx| list_own(tx, &name)).await?;
    let id = visit.state.links().actor(ActorKind::Organisation, "").to_string();
    let address = format!("{handle}@{}", visit.host());
    visit.page(&Organisation { visit: &visit, address, id, labs })
}

/// The labs of ours, by name.
pub(super) fn list_own(tx: &mut Tx<'_>, organisation: &str) -> Result<Vec<LabCard>, Failed> {
    let labs = lab::list(tx)?;
    labs.iter().map(|lab| LabCard::of_own(tx, lab, organisation)).collect()
}
