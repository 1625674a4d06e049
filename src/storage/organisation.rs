//! Rows of what organisations say that they are; their names and addresses are rows of actors.

use diesel::prelude::*;

use super::{
    Failed, Tx,
    actor::url,
    connection::on,
    schema::{actors, organisations},
};
use crate::domain::{
    actor::{ActorId, ActorKind},
    organisation::{KnownOrganisation, Organisation, OrganisationKind, Tooi},
};

type OrganisationRow = (String, String, String, Option<String>, Option<String>);

/// Keeps what an organisation says that it is.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn save(tx: &mut Tx<'_>, id: ActorId, organisation: &Organisation) -> Result<(), Failed> {
    let fields = (
        organisations::kind.eq(organisation.kind.map(OrganisationKind::code)),
        organisations::tooi.eq(organisation.tooi.as_ref().map(Tooi::as_str)),
    );
    let query = diesel::insert_into(organisations::table)
        .values((organisations::actor_id.eq(id.0), fields))
        .on_conflict(organisations::actor_id)
        .do_update()
        .set(fields);
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("keep what an organisation is"))
}

/// What an organisation says that it is.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<Organisation>, Failed> {
    let query = organisations::table.find(id.0).select((organisations::kind, organisations::tooi));
    let row: Option<(Option<String>, Option<String>)> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("read what an organisation is"))?;
    Ok(row.map(read))
}

/// The organisations with these ids on the wire, as far as they are known.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_by_uri(tx: &mut Tx<'_>, uris: &[String]) -> Result<Vec<KnownOrganisation>, Failed> {
    let query = actors::table.left_join(organisations::table).filter(actors::uri.eq_any(uris)).select((
        actors::uri,
        actors::name,
        actors::host,
        organisations::kind.nullable(),
        organisations::tooi.nullable(),
    ));
    known(on!(tx, c => query.load(c)))
}

/// The organisations that we know, ours too, by name.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<KnownOrganisation>, Failed> {
    let organisations = actors::kind.eq(ActorKind::Organisation.code()).and(actors::gone_at.is_null());
    let query = actors::table
        .left_join(organisations::table)
        .filter(organisations)
        .order((actors::name, actors::id))
        .limit(limit)
        .select((actors::uri, actors::name, actors::host, organisations::kind.nullable(), organisations::tooi.nullable()));
    known(on!(tx, c => query.load(c)))
}

fn known(found: QueryResult<Vec<OrganisationRow>>) -> Result<Vec<KnownOrganisation>, Failed> {
    let rows = found.map_err(Failed::because("list organisations"))?;
    rows.into_iter()
        .map(|(uri, name, host, kind, tooi)| Ok(KnownOrganisation { uri: url(&uri)?, name, host, is: read((kind, tooi)) }))
        .collect()
}

fn read((kind, tooi): (Option<String>, Option<String>)) -> Organisation {
    Organisation {
        kind: kind.and_then(|code| OrganisationKind::parse(&code).ok()),
        tooi: tooi.and_then(|uri| Tooi::parse(&uri).ok()),
    }
}
