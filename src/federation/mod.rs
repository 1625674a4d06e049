//! The fediverse: what we say becomes JSON, what others say becomes use cases. Signatures, fetching and delivery are ours.
//! It decides nothing that a use case decides, and never believes what it can read at its origin.

pub mod activity;
pub mod actor;
pub mod audience;
mod block;
pub mod client;
mod conversation;
pub mod delivery;
pub mod directory;
pub mod feature;
pub mod fetch;
pub mod inbox;
pub mod key;
pub mod outbox;
pub mod outgoing;
pub mod peer;
pub mod profile;
pub mod reading;
pub mod reply;
pub mod share;
pub mod signature;
mod stranger;
mod throttle;
pub mod webfinger;
pub mod wire;

use std::sync::Arc;

use crate::{
    config::{Chance, Clock, Settings},
    domain::links::Links,
    storage::{Failed, Store},
    usecases::{self, Outcome, instance, instance::Founded},
};
use client::Client;
use key::{Familiar, KeyRing};
use stranger::Strangers;

/// Everything that talking to others needs.
#[derive(Debug, Clone)]
pub struct Federation {
    /// The database.
    pub store: Store,
    /// Our addresses.
    pub links: Links,
    /// The time.
    pub clock: Clock,
    /// The dice.
    pub chance: Chance,
    /// The instance's own actors.
    pub founded: Arc<Founded>,
    /// The guarded way out.
    pub client: Client,
    keys: KeyRing,
    familiar: Familiar,
    strangers: Strangers,
}

impl Federation {
    /// Opens the instance: founds it at the first start, and checks that it still has the address it was founded under.
    ///
    /// # Errors
    /// `Refused` where its address changed, `Failed` where the database does not answer.
    pub fn open(settings: &Settings, store: Store, clock: Clock) -> Outcome<Self> {
        let links = settings.links();
        let founded = find_or_found(settings, &store, &links, &clock)?;
        let (organisation, now) = (&founded.organisation, clock.now());
        store.write_now(|tx| instance::furnish(tx, now, &links, organisation, &settings.organisation))?;
        Ok(Self {
            client: Client::new(settings)?,
            store,
            links,
            clock,
            chance: Chance,
            founded: Arc::new(founded),
            keys: KeyRing::default(),
            familiar: Familiar::default(),
            strangers: Strangers::default(),
        })
    }
}

fn find_or_found(settings: &Settings, store: &Store, links: &Links, clock: &Clock) -> Outcome<Founded> {
    let organisation = (&settings.organisation_handle, settings.organisation_name.as_str());
    if let Some(founded) = store.read_now(instance::find)? {
        let now = clock.now();
        store.write_now(|tx| instance::keep(tx, now, links, &founded, organisation))?;
        return store.read_now(instance::find)?.ok_or_else(vanished);
    }
    let keys = [key::generate()?, key::generate()?];
    store.write_now(|tx| instance::found(tx, clock.now(), links, organisation, keys))
}

fn vanished() -> usecases::Error {
    Failed::new("open the instance", "it was founded and cannot be found").into()
}
