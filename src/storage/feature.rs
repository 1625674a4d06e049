//! Rows of featured collections, of the labs in them, and of the consent that labs of ours gave. It never decides who is shown.

use diesel::prelude::*;
use url::Url;

use super::{
    Failed, Tx,
    actor::{self, ActorRow, url},
    connection::on,
    schema::{actors, feature_stamps, featured_collections, featured_items, profile_themes, profiles},
};
use crate::domain::{
    actor::ActorId,
    feature::{CollectionId, Consent, FeaturedCollection, FeaturedItem, Stamp},
    moment::{Moment, from_millis, to_millis},
    profile::State,
    theme::ThemeId,
};

type CollectionRow = (i64, String, Option<i64>, i64, i64, i32);
type ItemRow = (i64, i64, String, Option<String>, i64, ActorRow);
type StampRow = (i64, i64, String, i64, String, i64, Option<i64>);

/// Labs in collections, with what each of them said.
macro_rules! items {
    () => {
        featured_items::table.inner_join(actors::table.on(actors::id.eq(featured_items::lab_id))).select((
            featured_items::id,
            featured_items::collection_id,
            featured_items::consent,
            featured_items::stamp,
            featured_items::since,
            actors::all_columns,
        ))
    };
}

/// Adds a collection, unless there is one with this word.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add_collection(tx: &mut Tx<'_>, word: &str, theme: Option<ThemeId>, now: Moment) -> Result<(), Failed> {
    let row = (
        featured_collections::word.eq(word),
        featured_collections::theme_id.eq(theme.map(|theme| theme.0)),
        featured_collections::created_at.eq(to_millis(now)),
        featured_collections::updated_at.eq(to_millis(now)),
        featured_collections::shown.eq(-1),
    );
    let query = diesel::insert_into(featured_collections::table).values(row).on_conflict_do_nothing();
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("add a featured collection"))
}

/// All collections of ours, the oldest first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_collections(tx: &mut Tx<'_>) -> Result<Vec<FeaturedCollection>, Failed> {
    let rows: Vec<CollectionRow> = on!(tx, c => featured_collections::table.order(featured_collections::id).load(c))
        .map_err(Failed::because("list featured collections"))?;
    Ok(rows.into_iter().map(read_collection).collect())
}

/// The collection with this word.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_collection(tx: &mut Tx<'_>, word: &str) -> Result<Option<FeaturedCollection>, Failed> {
    let query = featured_collections::table.filter(featured_collections::word.eq(word));
    let row: Option<CollectionRow> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a featured collection"))?;
    Ok(row.map(read_collection))
}

/// Others are told now that a collection has so many labs.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn show_collection(tx: &mut Tx<'_>, id: CollectionId, labs: usize, now: Moment) -> Result<(), Failed> {
    let shown = featured_collections::shown.eq(i32::try_from(labs).unwrap_or(i32::MAX));
    let told = (shown, featured_collections::updated_at.eq(to_millis(now)));
    on!(tx, c => diesel::update(featured_collections::table.find(id.0)).set(told).execute(c))
        .map(|_| ())
        .map_err(Failed::because("show a featured collection"))
}

/// Removes a collection with what is in it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove_collection(tx: &mut Tx<'_>, id: CollectionId) -> Result<(), Failed> {
    on!(tx, c => diesel::delete(featured_collections::table.find(id.0)).execute(c))
        .map(|_| ())
        .map_err(Failed::because("remove a featured collection"))
}

/// Which labs belong in a collection: those of ours, or those that work on a theme; none that ended. By name, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_wanted(tx: &mut Tx<'_>, theme: Option<ThemeId>, limit: i64) -> Result<Vec<ActorId>, Failed> {
    let open = profiles::listed.eq(true).and(profiles::state.ne(State::Ended.code()));
    let labs = profiles::table.filter(open).order((profiles::sort_name, profiles::actor_id)).limit(limit);
    let ids: Vec<i64> = match theme {
        None => on!(tx, c => labs.filter(profiles::local).select(profiles::actor_id).load(c)),
        Some(theme) => {
            let working = profile_themes::table.filter(profile_themes::shown_id.eq(theme.0)).select(profile_themes::actor_id);
            on!(tx, c => labs.filter(profiles::actor_id.eq_any(working)).select(profiles::actor_id).load(c))
        }
    }
    .map_err(Failed::because("list labs for a featured collection"))?;
    Ok(ids.into_iter().map(ActorId).collect())
}

/// What is in a collection, or was asked to be, by name of the lab.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_items(tx: &mut Tx<'_>, collection: CollectionId) -> Result<Vec<FeaturedItem>, Failed> {
    let query = items!().filter(featured_items::collection_id.eq(collection.0)).order((actors::name, actors::id));
    let rows: Vec<ItemRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list featured labs"))?;
    rows.into_iter().map(read_item).collect()
}

/// One lab in a collection.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_item(tx: &mut Tx<'_>, id: i64) -> Result<Option<FeaturedItem>, Failed> {
    let query = items!().filter(featured_items::id.eq(id));
    let row: Option<ItemRow> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a featured lab"))?;
    row.map(read_item).transpose()
}

/// Where a lab's consent with this stamp counts.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_item_by_stamp(tx: &mut Tx<'_>, lab: ActorId, stamp: &Url) -> Result<Option<FeaturedItem>, Failed> {
    let query = items!().filter(featured_items::lab_id.eq(lab.0).and(featured_items::stamp.eq(stamp.as_str())));
    let row: Option<ItemRow> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a featured lab"))?;
    row.map(read_item).transpose()
}

/// Adds a lab to a collection, asked or consenting; `None` where it is in it already.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add_item(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    lab: ActorId,
    stamp: Option<&Url>,
    now: Moment,
) -> Result<Option<i64>, Failed> {
    let consent = if stamp.is_some() { Consent::Granted } else { Consent::Asked };
    let row = (
        featured_items::collection_id.eq(collection.0),
        featured_items::lab_id.eq(lab.0),
        featured_items::consent.eq(consent.code()),
        featured_items::stamp.eq(stamp.map(Url::as_str)),
        featured_items::since.eq(to_millis(now)),
    );
    let query = diesel::insert_into(featured_items::table).values(row).on_conflict_do_nothing().returning(featured_items::id);
    on!(tx, c => query.get_result(c).optional()).map_err(Failed::because("feature a lab"))
}

/// What a lab said now.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn set_consent(tx: &mut Tx<'_>, item: i64, stamp: Option<&Url>, now: Moment) -> Result<(), Failed> {
    let consent = if stamp.is_some() { Consent::Granted } else { Consent::Refused };
    let said = (
        featured_items::consent.eq(consent.code()),
        featured_items::stamp.eq(stamp.map(Url::as_str)),
        featured_items::since.eq(to_millis(now)),
    );
    on!(tx, c => diesel::update(featured_items::table.find(item)).set(said).execute(c))
        .map(|_| ())
        .map_err(Failed::because("keep what a featured lab said"))
}

/// Takes a lab out of a collection.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove_item(tx: &mut Tx<'_>, item: i64) -> Result<(), Failed> {
    on!(tx, c => diesel::delete(featured_items::table.find(item)).execute(c))
        .map(|_| ())
        .map_err(Failed::because("take a lab out of a featured collection"))
}

/// Gives the consent of a lab of ours; the stamp that it has for this collection already, where it has one, withdrawn or not.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn give_stamp(tx: &mut Tx<'_>, lab: ActorId, asked: (&Url, ActorId, &str), now: Moment) -> Result<Stamp, Failed> {
    let (collection, owner, request) = asked;
    let row = (
        feature_stamps::lab_id.eq(lab.0),
        feature_stamps::collection.eq(collection.as_str()),
        feature_stamps::owner_id.eq(owner.0),
        feature_stamps::request.eq(request),
        feature_stamps::made_at.eq(to_millis(now)),
    );
    let query = diesel::insert_into(feature_stamps::table).values(row);
    let query = query
        .on_conflict((feature_stamps::lab_id, feature_stamps::collection))
        .do_update()
        .set(feature_stamps::request.eq(request))
        .returning(feature_stamps::all_columns);
    let row: StampRow = on!(tx, c => query.get_result(c)).map_err(Failed::because("give a stamp"))?;
    read_stamp(row)
}

/// A stamp by its number.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_stamp(tx: &mut Tx<'_>, id: i64) -> Result<Option<Stamp>, Failed> {
    let row: Option<StampRow> =
        on!(tx, c => feature_stamps::table.find(id).first(c).optional()).map_err(Failed::because("find a stamp"))?;
    row.map(read_stamp).transpose()
}

/// The stamps that a lab gave and did not withdraw, the newest first, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_stamps(tx: &mut Tx<'_>, lab: ActorId, limit: i64) -> Result<Vec<Stamp>, Failed> {
    let given = feature_stamps::lab_id.eq(lab.0).and(feature_stamps::withdrawn_at.is_null());
    let query = feature_stamps::table.filter(given).order(feature_stamps::id.desc()).limit(limit);
    let rows: Vec<StampRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list stamps"))?;
    rows.into_iter().map(read_stamp).collect()
}

/// Withdraws a stamp.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn withdraw_stamp(tx: &mut Tx<'_>, id: i64, now: Moment) -> Result<(), Failed> {
    let withdrawn = feature_stamps::withdrawn_at.eq(to_millis(now));
    on!(tx, c => diesel::update(feature_stamps::table.find(id)).set(withdrawn).execute(c))
        .map(|_| ())
        .map_err(Failed::because("withdraw a stamp"))
}

fn read_collection((id, word, theme, created_at, updated_at, shown): CollectionRow) -> FeaturedCollection {
    let (created_at, updated_at) = (from_millis(created_at), from_millis(updated_at));
    let shown = usize::try_from(shown).ok();
    FeaturedCollection { id: CollectionId(id), word, theme: theme.map(ThemeId), created_at, updated_at, shown }
}

fn read_item((id, collection, consent, stamp, since, lab): ItemRow) -> Result<FeaturedItem, Failed> {
    Ok(FeaturedItem {
        id,
        collection: CollectionId(collection),
        lab: actor::read(lab)?,
        consent: Consent::from_code(&consent),
        stamp: stamp.as_deref().map(url).transpose()?,
        since: from_millis(since),
    })
}

fn read_stamp((id, lab, collection, owner, request, made_at, withdrawn_at): StampRow) -> Result<Stamp, Failed> {
    Ok(Stamp {
        id,
        lab: ActorId(lab),
        collection: url(&collection)?,
        owner: ActorId(owner),
        request,
        made_at: from_millis(made_at),
        withdrawn_at: withdrawn_at.map(from_millis),
    })
}
