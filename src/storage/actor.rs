//! Rows of actors, ours and others', and the private keys of ours.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use url::Url;

use super::{
    Failed, Tx,
    connection::on,
    schema::{actors, keys},
    search,
};
use crate::domain::{
    actor::{Actor, ActorId, ActorKind},
    moment::{Moment, from_millis, to_millis},
    picture::Picture,
    text::Html,
};

/// The fields stand in the order of the table.
#[derive(Queryable)]
pub(super) struct ActorRow {
    id: i64,
    uri: String,
    kind: String,
    handle: String,
    host: String,
    local: bool,
    name: String,
    summary: String,
    page: String,
    inbox: String,
    shared_inbox: Option<String>,
    outbox: Option<String>,
    key_uri: String,
    public_key: String,
    picture_url: Option<String>,
    picture_description: Option<String>,
    parent: Option<String>,
    created_at: i64,
    updated_at: i64,
    fetched_at: i64,
    gone_at: Option<i64>,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = actors, treat_none_as_default_value = false, treat_none_as_null = true)]
struct ActorFields<'a> {
    uri: &'a str,
    kind: &'a str,
    handle: &'a str,
    host: &'a str,
    local: bool,
    name: &'a str,
    summary: &'a str,
    page: &'a str,
    inbox: &'a str,
    shared_inbox: Option<&'a str>,
    outbox: Option<&'a str>,
    key_uri: &'a str,
    public_key: &'a str,
    picture_url: Option<&'a str>,
    picture_description: Option<&'a str>,
    parent: Option<&'a str>,
    created_at: i64,
    updated_at: i64,
    fetched_at: i64,
    gone_at: Option<i64>,
}

impl<'a> From<&'a Actor> for ActorFields<'a> {
    fn from(actor: &'a Actor) -> Self {
        Self {
            uri: actor.uri.as_str(),
            kind: actor.kind.code(),
            handle: &actor.handle,
            host: &actor.host,
            local: actor.local,
            name: &actor.name,
            summary: actor.summary.as_str(),
            page: actor.page.as_str(),
            inbox: actor.inbox.as_str(),
            shared_inbox: actor.shared_inbox.as_ref().map(Url::as_str),
            outbox: actor.outbox.as_ref().map(Url::as_str),
            key_uri: &actor.key_uri,
            public_key: &actor.public_key,
            picture_url: actor.picture.as_ref().map(|picture| picture.url.as_str()),
            picture_description: actor.picture.as_ref().map(|picture| picture.description.as_str()),
            parent: actor.parent.as_ref().map(Url::as_str),
            created_at: to_millis(actor.created_at),
            updated_at: to_millis(actor.updated_at),
            fetched_at: to_millis(actor.fetched_at),
            gone_at: actor.gone_at.map(to_millis),
        }
    }
}

/// Adds an actor, or brings the one with this id up to date; the row's `id` in `actor` is ignored.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn save(tx: &mut Tx<'_>, actor: &Actor) -> Result<ActorId, Failed> {
    let fields = ActorFields::from(actor);
    let query = diesel::insert_into(actors::table).values(&fields).on_conflict(actors::uri).do_update().set(&fields);
    let id = on!(tx, c => query.returning(actors::id).get_result(c)).map(ActorId).map_err(Failed::because("save an actor"))?;
    if actor.kind == ActorKind::Lab || (!actor.local && super::listing::is_listed(tx, id)?) {
        super::profile::reflect(tx, id, actor)?;
    }
    search::index_lab(tx, id, actor)?;
    super::register::recognise(tx, &actor.host)?;
    Ok(id)
}

/// An actor's own host says that it is as we know it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn confirm(tx: &mut Tx<'_>, id: ActorId, now: Moment) -> Result<(), Failed> {
    let query = diesel::update(actors::table.find(id.0)).set(actors::fetched_at.eq(to_millis(now)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("confirm an actor"))
}

/// The actor of a row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<Actor>, Failed> {
    let query = actors::table.find(id.0).select(actors::all_columns);
    first(on!(tx, c => query.first(c).optional()))
}

/// The actors of these rows, by row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = ActorId>) -> Result<HashMap<ActorId, Actor>, Failed> {
    let ids: BTreeSet<i64> = ids.into_iter().map(|id| id.0).collect();
    let query = actors::table.filter(actors::id.eq_any(&ids)).select(actors::all_columns);
    let rows: Vec<ActorRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list actors"))?;
    rows.into_iter().map(|row| Ok((ActorId(row.id), read(row)?))).collect()
}

/// The actor with this id on the wire.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Actor>, Failed> {
    let query = actors::table.filter(actors::uri.eq(uri)).select(actors::all_columns);
    first(on!(tx, c => query.first(c).optional()))
}

/// The actor of ours with this handle.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_local(tx: &mut Tx<'_>, handle: &str) -> Result<Option<Actor>, Failed> {
    let query = actors::table.filter(actors::handle.eq(handle).and(actors::local)).select(actors::all_columns);
    first(on!(tx, c => query.first(c).optional()))
}

/// The actor known under `handle@host`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_by_address(tx: &mut Tx<'_>, handle: &str, host: &str) -> Result<Option<Actor>, Failed> {
    let query = actors::table
        .filter(actors::handle.eq(handle).and(actors::host.eq(host)).and(actors::gone_at.is_null()))
        .order(actors::id)
        .select(actors::all_columns);
    first(on!(tx, c => query.first(c).optional()))
}

/// The one actor of ours of this kind: the instance or the organisation.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_local_of_kind(tx: &mut Tx<'_>, kind: ActorKind) -> Result<Option<Actor>, Failed> {
    let query =
        actors::table.filter(actors::kind.eq(kind.code()).and(actors::local)).order(actors::id).select(actors::all_columns);
    first(on!(tx, c => query.first(c).optional()))
}

/// Marks an actor as gone for good, and ends every follow from and to it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn mark_gone(tx: &mut Tx<'_>, id: ActorId, now: Moment) -> Result<(), Failed> {
    let query = diesel::update(actors::table.find(id.0)).set(actors::gone_at.eq(to_millis(now)));
    on!(tx, c => query.execute(c)).map_err(Failed::because("mark an actor as gone"))?;
    super::profile::unlist(tx, id)?;
    search::remove_lab(tx, id)?;
    super::audience::remove_all_of(tx, id)
}

/// Where the pictures of our own actors are served.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_pictures(tx: &mut Tx<'_>) -> Result<Vec<String>, Failed> {
    let query = actors::table.filter(actors::local).select(actors::picture_url.assume_not_null());
    on!(tx, c => query.filter(actors::picture_url.is_not_null()).load(c)).map_err(Failed::because("list pictures"))
}

/// How many actors of ours there are of a kind.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_local(tx: &mut Tx<'_>, kind: ActorKind) -> Result<i64, Failed> {
    let query = actors::table.filter(actors::kind.eq(kind.code()).and(actors::local)).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count actors"))
}

/// Keeps the private key of an actor of ours, PEM.
///
/// # Errors
/// `Failed` where the database does not answer, or the actor has a key.
pub fn add_key(tx: &mut Tx<'_>, id: ActorId, private_key: &str) -> Result<(), Failed> {
    let query = diesel::insert_into(keys::table).values((keys::actor_id.eq(id.0), keys::private_key.eq(private_key)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("keep a private key"))
}

/// The private key of an actor of ours, PEM.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_key(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<String>, Failed> {
    let query = keys::table.find(id.0).select(keys::private_key);
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("read a private key"))
}

fn first(found: QueryResult<Option<ActorRow>>) -> Result<Option<Actor>, Failed> {
    found.map_err(Failed::because("find an actor"))?.map(read).transpose()
}

/// An actor from its row.
pub(super) fn read(row: ActorRow) -> Result<Actor, Failed> {
    let picture = match row.picture_url {
        Some(stored) => Some(Picture { url: url(&stored)?, description: row.picture_description.unwrap_or_default() }),
        None => None,
    };
    Ok(Actor {
        id: ActorId(row.id),
        uri: url(&row.uri)?,
        kind: ActorKind::from_code(&row.kind),
        handle: row.handle,
        host: row.host,
        local: row.local,
        name: row.name,
        summary: Html::trusted(row.summary),
        page: url(&row.page)?,
        inbox: url(&row.inbox)?,
        shared_inbox: row.shared_inbox.as_deref().map(url).transpose()?,
        outbox: row.outbox.as_deref().map(url).transpose()?,
        key_uri: row.key_uri,
        public_key: row.public_key,
        picture,
        parent: row.parent.as_deref().map(url).transpose()?,
        created_at: from_millis(row.created_at),
        updated_at: from_millis(row.updated_at),
        fetched_at: from_millis(row.fetched_at),
        gone_at: row.gone_at.map(from_millis),
    })
}

/// A URL that we stored ourselves.
pub(super) fn url(stored: &str) -> Result<Url, Failed> {
    Url::parse(stored).map_err(Failed::because("read a stored URL"))
}
