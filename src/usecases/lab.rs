//! Labs: register, describe.

use super::{KeyPair, Outcome, instance};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        change::Change,
        lab::{Lab, LabProfile, NewLab},
        links::Links,
        membership::{Action, Member, Role, Standing, require},
        moment::Moment,
        picture::Picture,
        refusal::Refused,
        text,
    },
    storage::{Failed, Tx, actor, lab, membership, queue},
};

/// Registers a lab; the member who does becomes its steward.
///
/// # Errors
/// `Refused` where the handle is taken.
pub fn register(tx: &mut Tx<'_>, now: Moment, links: &Links, keys: &KeyPair, by: Option<&Member>, new: NewLab) -> Outcome<Lab> {
    require(standing_anywhere(by), Action::RegisterLab)?;
    require_free(tx, new.handle.as_str())?;
    let mut actor = instance::new_actor(links, ActorKind::Lab, new.handle.as_str(), &new.profile.name, keys, now);
    actor.summary = text::render(&new.profile.description, links, &[]).content;
    actor.parent = Some(links.actor(ActorKind::Organisation, ""));
    actor.id = lab::add(tx, &actor, new.profile.kind, &new.profile.description)?;
    actor::add_key(tx, actor.id, &keys.private)?;
    if let Some(member) = by {
        membership::set_role(tx, member.actor.id, actor.id, Role::Steward, now)?;
    }
    queue::record(tx, &Change::LabListed { lab: actor.id }, now)?;
    Ok(Lab { actor, kind: new.profile.kind, description: new.profile.description })
}

/// Puts a lab into our directory, or takes it out; its page and its shares stay. Those who know our directory are told.
///
/// # Errors
/// `Refused` where the lab is unknown or the member may not.
pub fn list(tx: &mut Tx<'_>, now: Moment, by: Option<&Member>, handle: &str, listed: bool) -> Outcome<()> {
    let lab = find(tx, handle)?;
    require(standing_anywhere(by), Action::Administer)?;
    if lab::set_listed(tx, lab.actor.id, listed)? {
        let id = lab.actor.id;
        let change = if listed { Change::LabListed { lab: id } } else { Change::LabUnlisted { lab: id } };
        queue::record(tx, &change, now)?;
    }
    Ok(())
}

/// Changes what a lab says of itself; without a picture it has none any more.
///
/// # Errors
/// `Refused` where the lab is unknown or the member may not.
pub fn describe(
    tx: &mut Tx<'_>,
    now: Moment,
    links: &Links,
    by: Option<&Member>,
    handle: &str,
    change: (LabProfile, Option<Picture>),
) -> Outcome<Lab> {
    let (profile, picture) = change;
    let mut lab = find(tx, handle)?;
    require(standing(tx, by, &lab.actor)?, Action::DescribeLab)?;
    lab.actor.name = profile.name;
    lab.actor.summary = text::render(&profile.description, links, &[]).content;
    lab.actor.picture = picture;
    lab.actor.updated_at = now;
    lab.kind = profile.kind;
    lab.description = profile.description;
    lab::update(tx, &lab)?;
    queue::record(tx, &Change::ActorDescribed { actor: lab.actor.id }, now)?;
    Ok(lab)
}

/// The lab of ours with this handle.
///
/// # Errors
/// `Refused` where there is none.
pub fn find(tx: &mut Tx<'_>, handle: &str) -> Outcome<Lab> {
    lab::find(tx, handle)?.ok_or_else(|| Refused::unknown("lab-unknown").with("handle", handle).into())
}

/// What a member is in a lab; without a member, whoever runs the command line.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn standing(tx: &mut Tx<'_>, by: Option<&Member>, lab: &Actor) -> Result<Standing, Failed> {
    let Some(member) = by else { return Ok(Standing::OPERATOR) };
    let role = membership::find_role(tx, member.actor.id, lab.id)?;
    Ok(Standing { administrator: member.administrator, role })
}

/// What a member is outside any lab.
#[must_use]
pub fn standing_anywhere(by: Option<&Member>) -> Standing {
    by.map_or(Standing::OPERATOR, |member| Standing { administrator: member.administrator, role: None })
}

/// Handles are unique over all actors of an instance.
pub(super) fn require_free(tx: &mut Tx<'_>, handle: &str) -> Outcome<()> {
    match actor::find_local(tx, handle)? {
        Some(_) => Err(Refused::conflict("handle-taken").with("handle", handle).into()),
        None => Ok(()),
    }
}
