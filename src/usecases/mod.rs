//! What people and peers can do here: one function is one transaction. Plain and synchronous; time and chance are passed in.
//! It knows nothing of federation or mail: it records a `Change` in the same transaction, and others react.

pub mod audience;
pub mod block;
pub mod delivery;
pub mod feature;
pub mod instance;
pub mod lab;
pub mod membership;
pub mod peer;
pub mod register;
pub mod reply;
pub mod share;
pub mod theme;
pub mod token;

use crate::{domain::refusal::Refused, storage::Failed};

/// Why a use case did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The visitor's mistake; nothing changed.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Ours; nothing changed.
    #[error(transparent)]
    Failed(#[from] Failed),
}

/// The outcome of a use case.
pub type Outcome<T> = Result<T, Error>;

/// A key pair, PEM; made outside, because making one takes a while.
#[derive(Clone)]
pub struct KeyPair {
    /// PKCS#8.
    pub private: String,
    /// SPKI.
    pub public: String,
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("KeyPair")
    }
}
