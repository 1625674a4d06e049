//! Rows of changes that wait for a reaction: added in the transaction of the change, leased, and removed by the reaction itself.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::{
    Failed, Tx,
    connection::{Connection, on},
    schema::jobs,
};
use crate::domain::{
    change::Change,
    delivery::backoff,
    moment::{Moment, from_millis, to_millis},
};

/// A change that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its row.
    pub id: i64,
    /// The token of this lease.
    pub lease: i64,
    /// What happened.
    pub change: Change,
    /// How often reacting failed before.
    pub attempts: i32,
}

/// How often a reaction may fail before it is parked for an administrator.
pub const ATTEMPTS: i32 = 12;

/// Reacting is work in the database alone, and a moment's work: whoever was killed meanwhile holds up the others this long.
const LEASE: TimeDelta = TimeDelta::seconds(20);

/// Records a change, to be reacted to after this transaction has committed.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn record(tx: &mut Tx<'_>, change: &Change, now: Moment) -> Result<(), Failed> {
    let text = serde_json::to_string(change).map_err(Failed::because("write a change"))?;
    let row = (jobs::change.eq(text), jobs::attempts.eq(0), jobs::due_at.eq(to_millis(now)), jobs::parked.eq(false));
    on!(tx, c => diesel::insert_into(jobs::table).values(row).execute(c)).map_err(Failed::because("record a change"))?;
    tx.queued = true;
    Ok(())
}

/// Leases the changes that are due, in order, at most `limit`; one that cannot be read is parked. Nothing is leased while
/// another worker holds some: what happened first is said first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn lease(tx: &mut Tx<'_>, lease: i64, limit: i64, now: Moment) -> Result<Vec<Job>, Failed> {
    let mut leased = Vec::new();
    for (id, text, attempts) in find_due(tx, limit, to_millis(now))? {
        match serde_json::from_str(&text) {
            Ok(change) => {
                let query = diesel::update(jobs::table.find(id))
                    .set((jobs::lease.eq(lease), jobs::lease_until.eq(to_millis(now + LEASE))));
                on!(tx, c => query.execute(c)).map_err(Failed::because("lease a change"))?;
                leased.push(Job { id, lease, change, attempts });
            }
            Err(error) => park(tx, id, &error.to_string())?,
        }
    }
    Ok(leased)
}

/// Removes a change that has been reacted to; `false` where the lease was lost, and the reaction must not commit.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn finish(tx: &mut Tx<'_>, job: &Job) -> Result<bool, Failed> {
    let held = jobs::table.filter(jobs::id.eq(job.id).and(jobs::lease.eq(job.lease)));
    on!(tx, c => diesel::delete(held).execute(c)).map(|rows| rows > 0).map_err(Failed::because("finish a change"))
}

/// Puts a change back after a failure: later, or parked after the last attempt.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn postpone(tx: &mut Tx<'_>, job: &Job, error: &str, spread: i32, now: Moment) -> Result<(), Failed> {
    let attempts = job.attempts + 1;
    let held = jobs::table.filter(jobs::id.eq(job.id).and(jobs::lease.eq(job.lease)));
    let query = diesel::update(held).set((
        jobs::attempts.eq(attempts),
        jobs::due_at.eq(to_millis(now + backoff(attempts, None, spread))),
        jobs::lease.eq(None::<i64>),
        jobs::lease_until.eq(None::<i64>),
        jobs::last_error.eq(error),
        jobs::parked.eq(attempts >= ATTEMPTS),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("postpone a change"))
}

/// Gives back what is held under this lease, as if it had never been taken.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn give_back(tx: &mut Tx<'_>, lease: i64) -> Result<(), Failed> {
    let query = diesel::update(jobs::table.filter(jobs::lease.eq(lease)))
        .set((jobs::lease.eq(None::<i64>), jobs::lease_until.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("give changes back"))
}

/// Gives back everything that is held: for a worker that begins, and knows that it is the only one.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn release_all(tx: &mut Tx<'_>) -> Result<(), Failed> {
    let query = diesel::update(jobs::table.filter(jobs::lease.is_not_null()))
        .set((jobs::lease.eq(None::<i64>), jobs::lease_until.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("give back changes"))
}

/// Makes the parked changes due again, with all their attempts before them; how many there were.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn retry(tx: &mut Tx<'_>, now: Moment) -> Result<usize, Failed> {
    let query = diesel::update(jobs::table.filter(jobs::parked)).set((
        jobs::parked.eq(false),
        jobs::attempts.eq(0),
        jobs::due_at.eq(to_millis(now)),
    ));
    let retried = on!(tx, c => query.execute(c)).map_err(Failed::because("retry changes"))?;
    tx.queued |= retried > 0;
    Ok(retried)
}

/// When [`lease`] finds something next: a change is due, or a lease ends; `None` where none waits.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Moment>, Failed> {
    let waiting = jobs::table.filter(jobs::parked.eq(false));
    let free = waiting.filter(jobs::lease_until.is_null()).select(diesel::dsl::min(jobs::due_at));
    let free: Option<i64> = on!(tx, c => free.first(c)).map_err(Failed::because("look for the next change"))?;
    let held = waiting.select(diesel::dsl::min(jobs::lease_until));
    let held: Option<i64> = on!(tx, c => held.first(c)).map_err(Failed::because("look for the next lease to end"))?;
    Ok(free.into_iter().chain(held).min().map(from_millis))
}

/// How many changes wait, and how many are parked.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count(tx: &mut Tx<'_>) -> Result<(i64, i64), Failed> {
    let waiting = on!(tx, c => jobs::table.filter(jobs::parked.eq(false)).count().get_result(c))
        .map_err(Failed::because("count changes"))?;
    let parked =
        on!(tx, c => jobs::table.filter(jobs::parked).count().get_result(c)).map_err(Failed::because("count changes"))?;
    Ok((waiting, parked))
}

fn find_due(tx: &mut Tx<'_>, limit: i64, now: i64) -> Result<Vec<(i64, String, i32)>, Failed> {
    if is_held(tx, now)? {
        return Ok(Vec::new());
    }
    let due = jobs::table
        .filter(jobs::parked.eq(false).and(jobs::due_at.le(now)))
        .filter(jobs::lease_until.is_null().or(jobs::lease_until.le(now)))
        .order(jobs::id)
        .limit(limit)
        .select((jobs::id, jobs::change, jobs::attempts));
    on!(tx, c => due.load(c)).map_err(Failed::because("find due changes"))
}

/// Whether another worker reacts; on PostgreSQL workers look one after the other.
fn is_held(tx: &mut Tx<'_>, now: i64) -> Result<bool, Failed> {
    if let Connection::Postgres(c) = tx.connection() {
        let turn = diesel::sql_query("SELECT pg_advisory_xact_lock(729136)");
        turn.execute(c).map_err(Failed::because("wait for other workers"))?;
    }
    let held = diesel::dsl::exists(jobs::table.filter(jobs::lease_until.gt(now)));
    on!(tx, c => diesel::select(held).get_result(c)).map_err(Failed::because("look whether another worker reacts"))
}

fn park(tx: &mut Tx<'_>, id: i64, error: &str) -> Result<(), Failed> {
    let query = diesel::update(jobs::table.find(id)).set((jobs::parked.eq(true), jobs::last_error.eq(error)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("park a change"))
}
