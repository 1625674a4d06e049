//! Who is there when forged and honest activities arrive.

use archipel::usecases;
use serde_json::{Value, json};

use crate::support::{
    Engine,
    instance::{Instance, draft},
    peer::Peer,
};

pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
pub const SHARE: &str = "https://alpha.example/shares/k3v9x2mqa7";
pub const LAB: &str = "https://alpha.example/labs/spoor";

/// Our lab with a share; Alice, who follows, likes and replied; Mallory beside her; Victor on a server of his own.
pub struct Scene {
    pub ours: Instance,
    pub peer: Peer,
    pub elsewhere: Peer,
    pub alice: Value,
    pub mallory: Value,
    pub victor: Value,
}

impl Scene {
    pub async fn set(engine: Engine) -> Self {
        let (ours, peer, elsewhere) = (Instance::open(engine), Peer::start().await, Peer::start().await);
        ours.add_lab("spoor", "Spoor");
        ours.publish("k3v9x2mqa7", "spoor", "lab", draft("De tweede brief", "Wat werkte, en wat niet."));
        let (alice, mallory) = (peer.person("alice"), peer.person("mallory"));
        let victor = elsewhere.person("victor");
        let scene = Self { ours, peer, elsewhere, alice, mallory, victor };
        for person in [&scene.alice, &scene.mallory, &scene.victor] {
            scene.ours.meet(person).await;
        }
        let followee = scene.ours.meet(&scene.alice).await;
        let now = scene.ours.store.now();
        scene.ours.commit(|tx| usecases::audience::follow(tx, now, None, "spoor", &followee));
        for activity in [scene.follow(), scene.reply("/notes/1", "Dat zagen wij ook."), scene.like()] {
            scene.ours.receive(&activity, &scene.alice).await.expect("an honest activity");
        }
        scene.ours.work_off().await;
        scene.ours.assert_idle();
        scene.peer.clear();
        scene
    }

    pub fn by_alice(&self, number: u32, kind: &str, object: Value) -> Value {
        by(&self.alice, &self.peer.at(&format!("/activities/{number}")), kind, object)
    }

    pub fn by_mallory(&self, kind: &str, object: Value) -> Value {
        by(&self.mallory, &self.peer.at("/activities/m"), kind, object)
    }

    pub fn follow(&self) -> Value {
        self.by_alice(1, "Follow", LAB.into())
    }

    pub fn like(&self) -> Value {
        self.by_alice(2, "Like", SHARE.into())
    }

    pub fn reply(&self, path: &str, text: &str) -> Value {
        let mut create = self.by_alice(3, "Create", note(&self.peer.at(path), &self.alice, text));
        create["to"] = PUBLIC.into();
        create
    }

    pub fn alices_note(&self) -> String {
        self.peer.at("/notes/1")
    }
}

pub fn by(actor: &Value, id: &str, kind: &str, object: impl Into<Value>) -> Value {
    let mut activity = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": kind, "actor": actor["id"]});
    activity["object"] = object.into();
    activity
}

pub fn note(id: &str, author: &Value, text: &str) -> Value {
    json!({"id": id, "type": "Note", "attributedTo": author["id"], "inReplyTo": SHARE, "to": PUBLIC, "content": text,
        "published": "2026-10-30T08:00:00Z", "updated": "2026-10-30T09:00:00Z"})
}

pub fn with(mut activity: Value, property: &str, value: Value) -> Value {
    activity[property] = value;
    activity
}
