//! Activities overtake each other on the way, and come twice: whatever the order, what is kept in the end is the same.
//! Each order is told by actors of its own, in one database, so that all of them are compared at once.

mod stories;

use archipel::{
    domain::audience::FollowState,
    federation::{actor, inbox::Rejection, signature::SignedRequest},
    storage::audience,
    usecases::peer,
};
use proptest::{
    prelude::{Just, Strategy},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use super::scene::{LAB, SHARE};
use crate::support::{
    Engine,
    instance::{Instance, draft},
    on_both_engines,
    peer::Peer,
    signer,
};
use stories::{CONVERSATION, STORIES, Story, Told};

on_both_engines! {
    async fn every_order_of_arrival_ends_in_the_same_state(engine) {
        let house = House::open(engine).await;
        for story in STORIES {
            let count = story.length();
            let orders = permutations(count);
            assert_eq!(orders.len(), (1..=count).product::<usize>());
            house.tells(story, &orders).await;
        }
    }

    async fn every_order_of_a_whole_conversation_ends_in_the_same_state(engine) {
        House::open(engine).await.tells(&CONVERSATION, &permutations(CONVERSATION.length())).await;
    }

    async fn what_comes_twice_at_any_time_ends_in_the_same_state(engine) {
        let house = House::open(engine).await;
        let mut dice = TestRunner::deterministic();
        for story in STORIES.iter().chain([&CONVERSATION]) {
            let natural: Vec<usize> = (0..story.length()).collect();
            let doubled = Just([natural.clone(), natural.clone()].concat()).prop_shuffle();
            let orders = (0..8).map(|_| doubled.new_tree(&mut dice).unwrap().current());
            house.tells(story, &std::iter::once(natural).chain(orders).collect::<Vec<_>>()).await;
        }
    }
}

/// Our lab with a share, and a server where all the stories come from.
struct House {
    ours: Instance,
    peer: Peer,
}

impl House {
    async fn open(engine: Engine) -> Self {
        let (ours, peer) = (Instance::open(engine), Peer::start().await);
        ours.add_lab("spoor", "Spoor");
        ours.publish("k3v9x2mqa7", "spoor", "lab", draft("De tweede brief", "Wat werkte, en wat niet."));
        Self { ours, peer }
    }

    /// Tells a story in each of these orders, the first of which is the natural one, and compares how they end.
    async fn tells(&self, story: &Story, orders: &[Vec<usize>]) {
        let name = |number: usize| format!("{}-{number}x", story.name);
        for (number, order) in orders.iter().enumerate() {
            let requests = self.begin(story, &name(number));
            for step in order {
                match self.ours.take(requests[*step].clone()).await {
                    Ok(()) => {}
                    Err(Rejection::Unproven("actor-unusable")) if story.departs => {}
                    Err(error) => panic!("{}, in the order {order:?}: {error}", story.name),
                }
            }
        }
        let state = self.state();
        let ended = |number: usize| -> Vec<String> {
            let name = name(number);
            state.iter().filter(|row| row.contains(&name)).map(|row| row.replace(&name, "x")).collect()
        };
        let natural = ended(0);
        for part in story.holds {
            assert!(natural.iter().any(|row| row.contains(part)), "{}: no {part} in {natural:#?}", story.name);
        }
        for part in story.lacks {
            assert!(!natural.iter().any(|row| row.contains(part)), "{}: {part} in {natural:#?}", story.name);
        }
        for (number, order) in orders.iter().enumerate() {
            assert_eq!(ended(number), natural, "{}, in the order {order:?}", story.name);
        }
    }

    /// The actors of one telling, known here; our lab follows the first. What they will send is signed now.
    fn begin(&self, story: &Story, name: &str) -> Vec<SignedRequest> {
        let people = ["author", "other"].map(|role| self.peer.person(&format!("{name}-{role}")));
        let now = self.ours.store.now();
        let [author, _] = people.each_ref().map(|person| {
            let read = actor::read(person, now).expect("an actor");
            self.ours.commit(|tx| Ok(peer::learn(tx, &read, None)?))
        });
        let (lab, state) =
            (self.ours.known(LAB).unwrap().id, if story.asks { FollowState::Requested } else { FollowState::Accepted });
        let follow = format!("{LAB}/follows/{name}");
        self.ours.commit(|tx| Ok(audience::save(tx, lab, author.id, &follow, state, now)?));
        if story.departs {
            self.peer.answer_get(author.uri.as_str(), 410, Value::Null);
        }
        let told = Told { base: self.peer.at(&format!("/{name}")), people, follow };
        (story.tell)(&told).iter().map(|activity| self.sign(&told, activity)).collect()
    }

    fn sign(&self, told: &Told, activity: &Value) -> SignedRequest {
        let speaker = told.people.iter().find(|person| person["id"] == activity["actor"]).expect("someone of the story");
        let mut request = signer::letter(activity, self.ours.store.now());
        signer::Cavage::new(speaker["publicKey"]["id"].as_str().unwrap()).sign(&mut request);
        request
    }

    /// Everything that a peer can change, with all that is kept of it; not our own row numbers and addresses, nor how often it
    /// changed. Of a departed actor only that it is gone, and of a deletion not whom it binds (`undo.rs` tests that).
    fn state(&self) -> Vec<String> {
        let share = "shares.uri || ' in ' || labs.uri AS one";
        let queries = [
            format!(
                "SELECT {share}, authors.uri || title || shares.summary || content || shares.page || form || language || tags || \
                 CAST(shares.local AS TEXT) || ' ' || CAST(published_at AS TEXT) || ' ' || CAST(shares.updated_at AS TEXT) AS other \
                 FROM shares JOIN actors AS labs ON labs.id = lab_id JOIN actors AS authors ON authors.id = author_id"
            ),
            "SELECT shares.uri AS one, tag AS other FROM share_tags JOIN shares ON shares.id = share_id".into(),
            "SELECT replies.uri || ' to ' || in_reply_to || ' below ' || shares.uri AS one, actors.uri || replies.content || \
             replies.page || CAST(replies.published_at AS TEXT) || ' ' || CAST(replies.updated_at AS TEXT) AS other \
             FROM replies JOIN actors ON actors.id = replies.author_id JOIN shares ON shares.id = share_id"
                .into(),
            "SELECT reactions.uri AS one, reactions.kind || ' by ' || actors.uri || ' of ' || shares.uri AS other \
             FROM reactions JOIN actors ON actors.id = actor_id JOIN shares ON shares.id = share_id"
                .into(),
            "SELECT one.uri || ' follows ' || other.uri AS one, follows.uri || ' ' || state || CAST(since AS TEXT) AS other \
             FROM follows JOIN actors AS one ON one.id = follower_id JOIN actors AS other ON other.id = followee_id"
                .into(),
            "SELECT uri AS one, former_type || CAST(deleted_at AS TEXT) AS other FROM tombstones".into(),
            "SELECT uri AS one, CASE WHEN gone_at IS NULL THEN name || summary || handle || inbox || page || public_key \
             ELSE 'gone' END AS other FROM actors"
                .into(),
        ];
        let rows = queries.iter().flat_map(|query| {
            let table = query.split(" FROM ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default().to_owned();
            self.ours.store.pairs(query).into_iter().map(move |(one, other)| format!("{table}: {one}: {other}"))
        });
        let mut rows: Vec<String> = rows.collect();
        rows.sort();
        rows
    }
}

/// Every order of so many steps, the natural one first.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(count - 1);
    let placed = (0..count).rev().flat_map(|at| {
        shorter.iter().map(move |order| {
            let mut longer = order.clone();
            longer.insert(at, count - 1);
            longer
        })
    });
    placed.collect()
}

/// A follow of our lab by someone of a story.
fn follow(told: &Told, number: u32) -> Value {
    told.says(1, &format!("/follows/{number}"), "Follow", json!(LAB))
}

/// A like of our share.
fn like(told: &Told, number: u32) -> Value {
    told.says(1, &format!("/likes/{number}"), "Like", json!(SHARE))
}
