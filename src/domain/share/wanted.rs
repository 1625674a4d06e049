//! Which shares someone looks for by what they are, rather than by what they say.

use super::{Outcome, ShareKind};
use crate::domain::{actor::ActorId, directory::Whose, language::LanguageTag};

/// What someone looks for. What is empty narrows nothing down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Whose they are.
    pub whose: Whose,
    /// In which lab.
    pub lab: Option<ActorId>,
    /// The host of their organisation.
    pub host: Option<String>,
    /// Their kind.
    pub kind: Option<ShareKind>,
    /// How it went.
    pub outcome: Option<Outcome>,
    /// The language they are written in.
    pub language: Option<LanguageTag>,
    /// A hashtag, lower case, without the sign.
    pub tag: Option<String>,
}
