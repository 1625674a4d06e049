//! Sessions: a secret of 256 bits for the visitor, its SHA-256 for us, and a token that every form of the session carries.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    auth::password,
    config::{Chance, Clock},
    domain::membership::Member,
    storage::{Failed, Store, membership},
    usecases,
};

/// A signed-in member.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who it is.
    pub member: Member,
    /// What every form of this session carries, and no other site can know.
    pub form_token: String,
}

impl Session {
    /// Begins a session where handle and password fit: the secret for the visitor to keep. `None` where they do not.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub async fn begin(
        store: &Store,
        clock: &Clock,
        chance: Chance,
        (handle, password): (&str, String),
    ) -> Result<Option<String>, usecases::Error> {
        let found = find_member(store, handle).await?;
        let (member, hash) = found.unzip();
        let fits = password::verify(password, hash.flatten()).await?;
        let Some(member) = member.filter(|_| fits) else { return Ok(None) };
        let (token, form_token, now) = (chance.token(), chance.token(), clock.now());
        let hash = digest(&token);
        store.write(move |tx| usecases::membership::sign_in(tx, now, &member, &hash, &form_token)).await?;
        Ok(Some(token))
    }

    /// The session that a secret belongs to, unless it ended.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub async fn find(store: &Store, clock: &Clock, token: &str) -> Result<Option<Self>, Failed> {
        let (hash, now) = (digest(token), clock.now());
        let found = store.read(move |tx| membership::find_by_session(tx, &hash, now)).await?;
        Ok(found.map(|(member, form_token)| Self { member, form_token }))
    }

    /// Ends the session that a secret belongs to.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub async fn end(store: &Store, clock: &Clock, token: &str) -> Result<(), usecases::Error> {
        let (hash, now) = (digest(token), clock.now());
        store.write(move |tx| usecases::membership::sign_out(tx, now, &hash)).await
    }

    /// Whether a form was written for this session; the comparison takes equally long wherever they differ.
    #[must_use]
    pub fn wrote(&self, form_token: &str) -> bool {
        let (ours, theirs) = (self.form_token.as_bytes(), form_token.as_bytes());
        ours.len() == theirs.len() && openssl::memcmp::eq(ours, theirs)
    }
}

async fn find_member(store: &Store, handle: &str) -> Result<Option<(Member, Option<String>)>, Failed> {
    let handle = handle.trim().trim_start_matches('@').to_ascii_lowercase();
    store
        .read(move |tx| {
            let Some(member) = membership::find(tx, &handle)? else { return Ok(None) };
            let hash = membership::find_password_hash(tx, member.actor.id)?;
            Ok(Some((member, hash)))
        })
        .await
}

/// Under what a secret is kept.
pub(super) fn digest(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(openssl::sha::sha256(token.as_bytes()))
}
