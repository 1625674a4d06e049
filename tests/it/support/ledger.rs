//! The ledger of a fan-out: what inboxes heard, against what our database says they were told. It is balanced after each fault:
//! nothing is lost, nothing is told twice but what was under way when somebody was killed, and nothing newer comes first.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use archipel::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        audience::FollowState,
        delivery::{Delivery, DeliveryState},
        language::Language,
        share::{Draft, Licence, PublicId, Share, ShareKind, Voice},
    },
    federation::Federation,
    storage::{self, Failed, audience, delivery, queue},
    usecases::{peer, share},
};
use openssl::sha::sha256;

use super::{
    Server, cast, database, list_deliveries,
    patience::insist,
    peer::{Peer, Request},
};

/// How much one worker may have under way: so many hosts at once, and not many letters for each.
pub const AT_ONCE: usize = 512;

/// One activity for one inbox.
pub type Pair = (String, String);

/// Many inboxes on one machine, and what they heard.
pub struct Ledger {
    /// Who hears it.
    pub peer: Peer,
    /// What may be told once more, because whoever told it could not write that down.
    again: BTreeMap<Pair, usize>,
    /// How much had been heard at the last end.
    noted: usize,
}

/// An activity as an inbox heard it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The activity and the inbox.
    pub pair: Pair,
    /// What it is about.
    pub object: String,
    /// Where it stands in the life of that: a Create, then Updates by their time, then the Delete.
    pub step: (usize, String),
    /// What it says.
    pub text: String,
    /// When it was heard, in milliseconds.
    at: i64,
    digest: [u8; 32],
    taken: bool,
}

impl Letter {
    /// Whether it was answered with a 2xx.
    pub const fn is_taken(&self) -> bool {
        self.taken
    }

    fn read(request: &Request) -> Self {
        assert!(request.header("signature").is_some() && request.header("digest").is_some(), "{request:?}");
        let (host, activity) = (request.header("host").expect("a host"), request.json());
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let object = if activity["object"].is_string() { text(&activity["object"]) } else { text(&activity["object"]["id"]) };
        let kinds = ["Create", "Update", "Delete"];
        let step = kinds.iter().position(|kind| activity["type"] == *kind);
        Self {
            pair: (text(&activity["id"]), format!("http://{host}{}", request.target)),
            object: if step.is_some() { object } else { text(&activity["id"]) },
            step: (step.unwrap_or_default(), text(&activity["object"]["updated"])),
            text: activity["object"].to_string(),
            at: request.at,
            digest: sha256(&request.body),
            taken: request.taken,
        }
    }
}

impl Ledger {
    /// With nothing in it.
    pub async fn open() -> Self {
        Self { peer: Peer::start().await, again: BTreeMap::new(), noted: 0 }
    }

    /// Lets so many people follow a lab, each with an inbox of its own, spread over so many hosts; the inboxes.
    pub fn follow(&self, federation: &Federation, lab: &str, inboxes: usize, hosts: usize) -> BTreeSet<String> {
        let port = self.peer.origin().rsplit(':').next().expect("a port").to_owned();
        let people: Vec<Actor> =
            (0..inboxes).map(|number| someone(number, &format!("island{}.localhost:{port}", number % hosts))).collect();
        let now = federation.clock.now();
        let followed = federation.store.write_now(|tx| {
            let lab = storage::actor::find_local(tx, lab)?.expect("the lab");
            for person in &people {
                let known = peer::learn(tx, person, None)?;
                audience::save(tx, known.id, lab.id, &format!("{}#follow", known.uri), FollowState::Accepted, now)?;
            }
            Ok::<_, Failed>(())
        });
        followed.expect("followers");
        people.into_iter().map(|person| person.inbox.to_string()).collect()
    }

    /// What was heard so far, in order.
    pub fn letters(&self) -> Vec<Letter> {
        self.letters_after(0)
    }

    /// What was heard after so many letters.
    pub fn letters_after(&self, number: usize) -> Vec<Letter> {
        self.peer.posts_after(number).iter().map(Letter::read).collect()
    }

    /// What was heard so far, whatever the order.
    pub fn heard(&self) -> BTreeSet<Pair> {
        self.letters().into_iter().map(|letter| letter.pair).collect()
    }

    /// Somebody was just killed, or stopped: what it told and did not write down may be told once more. How much that is.
    pub async fn note_end(&mut self, federation: &Federation) -> usize {
        // What was sent before the end may still be on its way through the system.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let letters = self.letters_after(self.noted);
        self.noted += letters.len();
        let heard: BTreeSet<Pair> = letters.into_iter().map(|letter| letter.pair).collect();
        let written: BTreeSet<Pair> = rows(federation).into_iter().filter(is_delivered).map(pair).collect();
        let open: Vec<Pair> = heard.difference(&written).cloned().collect();
        for pair in &open {
            *self.again.entry(pair.clone()).or_default() += 1;
        }
        open.len()
    }

    /// Waits until every change was reacted to and no delivery waits.
    pub async fn settle(&self, federation: &Federation, seconds: u64) {
        let begun = Instant::now();
        while !is_settled(federation) {
            if begun.elapsed() > Duration::from_secs(seconds) {
                let waiting = federation.store.read_now(|tx| list_deliveries(tx, Some(DeliveryState::Waiting), 20));
                let changes = federation.store.read_now(queue::count);
                panic!("waited {seconds} s in vain for changes {changes:?} and deliveries {waiting:#?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Balances: each of these was delivered; whatever else was heard has a row too, and each row ended. Returns how much was
    /// told twice.
    pub fn balance(&self, server: &Server, federation: &Federation, expected: &BTreeSet<Pair>) -> usize {
        assert!(is_settled(federation), "something still waits");
        let (letters, rows) = (self.letters(), rows(federation));
        let mut known = BTreeMap::new();
        for row in rows {
            assert_ne!(row.state, DeliveryState::Waiting, "{row:?}");
            let state = row.state;
            assert!(known.insert(pair(row.clone()), state).is_none(), "two rows: {row:?}");
        }
        let delivered: BTreeSet<&Pair> =
            known.iter().filter(|(_, state)| **state == DeliveryState::Delivered).map(|(pair, _)| pair).collect();
        let taken: BTreeSet<&Pair> = letters.iter().filter(|letter| letter.taken).map(|letter| &letter.pair).collect();
        let ours = |pair: &&&Pair| expected.contains(**pair) || taken.contains(**pair);
        let lost: Vec<_> = expected.iter().filter(|pair| !taken.contains(pair)).collect();
        assert!(lost.is_empty(), "{} were lost: {:?}", lost.len(), &lost[..lost.len().min(5)]);
        let untold: Vec<_> = delivered.iter().filter(ours).filter(|pair| !taken.contains(**pair)).collect();
        assert!(untold.is_empty(), "written down as delivered, and never told: {untold:?}");
        let unknown: Vec<_> = letters.iter().map(|letter| &letter.pair).filter(|pair| !known.contains_key(*pair)).collect();
        assert!(unknown.is_empty(), "told, and written down nowhere: {unknown:?}");
        every_text_is_one(&letters);
        if let Some(late) = find_out_of_order(&letters) {
            panic!("{late:#?} came after something newer; {:#?}", tell_life(server, &letters, &late.pair.1, &late.object));
        }
        database::check_integrity(server);
        self.count_twice(&letters)
    }

    /// What was taken more often than once, which is only what was under way when somebody was killed.
    fn count_twice(&self, letters: &[Letter]) -> usize {
        let mut told: BTreeMap<&Pair, (usize, usize)> = BTreeMap::new();
        for letter in letters {
            let (taken, refused) = told.entry(&letter.pair).or_default();
            *if letter.taken { taken } else { refused } += 1;
        }
        let mut twice = 0;
        for (pair, (taken, _)) in told {
            let may = 1 + self.again.get(pair).copied().unwrap_or_default();
            assert!(taken <= may, "{pair:?} was told {taken} times, and may be told {may} times");
            twice += taken.saturating_sub(1);
        }
        twice
    }
}

/// Publishes a share of this lab, quicker than the command; its Create.
pub fn publish(federation: &Federation, lab: &str, number: u64) -> String {
    format!("{}/create", publish_as(federation, lab, &Voice::Lab, number).uri)
}

/// Publishes a share with this voice. What others say about one of the organisation is passed on by its lab.
pub fn publish_as(federation: &Federation, lab: &str, voice: &Voice, number: u64) -> Share {
    let draft =
        Draft::parse(ShareKind::Story, &format!("Piece {number}."), "## Head\n\nText", Language::En.into(), Licence::CcBy);
    let (id, draft, now) = (PublicId::from_random(number + 1_000_000), draft.expect("a draft"), federation.clock.now());
    let links = &federation.links;
    insist("a share", || {
        let (id, draft) = (id.clone(), draft.clone());
        federation.store.write_now(|tx| share::publish(tx, now, links, id, None, (lab, voice, draft)))
    })
}

/// Every one of these activities for every one of these inboxes.
pub fn pairs(activities: &[String], inboxes: &BTreeSet<String>) -> BTreeSet<Pair> {
    activities.iter().flat_map(|activity| inboxes.iter().map(move |inbox| (activity.clone(), inbox.clone()))).collect()
}

/// Every delivery there is.
pub fn rows(federation: &Federation) -> Vec<Delivery> {
    federation.store.read_now(|tx| list_deliveries(tx, None, 1_000_000)).expect("the deliveries")
}

/// Whether nothing is left to be done.
pub fn is_settled(federation: &Federation) -> bool {
    let open = federation.store.read_now(|tx| Ok::<_, Failed>((queue::count(tx)?, delivery::count(tx, DeliveryState::Waiting)?)));
    open.expect("counts") == ((0, 0), 0)
}

fn is_delivered(row: &Delivery) -> bool {
    row.state == DeliveryState::Delivered
}

fn pair(row: Delivery) -> Pair {
    (row.activity, row.inbox)
}

fn someone(number: usize, host: &str) -> Actor {
    let handle = format!("reader{number}");
    let at = |path: &str| cast::url(&format!("http://{host}/users/{handle}{path}"));
    Actor {
        id: ActorId(0),
        uri: at(""),
        page: at(""),
        inbox: at("/inbox"),
        shared_inbox: None,
        outbox: None,
        key_uri: at("#main-key").into(),
        ..cast::a_remote_actor(ActorKind::Member, &handle, host)
    }
}

/// Whoever is told, and however often, is told the same, byte for byte.
fn every_text_is_one(letters: &[Letter]) {
    let mut texts = BTreeMap::new();
    for letter in letters {
        let text = *texts.entry(&letter.pair.0).or_insert(letter.digest);
        assert_eq!(text, letter.digest, "{} was told in two ways", letter.pair.0);
    }
}

/// What an inbox heard after a later step in the life of the same thing, also when it was told again.
fn find_out_of_order(letters: &[Letter]) -> Option<&Letter> {
    let mut last: BTreeMap<(&String, &String), &Letter> = BTreeMap::new();
    letters.iter().find(|letter| {
        let before = last.insert((&letter.pair.1, &letter.object), letter);
        before.is_some_and(|before| before.step > letter.step)
    })
}

/// All that an inbox heard of a thing, and what our database says of it.
pub fn tell_life(server: &Server, letters: &[Letter], inbox: &str, object: &str) -> Vec<String> {
    let same = letters.iter().enumerate().filter(|(_, letter)| letter.pair.1 == inbox && letter.object == object);
    let heard = same.map(|(number, letter)| format!("{number}: {} {}, taken: {}", letter.at, letter.pair.0, letter.taken));
    let rows = format!(
        "SELECT d.id || ': ' || a.uri || ' ' || d.state || ', tried ' || d.attempts || ', lane ' || d.lane || ', from ' || \
         d.created_at || ' to ' || COALESCE(d.ended_at, 0) || ' ' || COALESCE(d.last_error, '') AS line \
         FROM deliveries d JOIN activities a ON a.id = d.activity_id WHERE d.inbox = '{inbox}' AND a.object = '{object}' ORDER BY d.id"
    );
    heard.chain(database::lines(server, &rows)).collect()
}
