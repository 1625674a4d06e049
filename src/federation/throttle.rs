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

/// Lets each key pass so many times per interval.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget {
    spent: Arc<Mutex<HashMap<String, (Moment, u32)>>>,
}

impl Budget {
    /// Whether this may be done once more in the interval that began with its first time.
    pub(super) fn admits(&self, key: &str, most: u32, interval: TimeDelta, now: Moment) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= LIMIT {
            spent.retain(|_, (since, _)| now - *since < interval);
        }
        if spent.len() >= LIMIT {
            spent.clear();
        }
        let (since, times) = spent.entry(key.to_owned()).or_insert((now, 0));
        if now - *since >= interval {
            (*since, *times) = (now, 0);
        }
        *times += 1;
        *times <= most
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

    #[test]
    fn a_budget_is_spent_and_comes_back() {
        let (budget, minute) = (Budget::default(), TimeDelta::minutes(1));
        let spends = |key: &str, at: i64| budget.admits(key, 2, minute, from_millis(at));
        assert!(spends("a", 0) && spends("a", 1) && !spends("a", 2) && spends("b", 2));
        assert!(spends("a", 60_000));
    }

    #[test]
    fn rx16_neither_remembers_more_than_its_limit() {
        let (throttle, budget) = (Throttle::default(), Budget::default());
        for number in 0..200_000 {
            throttle.admits(&number.to_string(), TimeDelta::minutes(1), from_millis(0));
            budget.admits(&number.to_string(), 1, TimeDelta::minutes(1), from_millis(0));
        }
        assert!(throttle.passed.lock().unwrap().len() <= LIMIT && budget.spent.lock().unwrap().len() <= LIMIT);
    }
}
