//! Rows of what organisations say that they are; their names and addresses are rows of actors.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{
    Failed, Tx,
    actor::{self, ActorRow, url},
    connection::{Connection, on},
    schema::{actors, organisations, peers, profiles},
};
use crate::domain::{
    actor::{Actor, ActorId, ActorKind},
    organisation::{KnownOrganisation, Organisation, OrganisationKind, Tooi},
    peer::Policy,
};

/// An organisation whole, with its kind and its identifier.
type WholeRow = (ActorRow, Option<String>, Option<String>);

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

/// The organisations that anyone may see, which are ours and those at hosts that are not limited: of a kind where one is wanted,
/// by name, after a name and a row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn look_for(
    tx: &mut Tx<'_>,
    kind: Option<OrganisationKind>,
    after: Option<(&str, i64)>,
    limit: i64,
) -> Result<Vec<(Actor, Organisation)>, Failed> {
    macro_rules! narrowed {
        ($engine:ty) => {{
            let limited = peers::table.filter(peers::policy.eq(Policy::Limited.code())).select(peers::host);
            let mut query = actors::table
                .left_join(organisations::table)
                .filter(actors::kind.eq(ActorKind::Organisation.code()).and(actors::gone_at.is_null()))
                .filter(actors::host.ne_all(limited))
                .select((actors::all_columns, organisations::kind.nullable(), organisations::tooi.nullable()))
                .into_boxed::<$engine>();
            if let Some(kind) = kind {
                query = query.filter(organisations::kind.eq(kind.code()));
            }
            if let Some((name, id)) = after {
                query = query.filter(actors::name.gt(name).or(actors::name.eq(name).and(actors::id.gt(id))));
            }
            query.order((actors::name, actors::id)).limit(limit)
        }};
    }
    let found: QueryResult<Vec<WholeRow>> = match tx.connection() {
        Connection::Sqlite(c) => narrowed!(diesel::sqlite::Sqlite).load(c),
        Connection::Postgres(c) => narrowed!(diesel::pg::Pg).load(c),
    };
    let rows = found.map_err(Failed::because("look for organisations"))?;
    rows.into_iter().map(|(row, kind, tooi)| Ok((actor::read(row)?, read((kind, tooi))))).collect()
}

/// The organisation at a host, where anyone may see it; ours is at our own.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_at(tx: &mut Tx<'_>, host: &str) -> Result<Option<(Actor, Organisation)>, Failed> {
    let limited = peers::table.filter(peers::policy.eq(Policy::Limited.code())).select(peers::host);
    let query = actors::table
        .left_join(organisations::table)
        .filter(actors::kind.eq(ActorKind::Organisation.code()).and(actors::gone_at.is_null()))
        .filter(actors::host.eq(host).and(actors::host.ne_all(limited)))
        .order(actors::id)
        .select((actors::all_columns, organisations::kind.nullable(), organisations::tooi.nullable()));
    let row: Option<WholeRow> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find an organisation"))?;
    row.map(|(row, kind, tooi)| Ok((actor::read(row)?, read((kind, tooi))))).transpose()
}

/// How many labs of each of these organisations are in the directory; those without any are left out.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_labs(tx: &mut Tx<'_>, uris: &[String]) -> Result<HashMap<String, i64>, Failed> {
    let query = profiles::table
        .filter(profiles::listed.and(profiles::organisation.eq_any(uris)))
        .group_by(profiles::organisation)
        .select((profiles::organisation.assume_not_null(), diesel::dsl::count_star()));
    let rows: Vec<(String, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("count the labs of organisations"))?;
    Ok(rows.into_iter().collect())
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
