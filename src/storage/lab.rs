//! Rows of our labs: the actor and what only a lab has.

use diesel::prelude::*;

use super::{
    Failed, Tx, actor,
    actor::ActorRow,
    connection::on,
    schema::{actors, labs},
};
use crate::domain::{
    actor::{Actor, ActorId},
    lab::{Lab, LabKind},
};

/// Adds a lab; its actor gets its row first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, kind: LabKind, description: &str) -> Result<ActorId, Failed> {
    let id = actor::save(tx, actor)?;
    let row = (labs::actor_id.eq(id.0), labs::kind.eq(kind.code()), labs::description.eq(description));
    on!(tx, c => diesel::insert_into(labs::table).values(row).execute(c)).map_err(Failed::because("add a lab"))?;
    Ok(id)
}

/// Brings a lab up to date.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn update(tx: &mut Tx<'_>, lab: &Lab) -> Result<(), Failed> {
    actor::save(tx, &lab.actor)?;
    let fields = (labs::kind.eq(lab.kind.code()), labs::description.eq(lab.description.as_str()));
    on!(tx, c => diesel::update(labs::table.find(lab.actor.id.0)).set(fields).execute(c))
        .map(|_| ())
        .map_err(Failed::because("update a lab"))
}

/// The lab of ours with this handle.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, handle: &str) -> Result<Option<Lab>, Failed> {
    let query = labs::table.inner_join(actors::table).filter(actors::handle.eq(handle).and(actors::local)).select((
        actors::all_columns,
        labs::kind,
        labs::description,
    ));
    let row: Option<(ActorRow, String, String)> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a lab"))?;
    row.map(read).transpose()
}

/// All labs of ours, by name.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Lab>, Failed> {
    let query = labs::table.inner_join(actors::table).order((actors::name, actors::id)).select((
        actors::all_columns,
        labs::kind,
        labs::description,
    ));
    let rows: Vec<(ActorRow, String, String)> = on!(tx, c => query.load(c)).map_err(Failed::because("list labs"))?;
    rows.into_iter().map(read).collect()
}

fn read((actor, kind, description): (ActorRow, String, String)) -> Result<Lab, Failed> {
    Ok(Lab { actor: actor::read(actor)?, kind: LabKind::parse(&kind).unwrap_or(LabKind::Lab), description })
}
