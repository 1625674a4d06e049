//! A served instance, its peers, and an attacker's letters: each is judged by what is answered, kept, asked and logged.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use archipel::{
    domain::{
        actor::Handle,
        delivery::DeliveryState,
        lab::{LabProfile, NewLab},
        share::{PublicId, Voice},
    },
    federation::{Federation, key},
    storage::{Failed, Tx, actor, delivery, host, queue},
    usecases::{audience, lab, share},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{
    Engine, Server,
    attacker::{Cavage, Letter},
    database,
    instance::draft,
    patience::wait_for,
    peer::Peer,
};

pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Hosts that are being asked for something at this moment.
const IN_HAND: &str = "SELECT host AS line FROM reading_hosts WHERE lease IS NOT NULL";

/// Everything in the database, row by row.
pub type Rows = Vec<(String, String)>;

/// Our lab with a share, on a real server; Alice, who liked and answered it and is followed by our lab, and Mallory beside her;
/// Victor on a server of his own. All of them are known to us.
pub struct Scene {
    pub server: Server,
    /// The library on its database.
    pub beside: Federation,
    pub peer: Peer,
    pub elsewhere: Peer,
    pub share: String,
    pub alice: Value,
    pub mallory: Value,
    pub victor: Value,
    number: AtomicUsize,
}

/// What is left of a letter afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Not one row differs.
    Nothing,
    /// That it was received, and no more.
    Its,
    /// Something: the test looks for itself.
    Effect,
}

/// A letter, and what must come of it.
pub struct Case {
    /// Of the catalogue.
    pub id: &'static str,
    pub what: String,
    pub letter: Letter,
    pub status: u16,
    /// The reason's code, where it is refused.
    pub code: &'static str,
    pub left: Left,
    /// How often something is read at a peer.
    pub reads: usize,
}

impl Case {
    /// Refused with this status and code; nothing is kept, and nobody asked.
    pub fn refused(id: &'static str, what: &str, letter: Letter, (status, code): (u16, &'static str)) -> Self {
        Self { id, what: what.into(), letter, status, code, left: Left::Nothing, reads: 0 }
    }

    /// Taken, leaving this.
    pub fn taken(id: &'static str, what: &str, letter: Letter, left: Left) -> Self {
        Self { id, what: what.into(), letter, status: 202, code: "", left, reads: 0 }
    }

    /// After so many looks at its peers.
    pub fn reading(self, reads: usize) -> Self {
        Self { reads, ..self }
    }
}

impl Scene {
    pub async fn set(engine: Engine) -> Self {
        let (server, peer, elsewhere) =
            (Server::start(engine, "Ministerie van Voorbeelden").await, Peer::start().await, Peer::start().await);
        let beside = server.open();
        let share = found_lab(&beside);
        let (alice, mallory) = (peer.person("alice"), peer.person("mallory"));
        let victor = elsewhere.person("victor");
        let scene = Self { server, beside, peer, elsewhere, share, alice, mallory, victor, number: AtomicUsize::new(0) };
        for person in [&scene.alice, &scene.mallory, &scene.victor] {
            scene.introduce(person).await;
        }
        scene
            .take(&scene.alice, &scene.by(&scene.alice, "Create", scene.note(&scene.alice, "/notes/1", "Dat zagen wij ook.")))
            .await;
        scene.follow(&scene.alice);
        scene.settle().await;
        scene
    }

    /// The lab's id.
    pub fn lab(&self) -> String {
        self.server.at("/labs/spoor")
    }

    /// A letter that its actor signed as it should be.
    pub fn signed(&self, actor: &Value, activity: &Value) -> Letter {
        let mut letter = Letter::to(self.server.host(), activity);
        Cavage::of(actor).sign(&mut letter);
        letter
    }

    /// The same, of which something is changed before it is signed.
    pub fn bent(&self, actor: &Value, activity: &Value, bend: impl FnOnce(&mut Cavage, &mut Letter)) -> Letter {
        let (mut letter, mut with) = (Letter::to(self.server.host(), activity), Cavage::of(actor));
        bend(&mut with, &mut letter);
        with.sign(&mut letter);
        letter
    }

    /// An activity with an id of its own, at its actor's host.
    pub fn by(&self, actor: &Value, kind: &str, object: impl Into<Value>) -> Value {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let id = format!("{}/activities/{number}", actor["id"].as_str().expect("an id"));
        let mut activity =
            json!({"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": kind, "actor": actor["id"]});
        activity["object"] = object.into();
        activity
    }

    /// A public answer to our share, at the author's host.
    pub fn note(&self, author: &Value, path: &str, text: &str) -> Value {
        let id = author["id"].as_str().expect("an id");
        let host = id.split("/users/").next().unwrap_or_default();
        json!({"id": format!("{host}{path}"), "type": "Note", "attributedTo": id, "inReplyTo": self.share, "to": PUBLIC,
            "content": text, "published": "2026-10-30T08:00:00Z", "updated": "2026-10-30T09:00:00Z"})
    }

    /// Somebody new at the first peer, whom we know from a like.
    pub async fn person(&self, name: &str) -> Value {
        let person = self.peer.person(name);
        self.introduce(&person).await;
        person
    }

    /// Makes somebody known to us.
    pub async fn introduce(&self, actor: &Value) {
        self.take(actor, &self.by(actor, "Like", self.share.as_str())).await;
    }

    /// An honest letter, which must be taken.
    pub async fn take(&self, actor: &Value, activity: &Value) {
        let answer = self.signed(actor, activity).send(self.server.listen()).await;
        assert_eq!(answer.status, 202, "{activity}: {answer:?}");
    }

    /// Our lab asks to follow somebody whom we know; the id of the Follow.
    pub fn follow(&self, actor: &Value) -> String {
        let federation = &self.beside;
        let (now, id) = (federation.clock.now(), actor["id"].as_str().expect("an id").to_owned());
        let done = federation.store.write_now(|tx| {
            let followee = actor::find_by_uri(tx, &id)?.expect("somebody whom we know");
            audience::follow(tx, now, None, "spoor", &followee)
        });
        done.expect("a follow");
        let rows = self.server.everything().into_iter().filter(|(table, _)| table == "follows").count();
        format!("{}/follows/{rows}", self.lab())
    }

    /// Waits until there is nothing to react to and nothing to deliver.
    pub async fn settle(&self) {
        let left = |tx: &mut Tx<'_>| {
            let soon = self.beside.clock.now() + TimeDelta::minutes(1);
            let reads = host::next_due(tx)?.is_some_and(|due| due < soon);
            Ok::<_, Failed>((queue::count(tx)?, delivery::count(tx, DeliveryState::Waiting)?, reads))
        };
        wait_for("everything that is due", 60, async || {
            let is_over = self.beside.store.read_now(left).expect("a count") == ((0, 0), 0, false);
            (is_over && database::lines(&self.server, IN_HAND).is_empty()).then_some(())
        })
        .await;
    }

    /// The rows of one table.
    pub fn rows(&self, table: &str) -> Vec<String> {
        self.server.everything().into_iter().filter(|(name, _)| name == table).map(|(_, row)| row).collect()
    }

    /// Sends each; fails with all that came out otherwise.
    pub async fn judge(&self, cases: Vec<Case>) {
        self.settle().await;
        let mut failures = Vec::new();
        let mut before = self.server.everything();
        for case in &cases {
            before = self.judge_one(case, before, &mut failures).await;
        }
        assert!(self.server.page("/").await.contains("Ministerie van Voorbeelden"), "it still serves");
        assert!(!self.server.logged().contains("panicked"), "nothing panicked");
        assert!(failures.is_empty(), "{} of {} came out otherwise:\n{}", failures.len(), cases.len(), failures.join("\n"));
    }

    async fn judge_one(&self, case: &Case, before: Rows, failures: &mut Vec<String>) -> Rows {
        let (logged, asked) = (self.server.logged().len(), self.asked());
        let answer = case.letter.send(self.server.listen()).await;
        if case.left == Left::Effect {
            // What is announced is read in the background.
            let read = async {
                while self.asked() - asked < case.reads {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            let _ = tokio::time::timeout(Duration::from_secs(30), read).await;
            self.settle().await;
        }
        let after = self.server.everything();
        let told = format!("{} {}", case.id, case.what);
        let mut expect = |holds: bool, said: String| {
            if !holds {
                failures.push(format!("{told}: {said}"));
            }
        };
        expect(
            (answer.status, answer.code().as_str()) == (case.status, case.code),
            format!("answered {} {}", answer.status, answer.code()),
        );
        expect(self.asked() - asked == case.reads, format!("{} looks at peers", self.asked() - asked));
        let changed = difference(&before, &after);
        let only_its = changed.iter().all(|row| row.1.0 == "received");
        match case.left {
            // What an actor's own host says of it is kept, whatever came of the letter.
            Left::Nothing => {
                expect(changed.iter().all(|row| row.1.0 == "actors" && case.reads > 0), format!("changed {changed:?}"));
            }
            Left::Its => expect(only_its, format!("changed {changed:?}")),
            Left::Effect => {}
        }
        let log = self.server.logged().split_off(logged);
        let lines: Vec<&str> = log.lines().filter(|line| line.contains("an activity was not taken")).collect();
        let secret = case.letter.header("signature").rsplit("signature=\"").next().unwrap_or_default().to_owned();
        expect(lines.len() == usize::from(case.status != 202), format!("logged {lines:?}"));
        expect(lines.iter().all(|line| line.contains(case.code)), format!("logged {lines:?}"));
        expect(secret.len() < 20 || !log.contains(&secret[..20]), "logged the signature".into());
        after
    }

    /// How often something was read at a peer so far.
    fn asked(&self) -> usize {
        [&self.peer, &self.elsewhere].iter().flat_map(|peer| peer.requests()).filter(|request| request.method == "GET").count()
    }
}

/// A lab of ours with a share; the share's id.
fn found_lab(beside: &Federation) -> String {
    let (now, links) = (beside.clock.now(), &beside.links);
    let profile = LabProfile::parse("Spoor", "lab", "We try things, and tell.").expect("a profile");
    let new = NewLab { handle: Handle::parse("spoor").expect("a handle"), profile };
    let keys = key::generate().expect("a key");
    let (id, voice) = (PublicId::parse("k3v9x2mqa7").expect("an id"), Voice::parse("lab").expect("a voice"));
    let draft = draft("De tweede brief", "Wat werkte, en wat niet.");
    let done = beside.store.write_now(|tx| {
        lab::register(tx, now, links, &keys, None, new)?;
        share::publish(tx, now, links, id, None, ("spoor", &voice, draft))
    });
    done.expect("a lab with a share").uri.to_string()
}

/// What is only here (false) or only there (true); that something was read meanwhile, as it was to be, is no difference.
fn difference(before: &Rows, after: &Rows) -> Vec<(bool, (String, String))> {
    let lost = before.iter().filter(|row| row.0 != "readings" && after.binary_search(row).is_err());
    let new = after.iter().filter(|row| before.binary_search(row).is_err());
    let changed = lost.map(|row| (false, row.clone())).chain(new.map(|row| (true, row.clone())));
    changed.filter(|row| row.1.0 != "reading_hosts").collect()
}

/// The same with a property set.
pub fn with(mut activity: Value, property: &str, value: impl Into<Value>) -> Value {
    activity[property] = value.into();
    activity
}
