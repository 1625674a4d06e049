//! Rows of what was withdrawn or deleted, here or elsewhere, so that it never comes back.

use diesel::prelude::*;

use super::{Failed, Tx, connection::on, schema::tombstones};
use crate::domain::{
    actor::ActorId,
    moment::{Moment, from_millis, to_millis},
};

/// Remembers that something is deleted, for everyone; `false` where that was known.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, uri: &str, former_type: &str, now: Moment) -> Result<bool, Failed> {
    let row = (tombstones::uri.eq(uri), tombstones::former_type.eq(former_type), tombstones::deleted_at.eq(to_millis(now)));
    let query = diesel::insert_into(tombstones::table).values(row).on_conflict_do_nothing();
    let added = on!(tx, c => query.execute(c)).map_err(Failed::because("remember a deletion"))? > 0;
    let told_before = tombstones::table.find(uri).filter(tombstones::deleted_by.is_not_null());
    let query = diesel::update(told_before).set(tombstones::deleted_by.eq(None::<i64>));
    on!(tx, c => query.execute(c)).map_err(Failed::because("remember a deletion"))?;
    Ok(added)
}

/// Remembers that an actor deleted what we had never seen: it may not be theirs, so that only they are believed to have.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add_unseen(tx: &mut Tx<'_>, uri: &str, former_type: &str, by: ActorId, now: Moment) -> Result<(), Failed> {
    let row = (
        tombstones::uri.eq(uri),
        tombstones::former_type.eq(former_type),
        tombstones::deleted_at.eq(to_millis(now)),
        tombstones::deleted_by.eq(by.0),
    );
    let query = diesel::insert_into(tombstones::table).values(row).on_conflict_do_nothing();
    on!(tx, c => query.execute(c)).map_err(Failed::because("remember a deletion"))?;
    let of_another = tombstones::table.find(uri).filter(tombstones::deleted_by.is_not_null());
    let query = diesel::update(of_another).set(tombstones::deleted_by.eq(by.0));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("remember a deletion"))
}

/// Whether this is deleted as far as this author is concerned: for everyone, or by that author.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn bars(tx: &mut Tx<'_>, uri: &str, author: ActorId) -> Result<bool, Failed> {
    let deleted = tombstones::deleted_by.is_null().or(tombstones::deleted_by.eq(author.0).assume_not_null());
    let query = tombstones::table.find(uri).filter(deleted).count();
    let stones: i64 = on!(tx, c => query.get_result(c)).map_err(Failed::because("look for a deletion"))?;
    Ok(stones > 0)
}

/// What was deleted under this id: its former type, and when.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, uri: &str) -> Result<Option<(String, Moment)>, Failed> {
    let query = tombstones::table.find(uri).select((tombstones::former_type, tombstones::deleted_at));
    let row: Option<(String, i64)> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look for a deletion"))?;
    Ok(row.map(|(former_type, at)| (former_type, from_millis(at))))
}
