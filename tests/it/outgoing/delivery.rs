//! Deliveries when peers are down, slow, gone or unwilling: in order, later, or never, and always in a named state.

use archipel::{
    domain::{
        delivery::{Delivery, DeliveryState},
        moment::Moment,
        reading::ReadingKind,
    },
    storage::{delivery, dispatch, lane, reading, share as shares},
    usecases::audience,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{LAB, Scene, Sent};
use crate::support::{
    Engine,
    instance::draft,
    list_deliveries, on_both_engines,
    peer::Answer::{Later, Silence, Status},
};

/// So much that the first wait of 15 seconds is over, whatever the dice added.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(18);

impl Scene {
    fn publish(&self, number: u8) {
        self.ours.publish(&format!("share0000{number}"), "spoor", "lab", draft(&format!("Deel {number}"), "Wat werkte."));
    }

    fn deliveries(&self, state: DeliveryState) -> Vec<Delivery> {
        self.ours.look(|tx| list_deliveries(tx, Some(state), 100))
    }

    async fn titles(&self) -> Vec<String> {
        let number = |sent: &Sent| sent.activity["object"]["id"].as_str().unwrap_or_default().chars().last();
        self.sent().await.iter().map(|sent| number(sent).map(String::from).unwrap_or_default()).collect()
    }

    fn next_due(&self) -> Option<Moment> {
        self.ours.look(lane::next_due)
    }
}

on_both_engines! {
    async fn what_a_peer_could_not_take_is_sent_again_later_and_in_order(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        scene.peer.will_answer("/inbox", &[Status(500)]);
        scene.publish(1);
        scene.publish(2);
        assert_eq!(scene.titles().await, ["1"], "the second waits behind the first");
        assert_eq!(scene.titles().await, [""; 0], "nothing is due before its time");
        let waiting = scene.deliveries(DeliveryState::Waiting);
        assert_eq!(waiting.iter().map(|delivery| delivery.attempts).collect::<Vec<_>>(), [0, 1]);
        assert!(waiting[1].last_error.as_ref().unwrap().contains("500"), "{waiting:?}");
        scene.wait(FIRST_WAIT);
        assert_eq!(scene.titles().await, ["1", "2"]);
        scene.ours.assert_idle();
        assert_eq!(scene.deliveries(DeliveryState::Delivered).len(), 3);
    }

    async fn a_peer_that_stays_away_is_tried_ever_less_often_and_in_the_end_no_more(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        scene.peer.will_answer("/inbox", &[Status(503); 200]);
        scene.publish(1);
        let (begun, mut waits) = (scene.now(), Vec::new());
        while scene.deliveries(DeliveryState::Expired).is_empty() {
            assert_eq!(scene.titles().await, ["1"]);
            let Some(due) = scene.next_due() else { break };
            waits.push(due - scene.now());
            scene.wait(due - scene.now());
        }
        assert!(waits[0] >= TimeDelta::seconds(15) && waits.windows(2).take(8).all(|pair| pair[0] < pair[1]), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= TimeDelta::seconds(6 * 3_600 * 6 / 5)), "{waits:?}");
        assert!(scene.now() - begun > TimeDelta::days(30) && waits.len() < 150, "{}", waits.len());
        scene.ours.assert_idle();
    }

    async fn each_answer_has_its_meaning(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        let cases = [
            (DeliveryState::Delivered, vec![200, 201, 202, 204]),
            (DeliveryState::Gone, vec![410]),
            (DeliveryState::Refused, vec![400, 405, 406, 413, 415, 422, 501]),
            (DeliveryState::Waiting, vec![301, 401, 403, 404, 408, 429, 500, 502, 503, 504]),
        ];
        for (state, statuses) in cases {
            for status in statuses {
                scene.ours.store.execute("DELETE FROM deliveries");
                scene.ours.store.execute("DELETE FROM lanes");
                scene.peer.will_answer("/inbox", &[Status(status)]);
                let profile = archipel::domain::lab::LabProfile::parse(&format!("Spoor {status}"), "lab", "").unwrap();
                scene.wait(TimeDelta::seconds(1));
                let now = scene.now();
                scene.ours.commit(|tx| archipel::usecases::lab::describe(tx, now, scene.links(), None, "spoor", (profile, None)));
                scene.sent().await;
                let states: Vec<DeliveryState> =
                    scene.ours.look(|tx| list_deliveries(tx, None, 9)).iter().map(|delivery| delivery.state).collect();
                assert_eq!(states, [state], "{status}");
            }
        }
    }

    async fn a_peers_wish_to_wait_is_honoured(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        scene.peer.will_answer("/inbox", &[Later(429, "7"), Later(503, "Sun, 01 Nov 2026 10:00:00 GMT")]);
        scene.publish(1);
        scene.sent().await;
        assert_eq!(scene.next_due(), Some(scene.now() + TimeDelta::seconds(7)));
        scene.wait(TimeDelta::seconds(7));
        scene.sent().await;
        assert_eq!(scene.next_due().map(|due| due.to_rfc3339()).as_deref(), Some("2026-11-01T10:00:00+00:00"));
        scene.wait(TimeDelta::hours(1));
        assert_eq!(scene.titles().await, ["1"]);
        scene.ours.assert_idle();
    }

    async fn two_followers_behind_one_shared_inbox_are_told_once(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        let mut jip = scene.peer.person("jip");
        jip.as_object_mut().unwrap().remove("endpoints");
        scene.peer.serve(&jip);
        for person in [scene.peer.person("kim"), jip] {
            scene.follow(&person, LAB).await;
        }
        scene.sent().await;
        scene.publish(1);
        let mut inboxes: Vec<String> = scene.all_sent().await.into_iter().map(|sent| sent.inbox).collect();
        inboxes.sort();
        assert_eq!(inboxes, ["/inbox", "/users/jip/inbox"]);
    }

    async fn one_peer_that_is_down_holds_up_no_other(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        let other = crate::support::peer::Peer::start().await;
        let kim = other.person("kim");
        scene.follow(&kim, LAB).await;
        scene.sent().await;
        other.clear();
        scene.peer.will_answer("/inbox", &[Status(500)]);
        scene.publish(1);
        scene.sent().await;
        assert_eq!(other.posts().len(), 1);
        assert_eq!(scene.deliveries(DeliveryState::Waiting).len(), 1);
    }

    async fn an_administrator_can_have_everything_tried_again(engine) {
        let scene = Scene::followed(engine, &[LAB]).await;
        scene.peer.will_answer("/inbox", &[Status(410)]);
        scene.publish(1);
        scene.publish(2);
        scene.sent().await;
        let now = scene.now();
        assert_eq!(scene.ours.look(|tx| delivery::count(tx, DeliveryState::Gone)), 2);
        scene.ours.store.commit(|tx| dispatch::retry(tx, None, now));
        assert_eq!(scene.titles().await, ["1", "2"]);
        scene.ours.assert_idle();
    }

    async fn what_was_announced_and_cannot_be_read_yet_is_read_later(engine) {
        let scene = Scene::set(engine).await;
        let group = scene.peer.actor("Group", "leesgroep");
        let (followee, now) = (scene.ours.meet(&group).await, scene.now());
        scene.ours.commit(|tx| audience::follow(tx, now, None, "spoor", &followee));
        scene.accept_our_follow(&group).await;
        let note = json!({"id": scene.peer.at("/notes/1"), "type": "Note", "attributedTo": group["id"], "to": "as:Public",
            "content": "<p>Wie leest er mee?</p>"});
        let announce =
            json!({"id": scene.peer.at("/announces/1"), "type": "Announce", "actor": group["id"], "object": note["id"]});
        scene.peer.answer_get(note["id"].as_str().unwrap(), 503, Value::Null);
        scene.ours.receive(&announce, &group).await.unwrap();
        scene.sent().await;
        assert_eq!(scene.ours.look(|tx| reading::count(tx, ReadingKind::Object)), (1, 1), "what was announced could not be read");
        scene.peer.serve(&note);
        scene.wait(FIRST_WAIT);
        scene.sent().await;
        let kept = scene.ours.look(|tx| shares::find_by_uri(tx, note["id"].as_str().unwrap())).expect("their share");
        assert_eq!((kept.lab, kept.content.as_str()), (followee.id, "<p>Wie leest er mee?</p>"));
        scene.ours.assert_idle();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_never_answers_is_given_up_after_a_while_and_tried_again() {
    let scene = Scene::followed(Engine::Sqlite, &[LAB]).await;
    scene.peer.will_answer("/inbox", &[Silence]);
    scene.publish(1);
    scene.sent().await;
    let waiting = scene.deliveries(DeliveryState::Waiting);
    assert!(waiting[0].last_error.as_ref().unwrap().contains("too long"), "{waiting:?}");
    scene.wait(FIRST_WAIT);
    assert_eq!(scene.titles().await, ["1"]);
    scene.ours.assert_idle();
}
