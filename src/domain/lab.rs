//! A lab: a group one can follow, with a kind, a description and an organisation it belongs to.

pub mod sheet;

use super::{
    actor::{Actor, Handle, parse_name},
    profile::{Filled, Profile},
    refusal::Refused,
    text,
    theme::Slug,
};

/// A lab of this instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lab {
    /// The lab as an actor.
    pub actor: Actor,
    /// Its description as its stewards wrote it (Markdown).
    pub description: String,
    /// What else it says of itself.
    pub profile: Profile,
}

impl Lab {
    /// What kind of group it is.
    #[must_use]
    pub fn kind(&self) -> LabKind {
        self.profile.kind.unwrap_or(LabKind::Lab)
    }
}

/// The kinds of lab (design, section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabKind {
    /// A lab with a standing mandate.
    Lab,
    /// A temporary group around one real case.
    Doetank,
    /// People who share a field.
    Community,
    /// Organisations that work together.
    Network,
    /// Something with dates and a hashtag that others answer.
    Campaign,
}

impl LabKind {
    /// Every kind, in the order people choose from.
    pub const ALL: [Self; 5] = [Self::Lab, Self::Doetank, Self::Community, Self::Network, Self::Campaign];

    /// As stored, on the wire and in a form.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Doetank => "doetank",
            Self::Community => "community",
            Self::Network => "network",
            Self::Campaign => "campaign",
        }
    }

    /// Reads a kind.
    ///
    /// # Errors
    /// `Refused` for a word that is no kind of lab.
    pub fn parse(code: &str) -> Result<Self, Refused> {
        let known = Self::ALL.into_iter().find(|kind| kind.code() == code);
        known.ok_or_else(|| Refused::invalid("lab-kind").with("given", code))
    }
}

/// What a steward fills in to register a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLab {
    /// Its handle, for good.
    pub handle: Handle,
    /// What can be changed later.
    pub profile: LabProfile,
}

/// What a steward can change of a lab at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabProfile {
    /// The name people read.
    pub name: String,
    /// Its description (Markdown).
    pub description: String,
    /// What else it says, but for its themes, its end and its successor.
    pub profile: Profile,
    /// Which of our themes it works on.
    pub themes: Vec<Slug>,
}

impl LabProfile {
    const DESCRIPTION_LIMIT: usize = 2_000;

    /// Reads a name, a kind and a description; nothing else is said.
    ///
    /// # Errors
    /// As [`LabProfile::read`].
    pub fn parse(name: &str, kind: &str, description: &str) -> Result<Self, Refused> {
        Self::read(name, description, &Filled { kind: kind.to_owned(), ..Filled::default() }, Vec::new())
    }

    /// Reads what was filled in.
    ///
    /// # Errors
    /// `Refused` for a blank or long name, a description over 2 000 characters, more than 8 themes, or what [`Profile::parse`] says.
    pub fn read(name: &str, description: &str, filled: &Filled, themes: Vec<Slug>) -> Result<Self, Refused> {
        let description = text::normalise(description);
        if description.chars().count() > Self::DESCRIPTION_LIMIT {
            return Err(Refused::invalid("summary-too-long").with("limit", Self::DESCRIPTION_LIMIT));
        }
        if themes.len() > super::profile::THEMES {
            return Err(Refused::invalid("themes-many").with("limit", super::profile::THEMES));
        }
        Ok(Self { name: parse_name(name)?, description, profile: Profile::parse(filled)?, themes })
    }
}
