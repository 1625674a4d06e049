//! Rows of hosts that something is to be read at, beneath `reading.rs`: which may be asked now, by whom, and which rest.
//! A host is asked by one worker at a time, whatever waits for it. Its row is locked before those of its readings.

use chrono::TimeDelta;
use diesel::{prelude::*, upsert::excluded};

use super::{
    Failed, Tx,
    connection::{Connection, on},
    schema::{reading_hosts, readings},
};
use crate::domain::moment::{Moment, from_millis, to_millis};

/// How long a worker may hold a host before another takes it: longer than any reading takes.
const LEASE: TimeDelta = TimeDelta::seconds(90);

/// What is to be read at one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The host.
    pub host: String,
    /// How many readings wait for it, now or later.
    pub readings: i64,
    /// How often in a row it failed.
    pub failures: i32,
    /// When it is asked next.
    pub due_at: Moment,
}

/// The hosts at which most is to be read, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Waiting>, Failed> {
    let most = diesel::dsl::count(readings::id);
    let query = readings::table
        .inner_join(reading_hosts::table.on(reading_hosts::host.eq(readings::host)))
        .group_by((reading_hosts::host, reading_hosts::failures, reading_hosts::due_at))
        .order((most.desc(), reading_hosts::host.asc()))
        .limit(limit)
        .select((reading_hosts::host, most, reading_hosts::failures, reading_hosts::due_at));
    let rows: Vec<(String, i64, i32, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("list hosts to read at"))?;
    let read = |(host, readings, failures, due_at)| Waiting { host, readings, failures, due_at: from_millis(due_at) };
    Ok(rows.into_iter().map(read).collect())
}

/// When a host may be asked next, or a lease ends; `None` where nothing is to be read.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Moment>, Failed> {
    let free = reading_hosts::table.filter(reading_hosts::lease_until.is_null());
    let free = free.select(diesel::dsl::min(reading_hosts::due_at));
    let free: Option<i64> = on!(tx, c => free.first(c)).map_err(Failed::because("look for the next reading"))?;
    let held = reading_hosts::table.filter(reading_hosts::lease_until.is_not_null());
    let held = held.select(diesel::dsl::min(reading_hosts::lease_until));
    let held: Option<i64> = on!(tx, c => held.first(c)).map_err(Failed::because("look for the next lease to end"))?;
    Ok(free.into_iter().chain(held).min().map(from_millis))
}

/// Gives back every host: for a worker that begins, and knows that it is the only one.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn release_all(tx: &mut Tx<'_>) -> Result<(), Failed> {
    let query = diesel::update(reading_hosts::table.filter(reading_hosts::lease.is_not_null()))
        .set((reading_hosts::lease.eq(None::<i64>), reading_hosts::lease_until.eq(None::<i64>)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("give back hosts"))
}

/// Something is to be read at this host then, or when it has rested.
pub(super) fn expect(tx: &mut Tx<'_>, host: &str, due_at: i64) -> Result<(), Failed> {
    let row = (
        reading_hosts::host.eq(host),
        reading_hosts::due_at.eq(due_at),
        reading_hosts::rests_until.eq(0),
        reading_hosts::failures.eq(0),
    );
    // Setting what it is already takes the row's lock, whether it was there or not.
    let query = diesel::insert_into(reading_hosts::table)
        .values(row)
        .on_conflict(reading_hosts::host)
        .do_update()
        .set(reading_hosts::host.eq(excluded(reading_hosts::host)))
        .returning((reading_hosts::due_at, reading_hosts::rests_until));
    let (known, rests_until): (i64, i64) =
        on!(tx, c => query.get_result(c)).map_err(Failed::because("expect something of a host"))?;
    let due_at = due_at.max(rests_until);
    if due_at >= known {
        return Ok(());
    }
    let query = diesel::update(reading_hosts::table.find(host)).set(reading_hosts::due_at.eq(due_at));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("expect something of a host"))
}

/// Takes the hosts that may be asked now, those that waited longest first; each with how often in a row it failed.
pub(super) fn lease(tx: &mut Tx<'_>, lease: i64, limit: i64, now: Moment) -> Result<Vec<(String, i32)>, Failed> {
    let free = reading_hosts::lease_until.is_null().or(reading_hosts::lease_until.le(to_millis(now)));
    let due = reading_hosts::table
        .filter(reading_hosts::due_at.le(to_millis(now)))
        .filter(free)
        .order(reading_hosts::due_at)
        .limit(limit)
        .select((reading_hosts::host, reading_hosts::failures));
    let hosts: Vec<(String, i32)> = match tx.connection() {
        Connection::Sqlite(c) => due.load(c),
        Connection::Postgres(c) => due.for_update().skip_locked().load(c),
    }
    .map_err(Failed::because("find hosts to ask"))?;
    let taken = reading_hosts::table.filter(reading_hosts::host.eq_any(hosts.iter().map(|(host, _)| host.as_str())));
    let query =
        diesel::update(taken).set((reading_hosts::lease.eq(lease), reading_hosts::lease_until.eq(to_millis(now + LEASE))));
    on!(tx, c => query.execute(c)).map_err(Failed::because("take hosts to ask"))?;
    Ok(hosts)
}

/// Gives a host back, to rest so long; `false` where the lease was lost.
pub(super) fn give_back(
    tx: &mut Tx<'_>,
    (host, lease): (&str, i64),
    (rest, failures): (TimeDelta, i32),
    now: Moment,
) -> Result<bool, Failed> {
    let held = reading_hosts::table.filter(reading_hosts::host.eq(host).and(reading_hosts::lease.eq(lease)));
    let query = diesel::update(held).set((
        reading_hosts::rests_until.eq(to_millis(now + rest)),
        reading_hosts::failures.eq(failures),
        reading_hosts::lease.eq(None::<i64>),
        reading_hosts::lease_until.eq(None::<i64>),
    ));
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("give back a host"))
}

/// A host that nobody holds waits for the first of its readings, behind those that wait already; or is forgotten.
pub(super) fn rearrange(tx: &mut Tx<'_>, host: &str, now: Moment) -> Result<(), Failed> {
    let first = readings::table.filter(readings::host.eq(host)).select(diesel::dsl::min(readings::due_at));
    let first: Option<i64> = on!(tx, c => first.first(c)).map_err(Failed::because("look what waits for a host"))?;
    let Some(first) = first else {
        let query = diesel::delete(reading_hosts::table.find(host));
        return on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("forget a host"));
    };
    let rests_until = reading_hosts::table.find(host).select(reading_hosts::rests_until);
    let rests_until: i64 = on!(tx, c => rests_until.first(c)).map_err(Failed::because("look whether a host rests"))?;
    let due_at = first.max(rests_until).max(to_millis(now));
    let query = diesel::update(reading_hosts::table.find(host)).set(reading_hosts::due_at.eq(due_at));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("let a host wait"))
}
