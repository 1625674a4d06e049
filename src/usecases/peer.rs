//! Others and their servers: what is learned of an actor elsewhere, and what ends with it.

use super::theme;
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        moment::Moment,
        profile::{Profile, Said},
    },
    storage::{Failed, Tx, actor, block, organisation, profile, reply, tombstone},
};

/// Keeps what an actor's own host says of it, and what it says beside that where it is a lab or an organisation; our row. Nobody takes over a handle by which we know somebody else: who comes
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
    actor::mark_gone(tx, id, now)
}
