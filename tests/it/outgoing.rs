//! What we say, to whom, how often and signed by whom: a change, a worker, and a peer that records what reached it.
//! Every document and activity is compared whole with an accepted snapshot; FEDERATION.md shows the same ones.

mod delivery;
mod scene;
mod shot;

use archipel::{
    domain::{actor::Actor, change::Change, lab::LabProfile, moment::Moment, profile::Said, share::PublicId},
    federation::{actor as actors, outgoing::find_spoken, webfinger},
    storage::{activity, lab as labs, share as shares, tombstone},
    usecases::{audience, lab, reply, share},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{
    instance::{Instance, draft},
    on_both_engines, signer,
};
use scene::{ID, NOOR, ORGANISATION, PUBLIC, SHARE};
pub use scene::{LAB, Scene, Sent};
use shot::{assert_shot, assert_shot_of_sent};

on_both_engines! {
    async fn actors_are_described_to_others(engine) {
        let scene = Scene::set(engine).await;
        let founded = scene.ours.federation.founded.clone();
        let spoor = scene.ours.look(|tx| labs::find(tx, "spoor")).unwrap();
        let links = scene.links();
        let context = actors::context(links);
        let said = Said::Lab(Box::new(spoor.profile.clone()));
        for (name, actor, said) in [
            ("instance", &founded.instance, None),
            ("organisation", &founded.organisation, None),
            ("lab", &spoor.actor, Some(&said)),
            ("member", &scene.noor.actor, None),
        ] {
            let document = actors::write(actor, said, links);
            assert_eq!(document["@context"], context);
            assert_shot(&scene.peer, name, &document);
            // Others read what we write as we read what others write.
            let read = actors::read(&document, scene.now()).unwrap();
            assert_eq!(
                (read.kind, &read.uri, &read.inbox, &read.public_key),
                (actor.kind, &actor.uri, &actor.inbox, &actor.public_key)
            );
        }
        assert_shot(&scene.peer, "context", &json!({"@context": context}));
        assert_shot(&scene.peer, "webfinger", &webfinger::describe(&spoor.actor, links));
    }

    async fn a_share_in_the_labs_voice_is_created_by_the_lab(engine) {
        let scene = Scene::followed(engine, &[LAB, NOOR]).await;
        scene.ours.publish(ID, "spoor", "lab", draft("De tweede brief", "Wat werkte, en wat *niet*. #duidelijketaal"));
        let sent = scene.all_sent().await;
        assert_eq!(sent.iter().map(Sent::gist).collect::<Vec<_>>(), [format!("{LAB} Create Note")]);
        assert_eq!(sent[0].inbox, "/inbox");
        assert_shot_of_sent(&scene.peer, "create_note_by_lab", &sent[0].activity);
        assert_eq!(
            scene
                .ours
                .look(|tx| activity::find_public(tx, &format!("{SHARE}/create")))
                .map(|body| serde_json::from_str::<Value>(&body).unwrap())
                .as_ref(),
            Some(&sent[0].activity)
        );
        let stored = scene.ours.look(|tx| shares::find_by_uri(tx, SHARE)).unwrap().id;
        let spoken = scene.ours.look(|tx| find_spoken(tx, stored)).unwrap();
        assert_eq!(spoken.to_object(scene.links()), sent[0].activity["object"]);
    }

    async fn a_share_in_a_members_voice_is_created_by_the_member_and_announced_twice_by_the_lab(engine) {
        let scene = Scene::of(Instance::with_own_keys(engine)).await.heard(&[LAB, NOOR]).await;
        let long = format!(
            "## Wat we deden\n\n{}\n\n| brief | bellers |\n| --- | --- |\n| 1 | 40 |\n| 2 | 11 |\n",
            "We schreven de brief opnieuw. ".repeat(3)
        );
        scene.ours.publish(ID, "spoor", "noor", draft("De tweede brief", &long));
        let sent = scene.all_sent().await;
        let gists: Vec<String> = sent.iter().map(Sent::gist).collect();
        assert_eq!(
            gists,
            [format!("{NOOR} Create Article"), format!("{LAB} Announce Create"), format!("{LAB} Announce {SHARE}")]
        );
        for (name, sent) in ["create_article_by_member", "announce_create", "announce_share"].iter().zip(&sent) {
            assert_shot_of_sent(&scene.peer, name, &sent.activity);
        }
        let bare = |value: &Value| {
            let mut bare = value.clone();
            bare.as_object_mut().unwrap().remove("@context");
            bare
        };
        assert_eq!(sent[1].activity["object"], bare(&sent[0].activity), "the wrapped Create is the one that was sent");
    }

    async fn a_share_in_the_organisations_voice_is_created_by_the_organisation(engine) {
        let scene = Scene::of(Instance::with_own_keys(engine)).await.heard(&[LAB, ORGANISATION]).await;
        scene.ours.publish(ID, "spoor", "organisation", draft("De tweede brief", "Wat werkte, en wat niet."));
        let sent = scene.all_sent().await;
        let gists: Vec<String> = sent.iter().map(Sent::gist).collect();
        assert_eq!(
            gists,
            [format!("{ORGANISATION} Create Note"), format!("{LAB} Announce Create"), format!("{LAB} Announce {SHARE}")]
        );
        assert_shot_of_sent(&scene.peer, "create_note_by_organisation", &sent[0].activity);
    }

    async fn followers_of_the_lab_alone_hear_of_a_members_share_through_the_lab(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        scene.ours.publish(ID, "spoor", "noor", draft("De tweede brief", "Wat werkte."));
        assert_eq!(scene.gists().await, [format!("{LAB} Announce Create"), format!("{LAB} Announce {SHARE}")]);
    }

    async fn who_is_named_in_a_share_hears_of_it(engine) {
        let scene = Scene::set(engine).await;
        let merel = scene.ours.meet(&scene.merel).await;
        scene.ours.publish(ID, "spoor", "lab", draft("De tweede brief", &format!("Met dank aan @{}.", merel.address())));
        let sent = scene.all_sent().await;
        assert_eq!(sent.iter().map(Sent::gist).collect::<Vec<_>>(), [format!("{LAB} Create Note")]);
        let object = &sent[0].activity["object"];
        assert!(object["cc"].as_array().unwrap().contains(&scene.merel["id"]), "{object}");
        assert_eq!(object["tag"][0]["href"], scene.merel["id"]);
    }

    async fn a_corrected_share_is_updated_and_is_newer(engine) {
        let scene = Scene::followed(engine, &[LAB, NOOR]).await;
        scene.ours.publish(ID, "spoor", "noor", draft("De tweede brief", "Wat werkte."));
        scene.sent().await;
        let (now, id) = (scene.now(), PublicId::parse(ID).unwrap());
        let mut updated =
            vec![format!("{}", scene.ours.look(|tx| shares::find_by_uri(tx, SHARE)).unwrap().published_at.to_rfc3339())];
        for (number, body) in ["Wat werkte, en wat niet.", "Wat werkte, wat niet, en waarom."].iter().enumerate() {
            let revision = share::Revision { body: Some((*body).into()), ..share::Revision::default() };
            scene.ours.commit(|tx| share::revise(tx, now, scene.links(), None, &id, revision));
            let sent = scene.all_sent().await;
            assert_eq!(
                sent.iter().map(Sent::gist).collect::<Vec<_>>(),
                [format!("{NOOR} Update Note"), format!("{LAB} Announce Update")]
            );
            let object = &sent[0].activity["object"];
            assert_eq!(object["id"], SHARE);
            updated.push(object["updated"].as_str().unwrap().to_owned());
            if number == 0 {
                assert_shot_of_sent(&scene.peer, "update_share", &sent[0].activity);
                assert_shot_of_sent(&scene.peer, "announce_update", &sent[1].activity);
            }
        }
        let moments: Vec<Moment> = updated.iter().map(|text| text.parse().unwrap()).collect();
        assert!(
            moments.windows(2).all(|pair| pair[0] < pair[1]),
            "each in a later second, though the clock stands still: {updated:?}"
        );
    }

    async fn a_withdrawn_share_is_deleted_and_leaves_a_tombstone(engine) {
        let scene = Scene::followed(engine, &[LAB, NOOR]).await;
        scene.ours.publish(ID, "spoor", "noor", draft("De tweede brief", "Wat werkte."));
        scene.sent().await;
        let now = scene.now();
        scene.ours.commit(|tx| share::withdraw(tx, now, scene.links(), None, &PublicId::parse(ID).unwrap()));
        let sent = scene.all_sent().await;
        let gists: Vec<String> = sent.iter().map(Sent::gist).collect();
        assert_eq!(gists, [format!("{NOOR} Delete Tombstone"), format!("{LAB} Announce Delete"), format!("{LAB} Undo Announce")]);
        for (name, sent) in ["delete_share", "announce_delete", "undo_announce"].iter().zip(&sent) {
            assert_shot_of_sent(&scene.peer, name, &sent.activity);
        }
        assert_eq!(scene.ours.look(|tx| tombstone::find(tx, SHARE)), Some(("Note".to_owned(), now)));
    }

    async fn a_share_of_the_lab_itself_is_deleted_once(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        scene.ours.publish(ID, "spoor", "lab", draft("De tweede brief", "Wat werkte."));
        scene.sent().await;
        let now = scene.now();
        scene.ours.commit(|tx| share::withdraw(tx, now, scene.links(), None, &PublicId::parse(ID).unwrap()));
        assert_eq!(scene.gists().await, [format!("{LAB} Delete Tombstone")]);
    }

    async fn a_follow_is_accepted_with_the_whole_follow_in_the_answer(engine) {
        let scene = Scene::set(engine).await;
        scene.follow(&scene.merel, LAB).await;
        let sent = scene.all_sent().await;
        assert_eq!(sent.iter().map(Sent::gist).collect::<Vec<_>>(), [format!("{LAB} Accept Follow")]);
        assert_eq!(sent[0].inbox, "/users/merel/inbox");
        assert_shot_of_sent(&scene.peer, "accept_follow", &sent[0].activity);
        // Asked again under another id, it is answered again.
        let again = json!({"id": scene.peer.at("/follows/again"), "type": "Follow", "actor": scene.merel["id"], "object": LAB});
        scene.wait(TimeDelta::seconds(1));
        scene.ours.receive(&again, &scene.merel).await.unwrap();
        let sent = scene.all_sent().await;
        assert_eq!(sent[0].activity["object"]["id"], again["id"]);
    }

    async fn a_lab_follows_and_unfollows(engine) {
        let scene = Scene::set(engine).await;
        let group = scene.peer.actor("Group", "leesgroep");
        let followee: Actor = scene.ours.meet(&group).await;
        let now = scene.now();
        scene.ours.commit(|tx| audience::follow(tx, now, None, "spoor", &followee));
        let follow = scene.all_sent().await;
        assert_eq!(follow.iter().map(Sent::gist).collect::<Vec<_>>(), [format!("{LAB} Follow {}", followee.uri)]);
        assert_shot_of_sent(&scene.peer, "follow", &follow[0].activity);
        scene.accept_our_follow(&group).await;
        assert_eq!(scene.gists().await, Vec::<String>::new());
        scene.ours.commit(|tx| audience::unfollow(tx, now, None, "spoor", &followee));
        let undo = scene.all_sent().await;
        assert_eq!(undo.iter().map(Sent::gist).collect::<Vec<_>>(), [format!("{LAB} Undo Follow")]);
        assert_shot_of_sent(&scene.peer, "undo_follow", &undo[0].activity);
    }

    async fn a_described_lab_is_updated(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        let profile = LabProfile::parse("Spoor, nu met ramen", "doetank", "Wij leren hardop.").unwrap();
        let now = scene.now();
        scene.ours.commit(|tx| lab::describe(tx, now, scene.links(), None, "spoor", (profile, None)));
        let sent = scene.all_sent().await;
        assert_eq!(sent.iter().map(Sent::gist).collect::<Vec<_>>(), [format!("{LAB} Update Group")]);
        assert_shot_of_sent(&scene.peer, "update_lab", &sent[0].activity);
    }

    async fn a_members_reply_goes_to_whom_it_answers(engine) {
        let scene = Scene::set(engine).await;
        let group = scene.peer.actor("Group", "leesgroep");
        let (followee, now) = (scene.ours.meet(&group).await, scene.now());
        scene.ours.commit(|tx| audience::follow(tx, now, None, "spoor", &followee));
        scene.sent().await;
        let object = json!({"id": scene.peer.at("/notes/1"), "type": "Note", "attributedTo": group["id"], "to": PUBLIC,
            "content": "<p>Wie leest er mee?</p>"});
        scene.accept_our_follow(&group).await;
        scene
            .ours
            .receive(
                &json!({"id": scene.peer.at("/creates/1"), "type": "Create", "actor": group["id"], "object": object}),
                &group,
            )
            .await
            .unwrap();
        scene.sent().await;
        let held = scene.ours.look(|tx| shares::find_by_uri(tx, &scene.peer.at("/notes/1"))).expect("their share");
        let id = PublicId::parse("w8d2k5n0tz").unwrap();
        scene.ours.commit(|tx| reply::write(tx, now, scene.links(), &id, &scene.noor, (&held.public_id, "Wij!")));
        let sent = scene.all_sent().await;
        assert_eq!(sent.iter().map(Sent::gist).collect::<Vec<_>>(), [format!("{NOOR} Create Note")]);
        assert_shot_of_sent(&scene.peer, "create_reply", &sent[0].activity);
    }

    async fn answers_to_a_members_share_are_passed_on_by_the_lab(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        scene.ours.publish(ID, "spoor", "noor", draft("De tweede brief", "Wat werkte."));
        scene.sent().await;
        let note = json!({"id": scene.peer.at("/notes/1"), "type": "Note", "attributedTo": scene.merel["id"], "inReplyTo": SHARE,
            "to": PUBLIC, "content": "<p>Mooi.</p>", "published": "2026-11-01T09:00:30Z"});
        let create = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": scene.peer.at("/creates/1"),
            "type": "Create", "actor": scene.merel["id"], "object": note, "to": PUBLIC});
        let like = json!({"id": scene.peer.at("/likes/1"), "type": "Like", "actor": scene.merel["id"], "object": SHARE});
        for activity in [&create, &like, &like] {
            scene.ours.receive(activity, &scene.merel).await.unwrap();
        }
        let sent = scene.all_sent().await;
        assert_eq!(
            sent.iter().map(Sent::gist).collect::<Vec<_>>(),
            [format!("{LAB} Announce Create"), format!("{LAB} Announce Like")]
        );
        assert_shot_of_sent(&scene.peer, "announce_reply", &sent[0].activity);
        assert_eq!(sent[1].activity["object"], like);
    }

    async fn saying_a_change_twice_sends_nothing_twice(engine) {
        let scene = Scene::followed(engine, &[LAB, NOOR]).await;
        let stored = scene.ours.publish(ID, "spoor", "noor", draft("De tweede brief", "Wat werkte."));
        assert_eq!(scene.sent().await.len(), 3);
        let again = Change::SharePublished { share: stored.id };
        scene.ours.store.commit(|tx| scene.ours.federation.say(tx, &again));
        assert_eq!(scene.gists().await, Vec::<String>::new());
    }

    async fn what_is_read_is_asked_for_with_the_instances_signature(engine) {
        let scene = Scene::set(engine).await;
        scene.ours.meet(&scene.merel).await;
        let reads = scene.peer.requests();
        let key_id = signer::check_ours(&reads[0], scene.peer.host(), scene.now(), |key_id| scene.public_key(key_id));
        assert_eq!((reads.len(), key_id.as_str()), (1, "https://alpha.example/actor#main-key"));
        assert!(reads[0].header("accept").unwrap().starts_with("application/activity+json, application/ld+json; profile="));
    }
}
