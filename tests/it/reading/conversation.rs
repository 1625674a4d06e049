//! Conversations: what a share's own host lists, and what stands above a reply. Found, bounded, and never believed second-hand.

use archipel::domain::reading::ReadingKind;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::scene::{JSON, PUBLIC, Scene, actor, asked, note, publish, reply};
use crate::support::{Engine, on_both_engines, script::Script};

/// The Group's share, with a collection of replies.
async fn discussed(engine: Engine, replies: &Value) -> (Scene, String) {
    let scene = Scene::set(engine).await;
    let mut share = note(&scene.host, "lezers", 1);
    share["replies"] = scene.host.at("/notes/1/replies").into();
    scene.host.serve("/notes/1/replies", replies);
    publish(&scene.host, "lezers", &[share.clone()], &[JSON]);
    scene.wait_a_day();
    let id = share["id"].as_str().unwrap().to_owned();
    (scene, id)
}

fn collection(host: &Script, items: &[Value]) -> Value {
    json!({"id": host.at("/notes/1/replies"), "type": "Collection", "totalItems": items.len(), "items": items})
}

on_both_engines! {
    async fn a_conversation_is_found_where_the_share_lives_and_each_reply_where_it_lives(engine) {
        let (scene, share) = discussed(engine, &Value::Null).await;
        let (near, far) = (&scene.host, Script::start().await);
        actor(near, "Person", "kim");
        actor(&far, "Person", "jip");
        let told = reply(near, "kim", 2, &share);
        let named = reply(&far, "jip", 3, &share);
        let mut forged = reply(&far, "jip", 4, &share);
        forged["content"] = "<p>Dat zei ik nooit.</p>".into();
        far.answer("/notes/4", 404, &[], "");
        let first = json!({"id": near.at("/notes/1/replies?page=1"), "type": "CollectionPage", "items": [told, named["id"]],
            "next": near.at("/notes/1/replies?page=2")});
        near.serve("/notes/1/replies", &json!({"id": near.at("/notes/1/replies"), "type": "Collection", "first": first}));
        near.serve("/notes/1/replies?page=2", &json!({"id": near.at("/notes/1/replies?page=2"), "items": [forged]}));
        scene.ours.work_off().await;
        assert!(scene.has_reply(told["id"].as_str().unwrap()) && scene.has_reply(named["id"].as_str().unwrap()));
        assert!(!scene.has_reply(forged["id"].as_str().unwrap()), "what another host says of it is not believed");
        assert_eq!((asked(near, "/notes/2"), asked(&far, "/notes/3"), asked(&far, "/notes/4")), (0, 1, 1));
    }

    async fn a_conversation_is_read_again_ever_less_often(engine) {
        let (scene, share) = discussed(engine, &Value::Null).await;
        scene.host.serve("/notes/1/replies", &collection(&scene.host, &[]));
        actor(&scene.host, "Person", "kim");
        scene.ours.work_off().await;
        let late = reply(&scene.host, "kim", 2, &share);
        scene.host.serve("/notes/1/replies", &collection(&scene.host, &[late["id"].clone()]));
        scene.ours.work_off().await;
        assert!(!scene.has_reply(late["id"].as_str().unwrap()));
        let mut waits = Vec::new();
        while let Some(next) = scene.readings(ReadingKind::Conversation).first() {
            waits.push((next.due_at - scene.ours.store.now()).num_hours());
            scene.ours.store.clock.advance(next.due_at - scene.ours.store.now());
            scene.ours.work_off().await;
            assert!(scene.has_reply(late["id"].as_str().unwrap()));
        }
        assert_eq!((waits.len(), waits[0], asked(&scene.host, "/notes/2")), (9, 1, 1), "{waits:?}");
        assert!((6..=7).contains(&waits[1]) && waits[2..].iter().all(|wait| (24..=27).contains(wait)), "{waits:?}");
    }

    async fn a_collection_at_another_host_than_the_share_is_not_read(engine) {
        let (scene, _) = discussed(engine, &Value::Null).await;
        let other = Script::start().await;
        let mut share = note(&scene.host, "lezers", 1);
        share["replies"] = json!({"id": other.at("/replies"), "type": "Collection"});
        publish(&scene.host, "lezers", &[share], &[JSON]);
        scene.ours.work_off().await;
        assert_eq!((scene.readings(ReadingKind::Conversation), other.heard()), (Vec::new(), Vec::new()));
    }

    async fn what_stands_between_a_reply_and_its_share_is_read_first(engine) {
        let (scene, share) = discussed(engine, &Value::Null).await;
        let far = Script::start().await;
        actor(&far, "Person", "jip");
        reply(&far, "jip", 2, &share);
        reply(&far, "jip", 3, &far.at("/notes/2"));
        reply(&scene.host, "lezers", 4, &far.at("/notes/3"));
        scene.host.serve("/notes/1/replies", &collection(&scene.host, &[scene.host.at("/notes/4").into()]));
        scene.ours.work_off().await;
        assert!(scene.has_reply(&far.at("/notes/2")) && scene.has_reply(&far.at("/notes/3")) && scene.has_reply(&scene.host.at("/notes/4")));
        assert_eq!(scene.readings(ReadingKind::Reply), []);
    }

    async fn a_reply_to_one_of_ours_leads_up_to_a_share_that_we_hold(engine) {
        let (scene, share) = discussed(engine, &Value::Null).await;
        scene.ours.work_off().await;
        let far = Script::start().await;
        let jip = actor(&far, "Person", "jip");
        reply(&far, "jip", 2, &share);
        let mut below = reply(&far, "jip", 3, &far.at("/notes/2"));
        let create = |number: u32, below: &Value| json!({"id": far.at(&format!("/creates/{number}")), "type": "Create", "actor": jip["id"], "object": below});
        scene.ours.receive(&create(1, &below), &jip).await.unwrap();
        assert_eq!(scene.readings(ReadingKind::Reply), [], "what is said to others is not looked into");
        below["cc"] = json!(["https://alpha.example/labs/spoor"]);
        below["to"] = json!([PUBLIC]);
        far.serve("/notes/3", &below);
        scene.ours.receive(&create(2, &below), &jip).await.unwrap();
        scene.ours.work_off().await;
        assert!(scene.has_reply(&far.at("/notes/2")) && scene.has_reply(&far.at("/notes/3")));
    }

    async fn replies_in_a_circle_and_endless_ones_end(engine) {
        let (scene, _) = discussed(engine, &Value::Null).await;
        let far = Script::start().await;
        actor(&far, "Person", "jip");
        reply(&far, "jip", 2, &far.at("/notes/3"));
        reply(&far, "jip", 3, &far.at("/notes/4"));
        reply(&far, "jip", 4, &far.at("/notes/2"));
        reply(&far, "jip", 5, &far.at("/notes/5"));
        for number in 100..130 {
            reply(&far, "jip", number, &far.at(&format!("/notes/{}", number + 1)));
        }
        let listed: Vec<Value> = [2, 5, 100].map(|number: u32| far.at(&format!("/notes/{number}")).into()).into();
        scene.host.serve("/notes/1/replies", &collection(&scene.host, &listed));
        scene.ours.work_off().await;
        assert_eq!(scene.readings(ReadingKind::Reply), []);
        let times = |number: u32| asked(&far, &format!("/notes/{number}"));
        assert_eq!(([2, 3, 4, 5].map(times), times(110), times(111)), ([1, 1, 1, 1], 1, 0));
    }

    async fn one_conversation_leads_to_so_many_hosts_and_replies(engine) {
        let (scene, _) = discussed(engine, &Value::Null).await;
        let of = |host: u32, number: u32| Value::from(format!("http://127.0.0.1:{host}/notes/{number}"));
        let hosts: Vec<Value> = (1..=21).map(|host| of(host, 1)).collect();
        let many: Vec<Value> = (0..150).map(|number| of(1, number)).collect();
        scene.host.serve("/notes/1/replies", &collection(&scene.host, &hosts));
        scene.ours.work_off().await;
        assert_eq!(scene.readings(ReadingKind::Reply).len(), 20, "nobody listens at those ports");
        scene.ours.store.execute("DELETE FROM readings WHERE kind = 'reply'");
        scene.host.serve("/notes/1/replies", &collection(&scene.host, &many));
        scene.ours.store.clock.advance(TimeDelta::minutes(67));
        scene.ours.work_off().await;
        assert_eq!(scene.readings(ReadingKind::Reply).len(), 100);
    }
}
