//! Rows of blocks, and what a block takes away: cached copies of others and deliveries to them. It decides for nobody whom to block.

use diesel::prelude::*;
use url::Url;

use super::{
    Failed, Tx,
    actor::{self, ActorRow},
    connection::on,
    schema::{actors, blocks, deliveries, received},
};
use crate::domain::{
    actor::{Actor, ActorId},
    block::{Block, Blockable, covering},
    delivery::DeliveryState,
    moment::{from_millis, to_millis},
};

/// How many rows one statement names.
const CHUNK: usize = 500;

type BlockRow = (String, String, Option<String>, i64);

/// Adds a block, or gives the one of this subject another reason.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, block: &Block) -> Result<(), Failed> {
    let reason = blocks::reason.eq(block.reason.as_deref());
    let row = (
        blocks::subject.eq(block.subject.to_string()),
        blocks::kind.eq(block.subject.kind()),
        reason,
        blocks::since.eq(to_millis(block.since)),
    );
    let query = diesel::insert_into(blocks::table).values(row).on_conflict(blocks::subject).do_update().set(reason);
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("add a block"))
}

/// Removes a block; `false` where there was none.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove(tx: &mut Tx<'_>, subject: &Blockable) -> Result<bool, Failed> {
    let query = diesel::delete(blocks::table.find(subject.to_string()));
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("remove a block"))
}

/// All blocks, by subject.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Block>, Failed> {
    let query = blocks::table.order(blocks::subject).select(blocks::all_columns);
    let rows: Vec<BlockRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list blocks"))?;
    rows.into_iter().map(read).collect()
}

/// A block that covers a URL, of its host, of what that is below, or of the actor with this id: one look at the primary key.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_covering(tx: &mut Tx<'_>, url: &Url) -> Result<Option<Block>, Failed> {
    let query = blocks::table.filter(blocks::subject.eq_any(covering(url))).order(blocks::subject).select(blocks::all_columns);
    let row: Option<BlockRow> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look for a block"))?;
    row.map(read).transpose()
}

/// The actors elsewhere whom we know and whom this covers.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_covered_actors(tx: &mut Tx<'_>, subject: &Blockable) -> Result<Vec<Actor>, Failed> {
    let query = actors::table
        .filter(actors::local.eq(false).and(actors::uri.like(format!("%{}%", subject.needle()))))
        .order(actors::id)
        .select(actors::all_columns);
    let rows: Vec<ActorRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list what a block covers"))?;
    let known: Result<Vec<Actor>, Failed> = rows.into_iter().map(actor::read).collect();
    Ok(known?.into_iter().filter(|actor| subject.covers(&actor.uri)).collect())
}

/// Removes actors elsewhere with everything of theirs that we keep: follows both ways, shares, replies, reactions, what they sent.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn forget_actors(tx: &mut Tx<'_>, ids: &[ActorId]) -> Result<(), Failed> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    for some in ids.chunks(CHUNK) {
        let heard = diesel::delete(received::table.filter(received::actor_id.eq_any(some)));
        on!(tx, c => heard.execute(c)).map_err(Failed::because("forget what was received"))?;
        // What refers to an actor goes with its row.
        let known = diesel::delete(actors::table.filter(actors::id.eq_any(some).and(actors::local.eq(false))));
        on!(tx, c => known.execute(c)).map_err(Failed::because("forget actors"))?;
    }
    Ok(())
}

/// Whether an actor whom we know receives at this inbox, its own or a shared one.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn is_inbox_of_someone(tx: &mut Tx<'_>, inbox: &str) -> Result<bool, Failed> {
    let query = actors::table.filter(actors::inbox.eq(inbox).or(actors::shared_inbox.eq(inbox))).count();
    let count: i64 = on!(tx, c => query.get_result(c)).map_err(Failed::because("look for who has an inbox"))?;
    Ok(count > 0)
}

/// The inboxes for which something waits, each once.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_waiting_inboxes(tx: &mut Tx<'_>) -> Result<Vec<String>, Failed> {
    let query = deliveries::table.filter(waiting()).select(deliveries::inbox).distinct();
    on!(tx, c => query.load(c)).map_err(Failed::because("list inboxes that wait"))
}

/// Settles what waits for these inboxes as blocked, also what a worker holds; how many deliveries that were.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn stop_deliveries(tx: &mut Tx<'_>, inboxes: &[String]) -> Result<usize, Failed> {
    let mut stopped = 0;
    for some in inboxes.chunks(CHUNK) {
        let query = diesel::update(deliveries::table.filter(waiting().and(deliveries::inbox.eq_any(some)))).set((
            deliveries::state.eq(DeliveryState::Blocked.code()),
            deliveries::lease.eq(None::<i64>),
            deliveries::lease_until.eq(None::<i64>),
        ));
        stopped += on!(tx, c => query.execute(c)).map_err(Failed::because("stop deliveries"))?;
    }
    Ok(stopped)
}

/// Whether a delivery was settled as blocked, perhaps while a worker held it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn is_stopped(tx: &mut Tx<'_>, delivery: i64) -> Result<bool, Failed> {
    let query = deliveries::table.find(delivery).select(deliveries::state);
    let state: Option<String> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look at a delivery"))?;
    Ok(state.as_deref() == Some(DeliveryState::Blocked.code()))
}

fn waiting() -> diesel::dsl::Eq<deliveries::state, &'static str> {
    deliveries::state.eq(DeliveryState::Waiting.code())
}

fn read((subject, kind, reason, since): BlockRow) -> Result<Block, Failed> {
    let subject = Blockable::from_stored(&kind, &subject).ok_or_else(|| Failed::new("read a block", subject))?;
    Ok(Block { subject, reason, since: from_millis(since) })
}
