//! Settles what attempts came to: the state of a delivery, and what it means for the lane that it went through.
//! It tries nothing, and lets no lane go.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{
    super::{
        Failed, Tx,
        connection::on,
        lane::{self, Held},
        peer,
        schema::{activities, deliveries, lanes},
    },
    CHUNK, Leased,
};
use crate::domain::{
    delivery::{Attempt, DeliveryState, GONE_FOR, KEPT_FOR, backoff, is_final},
    moment::{Moment, from_millis, to_millis},
};

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The lane that it went through.
    pub lane: Held,
    /// What was tried.
    pub leased: Leased,
    /// What came of it.
    pub attempt: Attempt,
    /// Whether its host took something else a moment ago: then this failure is its own, and holds up nothing else.
    pub alone: bool,
}

/// Settles attempts, all of them or none; the names of the lanes that are still held. Where a lease was lost meanwhile, nothing
/// changes: whoever holds the lane now tries again.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn settle(tx: &mut Tx<'_>, settlements: &[Settlement], spread: i32, now: Moment) -> Result<BTreeSet<String>, Failed> {
    let lanes: Vec<Held> = settlements.iter().map(|settled| settled.lane.clone()).collect();
    let held = lane::retain_held(tx, &lanes)?;
    let valid = settlements.iter().filter(|settled| held.contains(&settled.lane.name));
    let (arrived, others): (Vec<_>, Vec<_>) = valid.partition(|settled| settled.attempt == Attempt::Delivered);
    settle_arrived(tx, &arrived, now)?;
    for (place, settled) in (0..).zip(others) {
        // Hosts that failed together do not return together.
        settle_one(tx, settled, (spread + place * 37) % 100, now)?;
    }
    Ok(held)
}

fn settle_arrived(tx: &mut Tx<'_>, arrived: &[&Settlement], now: Moment) -> Result<(), Failed> {
    if arrived.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = arrived.iter().map(|settled| settled.leased.id).collect();
    let query = diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids))).set((
        deliveries::state.eq(DeliveryState::Delivered.code()),
        deliveries::attempts.eq(deliveries::attempts + 1),
        deliveries::last_error.eq(None::<String>),
        deliveries::ended_at.eq(to_millis(now)),
    ));
    on!(tx, c => query.execute(c)).map_err(Failed::because("settle deliveries"))?;
    for well in arrived.iter().filter(|settled| settled.lane.failures > 0) {
        peer::note_contact(tx, &well.lane.host, true, now)?;
    }
    let ill: BTreeSet<&str> = arrived.iter().map(|settled| settled.lane.name.as_str()).collect();
    // A lane that began to rest meanwhile goes on resting.
    let ill = lanes::name.eq_any(ill).and(lanes::failures.gt(0).or(lanes::denials.gt(0))).and(lanes::due_at.le(to_millis(now)));
    let query = diesel::update(lanes::table.filter(ill)).set((
        lanes::failures.eq(0),
        lanes::denials.eq(0),
        lanes::denied_at.eq(None::<i64>),
        lanes::wished_until.eq(None::<i64>),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("let lanes be well"))
}

fn settle_one(tx: &mut Tx<'_>, settled: &Settlement, spread: i32, now: Moment) -> Result<(), Failed> {
    match &settled.attempt {
        Attempt::Delivered => Ok(()),
        Attempt::Refused(error) => end(tx, settled, DeliveryState::Refused, Some(error), now),
        Attempt::Gone => {
            end(tx, settled, DeliveryState::Gone, None, now)?;
            close_inbox(tx, settled, now)
        }
        Attempt::Failed { error, retry_after } => {
            postpone(tx, settled, error)?;
            let object = lane::name_apart(&settled.leased.inbox, &settled.leased.said.object);
            if settled.alone && retry_after.is_none() && settled.lane.name != object {
                return set_aside_object(tx, settled, &object, to_millis(now + backoff(1, None, spread)));
            }
            peer::note_contact(tx, &settled.lane.host, false, now)?;
            let wait = |failures| backoff(failures, *retry_after, spread);
            rest(tx, settled, |failures, _| now + wait(failures), retry_after.is_some(), now)?;
            expire(tx, &settled.lane, error, now)
        }
        Attempt::Denied { error, missing } => deny(tx, settled, (error, *missing), spread, now),
    }
}

/// An inbox that denies waits alone; it is refused when it denied often enough.
fn deny(tx: &mut Tx<'_>, settled: &Settlement, (error, missing): (&str, bool), spread: i32, now: Moment) -> Result<(), Failed> {
    let inbox = &settled.leased.inbox;
    if settled.lane.name != *inbox {
        postpone(tx, settled, error)?;
        return set_aside_inbox(tx, settled, to_millis(now + backoff(1, None, spread)), now);
    }
    let query = lanes::table.find(inbox).select((lanes::denials, lanes::denied_at));
    let (denials, since): (i32, Option<i64>) = on!(tx, c => query.first(c)).map_err(Failed::because("look at a lane"))?;
    let (denials, since) = (denials + 1, since.map_or(now, from_millis));
    if is_final(denials, missing, now - since) {
        let query = diesel::update(lanes::table.find(inbox)).set(lanes::denials.eq(denials));
        on!(tx, c => query.execute(c)).map_err(Failed::because("count a denial"))?;
        return end(tx, settled, DeliveryState::Refused, Some(error), now);
    }
    postpone(tx, settled, error)?;
    let due_at = to_millis(now + backoff(denials, None, spread));
    let query = diesel::update(lanes::table.find(inbox).filter(lanes::due_at.le(to_millis(now)))).set((
        lanes::denials.eq(denials),
        lanes::denied_at.eq(to_millis(since)),
        lanes::due_at.eq(due_at),
    ));
    on!(tx, c => query.execute(c)).map_err(Failed::because("let an inbox rest"))?;
    expire(tx, &settled.lane, error, now)
}

fn end(tx: &mut Tx<'_>, settled: &Settlement, state: DeliveryState, error: Option<&str>, now: Moment) -> Result<(), Failed> {
    let open = deliveries::table.filter(deliveries::id.eq(settled.leased.id).and(deliveries::ended_at.is_null()));
    let query = diesel::update(open).set((
        deliveries::state.eq(state.code()),
        deliveries::attempts.eq(deliveries::attempts + 1),
        deliveries::last_error.eq(error),
        deliveries::ended_at.eq(to_millis(now)),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("settle a delivery"))
}

/// Tried, and still waiting.
fn postpone(tx: &mut Tx<'_>, settled: &Settlement, error: &str) -> Result<(), Failed> {
    let query = diesel::update(deliveries::table.find(settled.leased.id))
        .set((deliveries::attempts.eq(deliveries::attempts + 1), deliveries::last_error.eq(error)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("settle a delivery"))
}

/// What else waits for an inbox that is gone ends with it, and what comes for it in the next days.
fn close_inbox(tx: &mut Tx<'_>, settled: &Settlement, now: Moment) -> Result<(), Failed> {
    let (inbox, until) = (&settled.leased.inbox, to_millis(now + GONE_FOR));
    let of_host = lanes::table.filter(lanes::host.eq(&settled.lane.host)).select(lanes::name);
    let theirs = deliveries::lane.eq_any(of_host).and(deliveries::ended_at.is_null()).and(deliveries::inbox.eq(inbox));
    let query = diesel::update(deliveries::table.filter(theirs))
        .set((deliveries::state.eq(DeliveryState::Gone.code()), deliveries::ended_at.eq(to_millis(now))));
    on!(tx, c => query.execute(c)).map_err(Failed::because("end what waits for an inbox that is gone"))?;
    let row = (
        (lanes::name.eq(inbox), lanes::host.eq(&settled.lane.host)),
        (lanes::failures.eq(0), lanes::denials.eq(0), lanes::gone_until.eq(until)),
    );
    let query =
        diesel::insert_into(lanes::table).values(row).on_conflict(lanes::name).do_update().set(lanes::gone_until.eq(until));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("remember that an inbox is gone"))
}

/// A lane rests once in a turn, however many attempts were under way when its host failed.
fn rest(
    tx: &mut Tx<'_>,
    settled: &Settlement,
    until: impl FnOnce(i32, Moment) -> Moment,
    wished: bool,
    now: Moment,
) -> Result<(), Failed> {
    let failures = settled.lane.failures + 1;
    let due_at = to_millis(until(failures, now));
    let query = diesel::update(lanes::table.find(&settled.lane.name).filter(lanes::due_at.le(to_millis(now)))).set((
        lanes::failures.eq(failures),
        lanes::due_at.eq(due_at),
        lanes::wished_until.eq(wished.then_some(due_at)),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("let a host rest"))
}

/// What was tried for 30 days ends with a lane that fails again. Newer rows have higher numbers, so that a lane in which nothing is so
/// old costs one look, however much waits in it.
fn expire(tx: &mut Tx<'_>, lane: &Held, error: &str, now: Moment) -> Result<(), Failed> {
    let failed = || Failed::because("end what is too old");
    let since = to_millis(now - KEPT_FOR);
    let waits = || deliveries::table.filter(deliveries::lane.eq(&lane.name).and(deliveries::ended_at.is_null()));
    let query = waits().order(deliveries::id).select(deliveries::created_at);
    let oldest: Option<i64> = on!(tx, c => query.first(c).optional()).map_err(failed())?;
    if oldest.is_none_or(|oldest| oldest >= since) {
        return Ok(());
    }
    let query = waits().filter(deliveries::created_at.ge(since)).order(deliveries::id).select(deliveries::id);
    let first_kept: Option<i64> = on!(tx, c => query.first(c).optional()).map_err(failed())?;
    let old = deliveries::id.lt(first_kept.unwrap_or(i64::MAX)).and(deliveries::created_at.lt(since));
    let query = diesel::update(waits().filter(old)).set((
        deliveries::state.eq(DeliveryState::Expired.code()),
        deliveries::last_error.eq(error),
        deliveries::ended_at.eq(to_millis(now)),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(failed())
}

fn set_aside_object(tx: &mut Tx<'_>, settled: &Settlement, name: &str, due_at: i64) -> Result<(), Failed> {
    let leased = &settled.leased;
    let about = activities::table.filter(activities::object.eq(&leased.said.object)).select(activities::id);
    // Looked for by what they are about: they are few, and what waits in the lane may be very much.
    let query = deliveries::table.filter(deliveries::activity_id.eq_any(about).and(deliveries::inbox.eq(&leased.inbox)));
    let query = query.select(deliveries::id);
    let ids: Vec<i64> = on!(tx, c => query.load(c)).map_err(Failed::because("find what is set aside"))?;
    for some in ids.chunks(CHUNK) {
        let theirs = deliveries::id.eq_any(some).and(deliveries::lane.eq(&settled.lane.name)).and(deliveries::ended_at.is_null());
        let query = diesel::update(deliveries::table.filter(theirs)).set(deliveries::lane.eq(name));
        on!(tx, c => query.execute(c)).map_err(Failed::because("set a delivery aside"))?;
    }
    let row = (
        (lanes::name.eq(name), lanes::host.eq(&settled.lane.host), lanes::due_at.eq(due_at)),
        (lanes::failures.eq(1), lanes::denials.eq(0)),
    );
    let query = diesel::insert_into(lanes::table).values(row).on_conflict(lanes::name).do_update().set(lanes::due_at.eq(due_at));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("set a delivery aside"))
}

fn set_aside_inbox(tx: &mut Tx<'_>, settled: &Settlement, due_at: i64, now: Moment) -> Result<(), Failed> {
    let inbox = &settled.leased.inbox;
    let theirs = deliveries::lane.eq(&settled.lane.name).and(deliveries::ended_at.is_null()).and(deliveries::inbox.eq(inbox));
    let query = diesel::update(deliveries::table.filter(theirs)).set(deliveries::lane.eq(inbox));
    on!(tx, c => query.execute(c)).map_err(Failed::because("set an inbox aside"))?;
    let row = (
        (lanes::name.eq(inbox), lanes::host.eq(&settled.lane.host), lanes::due_at.eq(due_at)),
        (lanes::failures.eq(0), lanes::denials.eq(1), lanes::denied_at.eq(to_millis(now))),
    );
    let query = diesel::insert_into(lanes::table).values(row).on_conflict(lanes::name).do_update().set((
        lanes::due_at.eq(due_at),
        lanes::gone_until.eq(None::<i64>),
        lanes::denied_at.eq(to_millis(now)),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("set an inbox aside"))
}
