//! A host's lane, beneath `delivery.rs`: which deliveries may go now, which rest, and which something newer replaces.
//! It never settles an attempt.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{
    Failed, Tx,
    connection::{Connection, on},
    delivery::Leased,
    schema::{activities, deliveries},
};
use crate::domain::{
    delivery::{DeliveryState, Lane},
    moment::{Moment, from_millis},
};

/// The hosts that most waits for, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Lane>, Failed> {
    let waiting = diesel::dsl::count(deliveries::id);
    let query = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Waiting.code()))
        .group_by(deliveries::host)
        .order((waiting.desc(), deliveries::host.asc()))
        .limit(limit)
        .select((deliveries::host, waiting, diesel::dsl::max(deliveries::attempts), diesel::dsl::max(deliveries::due_at)));
    let rows: Vec<(String, i64, Option<i32>, Option<i64>)> =
        on!(tx, c => query.load(c)).map_err(Failed::because("list hosts that deliveries wait for"))?;
    let read = |(host, waiting, failures, due_at): (String, i64, Option<i32>, Option<i64>)| Lane {
        host,
        waiting,
        failures: failures.unwrap_or(0),
        rests_until: from_millis(due_at.unwrap_or(0)),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// When what waits longest is due, or was; `None` where nothing waits.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_oldest_due(tx: &mut Tx<'_>) -> Result<Option<Moment>, Failed> {
    let query = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Waiting.code()))
        .select(diesel::dsl::min(deliveries::due_at));
    let oldest: Option<i64> = on!(tx, c => query.first(c)).map_err(Failed::because("look for the oldest delivery"))?;
    Ok(oldest.map(from_millis))
}

/// The rows that are due, oldest first, of hosts that neither rest nor are held and of inboxes that do not deny.
pub(super) fn find_due(tx: &mut Tx<'_>, limit: i64, now: i64) -> Result<Vec<i64>, Failed> {
    let other = diesel::alias!(deliveries as other_deliveries);
    let rests = other.field(deliveries::state).eq(DeliveryState::Waiting.code()).and(other.field(deliveries::due_at).gt(now));
    let denied = other.field(deliveries::denied_at);
    let closed_hosts = other
        .filter(rests.and(denied.is_null()).or(other.field(deliveries::lease_until).gt(now)))
        .select(other.field(deliveries::host))
        .distinct();
    let closed_inboxes = other.filter(rests.and(denied.is_not_null())).select(other.field(deliveries::inbox)).distinct();
    let due = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Waiting.code()).and(deliveries::host.ne_all(closed_hosts)))
        .filter(deliveries::inbox.ne_all(closed_inboxes))
        .order(deliveries::id)
        .limit(limit)
        .select(deliveries::id);
    match tx.connection() {
        Connection::Sqlite(c) => due.load(c),
        Connection::Postgres(c) => take_turn(c).and_then(|()| due.for_update().load(c)),
    }
    .map_err(Failed::because("find due deliveries"))
}

/// Workers lease one after the other: one that cannot see what another is leasing would take the same host.
fn take_turn(connection: &mut PgConnection) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(729135)").execute(connection).map(|_| ())
}

/// Everything that waits for a host rests with what failed.
pub(super) fn postpone_host(tx: &mut Tx<'_>, host: &str, until: i64) -> Result<(), Failed> {
    let waiting =
        deliveries::host.eq(host).and(deliveries::state.eq(DeliveryState::Waiting.code())).and(deliveries::due_at.lt(until));
    // What this worker leased of the host and did not try is given back with it.
    let query = diesel::update(deliveries::table.filter(waiting)).set((
        deliveries::due_at.eq(until),
        deliveries::lease.eq(None::<i64>),
        deliveries::lease_until.eq(None::<i64>),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("postpone a host"))
}

/// A host's next delivery that its inbox denied; no host is closed by it.
pub(super) fn find_next_denied(tx: &mut Tx<'_>) -> Result<Option<i64>, Failed> {
    let denied = deliveries::state.eq(DeliveryState::Waiting.code()).and(deliveries::denied_at.is_not_null());
    let query = deliveries::table.filter(denied.and(deliveries::lease.is_null())).select(diesel::dsl::min(deliveries::due_at));
    on!(tx, c => query.first(c)).map_err(Failed::because("look for the next denied delivery"))
}

/// What this worker leased for an inbox that denies is given back, and waits behind what was denied.
pub(super) fn release_inbox(tx: &mut Tx<'_>, leased: &Leased) -> Result<(), Failed> {
    let held = deliveries::table.filter(deliveries::lease.eq(leased.lease).and(deliveries::inbox.eq(&leased.inbox)));
    let query = diesel::update(held).set((deliveries::lease.eq(None::<i64>), deliveries::lease_until.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("give back an inbox"))
}

/// Older Updates of what this activity is about, by the same actor, that wait for these inboxes and are not under way.
pub(super) fn supersede(tx: &mut Tx<'_>, activity: i64, inboxes: &BTreeSet<String>, now: i64) -> Result<(), Failed> {
    let query = activities::table.find(activity).select((activities::object, activities::actor_id));
    let (object, actor): (Option<String>, i64) =
        on!(tx, c => query.first(c)).map_err(Failed::because("look what an activity is about"))?;
    let Some(object) = object else { return Ok(()) };
    let older = activities::object.eq(object).and(activities::actor_id.eq(actor)).and(activities::id.lt(activity));
    let query = activities::table.filter(older).select(activities::id);
    let older: Vec<i64> = on!(tx, c => query.load(c)).map_err(Failed::because("find older activities"))?;
    if older.is_empty() {
        return Ok(());
    }
    let inboxes: Vec<&String> = inboxes.iter().collect();
    for chunk in inboxes.chunks(500) {
        let free = deliveries::lease_until.is_null().or(deliveries::lease_until.le(now));
        let waiting = deliveries::state.eq(DeliveryState::Waiting.code()).and(free.assume_not_null());
        let theirs = deliveries::activity_id.eq_any(&older).and(deliveries::inbox.eq_any(chunk.iter().copied()));
        let query = diesel::update(deliveries::table.filter(theirs.and(waiting))).set((
            deliveries::state.eq(DeliveryState::Superseded.code()),
            deliveries::lease.eq(None::<i64>),
            deliveries::lease_until.eq(None::<i64>),
            deliveries::denied_at.eq(None::<i64>),
        ));
        on!(tx, c => query.execute(c)).map_err(Failed::because("supersede deliveries"))?;
    }
    Ok(())
}
