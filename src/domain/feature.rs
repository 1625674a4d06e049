//! Featured collections: labs that an organisation shows on its profile, each with its consent (FEP-7aa9, decision 0014).
//! It never decides who is shown.

use url::Url;

use super::{
    actor::{Actor, ActorId},
    moment::Moment,
    theme::{Slug, ThemeId},
};

/// Most labs in a collection: readers take no more.
pub const MOST: usize = 150;

/// The word of the collection with all labs of the organisation.
pub const OWN_LABS: &str = "labs";

/// A collection's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectionId(pub i64);

/// A collection that our organisation shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeaturedCollection {
    /// Our row.
    pub id: CollectionId,
    /// The word in its address.
    pub word: String,
    /// The theme that its labs work on; without one they are the organisation's own.
    pub theme: Option<ThemeId>,
    /// Since when it is shown.
    pub created_at: Moment,
    /// When anything in it changed last.
    pub updated_at: Moment,
    /// With how many labs others know it; `None` where they do not know it yet.
    pub shown: Option<usize>,
}

/// What a lab said about being in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Nothing yet.
    Asked,
    /// Yes, with a stamp.
    Granted,
    /// No, or no longer.
    Refused,
}

impl Consent {
    /// As stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Granted => "granted",
            Self::Refused => "refused",
        }
    }

    /// Reads what was stored; `Refused` for what cannot be read, so that nobody is shown by mistake.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "asked" => Self::Asked,
            "granted" => Self::Granted,
            _ => Self::Refused,
        }
    }
}

/// A lab in a collection, or asked to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeaturedItem {
    /// Our row, and the number in its address.
    pub id: i64,
    /// The collection.
    pub collection: CollectionId,
    /// The lab.
    pub lab: Actor,
    /// What it said.
    pub consent: Consent,
    /// Where its consent can be read.
    pub stamp: Option<Url>,
    /// Since when it is so.
    pub since: Moment,
}

impl FeaturedItem {
    /// Where its consent can be read, once it was given.
    #[must_use]
    pub const fn granted(&self) -> Option<&Url> {
        match self.consent {
            Consent::Granted => self.stamp.as_ref(),
            Consent::Asked | Consent::Refused => None,
        }
    }
}

/// Consent of a lab of ours to be in somebody's collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Our row, and the number in its address.
    pub id: i64,
    /// The lab.
    pub lab: ActorId,
    /// The collection.
    pub collection: Url,
    /// Whose it is.
    pub owner: ActorId,
    /// The activity that asked.
    pub request: String,
    /// When it was given.
    pub made_at: Moment,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Moment>,
}

/// The word of the collection of a theme.
#[must_use]
pub fn word_of_theme(slug: &Slug) -> String {
    format!("theme-{slug}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_that_cannot_be_read_is_none() {
        for consent in [Consent::Asked, Consent::Granted, Consent::Refused] {
            assert_eq!(Consent::from_code(consent.code()), consent);
        }
        assert_eq!(Consent::from_code("GRANTED"), Consent::Refused);
    }
}
