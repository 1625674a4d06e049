//! Audiences: others follow and react to what is ours; ours follow others.

use super::{Outcome, block, lab as labs};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        audience::{Follow, FollowState, ReactionKind},
        change::Change,
        links::activity,
        membership::{Action, Member, require},
        moment::Moment,
        refusal::Refused,
        share::Share,
    },
    storage::{Failed, Tx, actor, audience, profile, queue},
};

/// Someone follows an actor of ours: accepted at once. A second Follow under another id is answered again.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn be_followed(tx: &mut Tx<'_>, now: Moment, follower: ActorId, followee: ActorId, uri: &str) -> Result<(), Failed> {
    let follow = audience::save(tx, follower, followee, uri, FollowState::Accepted, now)?;
    queue::record(tx, &Change::FollowAccepted { follow, uri: uri.to_owned() }, now)
}

/// Someone no longer follows an actor of ours; `false` where they did not.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn be_unfollowed(tx: &mut Tx<'_>, follower: ActorId, followee: ActorId) -> Result<bool, Failed> {
    match audience::find_between(tx, follower, followee)? {
        Some(follow) => audience::remove(tx, follow.id).map(|()| true),
        None => Ok(false),
    }
}

/// A lab or member of ours asks to follow an actor elsewhere; asking again takes the first Follow back and asks under a new id, so
/// that at the other side one Undo is enough later.
///
/// # Errors
/// `Refused` where the member may not, or the actor is one of ours.
pub fn follow(tx: &mut Tx<'_>, now: Moment, by: Option<&Member>, follower: &str, followee: &Actor) -> Outcome<FollowState> {
    let follower = find_follower(tx, by, follower)?;
    if followee.local {
        return Err(Refused::invalid("follow-own").into());
    }
    block::require_unblocked(tx, &followee.uri)?;
    if let Some(known) = audience::find_between(tx, follower.id, followee.id)? {
        if known.state == FollowState::Accepted {
            return Ok(known.state);
        }
        audience::remove(tx, known.id)?;
        if known.state == FollowState::Requested {
            let change = Change::FollowUndone { follower: follower.id, followee: followee.id, uri: known.uri };
            queue::record(tx, &change, now)?;
        }
    }
    let follow = audience::save(tx, follower.id, followee.id, "", FollowState::Requested, now)?;
    audience::set(tx, follow, &activity::follow(&follower.uri, follow), FollowState::Requested)?;
    queue::record(tx, &Change::FollowRequested { follow }, now)?;
    Ok(FollowState::Requested)
}

/// A lab or member of ours stops following an actor elsewhere.
///
/// # Errors
/// `Refused` where the member may not, or there was nothing to stop.
pub fn unfollow(tx: &mut Tx<'_>, now: Moment, by: Option<&Member>, follower: &str, followee: &Actor) -> Outcome<()> {
    let follower = find_follower(tx, by, follower)?;
    let follow = audience::find_between(tx, follower.id, followee.id)?
        .ok_or_else(|| Refused::unknown("follow-unknown").with("address", followee.address()))?;
    audience::remove(tx, follow.id)?;
    profile::relist(tx, followee.id)?;
    let change = Change::FollowUndone { follower: follower.id, followee: followee.id, uri: follow.uri };
    Ok(queue::record(tx, &change, now)?)
}

/// Whom some of ours follow went elsewhere: they ask to follow it there, and stop following it here.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn follow_along(tx: &mut Tx<'_>, now: Moment, from: &Actor, to: &Actor) -> Result<usize, Failed> {
    let followers = audience::list_local_followers(tx, from.id)?;
    for (follower, known) in &followers {
        if audience::find_between(tx, follower.id, to.id)?.is_none() && !to.local {
            let follow = audience::save(tx, follower.id, to.id, "", FollowState::Requested, now)?;
            audience::set(tx, follow, &activity::follow(&follower.uri, follow), FollowState::Requested)?;
            queue::record(tx, &Change::FollowRequested { follow }, now)?;
        }
        audience::remove(tx, known.id)?;
        let change = Change::FollowUndone { follower: follower.id, followee: from.id, uri: known.uri.clone() };
        queue::record(tx, &change, now)?;
    }
    profile::relist(tx, from.id)?;
    Ok(followers.len())
}

/// The followed actor accepted; what it published before can be read now.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn follow_accepted(tx: &mut Tx<'_>, now: Moment, follow: &Follow) -> Result<(), Failed> {
    if follow.state != FollowState::Requested {
        return Ok(());
    }
    audience::set(tx, follow.id, &follow.uri, FollowState::Accepted)?;
    profile::relist(tx, follow.followee)?;
    queue::record(tx, &Change::FollowBegan { followee: follow.followee }, now)
}

/// The followed actor refused, or ended what it had accepted.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn follow_rejected(tx: &mut Tx<'_>, follow: &Follow) -> Result<(), Failed> {
    audience::set(tx, follow.id, &follow.uri, FollowState::Rejected)?;
    profile::relist(tx, follow.followee)
}

/// Someone likes or boosts a share; `false` where they had.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn react(tx: &mut Tx<'_>, by: ActorId, share: &Share, kind: ReactionKind, uri: &str) -> Result<bool, Failed> {
    audience::add_reaction(tx, share.id, by, kind, uri)
}

fn find_follower(tx: &mut Tx<'_>, by: Option<&Member>, handle: &str) -> Outcome<Actor> {
    let unknown = || Refused::unknown("follower-unknown").with("handle", handle);
    let follower = actor::find_local(tx, handle)?.ok_or_else(unknown)?;
    match (follower.kind, by) {
        (ActorKind::Lab, _) => require(labs::standing(tx, by, &follower)?, Action::FollowAsLab)?,
        (ActorKind::Member, Some(member)) if member.actor.id != follower.id => {
            return Err(Refused::not_allowed("voice-of-another").into());
        }
        (ActorKind::Member | ActorKind::Organisation | ActorKind::Instance, _) => {
            require(labs::standing_anywhere(by), Action::FollowAsSelf)?;
        }
    }
    Ok(follower)
}
