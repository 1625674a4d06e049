//! Pages of labs: one of ours, and what is known here of one elsewhere. The directory of all of them is `directory.rs`.

mod end;
mod form;
mod import;

use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;

pub use end::{ask as ask_end, end};
pub use form::{create, edit, new, revise};
pub use import::{ask as ask_import, import};

use super::{
    activitypub,
    card::{LabCard, ShareList, lab_path},
    error::Error,
    page::lead_away,
    request::{AskedPart, Visit},
};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        audience::FollowState,
        membership::{Action, Member, Role, may},
        profile::State,
        refusal::Refused,
        slice::Slice,
    },
    storage::{Failed, Tx, actor, audience, membership, share},
    usecases,
};

/// How many shares a lab's page shows.
const SHARES: i64 = 30;

/// A lab's page, or its ActivityPub document; `handle@host` is a lab elsewhere.
pub async fn show(visit: Visit, handle: Path<String>, asked: Query<AskedPart>) -> Result<HttpResponse, Error> {
    let slice = asked.of(SHARES);
    match handle.split_once('@') {
        Some((handle, host)) if host == visit.host() => Ok(visit.lead_to(&format!("/labs/{handle}"))),
        Some((handle, host)) => show_known(&visit, handle.to_owned(), host.to_owned(), slice).await,
        None if visit.wants_activity => activitypub::actor(&visit.state, ActorKind::Lab, &handle).await,
        None => show_own(&visit, handle.into_inner(), slice).await,
    }
}

#[derive(Template)]
#[template(path = "lab/show.html")]
struct Page<'a> {
    visit: &'a Visit,
    lab: Shown,
}

/// A lab with what its page says.
struct Shown {
    card: LabCard,
    /// How many shares of it can be read here.
    count: i64,
    shares: ShareList,
    stewards: Vec<Actor>,
    successor: Option<Successor>,
    follow: Option<FollowState>,
    may_describe: bool,
    may_publish: bool,
}

/// Who goes on with the work of a lab.
struct Successor {
    name: String,
    path: String,
}

impl Shown {
    fn read(tx: &mut Tx<'_>, lab: &Actor, slice: Slice) -> Result<Self, Failed> {
        let card = LabCard::of(tx, lab.id)?;
        Ok(Self {
            successor: find_successor(tx, &card)?,
            count: share::count_of_lab(tx, lab.id)?,
            shares: ShareList::read(tx, slice, |tx, slice| share::list_of_lab(tx, lab.id, slice))?,
            stewards: Vec::new(),
            follow: None,
            may_describe: false,
            may_publish: false,
            card,
        })
    }

    /// What it works on is followed where it lives; there is nothing to follow of one that has gone.
    fn is_gone(&self) -> bool {
        self.card.actor.gone_at.is_some()
    }

    fn has_ended(&self) -> bool {
        self.card.profile.state == State::Ended
    }
}

fn find_successor(tx: &mut Tx<'_>, card: &LabCard) -> Result<Option<Successor>, Failed> {
    let Some(uri) = &card.profile.successor else { return Ok(None) };
    let known = actor::find_by_uri(tx, uri.as_str())?;
    Ok(Some(match known {
        Some(known) => Successor { path: lab_path(&known), name: known.name },
        None => Successor { path: uri.to_string(), name: uri.to_string() },
    }))
}

async fn show_own(visit: &Visit, handle: String, slice: Slice) -> Result<HttpResponse, Error> {
    let member = visit.member().cloned();
    let read = visit.state.store().read(move |tx| read_own(tx, &handle, slice, member.as_ref()));
    let lab = read.await?;
    visit.page(&Page { visit, lab })
}

fn read_own(tx: &mut Tx<'_>, handle: &str, slice: Slice, member: Option<&Member>) -> usecases::Outcome<Shown> {
    let lab = usecases::lab::find(tx, handle)?;
    let standing = match member {
        Some(_) => Some(usecases::lab::standing(tx, member, &lab.actor)?),
        None => None,
    };
    let staff = membership::list_of_lab(tx, lab.actor.id)?;
    let can = |action| standing.is_some_and(|standing| may(standing, action));
    let shown = Shown::read(tx, &lab.actor, slice)?;
    Ok(Shown {
        stewards: staff.into_iter().filter(|(_, role)| *role == Role::Steward).map(|(actor, _)| actor).collect(),
        may_describe: can(Action::DescribeLab),
        may_publish: can(Action::PublishShare) && !shown.has_ended(),
        ..shown
    })
}

async fn show_known(visit: &Visit, handle: String, host: String, slice: Slice) -> Result<HttpResponse, Error> {
    let member = visit.member().cloned();
    let read = visit.state.store().read(move |tx| read_known(tx, (&handle, &host), slice, member.as_ref()));
    let (actor, lab) = read.await?;
    if visit.wants_activity {
        return Ok(lead_away(actor.uri.as_str()));
    }
    visit.page(&Page { visit, lab })
}

fn read_known(
    tx: &mut Tx<'_>,
    address: (&str, &str),
    slice: Slice,
    member: Option<&Member>,
) -> usecases::Outcome<(Actor, Shown)> {
    let actor = find_known(tx, address)?;
    let follow = match member {
        Some(member) => audience::find_between(tx, member.actor.id, actor.id)?,
        None => None,
    };
    let shown = Shown::read(tx, &actor, slice)?;
    Ok((actor, Shown { follow: follow.map(|follow| follow.state), ..shown }))
}

/// An actor elsewhere that we know.
pub(super) fn find_known(tx: &mut Tx<'_>, (handle, host): (&str, &str)) -> usecases::Outcome<Actor> {
    let unknown = || Refused::unknown("actor-unknown").with("address", format!("{handle}@{host}"));
    Ok(actor::find_by_address(tx, handle, host)?.filter(|actor| !actor.local).ok_or_else(unknown)?)
}
