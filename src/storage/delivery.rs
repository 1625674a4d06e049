//! Rows of deliveries: added with the activity, leased to one worker at a time, settled in a named state.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use diesel::prelude::*;
use url::Url;

use super::{
    Failed, Tx,
    connection::{Connection, on},
    schema::{activities, deliveries},
};
use crate::domain::{
    actor::ActorId,
    delivery::{Attempt, Delivery, DeliveryState, KEPT_FOR, backoff},
    moment::{Moment, from_millis, to_millis},
    peer::canonical_host,
};

/// A delivery that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Its row.
    pub id: i64,
    /// The token of this lease: a later holder has another, and a late result is ignored.
    pub lease: i64,
    /// The activity's id.
    pub activity: String,
    /// Who of ours says it.
    pub actor: ActorId,
    /// What is said.
    pub body: String,
    /// Where it goes.
    pub inbox: String,
    /// The inbox's host.
    pub host: String,
    /// How often it was tried before.
    pub attempts: i32,
    /// When it was first due.
    pub created_at: Moment,
}

/// How long a worker may hold a delivery before another takes it.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Adds one delivery per inbox; those that exist stay as they are.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, activity: i64, inboxes: &BTreeSet<String>, now: Moment) -> Result<(), Failed> {
    let rows: Vec<_> = inboxes.iter().map(|inbox| new_row(activity, inbox, now)).collect();
    for chunk in rows.chunks(500) {
        let query = diesel::insert_into(deliveries::table).values(chunk).on_conflict_do_nothing();
        on!(tx, c => query.execute(c)).map_err(Failed::because("add deliveries"))?;
    }
    tx.queued |= !rows.is_empty();
    Ok(())
}

/// Leases deliveries that are due, oldest first, at most `limit`. A host of which another worker holds something, or that
/// rests after a failure, is passed over whole, so that a host receives in order.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn lease(tx: &mut Tx<'_>, lease: i64, limit: i64, now: Moment) -> Result<Vec<Leased>, Failed> {
    let ids = find_due(tx, limit, to_millis(now))?;
    let query = diesel::update(deliveries::table.filter(deliveries::id.eq_any(&ids)))
        .set((deliveries::lease.eq(lease), deliveries::lease_until.eq(to_millis(now + LEASE))));
    on!(tx, c => query.execute(c)).map_err(Failed::because("lease deliveries"))?;
    let query =
        deliveries::table.inner_join(activities::table).filter(deliveries::id.eq_any(&ids)).order(deliveries::id).select((
            (deliveries::id, deliveries::inbox, deliveries::host, deliveries::attempts, deliveries::created_at),
            (activities::uri, activities::actor_id, activities::body),
        ));
    let rows: Vec<LeasedRow> = on!(tx, c => query.load(c)).map_err(Failed::because("read leased deliveries"))?;
    Ok(rows.into_iter().map(|row| read_leased(row, lease)).collect())
}

/// Settles an attempt, unless the lease was lost meanwhile. A failed host's other deliveries wait with it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn settle(tx: &mut Tx<'_>, leased: &Leased, attempt: &Attempt, spread: i32, now: Moment) -> Result<(), Failed> {
    let attempts = leased.attempts + 1;
    let (state, due_at, error) = match attempt {
        Attempt::Delivered => (DeliveryState::Delivered, now, None),
        Attempt::Gone => (DeliveryState::Gone, now, None),
        Attempt::Refused(error) => (DeliveryState::Refused, now, Some(error.as_str())),
        Attempt::Failed { error, .. } if now - leased.created_at > KEPT_FOR => {
            (DeliveryState::Expired, now, Some(error.as_str()))
        }
        Attempt::Failed { error, retry_after } => {
            (DeliveryState::Waiting, now + backoff(attempts, *retry_after, spread), Some(error.as_str()))
        }
    };
    let held = deliveries::table.filter(deliveries::id.eq(leased.id).and(deliveries::lease.eq(leased.lease)));
    let query = diesel::update(held).set((
        deliveries::state.eq(state.code()),
        deliveries::attempts.eq(attempts),
        deliveries::due_at.eq(to_millis(due_at)),
        deliveries::lease.eq(None::<i64>),
        deliveries::lease_until.eq(None::<i64>),
        deliveries::last_error.eq(error),
    ));
    let settled = on!(tx, c => query.execute(c)).map_err(Failed::because("settle a delivery"))?;
    if settled > 0 && state == DeliveryState::Waiting {
        postpone_host(tx, &leased.host, to_millis(due_at))?;
    }
    Ok(())
}

/// Gives back what was leased and not tried.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn release(tx: &mut Tx<'_>, lease: i64) -> Result<(), Failed> {
    let query = diesel::update(deliveries::table.filter(deliveries::lease.eq(lease)))
        .set((deliveries::lease.eq(None::<i64>), deliveries::lease_until.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("give back deliveries"))
}

/// Gives back everything that is held: for a worker that begins, and knows that it is the only one.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn release_all(tx: &mut Tx<'_>) -> Result<(), Failed> {
    let query = diesel::update(deliveries::table.filter(deliveries::lease.is_not_null()))
        .set((deliveries::lease.eq(None::<i64>), deliveries::lease_until.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("give back deliveries"))
}

/// When [`lease`] finds something next: a host has rested, or a lease ends; `None` where none waits.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Moment>, Failed> {
    let held = diesel::alias!(deliveries as held_deliveries);
    let held_hosts = held.filter(held.field(deliveries::lease_until).is_not_null()).select(held.field(deliveries::host));
    let rested = diesel::dsl::max(deliveries::due_at);
    let query = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Waiting.code()).and(deliveries::host.ne_all(held_hosts.distinct())))
        .group_by(deliveries::host)
        .select(rested)
        .order(rested.asc());
    let free: Option<Option<i64>> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("look for the next delivery"))?;
    let query = deliveries::table.select(diesel::dsl::min(deliveries::lease_until));
    let released: Option<i64> = on!(tx, c => query.first(c)).map_err(Failed::because("look for the next lease to end"))?;
    Ok(free.flatten().into_iter().chain(released).min().map(from_millis))
}

/// Deliveries, of one state or all, newest first, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, state: Option<DeliveryState>, limit: i64) -> Result<Vec<Delivery>, Failed> {
    let codes: Vec<&str> = state.map_or_else(|| DeliveryState::ALL.map(DeliveryState::code).to_vec(), |state| vec![state.code()]);
    let query = deliveries::table
        .inner_join(activities::table)
        .filter(deliveries::state.eq_any(&codes))
        .order(deliveries::id.desc())
        .limit(limit)
        .select((
            activities::uri,
            deliveries::inbox,
            deliveries::state,
            deliveries::attempts,
            deliveries::due_at,
            deliveries::last_error,
        ));
    let rows: Vec<(String, String, String, i32, i64, Option<String>)> =
        on!(tx, c => query.load(c)).map_err(Failed::because("list deliveries"))?;
    Ok(rows.into_iter().map(read).collect())
}

/// How many deliveries are in a state.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count(tx: &mut Tx<'_>, state: DeliveryState) -> Result<i64, Failed> {
    on!(tx, c => deliveries::table.filter(deliveries::state.eq(state.code())).count().get_result(c))
        .map_err(Failed::because("count deliveries"))
}

/// Makes everything undelivered due now, for another 30 days; how many that were.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn retry(tx: &mut Tx<'_>, now: Moment) -> Result<usize, Failed> {
    let open = deliveries::table.filter(deliveries::state.ne(DeliveryState::Delivered.code()).and(deliveries::lease.is_null()));
    let query = diesel::update(open).set((
        deliveries::state.eq(DeliveryState::Waiting.code()),
        deliveries::due_at.eq(to_millis(now)),
        deliveries::created_at.eq(to_millis(now)),
        deliveries::attempts.eq(0),
    ));
    let retried = on!(tx, c => query.execute(c)).map_err(Failed::because("retry deliveries"))?;
    tx.queued |= retried > 0;
    Ok(retried)
}

type NewRow<'a> = (
    diesel::dsl::Eq<deliveries::activity_id, i64>,
    diesel::dsl::Eq<deliveries::inbox, &'a str>,
    diesel::dsl::Eq<deliveries::host, String>,
    diesel::dsl::Eq<deliveries::state, &'static str>,
    diesel::dsl::Eq<deliveries::attempts, i32>,
    diesel::dsl::Eq<deliveries::due_at, i64>,
    diesel::dsl::Eq<deliveries::created_at, i64>,
);

fn new_row(activity: i64, inbox: &str, now: Moment) -> NewRow<'_> {
    (
        deliveries::activity_id.eq(activity),
        deliveries::inbox.eq(inbox),
        deliveries::host.eq(Url::parse(inbox).map(|url| canonical_host(&url)).unwrap_or_default()),
        deliveries::state.eq(DeliveryState::Waiting.code()),
        deliveries::attempts.eq(0),
        deliveries::due_at.eq(to_millis(now)),
        deliveries::created_at.eq(to_millis(now)),
    )
}

fn find_due(tx: &mut Tx<'_>, limit: i64, now: i64) -> Result<Vec<i64>, Failed> {
    let other = diesel::alias!(deliveries as other_deliveries);
    let rests = other.field(deliveries::state).eq(DeliveryState::Waiting.code()).and(other.field(deliveries::due_at).gt(now));
    let closed_hosts =
        other.filter(rests.or(other.field(deliveries::lease_until).gt(now))).select(other.field(deliveries::host)).distinct();
    let due = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Waiting.code()).and(deliveries::host.ne_all(closed_hosts)))
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

fn postpone_host(tx: &mut Tx<'_>, host: &str, until: i64) -> Result<(), Failed> {
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

/// A delivery's own columns, then its activity's.
type LeasedRow = ((i64, String, String, i32, i64), (String, i64, String));

fn read_leased(row: LeasedRow, lease: i64) -> Leased {
    let ((id, inbox, host, attempts, created_at), (activity, actor, body)) = row;
    Leased { id, lease, activity, actor: ActorId(actor), body, inbox, host, attempts, created_at: from_millis(created_at) }
}

fn read((activity, inbox, state, attempts, due_at, last_error): (String, String, String, i32, i64, Option<String>)) -> Delivery {
    let state = DeliveryState::parse(&state).unwrap_or(DeliveryState::Waiting);
    Delivery { activity, inbox, state, attempts, due_at: from_millis(due_at), last_error }
}
