//! Rows of our labs: the actor and what only a lab has.

use diesel::prelude::*;

use super::{
    Failed, Tx, actor,
    actor::ActorRow,
    connection::on,
    profile,
    schema::{actors, labs},
    search,
};
use crate::domain::{
    actor::{Actor, ActorId},
    lab::{Lab, LabKind},
    moment::{Moment, from_millis},
    profile::Profile,
};

/// Adds a lab; its actor gets its row first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, kind: LabKind, description: &str) -> Result<ActorId, Failed> {
    let id = actor::save(tx, actor)?;
    let row = (labs::actor_id.eq(id.0), labs::kind.eq(kind.code()), labs::description.eq(description));
    on!(tx, c => diesel::insert_into(labs::table).values(row).execute(c)).map_err(Failed::because("add a lab"))?;
    profile::save(tx, id, &Profile { kind: Some(kind), ..Profile::default() })?;
    search::index_lab(tx, id, actor)?;
    Ok(id)
}

/// Brings a lab up to date.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn update(tx: &mut Tx<'_>, lab: &Lab) -> Result<(), Failed> {
    actor::save(tx, &lab.actor)?;
    profile::save(tx, lab.actor.id, &lab.profile)?;
    let fields = (labs::kind.eq(lab.kind().code()), labs::description.eq(lab.description.as_str()));
    on!(tx, c => diesel::update(labs::table.find(lab.actor.id.0)).set(fields).execute(c))
        .map_err(Failed::because("update a lab"))?;
    search::index_lab(tx, lab.actor.id, &lab.actor)
}

/// Sets whether a lab is in our directory; `false` where it was so.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn set_listed(tx: &mut Tx<'_>, id: ActorId, listed: bool) -> Result<bool, Failed> {
    let query =
        diesel::update(labs::table.filter(labs::actor_id.eq(id.0).and(labs::listed.ne(listed)))).set(labs::listed.eq(listed));
    let changed = on!(tx, c => query.execute(c)).map_err(Failed::because("list a lab"))? > 0;
    profile::relist(tx, id).map(|()| changed)
}

/// The lab of ours with this handle.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, handle: &str) -> Result<Option<Lab>, Failed> {
    let query = labs::table
        .inner_join(actors::table)
        .filter(actors::handle.eq(handle).and(actors::local))
        .select((actors::all_columns, labs::description));
    let row: Option<(ActorRow, String)> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a lab"))?;
    Ok(whole(tx, row.into_iter().collect())?.pop())
}

/// All labs of ours, by name.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Lab>, Failed> {
    let query =
        labs::table.inner_join(actors::table).order((actors::name, actors::id)).select((actors::all_columns, labs::description));
    let rows: Vec<(ActorRow, String)> = on!(tx, c => query.load(c)).map_err(Failed::because("list labs"))?;
    whole(tx, rows)
}

/// The labs in our directory after this one, in the order in which they came, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_listed(tx: &mut Tx<'_>, after: ActorId, limit: i64) -> Result<Vec<Lab>, Failed> {
    let query = labs::table
        .inner_join(actors::table)
        .filter(labs::listed.and(actors::gone_at.is_null()).and(actors::id.gt(after.0)))
        .order(actors::id)
        .limit(limit)
        .select((actors::all_columns, labs::description));
    let rows: Vec<(ActorRow, String)> = on!(tx, c => query.load(c)).map_err(Failed::because("list our directory"))?;
    whole(tx, rows)
}

/// How many labs are in our directory, and when one of them changed last.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_listed(tx: &mut Tx<'_>) -> Result<(i64, Option<Moment>), Failed> {
    let listed = labs::table.inner_join(actors::table).filter(labs::listed.and(actors::gone_at.is_null()));
    let query = listed.select((diesel::dsl::count_star(), diesel::dsl::max(actors::updated_at)));
    let (count, changed): (i64, Option<i64>) = on!(tx, c => query.first(c)).map_err(Failed::because("count our directory"))?;
    Ok((count, changed.map(from_millis)))
}

fn whole(tx: &mut Tx<'_>, rows: Vec<(ActorRow, String)>) -> Result<Vec<Lab>, Failed> {
    let actors =
        rows.into_iter().map(|(row, description)| Ok((actor::read(row)?, description))).collect::<Result<Vec<_>, _>>()?;
    let mut profiles = profile::list(tx, &actors.iter().map(|(actor, _)| actor.id).collect::<Vec<_>>())?;
    let mut profile = |id| profiles.remove(&id).map(|kept| kept.profile).unwrap_or_default();
    Ok(actors.into_iter().map(|(actor, description)| Lab { profile: profile(actor.id), actor, description }).collect())
}
