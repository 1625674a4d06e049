//! People elsewhere who follow, leave, reply and take back what they said; their server sends all of it in order, until it is taken.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use archipel::{config::Clock, federation::signature::SignedRequest};
use reqwest::Client;
use serde_json::{Value, json};

use super::island::Island;
use crate::support::{
    scale::Dice,
    sender::{self, Sent, activity},
    server::outside,
    signer::{self, Cavage},
};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Someone elsewhere, and what of theirs should be at the island.
#[derive(Debug)]
pub struct Person {
    pub actor: Value,
    pub follows: bool,
    pub notes: BTreeSet<String>,
    followed_with: Value,
    number: usize,
    home: String,
    host: String,
    lab: String,
    anchor: String,
    client: Client,
}

impl Person {
    /// Someone on a host of their own, who has heard of this island.
    pub fn meet(island: &Island, number: usize) -> Self {
        let actor = island.ledger.peer.person_at(&format!("person{number}"), &format!("person{number}"));
        let lab = island.ours.at(&format!("/labs/{}", island.lab));
        let (host, anchor) = (island.ours.host().to_owned(), island.anchor.clone());
        let home = island.ours.listen().to_owned();
        Self {
            actor,
            follows: false,
            notes: BTreeSet::new(),
            followed_with: Value::Null,
            number: 0,
            home,
            host,
            lab,
            anchor,
            client: outside(),
        }
    }

    /// Does one thing after the other, as the dice fall, until it is over.
    pub async fn live(mut self, mut dice: Dice, over: Arc<AtomicBool>) -> Self {
        while !over.load(Ordering::Relaxed) {
            self.number += 1;
            match dice.below(4) {
                0 if self.follows => self.leave().await,
                0 | 1 if !self.follows => self.follow().await,
                2 if !self.notes.is_empty() => self.take_back(&mut dice).await,
                _ => self.reply().await,
            }
            tokio::time::sleep(Duration::from_millis(100 + dice.below(400) as u64)).await;
        }
        self
    }

    async fn follow(&mut self) {
        self.followed_with = activity(&self.actor, self.number, "Follow", self.lab.clone());
        self.say(&self.followed_with).await;
        self.follows = true;
    }

    async fn leave(&mut self) {
        let mut follow = self.followed_with.clone();
        follow.as_object_mut().expect("an object").remove("@context");
        self.say(&activity(&self.actor, self.number, "Undo", follow)).await;
        self.follows = false;
    }

    async fn reply(&mut self) {
        let id = format!("{}/notes/{}", self.actor["id"].as_str().expect("an id"), self.number);
        let note = json!({"id": id, "type": "Note", "attributedTo": self.actor["id"], "inReplyTo": self.anchor, "to": PUBLIC,
            "content": format!("Reply {}.", self.number), "published": "2026-10-30T08:00:00Z"});
        let mut create = activity(&self.actor, self.number, "Create", note);
        create["to"] = PUBLIC.into();
        self.say(&create).await;
        self.notes.insert(id);
    }

    async fn take_back(&mut self, dice: &mut Dice) {
        let notes: Vec<String> = self.notes.iter().cloned().collect();
        let id = dice.pick(&notes);
        self.say(&activity(&self.actor, self.number, "Delete", json!({"id": id, "type": "Tombstone"}))).await;
        self.notes.remove(id);
    }

    /// Sent again, byte for byte and with a fresh signature, until it is taken.
    async fn say(&self, activity: &Value) {
        for _ in 0..600 {
            let sent = sender::send(&self.client, &self.home, &self.sign(activity)).await;
            match sent {
                Sent::Taken => return,
                // While a server is down or full one waits.
                Sent::Later | Sent::Nothing | Sent::Answered(429, _) => tokio::time::sleep(Duration::from_millis(200)).await,
                Sent::Answered(status, body) => panic!("{status} {body} for {activity}"),
            }
        }
        panic!("it was not taken in two minutes: {activity}");
    }

    fn sign(&self, activity: &Value) -> SignedRequest {
        let mut letter = signer::letter(activity, Clock::System.now());
        signer::set(&mut letter, "host", Some(&self.host));
        Cavage::new(self.actor["publicKey"]["id"].as_str().expect("a key")).sign(&mut letter);
        letter
    }
}
