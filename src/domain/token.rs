//! Tokens: with which a script or another system publishes for a member, no longer and no further than the member said.
//! A token is never the secret itself: that is shown once, and kept by nobody here.

use chrono::TimeDelta;

use super::{actor::ActorId, moment::Moment, profile::Day, refusal::Refused, text};

/// How every secret begins, so that scanners for lost secrets find it.
pub const PREFIX: &str = "archipel_";

/// How long a token lasts where nobody says.
pub const LASTS: TimeDelta = TimeDelta::days(90);

/// How long a token lasts at most.
pub const LONGEST: TimeDelta = TimeDelta::days(366);

/// Most characters of a name.
const NAME: usize = 60;

/// A token's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenId(pub i64);

/// What a token may be used for; whether its member may do it is another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Register and describe labs.
    Labs,
    /// Publish, correct and withdraw shares.
    Shares,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 2] = [Self::Labs, Self::Shares];

    /// As stored, in a form and in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Labs => "labs:write",
            Self::Shares => "shares:write",
        }
    }

    /// The end of its message's key.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Labs => "labs",
            Self::Shares => "shares",
        }
    }

    /// Reads a scope.
    ///
    /// # Errors
    /// `Refused` for a word that is none.
    pub fn parse(code: &str) -> Result<Self, Refused> {
        let known = Self::ALL.into_iter().find(|scope| scope.code() == code.trim());
        known.ok_or_else(|| Refused::invalid("scope").with("given", code))
    }
}

/// A token as we keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its row.
    pub id: TokenId,
    /// For whom it speaks.
    pub member: ActorId,
    /// What its member calls it.
    pub name: String,
    /// What it may be used for, each once, in order.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends by itself.
    pub expires_at: Moment,
    /// The day on which it was last used.
    pub used_on: Option<Day>,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
}

impl Token {
    /// Whether it can be used.
    #[must_use]
    pub fn is_valid(&self, now: Moment) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Whether it may be used for this.
    #[must_use]
    pub fn permits(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it is called.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it ends.
    pub expires_at: Moment,
}

impl NewToken {
    /// Reads what was filled in: a name, scopes, and the last day; without a day it lasts ninety.
    ///
    /// # Errors
    /// `Refused` for a blank or long name, no scope, or a day that is over or more than a year away.
    pub fn parse(name: &str, scopes: &[String], until: &str, now: Moment) -> Result<Self, Refused> {
        let name = text::one_line(name);
        match name.chars().count() {
            0 => return Err(Refused::invalid("token-name-blank")),
            1..=NAME => {}
            _ => return Err(Refused::invalid("token-name-too-long").with("limit", NAME)),
        }
        let mut scopes = scopes.iter().map(|code| Scope::parse(code)).collect::<Result<Vec<_>, _>>()?;
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(Refused::invalid("scopes-none"));
        }
        let expires_at = match Day::parse(until).map_err(|_| Refused::invalid("token-until"))? {
            Some(day) => day.begins() + TimeDelta::days(1),
            None => now + LASTS,
        };
        if expires_at <= now || expires_at > now + LONGEST {
            return Err(Refused::invalid("token-until"));
        }
        Ok(Self { name, scopes, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::parse_wire;

    fn parse(name: &str, scopes: &[&str], until: &str) -> Result<NewToken, &'static str> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let now = parse_wire("2026-10-05T09:00:00Z").unwrap();
        NewToken::parse(name, &scopes, until, now).map_err(|refused| refused.key)
    }

    #[test]
    fn a_token_has_a_name_scopes_and_an_end() {
        let token = parse(" Our  website ", &["shares:write", "labs:write", "shares:write"], "2026-10-05").unwrap();
        assert_eq!((token.name.as_str(), token.scopes), ("Our website", vec![Scope::Labs, Scope::Shares]));
        assert_eq!(token.expires_at, parse_wire("2026-10-06T00:00:00Z").unwrap(), "its last day is whole");
        assert_eq!(parse("a", &["labs:write"], "").unwrap().expires_at, parse_wire("2027-01-03T09:00:00Z").unwrap());
        for (name, scopes, until, key) in [
            ("", &["labs:write"][..], "", "token-name-blank"),
            (&"x".repeat(61), &["labs:write"], "", "token-name-too-long"),
            ("a", &[], "", "scopes-none"),
            ("a", &["all"], "", "scope"),
            ("a", &["labs:write"], "2026-10-04", "token-until"),
            ("a", &["labs:write"], "2027-10-07", "token-until"),
            ("a", &["labs:write"], "soon", "token-until"),
        ] {
            assert_eq!(parse(name, scopes, until), Err(key));
        }
    }

    #[test]
    fn a_token_is_over_when_it_expires_or_is_revoked() {
        let now = parse_wire("2026-10-05T09:00:00Z").unwrap();
        let token = Token {
            id: TokenId(1),
            member: ActorId(1),
            name: "a".into(),
            scopes: vec![Scope::Shares],
            created_at: now,
            expires_at: now + LASTS,
            used_on: None,
            revoked_at: None,
        };
        assert!(token.is_valid(now) && !token.is_valid(now + LASTS));
        assert!(token.permits(Scope::Shares) && !token.permits(Scope::Labs));
        assert!(!Token { revoked_at: Some(now), ..token }.is_valid(now));
    }
}
