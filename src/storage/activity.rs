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
    /// What it is about, wrapped or not: at one inbox, what is about the same thing stays in order.
    pub object: String,
    /// Whether it makes older Updates of the same thing superfluous, as an Update or a Delete does.
    pub replaces: bool,
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
        activities::object.eq(&activity.object),
        activities::replaces.eq(activity.replaces),
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

/// What is remembered of an activity that can be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Whose it was.
    pub actor: ActorId,
    /// The signature that it came with; `None` where it has not come yet, and its Undo has.
    pub proof: Option<String>,
    /// The id of what ended its effect: its own where it was undone, another's where that took its place.
    pub undone: Option<String>,
}

/// Remembers that an activity has its effect in this transaction, with the signature's digest where it can be undone; `None`
/// where something with its id is remembered already.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn receive(
    tx: &mut Tx<'_>,
    uri: &str,
    actor: ActorId,
    (proof, body): (Option<&str>, Option<&str>),
    now: Moment,
) -> Result<Option<i64>, Failed> {
    let row = (
        received::uri.eq(uri),
        received::actor_id.eq(actor.0),
        received::body.eq(body),
        received::received_at.eq(to_millis(now)),
        received::proof.eq(proof),
    );
    let query = diesel::insert_into(received::table).values(row).on_conflict(received::uri).do_nothing().returning(received::id);
    on!(tx, c => query.get_result(c).optional()).map_err(Failed::because("remember a received activity"))
}

/// What is remembered under this id.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_remembered(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Remembered>, Failed> {
    let query = received::table.filter(received::uri.eq(uri)).select((received::actor_id, received::proof, received::undone));
    let row: Option<(i64, Option<String>, Option<String>)> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a received activity"))?;
    Ok(row.map(|(actor, proof, undone)| Remembered { actor: ActorId(actor), proof, undone }))
}

/// Remembers that this is undone before it came.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn bar(tx: &mut Tx<'_>, uri: &str, actor: ActorId, now: Moment) -> Result<(), Failed> {
    let row = (
        received::uri.eq(uri),
        received::actor_id.eq(actor.0),
        received::received_at.eq(to_millis(now)),
        received::undone.eq(uri),
    );
    let query = diesel::insert_into(received::table).values(row).on_conflict(received::uri).do_nothing();
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("remember an undone activity"))
}

/// Remembers something that can be undone otherwise than before.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn revise(tx: &mut Tx<'_>, uri: &str, now: &Remembered) -> Result<(), Failed> {
    let query = diesel::update(received::table.filter(received::uri.eq(uri))).set((
        received::actor_id.eq(now.actor.0),
        received::proof.eq(now.proof.as_deref()),
        received::undone.eq(now.undone.as_deref()),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("remember an undone activity"))
}

/// The id of what this activity took the place of, received since then; the newest.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_displaced(tx: &mut Tx<'_>, by: &str, actor: ActorId, since: Moment) -> Result<Option<String>, Failed> {
    let query = received::table
        .filter(received::undone.eq(by).and(received::uri.ne(by)).and(received::actor_id.eq(actor.0)))
        .filter(received::received_at.ge(to_millis(since)))
        .order(received::id.desc())
        .select(received::uri);
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a displaced activity"))
}

/// A received activity that was kept to be passed on: its row, and its JSON.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_received(tx: &mut Tx<'_>, uri: &str) -> Result<Option<(i64, Option<String>)>, Failed> {
    let query = received::table.filter(received::uri.eq(uri)).select((received::id, received::body));
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a received activity"))
}

/// Forgets what an actor had sent, word for word; that it was received is remembered.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn forget_bodies(tx: &mut Tx<'_>, actor: ActorId) -> Result<(), Failed> {
    let kept = received::table.filter(received::actor_id.eq(actor.0).and(received::body.is_not_null()));
    let query = diesel::update(kept).set(received::body.eq(None::<&str>));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("forget what an actor sent"))
}
