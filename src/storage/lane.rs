//! Rows of lanes: what waits for one host goes, rests and is tried as one, and one worker holds it (decision 0008).
//! It decides which lane goes; what an attempt came to is settled in `delivery/settle.rs`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use diesel::{IntoSql, prelude::*, sql_types::Bool};
use url::Url;

use super::{
    Failed, Tx,
    block::find_closed_hosts,
    connection::{Connection, on},
    delivery::{self, Leased},
    schema::{deliveries, lanes},
};
use crate::domain::{
    delivery::{DeliveryState, Lane, WOKEN_AFTER},
    moment::{Moment, from_millis, to_millis},
    peer::canonical_host,
};

/// How long a worker may hold a lane before another takes it.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// A lane that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its name: its host, or what stands apart there.
    pub name: String,
    /// The host that it leads to.
    pub host: String,
    /// The token of this lease: a later holder has another, and a late result is ignored.
    pub lease: i64,
    /// How often in a row its host failed before.
    pub failures: i32,
}

/// How many rows one statement names.
const CHUNK: usize = 250;

type LaneRow = (String, String, i32);

/// Leases lanes that are due, those that waited longest first, at most `limit`, each with the first `depth` of what waits in it.
/// What a block covers ends here as blocked, and is not leased.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn lease(tx: &mut Tx<'_>, token: i64, limit: i64, depth: i64, now: Moment) -> Result<Vec<(Held, Vec<Leased>)>, Failed> {
    let due = find_due(tx, limit, to_millis(now))?;
    let closed = find_closed_hosts(tx, due.iter().map(|(_, host, _)| host.as_str()))?;
    let (closed, open): (Vec<LaneRow>, Vec<LaneRow>) = due.into_iter().partition(|(_, host, _)| closed.contains(host));
    stop(tx, &closed, now)?;
    let names: Vec<&str> = open.iter().map(|(name, ..)| name.as_str()).collect();
    for some in names.chunks(CHUNK) {
        let query = diesel::update(lanes::table.filter(lanes::name.eq_any(some)))
            .set((lanes::lease.eq(token), lanes::lease_until.eq(to_millis(now + LEASE))));
        on!(tx, c => query.execute(c)).map_err(Failed::because("lease lanes"))?;
    }
    let waiting = delivery::find_first(tx, &names, depth)?;
    let mut waiting = waiting.into_iter().fold(BTreeMap::<String, Vec<Leased>>::new(), |mut lanes, (lane, leased)| {
        lanes.entry(lane).or_default().push(leased);
        lanes
    });
    let held = |(name, host, failures): LaneRow| {
        let rows = waiting.remove(&name).unwrap_or_default();
        (Held { name, host, lease: token, failures }, rows)
    };
    Ok(open.into_iter().map(held).collect())
}

/// Ends a worker's turn with these lanes: each is due again where something waits in it, and forgotten where it stood apart
/// for nothing. A lane that rests goes on resting; one whose lease was lost stays as it is.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn release(tx: &mut Tx<'_>, held: &[Held], now: Moment) -> Result<(), Failed> {
    let names = retain_held(tx, held)?;
    let waiting = find_waiting(tx, &names)?;
    let free = (lanes::lease.eq(None::<i64>), lanes::lease_until.eq(None::<i64>));
    let (busy, empty): (Vec<&str>, Vec<&str>) = names.iter().map(String::as_str).partition(|name| waiting.contains(*name));
    let rested = lanes::table.filter(lanes::name.eq_any(&busy).and(lanes::due_at.le(to_millis(now))));
    let query = diesel::update(rested).set(lanes::due_at.eq(to_millis(now)));
    let go_on = on!(tx, c => query.execute(c)).map_err(Failed::because("let lanes go on"))?;
    tx.queued |= go_on > 0;
    let query = diesel::update(lanes::table.filter(lanes::name.eq_any(&busy))).set(free);
    on!(tx, c => query.execute(c)).map_err(Failed::because("give back lanes"))?;
    let query = diesel::update(lanes::table.filter(lanes::name.eq_any(&empty))).set((free, lanes::due_at.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map_err(Failed::because("give back empty lanes"))?;
    let apart = lanes::name.eq_any(&empty).and(lanes::name.ne(lanes::host)).and(lanes::gone_until.is_null());
    let query = diesel::delete(lanes::table.filter(apart.and(lanes::denials.eq(0))));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("remove lanes that stood apart"))
}

/// Gives back everything that is held: for a worker that begins, and knows that it is the only one.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn release_all(tx: &mut Tx<'_>) -> Result<(), Failed> {
    let query = diesel::update(lanes::table.filter(lanes::lease.is_not_null()))
        .set((lanes::lease.eq(None::<i64>), lanes::lease_until.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("give back lanes"))
}

/// A host gave a sign of life: what rests for it is tried within a minute, unless the host itself asked for a longer rest.
/// An inbox that denied says nothing about its host, and goes on resting.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn wake_host(tx: &mut Tx<'_>, host: &str, now: Moment) -> Result<(), Failed> {
    let soon = to_millis(now + WOKEN_AFTER);
    let resting = lanes::host.eq(host).and(lanes::due_at.gt(soon)).and(lanes::denied_at.is_null());
    let query = lanes::table.filter(resting).select((lanes::name, lanes::wished_until));
    let found: Vec<(String, Option<i64>)> = on!(tx, c => query.load(c)).map_err(Failed::because("look whether a host rests"))?;
    if !found.is_empty() {
        lock(tx, &[host])?;
    }
    for (name, wished) in found {
        let query = diesel::update(lanes::table.find(name)).set(lanes::due_at.eq(soon.max(wished.unwrap_or(0))));
        on!(tx, c => query.execute(c)).map_err(Failed::because("wake a host"))?;
        tx.queued = true;
    }
    Ok(())
}

/// When [`lease`] finds something next: a lane has rested, or a lease ends; `None` where nothing waits.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Moment>, Failed> {
    let waits = lanes::table.filter(lanes::due_at.is_not_null());
    let query = waits.filter(lanes::lease_until.is_null()).select(diesel::dsl::min(lanes::due_at));
    let rested: Option<i64> = on!(tx, c => query.first(c)).map_err(Failed::because("look for the next lane"))?;
    let query = waits.select(diesel::dsl::min(lanes::lease_until));
    let released: Option<i64> = on!(tx, c => query.first(c)).map_err(Failed::because("look for the next lease to end"))?;
    Ok(rested.into_iter().chain(released).min().map(from_millis))
}

/// The hosts that most waits for, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Lane>, Failed> {
    let waiting = diesel::dsl::count(deliveries::id);
    let query = deliveries::table
        .filter(deliveries::ended_at.is_null())
        .group_by(deliveries::host)
        .order((waiting.desc(), deliveries::host.asc()))
        .limit(limit)
        .select((deliveries::host, waiting));
    let rows: Vec<(String, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("list hosts that deliveries wait for"))?;
    rows.into_iter().map(|(host, waiting)| describe(tx, host, waiting)).collect()
}

/// When what waits longest is due, or was; `None` where nothing waits.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_oldest_due(tx: &mut Tx<'_>) -> Result<Option<Moment>, Failed> {
    let query = lanes::table.select(diesel::dsl::min(lanes::due_at));
    let oldest: Option<i64> = on!(tx, c => query.first(c)).map_err(Failed::because("look for the oldest delivery"))?;
    Ok(oldest.map(from_millis))
}

/// Where what is new for an inbox goes: its host's lane, or one that stands apart because of what it is about or of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Into the lane of this name.
    Through(String),
    /// Nowhere: the inbox said that it is gone.
    Gone,
}

/// The name of the lane in which what is about one thing stands apart at one inbox.
pub(super) fn name_apart(inbox: &str, object: &str) -> String {
    format!("{inbox} {object}")
}

/// Which way an activity about `object` goes to each inbox: behind what waits there about the same, in whichever lane that is.
/// Until this transaction ends nobody moves what waits for these hosts.
pub(super) fn find_ways<'i>(
    tx: &mut Tx<'_>,
    inboxes: &'i BTreeSet<String>,
    object: &str,
    now: i64,
) -> Result<Vec<(&'i str, String, Way)>, Failed> {
    let host = |inbox: &'i String| (inbox.as_str(), Url::parse(inbox).map(|url| canonical_host(&url)).unwrap_or_default());
    let all: Vec<(&str, String)> = inboxes.iter().map(host).collect();
    let hosts: Vec<&String> = all.iter().map(|(_, host)| host).collect::<BTreeSet<_>>().into_iter().collect();
    for some in hosts.chunks(CHUNK) {
        lock(tx, some)?;
    }
    let mut ways = Vec::with_capacity(all.len());
    for some in all.chunks(CHUNK) {
        let apart = find_apart(tx, some.iter().map(|(inbox, _)| *inbox), object)?;
        let stands_apart = |inbox: &&str| apart.contains_key(*inbox) || apart.contains_key(&name_apart(inbox, object));
        let before = delivery::find_lanes_of(tx, some.iter().map(|(inbox, _)| *inbox).filter(stands_apart), object)?;
        for (inbox, host) in some {
            let way = match (before.get(*inbox), apart.get(*inbox)) {
                (Some(lane), _) => Way::Through(lane.clone()),
                (None, Some(Some(until))) if *until > now => Way::Gone,
                (None, Some(None)) => Way::Through((*inbox).to_owned()),
                (None, _) => Way::Through(host.clone()),
            };
            ways.push((*inbox, host.clone(), way));
        }
    }
    Ok(ways)
}

/// The lanes that stand apart for these inboxes, because of the inbox or of what this is about: until when the inbox is gone.
fn find_apart<'i>(
    tx: &mut Tx<'_>,
    inboxes: impl Iterator<Item = &'i str>,
    object: &str,
) -> Result<BTreeMap<String, Option<i64>>, Failed> {
    let names: Vec<String> = inboxes.flat_map(|inbox| [inbox.to_owned(), name_apart(inbox, object)]).collect();
    let query = lanes::table.filter(lanes::name.eq_any(&names)).select((lanes::name, lanes::gone_until));
    let apart: Vec<(String, Option<i64>)> = on!(tx, c => query.load(c)).map_err(Failed::because("look for lanes"))?;
    Ok(apart.into_iter().collect())
}

/// Something new waits in these lanes, by name with their hosts: each is due, unless its host rests.
pub(super) fn open(tx: &mut Tx<'_>, named: &BTreeMap<String, String>, now: i64) -> Result<(), Failed> {
    let all: Vec<(&String, &String)> = named.iter().collect();
    for some in all.chunks(CHUNK) {
        let new = |(name, host): &(&String, &String)| {
            let begun = (lanes::failures.eq(0), lanes::denials.eq(0));
            (lanes::name.eq((*name).clone()), lanes::host.eq((*host).clone()), lanes::due_at.eq(now), begun)
        };
        let rows: Vec<_> = some.iter().map(new).collect();
        let query = diesel::insert_into(lanes::table).values(&rows).on_conflict_do_nothing();
        on!(tx, c => query.execute(c)).map_err(Failed::because("open lanes"))?;
        let names: Vec<&String> = some.iter().map(|(name, _)| *name).collect();
        lock(tx, &names)?;
        let well = lanes::failures.eq(0).and(lanes::denials.eq(0)).and(lanes::due_at.gt(now));
        let idle = lanes::due_at.is_null().or(well.assume_not_null());
        let query = diesel::update(lanes::table.filter(lanes::name.eq_any(&names).and(idle))).set(lanes::due_at.eq(now));
        on!(tx, c => query.execute(c)).map_err(Failed::because("let lanes go"))?;
    }
    Ok(())
}

/// Everything that waits and is not held goes through its host's lane now, as if nothing had ever failed.
pub(super) fn start_over(tx: &mut Tx<'_>, host: Option<&str>, now: i64) -> Result<(), Failed> {
    let wanted = || lanes::host.eq(host.unwrap_or_default()).or(host.is_none().into_sql::<Bool>());
    let free = || wanted().and(lanes::lease_until.is_null().or(lanes::lease_until.le(now)).assume_not_null());
    let query = diesel::delete(lanes::table.filter(lanes::name.ne(lanes::host).and(free())));
    on!(tx, c => query.execute(c)).map_err(Failed::because("remove lanes that stood apart"))?;
    let open_for = deliveries::host.eq(host.unwrap_or_default()).or(host.is_none().into_sql::<Bool>());
    let waits = deliveries::table.filter(deliveries::ended_at.is_null().and(open_for));
    let query = waits.select((deliveries::lane, deliveries::host)).distinct();
    let waiting: Vec<(String, String)> = on!(tx, c => query.load(c)).map_err(Failed::because("look what waits in lanes"))?;
    let query = diesel::update(lanes::table.filter(free())).set((
        lanes::due_at.eq(None::<i64>),
        lanes::failures.eq(0),
        lanes::wished_until.eq(None::<i64>),
    ));
    on!(tx, c => query.execute(c)).map_err(Failed::because("let lanes start over"))?;
    open(tx, &waiting.into_iter().collect(), now)
}

/// What waits in this lane goes now, in order; how often it failed is remembered, so that one delivery goes first.
pub(super) fn end_rest(tx: &mut Tx<'_>, name: &str, host: &str, now: i64) -> Result<(), Failed> {
    open(tx, &BTreeMap::from([(name.to_owned(), host.to_owned())]), now)?;
    let query = diesel::update(lanes::table.filter(lanes::name.eq(name).and(lanes::due_at.gt(now))))
        .set((lanes::due_at.eq(now), lanes::wished_until.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("end the rest of a lane"))
}

/// On PostgreSQL nobody else changes these lanes, or adds to them, until this transaction ends; always in one order.
pub(super) fn lock<S: AsRef<str>>(tx: &mut Tx<'_>, names: &[S]) -> Result<(), Failed> {
    if let Connection::Postgres(connection) = tx.connection() {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let query = lanes::table.filter(lanes::name.eq_any(names)).order(lanes::name).select(lanes::name).for_update();
        query.load::<String>(connection).map_err(Failed::because("lock lanes"))?;
    }
    Ok(())
}

/// The same for every lane there is, for what looks at all of them.
pub(super) fn lock_all(tx: &mut Tx<'_>) -> Result<(), Failed> {
    if let Connection::Postgres(connection) = tx.connection() {
        let query = lanes::table.order(lanes::name).select(lanes::name).for_update();
        query.load::<String>(connection).map_err(Failed::because("lock lanes"))?;
    }
    Ok(())
}

/// Whoever holds these lanes holds them no more, and lets nothing else out.
pub(super) fn take_away(tx: &mut Tx<'_>, names: &[String]) -> Result<(), Failed> {
    lock(tx, names)?;
    let query = diesel::update(lanes::table.filter(lanes::name.eq_any(names)))
        .set((lanes::lease.eq(None::<i64>), lanes::lease_until.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("take lanes away"))
}

/// Of these lanes, the names of those that are still held under the same lease; nobody takes them until this transaction ends.
pub(super) fn retain_held(tx: &mut Tx<'_>, held: &[Held]) -> Result<BTreeSet<String>, Failed> {
    let leases: BTreeMap<&str, i64> = held.iter().map(|held| (held.name.as_str(), held.lease)).collect();
    // With their hosts: who adds to a host waits until what stands apart there is settled.
    let locked: BTreeSet<&str> = held.iter().flat_map(|held| [held.name.as_str(), held.host.as_str()]).collect();
    lock(tx, &locked.into_iter().collect::<Vec<_>>())?;
    let names: Vec<&str> = leases.keys().copied().collect();
    let query = lanes::table.filter(lanes::name.eq_any(&names).and(lanes::lease.is_not_null()));
    let query = query.select((lanes::name, lanes::lease.assume_not_null()));
    let known: Vec<(String, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("look at leases"))?;
    Ok(known.into_iter().filter(|(name, lease)| leases.get(name.as_str()) == Some(lease)).map(|(name, _)| name).collect())
}

fn find_due(tx: &mut Tx<'_>, limit: i64, now: i64) -> Result<Vec<LaneRow>, Failed> {
    let free = lanes::lease_until.is_null().or(lanes::lease_until.le(now));
    let due = lanes::table.filter(lanes::due_at.le(now).and(free)).order(lanes::due_at).limit(limit).select((
        lanes::name,
        lanes::host,
        lanes::failures,
    ));
    match tx.connection() {
        Connection::Sqlite(c) => due.load(c),
        Connection::Postgres(c) => due.for_update().skip_locked().load(c),
    }
    .map_err(Failed::because("find due lanes"))
}

/// Of these lanes, those in which something waits: one look into each, however much that is.
fn find_waiting(tx: &mut Tx<'_>, names: &BTreeSet<String>) -> Result<BTreeSet<String>, Failed> {
    let waits = deliveries::table.filter(deliveries::lane.eq(lanes::name).and(deliveries::ended_at.is_null()));
    let query = lanes::table.filter(lanes::name.eq_any(names).and(diesel::dsl::exists(waits))).select(lanes::name);
    let found: Vec<String> = on!(tx, c => query.load(c)).map_err(Failed::because("look what waits in lanes"))?;
    Ok(found.into_iter().collect())
}

/// What waits at hosts that a block covers ends there.
fn stop(tx: &mut Tx<'_>, closed: &[LaneRow], now: Moment) -> Result<(), Failed> {
    if closed.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = closed.iter().map(|(name, ..)| name.as_str()).collect();
    let waits = deliveries::lane.eq_any(&names).and(deliveries::ended_at.is_null());
    let query = diesel::update(deliveries::table.filter(waits))
        .set((deliveries::state.eq(DeliveryState::Blocked.code()), deliveries::ended_at.eq(to_millis(now))));
    on!(tx, c => query.execute(c)).map_err(Failed::because("stop blocked lanes"))?;
    let query = diesel::update(lanes::table.filter(lanes::name.eq_any(&names))).set(lanes::due_at.eq(None::<i64>));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("stop blocked lanes"))
}

fn describe(tx: &mut Tx<'_>, host: String, waiting: i64) -> Result<Lane, Failed> {
    let query = lanes::table.filter(lanes::host.eq(&host)).select((
        diesel::dsl::max(lanes::failures),
        diesel::dsl::max(lanes::denials),
        diesel::dsl::max(lanes::due_at),
    ));
    let (failures, denials, due_at): (Option<i32>, Option<i32>, Option<i64>) =
        on!(tx, c => query.first(c)).map_err(Failed::because("look at a host's lanes"))?;
    let failures = failures.max(denials).unwrap_or(0);
    Ok(Lane { host, waiting, failures, rests_until: from_millis(due_at.unwrap_or(0)) })
}
