//! Rows of readings: planned in the transaction of what makes them necessary, leased with their host, settled by what came of them.

use diesel::prelude::*;
use url::Url;

use super::{
    Failed, Tx,
    actor::url,
    connection::{Connection, on},
    host, peer,
    schema::readings,
};
use crate::domain::{
    actor::ActorId,
    block::Blockable,
    moment::{Moment, from_millis, to_millis},
    peer::canonical_host,
    reading::{Answer, Next, Reading, ReadingKind, Validators, next, rest},
};

/// Most things that are to be read once on account of one actor; what more it names is not read.
pub const MOST: i64 = 500;

/// Something to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReading {
    /// What it is.
    pub kind: ReadingKind,
    /// Where.
    pub url: Url,
    /// On whose account: the actor itself, or who named it. It goes with that actor.
    pub actor: ActorId,
    /// The share whose conversation it belongs to. It goes with that share.
    pub share: Option<i64>,
    /// The replies that led here and wait for this one, the last one last.
    pub path: Vec<Url>,
    /// When.
    pub due_at: Moment,
}

/// A reading that a worker holds, with its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Its row.
    pub id: i64,
    /// The token of this lease: a later holder has another, and a late result is ignored.
    pub lease: i64,
    /// What it is.
    pub kind: ReadingKind,
    /// Where.
    pub url: Url,
    /// The host, which nobody else asks meanwhile.
    pub host: String,
    /// On whose account.
    pub actor: ActorId,
    /// The share whose conversation it belongs to.
    pub share: Option<i64>,
    /// The replies that led here.
    pub path: Vec<Url>,
    /// By what the host recognises what we read before.
    pub validators: Validators,
    /// How often it was read, and how often in a row that failed.
    pub past: (i32, i32),
    /// How often in a row its host failed.
    pub host_failures: i32,
}

/// Plans a reading. What is planned already is read at the earlier moment; what is due now is read anew, though it were under
/// way. `false` where too much is to be read on account of this actor.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn plan(tx: &mut Tx<'_>, new: &NewReading, now: Moment) -> Result<bool, Failed> {
    let due_at = to_millis(new.due_at);
    let planned = find_planned(tx, new)?;
    if planned.is_some_and(|planned| new.due_at > now && planned <= due_at) {
        return Ok(true);
    }
    if planned.is_none() && !new.kind.is_lasting() && count_of_actor(tx, new.actor)? >= MOST {
        return Ok(false);
    }
    host::expect(tx, &canonical_host(&new.url), due_at)?;
    if !add(tx, new)? {
        hasten(tx, new, now)?;
    }
    tx.queued |= new.due_at <= now;
    Ok(true)
}

/// Takes what is due, of each host that nobody asks one thing, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn lease(tx: &mut Tx<'_>, lease: i64, limit: i64, now: Moment) -> Result<Vec<Leased>, Failed> {
    let mut leased = Vec::new();
    for (host, failures) in host::lease(tx, lease, limit, now)? {
        match find_due(tx, &host, now)? {
            Some(row) => {
                let query = diesel::update(readings::table.find(row.0)).set(readings::lease.eq(lease));
                on!(tx, c => query.execute(c)).map_err(Failed::because("lease a reading"))?;
                leased.push(read_leased(row, (host, failures), lease)?);
            }
            // What waited was called off.
            None if host::give_back(tx, (&host, lease), (chrono::TimeDelta::zero(), failures), now)? => {
                host::rearrange(tx, &host, now)?;
            }
            None => {}
        }
    }
    Ok(leased)
}

/// Whether this is still to be read, by this holder: not called off, not taken over, not asked for anew. Until the transaction
/// ends nobody can call it off.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn holds(tx: &mut Tx<'_>, leased: &Leased) -> Result<bool, Failed> {
    let query = readings::table.filter(held(leased)).select(readings::id);
    let found: Option<i64> = match tx.connection() {
        Connection::Sqlite(c) => query.first(c).optional(),
        Connection::Postgres(c) => query.for_key_share().first(c).optional(),
    }
    .map_err(Failed::because("look at a reading"))?;
    Ok(found.is_some())
}

/// Settles what came of asking: the reading is due again or gone, unless the lease was lost; its host rests or is free.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn settle(tx: &mut Tx<'_>, leased: &Leased, answer: &Answer, spread: i32, now: Moment) -> Result<(), Failed> {
    let held_host = host::give_back(tx, (&leased.host, leased.lease), rest(leased.host_failures, answer, spread), now)?;
    if !held_host {
        host::expect(tx, &leased.host, to_millis(now))?;
    }
    if !matches!(answer, Answer::Held(_)) {
        peer::note_contact(tx, &leased.host, !matches!(answer, Answer::Failed { .. }), now)?;
    }
    if let Some(next) = next(leased.kind, leased.past, answer, spread) {
        postpone(tx, leased, answer, &next, now)?;
    } else {
        let query = diesel::delete(readings::table.filter(held(leased)));
        on!(tx, c => query.execute(c)).map_err(Failed::because("end a reading"))?;
    }
    if held_host { host::rearrange(tx, &leased.host, now) } else { Ok(()) }
}

/// Calls a reading off, also one that is under way; `false` where there was none.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn call_off(tx: &mut Tx<'_>, kind: ReadingKind, url: &Url, actor: ActorId) -> Result<bool, Failed> {
    let query = diesel::delete(readings::table.filter(is(kind, url, actor)));
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("call off a reading"))
}

/// Calls off everything at the addresses that a block covers; how much that was.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn call_off_covered(tx: &mut Tx<'_>, subject: &Blockable) -> Result<usize, Failed> {
    let query =
        readings::table.filter(readings::url.like(format!("%{}%", subject.needle()))).select((readings::id, readings::url));
    let rows: Vec<(i64, String)> = on!(tx, c => query.load(c)).map_err(Failed::because("find readings that a block covers"))?;
    let covers = |stored: &str| Url::parse(stored).is_ok_and(|url| subject.covers(&url));
    let ids: Vec<i64> = rows.into_iter().filter(|(_, stored)| covers(stored)).map(|(id, _)| id).collect();
    for some in ids.chunks(500) {
        let query = diesel::delete(readings::table.filter(readings::id.eq_any(some)));
        on!(tx, c => query.execute(c)).map_err(Failed::because("call off readings"))?;
    }
    Ok(ids.len())
}

/// Readings, of one kind or all, those that are due first, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, kind: Option<ReadingKind>, limit: i64) -> Result<Vec<Reading>, Failed> {
    let codes: Vec<&str> = kind.map_or_else(|| ReadingKind::ALL.map(ReadingKind::code).to_vec(), |kind| vec![kind.code()]);
    let query =
        readings::table.filter(readings::kind.eq_any(&codes)).order((readings::due_at, readings::id)).limit(limit).select((
            readings::kind,
            readings::url,
            (readings::times, readings::failures),
            (readings::due_at, readings::read_at),
            readings::last_error,
        ));
    let rows: Vec<ListedRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list readings"))?;
    rows.into_iter().map(read_listed).collect()
}

/// How many readings of a kind there are, due now or later, and how many of them failed last.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count(tx: &mut Tx<'_>, kind: ReadingKind) -> Result<(i64, i64), Failed> {
    let all = readings::table.filter(readings::kind.eq(kind.code()));
    let failing = all.filter(readings::failures.gt(0)).count();
    let failing = on!(tx, c => failing.get_result(c)).map_err(Failed::because("count readings"))?;
    on!(tx, c => all.count().get_result(c)).map(|all| (all, failing)).map_err(Failed::because("count readings"))
}

/// How much at a host was never read yet.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_unread(tx: &mut Tx<'_>, host: &str) -> Result<i64, Failed> {
    let kinds =
        [ReadingKind::Directory, ReadingKind::DirectoryPage, ReadingKind::Listing, ReadingKind::Outbox, ReadingKind::OutboxPage];
    let unread = readings::host.eq(host).and(readings::times.eq(0));
    let query = readings::table.filter(unread.and(readings::kind.eq_any(kinds.map(ReadingKind::code)))).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count what was never read"))
}

/// Whether it is a certain one.
macro_rules! planned {
    ($new:expr) => {
        readings::table.filter(is($new.kind, &$new.url, $new.actor))
    };
}

type IsReading<'a> = diesel::dsl::And<
    diesel::dsl::And<diesel::dsl::Eq<readings::url, &'a str>, diesel::dsl::Eq<readings::kind, &'static str>>,
    diesel::dsl::Eq<readings::actor_id, i64>,
>;

fn is(kind: ReadingKind, url: &Url, actor: ActorId) -> IsReading<'_> {
    readings::url.eq(url.as_str()).and(readings::kind.eq(kind.code())).and(readings::actor_id.eq(actor.0))
}

fn held(
    leased: &Leased,
) -> diesel::dsl::And<
    diesel::dsl::Eq<readings::id, i64>,
    diesel::dsl::Eq<readings::lease, i64>,
    diesel::sql_types::Nullable<diesel::sql_types::Bool>,
> {
    readings::id.eq(leased.id).and(readings::lease.eq(leased.lease))
}

fn find_planned(tx: &mut Tx<'_>, new: &NewReading) -> Result<Option<i64>, Failed> {
    let query = planned!(new).select(readings::due_at);
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("look for a reading"))
}

fn count_of_actor(tx: &mut Tx<'_>, actor: ActorId) -> Result<i64, Failed> {
    let query = readings::table.filter(readings::actor_id.eq(actor.0)).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count an actor's readings"))
}

fn add(tx: &mut Tx<'_>, new: &NewReading) -> Result<bool, Failed> {
    let path: Vec<&str> = new.path.iter().map(Url::as_str).collect();
    let row = (
        readings::kind.eq(new.kind.code()),
        readings::url.eq(new.url.as_str()),
        readings::host.eq(canonical_host(&new.url)),
        readings::actor_id.eq(new.actor.0),
        readings::share_id.eq(new.share),
        readings::path.eq(path.join(" ")),
        readings::times.eq(0),
        readings::failures.eq(0),
        readings::due_at.eq(to_millis(new.due_at)),
    );
    let query = diesel::insert_into(readings::table).values(row).on_conflict_do_nothing();
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("plan a reading"))
}

/// One that is due now is taken from whoever reads it: what it said a moment ago may be old.
fn hasten(tx: &mut Tx<'_>, new: &NewReading, now: Moment) -> Result<(), Failed> {
    let due_at = to_millis(new.due_at);
    let query = diesel::update(planned!(new).filter(readings::due_at.gt(due_at))).set(readings::due_at.eq(due_at));
    on!(tx, c => query.execute(c)).map_err(Failed::because("hasten a reading"))?;
    if new.due_at <= now {
        let query = diesel::update(planned!(new)).set(readings::lease.eq(None::<i64>));
        on!(tx, c => query.execute(c)).map_err(Failed::because("read something anew"))?;
    }
    Ok(())
}

fn postpone(tx: &mut Tx<'_>, leased: &Leased, answer: &Answer, next: &Next<'_>, now: Moment) -> Result<(), Failed> {
    let validators = if let Answer::Read(fresh) = answer { fresh } else { &leased.validators };
    let due_at = to_millis(now + next.after);
    let query = diesel::update(readings::table.filter(held(leased))).set((
        readings::times.eq(next.times),
        readings::failures.eq(next.failures),
        readings::due_at.eq(due_at),
        readings::lease.eq(None::<i64>),
        readings::last_error.eq(next.error),
        readings::etag.eq(validators.etag.as_deref()),
        readings::last_modified.eq(validators.last_modified.as_deref()),
    ));
    on!(tx, c => query.execute(c)).map_err(Failed::because("settle a reading"))?;
    if next.times == leased.past.0 {
        return Ok(());
    }
    let query = diesel::update(readings::table.find(leased.id)).set(readings::read_at.eq(to_millis(now)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("settle a reading"))
}

/// A reading's own columns: row, kind, url, actor, share, path, validators, past.
type LeasedRow = (i64, String, String, i64, Option<i64>, String, (Option<String>, Option<String>), (i32, i32));

fn find_due(tx: &mut Tx<'_>, host: &str, now: Moment) -> Result<Option<LeasedRow>, Failed> {
    let query = readings::table
        .filter(readings::host.eq(host).and(readings::due_at.le(to_millis(now))))
        .order((readings::due_at, readings::id))
        .select((
            readings::id,
            readings::kind,
            readings::url,
            readings::actor_id,
            readings::share_id,
            readings::path,
            (readings::etag, readings::last_modified),
            (readings::times, readings::failures),
        ));
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("find what to read"))
}

fn read_leased(row: LeasedRow, (host, host_failures): (String, i32), lease: i64) -> Result<Leased, Failed> {
    let (id, kind, stored, actor, share, path, (etag, last_modified), past) = row;
    Ok(Leased {
        id,
        lease,
        kind: read_kind(&kind)?,
        url: url(&stored)?,
        host,
        actor: ActorId(actor),
        share,
        path: path.split_whitespace().map(url).collect::<Result<_, _>>()?,
        validators: Validators { etag, last_modified },
        past,
        host_failures,
    })
}

type ListedRow = (String, String, (i32, i32), (i64, Option<i64>), Option<String>);

fn read_listed((kind, url, (times, failures), (due_at, read_at), last_error): ListedRow) -> Result<Reading, Failed> {
    let (due_at, read_at) = (from_millis(due_at), read_at.map(from_millis));
    Ok(Reading { kind: read_kind(&kind)?, url, times, failures, due_at, read_at, last_error })
}

fn read_kind(code: &str) -> Result<ReadingKind, Failed> {
    ReadingKind::parse(code).ok_or_else(|| Failed::new("read a reading", code.to_owned()))
}
