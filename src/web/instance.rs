//! The pages of the instance itself: home, and the organisation that runs it.

use actix_web::{HttpResponse, web::Query};
use askama::Template;

use super::{
    activitypub,
    card::{LabList, ShareList},
    error::Error,
    request::{AskedPart, Visit},
};
use crate::{
    domain::actor::ActorKind,
    storage::{Failed, lab, share},
};

/// How many labs and shares a page shows.
const LABS: usize = 48;
const LABS_AT_HOME: usize = 12;
const SHARES: i64 = 20;

#[derive(Template)]
#[template(path = "instance/home.html")]
struct Home<'a> {
    visit: &'a Visit,
    labs: LabList,
    known: i64,
    shares: ShareList,
    /// Whether nothing has begun here.
    is_empty: bool,
}

/// What this is, who is here, and what is new.
pub async fn home(visit: Visit, asked: Query<AskedPart>) -> Result<HttpResponse, Error> {
    let (organisation, slice) = (visit.organisation().to_owned(), asked.of(SHARES));
    let read = visit.state.store().read(move |tx| {
        let labs = LabList::of_ours(tx, LABS_AT_HOME, &organisation)?;
        let shares = ShareList::read(tx, slice, |tx, slice| share::list_newest(tx, false, slice))?;
        Ok::<_, Failed>((labs, lab::count_known(tx)?, shares))
    });
    let (labs, known, shares) = read.await?;
    let is_empty = labs.is_empty() && known == 0 && shares.cards.is_empty();
    visit.page(&Home { visit: &visit, labs, known, shares, is_empty })
}

#[derive(Template)]
#[template(path = "instance/organisation.html")]
struct Organisation<'a> {
    visit: &'a Visit,
    address: String,
    id: String,
    labs: LabList,
}

/// The organisation and its labs.
pub async fn organisation(visit: Visit) -> Result<HttpResponse, Error> {
    let handle = visit.state.settings.organisation_handle.clone();
    if visit.wants_activity {
        return activitypub::actor(&visit.state, ActorKind::Organisation, handle.as_str()).await;
    }
    let name = visit.organisation().to_owned();
    let labs: Result<_, Failed> = visit.state.store().read(move |tx| LabList::of_ours(tx, LABS, &name)).await;
    let id = visit.state.links().actor(ActorKind::Organisation, "").to_string();
    let address = format!("{handle}@{}", visit.host());
    visit.page(&Organisation { visit: &visit, address, id, labs: labs? })
}
