//! Rows of our labs: the actor and what only a lab has.

use diesel::prelude::*;

use super::{
    Failed, Tx, actor,
    actor::ActorRow,
    connection::on,
    profile,
    schema::{actors, labs},
};
use crate::domain::{
    actor::{Actor, ActorId},
    lab::{Lab, LabKind},
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
        .map(|_| ())
        .map_err(Failed::because("update a lab"))
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

fn whole(tx: &mut Tx<'_>, rows: Vec<(ActorRow, String)>) -> Result<Vec<Lab>, Failed> {
    let actors =
        rows.into_iter().map(|(row, description)| Ok((actor::read(row)?, description))).collect::<Result<Vec<_>, _>>()?;
    let mut profiles = profile::list(tx, &actors.iter().map(|(actor, _)| actor.id).collect::<Vec<_>>())?;
    let mut profile = |id| profiles.remove(&id).map(|kept| kept.profile).unwrap_or_default();
    Ok(actors.into_iter().map(|(actor, description)| Lab { profile: profile(actor.id), actor, description }).collect())
}
