//! What is taken back, and taken back again.

use archipel::storage::{audience, share, tombstone};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::scene::{LAB, SHARE, Scene, by, note, with};
use crate::support::{
    cast::url,
    on_both_engines,
    signer::{Cavage, letter},
};

on_both_engines! {
    async fn following_and_unfollowing_under_the_same_two_ids_works_for_ever(engine) {
        let scene = Scene::set(engine).await;
        let lab = scene.ours.known(LAB).unwrap().id;
        let followers = || scene.ours.look(|tx| audience::count_followers(tx, lab));
        let undo = scene.by_alice(50, "Undo", scene.follow());
        for _ in 0..3 {
            // Each sending has a signature of its own, as it has a date of its own.
            scene.ours.store.clock.advance(TimeDelta::seconds(1));
            scene.ours.receive(&undo, &scene.alice).await.unwrap();
            assert_eq!(followers(), 0);
            scene.ours.receive(&scene.follow(), &scene.alice).await.unwrap();
            assert_eq!(followers(), 1);
        }
    }

    async fn an_undo_that_is_replayed_undoes_nothing_more(engine) {
        let scene = Scene::set(engine).await;
        let lab = scene.ours.known(LAB).unwrap().id;
        let mut undo = letter(&scene.by_alice(50, "Undo", scene.follow()), scene.ours.store.now());
        Cavage::new(scene.alice["publicKey"]["id"].as_str().unwrap()).sign(&mut undo);
        scene.ours.take(undo.clone()).await.unwrap();
        scene.ours.store.clock.advance(TimeDelta::seconds(1));
        scene.ours.receive(&scene.follow(), &scene.alice).await.unwrap();
        scene.ours.take(undo).await.expect("a copy is accepted");
        assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, lab)), 1);
    }

    async fn an_undo_that_is_sent_again_ends_nothing_newer(engine) {
        let scene = Scene::set(engine).await;
        let lab = scene.ours.known(LAB).unwrap().id;
        let undo = scene.by_alice(50, "Undo", scene.follow());
        scene.ours.receive(&undo, &scene.alice).await.unwrap();
        let again = with(scene.follow(), "id", scene.peer.at("/activities/again").into());
        scene.ours.receive(&again, &scene.alice).await.unwrap();
        for named in [scene.follow(), scene.follow()["id"].clone()] {
            scene.ours.store.clock.advance(TimeDelta::minutes(1));
            scene.ours.receive(&scene.by_alice(50, "Undo", named), &scene.alice).await.unwrap();
            assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, lab)), 1, "she follows under another id by now");
        }
    }

    async fn what_was_ended_in_place_of_what_was_on_its_way_stands_again(engine) {
        let scene = Scene::set(engine).await;
        let follows = || -> Vec<String> {
            let rows = scene.ours.store.pairs("SELECT uri AS one, state AS other FROM follows WHERE state = 'accepted'");
            rows.into_iter().map(|(uri, _)| uri).collect()
        };
        let late = with(scene.follow(), "id", scene.peer.at("/activities/late").into());
        scene.ours.receive(&scene.by_alice(50, "Undo", late.clone()), &scene.alice).await.unwrap();
        assert_eq!(follows(), Vec::<String>::new(), "by actor and object: some name an id that they never sent");
        scene.ours.receive(&late, &scene.alice).await.unwrap();
        assert_eq!(follows(), [scene.follow()["id"].as_str().unwrap()], "it was the late one that was undone");
    }

    async fn nobody_undoes_what_another_is_about_to_say(engine) {
        let scene = Scene::set(engine).await;
        let next = by(&scene.alice, &scene.peer.at("/activities/next"), "Follow", LAB);
        scene.ours.receive(&scene.by_alice(50, "Undo", scene.follow()), &scene.alice).await.unwrap();
        scene.ours.receive(&scene.by_mallory("Undo", next["id"].clone()), &scene.mallory).await.unwrap();
        scene.ours.receive(&next, &scene.alice).await.unwrap();
        let lab = scene.ours.known(LAB).unwrap().id;
        assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, lab)), 1);
    }

    async fn a_follow_that_was_never_undone_comes_back_only_while_it_is_new(engine) {
        let scene = Scene::set(engine).await;
        let lab = scene.ours.known(LAB).unwrap().id;
        for (days, followers) in [(1, 1), (3, 0)] {
            scene.ours.store.clock.advance(TimeDelta::days(days));
            let second = with(scene.follow(), "id", scene.peer.at(&format!("/activities/second{days}")).into());
            scene.ours.receive(&second, &scene.alice).await.unwrap();
            scene.ours.receive(&scene.by_alice(50, "Undo", second), &scene.alice).await.unwrap();
            assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, lab)), followers, "after {days} days");
        }
    }

    async fn what_a_lab_announced_goes_with_its_announce(engine) {
        let scene = Scene::set(engine).await;
        let group = scene.peer.actor("Group", "forum");
        let followee = scene.ours.meet(&group).await;
        let now = scene.ours.store.now();
        scene.ours.commit(|tx| archipel::usecases::audience::follow(tx, now, None, "spoor", &followee));
        let asked = scene.ours.store.pairs("SELECT uri AS one, state AS other FROM follows WHERE state = 'requested'");
        for (number, (uri, _)) in asked.iter().enumerate() {
            let accept = by(&group, &scene.peer.at(&format!("/accepts/{number}")), "Accept", uri.as_str());
            scene.ours.receive(&accept, &group).await.unwrap();
        }
        let held = |uri: &str| scene.ours.look(|tx| share::find_by_uri(tx, uri));
        for (number, by_id) in [(1, true), (2, false)] {
            let id = scene.elsewhere.at(&format!("/notes/g{number}"));
            let thing = with(note(&id, &scene.victor, "Uit het forum."), "inReplyTo", Value::Null);
            scene.elsewhere.serve(&thing);
            let announce = by(&group, &scene.peer.at(&format!("/announces/{number}")), "Announce", id.as_str());
            scene.ours.receive(&announce, &group).await.unwrap();
            scene.ours.work_off().await;
            assert!(held(&id).is_some(), "read at its origin");
            let undone = if by_id { announce["id"].clone() } else { announce.clone() };
            let by_another = by(&scene.mallory, &scene.peer.at(&format!("/undos/m{number}")), "Undo", json!({"type": "Announce", "object": id}));
            scene.ours.receive(&by_another, &scene.mallory).await.unwrap();
            assert!(held(&id).is_some(), "nobody else's Undo counts");
            let undo = by(&group, &scene.peer.at(&format!("/undos/{number}")), "Undo", undone);
            scene.ours.receive(&undo, &group).await.unwrap();
            assert!(held(&id).is_none());
        }
        assert!(held(SHARE).is_some());
    }

    async fn what_was_deleted_before_it_came_may_be_anothers(engine) {
        let scene = Scene::set(engine).await;
        let note_id = scene.peer.at("/notes/77");
        let delete = with(scene.by_mallory("Delete", json!(note_id)), "id", scene.peer.at("/deletes/1").into());
        scene.ours.receive(&delete, &scene.mallory).await.unwrap();
        let held = || scene.ours.store.pairs("SELECT uri AS one, content AS other FROM replies").iter().any(|(uri, _)| *uri == note_id);
        let create = |actor: &Value, number: u32| by(actor, &scene.peer.at(&format!("/creates/{number}")), "Create", note(&note_id, actor, "x"));
        scene.ours.receive(&create(&scene.mallory, 1), &scene.mallory).await.unwrap();
        assert!(!held(), "a Delete that overtook its Create");
        scene.ours.receive(&create(&scene.alice, 2), &scene.alice).await.unwrap();
        assert!(held(), "nobody can keep another's words away");
        let delete = with(scene.by_alice(9, "Delete", json!(note_id)), "id", scene.peer.at("/deletes/2").into());
        scene.ours.receive(&delete, &scene.alice).await.unwrap();
        scene.ours.receive(&create(&scene.alice, 3), &scene.alice).await.unwrap();
        assert!(!held() && scene.ours.look(|tx| tombstone::find(tx, url(&note_id).as_str())).is_some());
    }
}
