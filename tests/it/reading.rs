//! What is read at other hosts in the background: politely, only where it changed, and never in anybody's way.

mod conversation;
mod scene;

use std::time::Duration;

use archipel::{
    domain::{
        block::Blockable,
        reading::{Answer, ReadingKind},
    },
    storage::{host, reading},
    usecases::block,
};
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{
    instance::draft,
    on_both_engines,
    patience::wait_for,
    peer::Peer,
    script::{Play, Script, raw},
};
pub use scene::leased;
use scene::{JSON, Scene, actor, asked, note, publish};

/// What a reading at a blocked host comes to.
pub const BLOCKED: Answer = Answer::Ended("it is blocked here");

on_both_engines! {
    async fn a_host_is_asked_one_thing_at_a_time_however_many_workers_there_are(engine) {
        let scene = Scene::set(engine).await;
        for number in 1..=4 {
            let object = note(&scene.host, "lezers", number);
            let slow = Play::After(Duration::from_millis(100), raw(200, &[JSON], &object.to_string()));
            scene.host.play(&format!("/notes/{number}"), slow);
            scene.announce(number, object["id"].as_str().unwrap()).await;
        }
        let workers = if scene.ours.store.has_single_writer() { 1 } else { 3 };
        let _working: Vec<_> = (0..workers).map(|_| scene.work()).collect();
        for number in 1..=4 {
            scene.wait_for_share(&scene.host.at(&format!("/notes/{number}"))).await;
            assert_eq!(asked(&scene.host, &format!("/notes/{number}")), 1);
        }
        assert_eq!(scene.host.most_at_once(), 1);
    }

    async fn a_host_that_does_not_answer_holds_up_neither_another_nor_who_publishes(engine) {
        let (scene, other, peer) = (Scene::set(engine).await, Script::start().await, Peer::start().await);
        let merel = peer.person("merel");
        let follow = json!({"id": peer.at("/follows/1"), "type": "Follow", "actor": merel["id"],
            "object": "https://alpha.example/labs/spoor"});
        scene.ours.receive(&follow, &merel).await.unwrap();
        scene.host.play("/notes/1", Play::Silence);
        actor(&other, "Person", "jip");
        let elsewhere = note(&other, "jip", 2);
        let _working = scene.work();
        scene.announce(1, &scene.host.at("/notes/1")).await;
        wait_for("the silent host to be asked", 20, async || (asked(&scene.host, "/notes/1") > 0).then_some(())).await;
        scene.announce(2, elsewhere["id"].as_str().unwrap()).await;
        scene.ours.publish("k3v9x2mqa7", "spoor", "lab", draft("De tweede brief", "Wat werkte."));
        wait_for("the delivery", 8, async || peer.posts().iter().any(|post| post.json()["type"] == "Create").then_some(())).await;
        scene.wait_for_share(elsewhere["id"].as_str().unwrap()).await;
        assert_eq!(scene.readings(ReadingKind::Object)[0].failures, 0, "and the silent one is still being waited for");
    }

    async fn what_did_not_change_is_not_sent_again_and_changes_nothing_here(engine) {
        let scene = Scene::set(engine).await;
        let validators = ["etag: W/\"7\"", "last-modified: Sun, 01 Nov 2026 08:00:00 GMT", JSON];
        scene.host.answer("/users/lezers", 200, &validators, &scene.group.to_string());
        publish(&scene.host, "lezers", &[note(&scene.host, "lezers", 1)], &validators);
        scene.wait_a_day();
        scene.ours.work_off().await;
        scene.share(&scene.host.at("/notes/1")).expect("the share in the outbox");
        for target in ["/users/lezers", "/users/lezers/outbox"] {
            scene.host.answer(target, 304, &["etag: W/\"7\""], "");
        }
        let (before, known) = (scene.ours.state(), scene.group_row());
        scene.wait_a_day();
        scene.ours.work_off().await;
        let now = scene.ours.store.now();
        assert_eq!(scene.ours.state(), before);
        assert_eq!(scene.group_row(), archipel::domain::actor::Actor { fetched_at: now, ..known }, "only that it is fresh");
        let heard = scene.host.heard();
        for target in ["/users/lezers", "/users/lezers/outbox"] {
            let head = heard.iter().rfind(|head| head.starts_with(&format!("get {target} "))).unwrap();
            assert!(head.contains("if-none-match: w/\"7\"") && head.contains("if-modified-since: sun, 01 nov"), "{head}");
        }
        for kind in [ReadingKind::Actor, ReadingKind::Outbox] {
            let reading = scene.readings(kind).remove(0);
            assert_eq!((reading.read_at, reading.failures, reading.last_error), (Some(now), 0, None));
        }
    }

    async fn a_day_later_a_new_name_and_a_missed_share_are_known(engine) {
        let scene = Scene::set(engine).await;
        let mut renamed = scene.group.clone();
        renamed["name"] = "Lezers en schrijvers".into();
        scene.host.serve("/users/lezers", &renamed);
        publish(&scene.host, "lezers", &[note(&scene.host, "lezers", 1)], &[JSON]);
        scene.ours.work_off().await;
        assert!(scene.share(&scene.host.at("/notes/1")).is_none(), "nothing is read before its time");
        scene.wait_a_day();
        scene.ours.work_off().await;
        assert_eq!(scene.group_row().name, "Lezers en schrijvers");
        assert!(scene.share(&scene.host.at("/notes/1")).is_some());
        let next: Vec<_> = [ReadingKind::Actor, ReadingKind::Outbox].map(|kind| scene.readings(kind)[0].due_at - scene.ours.store.now()).into();
        assert!(next.iter().all(|wait| *wait >= TimeDelta::days(1) && *wait <= TimeDelta::hours(27)), "{next:?}");
    }

    async fn an_undo_calls_off_what_was_not_read_yet(engine) {
        let scene = Scene::set(engine).await;
        let object = note(&scene.host, "lezers", 1)["id"].as_str().unwrap().to_owned();
        scene.announce(1, &object).await;
        assert_eq!(scene.readings(ReadingKind::Object).len(), 1);
        scene.undo_announce(1, &object).await;
        scene.ours.work_off().await;
        assert_eq!((scene.share(&object), asked(&scene.host, "/notes/1")), (None, 0));
    }

    async fn an_undo_calls_off_what_is_being_read(engine) {
        let scene = Scene::set(engine).await;
        let object = note(&scene.host, "lezers", 1);
        let slow = Play::After(Duration::from_millis(700), raw(200, &[JSON], &object.to_string()));
        scene.host.play("/notes/1", slow);
        let object = object["id"].as_str().unwrap();
        scene.announce(1, object).await;
        let undone = async {
            wait_for("the host to be asked", 20, async || (asked(&scene.host, "/notes/1") > 0).then_some(())).await;
            scene.undo_announce(1, object).await;
        };
        tokio::join!(scene.ours.work_off(), undone);
        assert_eq!((scene.share(object), scene.readings(ReadingKind::Object)), (None, Vec::new()));
    }

    async fn a_blocked_host_is_not_asked_and_its_readings_end(engine) {
        let (scene, other) = (Scene::set(engine).await, Script::start().await);
        actor(&other, "Person", "jip");
        let elsewhere = note(&other, "jip", 1)["id"].as_str().unwrap().to_owned();
        scene.announce(1, &elsewhere).await;
        scene.announce(2, note(&scene.host, "lezers", 2)["id"].as_str().unwrap()).await;
        let (now, links) = (scene.ours.store.now(), scene.ours.federation.links.clone());
        let subject = Blockable::parse(other.at("").trim_start_matches("http://").split(':').next().unwrap()).unwrap();
        scene.ours.commit(|tx| block::block(tx, now, &links, None, &subject, None));
        scene.wait_a_day();
        scene.ours.work_off().await;
        let left: Vec<_> = ReadingKind::ALL.into_iter().flat_map(|kind| scene.readings(kind)).collect();
        assert_eq!((left, other.heard().len(), asked(&scene.host, "/notes/2")), (Vec::new(), 0, 0));
    }

    async fn what_a_killed_worker_was_reading_is_read_again(engine) {
        let scene = Scene::set(engine).await;
        let object = note(&scene.host, "lezers", 1)["id"].as_str().unwrap().to_owned();
        scene.announce(1, &object).await;
        let now = scene.ours.store.now();
        assert_eq!(scene.ours.store.commit(|tx| reading::lease(tx, 1, 9, now)).len(), 1);
        scene.ours.work_off().await;
        assert!(scene.share(&object).is_none(), "somebody holds it");
        if !scene.ours.store.has_single_writer() {
            scene.ours.store.clock.advance(scene.ours.look(host::next_due).unwrap() - now);
        }
        let _begun = scene.work();
        scene.wait_for_share(&object).await;
    }

    async fn a_hosts_wish_to_wait_is_honoured(engine) {
        let scene = Scene::set(engine).await;
        let object = note(&scene.host, "lezers", 1);
        scene.host.answer("/notes/1", 429, &["retry-after: 5400"], "");
        scene.announce(1, object["id"].as_str().unwrap()).await;
        scene.ours.work_off().await;
        let waiting = scene.readings(ReadingKind::Object).remove(0);
        assert_eq!((waiting.failures, waiting.due_at), (1, scene.ours.store.now() + TimeDelta::minutes(90)));
        scene.host.serve("/notes/1", &object);
        scene.ours.store.clock.advance(TimeDelta::minutes(89));
        scene.ours.work_off().await;
        assert_eq!(asked(&scene.host, "/notes/1"), 1);
        scene.ours.store.clock.advance(TimeDelta::minutes(1));
        scene.ours.work_off().await;
        assert!(scene.share(object["id"].as_str().unwrap()).is_some());
    }

    async fn what_is_gone_is_not_asked_for_again(engine) {
        let scene = Scene::set(engine).await;
        for (number, status) in [(1, 410), (2, 404), (3, 403)] {
            scene.host.answer(&format!("/notes/{number}"), status, &[], "");
            scene.announce(number, &scene.host.at(&format!("/notes/{number}"))).await;
        }
        scene.ours.work_off().await;
        assert_eq!(scene.readings(ReadingKind::Object), []);
        scene.host.answer("/users/lezers", 404, &[], "");
        scene.wait_a_day();
        scene.ours.work_off().await;
        assert!(scene.group_row().gone_at.is_none() && scene.readings(ReadingKind::Actor)[0].last_error.is_some(), "404 may pass");
        scene.host.answer("/users/lezers", 410, &[], "");
        scene.wait_a_day();
        scene.ours.work_off().await;
        assert_eq!(scene.group_row().gone_at, Some(scene.ours.store.now()));
        scene.wait_a_day();
        scene.ours.work_off().await;
        let left: Vec<_> = ReadingKind::ALL.into_iter().flat_map(|kind| scene.readings(kind)).collect();
        assert_eq!(left, [], "nobody follows it any more");
    }
}
