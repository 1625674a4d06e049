//! A delivery: one activity on its way to one inbox, its states and when it is tried again.

use chrono::TimeDelta;

use super::moment::Moment;

/// Where a delivery stands. Nothing is dropped silently: each ends in a named state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Due now or later.
    Waiting,
    /// The peer said 2xx.
    Delivered,
    /// The inbox is gone for good (410).
    Gone,
    /// The peer refuses us.
    Refused,
    /// Tried for 30 days.
    Expired,
    /// Something newer about the same thing went instead.
    Superseded,
    /// We blocked who would have received it.
    Blocked,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Delivered, Self::Gone, Self::Refused, Self::Expired, Self::Superseded, Self::Blocked];

    /// As stored and listed.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Blocked => "blocked",
        }
    }

    /// Reads a state; `None` for a word that is none.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// How one attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// 2xx.
    Delivered,
    /// 410.
    Gone,
    /// The peer refuses this and will not change its mind by itself.
    Refused(String),
    /// This inbox does not take it now (401, 403, 404): it may change its mind, and says nothing about its host.
    Denied {
        /// What happened, for the administrator.
        error: String,
        /// Whether the inbox was not found, which may be a mistake that lasts a day.
        missing: bool,
    },
    /// Anything that may pass: a 5xx, 408, 429, a time-out, a name that does not resolve.
    Failed {
        /// What happened, for the administrator.
        error: String,
        /// How long the peer asked us to wait.
        retry_after: Option<TimeDelta>,
    },
}

/// A delivery as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The activity's id.
    pub activity: String,
    /// The inbox.
    pub inbox: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next.
    pub due_at: Moment,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// What waits for one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The host.
    pub host: String,
    /// How many deliveries wait for it.
    pub waiting: i64,
    /// How often in a row it failed.
    pub failures: i32,
    /// When all of it has rested; it may be past.
    pub rests_until: Moment,
}

/// How long we keep trying.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// How long an inbox that said that it is gone is not asked again.
pub const GONE_FOR: TimeDelta = TimeDelta::days(7);

/// How soon a host that gave a sign of life is tried again: not at once, so that one that talks and does not listen is not hammered.
pub const WOKEN_AFTER: TimeDelta = TimeDelta::seconds(30);

/// Whether so many denials in a row, the first so long ago, are the peer's last word.
#[must_use]
pub fn is_final(denials: i32, missing: bool, since_first: TimeDelta) -> bool {
    denials >= 3 && (!missing || since_first >= TimeDelta::days(1))
}

/// The wait before attempt `attempts + 1`: 15 s, doubling, at most 6 h; the peer's own wish counts up to a day.
/// `spread` (0 to 99) adds up to a fifth, so that held deliveries do not all return at once.
#[must_use]
pub fn backoff(attempts: i32, retry_after: Option<TimeDelta>, spread: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or(0);
    let seconds = (15_i64 << doublings).min(6 * 3_600);
    let jitter = seconds * i64::from(spread.clamp(0, 99)) / 500;
    let own = TimeDelta::seconds(seconds + jitter);
    retry_after.map_or(own, |wish| wish.clamp(TimeDelta::seconds(1), TimeDelta::days(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_is_bounded() {
        let waits: Vec<i64> = [1, 2, 3, 11, 50].map(|attempts| backoff(attempts, None, 0).num_seconds()).to_vec();
        assert_eq!(waits, [15, 30, 60, 15_360, 21_600]);
    }

    #[test]
    fn a_denial_is_final_at_the_third_time_and_a_missing_inbox_only_after_a_day() {
        let day = TimeDelta::days(1);
        assert!(!is_final(2, false, day) && is_final(3, false, TimeDelta::zero()));
        assert!(!is_final(9, true, day - TimeDelta::seconds(1)) && !is_final(2, true, day) && is_final(3, true, day));
    }

    #[test]
    fn the_peers_wish_is_honoured_within_a_day() {
        assert_eq!(backoff(1, Some(TimeDelta::seconds(7)), 50).num_seconds(), 7);
        assert_eq!(backoff(1, Some(TimeDelta::seconds(1_000_000_000)), 0).num_hours(), 24);
        assert_eq!(backoff(1, Some(TimeDelta::seconds(-5)), 0).num_seconds(), 1);
    }
}
