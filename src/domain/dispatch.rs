//! Deliveries as an administrator looks at them: which ones, what each of them says, and in a word why one did not arrive.
//! It tries nothing again, and knows no page.

use super::delivery::{Delivery, DeliveryState};

/// Which deliveries somebody looks at; without anything chosen all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Of this state only.
    pub state: Option<DeliveryState>,
    /// For this host only.
    pub host: Option<String>,
}

impl Selection {
    /// From what a link or an option carries; what is no state, and an empty host, choose nothing.
    #[must_use]
    pub fn read(state: &str, host: &str) -> Self {
        let host = Some(host.trim().trim_end_matches('.').to_lowercase()).filter(|host| !host.is_empty());
        Self { state: DeliveryState::parse(state), host }
    }
}

/// A delivery with what names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// Its row.
    pub id: i64,
    /// The inbox's host.
    pub host: String,
    /// The rest.
    pub delivery: Delivery,
}

impl Dispatch {
    /// Whether trying again can make a difference: it has not arrived, and nobody decided that it must not.
    #[must_use]
    pub const fn can_be_tried(&self) -> bool {
        can_be_tried(self.delivery.state)
    }
}

/// Whether what is in this state may be tried again.
#[must_use]
pub const fn can_be_tried(state: DeliveryState) -> bool {
    matches!(state, DeliveryState::Waiting | DeliveryState::Gone | DeliveryState::Refused | DeliveryState::Expired)
}

/// The codes of the states in which something may be tried again.
#[must_use]
pub fn list_open_codes() -> Vec<&'static str> {
    DeliveryState::ALL.into_iter().filter(|state| can_be_tried(*state)).map(DeliveryState::code).collect()
}

/// What is to be tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// All that was not delivered.
    Everything,
    /// What was not delivered to this host.
    Host(String),
    /// One delivery, by its row.
    One(i64),
}

/// What an activity of ours says, as its id tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Something is new.
    Create,
    /// Something was corrected.
    Update,
    /// Something was withdrawn.
    Delete,
    /// A lab passes something on.
    Announce,
    /// Somebody wants to follow.
    Follow,
    /// Somebody may follow.
    Accept,
    /// Something is taken back.
    Undo,
    /// Anything else.
    Other,
}

impl Deed {
    /// Reads the id of an activity of ours; what it is about is the part before.
    #[must_use]
    pub fn read(activity: &str) -> (Self, &str) {
        let words = [
            ("/announce", Self::Announce),
            ("/announces/", Self::Announce),
            ("/undo", Self::Undo),
            ("/create", Self::Create),
            ("/update/", Self::Update),
            ("/delete", Self::Delete),
            ("/follows/", Self::Follow),
            ("/accepts/", Self::Accept),
        ];
        let is_said = |word: &str| if word.ends_with('/') { activity.contains(word) } else { activity.ends_with(word) };
        let deed = words.iter().find(|(word, _)| is_said(word)).map_or(Self::Other, |(_, deed)| *deed);
        let begins = words.iter().filter_map(|(word, _)| activity.find(word)).min().unwrap_or(activity.len());
        (deed, activity.get(..begins).unwrap_or(activity))
    }

    /// As messages name it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "correct",
            Self::Delete => "delete",
            Self::Announce => "announce",
            Self::Follow => "follow",
            Self::Accept => "accept",
            Self::Undo => "undo",
            Self::Other => "other",
        }
    }
}

/// Why a delivery did not arrive, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its server is there, and has trouble.
    Trouble,
    /// Its server wants to hear less.
    TooMuch,
    /// Its server does not accept it from us.
    Denied,
    /// Its server knows no such inbox.
    Missing,
    /// Its server cannot be reached.
    Closed,
    /// Its server does not answer in time.
    Slow,
    /// Its address may not be opened.
    Barred,
    /// Anything else.
    Other,
}

impl Cause {
    /// Reads what was written down at the last attempt.
    #[must_use]
    pub fn read(error: &str) -> Self {
        let answered = error.strip_prefix("the peer answered ").and_then(|rest| rest.get(..3)).unwrap_or_default();
        match answered {
            "401" | "403" => Self::Denied,
            "404" | "405" => Self::Missing,
            "429" => Self::TooMuch,
            "408" => Self::Slow,
            "" if error.contains("may not be opened") => Self::Barred,
            "" if error.contains("it took too long") || error.starts_with("no answer from") => Self::Slow,
            "" if error.starts_with("no connection to") => Self::Closed,
            "" => Self::Other,
            status if status.starts_with('4') => Self::Denied,
            _ => Self::Trouble,
        }
    }

    /// As messages name it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Trouble => "trouble",
            Self::TooMuch => "too-much",
            Self::Denied => "denied",
            Self::Missing => "missing",
            Self::Closed => "closed",
            Self::Slow => "slow",
            Self::Barred => "barred",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::links::activity;
    use url::Url;

    #[test]
    fn an_activity_is_told_by_its_id() {
        let share = Url::parse("https://alpha.example/shares/k3v9x2mqa7").unwrap();
        let lab = Url::parse("https://alpha.example/labs/spoor").unwrap();
        let about_share = |id: &str| {
            let (deed, about) = Deed::read(id);
            assert_eq!(about, share.as_str(), "{id}");
            deed
        };
        assert_eq!(about_share(&activity::create(&share)), Deed::Create);
        assert_eq!(about_share(&activity::update(&share, 1_793_523_660_000)), Deed::Update);
        assert_eq!(about_share(&activity::delete(share.as_str())), Deed::Delete);
        assert_eq!(about_share(&activity::announce(share.as_str())), Deed::Announce);
        assert_eq!(about_share(&activity::wrap(&activity::update(&share, 2))), Deed::Announce);
        let follow = activity::follow(&lab, 3);
        assert_eq!(Deed::read(&follow), (Deed::Follow, lab.as_str()));
        assert_eq!(Deed::read(&activity::undo(&follow)), (Deed::Undo, lab.as_str()));
        assert_eq!(Deed::read(&activity::accept(&lab, 3, 4)), (Deed::Accept, lab.as_str()));
        assert_eq!(Deed::read("urn:x"), (Deed::Other, "urn:x"));
    }

    #[test]
    fn why_it_did_not_arrive_is_read_from_what_was_written_down() {
        for (error, cause) in [
            ("the peer answered 503 Service Unavailable", Cause::Trouble),
            ("the peer answered 302 Found", Cause::Trouble),
            ("the peer answered 429 Too Many Requests", Cause::TooMuch),
            ("the peer answered 403 Forbidden", Cause::Denied),
            ("the peer answered 422 Unprocessable Entity", Cause::Denied),
            ("the peer answered 404 Not Found", Cause::Missing),
            ("no connection to bravo.example: Connection refused (os error 111)", Cause::Closed),
            ("no connection to bravo.example: it took too long", Cause::Slow),
            ("no answer from bravo.example: connection reset", Cause::Slow),
            ("the inbox may not be opened: it is not https", Cause::Barred),
            ("could not find a key: none", Cause::Other),
            ("", Cause::Other),
        ] {
            assert_eq!(Cause::read(error), cause, "{error}");
        }
    }

    #[test]
    fn what_is_no_choice_chooses_everything() {
        assert_eq!(Selection::read("lost", "  "), Selection::default());
        let chosen = Selection { state: Some(DeliveryState::Refused), host: Some("bravo.example".into()) };
        assert_eq!(Selection::read("refused", " Bravo.Example. "), chosen);
    }
}
