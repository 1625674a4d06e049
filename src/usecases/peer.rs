//! Others and their servers: what is learned of an actor elsewhere, and what ends with it.

use crate::{
    domain::{
        actor::{Actor, ActorId},
        moment::Moment,
    },
    storage::{Failed, Tx, actor, block, reply, tombstone},
};

/// Keeps what an actor's own host says of it; our row. Nobody takes over a handle by which we know somebody else: who comes
/// second goes by where it lives.
///
/// # Errors
/// `Failed` where the database does not answer, or the actor was blocked while it was read.
pub fn learn(tx: &mut Tx<'_>, actor: &Actor) -> Result<Actor, Failed> {
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
    Ok(learned)
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
