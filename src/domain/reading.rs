//! A reading: one thing that is asked for at another host in the background, what came of it, and when it is asked for again.

use chrono::TimeDelta;

use super::{delivery::backoff, moment::Moment};

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadingKind {
    /// An actor that is followed from here, or whose shares are shown here: its own document.
    Actor,
    /// The newest things of an actor that is followed from here.
    Outbox,
    /// One object that a lab announced.
    Object,
    /// The replies to a share, as its own host lists them.
    Conversation,
    /// One reply, or what stands between a reply and its share.
    Reply,
    /// What the server of a peer says of itself, and whom its organisation knows.
    Node,
    /// The list of labs of an organisation whose directory is wanted here.
    Directory,
    /// A page of such a list.
    DirectoryPage,
    /// One lab that an organisation lists.
    Listing,
    /// A further page of the outbox of a listed lab.
    OutboxPage,
    /// Where an actor that is followed from here says that it went.
    Move,
}

impl ReadingKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Actor,
        Self::Outbox,
        Self::Object,
        Self::Conversation,
        Self::Reply,
        Self::Node,
        Self::Directory,
        Self::DirectoryPage,
        Self::Listing,
        Self::OutboxPage,
        Self::Move,
    ];

    /// As stored and listed.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Outbox => "outbox",
            Self::Object => "object",
            Self::Conversation => "conversation",
            Self::Reply => "reply",
            Self::Node => "node",
            Self::Directory => "directory",
            Self::DirectoryPage => "directory-page",
            Self::Listing => "listing",
            Self::OutboxPage => "outbox-page",
            Self::Move => "move",
        }
    }

    /// Reads a kind; `None` for a word that is none.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether it is read for as long as somebody here cares.
    #[must_use]
    pub const fn is_lasting(self) -> bool {
        matches!(self, Self::Actor | Self::Outbox | Self::Node | Self::Directory)
    }

    /// The wait after it was read so many times; `None` after the last.
    #[must_use]
    pub const fn rhythm(self, times: i32) -> Option<TimeDelta> {
        match (self, times) {
            (Self::Actor | Self::Outbox | Self::Directory, _) | (Self::Conversation, 3..=9) => Some(TimeDelta::days(1)),
            (Self::Conversation, 1) => Some(TimeDelta::hours(1)),
            (Self::Conversation, 2) | (Self::Node, _) => Some(TimeDelta::hours(6)),
            (
                Self::Conversation
                | Self::Object
                | Self::Reply
                | Self::DirectoryPage
                | Self::Listing
                | Self::OutboxPage
                | Self::Move,
                _,
            ) => None,
        }
    }
}

/// How often in a row reading something once may fail: about five days.
pub const FAILURES: i32 = 30;

/// By what a host recognises what we have read before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Whether there is nothing to recognise it by.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was read, and had its effect.
    Read(Validators),
    /// It is as we read it before (304).
    Unchanged,
    /// Its host answered, and not with anything of use.
    Useless(String),
    /// It is gone, or nobody here wants it any more: why.
    Ended(&'static str),
    /// Nothing was asked: its host's domain has had its share for now.
    Held(TimeDelta),
    /// Anything that may pass.
    Failed {
        /// What happened, for the administrator.
        error: String,
        /// How long the host asked us to wait.
        retry_after: Option<TimeDelta>,
    },
}

/// When something is read next, and what is known of it until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next<'a> {
    /// How long from now.
    pub after: TimeDelta,
    /// How often it was read.
    pub times: i32,
    /// How often in a row that failed.
    pub failures: i32,
    /// What went wrong last.
    pub error: Option<&'a str>,
}

/// What an answer makes of a reading that was read so often and failed so often; `None` where it is over.
#[must_use]
pub fn next(kind: ReadingKind, (times, failures): (i32, i32), answer: &Answer, spread: i32) -> Option<Next<'_>> {
    let again = |error| {
        let after = spread_out(kind.rhythm(times.saturating_add(1))?, spread);
        Some(Next { after, times: times.saturating_add(1), failures: 0, error })
    };
    match answer {
        Answer::Read(_) | Answer::Unchanged => again(None),
        Answer::Useless(error) if kind.is_lasting() => again(Some(error.as_str())),
        Answer::Useless(_) | Answer::Ended(_) => None,
        Answer::Held(after) => Some(Next { after: *after, times, failures, error: None }),
        Answer::Failed { .. } if failures.saturating_add(1) >= FAILURES && !kind.is_lasting() => None,
        Answer::Failed { error, retry_after } => {
            let failures = failures.saturating_add(1);
            Some(Next { after: backoff(failures, *retry_after, spread), times, failures, error: Some(error) })
        }
    }
}

/// How long a host is left alone after an answer, given how often in a row it had failed; with how often that is now.
#[must_use]
pub fn rest(failures: i32, answer: &Answer, spread: i32) -> (TimeDelta, i32) {
    match answer {
        Answer::Failed { retry_after, .. } => {
            let failures = failures.saturating_add(1);
            (backoff(failures, *retry_after, spread), failures)
        }
        Answer::Held(wait) => (*wait, failures),
        _ => (TimeDelta::zero(), 0),
    }
}

/// Up to a tenth more, so that what was read together does not return together.
fn spread_out(wait: TimeDelta, spread: i32) -> TimeDelta {
    wait + wait * spread.clamp(0, 99) / 1_000
}

/// A reading as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What is read.
    pub kind: ReadingKind,
    /// Where.
    pub url: String,
    /// How often it was read.
    pub times: i32,
    /// How often in a row that failed.
    pub failures: i32,
    /// When it is read next.
    pub due_at: Moment,
    /// When it was last read.
    pub read_at: Option<Moment>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> Answer {
        Answer::Failed { error: "no".into(), retry_after: None }
    }

    #[test]
    fn a_conversation_is_read_ever_less_often_and_then_never() {
        let mut waits = Vec::new();
        let mut times = 0;
        while let Some(next) = next(ReadingKind::Conversation, (times, 0), &Answer::Unchanged, 0) {
            waits.push(next.after.num_hours());
            times = next.times;
        }
        assert_eq!(waits, [1, 6, 24, 24, 24, 24, 24, 24, 24]);
    }

    #[test]
    fn what_lasts_is_read_daily_whatever_was_answered_and_ends_only_with_its_reason() {
        for answer in [Answer::Read(Validators::default()), Answer::Unchanged, Answer::Useless("404".into())] {
            assert_eq!(
                next(ReadingKind::Actor, (7, 3), &answer, 0).map(|next| (next.after.num_hours(), next.failures)),
                Some((24, 0))
            );
        }
        assert!(next(ReadingKind::Outbox, (7, i32::MAX), &failed(), 0).is_some());
        assert_eq!(next(ReadingKind::Outbox, (7, 0), &Answer::Ended("gone"), 0), None);
    }

    #[test]
    fn what_is_read_once_is_tried_for_days_and_then_given_up() {
        let mut waited = TimeDelta::zero();
        let mut failures = 0;
        while let Some(next) = next(ReadingKind::Object, (0, failures), &failed(), 0) {
            waited += next.after;
            failures = next.failures;
        }
        assert!(waited > TimeDelta::days(4) && waited < TimeDelta::days(6), "{waited}");
        assert_eq!(next(ReadingKind::Object, (0, 0), &Answer::Read(Validators::default()), 0), None);
    }

    #[test]
    fn a_host_rests_after_a_failure_and_an_answer_of_any_kind_ends_its_bad_luck() {
        assert_eq!(rest(1, &failed(), 0), (TimeDelta::seconds(30), 2));
        assert_eq!(rest(4, &Answer::Held(TimeDelta::minutes(1)), 0), (TimeDelta::minutes(1), 4));
        assert_eq!(rest(4, &Answer::Useless("404".into()), 0), (TimeDelta::zero(), 0));
    }
}
