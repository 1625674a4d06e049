//! A lab of ours, and somebody elsewhere who signs.

use archipel::{federation::signature::SignedRequest, storage::audience};
use serde_json::{Value, json};

use crate::support::{Engine, instance::Instance, peer::Peer, signer::letter};

pub const LAB: &str = "https://alpha.example/labs/spoor";
/// Our lab, and Alice whom we know.
pub struct Scene {
    pub ours: Instance,
    pub peer: Peer,
    pub alice: Value,
}

impl Scene {
    pub async fn set(engine: Engine) -> Self {
        let (ours, peer) = (Instance::open(engine), Peer::start().await);
        ours.add_lab("spoor", "Spoor");
        let alice = peer.person("alice");
        ours.meet(&alice).await;
        peer.clear();
        Self { ours, peer, alice }
    }

    pub fn key_id(&self) -> String {
        self.alice["publicKey"]["id"].as_str().unwrap().to_owned()
    }

    pub fn follow(&self, number: usize) -> SignedRequest {
        let id = self.peer.at(&format!("/follows/{number}"));
        letter(&json!({"id": id, "type": "Follow", "actor": self.alice["id"], "object": LAB}), self.ours.store.now())
    }

    pub fn seconds(&self, ahead: i64) -> String {
        (self.ours.store.now().timestamp() + ahead).to_string()
    }

    pub fn followers(&self) -> i64 {
        let lab = self.ours.known(LAB).unwrap().id;
        self.ours.look(|tx| audience::count_followers(tx, lab))
    }

    pub async fn refuses(&self, what: &str, request: SignedRequest, expected: &str) {
        let before = self.ours.state();
        let refused = self.ours.take(request).await.expect_err(what);
        assert_eq!(refused.to_string(), expected, "{what}");
        assert!(
            self.ours.state() == before && self.peer.requests().is_empty(),
            "{what} changed something, or had something read"
        );
    }
}
