//! Search: what is written becomes words that can be found again, what is typed becomes something to look for, and what is found is
//! put in order. The same code for both databases, so that both find the same. It knows no SQL, and refuses nothing.

mod document;
mod nearby;
mod query;
mod rank;
mod snippet;
mod word;

pub use document::{Document, Entry, VERSION};
pub use nearby::{Key, guess, keys};
pub use query::{Query, Scope, Wanted};
pub use rank::{Candidate, Facets, order};
pub use snippet::{Piece, headline, snippet};

/// What can be found. Events have their place here when they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thing {
    /// A lab, here or elsewhere.
    Lab,
    /// A share of any kind.
    Share,
}

impl Thing {
    /// Every thing, in the order people choose from.
    pub const ALL: [Self; 2] = [Self::Lab, Self::Share];

    /// As stored and in a link.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Share => "share",
        }
    }

    /// Reads a code; `None` for anything else.
    #[must_use]
    pub fn read(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|thing| thing.code() == code)
    }
}

/// Something that a document must have: one of these in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyOf(pub Vec<Sign>);

/// What stands in the index of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// These words, one after the other. They are letters, digits and `_` alone, so that no database takes them for a command.
    Words(Vec<String>),
    /// A word that begins like this.
    Beginning(String),
}

impl Sign {
    /// One word.
    #[must_use]
    pub fn word(word: impl Into<String>) -> Self {
        Self::Words(vec![word.into()])
    }
}
