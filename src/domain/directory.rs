//! The directory of labs: what someone looks for in it, and the place in it where the next part begins.

use std::{fmt, str::FromStr};

use super::lab::LabKind;

/// Whose labs are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// Everyone's.
    #[default]
    All,
    /// Those of this instance.
    Own,
    /// Those that we know of other instances.
    Elsewhere,
}

impl Whose {
    /// Every choice, in the order people choose from.
    pub const ALL: [Self; 3] = [Self::All, Self::Own, Self::Elsewhere];

    /// As a form sends it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Own => "own",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// Reads a choice; anything else means everyone's.
    #[must_use]
    pub fn read(code: &str) -> Self {
        Self::ALL.into_iter().find(|whose| whose.code() == code).unwrap_or_default()
    }
}

/// What someone looks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// What stands in the name, the address or the description; empty for anything.
    pub text: String,
    /// Whose they are.
    pub whose: Whose,
    /// Their kind, which is known of our own alone.
    pub kind: Option<LabKind>,
}

impl Wanted {
    /// Whether everything is wanted.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

/// A place in the directory, which lists our own first, and each by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whether it is among our own.
    pub local: bool,
    /// The row.
    pub id: i64,
    /// The name.
    pub name: String,
}

impl Place {
    /// Before everything.
    #[must_use]
    pub const fn begin() -> Self {
        Self { local: true, id: 0, name: String::new() }
    }
}

/// `own-12-Spoor`.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.local { Whose::Own } else { Whose::Elsewhere };
        write!(formatter, "{}-{}-{}", whose.code(), self.id, self.name)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '-');
        let local = match parts.next() {
            Some("own") => true,
            Some("elsewhere") => false,
            _ => return Err(()),
        };
        let id = parts.next().and_then(|id| id.parse().ok()).ok_or(())?;
        Ok(Self { local, id, name: parts.next().filter(|name| !name.contains('\0')).ok_or(())?.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = Place { local: false, id: 12, name: "Klare-Taal".into() };
        assert_eq!(place.to_string(), "elsewhere-12-Klare-Taal");
        assert_eq!(place.to_string().parse(), Ok(place));
        for other in ["", "own", "own-", "own-1", "own-a-b", "mine-1-a", "own-1-a\0"] {
            assert_eq!(other.parse::<Place>(), Err(()), "{other:?}");
        }
    }
}
