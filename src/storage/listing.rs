//! Rows of listings: labs elsewhere that are in the directory here. A row is there only while organisation and lab agree, or an
//! administrator wants it; it never makes a lab known.

use diesel::prelude::*;

use super::{
    Failed, Tx,
    actor::{self, ActorRow},
    audience,
    connection::on,
    profile,
    schema::{actors, listings, peers},
};
use crate::domain::{
    actor::{Actor, ActorId},
    moment::{Moment, to_millis},
    peer::{Listing, Policy},
};

/// Lists a lab, for its organisation or for an administrator; `true` where it was not listed so. What its host may show decides
/// whether it is hidden.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn confirm(tx: &mut Tx<'_>, lab: &Actor, organisation: Option<ActorId>, now: Moment) -> Result<bool, Failed> {
    let limited = peers::table.find(&lab.host).filter(peers::policy.eq(Policy::Limited.code())).count();
    let limited: i64 = on!(tx, c => limited.get_result(c)).map_err(Failed::because("look at a peer's policy"))?;
    let known = find_organisation(tx, lab.id)?;
    let row = (
        listings::lab_id.eq(lab.id.0),
        listings::organisation_id.eq(organisation.map(|id| id.0)),
        listings::hidden.eq(limited > 0),
        listings::since.eq(to_millis(now)),
        listings::seen_at.eq(to_millis(now)),
    );
    let query = diesel::insert_into(listings::table).values(row).on_conflict(listings::lab_id).do_update().set((
        listings::organisation_id.eq(organisation.map(|id| id.0)),
        listings::hidden.eq(limited > 0),
        listings::seen_at.eq(to_millis(now)),
    ));
    on!(tx, c => query.execute(c)).map_err(Failed::because("list a lab"))?;
    profile::reflect(tx, lab.id, lab)?;
    Ok(known != Some(organisation))
}

/// Its organisation named a lab again; `false` where it is not listed for that organisation.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn see_again(tx: &mut Tx<'_>, lab: &str, organisation: ActorId, now: Moment) -> Result<bool, Failed> {
    let of_uri = actors::table.filter(actors::uri.eq(lab)).select(actors::id);
    let listed = listings::table.filter(listings::organisation_id.eq(organisation.0).and(listings::lab_id.eq_any(of_uri)));
    let query = diesel::update(listed).set(listings::seen_at.eq(to_millis(now)));
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("see a listed lab again"))
}

/// A lab is not listed for this organisation any more, or for the administrator; `false` where it was not.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove(tx: &mut Tx<'_>, lab: ActorId, organisation: Option<ActorId>) -> Result<bool, Failed> {
    if find_organisation(tx, lab)? != Some(organisation) {
        return Ok(false);
    }
    let query = diesel::delete(listings::table.find(lab.0));
    on!(tx, c => query.execute(c)).map_err(Failed::because("remove a listing"))?;
    profile::relist(tx, lab).map(|()| true)
}

/// Removes what an organisation has not named since a round began; whom that were.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove_unseen(tx: &mut Tx<'_>, organisation: ActorId, since: Moment) -> Result<Vec<ActorId>, Failed> {
    let unseen = listings::organisation_id.eq(organisation.0).and(listings::seen_at.lt(to_millis(since)));
    let query = listings::table.filter(unseen).select(listings::lab_id);
    let ids: Vec<i64> = on!(tx, c => query.load(c)).map_err(Failed::because("find listings that were not named"))?;
    let query = diesel::delete(listings::table.filter(listings::lab_id.eq_any(&ids)));
    on!(tx, c => query.execute(c)).map_err(Failed::because("remove listings that were not named"))?;
    relist(tx, ids)
}

/// Whether a lab elsewhere is listed, hidden or not.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn is_listed(tx: &mut Tx<'_>, lab: ActorId) -> Result<bool, Failed> {
    Ok(find_organisation(tx, lab)?.is_some())
}

/// Whether what a lab publishes is read here: somebody here follows it, or the directory has it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn is_read_here(tx: &mut Tx<'_>, lab: ActorId) -> Result<bool, Failed> {
    Ok(is_listed(tx, lab)? || audience::is_followed_from_here(tx, lab)?)
}

/// For whom a lab is listed: an organisation, or nobody but the administrator.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_organisation(tx: &mut Tx<'_>, lab: ActorId) -> Result<Option<Option<ActorId>>, Failed> {
    let query = listings::table.find(lab.0).select(listings::organisation_id);
    let found: Option<Option<i64>> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look for a listing"))?;
    Ok(found.map(|organisation| organisation.map(ActorId)))
}

/// The listed labs at a host, by name, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_at(tx: &mut Tx<'_>, host: &str, limit: i64) -> Result<Vec<Listing>, Failed> {
    let query = listings::table
        .inner_join(actors::table.on(actors::id.eq(listings::lab_id)))
        .filter(actors::host.eq(host))
        .order((actors::name, actors::id))
        .limit(limit)
        .select((actors::all_columns, listings::organisation_id));
    let rows: Vec<(ActorRow, Option<i64>)> = on!(tx, c => query.load(c)).map_err(Failed::because("list listings"))?;
    let read = |(row, organisation): (ActorRow, Option<i64>)| {
        Ok(Listing { lab: actor::read(row)?, organisation: organisation.map(ActorId) })
    };
    rows.into_iter().map(read).collect()
}

/// How many labs at a host are listed.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_at(tx: &mut Tx<'_>, host: &str) -> Result<i64, Failed> {
    let query =
        listings::table.inner_join(actors::table.on(actors::id.eq(listings::lab_id))).filter(actors::host.eq(host)).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count listings"))
}

/// Hides or shows everything that is listed at a host.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn hide_at(tx: &mut Tx<'_>, host: &str, hidden: bool) -> Result<(), Failed> {
    let ids = list_ids_at(tx, host)?;
    let query = diesel::update(listings::table.filter(listings::lab_id.eq_any(&ids))).set(listings::hidden.eq(hidden));
    on!(tx, c => query.execute(c)).map_err(Failed::because("hide listings"))?;
    relist(tx, ids).map(|_| ())
}

/// Removes everything that is listed at a host; whom that were.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove_at(tx: &mut Tx<'_>, host: &str) -> Result<Vec<ActorId>, Failed> {
    let ids = list_ids_at(tx, host)?;
    let query = diesel::delete(listings::table.filter(listings::lab_id.eq_any(&ids)));
    on!(tx, c => query.execute(c)).map_err(Failed::because("remove listings"))?;
    relist(tx, ids)
}

/// Whether a listed lab is hidden; `None` where it is not listed.
pub(super) fn is_hidden(tx: &mut Tx<'_>, lab: ActorId) -> Result<Option<bool>, Failed> {
    let query = listings::table.find(lab.0).select(listings::hidden);
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("look for a listing"))
}

fn list_ids_at(tx: &mut Tx<'_>, host: &str) -> Result<Vec<i64>, Failed> {
    let query = listings::table
        .inner_join(actors::table.on(actors::id.eq(listings::lab_id)))
        .filter(actors::host.eq(host))
        .select(listings::lab_id);
    on!(tx, c => query.load(c)).map_err(Failed::because("find listings"))
}

fn relist(tx: &mut Tx<'_>, ids: Vec<i64>) -> Result<Vec<ActorId>, Failed> {
    let ids: Vec<ActorId> = ids.into_iter().map(ActorId).collect();
    for id in &ids {
        profile::relist(tx, *id)?;
    }
    Ok(ids)
}
