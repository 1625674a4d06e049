//! Pages of labs: the directory, a lab of ours, and what is known here of one elsewhere.

mod form;

use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;

pub use form::{create, edit, new, revise};

use super::{
    activitypub,
    card::{LabCard, LabList, ShareList},
    error::Error,
    page::lead_away,
    request::{AskedPart, Visit},
};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        audience::FollowState,
        directory::{Place, Wanted, Whose},
        lab::{Lab, LabKind},
        membership::{Action, Member, Role, may},
        refusal::Refused,
        slice::Slice,
        text::Html,
    },
    storage::{Failed, Tx, actor, audience, membership, share},
    usecases,
};

/// How many shares a lab's page shows.
const SHARES: i64 = 30;

/// How many labs a page of the directory shows.
const LABS: usize = 48;

#[derive(Template)]
#[template(path = "lab/list.html")]
struct Directory<'a> {
    visit: &'a Visit,
    wanted: Wanted,
    labs: LabList,
}

/// What someone looks for, as the form and the links of the directory say it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    #[serde(rename = "where")]
    whose: String,
    kind: String,
    after: String,
}

impl Asked {
    fn wanted(&self) -> Wanted {
        let text: String =
            self.q.trim().trim_start_matches('@').chars().filter(|letter| !letter.is_control()).take(100).collect();
        Wanted { text, whose: Whose::read(&self.whose), kind: LabKind::parse(&self.kind).ok() }
    }
}

/// The directory: labs of ours and of others, all of them or those that someone looks for.
pub async fn list(visit: Visit, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let (organisation, wanted) = (visit.organisation().to_owned(), asked.wanted());
    let (looked_for, after) = (wanted.clone(), asked.after.parse().unwrap_or_else(|()| Place::begin()));
    let read = visit.state.store().read(move |tx| LabList::read(tx, &looked_for, &after, LABS, &organisation));
    let labs: Result<_, Failed> = read.await;
    visit.page(&Directory { visit: &visit, wanted, labs: labs? })
}

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
struct OwnPage<'a> {
    visit: &'a Visit,
    lab: OwnLab,
    id: String,
}

struct OwnLab {
    card: LabCard,
    handle: String,
    summary: Html,
    description: String,
    stewards: Vec<Actor>,
    shares: ShareList,
    may_describe: bool,
    may_publish: bool,
}

async fn show_own(visit: &Visit, handle: String, slice: Slice) -> Result<HttpResponse, Error> {
    let (member, organisation) = (visit.member().cloned(), visit.organisation().to_owned());
    let read = visit.state.store().read(move |tx| read_own(tx, &handle, slice, member.as_ref(), &organisation));
    let lab = read.await?;
    let id = visit.state.links().actor(ActorKind::Lab, &lab.handle).to_string();
    visit.page(&OwnPage { visit, lab, id })
}

fn read_own(
    tx: &mut Tx<'_>,
    handle: &str,
    slice: Slice,
    member: Option<&Member>,
    organisation: &str,
) -> usecases::Outcome<OwnLab> {
    let lab: Lab = usecases::lab::find(tx, handle)?;
    let standing = match member {
        Some(_) => Some(usecases::lab::standing(tx, member, &lab.actor)?),
        None => None,
    };
    let staff = membership::list_of_lab(tx, lab.actor.id)?;
    let shares = ShareList::read(tx, slice, |tx, slice| share::list_of_lab(tx, lab.actor.id, slice))?;
    let can = |action| standing.is_some_and(|standing| may(standing, action));
    Ok(OwnLab {
        card: LabCard::of_own(tx, &lab.actor, Some(lab.kind), organisation)?,
        description: lab.actor.summary.to_plain(),
        summary: lab.actor.summary,
        handle: lab.actor.handle,
        stewards: staff.into_iter().filter(|(_, role)| *role == Role::Steward).map(|(actor, _)| actor).collect(),
        shares,
        may_describe: can(Action::DescribeLab),
        may_publish: can(Action::PublishShare),
    })
}

#[derive(Template)]
#[template(path = "lab/known.html")]
struct KnownPage<'a> {
    visit: &'a Visit,
    lab: KnownLab,
}

struct KnownLab {
    card: LabCard,
    actor: Actor,
    shares: ShareList,
    follow: Option<FollowState>,
}

async fn show_known(visit: &Visit, handle: String, host: String, slice: Slice) -> Result<HttpResponse, Error> {
    let member = visit.member().cloned();
    let read = visit.state.store().read(move |tx| read_known(tx, (&handle, &host), slice, member.as_ref()));
    let lab = read.await?;
    if visit.wants_activity {
        return Ok(lead_away(lab.actor.uri.as_str()));
    }
    visit.page(&KnownPage { visit, lab })
}

fn read_known(tx: &mut Tx<'_>, address: (&str, &str), slice: Slice, member: Option<&Member>) -> usecases::Outcome<KnownLab> {
    let actor = find_known(tx, address)?;
    let follow = match member {
        Some(member) => audience::find_between(tx, member.actor.id, actor.id)?,
        None => None,
    };
    let shares = ShareList::read(tx, slice, |tx, slice| share::list_of_lab(tx, actor.id, slice))?;
    Ok(KnownLab { card: LabCard::of_known(tx, &actor)?, shares, follow: follow.map(|follow| follow.state), actor })
}

/// An actor elsewhere that we know.
pub(super) fn find_known(tx: &mut Tx<'_>, (handle, host): (&str, &str)) -> usecases::Outcome<Actor> {
    let unknown = || Refused::unknown("actor-unknown").with("address", format!("{handle}@{host}"));
    Ok(actor::find_by_address(tx, handle, host)?.filter(|actor| !actor.local).ok_or_else(unknown)?)
}
