//! Passwords at rest: argon2id, off the async threads, at most two at once, so that guessing fills neither memory nor cores.
//! It never keeps or logs a password.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::{config::Chance, storage::Failed};

/// Each takes 19 MiB while it runs.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Hashes a password with a salt of 128 random bits.
///
/// # Errors
/// `Failed` where the hash cannot be made.
pub async fn hash(chance: Chance, password: String) -> Result<String, Failed> {
    let salt = [chance.number().to_le_bytes(), chance.number().to_le_bytes()].concat();
    let hashed = alone(move || {
        let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|error| error.to_string())
    });
    hashed.await?.map_err(Failed::because("hash a password"))
}

/// Whether this password belongs to this hash. Without a hash it takes as long and says no.
///
/// # Errors
/// `Failed` where the check cannot be made.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, Failed> {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmU$Kzh3cz0Sg4XzD6dYvXw2mZ5m9c9kq6k0Z2m4vJ3mC1E";
    alone(move || {
        let known = hash.is_some();
        let hash = hash.as_deref().unwrap_or(NOBODY);
        Argon2::default().verify_password(password.as_bytes(), hash).is_ok() && known
    })
    .await
}

async fn alone<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failed> {
    let turn = AT_ONCE.acquire().await.map_err(Failed::because("wait for a turn"))?;
    let done = tokio::task::spawn_blocking(work).await.map_err(Failed::because("finish with a password"));
    drop(turn);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits_its_hash() {
        let hash = hash(Chance, "eb en vloed en wind".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify("eb en vloed en wind".into(), Some(hash.clone())).await.unwrap());
        assert!(!verify("eb en vloed".into(), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert!(!verify("anything at all".into(), None).await.unwrap());
    }
}
