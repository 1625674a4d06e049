//! A visitor's mistake, said so that it can be mended: a message key with arguments, never a cause of ours.

use std::fmt;

/// Why something was refused; the web turns it into a status, the command line into exit code 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// What was given cannot be read or is out of bounds.
    Invalid,
    /// The member may not do this.
    NotAllowed,
    /// What was named does not exist here.
    Unknown,
    /// It was there, and was withdrawn for good.
    Gone,
    /// It collides with something that exists.
    Conflict,
}

/// A refusal: a reason, the key of its message in `locales/`, and the message's arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// The class of refusal.
    pub reason: Reason,
    /// Message key, without the prefix `refused-`.
    pub key: &'static str,
    /// Arguments of the message, by name.
    pub arguments: Vec<(&'static str, String)>,
}

impl Refused {
    /// Something given is not acceptable.
    #[must_use]
    pub fn invalid(key: &'static str) -> Self {
        Self::new(Reason::Invalid, key)
    }

    /// The member lacks the permission.
    #[must_use]
    pub fn not_allowed(key: &'static str) -> Self {
        Self::new(Reason::NotAllowed, key)
    }

    /// What was named does not exist.
    #[must_use]
    pub fn unknown(key: &'static str) -> Self {
        Self::new(Reason::Unknown, key)
    }

    /// It was withdrawn.
    #[must_use]
    pub fn gone(key: &'static str) -> Self {
        Self::new(Reason::Gone, key)
    }

    /// It exists already.
    #[must_use]
    pub fn conflict(key: &'static str) -> Self {
        Self::new(Reason::Conflict, key)
    }

    /// Adds an argument to the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    fn new(reason: Reason, key: &'static str) -> Self {
        Self { reason, key, arguments: Vec::new() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.key)?;
        for (name, value) in &self.arguments {
            write!(formatter, " {name}={value}")?;
        }
        Ok(())
    }
}
