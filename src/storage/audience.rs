//! Rows of follows, in both directions, and of reactions.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    prelude::*,
    sql_types::{Nullable, Text},
};

use super::{
    Failed, Tx,
    actor::{self, ActorRow, url},
    connection::on,
    schema::{actors, follows, reactions},
};
use crate::domain::{
    actor::{Actor, ActorId, ActorKind},
    audience::{Follow, FollowState, Follower, ReactionKind},
    moment::{Moment, from_millis, to_millis},
};

diesel::define_sql_function! {
    /// The first, where there is one: the database tells a shared inbox once, however many share it.
    fn coalesce(first: Nullable<Text>, other: Text) -> Text;
}

/// The fields stand in the order of the table.
#[derive(Queryable)]
struct FollowRow {
    id: i64,
    follower_id: i64,
    followee_id: i64,
    uri: String,
    state: String,
    since: i64,
}

/// Adds a follow or, where these two have one, gives it this id and state; its row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn save(
    tx: &mut Tx<'_>,
    follower: ActorId,
    followee: ActorId,
    uri: &str,
    state: FollowState,
    now: Moment,
) -> Result<i64, Failed> {
    let row = (
        follows::follower_id.eq(follower.0),
        follows::followee_id.eq(followee.0),
        follows::uri.eq(uri),
        follows::state.eq(state.code()),
        follows::since.eq(to_millis(now)),
    );
    let query = diesel::insert_into(follows::table)
        .values(row)
        .on_conflict((follows::follower_id, follows::followee_id))
        .do_update()
        .set((follows::uri.eq(uri), follows::state.eq(state.code())))
        .returning(follows::id);
    on!(tx, c => query.get_result(c)).map_err(Failed::because("save a follow"))
}

/// The follow of a row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Follow>, Failed> {
    first(on!(tx, c => follows::table.find(id).select(follows::all_columns).first(c).optional()))
}

/// The follow between two actors.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_between(tx: &mut Tx<'_>, follower: ActorId, followee: ActorId) -> Result<Option<Follow>, Failed> {
    let query = follows::table
        .filter(follows::follower_id.eq(follower.0).and(follows::followee_id.eq(followee.0)))
        .select(follows::all_columns);
    first(on!(tx, c => query.first(c).optional()))
}

/// The follow with this id on the wire.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Follow>, Failed> {
    let query = follows::table.filter(follows::uri.eq(uri)).select(follows::all_columns);
    first(on!(tx, c => query.first(c).optional()))
}

/// Sets the id and the state of a follow.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn set(tx: &mut Tx<'_>, id: i64, uri: &str, state: FollowState) -> Result<(), Failed> {
    let query = diesel::update(follows::table.find(id)).set((follows::uri.eq(uri), follows::state.eq(state.code())));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("set a follow's state"))
}

/// Removes a follow.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove(tx: &mut Tx<'_>, id: i64) -> Result<(), Failed> {
    on!(tx, c => diesel::delete(follows::table.find(id)).execute(c)).map(|_| ()).map_err(Failed::because("remove a follow"))
}

/// Removes every follow from and to an actor, and its reactions.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove_all_of(tx: &mut Tx<'_>, id: ActorId) -> Result<(), Failed> {
    let either = follows::follower_id.eq(id.0).or(follows::followee_id.eq(id.0));
    on!(tx, c => diesel::delete(follows::table.filter(either)).execute(c)).map_err(Failed::because("remove follows"))?;
    on!(tx, c => diesel::delete(reactions::table.filter(reactions::actor_id.eq(id.0))).execute(c))
        .map(|_| ())
        .map_err(Failed::because("remove reactions"))
}

/// How many follow an actor.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_followers(tx: &mut Tx<'_>, followee: ActorId) -> Result<i64, Failed> {
    let query = follows::table.filter(follows::followee_id.eq(followee.0).and(accepted())).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count followers"))
}

/// How many follow each of these actors; those without followers are left out.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_followers_of_each(tx: &mut Tx<'_>, followees: &[ActorId]) -> Result<HashMap<ActorId, i64>, Failed> {
    let ids: Vec<i64> = followees.iter().map(|id| id.0).collect();
    let query = follows::table
        .filter(follows::followee_id.eq_any(&ids).and(accepted()))
        .group_by(follows::followee_id)
        .select((follows::followee_id, diesel::dsl::count_star()));
    let rows: Vec<(i64, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("count followers"))?;
    Ok(rows.into_iter().map(|(id, count)| (ActorId(id), count)).collect())
}

/// How many an actor follows.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_following(tx: &mut Tx<'_>, follower: ActorId) -> Result<i64, Failed> {
    let query = follows::table.filter(follows::follower_id.eq(follower.0).and(accepted())).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count the followed"))
}

/// Whether anyone of ours follows this actor.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn is_followed_from_here(tx: &mut Tx<'_>, followee: ActorId) -> Result<bool, Failed> {
    let query = follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq(followee.0).and(accepted()).and(actors::local))
        .count();
    let followers: i64 = on!(tx, c => query.get_result(c)).map_err(Failed::because("look for followers here"))?;
    Ok(followers > 0)
}

/// The inboxes that reach all followers elsewhere of these actors, each once: shared ones where there are.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_follower_inboxes(tx: &mut Tx<'_>, followees: &[ActorId]) -> Result<BTreeSet<String>, Failed> {
    let ids: Vec<i64> = followees.iter().map(|id| id.0).collect();
    let query = follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq_any(&ids).and(accepted()).and(actors::local.eq(false)).and(actors::gone_at.is_null()))
        .select(coalesce(actors::shared_inbox, actors::inbox))
        .distinct();
    let rows: Vec<String> = on!(tx, c => query.load(c)).map_err(Failed::because("list inboxes"))?;
    Ok(rows.into_iter().collect())
}

/// The inboxes of instances that follow our organisation, and those of everybody else who does.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_inboxes_of_peers(tx: &mut Tx<'_>, organisation: ActorId, peers: bool) -> Result<BTreeSet<String>, Failed> {
    let is_peer = || actors::kind.eq(ActorKind::Instance.code());
    let query = follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq(organisation.0).and(accepted()))
        .filter(actors::local.eq(false).and(actors::gone_at.is_null()))
        .filter(is_peer().eq(peers))
        .select(coalesce(actors::shared_inbox, actors::inbox))
        .distinct();
    let rows: Vec<String> = on!(tx, c => query.load(c)).map_err(Failed::because("list inboxes of peers"))?;
    Ok(rows.into_iter().collect())
}

/// The followers of all our labs or of one, oldest first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_followers(tx: &mut Tx<'_>, lab: Option<ActorId>) -> Result<Vec<Follower>, Failed> {
    let (follower, followee) = diesel::alias!(actors as follower_actors, actors as followee_actors);
    let query = follows::table
        .inner_join(follower.on(follower.field(actors::id).eq(follows::follower_id)))
        .inner_join(followee.on(followee.field(actors::id).eq(follows::followee_id)))
        .filter(accepted().and(followee.field(actors::local)).and(followee.field(actors::kind).eq(ActorKind::Lab.code())))
        .filter(follows::followee_id.eq(lab.map_or(0, |id| id.0)).or(followee.field(actors::local).eq(lab.is_none())))
        .order((follows::since, follows::id))
        .select((followee.field(actors::handle), follower.field(actors::uri), follows::since));
    let rows: Vec<(String, String, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("list followers"))?;
    rows.into_iter().map(|(lab, actor, since)| Ok(Follower { lab, actor: url(&actor)?, since: from_millis(since) })).collect()
}

/// Who of ours follows an actor, with the follow.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_local_followers(tx: &mut Tx<'_>, followee: ActorId) -> Result<Vec<(Actor, Follow)>, Failed> {
    let query = follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq(followee.0).and(actors::local))
        .order(follows::id)
        .select((actors::all_columns, follows::all_columns));
    let rows: Vec<(ActorRow, FollowRow)> =
        on!(tx, c => query.load(c)).map_err(Failed::because("list our followers of an actor"))?;
    let mut followers = Vec::new();
    for (row, follow) in rows {
        let follow = first(Ok(Some(follow)))?.ok_or_else(|| Failed::new("read a follow", "it has no row"))?;
        followers.push((actor::read(row)?, follow));
    }
    Ok(followers)
}

/// Whom an actor follows, with the state of each follow, by name.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_following(tx: &mut Tx<'_>, follower: ActorId) -> Result<Vec<(Actor, FollowState)>, Failed> {
    let query = follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::followee_id)))
        .filter(follows::follower_id.eq(follower.0))
        .order((actors::name, follows::id))
        .select((actors::all_columns, follows::state));
    let rows: Vec<(ActorRow, String)> = on!(tx, c => query.load(c)).map_err(Failed::because("list the followed"))?;
    rows.into_iter().map(|(row, state)| Ok((actor::read(row)?, FollowState::from_code(&state)))).collect()
}

/// Whom this member follows, or where none is given, whom anyone of ours follows; the latest first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_followed(tx: &mut Tx<'_>, follower: Option<ActorId>) -> Result<Vec<ActorId>, Failed> {
    let theirs = follows::follower_id.eq(follower.map_or(0, |id| id.0)).or(actors::local.eq(follower.is_none()));
    let query = follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(theirs.and(accepted()))
        .group_by(follows::followee_id)
        .order((diesel::dsl::max(follows::since).desc(), follows::followee_id))
        .select(follows::followee_id);
    let ids: Vec<i64> = on!(tx, c => query.load(c)).map_err(Failed::because("list the followed"))?;
    Ok(ids.into_iter().map(ActorId).collect())
}

/// Adds a reaction or, where this actor had reacted so before, gives that one this id; `false` in that case.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add_reaction(tx: &mut Tx<'_>, share_id: i64, actor: ActorId, kind: ReactionKind, uri: &str) -> Result<bool, Failed> {
    let row = (
        reactions::share_id.eq(share_id),
        reactions::actor_id.eq(actor.0),
        reactions::kind.eq(kind.code()),
        reactions::uri.eq(uri),
    );
    let query = diesel::insert_into(reactions::table).values(row).on_conflict_do_nothing();
    if on!(tx, c => query.execute(c)).map_err(Failed::because("add a reaction"))? > 0 {
        return Ok(true);
    }
    let query = diesel::update(reactions::table.find((share_id, actor.0, kind.code()))).set(reactions::uri.eq(uri));
    on!(tx, c => query.execute(c)).map(|_| false).map_err(Failed::because("give a reaction another id"))
}

/// What an actor reacted to under this id, and how.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_reaction(tx: &mut Tx<'_>, actor: ActorId, uri: &str) -> Result<Option<(i64, ReactionKind)>, Failed> {
    let query = reactions::table
        .filter(reactions::uri.eq(uri).and(reactions::actor_id.eq(actor.0)))
        .select((reactions::share_id, reactions::kind));
    let row: Option<(i64, String)> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a reaction"))?;
    Ok(row.map(|(share_id, kind)| (share_id, ReactionKind::from_code(&kind))))
}

/// The id under which an actor reacted to a share in this way.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_reaction_to(tx: &mut Tx<'_>, share_id: i64, actor: ActorId, kind: ReactionKind) -> Result<Option<String>, Failed> {
    let query = reactions::table.find((share_id, actor.0, kind.code())).select(reactions::uri);
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a reaction"))
}

/// Removes the reaction of an actor to a share; `false` where there was none.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove_reaction(tx: &mut Tx<'_>, share_id: i64, actor: ActorId, kind: ReactionKind) -> Result<bool, Failed> {
    let query = diesel::delete(reactions::table.find((share_id, actor.0, kind.code())));
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("remove a reaction"))
}

fn accepted() -> diesel::dsl::Eq<follows::state, &'static str> {
    follows::state.eq(FollowState::Accepted.code())
}

fn first(found: QueryResult<Option<FollowRow>>) -> Result<Option<Follow>, Failed> {
    Ok(found.map_err(Failed::because("find a follow"))?.map(|row| Follow {
        id: row.id,
        follower: ActorId(row.follower_id),
        followee: ActorId(row.followee_id),
        uri: row.uri,
        state: FollowState::from_code(&row.state),
        since: from_millis(row.since),
    }))
}
