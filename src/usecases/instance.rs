//! The instance and its organisation: founded at the first start, kept up to date with the settings at each later one.

use super::{KeyPair, Outcome, theme};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind, Handle},
        change::Change,
        links::Links,
        moment::Moment,
        organisation::Organisation,
        refusal::Refused,
        text::Html,
    },
    storage::{Tx, actor, organisation, queue},
};

/// The two actors that every instance has.
#[derive(Debug, Clone)]
pub struct Founded {
    /// Signs what nobody in particular does.
    pub instance: Actor,
    /// The root of the directory.
    pub organisation: Actor,
}

/// The instance and its organisation; `None` before the first start.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>) -> Outcome<Option<Founded>> {
    let instance = actor::find_local_of_kind(tx, ActorKind::Instance)?;
    let organisation = actor::find_local_of_kind(tx, ActorKind::Organisation)?;
    Ok(instance.zip(organisation).map(|(instance, organisation)| Founded { instance, organisation }))
}

/// Founds the instance, once, under an address that stays.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn found(tx: &mut Tx<'_>, now: Moment, links: &Links, organisation: (&Handle, &str), keys: [KeyPair; 2]) -> Outcome<Founded> {
    if let Some(founded) = find(tx)? {
        return Ok(founded);
    }
    let [instance_keys, organisation_keys] = keys;
    let (handle, name) = organisation;
    let instance = new_actor(links, ActorKind::Instance, &links.host(), name, &instance_keys, now);
    let organisation = new_actor(links, ActorKind::Organisation, handle.as_str(), name, &organisation_keys, now);
    for (actor, keys) in [(&instance, &instance_keys), (&organisation, &organisation_keys)] {
        let id = actor::save(tx, actor)?;
        actor::add_key(tx, id, &keys.private)?;
    }
    find(tx)?.ok_or_else(|| Refused::unknown("instance").into())
}

/// Checks that the address is the one this instance was founded under, and takes over a new name of the organisation.
///
/// # Errors
/// `Refused` where the address or the organisation's handle changed: ids never change.
pub fn keep(tx: &mut Tx<'_>, now: Moment, links: &Links, founded: &Founded, organisation: (&Handle, &str)) -> Outcome<()> {
    let (handle, name) = organisation;
    if founded.instance.uri != links.actor(ActorKind::Instance, "") {
        return Err(Refused::conflict("instance-address").with("known", &founded.instance.uri).into());
    }
    if founded.organisation.handle != handle.as_str() {
        return Err(Refused::conflict("organisation-handle").with("known", &founded.organisation.handle).into());
    }
    if founded.organisation.name != name {
        rename(tx, founded.organisation.clone(), name, now)?;
    }
    Ok(())
}

/// Takes over from the settings what the organisation is, and sees to it that there are themes.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn furnish(tx: &mut Tx<'_>, now: Moment, links: &Links, organisation: &Actor, is: &Organisation) -> Outcome<()> {
    theme::begin(tx, links)?;
    if organisation::find(tx, organisation.id)?.unwrap_or_default() == *is {
        return Ok(());
    }
    organisation::save(tx, organisation.id, is)?;
    let described = Actor { updated_at: now, ..organisation.clone() };
    actor::save(tx, &described)?;
    queue::record(tx, &Change::ActorDescribed { actor: organisation.id }, now)?;
    Ok(())
}

fn rename(tx: &mut Tx<'_>, mut organisation: Actor, name: &str, now: Moment) -> Outcome<()> {
    name.clone_into(&mut organisation.name);
    organisation.updated_at = now;
    actor::save(tx, &organisation)?;
    queue::record(tx, &Change::ActorDescribed { actor: organisation.id }, now)?;
    Ok(())
}

/// A new actor of ours, not stored yet.
pub(super) fn new_actor(links: &Links, kind: ActorKind, handle: &str, name: &str, keys: &KeyPair, now: Moment) -> Actor {
    let uri = links.actor(kind, handle);
    let below = |word: &str| links.at(&format!("{}/{word}", uri.path()));
    Actor {
        id: ActorId(0),
        kind,
        handle: handle.to_owned(),
        host: links.host(),
        local: true,
        name: name.to_owned(),
        summary: Html::default(),
        page: uri.clone(),
        inbox: below("inbox"),
        shared_inbox: Some(links.shared_inbox()),
        outbox: Some(below("outbox")),
        key_uri: format!("{uri}#main-key"),
        public_key: keys.public.clone(),
        picture: None,
        parent: None,
        created_at: now,
        updated_at: now,
        fetched_at: now,
        gone_at: None,
        uri,
    }
}
