//! Where a block closes the ways in and out: asked before a key is read, before a connection is opened, before anything is sent.

use serde_json::Value;
use url::Url;

use super::{Federation, fetch::Unfetched, inbox::Rejection, profile, signature, wire};
use crate::{
    domain::actor::Actor,
    storage::{Failed, block},
    usecases::{Outcome, block::require_unblocked, peer},
};

impl Federation {
    /// Whether a block covers this URL; one look at the database, nothing is cached.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub(super) async fn is_blocked(&self, url: &Url) -> Result<bool, Failed> {
        let url = url.clone();
        self.store.read(move |tx| Ok(block::find_covering(tx, &url)?.is_some())).await
    }

    /// `Ok` where this may be read.
    ///
    /// # Errors
    /// [`Unfetched::Unusable`] where a block covers it.
    pub(super) async fn require_unblocked(&self, url: &Url) -> Result<(), Unfetched> {
        if self.is_blocked(url).await? { Err(Unfetched::Unusable(url.clone(), "is blocked here")) } else { Ok(()) }
    }

    /// Whether a request says that somebody signed it whom a block covers. It is taken at its word: nobody gains by that.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub async fn is_signed_by_blocked(&self, signature: &str) -> Result<bool, Failed> {
        match signature::named_key(signature).and_then(wire::parse_url) {
            Some(key) => self.is_blocked(&key).await,
            None => Ok(false),
        }
    }

    /// `Ok` where a person here may be led there.
    ///
    /// # Errors
    /// `Refused` where a block covers it.
    pub(super) async fn require_open(&self, url: &Url) -> Outcome<()> {
        let url = url.clone();
        self.store.read(move |tx| require_unblocked(tx, &url)).await
    }

    /// Keeps what an actor's own host says of it, unless it was blocked while we asked.
    ///
    /// # Errors
    /// [`Unfetched::Unusable`] where a block covers it.
    pub(super) async fn learn(&self, actor: Actor, document: &Value) -> Result<Actor, Unfetched> {
        let said = profile::read(document, &actor);
        self.store
            .write(move |tx| match block::find_covering(tx, &actor.uri)? {
                Some(_) => Err(Unfetched::Unusable(actor.uri, "is blocked here")),
                None => Ok(peer::learn(tx, &actor, said.as_ref())?),
            })
            .await
    }

    /// `Ok` where we listen to this actor.
    ///
    /// # Errors
    /// [`Rejection::NotEntitled`] where a block covers it.
    pub(super) async fn listen_to(&self, actor: &Url) -> Result<(), Rejection> {
        if self.is_blocked(actor).await? { Err(Rejection::NotEntitled("blocked")) } else { Ok(()) }
    }
}
