//! Keys: made once per actor of ours, parsed once per process, read from peers with bounds on what they may be.
//! That a key was kept here says nothing of whether it still counts: the database says that.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use openssl::{
    pkey::{PKey, Private, Public},
    rsa::Rsa,
};

use super::signature::Claim;
use crate::{
    domain::actor::{Actor, ActorId},
    storage::{Failed, Store, actor},
    usecases::KeyPair,
};

/// Bits of our keys.
const BITS: u32 = 2_048;

/// Makes a key pair; it takes a tenth of a second or more, so do it off the async threads.
///
/// # Errors
/// `Failed` where OpenSSL cannot.
pub fn generate() -> Result<KeyPair, Failed> {
    let failed = Failed::because::<openssl::error::ErrorStack>;
    let rsa = Rsa::generate(BITS).map_err(failed("make a key"))?;
    let key = PKey::from_rsa(rsa).map_err(failed("make a key"))?;
    let private = key.private_key_to_pem_pkcs8().map_err(failed("write a key"))?;
    let public = key.public_key_to_pem().map_err(failed("write a key"))?;
    let pem = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(Failed::because("write a key"));
    Ok(KeyPair { private: pem(private)?, public: pem(public)? })
}

/// A peer's public key: RSA of 2 048 to 4 096 bits, as SPKI or PKCS#1; anything else is `None`.
#[must_use]
pub fn parse_public(pem: &str) -> Option<PKey<Public>> {
    if pem.len() > 4_000 {
        return None;
    }
    let rsa = Rsa::public_key_from_pem(pem.as_bytes()).or_else(|_| Rsa::public_key_from_pem_pkcs1(pem.as_bytes())).ok()?;
    let sensible = (2_048..=4_096).contains(&(rsa.size() * 8)) && rsa.e().num_bits() >= 2 && rsa.e().is_bit_set(0);
    sensible.then(|| PKey::from_rsa(rsa).ok()).flatten()
}

/// The public key of an actor elsewhere, parsed.
pub(super) struct PublicKey {
    uri: String,
    pem: String,
    parsed: PKey<Public>,
}

impl PublicKey {
    /// Whether this key made the signature, and the signature names it or its owner.
    pub(super) fn proves(&self, claim: &Claim, actor: &str) -> bool {
        (claim.key_id == self.uri || claim.key_id == actor) && claim.is_proven_by(&self.parsed)
    }

    /// Whether it is what its owner has now.
    pub(super) fn is_of(&self, actor: &Actor) -> bool {
        actor.gone_at.is_none() && (&self.uri, &self.pem) == (&actor.key_uri, &actor.public_key)
    }
}

/// Most keys of others that are kept parsed.
const KEPT: usize = 4_000;

/// The keys of actors elsewhere who were heard lately, by their ids. Bounded: it forgets rather than grows.
#[derive(Clone, Default)]
pub(super) struct Familiar {
    keys: Arc<Mutex<HashMap<String, Arc<PublicKey>>>>,
}

impl std::fmt::Debug for Familiar {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Familiar")
    }
}

impl Familiar {
    /// The key that this actor had when it was last heard.
    pub(super) fn find(&self, actor: &str) -> Option<Arc<PublicKey>> {
        self.lock().get(actor).cloned()
    }

    /// The key that an actor has, kept for the next time; `None` where it is none that proves anything.
    pub(super) fn learn(&self, actor: &Actor) -> Option<Arc<PublicKey>> {
        if let Some(known) = self.find(actor.uri.as_str()).filter(|known| known.is_of(actor)) {
            return Some(known);
        }
        let parsed = parse_public(&actor.public_key)?;
        let key = Arc::new(PublicKey { uri: actor.key_uri.clone(), pem: actor.public_key.clone(), parsed });
        let mut keys = self.lock();
        if keys.len() >= KEPT {
            keys.clear();
        }
        keys.insert(actor.uri.to_string(), key.clone());
        Some(key)
    }

    /// Looks anew the next time.
    pub(super) fn forget(&self, actor: &str) {
        self.lock().remove(actor);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<PublicKey>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The private keys of ours, parsed when first needed.
#[derive(Clone, Default)]
pub struct KeyRing {
    parsed: Arc<Mutex<Parsed>>,
}

/// By actor: the public half as it was published, and the key.
type Parsed = HashMap<ActorId, (String, PKey<Private>)>;

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("KeyRing")
    }
}

impl KeyRing {
    /// The private key of an actor of ours, whose public key is this now: a key that was replaced signs no more.
    ///
    /// # Errors
    /// `Failed` where it has none or the database does not answer.
    pub async fn find(&self, store: &Store, id: ActorId, public_key: &str) -> Result<PKey<Private>, Failed> {
        if let Some((_, key)) = self.lock().get(&id).filter(|(public, _)| public == public_key) {
            return Ok(key.clone());
        }
        let pem = store.read(move |tx| actor::find_key(tx, id)).await?;
        let pem = pem.ok_or_else(|| Failed::new("sign", "this actor has no key"))?;
        let key = PKey::private_key_from_pem(pem.as_bytes()).map_err(Failed::because("read a private key"))?;
        self.lock().insert(id, (public_key.to_owned(), key.clone()));
        Ok(key)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Parsed> {
        self.parsed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_is_no_key() {
        let short = Rsa::generate(1_024).unwrap();
        let pem = String::from_utf8(short.public_key_to_pem().unwrap()).unwrap();
        assert!(parse_public(&pem).is_none());
    }

    #[test]
    fn both_forms_of_an_rsa_key_are_read() {
        let rsa = Rsa::generate(2_048).unwrap();
        for pem in [rsa.public_key_to_pem().unwrap(), rsa.public_key_to_pem_pkcs1().unwrap()] {
            assert!(parse_public(&String::from_utf8(pem).unwrap()).is_some());
        }
    }
}
