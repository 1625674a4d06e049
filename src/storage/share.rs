//! Rows of shares, ours and those read from elsewhere, with their hashtags and counts.

mod look;

use std::collections::HashMap;

use diesel::prelude::*;

use super::{
    Failed, Tx,
    actor::url,
    connection::on,
    schema::{actors, reactions, replies, share_tags, shares},
    search,
};
use crate::domain::{
    actor::ActorId,
    audience::{Counts, ReactionKind},
    language::{Language, LanguageTag},
    moment::{Moment, from_millis, to_millis},
    picture::Picture,
    share::{Form, Licence, Outcome, PublicId, Share, ShareKind},
    slice::Slice,
    text::Html,
};
pub use look::look_for;

/// The fields stand in the order of the table.
#[derive(Queryable)]
struct ShareRow {
    id: i64,
    public_id: String,
    uri: String,
    page: String,
    lab_id: i64,
    author_id: i64,
    local: bool,
    kind: String,
    title: String,
    summary: String,
    body: String,
    content: String,
    language: String,
    licence: Option<String>,
    outcome: Option<String>,
    form: String,
    tags: String,
    mentions: String,
    picture_url: Option<String>,
    picture_description: Option<String>,
    published_at: i64,
    updated_at: i64,
    revision: i32,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = shares, treat_none_as_default_value = false, treat_none_as_null = true)]
struct ShareFields<'a> {
    public_id: &'a str,
    uri: &'a str,
    page: &'a str,
    lab_id: i64,
    author_id: i64,
    local: bool,
    kind: &'a str,
    title: &'a str,
    summary: &'a str,
    body: &'a str,
    content: &'a str,
    language: &'a str,
    licence: Option<&'a str>,
    outcome: Option<&'a str>,
    form: &'a str,
    tags: String,
    mentions: String,
    picture_url: Option<&'a str>,
    picture_description: Option<&'a str>,
    published_at: i64,
    updated_at: i64,
    revision: i32,
}

/// Where a slice begins; the first condition alone lets an index find it.
macro_rules! older {
    ($slice:ident) => {
        shares::published_at
            .le($slice.before.at)
            .and(shares::published_at.lt($slice.before.at).or(shares::id.lt($slice.before.id)))
    };
}

/// Adds a share; the row's `id` in `share` is ignored. `None` where one with this id on the wire exists.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, share: &Share) -> Result<Option<i64>, Failed> {
    let query =
        diesel::insert_into(shares::table).values(fields(share)).on_conflict(shares::uri).do_nothing().returning(shares::id);
    let id: Option<i64> = on!(tx, c => query.get_result(c).optional()).map_err(Failed::because("add a share"))?;
    if let Some(id) = id {
        set_tags(tx, id, &share.tags)?;
        super::profile::touch(tx, share.lab, share.published_at)?;
        search::index_share(tx, id, share)?;
    }
    Ok(id)
}

/// Brings a share up to date.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn update(tx: &mut Tx<'_>, share: &Share) -> Result<(), Failed> {
    let query = diesel::update(shares::table.find(share.id)).set(fields(share));
    on!(tx, c => query.execute(c)).map_err(Failed::because("update a share"))?;
    set_tags(tx, share.id, &share.tags)?;
    search::index_share(tx, share.id, share)
}

/// Removes a share with its replies, reactions and hashtags.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove(tx: &mut Tx<'_>, id: i64) -> Result<(), Failed> {
    on!(tx, c => diesel::delete(shares::table.find(id)).execute(c)).map(|_| ()).map_err(Failed::because("remove a share"))
}

/// The share of a row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Share>, Failed> {
    first(on!(tx, c => shares::table.find(id).select(shares::all_columns).first(c).optional()))
}

/// The shares of these rows, in the order of these; what is not there is left out.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Share>, Failed> {
    let query = shares::table.filter(shares::id.eq_any(ids)).select(shares::all_columns);
    let found = all(on!(tx, c => query.load(c)))?;
    let mut found: HashMap<i64, Share> = found.into_iter().map(|share| (share.id, share)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The share at this address of ours.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_by_public_id(tx: &mut Tx<'_>, id: &PublicId) -> Result<Option<Share>, Failed> {
    let query = shares::table.filter(shares::public_id.eq(id.as_str())).select(shares::all_columns);
    first(on!(tx, c => query.first(c).optional()))
}

/// The share with this id on the wire.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Share>, Failed> {
    let query = shares::table.filter(shares::uri.eq(uri)).select(shares::all_columns);
    first(on!(tx, c => query.first(c).optional()))
}

/// A lab's shares, newest first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_of_lab(tx: &mut Tx<'_>, lab: ActorId, slice: impl Into<Slice>) -> Result<Vec<Share>, Failed> {
    let slice = slice.into();
    let query = shares::table.filter(shares::lab_id.eq(lab.0)).filter(older!(slice)).order(newest());
    all(on!(tx, c => query.limit(slice.limit).select(shares::all_columns).load(c)))
}

/// An author's shares, newest first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_of_author(tx: &mut Tx<'_>, author: ActorId, slice: impl Into<Slice>) -> Result<Vec<Share>, Failed> {
    let slice = slice.into();
    let query = shares::table.filter(shares::author_id.eq(author.0)).filter(older!(slice)).order(newest());
    all(on!(tx, c => query.limit(slice.limit).select(shares::all_columns).load(c)))
}

/// The newest shares, ours or everyone's.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_newest(tx: &mut Tx<'_>, local_only: bool, slice: impl Into<Slice>) -> Result<Vec<Share>, Failed> {
    let slice = slice.into();
    let wanted = shares::local.eq(true).or(shares::local.eq(local_only));
    let query = shares::table.filter(wanted).filter(older!(slice)).order(newest());
    all(on!(tx, c => query.limit(slice.limit).select(shares::all_columns).load(c)))
}

/// Shares with a hashtag, newest first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_of_tag(tx: &mut Tx<'_>, tag: &str, slice: impl Into<Slice>) -> Result<Vec<Share>, Failed> {
    let slice = slice.into();
    let query = shares::table.inner_join(share_tags::table).filter(share_tags::tag.eq(tag)).filter(older!(slice)).order(newest());
    all(on!(tx, c => query.limit(slice.limit).select(shares::all_columns).load(c)))
}

/// Shares with any of these hashtags, newest first, each once.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_of_tags(tx: &mut Tx<'_>, tags: &[String], slice: impl Into<Slice>) -> Result<Vec<Share>, Failed> {
    let slice = slice.into();
    let tagged = share_tags::table.filter(share_tags::tag.eq_any(tags)).select(share_tags::share_id);
    let query = shares::table.filter(shares::id.eq_any(tagged)).filter(older!(slice)).order(newest());
    all(on!(tx, c => query.limit(slice.limit).select(shares::all_columns).load(c)))
}

/// The addresses of our own shares in a range of rows, with when each last changed: what a map of the site lists.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_own_pages(tx: &mut Tx<'_>, rows: std::ops::Range<i64>) -> Result<Vec<(String, Moment)>, Failed> {
    let query = shares::table
        .filter(shares::local.and(shares::id.ge(rows.start)).and(shares::id.lt(rows.end)))
        .order(shares::id)
        .select((shares::page, shares::updated_at));
    let found: Vec<(String, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("list pages of shares"))?;
    Ok(found.into_iter().map(|(page, at)| (page, from_millis(at))).collect())
}

/// The newest row of a share; zero where there is none.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn last_row(tx: &mut Tx<'_>) -> Result<i64, Failed> {
    let last: Option<i64> = on!(tx, c => shares::table.select(diesel::dsl::max(shares::id)).get_result(c))
        .map_err(Failed::because("find the newest share"))?;
    Ok(last.unwrap_or(0))
}

/// Where the pictures of our own shares are served.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_pictures(tx: &mut Tx<'_>) -> Result<Vec<String>, Failed> {
    let query = shares::table.filter(shares::local).select(shares::picture_url.assume_not_null());
    on!(tx, c => query.filter(shares::picture_url.is_not_null()).load(c)).map_err(Failed::because("list pictures"))
}

/// How many shares of labs at a host are here.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_at(tx: &mut Tx<'_>, host: &str) -> Result<i64, Failed> {
    let labs = actors::table.filter(actors::host.eq(host)).select(actors::id);
    on!(tx, c => shares::table.filter(shares::lab_id.eq_any(labs)).count().get_result(c))
        .map_err(Failed::because("count the shares of a host"))
}

/// How many shares a lab has.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_of_lab(tx: &mut Tx<'_>, lab: ActorId) -> Result<i64, Failed> {
    on!(tx, c => shares::table.filter(shares::lab_id.eq(lab.0)).count().get_result(c)).map_err(Failed::because("count shares"))
}

/// How many shares an author has.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_of_author(tx: &mut Tx<'_>, author: ActorId) -> Result<i64, Failed> {
    on!(tx, c => shares::table.filter(shares::author_id.eq(author.0)).count().get_result(c))
        .map_err(Failed::because("count shares"))
}

/// How many shares were written here.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_local(tx: &mut Tx<'_>) -> Result<i64, Failed> {
    on!(tx, c => shares::table.filter(shares::local).count().get_result(c)).map_err(Failed::because("count shares"))
}

/// What a share has called forth.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn counts(tx: &mut Tx<'_>, id: i64) -> Result<Counts, Failed> {
    let replies = on!(tx, c => replies::table.filter(replies::share_id.eq(id)).count().get_result(c))
        .map_err(Failed::because("count replies"))?;
    Ok(Counts {
        replies,
        likes: count_reactions(tx, id, ReactionKind::Like)?,
        boosts: count_reactions(tx, id, ReactionKind::Boost)?,
    })
}

fn count_reactions(tx: &mut Tx<'_>, id: i64, kind: ReactionKind) -> Result<i64, Failed> {
    let query = reactions::table.filter(reactions::share_id.eq(id).and(reactions::kind.eq(kind.code()))).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count reactions"))
}

fn set_tags(tx: &mut Tx<'_>, id: i64, tags: &[String]) -> Result<(), Failed> {
    on!(tx, c => diesel::delete(share_tags::table.filter(share_tags::share_id.eq(id))).execute(c))
        .map_err(Failed::because("clear hashtags"))?;
    let rows: Vec<_> = tags.iter().map(|tag| (share_tags::share_id.eq(id), share_tags::tag.eq(tag.as_str()))).collect();
    on!(tx, c => diesel::insert_into(share_tags::table).values(&rows).on_conflict_do_nothing().execute(c))
        .map(|_| ())
        .map_err(Failed::because("set hashtags"))
}

fn newest() -> (diesel::dsl::Desc<shares::published_at>, diesel::dsl::Desc<shares::id>) {
    (shares::published_at.desc(), shares::id.desc())
}

fn fields(share: &Share) -> ShareFields<'_> {
    ShareFields {
        public_id: share.public_id.as_str(),
        uri: share.uri.as_str(),
        page: share.page.as_str(),
        lab_id: share.lab.0,
        author_id: share.author.0,
        local: share.local,
        kind: share.kind.code(),
        title: &share.title,
        summary: &share.summary,
        body: &share.body,
        content: share.content.as_str(),
        language: share.language.as_str(),
        licence: share.licence.map(Licence::code),
        outcome: share.outcome.map(Outcome::code),
        form: share.form.code(),
        tags: share.tags.join(" "),
        mentions: serde_json::to_string(&share.mentions).unwrap_or_default(),
        picture_url: share.picture.as_ref().map(|picture| picture.url.as_str()),
        picture_description: share.picture.as_ref().map(|picture| picture.description.as_str()),
        published_at: to_millis(share.published_at),
        updated_at: to_millis(share.updated_at),
        revision: share.revision,
    }
}

fn first(found: QueryResult<Option<ShareRow>>) -> Result<Option<Share>, Failed> {
    found.map_err(Failed::because("find a share"))?.map(read).transpose()
}

fn all(found: QueryResult<Vec<ShareRow>>) -> Result<Vec<Share>, Failed> {
    found.map_err(Failed::because("list shares"))?.into_iter().map(read).collect()
}

fn read(row: ShareRow) -> Result<Share, Failed> {
    let picture = match row.picture_url {
        Some(stored) => Some(Picture { url: url(&stored)?, description: row.picture_description.unwrap_or_default() }),
        None => None,
    };
    Ok(Share {
        id: row.id,
        public_id: PublicId::parse(&row.public_id).unwrap_or_else(|| PublicId::from_random(0)),
        uri: url(&row.uri)?,
        page: url(&row.page)?,
        lab: ActorId(row.lab_id),
        author: ActorId(row.author_id),
        local: row.local,
        kind: ShareKind::parse(&row.kind).unwrap_or(ShareKind::Update),
        title: row.title,
        summary: row.summary,
        body: row.body,
        content: Html::trusted(row.content),
        language: LanguageTag::parse(&row.language).unwrap_or_else(|_| Language::En.into()),
        licence: row.licence.and_then(|code| Licence::parse(&code).ok()),
        outcome: row.outcome.and_then(|code| Outcome::parse(&code).ok()),
        form: Form::from_code(&row.form),
        tags: row.tags.split_whitespace().map(str::to_owned).collect(),
        mentions: serde_json::from_str(&row.mentions).unwrap_or_default(),
        picture,
        published_at: from_millis(row.published_at),
        updated_at: from_millis(row.updated_at),
        revision: row.revision,
    })
}
