//! Who is there when we speak, and what reaches them.

use archipel::{
    domain::{
        links::Links,
        membership::{Member, Role},
        moment::Moment,
    },
    usecases::membership,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Engine, instance::Instance, peer::Peer, signer};

pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
pub const LAB: &str = "https://alpha.example/labs/spoor";
pub const NOOR: &str = "https://alpha.example/people/noor";
pub const ORGANISATION: &str = "https://alpha.example/organisation";
pub const SHARE: &str = "https://alpha.example/shares/k3v9x2mqa7";
pub const ID: &str = "k3v9x2mqa7";

/// Our lab Spoor with Noor in it; Merel elsewhere, who follows whom she is told to.
pub struct Scene {
    pub ours: Instance,
    pub peer: Peer,
    pub merel: Value,
    pub noor: Member,
}

/// What reached the peer.
#[derive(Debug)]
pub struct Sent {
    pub inbox: String,
    pub activity: Value,
}

impl Sent {
    /// Who says what kind of thing about what: enough to tell the activities of one test apart.
    pub fn gist(&self) -> String {
        let object = &self.activity["object"];
        let inner = object["type"].as_str().map_or_else(|| object.as_str().unwrap_or_default().to_owned(), str::to_owned);
        format!(
            "{} {} {inner}",
            self.activity["actor"].as_str().unwrap_or_default(),
            self.activity["type"].as_str().unwrap_or_default()
        )
    }
}

impl Scene {
    pub async fn set(engine: Engine) -> Self {
        Self::of(Instance::open(engine)).await
    }

    pub async fn of(ours: Instance) -> Self {
        let peer = Peer::start().await;
        ours.add_lab("spoor", "Spoor");
        let noor = ours.add_member("noor", "Noor");
        let now = ours.store.now();
        ours.commit(|tx| membership::appoint(tx, now, "noor", "spoor", Role::Editor));
        let merel = peer.person("merel");
        ours.store.clock.advance(TimeDelta::minutes(1));
        Self { ours, peer, merel, noor }
    }

    /// With Merel following; what that sends is not looked at.
    pub async fn followed(engine: Engine, followees: &[&str]) -> Self {
        Self::set(engine).await.heard(followees).await
    }

    pub async fn heard(self, followees: &[&str]) -> Self {
        for followee in followees {
            self.follow(&self.merel, followee).await;
        }
        self.ours.work_off().await;
        self.peer.clear();
        self
    }

    pub async fn follow(&self, follower: &Value, followee: &str) {
        let id = format!("{}#follows/{}", follower["id"].as_str().unwrap(), followee.rsplit('/').next().unwrap());
        let follow = json!({"id": id, "type": "Follow", "actor": follower["id"], "object": followee});
        self.ours.receive(&follow, follower).await.expect("a follow");
    }

    /// Works everything off; what was delivered by that, each with a good signature of whom it names as its actor.
    pub async fn sent(&self) -> Vec<Sent> {
        self.ours.work_off().await;
        let posts = self.peer.posts();
        self.peer.clear();
        posts
            .into_iter()
            .map(|request| {
                let key_id = signer::check_ours(&request, self.peer.host(), self.now(), |key_id| self.public_key(key_id));
                let activity = request.json();
                assert_eq!(Some(key_id.as_str()), activity["actor"].as_str().map(|actor| format!("{actor}#main-key")).as_deref());
                Sent { inbox: request.target, activity }
            })
            .collect()
    }

    /// The same, and nothing is left to do.
    pub async fn all_sent(&self) -> Vec<Sent> {
        let sent = self.sent().await;
        self.ours.assert_idle();
        sent
    }

    pub async fn gists(&self) -> Vec<String> {
        self.all_sent().await.iter().map(Sent::gist).collect()
    }

    /// This actor, which our lab asked to follow first of all, accepts that.
    pub async fn accept_our_follow(&self, followee: &Value) {
        let (id, follow) = (self.peer.at("/accepts/1"), format!("{LAB}/follows/1"));
        let accept = json!({"id": id, "type": "Accept", "actor": followee["id"], "object": follow});
        self.ours.receive(&accept, followee).await.expect("an acceptance");
    }

    pub fn public_key(&self, key_id: &str) -> String {
        let known = self.ours.known(key_id.trim_end_matches("#main-key")).unwrap_or_else(|| panic!("{key_id} is a key of ours"));
        known.public_key
    }

    pub fn now(&self) -> Moment {
        self.ours.store.now()
    }

    pub fn links(&self) -> &Links {
        &self.ours.federation.links
    }

    pub fn wait(&self, time: TimeDelta) {
        self.ours.store.clock.advance(time);
    }
}
