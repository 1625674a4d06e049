//! The inbox: proves who speaks, reads what is said, and lets it have its effect once, in one transaction.
//! The signer decides who speaks; nothing that is embedded and belongs to somebody else is believed.

mod effect;
mod incoming;

use std::sync::Arc;

use serde_json::Value;
use url::Url;

use super::{
    Federation, actor,
    fetch::is_activity_json,
    key::PublicKey,
    signature::{self, Claim, SignedRequest, Unproven},
    stranger::{Sighting, Unseen},
    wire,
};
use crate::{
    domain::{actor::Actor, peer::same_origin},
    storage::{self, Failed, Tx},
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
    /// It makes us read more than its sender's share: 429.
    #[error("too much: {0}")]
    TooMuch(&'static str),
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

impl Federation {
    /// Takes an activity: committed when this returns `Ok`, and a second copy has no second effect.
    ///
    /// # Errors
    /// [`Rejection`] with a code; nothing changed.
    pub async fn receive(&self, request: SignedRequest) -> Result<(), Rejection> {
        self.receive_from(request, "").await
    }

    /// The same from this address, which cannot make us read more than its share.
    ///
    /// # Errors
    /// [`Rejection`] with a code; nothing changed.
    pub async fn receive_from(&self, request: SignedRequest, source: &str) -> Result<(), Rejection> {
        signature::require_single(&request)?;
        if !request.header("content-type").is_some_and(is_activity_json) {
            return Err(Rejection::Unsupported("content-type"));
        }
        let claim = signature::read(&request, &self.links.host(), self.clock.now())?;
        let incoming = Incoming::read(&request.body)?;
        self.check_authority(&incoming, &claim)?;
        let incoming = Arc::new(incoming);
        if self.take_from_familiar(&claim, &incoming).await? {
            return Ok(());
        }
        self.listen_to(&incoming.actor).await?;
        let Some(signer) = self.prove(&claim, &incoming, source).await? else { return Ok(()) };
        let key = self.familiar.learn(&signer).ok_or(Rejection::Unproven("signature"))?;
        if self.take(&claim, &incoming, key).await? { Ok(()) } else { Err(Rejection::TryAgain("key-changed")) }
    }

    /// Whoever was heard lately is not looked up first: the transaction itself sees whether the key still counts. `false`
    /// where the signer is nobody like that, or it does not count; nothing happened then.
    async fn take_from_familiar(&self, claim: &Claim, incoming: &Arc<Incoming>) -> Result<bool, Rejection> {
        let actor = incoming.actor.as_str();
        let Some(key) = self.familiar.find(actor).filter(|key| key.proves(claim, actor)) else { return Ok(false) };
        let taken = self.take(claim, incoming, key).await;
        if matches!(taken, Ok(false) | Err(Rejection::NotEntitled("blocked"))) {
            self.familiar.forget(actor);
        }
        taken
    }

    /// Has its effect; `false` where the signer has another key by now, or is not known any more.
    async fn take(&self, claim: &Claim, incoming: &Arc<Incoming>, key: Arc<PublicKey>) -> Result<bool, Rejection> {
        let (now, id, links) = (self.clock.now(), self.chance.public_id(), self.links.clone());
        let (proof, incoming) = (claim.digest(), incoming.clone());
        let take = move |tx: &mut Tx<'_>| match storage::block::find_actor(tx, &incoming.actor)? {
            Some((_, true)) => Err(Rejection::NotEntitled("blocked")),
            Some((signer, false)) if key.is_of(&signer) => {
                Effect { links, now, id, signer, proof, incoming }.take(tx).map(|()| true)
            }
            _ => Ok(false),
        };
        self.store.write(take).await
    }

    /// Who signed may only speak for itself: actor, activity and key share one origin, which is not ours.
    fn check_authority(&self, incoming: &Incoming, claim: &Claim) -> Result<(), Rejection> {
        let key = wire::parse_url(&claim.key_id).ok_or(Rejection::Unproven("key-id"))?;
        if self.links.owns(&incoming.actor) {
            return Err(Rejection::NotEntitled("actor-is-ours"));
        }
        if incoming.id.as_ref().is_some_and(|id| !same_origin(id, &incoming.actor)) {
            return Err(Rejection::NotEntitled("activity-of-another-host"));
        }
        if same_origin(&key, &incoming.actor) { Ok(()) } else { Err(Rejection::Unproven("key-of-another-host")) }
    }

    /// The actor that signed; `None` where it is gone for good and says so: then there is nothing more to do.
    async fn prove(&self, claim: &Claim, incoming: &Incoming, source: &str) -> Result<Option<Actor>, Rejection> {
        match self.find_signer(incoming).await? {
            Some(actor) if self.is_proof(claim, &actor) => Ok(Some(actor)),
            None if incoming.is_own_departure() => Ok(None),
            known => match self.see(&incoming.actor, &claim.key_id, known.as_ref(), source).await {
                Ok(sighting) => self.prove_by(claim, &sighting).await.map(Some),
                Err(unseen) => self.prove_unseen(claim, incoming, known, unseen).await,
            },
        }
    }

    async fn find_signer(&self, incoming: &Incoming) -> Result<Option<Actor>, Failed> {
        let uri = incoming.actor.to_string();
        self.store.read(move |tx| storage::actor::find_by_uri(tx, &uri)).await
    }

    /// Its own host says which keys are its; the one that signed is kept.
    async fn prove_by(&self, claim: &Claim, sighting: &Sighting) -> Result<Actor, Rejection> {
        if self.is_proof(claim, &sighting.actor) {
            return Ok(sighting.actor.clone());
        }
        let other = actor::with_key(sighting.actor.clone(), &sighting.document, &claim.key_id);
        if self.is_proof(claim, &other) {
            return Ok(self.store.write(move |tx| peer::learn(tx, &other, None)).await?);
        }
        Err(Rejection::Unproven("signature"))
    }

    async fn prove_unseen(
        &self,
        claim: &Claim,
        incoming: &Incoming,
        known: Option<Actor>,
        unseen: Unseen,
    ) -> Result<Option<Actor>, Rejection> {
        match unseen {
            Unseen::Absent if incoming.is_own_departure() => {
                if let Some(actor) = known {
                    let now = self.clock.now();
                    self.store.write(move |tx| peer::depart(tx, actor.id, actor.uri.as_str(), now)).await?;
                }
                Ok(None)
            }
            // Somebody else's request may have had it read while we looked.
            Unseen::JustRead => match self.find_signer(incoming).await? {
                Some(actor) if self.is_proof(claim, &actor) => Ok(Some(actor)),
                _ => Err(Rejection::Unproven("signature")),
            },
            Unseen::Absent | Unseen::Unusable => Err(Rejection::Unproven("actor-unusable")),
            Unseen::Unreachable | Unseen::Closed => Err(Rejection::TryAgain("actor-unreachable")),
            Unseen::TooMany => Err(Rejection::TooMuch("unknown-actors")),
            Unseen::Busy | Unseen::Failed => Err(Rejection::TryAgain("busy")),
        }
    }

    /// Whether this actor's own key made the signature.
    fn is_proof(&self, claim: &Claim, actor: &Actor) -> bool {
        actor.gone_at.is_none() && self.familiar.learn(actor).is_some_and(|key| key.proves(claim, actor.uri.as_str()))
    }
}

impl Incoming {
    fn is_own_departure(&self) -> bool {
        self.kind == "Delete" && self.object_id().is_some_and(|object| object == self.actor)
    }

    fn object_id(&self) -> Option<Url> {
        self.object().and_then(wire::id).and_then(wire::parse_url)
    }

    fn object(&self) -> Option<&Value> {
        wire::one(&self.value, "object")
    }
}
