//! Rows of deliveries: added with the activity, carried lane by lane, each ended in a named state and kept for a while.
//! Lanes themselves are rows of `lane.rs`; what an attempt makes of a delivery is in `delivery/settle.rs`.

mod settle;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use chrono::TimeDelta;
use diesel::prelude::*;

use super::{
    Failed, Tx,
    connection::on,
    lane::{self, Way},
    schema::{activities, actors, deliveries},
};
use crate::domain::{
    actor::ActorId,
    delivery::DeliveryState,
    moment::{Moment, to_millis},
};
pub use settle::{Settlement, settle};

/// A delivery that a worker holds with its lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Its row.
    pub id: i64,
    /// What is said, the same for every inbox.
    pub said: Arc<Said>,
    /// Where it goes.
    pub inbox: String,
    /// How often it was tried before.
    pub attempts: i32,
}

/// An activity as it is sent, with what signing it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its id.
    pub uri: String,
    /// What it is about: at one inbox, what is about the same thing stays in order.
    pub object: String,
    /// Who of ours says it.
    pub actor: ActorId,
    /// The name of that actor's key.
    pub key_uri: String,
    /// The key that the world knows: its private half signs.
    pub public_key: String,
    /// The bytes.
    pub body: String,
    /// Their digest, once somebody needed it.
    pub digest: OnceLock<String>,
}

/// How long a delivery that ended well is listed: what was delivered, or replaced by something newer.
pub const WELL_KEPT: TimeDelta = TimeDelta::days(7);

/// How long one that did not is listed.
pub const ILL_KEPT: TimeDelta = TimeDelta::days(90);

/// How many rows one statement names.
const CHUNK: usize = 500;

/// Adds one delivery per inbox; those that exist stay as they are. Older Updates of the same thing that still wait there
/// are superseded. For an inbox that said that it is gone, it ends as gone at once.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, activity: i64, inboxes: &BTreeSet<String>, now: Moment) -> Result<(), Failed> {
    let about = find_about(tx, activity)?;
    let ways = lane::find_ways(tx, inboxes, &about.object, to_millis(now))?;
    let rows: Vec<_> = ways.iter().map(|(inbox, host, way)| new_row(activity, (inbox, host, way), now)).collect();
    for chunk in rows.chunks(CHUNK) {
        let query = diesel::insert_into(deliveries::table).values(chunk).on_conflict_do_nothing();
        on!(tx, c => query.execute(c)).map_err(Failed::because("add deliveries"))?;
    }
    let through = |(_, host, way): &(&str, String, Way)| match way {
        Way::Through(name) => Some((name.clone(), host.clone())),
        Way::Gone => None,
    };
    lane::open(tx, &ways.iter().filter_map(through).collect(), to_millis(now))?;
    supersede(tx, (activity, &about), inboxes, now)?;
    tx.queued |= !rows.is_empty();
    Ok(())
}

/// What else waits in a lane behind a row, at most `limit`. Nothing where something waits before that row which its worker does not
/// know: it was put there meanwhile, and goes first, in a turn of its own.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_more(tx: &mut Tx<'_>, lane: &str, known: &BTreeSet<i64>, after: i64, limit: i64) -> Result<Vec<Leased>, Failed> {
    let rows = find_rows(tx, lane, after, limit)?;
    let before = deliveries::lane.eq(lane).and(deliveries::ended_at.is_null()).and(deliveries::id.le(after));
    let many = i64::try_from(known.len() + 1).unwrap_or(i64::MAX);
    let query = deliveries::table.filter(before).order(deliveries::id).limit(many).select(deliveries::id);
    let before: Vec<i64> = on!(tx, c => query.load(c)).map_err(Failed::because("look what was put into a lane"))?;
    if before.iter().any(|id| !known.contains(id)) {
        return Ok(Vec::new());
    }
    let said = find_said(tx, rows.iter().map(|row| row.1).collect())?;
    Ok(rows.into_iter().filter_map(|row| read_leased(row, &said)).collect())
}

/// The first of what waits in each of these lanes, at most `depth` of each.
pub(super) fn find_first(tx: &mut Tx<'_>, lanes: &[&str], depth: i64) -> Result<Vec<(String, Leased)>, Failed> {
    let mut rows = Vec::new();
    for lane in lanes {
        rows.extend(find_rows(tx, lane, 0, depth)?.into_iter().map(|row| (*lane, row)));
    }
    let said = find_said(tx, rows.iter().map(|(_, row)| row.1).collect())?;
    let read = |(lane, row): (&str, LeasedRow)| Some((lane.to_owned(), read_leased(row, &said)?));
    Ok(rows.into_iter().filter_map(read).collect())
}

/// In which lane what is about `object` waits for each of these inboxes, where something does.
pub(super) fn find_lanes_of<'i>(
    tx: &mut Tx<'_>,
    inboxes: impl Iterator<Item = &'i str>,
    object: &str,
) -> Result<BTreeMap<String, String>, Failed> {
    let inboxes: Vec<&str> = inboxes.collect();
    if inboxes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let about = activities::table.filter(activities::object.eq(object)).select(activities::id);
    let waits = deliveries::activity_id.eq_any(about).and(deliveries::inbox.eq_any(inboxes)).and(deliveries::ended_at.is_null());
    let query = deliveries::table.filter(waits).select((deliveries::inbox, deliveries::lane));
    let found: Vec<(String, String)> =
        on!(tx, c => query.load(c)).map_err(Failed::because("look in which lane something waits"))?;
    Ok(found.into_iter().collect())
}

/// How many deliveries are in a state.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count(tx: &mut Tx<'_>, state: DeliveryState) -> Result<i64, Failed> {
    on!(tx, c => deliveries::table.filter(deliveries::state.eq(state.code())).count().get_result(c))
        .map_err(Failed::because("count deliveries"))
}

/// Forgets deliveries that ended so long ago that nobody asks any more, at most `limit`; how many those were.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn prune(tx: &mut Tx<'_>, limit: i64, now: Moment) -> Result<usize, Failed> {
    let well = [DeliveryState::Delivered, DeliveryState::Superseded].map(DeliveryState::code);
    let long_ago = |kept: TimeDelta| deliveries::ended_at.lt(to_millis(now - kept)).assume_not_null();
    let over = long_ago(ILL_KEPT).or(deliveries::state.eq_any(well).and(long_ago(WELL_KEPT)));
    let query = deliveries::table.filter(over).order(deliveries::ended_at).limit(limit).select(deliveries::id);
    let ids: Vec<i64> = on!(tx, c => query.load(c)).map_err(Failed::because("find old deliveries"))?;
    let query = diesel::delete(deliveries::table.filter(deliveries::id.eq_any(ids)));
    on!(tx, c => query.execute(c)).map_err(Failed::because("forget old deliveries"))
}

/// What an activity is about, and whether it replaces what was said of it before.
struct About {
    object: String,
    actor: i64,
    replaces: bool,
}

fn find_about(tx: &mut Tx<'_>, activity: i64) -> Result<About, Failed> {
    let query = activities::table.find(activity).select((
        activities::object,
        activities::uri,
        activities::actor_id,
        activities::replaces,
    ));
    let (object, uri, actor, replaces): (Option<String>, String, i64, bool) =
        on!(tx, c => query.first(c)).map_err(Failed::because("look what an activity is about"))?;
    Ok(About { object: object.unwrap_or(uri), actor, replaces })
}

/// Older Updates of what this activity is about, by the same actor, that wait for these inboxes.
fn supersede(tx: &mut Tx<'_>, (activity, about): (i64, &About), inboxes: &BTreeSet<String>, now: Moment) -> Result<(), Failed> {
    if !about.replaces {
        return Ok(());
    }
    let older = activities::object.eq(&about.object).and(activities::actor_id.eq(about.actor)).and(activities::id.lt(activity));
    let query = activities::table.filter(older.and(activities::replaces)).select(activities::id);
    let older: Vec<i64> = on!(tx, c => query.load(c)).map_err(Failed::because("find older activities"))?;
    if older.is_empty() {
        return Ok(());
    }
    let inboxes: Vec<&String> = inboxes.iter().collect();
    for chunk in inboxes.chunks(CHUNK) {
        let theirs = deliveries::activity_id.eq_any(&older).and(deliveries::inbox.eq_any(chunk.iter().copied()));
        let query = diesel::update(deliveries::table.filter(theirs.and(deliveries::ended_at.is_null())))
            .set((deliveries::state.eq(DeliveryState::Superseded.code()), deliveries::ended_at.eq(to_millis(now))));
        on!(tx, c => query.execute(c)).map_err(Failed::because("supersede deliveries"))?;
    }
    Ok(())
}

type NewRow<'a> = (
    diesel::dsl::Eq<deliveries::activity_id, i64>,
    diesel::dsl::Eq<deliveries::inbox, &'a str>,
    diesel::dsl::Eq<deliveries::host, &'a str>,
    diesel::dsl::Eq<deliveries::lane, &'a str>,
    diesel::dsl::Eq<deliveries::state, &'static str>,
    diesel::dsl::Eq<deliveries::attempts, i32>,
    diesel::dsl::Eq<deliveries::created_at, i64>,
    diesel::dsl::Eq<deliveries::ended_at, Option<i64>>,
);

fn new_row<'a>(activity: i64, (inbox, host, way): (&'a str, &'a str, &'a Way), now: Moment) -> NewRow<'a> {
    let now = to_millis(now);
    let (lane, state, ended_at) = match way {
        Way::Through(name) => (name.as_str(), DeliveryState::Waiting, None),
        Way::Gone => (host, DeliveryState::Gone, Some(now)),
    };
    (
        deliveries::activity_id.eq(activity),
        deliveries::inbox.eq(inbox),
        deliveries::host.eq(host),
        deliveries::lane.eq(lane),
        deliveries::state.eq(state.code()),
        deliveries::attempts.eq(0),
        deliveries::created_at.eq(now),
        deliveries::ended_at.eq(ended_at),
    )
}

/// A delivery's own columns: row, activity, inbox, attempts.
type LeasedRow = (i64, i64, String, i32);

fn find_rows(tx: &mut Tx<'_>, lane: &str, after: i64, limit: i64) -> Result<Vec<LeasedRow>, Failed> {
    let query = deliveries::table
        .filter(deliveries::lane.eq(lane).and(deliveries::ended_at.is_null()).and(deliveries::id.gt(after)))
        .order(deliveries::id)
        .limit(limit)
        .select((deliveries::id, deliveries::activity_id, deliveries::inbox, deliveries::attempts));
    on!(tx, c => query.load(c)).map_err(Failed::because("read a lane"))
}

type SaidRow = (i64, i64, String, Option<String>, String, String, String);

fn find_said(tx: &mut Tx<'_>, rows: BTreeSet<i64>) -> Result<BTreeMap<i64, Arc<Said>>, Failed> {
    let mut said = BTreeMap::new();
    for some in rows.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let query = activities::table
            .inner_join(actors::table.on(actors::id.eq(activities::actor_id)))
            .filter(activities::id.eq_any(some))
            .select((
                activities::id,
                activities::actor_id,
                activities::uri,
                activities::object,
                activities::body,
                actors::key_uri,
                actors::public_key,
            ));
        let found: Vec<SaidRow> = on!(tx, c => query.load(c)).map_err(Failed::because("read leased activities"))?;
        said.extend(found.into_iter().map(|row| (row.0, Arc::new(read_said(row)))));
    }
    Ok(said)
}

fn read_said((_, actor, uri, object, body, key_uri, public_key): SaidRow) -> Said {
    let object = object.unwrap_or_else(|| uri.clone());
    Said { uri, object, actor: ActorId(actor), key_uri, public_key, body, digest: OnceLock::new() }
}

fn read_leased((id, activity, inbox, attempts): LeasedRow, said: &BTreeMap<i64, Arc<Said>>) -> Option<Leased> {
    Some(Leased { id, said: said.get(&activity)?.clone(), inbox, attempts })
}
