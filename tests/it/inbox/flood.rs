//! Many at once: one read for all who wait for it, few at one host, none for what failed a moment ago.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use archipel::{federation::signature::SignedRequest, storage::audience};
use chrono::TimeDelta;
use futures_util::future::join_all;
use openssl::{pkey::PKey, rsa::Rsa};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::scene::{LAB, Scene, by};
use crate::support::{
    on_both_engines,
    script::{Play, Script, raw},
    signer::{Cavage, letter},
};

fn someone(host: &str, name: &str) -> Value {
    let id = format!("{host}users/{name}");
    json!({"id": id, "publicKey": {"id": format!("{id}#main-key")}})
}

fn signed(scene: &Scene, actor: &Value, path: &str) -> SignedRequest {
    let id = format!("{}/{path}", actor["id"].as_str().unwrap());
    let mut request = letter(&by(actor, &id, "Follow", LAB), scene.ours.store.now());
    Cavage::new(actor["publicKey"]["id"].as_str().unwrap()).sign(&mut request);
    request
}

/// How often each answer was given; 202 is the empty one.
async fn answers(scene: &Scene, requests: Vec<SignedRequest>, source: &str) -> BTreeMap<String, usize> {
    let taken = join_all(requests.into_iter().map(|request| scene.ours.federation.receive_from(request, source))).await;
    let mut counts = BTreeMap::new();
    for answer in taken {
        *counts.entry(answer.err().map(|error| error.to_string()).unwrap_or_default()).or_default() += 1;
    }
    counts
}

on_both_engines! {
    async fn a_thousand_letters_of_a_stranger_cause_one_read(engine) {
        let scene = Scene::set(engine).await;
        let dora = scene.peer.person("dora");
        let answers = answers(&scene, vec![signed(&scene, &dora, "f"); 1_000], "").await;
        assert_eq!(scene.peer.reads_of(dora["id"].as_str().unwrap()), 1);
        assert!(answers[""] >= 64 && answers.keys().all(|answer| ["", "try again: busy"].contains(&answer.as_str())), "{answers:?}");
        let lab = scene.ours.known(LAB).unwrap().id;
        assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, lab)), 2, "one effect");
        scene.ours.take(signed(&scene, &dora, "again")).await.expect("whoever was sent away comes again");
    }

    async fn a_thousand_letters_after_a_change_of_key_cause_one_read(engine) {
        let scene = Scene::set(engine).await;
        let new = PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap();
        let mut alice = scene.alice.clone();
        alice["publicKey"]["publicKeyPem"] = String::from_utf8(new.public_key_to_pem().unwrap()).unwrap().into();
        scene.peer.serve(&alice);
        let id = scene.peer.at("/follows/new");
        let mut request = letter(&by(&alice, &id, "Follow", LAB), scene.ours.store.now());
        Cavage { key: new, ..Cavage::new(alice["publicKey"]["id"].as_str().unwrap()) }.sign(&mut request);
        let answers = answers(&scene, vec![request; 1_000], "").await;
        assert_eq!(scene.peer.reads_of(alice["id"].as_str().unwrap()), 1);
        assert!(answers.keys().all(|answer| ["", "try again: busy"].contains(&answer.as_str())), "{answers:?}");
    }

    async fn a_host_is_asked_four_things_at_once_and_no_more(engine) {
        let (scene, host) = (Scene::set(engine).await, Script::start().await);
        let mut requests = Vec::new();
        for number in 0..200 {
            let actor = someone(&host.at("/"), &number.to_string());
            let slow = Play::After(Duration::from_millis(500), raw(404, &[], ""));
            host.play(&format!("/users/{number}"), slow);
            requests.push(signed(&scene, &actor, "f"));
        }
        let answers = answers(&scene, requests, "").await;
        assert!((1..=4).contains(&host.most_at_once()), "{}", host.most_at_once());
        assert!(answers["too much: unknown-actors"] >= 100, "{answers:?}");
        scene.ours.take(signed(&scene, &scene.mallory, "f")).await.expect("who is known is not held up");
    }

    async fn one_sender_cannot_make_us_read_without_end(engine) {
        let (scene, host) = (Scene::set(engine).await, Script::start().await);
        let mut counts = BTreeMap::new();
        for number in 0..110 {
            host.answer(&format!("/users/{number}"), 404, &[], "");
            let request = signed(&scene, &someone(&host.at("/"), &number.to_string()), "f");
            let answer = scene.ours.federation.receive_from(request, "192.0.2.1").await.unwrap_err().to_string();
            *counts.entry(answer).or_insert(0) += 1;
        }
        assert_eq!(counts, BTreeMap::from([("not proven: actor-unusable".into(), 100), ("too much: unknown-actors".into(), 10)]));
        assert_eq!(host.heard().len(), 100);
        let other = scene.peer.person("dora");
        scene.ours.federation.receive_from(signed(&scene, &other, "f"), "192.0.2.2").await.expect("another sender is not meant");
        scene.ours.store.clock.advance(TimeDelta::minutes(1));
        let other = scene.peer.person("emil");
        scene.ours.federation.receive_from(signed(&scene, &other, "f"), "192.0.2.1").await.expect("a minute later");
    }

    async fn what_could_not_be_read_is_not_tried_again_for_five_minutes(engine) {
        let (scene, host) = (Scene::set(engine).await, Script::start().await);
        host.answer("/users/broken", 200, &["content-type: text/html"], "<p>");
        host.answer("/users/nobody", 404, &[], "");
        host.answer("/users/failing", 500, &[], "");
        let cases = [
            ("broken", "not proven: actor-unusable"),
            ("nobody", "not proven: actor-unusable"),
            ("failing", "try again: actor-unreachable"),
            ("closing", "try again: actor-unreachable"),
        ];
        for round in 1..=2 {
            for (name, expected) in cases {
                for _ in 0..5 {
                    let told = scene.ours.take(signed(&scene, &someone(&host.at("/"), name), "f")).await.unwrap_err();
                    assert_eq!(told.to_string(), expected, "{name}");
                }
                let asked = host.heard().iter().filter(|head| head.starts_with(&format!("get /users/{name} "))).count();
                // A client may repeat once what closes without a word.
                let most = if name == "closing" { 2 * round } else { round };
                assert!((round..=most).contains(&asked), "{name} was read {asked} times");
            }
            scene.ours.store.clock.advance(TimeDelta::minutes(5));
        }
    }

    async fn a_host_that_is_down_is_not_tried_for_anybody(engine) {
        let scene = Scene::set(engine).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let home = format!("http://{address}/");
        for name in ["one", "two"] {
            let told = scene.ours.take(signed(&scene, &someone(&home, name), "f")).await.unwrap_err();
            assert_eq!(told.to_string(), "try again: actor-unreachable");
        }
        let host = Script::on(TcpListener::bind(address).await.unwrap());
        let told = scene.ours.take(signed(&scene, &someone(&home, "three"), "f")).await.unwrap_err();
        assert_eq!((told.to_string().as_str(), host.heard().len()), ("try again: actor-unreachable", 0));
    }

    async fn a_key_that_does_not_come_in_time_may_be_sent_for_again(engine) {
        let (scene, host) = (Scene::set(engine).await, Script::start().await);
        host.play("/users/slow", Play::Silence);
        let begun = Instant::now();
        let told = scene.ours.take(signed(&scene, &someone(&host.at("/"), "slow"), "f")).await.unwrap_err();
        assert_eq!(told.to_string(), "try again: actor-unreachable");
        assert!(begun.elapsed() < Duration::from_secs(12));
    }

    async fn departures_of_strangers_cause_no_read_at_all(engine) {
        let (scene, host) = (Scene::set(engine).await, Script::start().await);
        let departures = (0..500).map(|number| {
            let actor = someone(&host.at("/"), &number.to_string());
            let delete = by(&actor, &format!("{}#delete", actor["id"].as_str().unwrap()), "Delete", actor["id"].clone());
            let mut request = letter(&delete, scene.ours.store.now());
            Cavage::new(actor["publicKey"]["id"].as_str().unwrap()).sign(&mut request);
            request
        });
        let before = scene.ours.state();
        assert_eq!(answers(&scene, departures.collect(), "").await, BTreeMap::from([(String::new(), 500)]));
        assert!(host.heard().is_empty() && scene.ours.state() == before);
    }
}
