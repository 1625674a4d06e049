//! Rows of replies to shares.

use diesel::prelude::*;

use super::{
    Failed, Tx,
    actor::{self, ActorRow, url},
    connection::on,
    schema::{actors, replies},
};
use crate::domain::{
    actor::ActorId,
    language::LanguageTag,
    moment::{Moment, from_millis, to_millis},
    reply::{NewReply, Reply},
    slice::Slice,
    text::Html,
};

/// The fields stand in the order of the table.
#[derive(Queryable)]
struct ReplyRow {
    id: i64,
    uri: String,
    _share_id: i64,
    _in_reply_to: String,
    _author_id: i64,
    page: String,
    content: String,
    language: Option<String>,
    published_at: i64,
    _updated_at: i64,
}

/// Adds a reply; `false` where it was there.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, reply: &NewReply) -> Result<bool, Failed> {
    let row = (
        replies::uri.eq(reply.uri.as_str()),
        replies::share_id.eq(reply.share_id),
        replies::in_reply_to.eq(reply.in_reply_to.as_str()),
        replies::author_id.eq(reply.author.0),
        replies::page.eq(reply.page.as_str()),
        replies::content.eq(reply.content.as_str()),
        replies::language.eq(reply.language.as_ref().map(LanguageTag::as_str)),
        replies::published_at.eq(to_millis(reply.published_at)),
        replies::updated_at.eq(to_millis(reply.updated_at)),
    );
    let query = diesel::insert_into(replies::table).values(row).on_conflict(replies::uri).do_nothing();
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("add a reply"))
}

/// Rewrites a reply of this author, unless what we hold is as new; `false` where nothing changed.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn update(tx: &mut Tx<'_>, uri: &str, author: ActorId, content: &Html, updated_at: Moment) -> Result<bool, Failed> {
    let at = to_millis(updated_at);
    let older = replies::table.filter(replies::uri.eq(uri).and(replies::author_id.eq(author.0)).and(replies::updated_at.lt(at)));
    let query = diesel::update(older).set((replies::content.eq(content.as_str()), replies::updated_at.eq(at)));
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("update a reply"))
}

/// Removes a reply of this author; the share it belonged to, where there was one.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove(tx: &mut Tx<'_>, uri: &str, author: ActorId) -> Result<Option<i64>, Failed> {
    let own = replies::table.filter(replies::uri.eq(uri).and(replies::author_id.eq(author.0)));
    let share: Option<i64> =
        on!(tx, c => own.select(replies::share_id).first(c).optional()).map_err(Failed::because("find a reply"))?;
    on!(tx, c => diesel::delete(own).execute(c)).map_err(Failed::because("remove a reply"))?;
    Ok(share)
}

/// Removes all replies of an author.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove_of_author(tx: &mut Tx<'_>, author: ActorId) -> Result<(), Failed> {
    let query = diesel::delete(replies::table.filter(replies::author_id.eq(author.0)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("remove an author's replies"))
}

/// The share that a reply belongs to.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_share_of(tx: &mut Tx<'_>, uri: &str) -> Result<Option<i64>, Failed> {
    let query = replies::table.filter(replies::uri.eq(uri)).select(replies::share_id);
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a reply"))
}

/// Who wrote a reply.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_author(tx: &mut Tx<'_>, uri: &str) -> Result<Option<ActorId>, Failed> {
    let query = replies::table.filter(replies::uri.eq(uri)).select(replies::author_id);
    let author: Option<i64> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a reply"))?;
    Ok(author.map(ActorId))
}

/// The reply with this id on the wire.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Reply>, Failed> {
    let query =
        replies::table.inner_join(actors::table).filter(replies::uri.eq(uri)).select((replies::all_columns, actors::all_columns));
    let row: Option<(ReplyRow, ActorRow)> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a reply"))?;
    row.map(read).transpose()
}

/// The newest replies to a share in a slice, oldest first: as a conversation is read.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, share_id: i64, slice: impl Into<Slice>) -> Result<Vec<Reply>, Failed> {
    let Slice { before, limit } = slice.into();
    let older = replies::published_at.lt(before.at).or(replies::id.lt(before.id));
    let query = replies::table
        .inner_join(actors::table)
        .filter(replies::share_id.eq(share_id).and(replies::published_at.le(before.at)).and(older))
        .order((replies::published_at.desc(), replies::id.desc()))
        .limit(limit)
        .select((replies::all_columns, actors::all_columns));
    let rows: Vec<(ReplyRow, ActorRow)> = on!(tx, c => query.load(c)).map_err(Failed::because("list replies"))?;
    rows.into_iter().rev().map(read).collect()
}

fn read((row, author): (ReplyRow, ActorRow)) -> Result<Reply, Failed> {
    let author = actor::read(author)?;
    Ok(Reply {
        id: row.id,
        uri: url(&row.uri)?,
        page: url(&row.page)?,
        author_address: author.address(),
        author_name: author.name,
        author_page: author.page,
        content: Html::trusted(row.content),
        language: row.language.and_then(|tag| LanguageTag::parse(&tag).ok()),
        published_at: from_millis(row.published_at),
    })
}
