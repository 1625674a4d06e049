//! Pages of labs: the directory, a lab of ours, and what is known here of one elsewhere.

mod form;

use actix_web::{HttpResponse, web::Path};
use askama::Template;

pub use form::{create, edit, new, revise};

use super::{
    activitypub,
    card::{LabCard, ShareCard},
    error::Error,
    instance,
    page::lead_away,
    request::Visit,
};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        audience::FollowState,
        lab::Lab,
        membership::{Action, Member, Role, may},
        refusal::Refused,
        text::Html,
    },
    storage::{Failed, Tx, actor, audience, membership, share},
    usecases,
};

/// How many shares a lab's page shows.
const SHARES: i64 = 30;

#[derive(Template)]
#[template(path = "lab/list.html")]
struct Directory<'a> {
    visit: &'a Visit,
    own: Vec<LabCard>,
    known: Vec<LabCard>,
}

/// The directory: labs of ours and of others.
pub async fn list(visit: Visit) -> Result<HttpResponse, Error> {
    let organisation = visit.organisation().to_owned();
    let read = visit.state.store().read(move |tx| {
        let own = instance::list_own(tx, &organisation)?;
        let known = actor::list_known_labs(tx, 500)?;
        let known = known.iter().map(|lab| LabCard::of_known(tx, lab)).collect::<Result<Vec<_>, _>>()?;
        Ok::<_, Failed>((own, known))
    });
    let (own, known) = read.await?;
    visit.page(&Directory { visit: &visit, own, known })
}

/// A lab's page, or its ActivityPub document; `handle@host` is a lab elsewhere.
pub async fn show(visit: Visit, handle: Path<String>) -> Result<HttpResponse, Error> {
    match handle.split_once('@') {
        Some((handle, host)) if host == visit.host() => Ok(visit.lead_to(&format!("/labs/{handle}"))),
        Some((handle, host)) => show_known(&visit, handle.to_owned(), host.to_owned()).await,
        None if visit.wants_activity => activitypub::actor(&visit.state, ActorKind::Lab, &handle).await,
        None => show_own(&visit, handle.into_inner()).await,
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
    shares: Vec<ShareCard>,
    may_describe: bool,
    may_publish: bool,
}

async fn show_own(visit: &Visit, handle: String) -> Result<HttpResponse, Error> {
    let (member, organisation) = (visit.member().cloned(), visit.organisation().to_owned());
    let lab = visit.state.store().read(move |tx| read_own(tx, &handle, member.as_ref(), &organisation)).await?;
    let id = visit.state.links().actor(ActorKind::Lab, &lab.handle).to_string();
    visit.page(&OwnPage { visit, lab, id })
}

fn read_own(tx: &mut Tx<'_>, handle: &str, member: Option<&Member>, organisation: &str) -> usecases::Outcome<OwnLab> {
    let lab: Lab = usecases::lab::find(tx, handle)?;
    let standing = match member {
        Some(_) => Some(usecases::lab::standing(tx, member, &lab.actor)?),
        None => None,
    };
    let staff = membership::list_of_lab(tx, lab.actor.id)?;
    let shares = share::list_of_lab(tx, lab.actor.id, SHARES)?;
    let can = |action| standing.is_some_and(|standing| may(standing, action));
    Ok(OwnLab {
        card: LabCard::of_own(tx, &lab, organisation)?,
        description: lab.actor.summary.to_plain(),
        summary: lab.actor.summary,
        handle: lab.actor.handle,
        stewards: staff.into_iter().filter(|(_, role)| *role == Role::Steward).map(|(actor, _)| actor).collect(),
        shares: ShareCard::list(tx, shares)?,
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
    shares: Vec<ShareCard>,
    follow: Option<FollowState>,
}

async fn show_known(visit: &Visit, handle: String, host: String) -> Result<HttpResponse, Error> {
    let member = visit.member().cloned();
    let lab = visit.state.store().read(move |tx| read_known(tx, (&handle, &host), member.as_ref())).await?;
    if visit.wants_activity {
        return Ok(lead_away(lab.actor.uri.as_str()));
    }
    visit.page(&KnownPage { visit, lab })
}

fn read_known(tx: &mut Tx<'_>, address: (&str, &str), member: Option<&Member>) -> usecases::Outcome<KnownLab> {
    let actor = find_known(tx, address)?;
    let follow = match member {
        Some(member) => audience::find_between(tx, member.actor.id, actor.id)?,
        None => None,
    };
    let shares = share::list_of_lab(tx, actor.id, SHARES)?;
    Ok(KnownLab {
        card: LabCard::of_known(tx, &actor)?,
        shares: ShareCard::list(tx, shares)?,
        follow: follow.map(|follow| follow.state),
        actor,
    })
}

/// An actor elsewhere that we know.
pub(super) fn find_known(tx: &mut Tx<'_>, (handle, host): (&str, &str)) -> usecases::Outcome<Actor> {
    let unknown = || Refused::unknown("actor-unknown").with("address", format!("{handle}@{host}"));
    Ok(actor::find_by_address(tx, handle, host)?.filter(|actor| !actor.local).ok_or_else(unknown)?)
}
