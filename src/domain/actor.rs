//! An actor: anything on the fediverse that can be followed or speak, here or elsewhere.
//! It never holds a private key.

use std::fmt;

use url::Url;

use super::{moment::Moment, picture::Picture, refusal::Refused, text::Html};

/// An actor's row in our database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ActorId(pub i64);

/// What an actor is: one ActivityStreams type each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A server's own voice (`Application`, `Service`).
    Instance,
    /// The body that runs an instance (`Organization`).
    Organisation,
    /// A group one can follow (`Group`).
    Lab,
    /// A person (`Person`).
    Member,
}

impl ActorKind {
    /// The ActivityStreams type.
    #[must_use]
    pub const fn activity_type(self) -> &'static str {
        match self {
            Self::Instance => "Application",
            Self::Organisation => "Organization",
            Self::Lab => "Group",
            Self::Member => "Person",
        }
    }

    /// Reads an ActivityStreams type; `None` for a type that is no actor.
    #[must_use]
    pub fn from_activity_type(name: &str) -> Option<Self> {
        match name {
            "Application" | "Service" => Some(Self::Instance),
            "Organization" => Some(Self::Organisation),
            "Group" => Some(Self::Lab),
            "Person" => Some(Self::Member),
            _ => None,
        }
    }

    /// As stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Organisation => "organisation",
            Self::Lab => "lab",
            Self::Member => "member",
        }
    }

    /// Reads what was stored; `Member` for what cannot be read.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "instance" => Self::Instance,
            "organisation" => Self::Organisation,
            "lab" => Self::Lab,
            _ => Self::Member,
        }
    }
}

/// An actor as we know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Our row.
    pub id: ActorId,
    /// The actor's id on the wire.
    pub uri: Url,
    /// What it is.
    pub kind: ActorKind,
    /// The name before the at sign.
    pub handle: String,
    /// The host after it, with a port only in development.
    pub host: String,
    /// Whether it lives here.
    pub local: bool,
    /// The name people read.
    pub name: String,
    /// Its description, sanitised.
    pub summary: Html,
    /// The page for people.
    pub page: Url,
    /// Where activities for it go.
    pub inbox: Url,
    /// Where activities for anyone on its server go.
    pub shared_inbox: Option<Url>,
    /// Where its activities can be read.
    pub outbox: Option<Url>,
    /// The id of its key.
    pub key_uri: String,
    /// Its public key, PEM.
    pub public_key: String,
    /// Its picture.
    pub picture: Option<Picture>,
    /// The organisation it says it belongs to.
    pub parent: Option<Url>,
    /// When it began, as far as is known.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// When we last read it from its home.
    pub fetched_at: Moment,
    /// Since when it is gone for good.
    pub gone_at: Option<Moment>,
}

impl Actor {
    /// `handle@host`, as people type it after an at sign.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}@{}", self.handle, self.host)
    }

    /// What stands for the handle of an actor whose own is somebody else's: where it lives, as nobody can be called.
    #[must_use]
    pub fn nameless_handle(&self) -> String {
        self.uri.path().trim_matches('/').replace('/', "~")
    }

    /// The inbox to use for something that anyone there may see: the shared one where there is one.
    #[must_use]
    pub fn delivery_inbox(&self) -> &Url {
        self.shared_inbox.as_ref().unwrap_or(&self.inbox)
    }

    /// The collection of its followers: ours have a fixed place.
    #[must_use]
    pub fn followers_uri(&self) -> String {
        format!("{}/followers", self.uri)
    }
}

/// A handle of ours: 2 to 40 of `a-z`, `0-9` and `_`, unique over all actors of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Handle(String);

impl Handle {
    const RESERVED: [&'static str; 6] = ["new", "admin", "administrator", "root", "actor", "all"];

    /// Reads a handle; a leading at sign and capitals are forgiven.
    ///
    /// # Errors
    /// `Refused` where it is too short or long, has other characters, or is kept for pages.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let handle = text.trim().trim_start_matches('@').to_ascii_lowercase();
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(2..=40).contains(&handle.len()) || !handle.bytes().all(allowed) {
            return Err(Refused::invalid("handle").with("given", text.trim()));
        }
        if Self::RESERVED.contains(&handle.as_str()) {
            return Err(Refused::invalid("handle-reserved").with("given", handle));
        }
        Ok(Self(handle))
    }

    /// A handle made from a name: what remains of it in lower case, with underscores between words.
    ///
    /// # Errors
    /// `Refused` where too little remains.
    pub fn from_name(name: &str) -> Result<Self, Refused> {
        let folded: String = name.to_lowercase().chars().map(fold).collect();
        let words: Vec<&str> = folded.split_whitespace().collect();
        Self::parse(&words.join("_").chars().take(40).collect::<String>())
    }

    /// The handle.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fold(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        other if other.is_ascii_alphanumeric() => other,
        _ => ' ',
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A name of 1 to 100 characters on one line.
///
/// # Errors
/// `Refused` where it is blank or too long.
pub fn parse_name(text: &str) -> Result<String, Refused> {
    let name = super::text::one_line(text);
    match name.chars().count() {
        0 => Err(Refused::invalid("name-blank")),
        1..=100 => Ok(name),
        _ => Err(Refused::invalid("name-too-long").with("limit", 100)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_lower_case_letters_digits_and_underscores() {
        assert_eq!(Handle::parse("@Spoor_2").unwrap().as_str(), "spoor_2");
        for wrong in ["", "a", "met spatie", "punt.komma", "é", "new"] {
            assert!(Handle::parse(wrong).is_err(), "{wrong} should be refused");
        }
    }

    #[test]
    fn a_handle_can_be_made_from_a_name() {
        assert_eq!(Handle::from_name("Ministerie van Één").unwrap().as_str(), "ministerie_van_een");
    }
}
