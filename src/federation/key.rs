//! Keys: made once per actor of ours, parsed once per process, read from peers with bounds on what they may be.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use openssl::{
    pkey::{PKey, Private, Public},
    rsa::Rsa,
};

use crate::{
    domain::actor::ActorId,
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
