//! Members: add, appoint, change a password, sign in and out.

use chrono::TimeDelta;

use super::{KeyPair, Outcome, instance, lab as labs};
use crate::{
    domain::{
        actor::{ActorKind, Handle},
        links::Links,
        membership::{Member, Role},
        moment::Moment,
        refusal::Refused,
    },
    storage::{Tx, actor, membership},
};

/// How long a session lasts.
pub const SESSION: TimeDelta = TimeDelta::days(14);

/// A member to be added.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The handle, for good.
    pub handle: Handle,
    /// The name people read.
    pub name: String,
    /// The hash of the password.
    pub password_hash: String,
    /// Whether the member looks after the instance; the first one always does.
    pub administrator: bool,
}

/// Adds a member.
///
/// # Errors
/// `Refused` where the handle is taken.
pub fn add(tx: &mut Tx<'_>, now: Moment, links: &Links, keys: &KeyPair, new: &NewMember) -> Outcome<Member> {
    labs::require_free(tx, new.handle.as_str())?;
    let administrator = new.administrator || membership::count(tx)? == 0;
    let mut actor = instance::new_actor(links, ActorKind::Member, new.handle.as_str(), &new.name, keys, now);
    actor.parent = Some(links.actor(ActorKind::Organisation, ""));
    actor.id = membership::add(tx, &actor, &new.password_hash, administrator)?;
    actor::add_key(tx, actor.id, &keys.private)?;
    Ok(Member { actor, administrator })
}

/// Gives a member a role in a lab; only whoever runs the command line does so yet.
///
/// # Errors
/// `Refused` where the member or the lab is unknown.
pub fn appoint(tx: &mut Tx<'_>, now: Moment, member: &str, lab: &str, role: Role) -> Outcome<()> {
    let member = find(tx, member)?;
    let lab = labs::find(tx, lab)?;
    Ok(membership::set_role(tx, member.actor.id, lab.actor.id, role, now)?)
}

/// Sets a password; all the member's sessions end.
///
/// # Errors
/// `Refused` where the member is unknown.
pub fn set_password(tx: &mut Tx<'_>, handle: &str, hash: &str) -> Outcome<()> {
    let member = find(tx, handle)?;
    Ok(membership::set_password_hash(tx, member.actor.id, hash)?)
}

/// The member with this handle.
///
/// # Errors
/// `Refused` where there is none.
pub fn find(tx: &mut Tx<'_>, handle: &str) -> Outcome<Member> {
    membership::find(tx, handle)?.ok_or_else(|| Refused::unknown("member-unknown").with("handle", handle).into())
}

/// Begins a session of a member whose password was verified; only the hash of its token is kept.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn sign_in(tx: &mut Tx<'_>, now: Moment, member: &Member, token_hash: &str, form_token: &str) -> Outcome<()> {
    Ok(membership::add_session(tx, token_hash, member.actor.id, form_token, now + SESSION)?)
}

/// Ends a session.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn sign_out(tx: &mut Tx<'_>, now: Moment, token_hash: &str) -> Outcome<()> {
    Ok(membership::remove_session(tx, token_hash, now)?)
}
