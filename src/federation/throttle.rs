//! Remembers when something was last tried, so that it is not tried again too soon. Bounded: it forgets rather than grows.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::TimeDelta;

use crate::domain::moment::Moment;

/// Most things that are remembered at once.
const LIMIT: usize = 10_000;

/// Lets each key pass once per interval.
#[derive(Debug, Clone, Default)]
pub(super) struct Throttle {
    passed: Arc<Mutex<HashMap<String, Moment>>>,
}

impl Throttle {
    /// Whether this may be done now; if so, not again before `interval` has passed.
    pub(super) fn admits(&self, key: &str, interval: TimeDelta, now: Moment) -> bool {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if passed.get(key).is_some_and(|last| now - *last < interval) {
            return false;
        }
        if passed.len() >= LIMIT {
            passed.retain(|_, last| now - *last < interval);
        }
        if passed.len() >= LIMIT {
            passed.clear();
        }
        passed.insert(key.to_owned(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::from_millis;

    #[test]
    fn a_key_passes_once_per_interval() {
        let (throttle, minute) = (Throttle::default(), TimeDelta::minutes(1));
        assert!(throttle.admits("a", minute, from_millis(0)));
        assert!(!throttle.admits("a", minute, from_millis(59_999)));
        assert!(throttle.admits("b", minute, from_millis(59_999)) && throttle.admits("a", minute, from_millis(60_000)));
    }
}
