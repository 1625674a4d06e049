//! The fediverse: what we say becomes JSON, what others say becomes use cases. Signatures, fetching and delivery are ours.
//! It decides nothing that a use case decides, and never believes what it can read at its origin.

use std::sync::Arc;

use crate::{
    config::{Chance, Clock, Settings},
    domain::links::Links,
    storage::Store,
};

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
    settings: Arc<Settings>,
}
