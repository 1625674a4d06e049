//! Rows of our labs: the actor and what only a lab has.

use diesel::{
    IntoSql, define_sql_function,
    prelude::*,
    sql_types::{Bool, Text},
};

use super::{
    Failed, Tx, actor,
    actor::ActorRow,
    connection::on,
    schema::{actors, labs},
    search,
};
use crate::domain::{
    actor::{Actor, ActorId, ActorKind},
    directory::{Place, Wanted, Whose},
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
    search::index_lab(tx, id, actor)?;
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
        .map_err(Failed::because("update a lab"))?;
    search::index_lab(tx, lab.actor.id, &lab.actor)
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

/// The labs that someone looks for, ours first, each by name; those of others without their kind.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn look_for(tx: &mut Tx<'_>, wanted: &Wanted, after: &Place, limit: i64) -> Result<Vec<(Actor, Option<LabKind>)>, Failed> {
    let (as_typed, lowered) = (pattern(&wanted.text), pattern(&wanted.text.to_lowercase()));
    let address = actors::handle.concat("@").concat(actors::host);
    let says = lower(actors::name).like(&lowered).escape('\\').or(actors::name.like(&as_typed).escape('\\'));
    let says = says.or(lower(address).like(&lowered).escape('\\')).or(lower(actors::summary).like(&lowered).escape('\\'));
    let further = actors::name.gt(&after.name).or(actors::name.eq(&after.name).and(actors::id.gt(after.id)));
    let further = actors::local.lt(after.local).or(actors::local.eq(after.local).and(further));
    let whose = actors::local.eq(wanted.whose != Whose::Elsewhere).or(actors::local.eq(wanted.whose == Whose::Own));
    let kind = labs::kind.nullable().eq(wanted.kind.map(LabKind::code)).or(wanted.kind.is_none().into_sql::<Bool>());
    let query = actors::table
        .left_join(labs::table)
        .filter(actors::kind.eq(ActorKind::Lab.code()).and(actors::gone_at.is_null()))
        .filter(says)
        .filter(further)
        .filter(whose)
        .filter(kind)
        .order((actors::local.desc(), actors::name, actors::id))
        .limit(limit)
        .select((actors::all_columns, labs::kind.nullable()));
    let rows: Vec<(ActorRow, Option<String>)> = on!(tx, c => query.load(c)).map_err(Failed::because("look for labs"))?;
    let known = |kind: Option<String>| kind.and_then(|kind| LabKind::parse(&kind).ok());
    rows.into_iter().map(|(row, kind)| Ok((actor::read(row)?, known(kind)))).collect()
}

/// How many labs of others we know.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_known(tx: &mut Tx<'_>) -> Result<i64, Failed> {
    let known = actors::kind.eq(ActorKind::Lab.code()).and(actors::local.eq(false)).and(actors::gone_at.is_null());
    on!(tx, c => actors::table.filter(known).count().get_result(c)).map_err(Failed::because("count known labs"))
}

define_sql_function! {
    /// Small letters; of SQLite only those of ASCII.
    fn lower(text: Text) -> Text;
}

/// Anything with this text in it.
fn pattern(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{text}%")
}

fn read((actor, kind, description): (ActorRow, String, String)) -> Result<Lab, Failed> {
    Ok(Lab { actor: actor::read(actor)?, kind: LabKind::parse(&kind).unwrap_or(LabKind::Lab), description })
}
