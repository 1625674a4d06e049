//! How often one may try within a minute, per key (a handle, an address, a token): counted in memory and bounded there. To sign in
//! ten times.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::TimeDelta;

use crate::domain::moment::Moment;

/// Counts attempts.
#[derive(Debug)]
pub struct Throttle {
    limit: u32,
    book: Mutex<Book>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::of(Self::LIMIT)
    }
}

#[derive(Debug, Default)]
struct Book {
    tries: HashMap<String, Tries>,
    swept: Moment,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    since: Moment,
    count: u32,
}

impl Throttle {
    const LIMIT: u32 = 10;
    const WINDOW: TimeDelta = TimeDelta::minutes(1);
    const ROOM: usize = 10_000;

    /// So many attempts a minute for each key.
    #[must_use]
    pub fn of(limit: u32) -> Self {
        Self { limit, book: Mutex::default() }
    }

    /// Counts an attempt under each key in turn; `false` at the first that had its share for this minute, so that one
    /// address cannot use up the room with invented handles.
    pub fn admit(&self, now: Moment, keys: &[&str]) -> bool {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.sweep(now);
        // Still full within one minute: somebody is trying thousands of handles, and no new one is let through.
        let new = keys.iter().filter(|key| !book.tries.contains_key(**key)).count();
        if book.tries.len() + new > Self::ROOM {
            return false;
        }
        keys.iter().all(|key| book.count(key, now) <= self.limit)
    }
}

impl Book {
    /// Forgets what is over, once a minute.
    fn sweep(&mut self, now: Moment) {
        if now - self.swept >= Throttle::WINDOW {
            self.tries.retain(|_, known| now - known.since < Throttle::WINDOW);
            self.swept = now;
        }
    }

    fn count(&mut self, key: &str, now: Moment) -> u32 {
        let known = self.tries.entry(key.to_owned()).or_insert(Tries { since: now, count: 0 });
        if now - known.since >= Throttle::WINDOW {
            *known = Tries { since: now, count: 0 };
        }
        known.count += 1;
        known.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::from_millis;

    #[test]
    fn the_eleventh_attempt_within_a_minute_waits() {
        let throttle = Throttle::default();
        let now = from_millis(1_000_000);
        assert!((0..10).all(|_| throttle.admit(now, &["sanne"])));
        assert!(!throttle.admit(now, &["sanne"]));
        assert!(throttle.admit(now, &["joris"]));
        assert!(throttle.admit(now + Throttle::WINDOW, &["sanne"]));
    }

    #[test]
    fn thousands_of_handles_do_not_fill_the_memory() {
        let throttle = Throttle::default();
        let now = from_millis(1_000_000);
        for number in 0..20_000 {
            throttle.admit(now, &[&number.to_string()]);
        }
        assert!(throttle.book.lock().unwrap().tries.len() <= Throttle::ROOM);
    }
}
