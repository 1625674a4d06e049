//! Tokens of scripts: the secret as it is shown once, and the member that it speaks for. Only its SHA-256 is looked up, so that
//! a comparison tells nothing, and a copy of the database opens no door.

use super::session::digest;
use crate::{
    config::{Chance, Clock},
    domain::{
        membership::Member,
        profile::Day,
        token::{PREFIX, Token},
    },
    storage::{Failed, Store, token},
};

/// Longer than any secret of ours.
const LONGEST: usize = 200;

/// A token that was shown, and who it speaks for.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The token.
    pub token: Token,
    /// Its member.
    pub member: Member,
}

impl Bearer {
    /// A new secret, and the hash under which it is kept.
    #[must_use]
    pub fn draw(chance: Chance) -> (String, String) {
        let secret = format!("{PREFIX}{}", chance.token());
        let hash = digest(&secret);
        (secret, hash)
    }

    /// Whose a secret is, where it can still be used; that it was used today is noted.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub async fn find(store: &Store, clock: &Clock, secret: &str) -> Result<Option<Self>, Failed> {
        if !secret.starts_with(PREFIX) || secret.len() > LONGEST {
            return Ok(None);
        }
        let (hash, now) = (digest(secret), clock.now());
        let found = store.read(move |tx| token::find_by_hash(tx, &hash)).await?;
        let Some((token, member)) = found.filter(|(token, _)| token.is_valid(now)) else { return Ok(None) };
        let (id, today) = (token.id, Day::of(now));
        if token.used_on != Some(today) {
            store.write(move |tx| token::note_use(tx, id, today)).await?;
        }
        Ok(Some(Self { token, member }))
    }
}
