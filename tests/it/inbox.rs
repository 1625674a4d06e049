//! Who may say what: forged, borrowed and repeated activities are refused or change nothing; honest ones have their effect once.

mod authority;
mod bounds;
mod familiar;
mod flood;
mod permutations;
mod readers;
mod scene;
mod undo;

use archipel::{
    domain::audience::FollowState,
    federation::inbox::Rejection,
    storage::{audience, reply, share},
};
use openssl::{pkey::PKey, rsa::Rsa};
use serde_json::{Value, json};

use crate::support::{
    cast, on_both_engines,
    signer::{self, Cavage},
};
use scene::{LAB, SHARE, Scene, by, note, with};

on_both_engines! {
    async fn what_is_made_for_another_is_refused_and_changes_nothing(engine) {
        let scene = Scene::set(engine).await;
        let (alice, mallory, victor) = (&scene.alice, &scene.mallory, &scene.victor);
        let elsewhere = |path: &str| scene.elsewhere.at(path);
        let ours = cast::spoor();
        let lab = json!({"id": LAB, "publicKey": {"id": ours.key_uri}});
        let cases = [
            (
                "an activity id of ours",
                with(scene.follow(), "id", format!("{LAB}/follows/9").into()),
                alice,
                "not entitled: activity-of-another-host",
            ),
            (
                "an activity id elsewhere",
                with(scene.follow(), "id", elsewhere("/1").into()),
                alice,
                "not entitled: activity-of-another-host",
            ),
            ("an actor of ours", by(&lab, &format!("{LAB}/follows/9"), "Follow", LAB), &lab, "not entitled: actor-is-ours"),
            ("a key of another host", scene.follow(), victor, "not proven: key-of-another-host"),
            (
                "a Create of another's note",
                scene.by_mallory("Create", note(&scene.peer.at("/notes/2"), alice, "x")),
                mallory,
                "not entitled: author-is-another",
            ),
            (
                "a Create of nobody's note",
                scene.by_mallory("Create", with(note(&scene.peer.at("/notes/2"), alice, "x"), "attributedTo", Value::Null)),
                mallory,
                "malformed: no-author",
            ),
            (
                "a Create by two, the other first",
                scene.by_mallory(
                    "Create",
                    with(note(&scene.peer.at("/notes/2"), alice, "x"), "attributedTo", json!([alice["id"], mallory["id"]])),
                ),
                mallory,
                "not entitled: author-is-another",
            ),
            (
                "a Create of a note elsewhere",
                scene.by_mallory("Create", note(&elsewhere("/notes/2"), mallory, "x")),
                mallory,
                "not entitled: object-of-another-host",
            ),
            (
                "a Create of a bare id",
                scene.by_mallory("Create", scene.peer.at("/notes/2").into()),
                mallory,
                "malformed: no-author",
            ),
        ];
        refuses_each(&scene, &cases).await;
    }

    async fn what_is_changed_for_another_is_refused_and_changes_nothing(engine) {
        let scene = Scene::set(engine).await;
        let (alice, mallory, victor) = (&scene.alice, &scene.mallory, &scene.victor);
        let elsewhere = |path: &str| scene.elsewhere.at(path);
        let mallorys = |object: Value| scene.by_mallory("Update", object);
        let cases = [
            ("an Update of an actor elsewhere", mallorys(victor.clone()), "not entitled: object-of-another-host"),
            ("an Update of another actor", mallorys(alice.clone()), "malformed: no-author"),
            ("an Update of another's note", mallorys(note(&scene.alices_note(), alice, "x")), "not entitled: author-is-another"),
            (
                "a Delete of another's note",
                scene.by_mallory("Delete", scene.alices_note().into()),
                "not entitled: object-of-another",
            ),
            ("a Delete of another actor", scene.by_mallory("Delete", alice["id"].clone()), "not entitled: object-of-another"),
            (
                "a Delete of something elsewhere",
                scene.by_mallory("Delete", elsewhere("/notes/1").into()),
                "not entitled: object-of-another-host",
            ),
            ("a Delete of a share of ours", scene.by_mallory("Delete", SHARE.into()), "not entitled: object-of-another-host"),
            ("an Undo of another's Follow", scene.by_mallory("Undo", scene.follow()), "not entitled: undo-of-another"),
            ("an Undo of another's Like", scene.by_mallory("Undo", scene.like()), "not entitled: undo-of-another"),
            (
                "a Follow of nobody",
                scene.by_mallory("Follow", "https://alpha.example/labs/nobody".into()),
                "no such target: actor",
            ),
        ];
        refuses_each(&scene, &cases.map(|(what, activity, expected)| (what, activity, mallory, expected))).await;
    }

    async fn what_is_signed_with_anothers_key_is_refused(engine) {
        let scene = Scene::set(engine).await;
        let (key, instance) = (scene.alice["publicKey"]["id"].as_str().unwrap(), scene.peer.actor("Application", "instance"));
        let own_key = PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap();
        let stranger = scene.peer.at("/keys/1");
        scene.peer.answer_get(
            &stranger,
            200,
            json!({"id": stranger, "owner": scene.alice["id"], "publicKeyPem": cast::public_key()}),
        );
        let create = with(scene.reply("/notes/7", "x"), "id", scene.peer.at("/activities/7").into());
        let before = scene.ours.state();
        for (what, key_id, key) in [
            ("her key's id, with another key", key, &own_key),
            ("a key that she does not list", stranger.as_str(), &signer::key()),
            ("her server's own key", instance["publicKey"]["id"].as_str().unwrap(), &signer::key()),
        ] {
            let mut request = signer::letter(&create, scene.ours.store.now());
            Cavage { key: key.clone(), ..Cavage::new(key_id) }.sign(&mut request);
            let refused = scene.ours.take(request).await.expect_err(what);
            assert_eq!(refused.to_string(), "not proven: signature", "{what}");
            assert_eq!(scene.ours.state(), before, "{what}");
        }
        assert_eq!(scene.peer.requests().len(), 1, "one look at her document, and no more within five minutes");
    }

    async fn what_cannot_be_read_is_malformed(engine) {
        let scene = Scene::set(engine).await;
        let key = scene.alice["publicKey"]["id"].as_str().unwrap();
        let follow = scene.follow();
        let new = |property: &str, value: Value| {
            with(with(follow.clone(), "id", scene.peer.at("/activities/8").into()), property, value)
        };
        for actor in [
            Value::Null,
            json!(7),
            json!("_:b0"),
            json!([]),
            json!([scene.alice["id"], scene.mallory["id"]]),
            json!({}),
            json!("ftp://a.example/"),
        ] {
            refuses(&scene, &format!("actor {actor}"), &new("actor", actor.clone()), key, "malformed: no-actor").await;
        }
        for (what, activity, expected) in [
            ("no id", new("id", Value::Null), "malformed: no-id"),
            ("an id that is none", new("id", json!("1")), "malformed: no-id"),
            ("no type", new("type", Value::Null), "malformed: no-type"),
            ("no object", new("object", Value::Null), "malformed: no-object"),
            ("a number as object", new("object", json!(7)), "malformed: no-object"),
            ("a list", json!([follow]), "malformed: not-an-object"),
            ("a text", json!("Follow"), "malformed: not-an-object"),
        ] {
            refuses(&scene, what, &activity, key, expected).await;
        }
        let mut request = signer::letter(&new("type", json!("Follow")), scene.ours.store.now());
        signer::set(&mut request, "content-type", Some("application/json"));
        Cavage::new(key).sign(&mut request);
        let refused = scene.ours.take(request).await.expect_err("another media type");
        assert!(matches!(refused, Rejection::Unsupported(_)), "{refused}");
    }

    async fn what_has_no_effect_here_is_accepted_and_changes_nothing(engine) {
        let scene = Scene::set(engine).await;
        let mallorys = |kind: &str, object: Value| scene.by_mallory(kind, object);
        let private = with(
            note(&scene.peer.at("/notes/9"), &scene.mallory, "x"),
            "to",
            format!("{}/followers", scene.mallory["id"].as_str().unwrap()).into(),
        );
        for (number, (what, activity)) in [
            ("an Accept of a follow that was never sent", mallorys("Accept", format!("{LAB}/follows/77").into())),
            ("an Accept by somebody else", mallorys("Accept", format!("{LAB}/follows/1").into())),
            (
                "a Reject by somebody else",
                mallorys(
                    "Reject",
                    json!({"type": "Follow", "id": format!("{LAB}/follows/1"), "actor": LAB, "object": scene.alice["id"]}),
                ),
            ),
            ("an Undo of another's Follow by its id", mallorys("Undo", scene.follow()["id"].clone())),
            ("an Undo of another's Like by its id", mallorys("Undo", scene.like()["id"].clone())),
            ("a reply to followers only", mallorys("Create", private)),
            ("an Add to a collection of ours", mallorys("Add", SHARE.into())),
            (
                "an Announce of an Announce",
                mallorys("Announce", scene.by_alice(70, "Announce", scene.by_alice(71, "Announce", SHARE.into()))),
            ),
            ("an Announce of nothing we hold", mallorys("Announce", scene.elsewhere.at("/notes/1").into())),
            ("a type that nobody knows", mallorys("Yodel", LAB.into())),
        ]
        .into_iter()
        .enumerate()
        {
            let before = scene.ours.state();
            let activity = with(activity, "id", scene.peer.at(&format!("/activities/m{number}")).into());
            scene.ours.receive(&activity, &scene.mallory).await.expect(what);
            scene.ours.work_off().await;
            assert_eq!(scene.ours.state(), before, "{what}");
        }
        let spoor = scene.ours.known(LAB).unwrap().id;
        let states: Vec<FollowState> =
            scene.ours.look(|tx| audience::list_following(tx, spoor)).into_iter().map(|(_, state)| state).collect();
        assert_eq!(states, [FollowState::Requested], "our own follow still waits");
    }

    async fn a_second_copy_has_no_second_effect(engine) {
        let scene = Scene::set(engine).await;
        let other_words = scene.reply("/notes/1", "Iets heel anders.");
        for again in [scene.follow(), scene.like(), scene.reply("/notes/1", "Dat zagen wij ook."), other_words] {
            let before = scene.ours.state();
            scene.ours.receive(&again, &scene.alice).await.expect("a copy is accepted");
            assert_eq!(scene.ours.state(), before);
        }
        let held = scene.ours.look(|tx| share::find_by_uri(tx, SHARE)).unwrap();
        let replies = scene.ours.look(|tx| reply::list(tx, held.id, 10));
        assert_eq!(replies.iter().map(|reply| reply.content.as_str()).collect::<Vec<_>>(), ["Dat zagen wij ook."]);
    }

    async fn the_signer_alone_decides_who_speaks(engine) {
        let scene = Scene::set(engine).await;
        let (mallory, alice) = (&scene.mallory, &scene.alice);
        let mut like = scene.by_mallory("Like", SHARE.into());
        like["actor"] = mallory.clone();
        like["signature"] = json!({"type": "RsaSignature2017", "creator": alice["publicKey"]["id"], "signatureValue": "AAAA"});
        like["proof"] = json!({"type": "DataIntegrityProof", "verificationMethod": alice["publicKey"]["id"], "proofValue": "z1"});
        like["@context"] = json!(["https://evil.example/context", {"actor": "https://evil.example/ns#nobody", "id": "@type"}]);
        scene.ours.receive(&like, mallory).await.expect("a like by whoever signed");
        let likes = scene.ours.store.pairs(
            "SELECT actors.uri AS one, reactions.kind AS other FROM reactions \
             JOIN actors ON actors.id = reactions.actor_id ORDER BY actors.uri",
        );
        assert_eq!(
            likes.iter().map(|(actor, _)| actor.as_str()).collect::<Vec<_>>(),
            [alice["id"].as_str().unwrap(), mallory["id"].as_str().unwrap()]
        );
        assert!(scene.elsewhere.posts().is_empty());
    }

    async fn an_actor_may_sign_with_any_key_it_lists(engine) {
        let scene = Scene::set(engine).await;
        let (second, mut carol) = (PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap(), scene.peer.person("carol"));
        let (id, pem) = (carol["id"].clone(), String::from_utf8(second.public_key_to_pem().unwrap()).unwrap());
        let key_id = format!("{}#second", id.as_str().unwrap());
        carol["publicKey"] = json!([carol["publicKey"], {"id": key_id, "owner": id, "publicKeyPem": pem}]);
        scene.peer.serve(&carol);
        let mut request = signer::letter(&by(&carol, &scene.peer.at("/activities/c"), "Follow", LAB), scene.ours.store.now());
        Cavage { key: second, ..Cavage::new(&key_id) }.sign(&mut request);
        scene.ours.take(request).await.expect("the second key is hers too");
        let lab = scene.ours.known(LAB).unwrap().id;
        assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, lab)), 2);
    }

    async fn the_departure_of_a_stranger_is_accepted_and_nothing_is_read(engine) {
        let scene = Scene::set(engine).await;
        let stranger = json!({"id": scene.peer.at("/users/dora"), "publicKey": {"id": scene.peer.at("/users/dora#main-key")}});
        let before = scene.ours.state();
        scene
            .ours
            .receive(&by(&stranger, &scene.peer.at("/activities/d"), "Delete", stranger["id"].clone()), &stranger)
            .await
            .unwrap();
        assert!(scene.peer.requests().is_empty() && scene.ours.state() == before);
    }

    async fn a_departed_actor_is_believed_when_its_server_says_gone(engine) {
        let scene = Scene::set(engine).await;
        scene.peer.answer_get(scene.alice["id"].as_str().unwrap(), 410, Value::Null);
        let delete = scene.by_alice(60, "Delete", scene.alice["id"].clone());
        let mut request = signer::letter(&delete, scene.ours.store.now());
        Cavage {
            key: PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap(),
            ..Cavage::new(scene.alice["publicKey"]["id"].as_str().unwrap())
        }
        .sign(&mut request);
        scene.ours.take(request).await.expect("its key is gone with it");
        assert_eq!(scene.peer.requests().len(), 1);
        assert!(scene.ours.known(scene.alice["id"].as_str().unwrap()).unwrap().gone_at.is_some());
        let lab = scene.ours.known(LAB).unwrap().id;
        assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, lab)), 0);
    }

    async fn who_cannot_be_read_now_is_asked_to_send_it_again(engine) {
        let scene = Scene::set(engine).await;
        let dora = scene.peer.person("dora");
        let follow = by(&dora, &scene.peer.at("/activities/d"), "Follow", LAB);
        scene.peer.answer_get(dora["id"].as_str().unwrap(), 503, Value::Null);
        let refused = scene.ours.receive(&follow, &dora).await.expect_err("her server is down");
        assert_eq!(refused.to_string(), "try again: actor-unreachable");
        scene.peer.serve(&dora);
        let refused = scene.ours.receive(&follow, &dora).await.expect_err("her server is not asked again at once");
        assert_eq!((refused.to_string().as_str(), scene.peer.requests().len()), ("try again: actor-unreachable", 1));
        scene.ours.store.clock.advance(chrono::TimeDelta::minutes(5));
        scene.ours.receive(&follow, &dora).await.expect("her server is up again");
    }

    async fn a_new_follow_after_an_undo_that_named_another_id_counts(engine) {
        let scene = Scene::set(engine).await;
        let undo = scene.by_alice(50, "Undo", with(scene.follow(), "id", scene.peer.at("/activities/other").into()));
        let lab = scene.ours.known(LAB).unwrap().id;
        let followers = || scene.ours.look(|tx| audience::count_followers(tx, lab));
        scene.ours.receive(&undo, &scene.alice).await.unwrap();
        assert_eq!(followers(), 0);
        scene.ours.store.clock.advance(chrono::TimeDelta::seconds(1));
        scene.ours.receive(&scene.follow(), &scene.alice).await.unwrap();
        assert_eq!(followers(), 1);
    }

    async fn every_update_of_a_thing_may_come_under_one_id(engine) {
        let scene = Scene::set(engine).await;
        let id = scene.reply("/notes/1", "")["id"].clone();
        for (text, updated) in
            [("Eén.", "2026-10-30T10:00:00Z"), ("Twee.", "2026-10-30T11:00:00Z"), ("Eén.", "2026-10-30T10:00:00Z")]
        {
            let note = with(note(&scene.alices_note(), &scene.alice, text), "updated", updated.into());
            scene.ours.receive(&with(scene.by_alice(0, "Update", note), "id", id.clone()), &scene.alice).await.unwrap();
        }
        let held = scene.ours.look(|tx| share::find_by_uri(tx, SHARE)).unwrap();
        let replies = scene.ours.look(|tx| reply::list(tx, held.id, 10));
        assert_eq!(replies.iter().map(|reply| reply.content.as_str()).collect::<Vec<_>>(), ["Twee."]);
    }
}

async fn refuses_each(scene: &Scene, cases: &[(&str, Value, &Value, &str)]) {
    for (what, activity, signer, expected) in cases {
        refuses(scene, what, activity, signer["publicKey"]["id"].as_str().unwrap(), expected).await;
    }
    assert!(scene.peer.requests().is_empty(), "nothing was read for any of these");
}

async fn refuses(scene: &Scene, what: &str, activity: &Value, key_id: &str, expected: &str) {
    let before = scene.ours.state();
    let mut request = signer::letter(activity, scene.ours.store.now());
    Cavage::new(key_id).sign(&mut request);
    let refused = scene.ours.take(request).await.expect_err(what);
    assert_eq!(refused.to_string(), expected, "{what}");
    assert_eq!(scene.ours.state(), before, "{what}");
}
