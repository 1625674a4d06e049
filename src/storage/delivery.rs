//! Rows of deliveries: added with the activity, leased to one worker at a time, settled in a named state.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use chrono::TimeDelta;
use diesel::prelude::*;
use url::Url;

use super::{
    Failed, Tx,
    connection::on,
    lane,
    schema::{activities, actors, deliveries},
};
use crate::domain::{
    actor::ActorId,
    delivery::{Attempt, Delivery, DeliveryState, KEPT_FOR, WOKEN_AFTER, backoff, is_final},
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
    /// What is said, the same for every inbox.
    pub said: Arc<Said>,
    /// Where it goes.
    pub inbox: String,
    /// The inbox's host.
    pub host: String,
    /// How often it was tried before.
    pub attempts: i32,
    /// How often in a row its inbox denied it, and since when.
    pub denials: (i32, Option<Moment>),
    /// When it was first due.
    pub created_at: Moment,
}

/// An activity as it is sent, with what signing it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its id.
    pub uri: String,
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

/// How long a worker may hold a delivery before another takes it.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Adds one delivery per inbox; those that exist stay as they are. Older Updates of the same thing that still wait there
/// are superseded.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, activity: i64, inboxes: &BTreeSet<String>, now: Moment) -> Result<(), Failed> {
    let rows: Vec<_> = inboxes.iter().map(|inbox| new_row(activity, inbox, now)).collect();
    for chunk in rows.chunks(500) {
        let query = diesel::insert_into(deliveries::table).values(chunk).on_conflict_do_nothing();
        on!(tx, c => query.execute(c)).map_err(Failed::because("add deliveries"))?;
    }
    lane::supersede(tx, activity, inboxes, to_millis(now))?;
    tx.queued |= !rows.is_empty();
    Ok(())
}

/// Leases deliveries that are due, oldest first, at most `limit`. A host of which another worker holds something, or that
/// rests after a failure, is passed over whole, so that a host receives in order. Of a host that failed last, one delivery
/// is leased, as a probe: the rest follows when it has arrived.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn lease(tx: &mut Tx<'_>, lease: i64, limit: i64, now: Moment) -> Result<Vec<Leased>, Failed> {
    let ids = lane::find_due(tx, limit, to_millis(now))?;
    let query = deliveries::table.filter(deliveries::id.eq_any(&ids)).order(deliveries::id).select((
        deliveries::id,
        deliveries::activity_id,
        deliveries::inbox,
        deliveries::host,
        deliveries::attempts,
        (deliveries::denials, deliveries::denied_at),
        deliveries::created_at,
    ));
    let rows: Vec<LeasedRow> = on!(tx, c => query.load(c)).map_err(Failed::because("read due deliveries"))?;
    let rows = leave_probes(rows);
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let query = diesel::update(deliveries::table.filter(deliveries::id.eq_any(&ids)))
        .set((deliveries::lease.eq(lease), deliveries::lease_until.eq(to_millis(now + LEASE))));
    on!(tx, c => query.execute(c)).map_err(Failed::because("lease deliveries"))?;
    let said = find_said(tx, rows.iter().map(|row| row.1).collect())?;
    Ok(rows.into_iter().filter_map(|row| read_leased(row, &said, lease)).collect())
}

/// Settles an attempt, unless the lease was lost meanwhile. A failed host's other deliveries wait with it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn settle(tx: &mut Tx<'_>, leased: &Leased, attempt: &Attempt, spread: i32, now: Moment) -> Result<(), Failed> {
    let attempts = leased.attempts + 1;
    let ruling = judge(leased, attempt, spread, now);
    let (due_at, denied) = (to_millis(ruling.due_at), ruling.denied.map(|(_, since)| to_millis(since)));
    let held = deliveries::table.filter(deliveries::id.eq(leased.id).and(deliveries::lease.eq(leased.lease)));
    let query = diesel::update(held).set((
        deliveries::state.eq(ruling.state.code()),
        deliveries::attempts.eq(attempts),
        deliveries::due_at.eq(due_at),
        deliveries::lease.eq(None::<i64>),
        deliveries::lease_until.eq(None::<i64>),
        deliveries::last_error.eq(ruling.error),
        deliveries::denials.eq(ruling.denied.map_or(0, |(count, _)| count)),
        deliveries::denied_at.eq(denied),
        deliveries::wished_until.eq(ruling.wished.then_some(due_at)),
    ));
    let settled = on!(tx, c => query.execute(c)).map_err(Failed::because("settle a delivery"))?;
    match (settled > 0 && ruling.state == DeliveryState::Waiting, denied) {
        (false, _) => Ok(()),
        (true, None) => lane::postpone_host(tx, &leased.host, due_at),
        (true, Some(_)) => lane::release_inbox(tx, leased),
    }
}

/// Settles deliveries that arrived, all at once; those whose lease was lost meanwhile stay as they are.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn settle_delivered(tx: &mut Tx<'_>, arrived: &[Leased], now: Moment) -> Result<(), Failed> {
    let mut by_lease: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for leased in arrived {
        by_lease.entry(leased.lease).or_default().push(leased.id);
    }
    for (lease, ids) in by_lease {
        let query = diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids).and(deliveries::lease.eq(lease)))).set((
            deliveries::state.eq(DeliveryState::Delivered.code()),
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::due_at.eq(to_millis(now)),
            deliveries::lease.eq(None::<i64>),
            deliveries::lease_until.eq(None::<i64>),
            deliveries::last_error.eq(None::<String>),
            deliveries::denied_at.eq(None::<i64>),
            deliveries::wished_until.eq(None::<i64>),
        ));
        on!(tx, c => query.execute(c)).map_err(Failed::because("settle deliveries"))?;
    }
    Ok(())
}

/// A host gave a sign of life: what rests for it is tried within a minute, unless the host itself asked for a longer rest.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn wake_host(tx: &mut Tx<'_>, host: &str, now: Moment) -> Result<(), Failed> {
    let resting = deliveries::host.eq(host).and(deliveries::state.eq(DeliveryState::Waiting.code()));
    let resting = resting.and(deliveries::denied_at.is_null());
    // What failed is the oldest, and the others of its host rest as long as it does.
    let query = deliveries::table.filter(resting).order(deliveries::id).select((
        deliveries::due_at,
        deliveries::wished_until,
        deliveries::lease,
    ));
    let first: Option<(i64, Option<i64>, Option<i64>)> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("look whether a host rests"))?;
    let Some((due_at, wished, None)) = first else { return Ok(()) };
    let soon = to_millis(now + WOKEN_AFTER).max(wished.unwrap_or(0));
    if due_at <= soon {
        return Ok(());
    }
    let query =
        diesel::update(deliveries::table.filter(resting.and(deliveries::due_at.gt(soon)))).set(deliveries::due_at.eq(soon));
    on!(tx, c => query.execute(c)).map_err(Failed::because("wake a host"))?;
    tx.queued = true;
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
    let denying = diesel::alias!(deliveries as denying_deliveries);
    let denies = denying.field(deliveries::denied_at).is_not_null();
    let waits = denying.field(deliveries::state).eq(DeliveryState::Waiting.code());
    let denying_inboxes = denying.filter(denies.and(waits)).select(denying.field(deliveries::inbox));
    let query = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Waiting.code()).and(deliveries::host.ne_all(held_hosts.distinct())))
        .filter(deliveries::inbox.ne_all(denying_inboxes))
        .group_by(deliveries::host)
        .select(rested)
        .order(rested.asc());
    let free: Option<Option<i64>> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("look for the next delivery"))?;
    let query = deliveries::table.select(diesel::dsl::min(deliveries::lease_until));
    let released: Option<i64> = on!(tx, c => query.first(c)).map_err(Failed::because("look for the next lease to end"))?;
    let denied = lane::find_next_denied(tx)?;
    Ok(free.flatten().into_iter().chain(released).chain(denied).min().map(from_millis))
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

/// Makes everything undelivered due now, for another 30 days; how many that were. What a block stopped stays stopped.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn retry(tx: &mut Tx<'_>, now: Moment) -> Result<usize, Failed> {
    let over = [DeliveryState::Delivered, DeliveryState::Superseded, DeliveryState::Blocked].map(DeliveryState::code);
    let open = deliveries::table.filter(deliveries::state.ne_all(over).and(deliveries::lease.is_null()));
    let query = diesel::update(open).set((
        deliveries::state.eq(DeliveryState::Waiting.code()),
        deliveries::due_at.eq(to_millis(now)),
        deliveries::created_at.eq(to_millis(now)),
        deliveries::attempts.eq(0),
        deliveries::denials.eq(0),
        deliveries::denied_at.eq(None::<i64>),
        deliveries::wished_until.eq(None::<i64>),
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

/// What an attempt makes of a delivery.
struct Ruling<'a> {
    state: DeliveryState,
    due_at: Moment,
    error: Option<&'a str>,
    denied: Option<(i32, Moment)>,
    wished: bool,
}

fn judge<'a>(leased: &Leased, attempt: &'a Attempt, spread: i32, now: Moment) -> Ruling<'a> {
    let ended = |state, error| Ruling { state, due_at: now, error, denied: None, wished: false };
    let expired = now - leased.created_at > KEPT_FOR;
    match attempt {
        Attempt::Delivered => ended(DeliveryState::Delivered, None),
        Attempt::Gone => ended(DeliveryState::Gone, None),
        Attempt::Refused(error) => ended(DeliveryState::Refused, Some(error.as_str())),
        Attempt::Blocked => ended(DeliveryState::Blocked, None),
        Attempt::Failed { error, .. } | Attempt::Denied { error, .. } if expired => {
            ended(DeliveryState::Expired, Some(error.as_str()))
        }
        Attempt::Failed { error, retry_after } => {
            let due_at = now + backoff(leased.attempts + 1, *retry_after, spread);
            let wished = retry_after.is_some();
            Ruling { state: DeliveryState::Waiting, due_at, error: Some(error.as_str()), denied: None, wished }
        }
        Attempt::Denied { error, missing } => {
            let (denials, since) = (leased.denials.0 + 1, leased.denials.1.unwrap_or(now));
            if is_final(denials, *missing, now - since) {
                return ended(DeliveryState::Refused, Some(error.as_str()));
            }
            let due_at = now + backoff(denials, None, spread);
            let (error, denied) = (Some(error.as_str()), Some((denials, since)));
            Ruling { state: DeliveryState::Waiting, due_at, error, denied, wished: false }
        }
    }
}

/// A delivery's own columns: row, activity, inbox, host, attempts, denials with the first of them, creation.
type LeasedRow = (i64, i64, String, String, i32, (i32, Option<i64>), i64);

/// Of a host whose first delivery failed before, only that one.
fn leave_probes(rows: Vec<LeasedRow>) -> Vec<LeasedRow> {
    let mut probed: BTreeMap<String, bool> = BTreeMap::new();
    let mut left = Vec::with_capacity(rows.len());
    for row in rows {
        match probed.get(&row.3) {
            Some(true) => continue,
            Some(false) => {}
            None => {
                let failed_last = row.4 > 0 && row.5.0 == 0;
                probed.insert(row.3.clone(), failed_last);
            }
        }
        left.push(row);
    }
    left
}

type SaidRow = (i64, i64, String, String, String, String);

fn find_said(tx: &mut Tx<'_>, rows: BTreeSet<i64>) -> Result<BTreeMap<i64, Arc<Said>>, Failed> {
    let query = activities::table
        .inner_join(actors::table.on(actors::id.eq(activities::actor_id)))
        .filter(activities::id.eq_any(rows))
        .select((activities::id, activities::actor_id, activities::uri, activities::body, actors::key_uri, actors::public_key));
    let found: Vec<SaidRow> = on!(tx, c => query.load(c)).map_err(Failed::because("read leased activities"))?;
    let read = |(row, actor, uri, body, key_uri, public_key): SaidRow| {
        (row, Arc::new(Said { uri, actor: ActorId(actor), key_uri, public_key, body, digest: OnceLock::new() }))
    };
    Ok(found.into_iter().map(read).collect())
}

fn read_leased(row: LeasedRow, said: &BTreeMap<i64, Arc<Said>>, lease: i64) -> Option<Leased> {
    let (id, activity, inbox, host, attempts, (denials, denied_at), created_at) = row;
    let said = said.get(&activity)?.clone();
    let denials = (denials, denied_at.map(from_millis));
    Some(Leased { id, lease, said, inbox, host, attempts, denials, created_at: from_millis(created_at) })
}

fn read((activity, inbox, state, attempts, due_at, last_error): (String, String, String, i32, i64, Option<String>)) -> Delivery {
    let state = DeliveryState::parse(&state).unwrap_or(DeliveryState::Waiting);
    Delivery { activity, inbox, state, attempts, due_at: from_millis(due_at), last_error }
}
