//! Peers that cannot be reached in every way there is, over real sockets: each waits as documented, and costs no other anything.

use std::time::{Duration, Instant};

use archipel::{
    domain::{
        actor::{Actor, ActorKind},
        audience::FollowState,
        delivery::{Delivery, DeliveryState},
    },
    storage::{actor, audience, delivery},
    usecases::peer,
    worker::Worker,
};
use chrono::TimeDelta;

use crate::{
    fetch::tls,
    support::{
        cast,
        instance::{Instance, draft},
        list_deliveries, on_both_engines,
        patience::wait_for,
        peer::{Answer, Peer},
    },
};

/// What is wrong with a host, and what its delivery's last error has to say.
const WAYS: [(&str, &str); 8] = [
    ("fails", "500"),
    ("gateway", "502"),
    ("resets", "no answer"),
    ("silent", "took too long"),
    ("late", "took too long"),
    ("closed", "no connection"),
    ("untrusted", "no connection"),
    ("unknown", "no connection"),
];

on_both_engines! {
    async fn a_peer_that_cannot_be_reached_waits_as_documented_and_costs_no_other_anything(engine) {
        let (ours, bad, good) = (Instance::open(engine), Peer::start().await, Peer::start().await);
        ours.add_lab("spoor", "Spoor");
        bad.be(|request| answer(request.header("host").unwrap_or_default()));
        let port = bad.origin().rsplit(':').next().unwrap().to_owned();
        let untrusted = tls::serve(&tls::certificate("localhost", 9, -1, 30), None).replace("/notes/1", "");
        for (way, _) in WAYS {
            follow(&ours, &match way {
                "closed" => "http://closed.localhost:1".to_owned(),
                "untrusted" => untrusted.clone(),
                "unknown" => "http://nobody.invalid".to_owned(),
                way => format!("http://{way}.localhost:{port}"),
            });
        }
        for number in 0..20 {
            follow(&ours, &format!("http://good{number}.localhost:{}", good.origin().rsplit(':').next().unwrap()));
        }
        ours.publish("share00001", "spoor", "lab", draft("Deel 1", "Wat werkte."));
        let begun = Instant::now();
        let working = tokio::spawn({
            let worker = Worker::new(ours.federation.clone());
            async move { worker.work_off().await }
        });
        wait_for("every good peer to hear it", 5, async || (good.count_posts() == 20).then_some(())).await;
        let others = begun.elapsed();
        assert!(!working.is_finished(), "somebody is still waited for");
        working.await.unwrap().unwrap();
        println!("{others:?} until every good peer had heard it, {:?} until the others had failed", begun.elapsed());
        assert!(begun.elapsed() < Duration::from_secs(25), "nobody is waited for much longer than ten seconds");
        every_one_of_them_waits(&ours, 1, 15);

        ours.store.clock.advance(TimeDelta::seconds(20));
        ours.work_off().await;
        every_one_of_them_waits(&ours, 2, 30);
        bad.recover();
        ours.store.clock.advance(TimeDelta::seconds(40));
        ours.work_off().await;
        assert_eq!(ours.look(|tx| delivery::count(tx, DeliveryState::Delivered)), 20 + 5, "whoever can be reached has heard it");
        assert_eq!(good.count_posts(), 20, "once");
        let bodies: std::collections::BTreeSet<_> = bad.posts().into_iter().map(|post| post.body).collect();
        assert_eq!(bodies.len(), 1, "the same at each try");
    }
}

fn answer(host: &str) -> Answer {
    match host.split('.').next().unwrap_or_default() {
        "fails" => Answer::Status(500),
        "gateway" => Answer::Status(502),
        "resets" => Answer::Reset,
        "silent" => Answer::Silence,
        _ => Answer::After(Duration::from_secs(11), 200),
    }
}

fn follow(ours: &Instance, origin: &str) {
    let follower = Actor {
        uri: cast::url(&format!("{origin}/users/kim")),
        inbox: cast::url(&format!("{origin}/users/kim/inbox")),
        shared_inbox: None,
        key_uri: format!("{origin}/users/kim#main-key"),
        ..cast::a_remote_actor(ActorKind::Member, "kim", origin.rsplit('/').next().unwrap())
    };
    let now = ours.store.now();
    ours.store.commit(|tx| {
        let lab = actor::find_local(tx, "spoor")?.unwrap();
        let known = peer::learn(tx, &follower, None)?;
        audience::save(tx, known.id, lab.id, &format!("{origin}/follow"), FollowState::Accepted, now)
    });
}

fn every_one_of_them_waits(ours: &Instance, attempts: i32, seconds: i64) {
    let waiting: Vec<Delivery> = ours.look(|tx| list_deliveries(tx, Some(DeliveryState::Waiting), 100));
    assert_eq!(waiting.len(), WAYS.len(), "{waiting:?}");
    for (way, error) in WAYS {
        let named = if way == "untrusted" {
            "https://localhost"
        } else if way == "unknown" {
            "nobody"
        } else {
            way
        };
        let row = waiting.iter().find(|row| row.inbox.contains(named)).unwrap_or_else(|| panic!("{way} does not wait"));
        let wait = row.due_at - ours.store.now();
        let documented = TimeDelta::seconds(seconds)..=TimeDelta::seconds(seconds + seconds / 5);
        assert!(row.attempts == attempts && documented.contains(&wait), "{way}: {wait} at {row:?}");
        assert!(row.last_error.as_ref().is_some_and(|told| told.contains(error)), "{way}: {row:?}");
    }
}
