//! Others and their servers: what is learned of an actor elsewhere, and what ends with it.

use crate::{
    domain::{
        actor::{Actor, ActorId},
        moment::Moment,
    },
    storage::{Failed, Tx, actor, reply, tombstone},
};

/// Keeps what an actor's own host says of it; our row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn learn(tx: &mut Tx<'_>, actor: &Actor) -> Result<Actor, Failed> {
    let id = actor::save(tx, actor)?;
    Ok(Actor { id, ..actor.clone() })
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
