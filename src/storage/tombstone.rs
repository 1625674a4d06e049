//! Rows of what was withdrawn or deleted, here or elsewhere, so that it never comes back.

use diesel::prelude::*;

use super::{Failed, Tx, connection::on, schema::tombstones};
use crate::domain::moment::{Moment, from_millis, to_millis};

/// Remembers that something is deleted; `false` where that was known.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, uri: &str, former_type: &str, now: Moment) -> Result<bool, Failed> {
    let row = (tombstones::uri.eq(uri), tombstones::former_type.eq(former_type), tombstones::deleted_at.eq(to_millis(now)));
    let query = diesel::insert_into(tombstones::table).values(row).on_conflict_do_nothing();
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("remember a deletion"))
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
