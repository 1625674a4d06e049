//! The inbox: proves who speaks, reads what is said, and lets it have its effect once, in one transaction.
//! The signer decides who speaks; nothing that is embedded and belongs to somebody else is believed.

mod effect;
mod incoming;

use chrono::TimeDelta;
use serde_json::Value;
use url::Url;

use super::{
    Federation,
    fetch::{Unfetched, is_activity_json},
    key,
    signature::{self, Claim, SignedRequest, Unproven},
};
use crate::{
    domain::{actor::Actor, peer::same_origin},
    storage::{self, Failed},
    usecases::peer,
};
use effect::Effect;
pub use incoming::Incoming;

/// Why an activity was not taken; nothing changed. The code goes into the log and to the sender.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// It cannot be read: 400.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// It is not proven who speaks: 401.
    #[error("not proven: {0}")]
    Unproven(&'static str),
    /// Who speaks may not say this: 403.
    #[error("not entitled: {0}")]
    NotEntitled(&'static str),
    /// It is about nothing of ours: 404.
    #[error("no such target: {0}")]
    NoTarget(&'static str),
    /// It is of a media type we do not read: 415.
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
    /// It cannot be checked now, and may be sent again: 503.
    #[error("try again: {0}")]
    TryAgain(&'static str),
    /// Ours.
    #[error(transparent)]
    Failed(#[from] Failed),
}

impl From<Unproven> for Rejection {
    fn from(unproven: Unproven) -> Self {
        match unproven {
            Unproven::Malformed(code) => Self::Malformed(code),
            Unproven::Invalid(code) => Self::Unproven(code),
        }
    }
}

/// A failed proof makes us read an actor again at most this often.
const REFETCH: TimeDelta = TimeDelta::minutes(5);

impl Federation {
    /// Takes an activity: committed when this returns `Ok`, and a second copy has no second effect.
    ///
    /// # Errors
    /// [`Rejection`] with a code; nothing changed.
    pub async fn receive(&self, request: SignedRequest) -> Result<(), Rejection> {
        if !request.header("content-type").is_some_and(is_activity_json) {
            return Err(Rejection::Unsupported("content-type"));
        }
        let claim = signature::read(&request, &self.links.host(), self.clock.now())?;
        let incoming = Incoming::read(&request.body)?;
        self.check_authority(&incoming, &claim)?;
        let Some(signer) = self.prove(&claim, &incoming).await? else { return Ok(()) };
        let effect = Effect { links: self.links.clone(), now: self.clock.now(), id: self.chance.public_id(), signer, incoming };
        self.store.write(move |tx| effect.take(tx)).await
    }

    /// Who signed may only speak for itself: actor, activity and key share one origin, which is not ours.
    fn check_authority(&self, incoming: &Incoming, claim: &Claim) -> Result<(), Rejection> {
        let key = Url::parse(&claim.key_id).map_err(|_| Rejection::Unproven("key-id"))?;
        if self.links.owns(&incoming.actor) {
            return Err(Rejection::NotEntitled("actor-is-ours"));
        }
        if incoming.id.as_ref().is_some_and(|id| !same_origin(id, &incoming.actor)) {
            return Err(Rejection::NotEntitled("activity-of-another-host"));
        }
        if same_origin(&key, &incoming.actor) { Ok(()) } else { Err(Rejection::Unproven("key-of-another-host")) }
    }

    /// The actor that signed; `None` where it is gone for good and says so: then there is nothing more to do.
    async fn prove(&self, claim: &Claim, incoming: &Incoming) -> Result<Option<Actor>, Rejection> {
        let uri = incoming.actor.to_string();
        let known = self.store.read(move |tx| storage::actor::find_by_uri(tx, &uri)).await?;
        let parts = incoming.is_own_departure();
        match known {
            Some(actor) if is_proof(claim, &actor) => Ok(Some(actor)),
            None if parts => Ok(None),
            known => {
                let now = self.clock.now();
                let first_time = known.is_none();
                if !first_time && !self.refetches.admits(incoming.actor.as_str(), REFETCH, now) {
                    return Err(Rejection::Unproven("signature"));
                }
                self.prove_anew(claim, incoming, known).await
            }
        }
    }

    /// A new actor, or one whose key has changed: its own host says which key is its.
    async fn prove_anew(&self, claim: &Claim, incoming: &Incoming, known: Option<Actor>) -> Result<Option<Actor>, Rejection> {
        match self.fetch_signer(&incoming.actor, &claim.key_id).await {
            Ok(actor) if is_proof(claim, &actor) => Ok(Some(actor)),
            Ok(_) => Err(Rejection::Unproven("signature")),
            Err(Unfetched::Absent(_)) if incoming.is_own_departure() => {
                if let Some(actor) = known {
                    let now = self.clock.now();
                    self.store.write(move |tx| peer::depart(tx, actor.id, actor.uri.as_str(), now)).await?;
                }
                Ok(None)
            }
            Err(Unfetched::Barred(error)) => {
                tracing::info!(actor = %incoming.actor, %error, "an actor could not be read");
                Err(Rejection::TryAgain("actor-unreachable"))
            }
            Err(Unfetched::Failed(failed)) => Err(failed.into()),
            Err(Unfetched::Absent(_) | Unfetched::Unusable(..)) => Err(Rejection::Unproven("actor-unusable")),
        }
    }
}

/// Whether this actor's own key made the signature.
fn is_proof(claim: &Claim, actor: &Actor) -> bool {
    let same_key = claim.key_id == actor.key_uri || claim.key_id == actor.uri.as_str();
    same_key && actor.gone_at.is_none() && key::parse_public(&actor.public_key).is_some_and(|key| claim.is_proven_by(&key))
}

impl Incoming {
    fn is_own_departure(&self) -> bool {
        self.kind == "Delete" && self.object_id().is_some_and(|object| object == self.actor)
    }

    fn object_id(&self) -> Option<Url> {
        self.object().and_then(super::wire::id).and_then(super::wire::parse_url)
    }

    fn object(&self) -> Option<&Value> {
        super::wire::one(&self.value, "object")
    }
}
