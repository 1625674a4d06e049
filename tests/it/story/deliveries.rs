//! Activities that are said and heard, and deliveries: in order for each host, to one worker at a time, never lost.

use std::{collections::BTreeSet, sync::mpsc, thread, time::Duration};

use archipel::{
    domain::{
        actor::ActorId,
        delivery::{Attempt, DeliveryState},
        moment::Moment,
    },
    storage::{Failed, Tx, activity, actor, delivery},
};
use chrono::TimeDelta;

use crate::support::{TestStore, cast, on_both_engines, store};

pub const BRAVO: &str = "https://bravo.example/inbox";
pub const CHARLIE: &str = "https://charlie.example/inbox";

pub fn spoor(store: &TestStore) -> ActorId {
    store.commit(|tx| actor::save(tx, &cast::spoor()))
}

pub fn an_activity(number: u32, actor: ActorId) -> activity::NewActivity {
    let uri = format!("https://alpha.example/activities/{number}");
    activity::NewActivity { body: format!("{{\"id\":\"{uri}\"}}"), uri, actor, public: true, object: None }
}

/// Adds the activity of this number, on its way to these inboxes.
pub fn send(tx: &mut Tx<'_>, number: u32, actor: ActorId, inboxes: &[&str], now: Moment) -> Result<(), Failed> {
    let row = activity::add(tx, &an_activity(number, actor), now)?;
    delivery::add(tx, row, &inboxes.iter().map(|inbox| (*inbox).to_owned()).collect::<BTreeSet<_>>(), now)
}

pub fn lease(store: &TestStore, token: i64, limit: i64) -> Vec<delivery::Leased> {
    store.commit(|tx| delivery::lease(tx, token, limit, store.now()))
}

pub fn settle(store: &TestStore, leased: &delivery::Leased, attempt: &Attempt) {
    store.commit(|tx| delivery::settle(tx, leased, attempt, 0, store.now()));
}

/// The last part of each activity's id and the host, in the order of the lease.
pub fn names(leased: &[delivery::Leased]) -> Vec<(&str, &str)> {
    leased.iter().map(|one| (one.said.uri.rsplit('/').next().unwrap_or_default(), one.host.as_str())).collect()
}

pub fn failed() -> Attempt {
    Attempt::Failed { error: "503".into(), retry_after: None }
}

on_both_engines! {
    fn an_activity_is_stored_once_and_read_at_its_id_only_where_it_is_public(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let secret = activity::NewActivity { public: false, ..an_activity(2, actor) };
        let first = store.commit(|tx| activity::add(tx, &an_activity(1, actor), store.now()));
        let again = activity::NewActivity { body: "{}".into(), ..an_activity(1, actor) };
        assert_eq!(store.commit(|tx| activity::add(tx, &again, store.now())), first);
        assert_ne!(store.commit(|tx| activity::add(tx, &secret, store.now())), first);
        assert_eq!(store.commit(|tx| activity::find_public(tx, &again.uri)), Some(an_activity(1, actor).body));
        assert_eq!(store.commit(|tx| activity::find_public(tx, &secret.uri)), None);
    }

    fn a_received_activity_has_its_effect_once(engine) {
        let store = store(engine);
        let receive = |uri: &str, body| store.commit(|tx| activity::receive(tx, uri, ActorId(7), body, store.now()));
        let kept = receive("https://mastodon.example/1", Some("{}")).unwrap();
        let plain = receive("https://mastodon.example/2", None).unwrap();
        assert_eq!(receive("https://mastodon.example/1", None), None);
        let find = |uri: &str| store.commit(|tx| activity::find_received(tx, uri));
        assert_eq!(find("https://mastodon.example/1"), Some((kept, Some("{}".to_owned()))));
        assert_eq!(find("https://mastodon.example/2"), Some((plain, None)));
        assert_eq!(find("https://mastodon.example/3"), None);
        for (actor, stays) in [(ActorId(8), true), (ActorId(7), false)] {
            store.commit(|tx| activity::forget(tx, "https://mastodon.example/1", actor));
            assert_eq!(find("https://mastodon.example/1").is_some(), stays, "only whoever said it can have it forgotten");
        }
        assert_eq!(find("https://mastodon.example/2"), Some((plain, None)));
    }

    fn an_inbox_gets_an_activity_once_and_everything_in_order(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for (number, inboxes) in [(1, [BRAVO, CHARLIE]), (2, [BRAVO, CHARLIE]), (1, [CHARLIE, BRAVO])] {
            store.commit(|tx| send(tx, number, actor, &inboxes, store.now()));
        }
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Waiting)), 4);
        let leased = lease(&store, 1, 10);
        let bravo: Vec<_> = names(&leased).into_iter().filter(|(_, host)| *host == "bravo.example").collect();
        assert_eq!(bravo, [("1", "bravo.example"), ("2", "bravo.example")]);
        assert!(leased.is_sorted_by_key(|one| one.id) && leased.len() == 4);
        let first = &leased[0];
        assert_eq!((&first.said.body, first.said.actor, first.attempts, first.lease), (&an_activity(1, actor).body, actor, 0, 1));
        assert_eq!(first.created_at, store.now());
    }

    fn ten_thousand_followers_fit_in_one_fan_out(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let inboxes: Vec<String> = (0..10_000).map(|number| format!("https://host{number}.example/inbox")).collect();
        let inboxes: Vec<&str> = inboxes.iter().map(String::as_str).collect();
        store.commit(|tx| send(tx, 1, actor, &inboxes, store.now()));
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Waiting)), 10_000);
        assert_eq!(lease(&store, 1, 500).len(), 500);
    }

    fn a_host_that_a_worker_holds_is_passed_over_by_others(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        store.commit(|tx| send(tx, 2, actor, &[BRAVO, CHARLIE], store.now()));
        assert_eq!(names(&lease(&store, 1, 1)), [("1", "bravo.example")]);
        assert_eq!(names(&lease(&store, 2, 10)), [("2", "charlie.example")]);
        assert_eq!(lease(&store, 3, 10), []);
        store.commit(|tx| delivery::release(tx, 1));
        assert_eq!(names(&lease(&store, 3, 10)), [("1", "bravo.example"), ("2", "bravo.example")]);
    }

    fn two_workers_that_lease_at_the_same_time_never_share_a_host(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        store.commit(|tx| send(tx, 2, actor, &[BRAVO], store.now()));
        let (has_leased, first_has_leased) = mpsc::channel();
        let (is_done, second_is_done) = mpsc::channel();
        let store = &store;
        let first = move || {
            store.commit(|tx| {
                let leased = delivery::lease(tx, 1, 1, store.now())?;
                has_leased.send(()).unwrap();
                // The second worker either waits for this transaction, or is done long before.
                let _ = second_is_done.recv_timeout(Duration::from_millis(300));
                Ok(leased)
            })
        };
        thread::scope(|scope| {
            let first = scope.spawn(first);
            first_has_leased.recv_timeout(Duration::from_secs(10)).unwrap();
            assert_eq!(lease(store, 2, 1), []);
            let _ = is_done.send(());
            assert_eq!(names(&first.join().unwrap()), [("1", "bravo.example")]);
        });
    }

    fn each_attempt_ends_in_a_named_state_that_is_listed_newest_first(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for (number, attempt) in [(1, Attempt::Delivered), (2, Attempt::Gone), (3, Attempt::Refused("401".into())), (4, failed())]
        {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
            settle(&store, &lease(&store, i64::from(number), 1)[0], &attempt);
        }
        let listed = store.commit(|tx| delivery::list(tx, None, 10));
        let states: Vec<_> = listed.iter().map(|one| (one.state, one.attempts, one.last_error.as_deref())).collect();
        let expected = [
            (DeliveryState::Waiting, 1, Some("503")),
            (DeliveryState::Refused, 1, Some("401")),
            (DeliveryState::Gone, 1, None),
            (DeliveryState::Delivered, 1, None),
        ];
        assert_eq!(states, expected);
        assert_eq!((listed[0].inbox.as_str(), listed[0].due_at), (BRAVO, store.now() + TimeDelta::seconds(15)));
        assert_eq!(store.commit(|tx| delivery::list(tx, Some(DeliveryState::Gone), 10)), [listed[2].clone()]);
        assert_eq!(store.commit(|tx| delivery::list(tx, None, 1)), [listed[0].clone()]);
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Refused)), 1);
    }

    fn a_host_that_fails_rests_whole_and_nothing_newer_overtakes(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
        }
        settle(&store, &lease(&store, 1, 1)[0], &failed());
        store.commit(|tx| send(tx, 3, actor, &[BRAVO, CHARLIE], store.now()));
        assert_eq!(names(&lease(&store, 2, 10)), [("3", "charlie.example")]);
        store.clock.advance(TimeDelta::seconds(15));
        let again = lease(&store, 3, 10);
        assert_eq!((names(&again), again[0].attempts), (vec![("1", "bravo.example")], 1));
        settle(&store, &again[0], &Attempt::Delivered);
        assert_eq!(names(&lease(&store, 4, 10)), [("2", "bravo.example"), ("3", "bravo.example")]);
    }

    fn what_a_worker_did_not_try_at_a_host_that_failed_is_given_back(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO, CHARLIE], store.now()));
        }
        let leased = lease(&store, 1, 10);
        let bravo = leased.iter().find(|one| one.host == "bravo.example").unwrap();
        settle(&store, bravo, &failed());
        store.clock.advance(TimeDelta::seconds(15));
        let probe = lease(&store, 2, 10);
        assert_eq!(names(&probe), [("1", "bravo.example")], "charlie is still held");
        settle(&store, &probe[0], &Attempt::Delivered);
        assert_eq!(names(&lease(&store, 3, 10)), [("2", "bravo.example")]);
    }

    fn a_peers_wish_to_be_left_alone_is_honoured(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        let wish = Attempt::Failed { error: "429".into(), retry_after: Some(TimeDelta::minutes(5)) };
        settle(&store, &lease(&store, 1, 1)[0], &wish);
        assert_eq!(store.commit(delivery::next_due), Some(store.now() + TimeDelta::minutes(5)));
    }

    fn a_delivery_expires_after_thirty_days_and_can_be_tried_again(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        store.clock.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
        settle(&store, &lease(&store, 1, 1)[0], &failed());
        assert_eq!(store.commit(|tx| delivery::list(tx, None, 10))[0].state, DeliveryState::Expired);
        assert_eq!((lease(&store, 2, 10).len(), store.commit(delivery::next_due)), (0, None));
        assert_eq!(store.commit(|tx| delivery::retry(tx, store.now())), 1);
        let leased = lease(&store, 3, 10);
        assert_eq!((leased[0].attempts, leased[0].created_at), (0, store.now()));
        assert_eq!(store.commit(|tx| delivery::retry(tx, store.now())), 0, "what a worker holds is left alone");
        settle(&store, &leased[0], &Attempt::Delivered);
        assert_eq!(store.commit(|tx| delivery::retry(tx, store.now())), 0, "what is delivered is left alone");
    }

    fn a_worker_that_is_alone_takes_everything_over(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO, CHARLIE], store.now()));
        let late = lease(&store, 1, 10);
        store.commit(delivery::release_all);
        let current = lease(&store, 2, 10);
        assert_eq!(names(&current), names(&late));
        settle(&store, &late[0], &failed());
        assert!(store.commit(|tx| delivery::list(tx, None, 10)).iter().all(|one| one.attempts == 0), "a late result changes nothing");
    }

    fn a_result_that_comes_after_the_lease_was_lost_changes_nothing(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
        }
        let late = lease(&store, 1, 1);
        store.clock.advance(delivery::LEASE);
        let current = lease(&store, 2, 10);
        assert_eq!(names(&current), [("1", "bravo.example"), ("2", "bravo.example")]);
        let before = store.commit(|tx| delivery::list(tx, None, 10));
        settle(&store, &late[0], &failed());
        settle(&store, &late[0], &Attempt::Delivered);
        assert_eq!(store.commit(|tx| delivery::list(tx, None, 10)), before);
        settle(&store, &current[0], &Attempt::Delivered);
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Delivered)), 1);
    }

    fn the_next_delivery_is_due_when_its_host_is_free_and_rested(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let next_due = || store.commit(delivery::next_due);
        assert_eq!(next_due(), None);
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
        }
        assert_eq!(next_due(), Some(store.now()));
        let first = lease(&store, 1, 1);
        assert_eq!(next_due(), Some(store.now() + delivery::LEASE), "held: until the lease ends");
        settle(&store, &first[0], &failed());
        store.commit(|tx| send(tx, 3, actor, &[BRAVO], store.now()));
        assert_eq!(next_due(), Some(store.now() + TimeDelta::seconds(15)), "resting: until the first is tried again");
        store.commit(|tx| send(tx, 4, actor, &[CHARLIE], store.now()));
        assert_eq!(next_due(), Some(store.now()));
    }
}
