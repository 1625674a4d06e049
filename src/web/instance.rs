//! The pages of the instance itself: home, and the organisation that runs it.

use actix_web::{HttpResponse, web::Query};
use askama::Template;

use super::{
    activitypub,
    card::{LabCard, LabList, ShareList},
    error::Error,
    linked_data,
    request::{AskedPart, Visit},
};
use crate::{
    domain::{actor::ActorKind, organisation::Organisation, register::Mark},
    storage::{Failed, directory, register, share},
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
    let slice = asked.of(SHARES);
    let read = visit.state.store().read(move |tx| {
        let labs = LabList::of_ours(tx, LABS_AT_HOME)?;
        let shares = ShareList::read(tx, slice, |tx, slice| share::list_newest(tx, false, slice))?;
        Ok::<_, Failed>((labs, directory::count_known(tx)?, shares))
    });
    let (labs, known, shares) = read.await?;
    let is_empty = labs.cards.is_empty() && known == 0 && shares.cards.is_empty();
    visit.page(&Home { visit: &visit, labs, known, shares, is_empty })
}

#[derive(Template)]
#[template(path = "instance/organisation.html")]
struct OrganisationPage<'a> {
    visit: &'a Visit,
    address: String,
    id: String,
    is: Organisation,
    mark: Option<Mark>,
    cards: Vec<LabCard>,
    linked_data: String,
    /// Whether there are more labs than these.
    is_cut: bool,
}

/// The organisation and its labs.
pub async fn organisation(visit: Visit) -> Result<HttpResponse, Error> {
    let settings = &visit.state.settings;
    let handle = settings.organisation_handle.clone();
    if visit.wants_activity {
        return activitypub::actor(&visit.state, ActorKind::Organisation, handle.as_str()).await;
    }
    let host = visit.host();
    let read =
        visit.state.store().read(move |tx| Ok::<_, Failed>((LabList::of_ours(tx, LABS)?, register::find_mark(tx, &host)?)));
    let (labs, mark) = read.await?;
    let id = visit.state.links().actor(ActorKind::Organisation, "").to_string();
    let (address, is) = (format!("{handle}@{}", visit.host()), settings.organisation.clone());
    let (cards, is_cut) = (labs.cards, labs.next.is_some());
    let linked_data = linked_data::of_organisation(&id, visit.organisation(), &is, mark.as_ref(), &cards);
    visit.page(&OrganisationPage { visit: &visit, address, id, is, mark, cards, linked_data, is_cut })
}
