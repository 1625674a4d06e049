//! Who is read from: labs elsewhere that ours follows, on hosts that answer as a test says.

use archipel::{
    domain::{
        actor::{Actor, ActorId},
        audience::FollowState,
        reading::{Reading, ReadingKind},
        share::Share,
    },
    storage::{self, audience as follows, reading, share},
    usecases::audience,
    worker::Worker,
};
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};

use crate::support::{Engine, cast, instance::Instance, patience::wait_for, script::Script};

pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
pub const JSON: &str = "content-type: application/activity+json";

/// Our lab Spoor, and a Group on a host of its own that it follows; it published nothing yet.
pub struct Scene {
    pub ours: Instance,
    pub host: Script,
    pub group: Value,
}

/// A worker in the background, until this is dropped.
pub struct Working {
    _stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Drop for Working {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Scene {
    /// The first reading of the Group is done.
    pub async fn set(engine: Engine) -> Self {
        let (ours, host) = (Instance::open(engine), Script::start().await);
        ours.add_lab("spoor", "Spoor");
        let group = actor(&host, "Group", "lezers");
        publish(&host, "lezers", &[], &[JSON]);
        let scene = Self { ours, host, group };
        scene.follow(&scene.group).await;
        scene.ours.work_off().await;
        scene
    }

    /// Our lab follows, and that is accepted.
    pub async fn follow(&self, group: &Value) -> Actor {
        let (followee, now) = (self.ours.meet(group).await, self.ours.store.now());
        let spoor = self.ours.known("https://alpha.example/labs/spoor").expect("our lab");
        self.ours.commit(|tx| {
            let uri = format!("{}/follows/{}", spoor.uri, followee.id.0);
            follows::save(tx, spoor.id, followee.id, &uri, FollowState::Requested, now)?;
            let follow = follows::find_by_uri(tx, &uri)?.expect("the follow");
            Ok(audience::follow_accepted(tx, now, &follow)?)
        });
        followee
    }

    /// Works until this is dropped.
    pub fn work(&self) -> Working {
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(Worker::new(self.ours.federation.clone()).run(stopped));
        Working { _stop: stop, running }
    }

    /// The Group announces this.
    pub async fn announce(&self, number: u32, object: &str) {
        self.announce_by(&self.group, number, object).await;
    }

    pub async fn announce_by(&self, group: &Value, number: u32, object: &str) {
        let id = format!("{}/announces/{number}", group["id"].as_str().unwrap());
        let announce = json!({"id": id, "type": "Announce", "actor": group["id"], "object": object, "to": PUBLIC});
        self.ours.receive(&announce, group).await.expect("an announcement");
    }

    /// The Group takes that back.
    pub async fn undo_announce(&self, number: u32, object: &str) {
        let group = self.group["id"].as_str().unwrap();
        let announce = json!({"id": format!("{group}/announces/{number}"), "type": "Announce", "actor": group, "object": object});
        let undo = json!({"id": format!("{group}/undos/{number}"), "type": "Undo", "actor": group, "object": announce});
        self.ours.receive(&undo, &self.group).await.expect("an undo");
    }

    pub fn share(&self, uri: &str) -> Option<Share> {
        self.ours.look(|tx| share::find_by_uri(tx, uri))
    }

    pub fn has_reply(&self, uri: &str) -> bool {
        self.ours.look(|tx| storage::reply::find_share_of(tx, uri)).is_some()
    }

    /// What is to be read, of a kind.
    pub fn readings(&self, kind: ReadingKind) -> Vec<Reading> {
        self.ours.look(|tx| reading::list(tx, Some(kind), 1_000))
    }

    pub fn group_row(&self) -> Actor {
        self.ours.known(self.group["id"].as_str().unwrap()).expect("the group")
    }

    pub async fn wait_for_share(&self, uri: &str) -> Share {
        wait_for("a share to be read", 20, async || self.share(uri)).await
    }

    /// A day and what the dice may add to it.
    pub fn wait_a_day(&self) {
        self.ours.store.clock.advance(chrono::TimeDelta::hours(27));
    }
}

/// How often this was asked for there.
pub fn asked(host: &Script, target: &str) -> usize {
    host.heard().iter().filter(|head| head.starts_with(&format!("get {target} "))).count()
}

/// An actor's document on a host, served there.
pub fn actor(host: &Script, kind: &str, name: &str) -> Value {
    let id = host.at(&format!("/users/{name}"));
    let document = json!({
        "id": id, "type": kind, "preferredUsername": name, "name": name, "inbox": format!("{id}/inbox"),
        "outbox": format!("{id}/outbox"),
        "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": cast::public_key()},
    });
    host.serve(&format!("/users/{name}"), &document);
    document
}

/// Notes of an actor stand in its outbox, with these headers.
pub fn publish(host: &Script, name: &str, notes: &[Value], headers: &[&str]) {
    let id = host.at(&format!("/users/{name}/outbox"));
    let creates: Vec<Value> = notes.iter().map(|note| json!({"type": "Create", "object": note})).collect();
    let outbox = json!({"id": id, "type": "OrderedCollection", "totalItems": creates.len(), "orderedItems": creates});
    host.answer(&format!("/users/{name}/outbox"), 200, headers, &outbox.to_string());
}

/// A note by an actor of a host, served there.
pub fn note(host: &Script, name: &str, number: u32) -> Value {
    let object = json!({"id": host.at(&format!("/notes/{number}")), "type": "Note", "to": PUBLIC, "content": "<p>Wat werkte.</p>",
        "attributedTo": host.at(&format!("/users/{name}")), "published": "2026-10-20T09:00:00Z"});
    host.serve(&format!("/notes/{number}"), &object);
    object
}

/// A reply by an actor of a host, served there.
pub fn reply(host: &Script, name: &str, number: u32, to: &str) -> Value {
    let mut object = note(host, name, number);
    object["inReplyTo"] = to.into();
    host.serve(&format!("/notes/{number}"), &object);
    object
}

/// A reading in nobody's queue, to be asked for at once.
pub fn leased(kind: ReadingKind, url: url::Url, actor: ActorId) -> reading::Leased {
    let host = archipel::domain::peer::canonical_host(&url);
    let validators = archipel::domain::reading::Validators::default();
    reading::Leased {
        id: 0,
        lease: 0,
        kind,
        url,
        host,
        actor,
        share: None,
        path: Vec::new(),
        validators,
        past: (0, 0),
        host_failures: 0,
    }
}
