//! The only place where randomness enters: ids, tokens and jitter are drawn here and passed in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::domain::share::PublicId;

/// Draws from the system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chance;

impl Chance {
    /// A new public id.
    #[must_use]
    pub fn public_id(self) -> PublicId {
        PublicId::from_random(self.number())
    }

    /// A secret of 256 bits, in base64url.
    #[must_use]
    pub fn token(self) -> String {
        let bytes: Vec<u8> = (0..4).flat_map(|_| self.number().to_le_bytes()).collect();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A password that can be read aloud: four groups of four letters and digits.
    #[must_use]
    pub fn password(self) -> String {
        let letters = format!("{}{}", self.public_id().as_str(), self.public_id().as_str());
        [&letters[0..4], &letters[4..8], &letters[10..14], &letters[14..18]].join("-")
    }

    /// A number below a hundred, for jitter.
    #[must_use]
    pub fn percent(self) -> i32 {
        i32::try_from(self.number() % 100).unwrap_or(0)
    }

    /// Sixty-four random bits.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where randomness enters")]
    pub fn number(self) -> u64 {
        rand::random()
    }
}
