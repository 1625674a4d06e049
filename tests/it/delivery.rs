//! Deliveries when peers fail in every way: by a script, on a clock that stands still. After each fault the ledger is
//! balanced: nothing is lost, nothing is told twice, and every delivery ends in one named state.

mod absence;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use archipel::{
    domain::{
        delivery::{Attempt, Delivery, DeliveryState},
        share::PublicId,
    },
    federation::key,
    storage::{
        delivery::{self, Settlement},
        lane, queue,
    },
    usecases::share,
};
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    outgoing::{LAB, Scene, Sent},
    support::{
        Engine,
        instance::draft,
        list_deliveries, on_both_engines,
        peer::{
            Answer::{self, After, Later, Status},
            Peer, Request,
        },
    },
};

/// A scene with a record of everything that was ever sent to its peer.
struct Ledger {
    scene: Scene,
    sent: Vec<Sent>,
}

impl Ledger {
    async fn open(engine: Engine) -> Self {
        let scene = Scene::followed(engine, &[LAB]).await;
        scene.ours.store.execute("DELETE FROM deliveries");
        Self { scene, sent: Vec::new() }
    }

    fn publish(&self, number: u32) {
        self.scene.ours.publish(&format!("share{number:05}"), "spoor", "lab", draft(&format!("Deel {number}"), "Wat werkte."));
    }

    fn revise(&self, number: u32, body: &str) {
        let (now, id) = (self.scene.now(), PublicId::parse(&format!("share{number:05}")).unwrap());
        let revision = share::Revision { body: Some(body.into()), ..share::Revision::default() };
        self.scene.ours.commit(|tx| share::revise(tx, now, self.scene.links(), None, &id, revision));
    }

    fn withdraw(&self, number: u32) {
        let (now, id) = (self.scene.now(), PublicId::parse(&format!("share{number:05}")).unwrap());
        self.scene.ours.commit(|tx| share::withdraw(tx, now, self.scene.links(), None, &id));
    }

    /// Works everything off while the peer answers so; the kinds and shares of what reached it.
    async fn work(&mut self, answers: &[Answer]) -> Vec<String> {
        self.scene.peer.recover();
        self.scene.peer.will_answer("/inbox", answers);
        let sent = self.scene.sent().await;
        let told = sent.iter().map(gist).collect();
        self.sent.extend(sent);
        told
    }

    /// The peer fails at every try, until so much time is over.
    async fn stay_away(&mut self, time: TimeDelta) {
        let until = self.scene.now() + time;
        self.work(&[Status(503)]).await;
        while let Some(due) = self.scene.ours.look(lane::next_due).filter(|due| *due < until) {
            self.scene.wait((due - self.scene.now()).max(TimeDelta::zero()));
            let tried = self.work(&[Status(503)]).await;
            assert_eq!(tried.len(), 1, "one probe, and no more");
        }
        self.scene.wait(until - self.scene.now());
    }

    /// Merel likes something, so her server is there again.
    async fn hear_from_the_peer(&self) {
        let id = self.scene.peer.at(&format!("/likes/{}", self.scene.now().timestamp()));
        let like = json!({"id": id, "type": "Like", "actor": self.scene.merel["id"], "object": format!("{LAB}/none")});
        self.scene.ours.receive(&like, &self.scene.merel).await.expect("a sign of life");
    }

    fn rows(&self) -> Vec<Delivery> {
        self.scene.ours.look(|tx| list_deliveries(tx, None, 10_000))
    }

    fn count(&self, state: DeliveryState) -> i64 {
        self.scene.ours.look(|tx| delivery::count(tx, state))
    }

    /// Every activity and inbox has one row, in an end state; what was sent is what was tried; nothing newer came first.
    fn balance(&self) {
        let rows = self.rows();
        let mut tries: BTreeMap<(&str, &str), i32> = BTreeMap::new();
        for sent in &self.sent {
            *tries.entry((sent.activity["id"].as_str().unwrap(), sent.inbox.as_str())).or_default() += 1;
        }
        let mut known = BTreeMap::new();
        for row in &rows {
            let inbox = row.inbox.strip_prefix(self.scene.peer.origin()).expect("an inbox of the peer");
            assert_ne!(row.state, DeliveryState::Waiting, "{row:?}");
            assert!(known.insert((row.activity.as_str(), inbox), row.attempts).is_none(), "two rows: {row:?}");
        }
        known.retain(|_, attempts| *attempts > 0);
        assert_eq!(known, tries, "what we counted is what the peer saw");
        self.scene.ours.assert_idle();
    }
}

/// `Create 1`: the kind, and the number of the share.
fn gist(sent: &Sent) -> String {
    let id = sent.activity["object"]["id"].as_str().unwrap_or_default();
    let number = id.rsplit("share").next().unwrap_or_default().trim_start_matches('0');
    format!("{} {number}", sent.activity["type"].as_str().unwrap_or_default())
}

on_both_engines! {
    async fn of_updates_that_wait_only_the_newest_is_sent_and_after_the_create(engine) {
        let mut ledger = Ledger::open(engine).await;
        ledger.publish(1);
        ledger.publish(2);
        assert_eq!(ledger.work(&[Status(503)]).await, ["Create 1"]);
        for minute in 1..=3 {
            ledger.scene.wait(TimeDelta::seconds(1));
            ledger.revise(1, &format!("Wat werkte, versie {minute}."));
            assert_eq!(ledger.work(&[]).await, [""; 0], "the host rests");
        }
        assert_eq!(ledger.count(DeliveryState::Superseded), 2);
        ledger.scene.wait(TimeDelta::minutes(1));
        assert_eq!(ledger.work(&[]).await, ["Create 1", "Create 2", "Update 1"]);
        assert!(ledger.sent.last().unwrap().activity.to_string().contains("versie 3"));
        ledger.balance();
    }

    async fn a_delete_supersedes_the_updates_before_it(engine) {
        let mut ledger = Ledger::open(engine).await;
        ledger.publish(1);
        ledger.work(&[Status(503)]).await;
        ledger.revise(1, "Wat werkte, en wat niet.");
        ledger.work(&[]).await;
        ledger.withdraw(1);
        ledger.scene.wait(TimeDelta::minutes(1));
        assert_eq!(ledger.work(&[]).await, ["Create 1", "Delete 1"]);
        assert_eq!(ledger.count(DeliveryState::Superseded), 1);
        ledger.balance();
    }

    async fn every_failure_that_may_pass_is_tried_again_and_costs_no_other_peer_anything(engine) {
        let mut ledger = Ledger::open(engine).await;
        let other = Peer::start().await;
        ledger.scene.follow(&other.person("kim"), LAB).await;
        ledger.scene.sent().await;
        ledger.scene.ours.store.execute("DELETE FROM deliveries");
        other.clear();
        ledger.publish(1);
        for status in [500, 502, 503, 504, 408, 301, 308] {
            assert_eq!(ledger.work(&[Status(status)]).await, ["Create 1"], "{status}");
            assert_eq!(other.posts().len(), 1, "once, and at once");
            assert_eq!(ledger.work(&[]).await, [""; 0], "not before its time");
            ledger.scene.wait(TimeDelta::hours(8));
        }
        assert_eq!(ledger.work(&[]).await, ["Create 1"]);
        ledger.scene.ours.assert_idle();
        assert_eq!((ledger.count(DeliveryState::Delivered), other.posts().len()), (2, 1));
    }

    async fn a_peers_wish_to_wait_is_honoured_between_a_second_and_a_day(engine) {
        let hour = "Sun, 01 Nov 2026 10:00:00 GMT";
        for (status, wish, seconds) in
            [(429, "7", 7), (503, "0", 1), (429, "-1", 1), (503, "1000000000", 86_400), (429, hour, 3_540), (503, hour, 3_540)]
        {
            let mut ledger = Ledger::open(engine).await;
            ledger.publish(1);
            ledger.work(&[Later(status, wish)]).await;
            let due = ledger.scene.ours.look(lane::next_due).unwrap();
            assert_eq!(due - ledger.scene.now(), TimeDelta::seconds(seconds), "{status} {wish}");
            ledger.hear_from_the_peer().await;
            assert_eq!(ledger.scene.ours.look(lane::next_due), Some(due), "a sign of life is no permission");
            ledger.scene.wait(TimeDelta::seconds(seconds));
            assert_eq!(ledger.work(&[]).await, ["Create 1"]);
            ledger.balance();
        }
    }

    async fn a_wish_that_cannot_be_read_is_no_wish(engine) {
        let mut ledger = Ledger::open(engine).await;
        ledger.publish(1);
        ledger.work(&[Later(429, "tomorrow, perhaps")]).await;
        let wait = ledger.scene.ours.look(lane::next_due).unwrap() - ledger.scene.now();
        assert!((TimeDelta::seconds(15)..TimeDelta::seconds(18)).contains(&wait), "{wait}");
    }

    async fn what_is_denied_has_a_second_chance_and_a_third_with_fresh_signatures(engine) {
        for (status, tries) in [(401, 1), (403, 2), (404, 1)] {
            let mut ledger = Ledger::open(engine).await;
            ledger.publish(1);
            for _ in 0..tries {
                assert_eq!(ledger.work(&[Status(status)]).await, ["Create 1"], "{status}");
                ledger.scene.wait(TimeDelta::minutes(1));
            }
            // Scene::sent checks each signature against the time that it was sent at.
            assert_eq!(ledger.work(&[]).await, ["Create 1"], "{status}");
            assert_eq!(ledger.count(DeliveryState::Delivered), 1);
            ledger.balance();
        }
    }

    async fn what_is_denied_three_times_is_refused_and_a_missing_inbox_after_a_day(engine) {
        for (status, least, longest) in [(401, TimeDelta::zero(), 3), (403, TimeDelta::zero(), 3), (404, TimeDelta::days(1), 20)] {
            let mut ledger = Ledger::open(engine).await;
            ledger.publish(1);
            let begun = ledger.scene.now();
            while ledger.count(DeliveryState::Refused) == 0 {
                assert_eq!(ledger.work(&[Status(status)]).await, ["Create 1"], "{status}");
                let due = ledger.scene.ours.look(lane::next_due);
                due.inspect(|due| ledger.scene.wait(*due - ledger.scene.now()));
            }
            assert!(ledger.sent.len() >= 3 && ledger.sent.len() <= longest, "{status}: {}", ledger.sent.len());
            assert!(ledger.scene.now() - begun >= least, "{status}");
            assert!(ledger.rows()[0].last_error.as_ref().unwrap().contains(&status.to_string()));
            ledger.balance();
        }
    }

    async fn what_is_refused_for_good_is_asked_once(engine) {
        for status in [413, 400] {
            let mut ledger = Ledger::open(engine).await;
            ledger.publish(1);
            ledger.publish(2);
            assert_eq!(ledger.work(&[Status(status)]).await, ["Create 1", "Create 2"], "{status}: the lane goes on");
            assert_eq!((ledger.count(DeliveryState::Refused), ledger.count(DeliveryState::Delivered)), (1, 1), "{status}");
            ledger.balance();
        }
    }

    async fn an_inbox_that_is_gone_is_left_alone_for_a_week_and_then_asked_again(engine) {
        let mut ledger = Ledger::open(engine).await;
        ledger.publish(1);
        ledger.publish(2);
        assert_eq!(ledger.work(&[Status(410)]).await, ["Create 1"], "what else waits there ends with it");
        ledger.publish(3);
        assert_eq!(ledger.work(&[]).await, [""; 0]);
        assert_eq!(ledger.count(DeliveryState::Gone), 3);
        ledger.scene.wait(TimeDelta::days(7) + TimeDelta::seconds(1));
        ledger.publish(4);
        assert_eq!(ledger.work(&[]).await, ["Create 4"]);
        ledger.balance();
    }

    async fn what_a_peer_never_takes_holds_up_nothing_else_there(engine) {
        let mut ledger = Ledger::open(engine).await;
        for number in 1..=3 {
            ledger.publish(number);
        }
        let is_first = |request: &Request| String::from_utf8_lossy(&request.body).contains("share00001");
        ledger.scene.peer.be(move |request| Status(if is_first(request) { 500 } else { 202 }));
        while ledger.count(DeliveryState::Delivered) < 2 {
            assert!(ledger.sent.len() < 8, "{:?}", ledger.sent.iter().map(gist).collect::<Vec<_>>());
            let sent = ledger.scene.sent().await;
            ledger.sent.extend(sent);
            ledger.scene.wait(TimeDelta::minutes(5));
        }
        ledger.publish(4);
        ledger.revise(1, "Wat werkte, en wat niet.");
        let sent = ledger.scene.sent().await;
        assert!(sent.iter().any(|sent| gist(sent) == "Create 4"), "it stands apart with what is about it");
        assert!(sent.iter().all(|sent| gist(sent) != "Update 1"), "in order");
        ledger.sent.extend(sent);
        ledger.scene.wait(TimeDelta::hours(1));
        assert_eq!(ledger.work(&[]).await, ["Create 1", "Update 1"]);
        ledger.balance();
    }

    async fn what_is_about_different_things_goes_at_once_and_what_is_about_one_in_order(engine) {
        let mut ledger = Ledger::open(engine).await;
        for number in 1..=30 {
            ledger.publish(number);
        }
        ledger.revise(7, "Wat werkte, en wat niet.");
        ledger.scene.peer.be(|_| After(Duration::from_millis(300), 202));
        let begun = Instant::now();
        let sent = ledger.scene.sent().await;
        let (told, took): (Vec<String>, _) = (sent.iter().map(gist).collect(), begun.elapsed());
        ledger.sent.extend(sent);
        let at = |what: &str| told.iter().position(|one| one == what).expect("told");
        assert!(at("Create 7") < at("Update 7"), "{told:?}");
        assert!(took < Duration::from_millis(31 * 300 * 6 / 10), "one after the other takes 9.3 s, and this took {took:?}");
        ledger.balance();
    }

    async fn a_peer_that_fails_every_other_time_has_everything_and_is_not_asked_much_more(engine) {
        const SHARES: usize = 40;
        let mut ledger = Ledger::open(engine).await;
        for number in 1..=SHARES {
            ledger.publish(u32::try_from(number).unwrap());
        }
        while ledger.count(DeliveryState::Delivered) < i64::try_from(SHARES).unwrap() {
            ledger.work(&[Status(202), Status(500)]).await;
            ledger.scene.wait(TimeDelta::minutes(1));
        }
        assert!(ledger.sent.len() * 10 <= SHARES * 22, "{} tries", ledger.sent.len());
        ledger.balance();
    }

    async fn a_worker_that_stalled_past_its_lease_changes_nothing_when_it_comes_back(engine) {
        let mut ledger = Ledger::open(engine).await;
        ledger.publish(1);
        ledger.work(&[Status(503)]).await;
        ledger.scene.wait(TimeDelta::minutes(1));
        let now = ledger.scene.now();
        let stalled = ledger.scene.ours.store.commit(|tx| lane::lease(tx, 7, 10, 10, now));
        assert_eq!(stalled.len(), 1);
        assert_eq!(ledger.work(&[]).await, [""; 0], "it is held");
        ledger.scene.wait(lane::LEASE);
        assert_eq!(ledger.work(&[]).await, ["Create 1"]);
        let (lane, rows) = &stalled[0];
        for attempt in [Attempt::Delivered, Attempt::Gone, Attempt::Failed { error: "late".into(), retry_after: None }] {
            let late = Settlement { lane: lane.clone(), leased: rows[0].clone(), attempt, alone: false };
            assert!(ledger.scene.ours.store.commit(|tx| delivery::settle(tx, &[late], 0, now)).is_empty());
        }
        assert_eq!(ledger.count(DeliveryState::Delivered), 1);
        ledger.balance();
    }

    async fn a_change_that_nobody_can_read_is_parked_and_the_rest_goes_on(engine) {
        let mut ledger = Ledger::open(engine).await;
        ledger.scene.ours.store.execute("INSERT INTO jobs (change, attempts, due_at, parked) VALUES ('{\"poison\":1}', 0, 0, false)");
        ledger.publish(1);
        assert_eq!(ledger.work(&[]).await, ["Create 1"]);
        assert_eq!(ledger.scene.ours.look(queue::count), (0, 1), "it is seen");
        ledger.scene.ours.store.execute("DELETE FROM jobs");
        ledger.balance();
    }

    async fn a_key_that_was_replaced_while_deliveries_waited_signs_none_of_them(engine) {
        let mut ledger = Ledger::open(engine).await;
        ledger.publish(1);
        ledger.work(&[Status(503)]).await;
        let pair = key::generate().unwrap();
        let lab = format!("SELECT id FROM actors WHERE uri = '{LAB}'");
        ledger.scene.ours.store.execute(&format!("UPDATE keys SET private_key = '{}' WHERE actor_id = ({lab})", pair.private));
        ledger.scene.ours.store.execute(&format!("UPDATE actors SET public_key = '{}' WHERE uri = '{LAB}'", pair.public));
        ledger.scene.wait(TimeDelta::minutes(1));
        // Scene::sent checks the signature against the key that we publish now; the process is the same one.
        assert_eq!(ledger.work(&[]).await, ["Create 1"]);
        let bodies: Vec<_> = ledger.sent.iter().map(|sent| sent.activity.to_string()).collect();
        assert_eq!(bodies[0], bodies[1], "what is said stays the same");
        ledger.balance();
    }
}
