//! Whose word counts about whom, where the words are bent.

use archipel::{
    domain::peer::{Account, Address},
    storage::actor,
};
use serde_json::{Value, json};

use super::scene::{LAB, SHARE, Scene, by, note, with};
use crate::support::{
    on_both_engines,
    script::Script,
    signer::{Cavage, letter},
};

on_both_engines! {
    async fn an_update_of_oneself_moves_nothing_to_another_host(engine) {
        let scene = Scene::set(engine).await;
        let (mallory, elsewhere) = (scene.mallory["id"].as_str().unwrap(), scene.victor["id"].as_str().unwrap());
        let before = scene.ours.known(mallory).unwrap();
        let update = |number: u32, object: Value| by(&scene.mallory, &scene.peer.at(&format!("/updates/{number}")), "Update", object);
        let key = json!({"id": format!("{elsewhere}#main-key"), "owner": mallory, "publicKeyPem": "x"});
        for (number, (property, value)) in [(1, ("inbox", json!(format!("{elsewhere}/inbox")))), (2, ("publicKey", key))] {
            let bent = with(scene.mallory.clone(), property, value);
            let told = scene.ours.receive(&update(number, bent), &scene.mallory).await.unwrap_err();
            assert_eq!(told.to_string(), "malformed: actor", "{property}");
            assert_eq!(scene.ours.known(mallory).unwrap(), before, "{property}");
        }
        let mut bent = with(scene.mallory.clone(), "endpoints", json!({"sharedInbox": format!("{elsewhere}/inbox")}));
        bent["outbox"] = format!("{elsewhere}/outbox").into();
        bent["url"] = format!("{elsewhere}/page").into();
        scene.ours.receive(&update(3, bent), &scene.mallory).await.unwrap();
        let after = scene.ours.known(mallory).unwrap();
        assert_eq!((after.shared_inbox, after.outbox, after.page), (None, None, before.uri.clone()));
        assert_eq!((after.inbox, after.key_uri, after.public_key), (before.inbox, before.key_uri, before.public_key));
    }

    async fn an_update_of_oneself_takes_no_other_type_handle_or_key(engine) {
        let scene = Scene::set(engine).await;
        let id = scene.mallory["id"].as_str().unwrap();
        let before = scene.ours.known(id).unwrap();
        let mut bent = with(scene.mallory.clone(), "type", "Application".into());
        bent["preferredUsername"] = "alice".into();
        bent["publicKey"]["publicKeyPem"] = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".into();
        bent["name"] = "Mallory II".into();
        scene.ours.receive(&scene.by_mallory("Update", bent), &scene.mallory).await.unwrap();
        let after = scene.ours.known(id).unwrap();
        assert_eq!(after, archipel::domain::actor::Actor { name: "Mallory II".into(), ..before });
    }

    async fn nobody_takes_over_a_handle_that_is_anothers(engine) {
        let scene = Scene::set(engine).await;
        let host = scene.peer.host();
        let holder = || scene.ours.look(|tx| actor::find_by_address(tx, "mallory", host)).unwrap().uri;
        let mut alice = scene.alice.clone();
        alice["preferredUsername"] = "mallory".into();
        scene.peer.serve(&alice);
        scene.ours.federation.fetch_actor(&crate::support::cast::url(alice["id"].as_str().unwrap())).await.unwrap();
        assert_eq!(scene.ours.known(alice["id"].as_str().unwrap()).unwrap().handle, "alice", "the older row has the older name");
        let mut second = scene.peer.person("second");
        second["preferredUsername"] = "mallory".into();
        scene.peer.serve(&second);
        scene.ours.meet(&second).await;
        assert_eq!(holder().as_str(), scene.mallory["id"].as_str().unwrap(), "who comes second is not found by the name");
        let known = scene.ours.known(second["id"].as_str().unwrap()).unwrap();
        assert_eq!(known.address(), format!("users~second@{host}"), "nor called by it");
        for handle in ["mallory@bravo.example", "a b", "a/b", "a~b", "\u{200b}", "", "x\u{202e}y"] {
            second["preferredUsername"] = handle.into();
            scene.peer.serve(&second);
            let read = scene.ours.federation.fetch_actor(&crate::support::cast::url(second["id"].as_str().unwrap())).await;
            assert!(read.is_err(), "{handle:?} is no handle");
        }
    }

    async fn a_move_speaks_for_its_signer_alone_and_moves_nobody_whom_nobody_here_follows(engine) {
        let scene = Scene::set(engine).await;
        let (alice, mallory, victor) = (scene.alice["id"].clone(), scene.mallory["id"].clone(), scene.victor["id"].clone());
        let before = scene.ours.state();
        for (number, (who, from, to)) in [
            (&scene.mallory, mallory.clone(), alice.clone()),
            (&scene.mallory, alice.clone(), mallory.clone()),
            (&scene.mallory, victor, mallory.clone()),
            (&scene.alice, alice.clone(), mallory.clone()),
            (&scene.mallory, mallory, alice),
        ].into_iter().enumerate() {
            let is_own = from == who["id"];
            let mut moved = by(who, &scene.peer.at(&format!("/moves/{number}")), "Move", from);
            moved["target"] = to;
            let taken = scene.ours.receive(&moved, who).await;
            let told = taken.err().map(|rejection| rejection.to_string());
            assert_eq!(told.as_deref(), (!is_own).then_some("not entitled: object-of-another"));
        }
        scene.ours.work_off().await;
        assert!(scene.ours.state() == before && scene.peer.requests().is_empty());
    }

    async fn the_same_name_with_another_scheme_is_somebody_else(engine) {
        let scene = Scene::set(engine).await;
        let secure = |text: &Value| Value::from(text.as_str().unwrap().replacen("http:", "https:", 1));
        let before = scene.ours.state();
        let key = scene.alice["publicKey"]["id"].as_str().unwrap();
        let like = by(&json!({"id": secure(&scene.alice["id"])}), &scene.peer.at("/likes/9"), "Like", SHARE);
        for (activity, expected) in [
            (like.clone(), "not entitled: activity-of-another-host"),
            (with(like, "id", secure(&scene.peer.at("/likes/9").into())), "not proven: key-of-another-host"),
        ] {
            let mut request = letter(&activity, scene.ours.store.now());
            Cavage::new(key).sign(&mut request);
            assert_eq!(scene.ours.take(request).await.unwrap_err().to_string(), expected);
        }
        assert_eq!(scene.ours.state(), before);
    }

    async fn a_hostile_context_changes_no_word_and_is_not_read(engine) {
        let (scene, host) = (Scene::set(engine).await, Script::start().await);
        let mut create = scene.by_mallory("Create", note(&scene.peer.at("/notes/c"), &scene.mallory, "Van mij."));
        create["@context"] = json!([host.at("/context"), {"actor": "as:object", "attributedTo": "as:cc", "id": "@type", "content": null}]);
        create["@graph"] = json!([scene.by_alice(88, "Delete", scene.alice["id"].clone())]);
        create["@reverse"] = json!({"object": scene.alice["id"]});
        scene.ours.receive(&create, &scene.mallory).await.unwrap();
        let written = scene.ours.store.pairs(
            "SELECT actors.uri AS one, replies.content AS other FROM replies JOIN actors ON actors.id = replies.author_id",
        );
        assert!(written.contains(&(scene.mallory["id"].as_str().unwrap().into(), "Van mij.".into())), "{written:?}");
        assert!(host.heard().is_empty() && scene.ours.known(scene.alice["id"].as_str().unwrap()).unwrap().gone_at.is_none());
    }

    async fn an_address_leads_to_an_actor_that_agrees(engine) {
        let (scene, host) = (Scene::set(engine).await, Script::start().await);
        let name = host.at("").trim_start_matches("http://").to_owned();
        let link = |href: &Value| json!({"rel": "self", "type": "application/activity+json", "href": href});
        let target = format!("/.well-known/webfinger?resource=acct%3Avictim%40{}", name.replace(':', "%3a")).to_lowercase();
        let descriptor = json!({"subject": "acct:admin@alpha.example", "links": [link(&scene.victor["id"]), link(&scene.alice["id"])]});
        host.answer(&target, 200, &["content-type: application/jrd+json"], &descriptor.to_string());
        let account = Account::parse(&format!("victim@{name}")).unwrap();
        let resolve = async || scene.ours.federation.resolve(&Address::Account(account.clone())).await;
        assert!(resolve().await.is_err(), "only the host of the account says so");
        let own = format!("/.well-known/webfinger?resource=acct%3Avictor%40{}", scene.elsewhere.host().replace(':', "%3A"));
        let says = |subject: String, href: &Value| {
            scene.elsewhere.answer_get(&scene.elsewhere.at(&own), 200, json!({"subject": subject, "links": [link(href)]}));
        };
        for (subject, href) in [
            (format!("acct:victor@{}", scene.elsewhere.host()), &scene.victor["id"]),
            (format!("acct:victim@{name}"), &scene.alice["id"]),
            ("acct:victim@bravo.example".to_owned(), &scene.victor["id"]),
        ] {
            says(subject.clone(), href);
            assert!(resolve().await.is_err(), "{subject} {href}");
        }
        says(format!("acct:Victim@{name}"), &scene.victor["id"]);
        assert_eq!(resolve().await.unwrap().uri.as_str(), scene.victor["id"].as_str().unwrap(), "both agree");
        assert!(scene.ours.look(|tx| actor::find_by_address(tx, "victim", &name)).is_none());
    }

    async fn a_key_that_leads_to_another_actor_proves_nothing(engine) {
        let (scene, host) = (Scene::set(engine).await, Script::start().await);
        let at = |path: &str| host.at(path);
        let mallory = json!({"id": at("/users/m"), "type": "Person", "preferredUsername": "m", "inbox": at("/inbox"),
            "publicKey": {"id": at("/users/m#main-key"), "owner": at("/users/m"), "publicKeyPem": crate::support::cast::public_key()}});
        host.serve("/users/m", &mallory);
        host.answer("/users/alice", 302, &[&format!("location: {}", at("/users/m"))], "");
        let follow = by(&json!({"id": at("/users/alice")}), &at("/follows/1"), "Follow", LAB);
        let before = scene.ours.state();
        let mut request = letter(&follow, scene.ours.store.now());
        Cavage::new(&at("/users/m#main-key")).sign(&mut request);
        assert_eq!(scene.ours.take(request).await.unwrap_err().to_string(), "not proven: actor-unusable");
        assert_eq!(scene.ours.state(), before);
    }

    async fn what_is_changed_after_hashing_is_not_believed(engine) {
        let scene = Scene::set(engine).await;
        let key = scene.alice["publicKey"]["id"].as_str().unwrap();
        let text = scene.reply("/notes/5", "Eerlijk.").to_string();
        let before = scene.ours.state();
        for (from, to) in [("Eerlijk", "Vals"), ("\"Create\"", "\"Delete\""), ("}", "} "), (":", ": ")] {
            let mut request = letter(&scene.reply("/notes/5", "Eerlijk."), scene.ours.store.now());
            Cavage::new(key).sign(&mut request);
            request.body = text.replacen(from, to, 1).into_bytes();
            assert_eq!(scene.ours.take(request).await.unwrap_err().to_string(), "not proven: digest", "{from}");
        }
        assert_eq!(scene.ours.state(), before);
    }
}
