//! Rows of blocks, and what a block takes away: cached copies of others and deliveries to them. It decides for nobody whom to block.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use url::Url;

use super::{
    Failed, Tx,
    actor::{self, ActorRow},
    connection::on,
    lane,
    schema::{actors, blocks, deliveries, received},
};
use crate::domain::{
    actor::{Actor, ActorId},
    block::{Block, Blockable, covering},
    delivery::DeliveryState,
    dispatch::list_open_codes,
    moment::{Moment, from_millis, to_millis},
};

/// How many rows one statement names.
const CHUNK: usize = 500;

/// How many subjects one look asks for; hosts are seldom deeper. A statement of one length is prepared once.
const LOOK: usize = 6;

/// Any of these subjects, at most [`LOOK`]; where they are fewer, the last stands for the rest.
macro_rules! any_of {
    ($subjects:expr) => {{
        let is = |place: usize| blocks::subject.eq($subjects.get(place).or($subjects.last()).map_or("", String::as_str));
        is(0).or(is(1)).or(is(2)).or(is(3)).or(is(4)).or(is(5))
    }};
}

type BlockRow = (String, String, Option<String>, i64);

/// Adds a block, or gives the one of this subject another reason. Whoever was found not to be blocked before, and is about to be told
/// or to be believed something, is done with first; nobody is found so after.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, block: &Block) -> Result<(), Failed> {
    tx.connection().be_alone()?;
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
    for subjects in covering(url).chunks(LOOK) {
        let query = blocks::table.filter(any_of!(subjects)).order(blocks::subject).select(blocks::all_columns);
        let row: Option<BlockRow> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look for a block"))?;
        if row.is_some() {
            return row.map(read).transpose();
        }
    }
    Ok(None)
}

/// The actor with this id, and whether a block covers it: one look for both, before it is heard.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_actor(tx: &mut Tx<'_>, uri: &Url) -> Result<Option<(Actor, bool)>, Failed> {
    let subjects = covering(uri);
    let first = &subjects[..subjects.len().min(LOOK)];
    let is_blocked = diesel::dsl::exists(blocks::table.filter(any_of!(first)));
    let query = actors::table.filter(actors::uri.eq(uri.as_str())).select((actors::all_columns, is_blocked));
    let row: Option<(ActorRow, bool)> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find an actor"))?;
    let Some((row, mut blocked)) = row else { return Ok(None) };
    if !blocked && subjects.len() > LOOK {
        blocked = find_covering(tx, uri)?.is_some();
    }
    Ok(Some((actor::read(row)?, blocked)))
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

/// The inboxes for which something waits, or was not delivered and may be tried again; each once.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_open_inboxes(tx: &mut Tx<'_>) -> Result<Vec<String>, Failed> {
    let query = deliveries::table.filter(deliveries::state.eq_any(list_open_codes())).select(deliveries::inbox).distinct();
    on!(tx, c => query.load(c)).map_err(Failed::because("list inboxes"))
}

/// Settles what waits for these inboxes as blocked; how many deliveries that were. Whoever holds their lanes loses them. What was not
/// delivered to them before is never tried again.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn stop_deliveries(tx: &mut Tx<'_>, inboxes: &[String], now: Moment) -> Result<usize, Failed> {
    let mut stopped = 0;
    for some in inboxes.chunks(CHUNK) {
        let query = deliveries::table.filter(waiting().and(deliveries::inbox.eq_any(some))).select(deliveries::lane).distinct();
        let names: Vec<String> = on!(tx, c => query.load(c)).map_err(Failed::because("find lanes of inboxes"))?;
        lane::take_away(tx, &names)?;
        let query = diesel::update(deliveries::table.filter(waiting().and(deliveries::inbox.eq_any(some))))
            .set((deliveries::state.eq(DeliveryState::Blocked.code()), deliveries::ended_at.eq(to_millis(now))));
        stopped += on!(tx, c => query.execute(c)).map_err(Failed::because("stop deliveries"))?;
        let ended = deliveries::state.eq_any(list_open_codes()).and(deliveries::inbox.eq_any(some));
        let query = diesel::update(deliveries::table.filter(ended)).set(deliveries::state.eq(DeliveryState::Blocked.code()));
        on!(tx, c => query.execute(c)).map_err(Failed::because("stop deliveries"))?;
    }
    Ok(stopped)
}

/// Of these hosts, those that a block covers: one look at the primary key for all of them.
pub(super) fn find_closed_hosts<'h>(tx: &mut Tx<'_>, hosts: impl Iterator<Item = &'h str>) -> Result<BTreeSet<String>, Failed> {
    let read = |host: &'h str| Some((host, covering(&Url::parse(&format!("https://{host}/")).ok()?)));
    let subjects: BTreeMap<&str, Vec<String>> = hosts.filter_map(read).collect();
    let all: BTreeSet<&String> = subjects.values().flatten().collect();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for some in all.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let query = blocks::table.filter(blocks::subject.eq_any(some.iter().copied())).select(blocks::subject);
        let found: Vec<String> = on!(tx, c => query.load(c)).map_err(Failed::because("look for blocks"))?;
        known.extend(found);
    }
    let closed = subjects.into_iter().filter(|(_, subjects)| subjects.iter().any(|subject| known.contains(subject)));
    Ok(closed.map(|(host, _)| host.to_owned()).collect())
}

fn waiting() -> diesel::dsl::IsNull<deliveries::ended_at> {
    deliveries::ended_at.is_null()
}

fn read((subject, kind, reason, since): BlockRow) -> Result<Block, Failed> {
    let subject = Blockable::from_stored(&kind, &subject).ok_or_else(|| Failed::new("read a block", subject))?;
    Ok(Block { subject, reason, since: from_millis(since) })
}
