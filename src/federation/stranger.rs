//! Signers whose actor must be read first: unknown ones, and those whose key has changed. One read serves all who wait for
//! it; what failed is not tried again at once; nobody can make us read much, or wait for long. Bounded, and never a queue.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::watch;
use url::Url;

use super::{
    Federation, actor,
    client::Barred,
    fetch::Unfetched,
    throttle::{Budget, Throttle},
};
use crate::{
    domain::{actor::Actor, moment::Moment, peer::canonical_host},
    storage,
};

/// An actor that could not be read is not tried again for so long; nor is one whose signature failed.
const REST: TimeDelta = TimeDelta::minutes(5);

/// Most reads at once at one host.
const PER_HOST: usize = 4;

/// Most reads at once in all.
const READS: usize = 32;

/// Most requests that wait for a read: fewer than are admitted, so that known actors always find room.
const WAITING: usize = 64;

/// Most reads a minute that one sender's address can cause.
const PER_SOURCE: u32 = 100;

/// Most reads a minute at one domain, with all its hosts.
const PER_DOMAIN: u32 = 300;

/// Most readings in the background a minute at one domain: those who wait for an answer have the rest to themselves.
const READINGS_PER_DOMAIN: u32 = 240;

/// Most failures that are remembered.
const FAILURES: usize = 10_000;

/// An actor as it was just read, with its document: it may list more keys than the one that we keep.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) actor: Actor,
    pub(super) document: Value,
}

/// Why an actor is not read, or cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unseen {
    /// It is not there, or gone.
    Absent,
    /// Its host does not answer now.
    Unreachable,
    /// Nothing can be connected to at its host: nobody else there can be read either.
    Closed,
    /// What its host answers cannot be used.
    Unusable,
    /// It was read a moment ago.
    JustRead,
    /// Its host, its domain or the sender has had its share for now.
    TooMany,
    /// Too many wait already.
    Busy,
    /// Ours.
    Failed,
}

type Seen = Result<Arc<Sighting>, Unseen>;
type Flight = watch::Receiver<Option<Seen>>;

/// Who is being read, and what failed.
#[derive(Debug, Clone, Default)]
pub(super) struct Strangers {
    book: Arc<Mutex<Book>>,
    spent: Budget,
    refetches: Throttle,
}

#[derive(Debug, Default)]
struct Book {
    flights: HashMap<String, Flight>,
    hosts: HashMap<String, usize>,
    failures: HashMap<String, (Moment, Unseen)>,
    waiting: usize,
}

/// A turn to read: it ends when this is dropped, whatever happened.
struct Turn {
    strangers: Strangers,
    uri: String,
    host: String,
    tell: watch::Sender<Option<Seen>>,
}

struct Seat(Arc<Mutex<Book>>);

impl Federation {
    /// Reads the actor that is said to have signed, together with everyone who asks for it now; `source` is who sends.
    pub(super) async fn see(&self, uri: &Url, key_id: &str, known: Option<&Actor>, source: &str) -> Seen {
        let (mut flight, _seat) = match self.strangers.board(uri, known.is_some(), source, self.clock.now())? {
            (flight, seat, Some(turn)) => {
                tokio::spawn(self.clone().read_for_all(turn, uri.clone(), key_id.to_owned(), known.cloned()));
                (flight, seat)
            }
            (flight, seat, None) => (flight, seat),
        };
        let seen = flight.wait_for(Option::is_some).await.map_err(|_| Unseen::Failed)?;
        seen.clone().unwrap_or(Err(Unseen::Failed))
    }

    /// Goes on when whoever asked first has gone: the others wait, and nobody needs to ask again.
    async fn read_for_all(self, turn: Turn, uri: Url, key_id: String, known: Option<Actor>) {
        let seen = match self.find_newer(&uri, known.as_ref()).await {
            Some(actor) => Ok(Arc::new(Sighting { actor, document: Value::Null })),
            None => self.read_once(&uri, &key_id).await,
        };
        turn.end(seen, self.clock.now());
    }

    /// Somebody may have read it between our look at the database and our turn.
    async fn find_newer(&self, uri: &Url, known: Option<&Actor>) -> Option<Actor> {
        let id = uri.to_string();
        let found = self.store.read(move |tx| storage::actor::find_by_uri(tx, &id)).await.ok()??;
        let same = known.is_some_and(|known| (&known.key_uri, &known.public_key) == (&found.key_uri, &found.public_key));
        (!same).then_some(found)
    }

    async fn read_once(&self, uri: &Url, key_id: &str) -> Seen {
        let read = async {
            let document = self.fetch(uri).await?;
            let actor =
                self.read_actor(&document).ok_or_else(|| Unfetched::Unusable(uri.clone(), "is no actor we understand"))?;
            if actor.uri != *uri {
                return Err(Unfetched::Unusable(uri.clone(), "leads to another actor"));
            }
            let actor = actor::with_key(actor, &document, key_id);
            let actor = self.learn(actor, &document).await?;
            Ok(Arc::new(Sighting { actor, document }))
        };
        read.await.map_err(|error: Unfetched| {
            tracing::info!(actor = %uri, %error, "an actor could not be read");
            Unseen::from(&error)
        })
    }
}

impl From<&Unfetched> for Unseen {
    fn from(error: &Unfetched) -> Self {
        match error {
            Unfetched::Absent(_) | Unfetched::Gone(_) => Self::Absent,
            Unfetched::Barred(Barred::Closed(..)) => Self::Closed,
            Unfetched::Denied(..) | Unfetched::Barred(Barred::Unreachable(..)) => Self::Unreachable,
            Unfetched::Barred(_) | Unfetched::Unusable(..) => Self::Unusable,
            Unfetched::Failed(_) => Self::Failed,
        }
    }
}

impl Strangers {
    /// A seat in the flight that reads this actor; with a turn where nobody reads it yet.
    fn board(&self, uri: &Url, is_known: bool, source: &str, now: Moment) -> Result<(Flight, Seat, Option<Turn>), Unseen> {
        let host = canonical_host(uri);
        let mut book = self.lock();
        let failed = |name: &str| book.failures.get(name).filter(|(at, _)| now - *at < REST).map(|(_, failure)| *failure);
        if let Some(failure) = failed(uri.as_str()).or_else(|| failed(&host)) {
            return Err(failure);
        }
        if book.waiting >= WAITING {
            return Err(Unseen::Busy);
        }
        if let Some(flight) = book.flights.get(uri.as_str()).cloned() {
            return Ok((flight, self.sit(&mut book), None));
        }
        book.require_room(&host)?;
        if is_known && !self.refetches.admits(uri.as_str(), REST, now) {
            return Err(Unseen::JustRead);
        }
        self.require_budget(&host, source, now)?;
        let (tell, flight) = watch::channel(None);
        book.flights.insert(uri.to_string(), flight.clone());
        *book.hosts.entry(host.clone()).or_default() += 1;
        let turn = Turn { strangers: self.clone(), uri: uri.to_string(), host, tell };
        Ok((flight, self.sit(&mut book), Some(turn)))
    }

    /// Whether something may be read in the background at this host, now.
    pub(super) fn admits_reading(&self, host: &str, now: Moment) -> bool {
        self.spent.admits(&format!("in the background at {}", domain(host)), READINGS_PER_DOMAIN, TimeDelta::minutes(1), now)
    }

    fn require_budget(&self, host: &str, source: &str, now: Moment) -> Result<(), Unseen> {
        let spend = |payer: String, most| self.spent.admits(&payer, most, TimeDelta::minutes(1), now);
        let sender = source.is_empty() || spend(format!("from {source}"), PER_SOURCE);
        if sender && spend(format!("at {}", domain(host)), PER_DOMAIN) { Ok(()) } else { Err(Unseen::TooMany) }
    }

    fn sit(&self, book: &mut Book) -> Seat {
        book.waiting += 1;
        Seat(self.book.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn require_room(&self, host: &str) -> Result<(), Unseen> {
        match self.hosts.get(host) {
            Some(reads) if *reads >= PER_HOST => Err(Unseen::TooMany),
            _ if self.flights.len() >= READS => Err(Unseen::Busy),
            _ => Ok(()),
        }
    }

    fn remember(&mut self, name: &str, failure: Unseen, now: Moment) {
        if self.failures.len() >= FAILURES {
            self.failures.retain(|_, (at, _)| now - *at < REST);
        }
        if self.failures.len() >= FAILURES {
            self.failures.clear();
        }
        self.failures.insert(name.to_owned(), (now, failure));
    }
}

impl Turn {
    fn end(self, seen: Seen, now: Moment) {
        match seen {
            Err(failure @ Unseen::Closed) => self.strangers.lock().remember(&self.host, failure, now),
            Err(failure @ (Unseen::Absent | Unseen::Unreachable | Unseen::Unusable)) => {
                self.strangers.lock().remember(&self.uri, failure, now);
            }
            _ => {}
        }
        // The flight ends before anyone hears of it: whoever comes after looks into the database, or at the failure.
        let tell = self.tell.clone();
        drop(self);
        tell.send_replace(Some(seen));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut book = self.strangers.lock();
        book.flights.remove(&self.uri);
        if let Some(reads) = book.hosts.get_mut(&self.host) {
            *reads -= 1;
            if *reads == 0 {
                book.hosts.remove(&self.host);
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting -= 1;
    }
}

/// What one owner can fill with hosts at will: the last two labels, or three where the second last is short (`co.uk`).
fn domain(host: &str) -> &str {
    let is_address =
        host.starts_with('[') || host.trim_end_matches(|letter: char| letter == ':' || letter.is_ascii_digit()).is_empty();
    let ends: Vec<usize> = host.rmatch_indices('.').map(|(at, _)| at).collect();
    if is_address || host.starts_with(|letter: char| letter.is_ascii_digit()) && ends.len() == 3 {
        return host;
    }
    let short = |to: usize, from: usize| to - from <= 4;
    let labels = match ends.as_slice() {
        [last, second, ..] if host.len() - last == 3 && short(*last, *second) => 3,
        _ => 2,
    };
    ends.get(labels - 1).map_or(host, |at| &host[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::{READINGS_PER_DOMAIN, Strangers, domain};
    use crate::domain::moment::from_millis;

    #[test]
    fn all_hosts_of_one_domain_are_read_in_the_background_so_often_and_no_more() {
        let strangers = Strangers::default();
        let admitted = (0..READINGS_PER_DOMAIN + 9)
            .filter(|number| strangers.admits_reading(&format!("host{number}.evil.example"), from_millis(0)));
        assert_eq!(admitted.count(), 240);
        assert!(strangers.admits_reading("bravo.example", from_millis(0)));
        assert!(strangers.admits_reading("a.evil.example", from_millis(60_000)));
    }

    #[test]
    fn all_hosts_of_one_owner_are_one_domain() {
        for (host, expected) in [
            ("a.b.c.evil.example", "evil.example"),
            ("evil.example", "evil.example"),
            ("x.labs.co.uk", "labs.co.uk"),
            ("labs.co.uk", "labs.co.uk"),
            ("mastodon.amsterdam.nl", "amsterdam.nl"),
            ("localhost:4001", "localhost:4001"),
            ("127.0.0.1:4001", "127.0.0.1:4001"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(domain(host), expected, "{host}");
        }
    }
}
