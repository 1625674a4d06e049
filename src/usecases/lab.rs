//! Labs: register, describe, end.

pub mod import;

use url::Url;

use super::{KeyPair, Outcome, instance, theme};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        change::Change,
        lab::{Lab, LabProfile, NewLab},
        links::Links,
        membership::{Action, Member, Role, Standing, require},
        moment::Moment,
        peer::Address,
        picture::Picture,
        profile::{Day, Profile, State},
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
    let LabProfile { description, profile, themes, .. } = new.profile;
    let profile = Profile { themes: theme::find_all(tx, &themes)?, ..profile };
    let lab = Lab { actor, description, profile };
    let actor = Actor { id: lab::add(tx, &lab.actor, lab.kind(), &lab.description)?, ..lab.actor.clone() };
    let lab = Lab { actor, ..lab };
    lab::update(tx, &lab)?;
    let actor = &lab.actor;
    actor::add_key(tx, actor.id, &keys.private)?;
    if let Some(member) = by {
        membership::set_role(tx, member.actor.id, actor.id, Role::Steward, now)?;
    }
    queue::record(tx, &Change::LabListed { lab: lab.actor.id }, now)?;
    Ok(lab)
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

/// Changes what a lab says of itself; without a picture it has none any more. A lab that had ended and says so no longer begins anew.
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
    lab.description = profile.description;
    let themes = theme::find_all(tx, &profile.themes)?;
    lab.profile = Profile { themes, ..keep_end(&lab.profile, profile.profile, now) };
    tell(tx, now, lab)
}

/// Ends a lab: it says so, names who goes on with its work, and keeps all that it learned. Nothing new is published in it.
///
/// # Errors
/// `Refused` where the lab is unknown, the member may not, or the successor is unknown or the lab itself.
pub fn end(
    tx: &mut Tx<'_>,
    now: Moment,
    by: Option<&Member>,
    handle: &str,
    (ended, successor): (Option<Day>, Option<&Address>),
) -> Outcome<Lab> {
    let mut lab = find(tx, handle)?;
    require(standing(tx, by, &lab.actor)?, Action::EndLab)?;
    lab.profile.state = State::Ended;
    lab.profile.ended = Some(ended.unwrap_or_else(|| Day::of(now)));
    lab.profile.successor = match successor {
        Some(address) => Some(find_successor(tx, &lab.actor, address)?),
        None => None,
    };
    tell(tx, now, lab)
}

/// A lab goes elsewhere and takes its followers along: it has ended here, and names where it went. Its shares stay where they are.
///
/// # Errors
/// `Refused` where the lab is unknown, the member may not, or the other does not say that it was known as this one.
pub fn move_away(tx: &mut Tx<'_>, now: Moment, by: Option<&Member>, handle: &str, target: (&Actor, &[Url])) -> Outcome<Lab> {
    let mut lab = find(tx, handle)?;
    require(standing(tx, by, &lab.actor)?, Action::DescribeLab)?;
    let (target, known_as) = target;
    if !known_as.contains(&lab.actor.uri) {
        return Err(Refused::conflict("move-one-sided").with("address", target.address()).with("lab", &lab.actor.uri).into());
    }
    lab.profile.state = State::Ended;
    lab.profile.ended = Some(Day::of(now));
    lab.profile.successor = Some(target.uri.clone());
    lab.profile.moved_to = Some(target.uri.clone());
    let lab = tell(tx, now, lab)?;
    queue::record(tx, &Change::LabMoved { lab: lab.actor.id }, now)?;
    Ok(lab)
}

/// A lab of ours says that it was known under another id before: then its followers there may be brought here.
///
/// # Errors
/// `Refused` where the lab is unknown or the member may not.
pub fn be_known_as(tx: &mut Tx<'_>, now: Moment, by: Option<&Member>, handle: &str, earlier: &Url) -> Outcome<Lab> {
    let mut lab = find(tx, handle)?;
    require(standing(tx, by, &lab.actor)?, Action::DescribeLab)?;
    if !lab.profile.known_as.contains(earlier) {
        lab.profile.known_as.push(earlier.clone());
    }
    tell(tx, now, lab)
}

fn find_successor(tx: &mut Tx<'_>, lab: &Actor, address: &Address) -> Outcome<Url> {
    let uri = match address {
        Address::Url(url) => url.clone(),
        Address::Account(account) => {
            let known = actor::find_by_address(tx, &account.handle, &account.host)?;
            known.ok_or_else(|| Refused::invalid("successor-unknown").with("address", account))?.uri
        }
    };
    if uri == lab.uri { Err(Refused::invalid("successor-itself").into()) } else { Ok(uri) }
}

/// Keeps what a lab says now, and records that others must hear of it.
fn tell(tx: &mut Tx<'_>, now: Moment, mut lab: Lab) -> Outcome<Lab> {
    lab.actor.updated_at = now;
    lab::update(tx, &lab)?;
    queue::record(tx, &Change::ActorDescribed { actor: lab.actor.id }, now)?;
    Ok(lab)
}

/// A form says nothing of how a lab ended: while it says that it has, that stays.
fn keep_end(old: &Profile, new: Profile, now: Moment) -> Profile {
    match new.state {
        State::Ended => Profile {
            ended: old.ended.or_else(|| Some(Day::of(now))),
            successor: old.successor.clone(),
            moved_to: old.moved_to.clone(),
            known_as: old.known_as.clone(),
            ..new
        },
        _ => Profile { ended: None, successor: None, known_as: old.known_as.clone(), ..new },
    }
}

/// `Ok` where something new can be published in a lab.
///
/// # Errors
/// `Refused` where it has ended.
pub fn require_open(lab: &Lab) -> Result<(), Refused> {
    match lab.profile.state {
        State::Ended => Err(Refused::conflict("lab-ended").with("lab", &lab.actor.name)),
        _ => Ok(()),
    }
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
