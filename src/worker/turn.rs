//! One turn of one lane: what may go next, and how many at once. It begins with one delivery, as a probe, and takes one more
//! with each that arrives; what is about one thing goes one after the other. Pure: it sends nothing and settles nothing.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use crate::{domain::delivery::Attempt, storage::delivery::Leased};

/// How many deliveries of a lane are read at once.
pub(super) const DEPTH: usize = 100;

/// Most deliveries to one host at once.
const MOST: usize = 40;

/// How long a turn lets deliveries go: well within the lease, so that nobody else begins with what we still hold.
const LONGEST: Duration = Duration::from_secs(40);

/// After so many failures of what is oldest, something else is tried: perhaps it is to blame, and not its host.
const PATIENCE: i32 = 3;

/// What is known of a lane while its turn lasts.
#[derive(Debug)]
pub(super) struct Turn {
    queue: VecDeque<Leased>,
    last: i64,
    all_read: bool,
    /// What is on its way, by what it is about.
    under_way: BTreeMap<(String, String), i64>,
    /// Inboxes, and things at an inbox, that stand apart now: what was read of them meanwhile goes through another lane.
    closed: BTreeSet<String>,
    apart: BTreeSet<(String, String)>,
    /// The rows that these took along, which stand in this lane until that is settled.
    aside: BTreeSet<i64>,
    room: usize,
    /// Whether the host took something since it last failed.
    proven: bool,
    over: bool,
    until: Instant,
}

impl Turn {
    /// A turn that begins with the first rows of its lane, which was leased at this instant.
    pub(super) fn new(rows: Vec<Leased>, leased: Instant) -> Self {
        let mut turn = Self {
            queue: VecDeque::new(),
            last: 0,
            all_read: false,
            under_way: BTreeMap::new(),
            closed: BTreeSet::new(),
            apart: BTreeSet::new(),
            aside: BTreeSet::new(),
            room: 1,
            proven: false,
            over: false,
            until: leased + LONGEST,
        };
        turn.add(rows);
        turn
    }

    /// Adds what was read behind [`Self::last`].
    pub(super) fn add(&mut self, rows: Vec<Leased>) {
        self.all_read = rows.len() < DEPTH;
        self.last = rows.last().map_or(self.last, |row| row.id);
        self.queue.extend(rows);
        self.leave_aside();
    }

    /// Until when something may be sent: others may hold the lane soon after.
    pub(super) const fn until(&self) -> Instant {
        self.until
    }

    /// How many are on their way, or not settled yet.
    pub(super) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// The last row that was read.
    pub(super) const fn last(&self) -> i64 {
        self.last
    }

    /// The rows of the lane that this turn has read, and that may still wait.
    pub(super) fn known(&self) -> BTreeSet<i64> {
        self.queue.iter().map(|row| row.id).chain(self.under_way.values().copied()).chain(self.aside.iter().copied()).collect()
    }

    /// Whether more of the lane should be read: enough room, and little left to fill it with.
    pub(super) fn wants_more(&self) -> bool {
        !self.over && !self.all_read && self.queue.len() < self.room
    }

    /// What may go now: the oldest of which nothing else about the same thing is before it or under way.
    pub(super) fn next(&mut self) -> Option<Leased> {
        if self.over || self.under_way.len() >= self.room || Instant::now() > self.until {
            return None;
        }
        let mut before: BTreeSet<(&str, &str)> = BTreeSet::new();
        let free = self.queue.iter().enumerate().filter(|(_, row)| {
            let thread = (row.inbox.as_str(), row.said.object.as_str());
            before.insert(thread) && !self.under_way.contains_key(&thread_of(row))
        });
        let chosen = if self.proven {
            free.map(|(place, _)| place).next()
        } else {
            free.min_by_key(|(place, row)| (row.attempts / PATIENCE, *place)).map(|(place, _)| place)
        };
        let row = self.queue.remove(chosen?)?;
        self.under_way.insert(thread_of(&row), row.id);
        Some(row)
    }

    /// Learns from an attempt; whether its failure is its own, because the host took something else a moment ago.
    pub(super) fn learn(&mut self, leased: &Leased, attempt: &Attempt) -> bool {
        match attempt {
            Attempt::Delivered | Attempt::Refused(_) => self.grow(),
            Attempt::Gone | Attempt::Denied { .. } => {
                self.closed.insert(leased.inbox.clone());
                self.leave_aside();
                self.grow();
            }
            Attempt::Failed { retry_after, .. } => {
                let alone = self.proven && retry_after.is_none();
                self.over |= !alone;
                self.room = (self.room / 2).max(1);
                self.proven = false;
                self.apart.insert(thread_of(leased));
                self.leave_aside();
                return alone;
            }
        }
        false
    }

    /// An attempt is settled: what is about the same thing may go, unless the lane is no longer ours.
    pub(super) fn settle(&mut self, leased: &Leased, is_held: bool) {
        self.under_way.remove(&thread_of(leased));
        self.over |= !is_held;
    }

    /// What stands apart is not this turn's any more.
    fn leave_aside(&mut self) {
        let (closed, apart) = (&self.closed, &self.apart);
        if closed.is_empty() && apart.is_empty() {
            return;
        }
        let is_aside = |row: &Leased| closed.contains(&row.inbox) || apart.contains(&thread_of(row));
        self.aside.extend(self.queue.iter().filter(|row| is_aside(row)).map(|row| row.id));
        self.queue.retain(|row| !is_aside(row));
    }

    fn grow(&mut self) {
        self.proven = true;
        self.room = (self.room + 1).min(MOST);
    }
}

fn thread_of(row: &Leased) -> (String, String) {
    (row.inbox.clone(), row.said.object.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, OnceLock};

    use super::*;
    use crate::{domain::actor::ActorId, storage::delivery::Said};

    fn row(id: i64, inbox: &str, object: &str, attempts: i32) -> Leased {
        let said = Said {
            uri: format!("https://alpha.example/{id}"),
            object: object.to_owned(),
            actor: ActorId(1),
            key_uri: String::new(),
            public_key: String::new(),
            body: String::new(),
            digest: OnceLock::new(),
        };
        Leased { id, said: Arc::new(said), inbox: inbox.to_owned(), attempts }
    }

    fn begin(rows: Vec<Leased>) -> Turn {
        Turn::new(rows, Instant::now())
    }

    fn go(turn: &mut Turn) -> Vec<i64> {
        std::iter::from_fn(|| turn.next()).map(|row| row.id).collect()
    }

    fn end(turn: &mut Turn, row: &Leased, attempt: &Attempt) -> bool {
        let alone = turn.learn(row, attempt);
        turn.settle(row, true);
        alone
    }

    fn failed() -> Attempt {
        Attempt::Failed { error: "503".into(), retry_after: None }
    }

    #[test]
    fn a_turn_begins_with_one_and_takes_one_more_with_each_that_arrives() {
        let rows: Vec<Leased> = (1..=9).map(|id| row(id, "a", &id.to_string(), 0)).collect();
        let mut turn = begin(rows.clone());
        assert_eq!(go(&mut turn), [1]);
        end(&mut turn, &rows[0], &Attempt::Delivered);
        assert_eq!(go(&mut turn), [2, 3]);
        end(&mut turn, &rows[1], &Attempt::Delivered);
        assert_eq!(go(&mut turn), [4, 5]);
    }

    #[test]
    fn what_is_about_one_thing_goes_one_after_the_other_at_each_inbox() {
        let rows = [row(1, "a", "x", 0), row(2, "a", "x", 0), row(3, "b", "x", 0), row(4, "a", "y", 0)];
        let mut turn = begin(rows.to_vec());
        turn.room = 9;
        assert_eq!(go(&mut turn), [1, 3, 4]);
        end(&mut turn, &rows[2], &Attempt::Delivered);
        assert_eq!(go(&mut turn), [0; 0], "the first about x at a is under way");
        end(&mut turn, &rows[0], &Attempt::Delivered);
        assert_eq!(go(&mut turn), [2]);
    }

    #[test]
    fn a_host_that_takes_nothing_is_asked_once_and_one_that_took_something_goes_on() {
        let rows: Vec<Leased> = (1..=4).map(|id| row(id, "a", &id.to_string(), 0)).collect();
        let mut down = begin(rows.clone());
        assert_eq!(go(&mut down), [1]);
        assert!(!end(&mut down, &rows[0], &failed()));
        assert_eq!(go(&mut down), [0; 0]);
        let mut well = begin(rows.clone());
        go(&mut well);
        end(&mut well, &rows[0], &Attempt::Delivered);
        assert_eq!(go(&mut well), [2, 3]);
        assert!(end(&mut well, &rows[1], &failed()), "its own");
        well.add(vec![row(5, "a", "2", 0)]);
        assert_eq!(go(&mut well), [0; 0], "what is about the same goes through another lane");
        assert!(!end(&mut well, &rows[2], &failed()), "two in a row: the host's");
        assert_eq!(go(&mut well), [0; 0]);
    }

    #[test]
    fn after_three_failures_of_the_oldest_something_else_is_the_probe() {
        let rows = |attempts| vec![row(1, "a", "x", attempts), row(2, "a", "x", 0), row(3, "a", "y", 0)];
        assert_eq!(go(&mut begin(rows(2))), [1]);
        assert_eq!(go(&mut begin(rows(3))), [3], "not what waits behind it");
    }

    #[test]
    fn a_turn_that_begins_long_after_its_lease_sends_nothing() {
        let rows = vec![row(1, "a", "x", 0)];
        let long_ago = Instant::now().checked_sub(LONGEST + Duration::from_secs(1)).unwrap();
        assert_eq!(go(&mut Turn::new(rows, long_ago)), [0; 0]);
    }

    #[test]
    fn an_inbox_that_denies_or_is_gone_and_a_lane_that_was_lost_get_nothing_more() {
        let rows = [row(1, "a", "x", 0), row(2, "a", "y", 0), row(3, "b", "x", 0)];
        let mut turn = begin(rows.to_vec());
        go(&mut turn);
        end(&mut turn, &rows[0], &Attempt::Gone);
        assert_eq!(go(&mut turn), [3]);
        turn.add(vec![row(4, "a", "z", 0), row(5, "b", "y", 0)]);
        assert_eq!(turn.known(), [2, 3, 4, 5].into(), "the first is settled");
        end(&mut turn, &rows[2], &Attempt::Delivered);
        assert_eq!(go(&mut turn), [5], "what was read before the inbox was closed");
        let mut lost = begin(rows.to_vec());
        go(&mut lost);
        lost.learn(&rows[0], &Attempt::Delivered);
        lost.settle(&rows[0], false);
        assert_eq!(go(&mut lost), [0; 0]);
    }
}
