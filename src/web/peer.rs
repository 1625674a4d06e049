//! The instances that this one knows, for whoever looks after it: to look at before it is wanted, to want, and to leave.
//! Looking asks the other host once; wanting only records, and the worker reads.

mod several;

use actix_web::{
    HttpResponse,
    web::{Form, Path, Query},
};
use askama::Template;

pub use several::{add as add_several, look as look_at_several};

use super::{
    error::{self, Error},
    page::Problem,
    request::{Administering, Visit},
};
use crate::{
    domain::{
        actor::Actor,
        audience::FollowState,
        moment::Moment,
        peer::{Listing, Peer, Policy},
        refusal::Refused,
        register::Mark,
    },
    federation::peer::Sighting,
    storage::{Failed, Tx, actor, audience, dispatch, listing, peer, reading, register, share},
    usecases::{self, peer as peers},
};

/// How many peers a page shows.
const PEERS: usize = 50;

/// How many suggestions a page shows.
const SUGGESTIONS: i64 = 20;

/// How many labs of a peer a page shows.
const LABS: i64 = 100;

/// A peer in the list, with what is known of it.
struct Known {
    peer: Peer,
    name: String,
    mark: Option<Mark>,
    labs: i64,
    waiting: i64,
}

/// What the list shows.
#[derive(Default)]
struct Found {
    known: Vec<Known>,
    further: Option<String>,
    suggested: Vec<(String, i64)>,
}

#[derive(Template)]
#[template(path = "peer/list.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    now: Moment,
    found: Found,
    address: String,
    problem: Problem,
}

/// Where the list begins.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
    watch: String,
}

/// Everyone that is known, who is suggested by them, and the form to look at another.
pub async fn list(visit: Administering, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let found = find_all(&visit, asked.after.clone()).await?;
    let now = visit.state.clock().now();
    visit.page(&ListPage { visit: &visit, now, found, address: String::new(), problem: Problem::default() })
}

async fn find_all(visit: &Visit, after: String) -> Result<Found, Failed> {
    let read = visit.state.store().read(move |tx| {
        let mut peers = peer::list(tx, &after, i64::try_from(PEERS + 1).unwrap_or(i64::MAX))?;
        let further = (peers.len() > PEERS).then(|| peers[PEERS - 1].host.clone());
        peers.truncate(PEERS);
        let known = peers.into_iter().map(|peer| describe(tx, peer)).collect::<Result<_, _>>()?;
        let suggested = peer::list_suggestions(tx, SUGGESTIONS)?;
        let suggested = suggested.into_iter().map(|(organisation, named)| (organisation.to_string(), named)).collect();
        Ok(Found { known, further, suggested })
    });
    read.await
}

fn describe(tx: &mut Tx<'_>, peer: Peer) -> Result<Known, Failed> {
    let organisation = peer.organisation.map(|id| actor::find(tx, id)).transpose()?.flatten();
    let name = organisation.map_or_else(|| peer.host.clone(), |organisation| organisation.name);
    let (labs, waiting) = (listing::count_at(tx, &peer.host)?, dispatch::count_waiting(tx, &peer.host)?);
    Ok(Known { mark: register::find_mark(tx, &peer.host)?, peer, name, labs, waiting })
}

/// What the forms send.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Sent {
    form_token: String,
    address: String,
    policy: String,
}

#[derive(Template)]
#[template(path = "peer/look.html")]
struct LookPage<'a> {
    visit: &'a Visit,
    seen: Sighting,
    address: String,
}

/// Shows who is at an address, before anything is decided.
pub async fn look(visit: Administering, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let address = sent.address.trim().to_owned();
    match visit.state.federation.look_at(&address).await {
        Ok(seen) => visit.page(&LookPage { visit: &visit, seen, address }),
        Err(usecases::Error::Refused(refused)) => mend(&visit, address, &refused).await,
        Err(other) => Err(other.into()),
    }
}

/// Wants what was seen; it is looked at once more, so that nobody is taken at a form's word.
pub async fn add(visit: Administering, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let address = sent.address.trim().to_owned();
    match look_and_connect(&visit, &address).await {
        Ok(host) => Ok(visit.lead_to(&format!("/peers/{host}?watch=yes"))),
        Err(usecases::Error::Refused(refused)) => mend(&visit, address, &refused).await,
        Err(other) => Err(other.into()),
    }
}

async fn look_and_connect(visit: &Administering, address: &str) -> usecases::Outcome<String> {
    connect(visit, visit.state.federation.look_at(address).await?).await
}

async fn connect(visit: &Administering, seen: Sighting) -> usecases::Outcome<String> {
    let host = seen.actor.host.clone();
    let wanted = peers::Wanted { actor: seen.actor, node: seen.node, directory: seen.directory };
    let (by, now, links) = (visit.by(), visit.state.clock().now(), visit.state.links().clone());
    visit.state.store().write(move |tx| peers::connect(tx, now, &links, Some(&by), &wanted)).await?;
    Ok(host)
}

async fn mend(visit: &Administering, address: String, refused: &Refused) -> Result<HttpResponse, Error> {
    let found = find_all(visit, String::new()).await?;
    let (now, problem) = (visit.state.clock().now(), Problem::in_field(visit, "address", refused));
    visit.page_with(error::MEND, &ListPage { visit, now, found, address, problem })
}

/// How far a peer's things are here.
struct Progress {
    peer: Peer,
    organisation: Option<Actor>,
    mark: Option<Mark>,
    followed: Option<FollowState>,
    labs: i64,
    shares: i64,
    unread: i64,
    waiting: i64,
    listed: Vec<Listing>,
}

impl Progress {
    /// Whether something is still to be read for the first time.
    fn is_under_way(&self) -> bool {
        self.peer.connected_at.is_some() && (self.unread > 0 || self.peer.round.is_under_way())
    }

    /// How many labs there are in all, as far as is known.
    fn total(&self) -> i64 {
        self.peer.round.labs.unwrap_or(self.labs).max(self.labs)
    }
}

#[derive(Template)]
#[template(path = "peer/show.html")]
struct ShowPage<'a> {
    visit: &'a Visit,
    now: Moment,
    found: Progress,
    watched: bool,
}

/// One peer: how far it was read, what it may do here, and what went wrong.
pub async fn show(visit: Administering, host: Path<String>, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let name = host.into_inner();
    let host = name.clone();
    let read = visit.state.store().read(move |tx| find(tx, &host));
    let found: Option<Progress> = read.await.map_err(|error: Failed| Error::from(error))?;
    let found = found.ok_or_else(|| Refused::unknown("peer-unknown").with("host", name))?;
    let watched = asked.watch == "yes" && found.is_under_way();
    visit.page(&ShowPage { visit: &visit, now: visit.state.clock().now(), found, watched })
}

fn find(tx: &mut Tx<'_>, host: &str) -> Result<Option<Progress>, Failed> {
    let Some(peer) = peer::find(tx, host)? else { return Ok(None) };
    let organisation = peer.organisation.map(|id| actor::find(tx, id)).transpose()?.flatten();
    let instance = actor::find_local_of_kind(tx, crate::domain::actor::ActorKind::Instance)?;
    let followed = match instance.zip(organisation.as_ref()) {
        Some((instance, organisation)) => audience::find_between(tx, instance.id, organisation.id)?.map(|follow| follow.state),
        None => None,
    };
    Ok(Some(Progress {
        mark: register::find_mark(tx, host)?,
        labs: listing::count_at(tx, host)?,
        shares: share::count_at(tx, host)?,
        unread: reading::count_unread(tx, host)?,
        waiting: dispatch::count_waiting(tx, host)?,
        listed: listing::list_at(tx, host, LABS)?,
        peer,
        organisation,
        followed,
    }))
}

/// Sets what a peer may do here.
pub async fn set_policy(visit: Administering, host: Path<String>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let (by, host, policy) = (visit.by(), host.into_inner(), Policy::read(&sent.policy));
    let path = format!("/peers/{host}");
    visit.state.store().write(move |tx| peers::set_policy(tx, Some(&by), &host, policy)).await?;
    Ok(visit.lead_to(&path))
}

/// Wants nothing of a peer any more.
pub async fn leave(visit: Administering, host: Path<String>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let (by, now, host) = (visit.by(), visit.state.clock().now(), host.into_inner());
    visit.state.store().write(move |tx| peers::disconnect(tx, now, Some(&by), &host)).await?;
    Ok(visit.lead_to("/peers"))
}
