//! Others and their servers: what is learned of an actor elsewhere, what ends with it, and whose directory is wanted here.

use url::Url;

use super::{Outcome, audience, block as blocks, lab as labs, theme};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        change::Change,
        links::Links,
        membership::{Action, Member, require},
        moment::Moment,
        peer::{Node, Policy},
        profile::{Profile, Said},
        refusal::Refused,
    },
    storage::{
        Failed, Tx, activity, actor, audience as follows, block, listing, organisation, peer, profile, queue, reply, tombstone,
    },
};

/// What an administrator saw at another instance, and wants here.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The organisation, or the actor to be listed as a lab.
    pub actor: Actor,
    /// What its server says of itself.
    pub node: Node,
    /// Where its labs are listed; without one the actor itself is listed.
    pub directory: Option<Url>,
}

/// Wants the directory of an organisation elsewhere here, or one actor as a lab: our instance follows it, and it is read.
///
/// # Errors
/// `Refused` where the member may not, the actor is ours, or it is blocked.
pub fn connect(tx: &mut Tx<'_>, now: Moment, links: &Links, by: Option<&Member>, wanted: &Wanted) -> Outcome<()> {
    require(labs::standing_anywhere(by), Action::Administer)?;
    let actor = &wanted.actor;
    if actor.local {
        return Err(Refused::invalid("peer-own").into());
    }
    blocks::require_unblocked(tx, &actor.uri)?;
    peer::save(tx, &actor.host, &wanted.node, now)?;
    peer::connect(tx, &actor.host, wanted.directory.as_ref().map(|directory| (actor.id, directory)), now)?;
    if wanted.directory.is_none() {
        listing::confirm(tx, actor, None, now)?;
    }
    audience::follow(tx, now, by, &links.host(), actor)?;
    Ok(queue::record(tx, &Change::PeerConnected { actor: actor.id }, now)?)
}

/// Wants nothing of a host any more: its labs leave the directory, and our instance follows nobody there. What members follow stays.
///
/// # Errors
/// `Refused` where the member may not, or it was not connected.
pub fn disconnect(tx: &mut Tx<'_>, now: Moment, by: Option<&Member>, host: &str) -> Outcome<()> {
    require(labs::standing_anywhere(by), Action::Administer)?;
    let unknown = || Refused::unknown("peer-unknown").with("host", host);
    let known = peer::find(tx, host)?.filter(|peer| peer.connected_at.is_some()).ok_or_else(unknown)?;
    let Some(instance) = actor::find_local_of_kind(tx, ActorKind::Instance)? else { return Ok(()) };
    let listed = listing::remove_at(tx, host)?;
    for id in known.organisation.into_iter().chain(listed) {
        if let Some(followed) = actor::find(tx, id)?
            && follows::find_between(tx, instance.id, followed.id)?.is_some()
        {
            audience::unfollow(tx, now, by, &instance.handle, &followed)?;
        }
    }
    Ok(peer::disconnect(tx, host)?)
}

/// Sets what an instance may do here; at once, for everything that is known of it.
///
/// # Errors
/// `Refused` where the member may not, or the instance is unknown.
pub fn set_policy(tx: &mut Tx<'_>, by: Option<&Member>, host: &str, policy: Policy) -> Outcome<()> {
    require(labs::standing_anywhere(by), Action::Administer)?;
    if !peer::set_policy(tx, host, policy)? {
        return Err(Refused::unknown("peer-unknown").with("host", host).into());
    }
    Ok(listing::hide_at(tx, host, policy == Policy::Limited)?)
}

/// Keeps what an actor's own host says of it, and what it says beside that where it is a lab or an organisation; our row. Nobody
/// takes over a handle by which we know somebody else: who comes
/// second goes by where it lives.
///
/// # Errors
/// `Failed` where the database does not answer, or the actor was blocked while it was read.
pub fn learn(tx: &mut Tx<'_>, actor: &Actor, said: Option<&Said>) -> Result<Actor, Failed> {
    if block::find_covering(tx, &actor.uri)?.is_some() {
        return Err(Failed::new("keep an actor", "it is blocked here"));
    }
    let mut learned = actor.clone();
    let holder = actor::find_by_address(tx, &actor.handle, &actor.host)?;
    if holder.is_some_and(|holder| holder.uri != actor.uri && holder.gone_at.is_none()) {
        let known = actor::find_by_uri(tx, actor.uri.as_str())?;
        learned.handle = known.map_or_else(|| actor.nameless_handle(), |known| known.handle);
    }
    learned.id = actor::save(tx, &learned)?;
    match said {
        Some(Said::Lab(told)) => {
            let themes = theme::learn(tx, &learned, &told.themes)?;
            profile::save(tx, learned.id, &Profile { themes, ..Profile::clone(told) })?;
        }
        Some(Said::Organisation(told)) => organisation::save(tx, learned.id, told)?,
        None => {}
    }
    keep_listing(tx, &learned)?;
    Ok(learned)
}

/// What we know that an actor said of itself beside what every actor says.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_said(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<Said>, Failed> {
    match actor.kind {
        ActorKind::Lab => Ok(profile::find(tx, actor.id)?.map(|profile| Said::Lab(Box::new(profile)))),
        ActorKind::Organisation => Ok(organisation::find(tx, actor.id)?.map(Said::Organisation)),
        ActorKind::Instance | ActorKind::Member => Ok(None),
    }
}

/// An actor is gone for good: it follows nobody, its replies and reactions go; what labs shared stays readable, marked.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn depart(tx: &mut Tx<'_>, id: ActorId, uri: &str, now: Moment) -> Result<(), Failed> {
    tombstone::add(tx, uri, "Actor", now)?;
    reply::remove_of_author(tx, id)?;
    activity::forget_bodies(tx, id)?;
    if let Some(organisation) = listing::find_organisation(tx, id)? {
        listing::remove(tx, id, organisation)?;
    }
    actor::mark_gone(tx, id, now)
}

/// A lab that names another organisation than the one that lists it is not listed any more.
fn keep_listing(tx: &mut Tx<'_>, lab: &Actor) -> Result<(), Failed> {
    let Some(Some(organisation)) = listing::find_organisation(tx, lab.id)? else { return Ok(()) };
    let named = actor::find(tx, organisation)?.is_some_and(|organisation| lab.parent.as_ref() == Some(&organisation.uri));
    if !named {
        listing::remove(tx, lab.id, Some(organisation))?;
    }
    Ok(())
}
