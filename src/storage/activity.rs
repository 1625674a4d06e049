//! Rows of activities: what we said, byte for byte, and what we received and has had its effect.

use diesel::prelude::*;

use super::{
    Failed, Tx,
    connection::on,
    schema::{activities, received},
};
use crate::domain::{
    actor::ActorId,
    moment::{Moment, to_millis},
};

/// Something we say: stored once, sent as it is to every inbox at every try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewActivity {
    /// Its id.
    pub uri: String,
    /// Who of ours says it, and signs.
    pub actor: ActorId,
    /// The JSON, as sent.
    pub body: String,
    /// Whether anyone may read it at its id.
    pub public: bool,
    /// What an Update or a Delete is about, wrapped or not: it makes older Updates of the same thing superfluous.
    pub object: Option<String>,
}

/// Stores an activity; its row. Storing it twice changes nothing.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, activity: &NewActivity, now: Moment) -> Result<i64, Failed> {
    let row = (
        activities::uri.eq(&activity.uri),
        activities::actor_id.eq(activity.actor.0),
        activities::body.eq(&activity.body),
        activities::public.eq(activity.public),
        activities::created_at.eq(to_millis(now)),
        activities::object.eq(activity.object.as_deref()),
    );
    let query = diesel::insert_into(activities::table).values(row).on_conflict(activities::uri).do_nothing();
    on!(tx, c => query.execute(c)).map_err(Failed::because("store an activity"))?;
    let query = activities::table.filter(activities::uri.eq(&activity.uri)).select(activities::id);
    on!(tx, c => query.first(c)).map_err(Failed::because("find a stored activity"))
}

/// The JSON of a public activity of ours.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_public(tx: &mut Tx<'_>, uri: &str) -> Result<Option<String>, Failed> {
    let query = activities::table.filter(activities::uri.eq(uri).and(activities::public)).select(activities::body);
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("find an activity"))
}

/// Remembers that an activity has its effect in this transaction; `None` where it had it before.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn receive(tx: &mut Tx<'_>, uri: &str, actor: ActorId, body: Option<&str>, now: Moment) -> Result<Option<i64>, Failed> {
    let row = (
        received::uri.eq(uri),
        received::actor_id.eq(actor.0),
        received::body.eq(body),
        received::received_at.eq(to_millis(now)),
    );
    let query = diesel::insert_into(received::table).values(row).on_conflict(received::uri).do_nothing().returning(received::id);
    on!(tx, c => query.get_result(c).optional()).map_err(Failed::because("remember a received activity"))
}

/// A received activity that was kept to be passed on: its row, and its JSON.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_received(tx: &mut Tx<'_>, uri: &str) -> Result<Option<(i64, Option<String>)>, Failed> {
    let query = received::table.filter(received::uri.eq(uri)).select((received::id, received::body));
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a received activity"))
}

/// Forgets a received activity of this actor, so that one with its id can have an effect again.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn forget(tx: &mut Tx<'_>, uri: &str, actor: ActorId) -> Result<(), Failed> {
    let query = diesel::delete(received::table.filter(received::uri.eq(uri).and(received::actor_id.eq(actor.0))));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("forget a received activity"))
}
