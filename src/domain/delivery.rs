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
    /// The peer refuses us, or we blocked it.
    Refused,
    /// Tried for 30 days.
    Expired,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Delivered, Self::Gone, Self::Refused, Self::Expired];

    /// As stored and listed.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::Expired => "expired",
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

/// How long we keep trying.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(30);

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
    fn the_peers_wish_is_honoured_within_a_day() {
        assert_eq!(backoff(1, Some(TimeDelta::seconds(7)), 50).num_seconds(), 7);
        assert_eq!(backoff(1, Some(TimeDelta::seconds(1_000_000_000)), 0).num_hours(), 24);
        assert_eq!(backoff(1, Some(TimeDelta::seconds(-5)), 0).num_seconds(), 1);
    }
}
