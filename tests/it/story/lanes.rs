//! Lanes: one host rests, wakes and is probed without another noticing; newer Updates replace older ones.

use archipel::{
    domain::delivery::{Attempt, DeliveryState, Lane},
    storage::{activity, delivery, lane},
};
use chrono::TimeDelta;

use super::deliveries::{BRAVO, CHARLIE, an_activity, failed, lease, names, send, settle, spoor};
use crate::support::{on_both_engines, store};

on_both_engines! {
    fn what_arrived_is_settled_together_and_a_lost_lease_settles_nothing(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO, CHARLIE], store.now()));
        let mut leased = lease(&store, 1, 10);
        leased[1].lease = 2;
        store.commit(|tx| delivery::settle_delivered(tx, &leased, store.now()));
        let states: Vec<_> =
            store.commit(|tx| delivery::list(tx, None, 10)).iter().map(|one| (one.state, one.attempts)).collect();
        assert_eq!(states, [(DeliveryState::Waiting, 0), (DeliveryState::Delivered, 1)]);
    }

    fn of_a_host_that_failed_one_delivery_is_leased_as_a_probe(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for number in [1, 2, 3] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
        }
        settle(&store, &lease(&store, 1, 1)[0], &failed());
        store.clock.advance(TimeDelta::seconds(15));
        let probe = lease(&store, 2, 10);
        assert_eq!(names(&probe), [("1", "bravo.example")]);
        assert_eq!(lease(&store, 3, 10), [], "nothing goes while the probe is out");
        settle(&store, &probe[0], &Attempt::Delivered);
        assert_eq!(names(&lease(&store, 4, 10)), [("2", "bravo.example"), ("3", "bravo.example")]);
    }

    fn a_sign_of_life_ends_the_rest_of_a_host_but_not_one_that_it_asked_for(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let wake = |host: &str| store.commit(|tx| delivery::wake_host(tx, host, store.now()));
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
        }
        for attempt in 1..=8 {
            settle(&store, &lease(&store, attempt, 1)[0], &failed());
            store.clock.advance(store.commit(delivery::next_due).unwrap() - store.now());
        }
        settle(&store, &lease(&store, 9, 1)[0], &failed());
        let rest = store.commit(delivery::next_due).unwrap();
        wake("charlie.example");
        assert_eq!(store.commit(delivery::next_due), Some(rest));
        wake("bravo.example");
        assert_eq!(store.commit(delivery::next_due), Some(store.now() + TimeDelta::seconds(30)));
        store.clock.advance(TimeDelta::seconds(10));
        wake("bravo.example");
        assert_eq!(store.commit(delivery::next_due), Some(store.now() + TimeDelta::seconds(20)), "once is enough");
        store.clock.advance(TimeDelta::seconds(20));
        let wish = Attempt::Failed { error: "429".into(), retry_after: Some(TimeDelta::hours(3)) };
        settle(&store, &lease(&store, 10, 1)[0], &wish);
        wake("bravo.example");
        assert_eq!(store.commit(delivery::next_due), Some(store.now() + TimeDelta::hours(3)));
    }

    fn an_inbox_that_denies_holds_up_itself_and_not_its_host(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let kim = "https://bravo.example/kim/inbox";
        let denied = |missing| Attempt::Denied { error: "no".into(), missing };
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO, kim], store.now()));
        }
        let leased = lease(&store, 1, 10);
        let first = leased.iter().find(|one| one.inbox == kim).unwrap();
        settle(&store, first, &denied(true));
        for other in leased.iter().filter(|one| one.inbox == BRAVO) {
            settle(&store, other, &Attempt::Delivered);
        }
        assert_eq!(lease(&store, 2, 10), [], "what is newer waits behind what was denied");
        assert_eq!(store.commit(delivery::next_due), Some(store.now() + TimeDelta::seconds(15)));
        store.commit(|tx| send(tx, 3, actor, &[BRAVO, kim], store.now()));
        let free = lease(&store, 3, 10);
        assert_eq!((free.len(), free[0].inbox.as_str()), (1, BRAVO));
        settle(&store, &free[0], &Attempt::Delivered);
        store.clock.advance(TimeDelta::seconds(15));
        let again = lease(&store, 4, 10);
        assert_eq!((again.len(), again[0].denials), (3, (1, Some(store.now() - TimeDelta::seconds(15)))));
    }

    fn what_waits_is_counted_by_host(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        assert_eq!((store.commit(|tx| lane::list(tx, 20)), store.commit(lane::find_oldest_due)), (Vec::new(), None));
        store.commit(|tx| send(tx, 1, actor, &[BRAVO, CHARLIE], store.now()));
        store.commit(|tx| send(tx, 2, actor, &[CHARLIE], store.now()));
        let began = store.now();
        let bravo = lease(&store, 1, 10).into_iter().find(|one| one.inbox == BRAVO).unwrap();
        settle(&store, &bravo, &failed());
        let lane = |host: &str, waiting, failures, rests_until| Lane { host: host.into(), waiting, failures, rests_until };
        let expected = [lane("charlie.example", 2, 0, began), lane("bravo.example", 1, 1, began + TimeDelta::seconds(15))];
        assert_eq!(store.commit(|tx| lane::list(tx, 20)), expected);
        assert_eq!(store.commit(|tx| lane::list(tx, 1)), expected[..1]);
        assert_eq!(store.commit(lane::find_oldest_due), Some(began));
    }

    fn a_newer_update_supersedes_those_that_wait_and_not_one_that_is_under_way(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let say = |number, about: Option<&str>, inboxes: &[&str]| {
            store.commit(|tx| {
                let said = activity::NewActivity { object: about.map(str::to_owned), ..an_activity(number, actor) };
                let row = activity::add(tx, &said, store.now())?;
                delivery::add(tx, row, &inboxes.iter().map(|inbox| (*inbox).to_owned()).collect(), store.now())
            });
        };
        say(1, Some("a"), &[BRAVO]);
        lease(&store, 1, 1);
        say(2, None, &[BRAVO]);
        say(3, Some("a"), &[BRAVO, CHARLIE]);
        say(4, Some("b"), &[BRAVO]);
        say(5, Some("a"), &[BRAVO]);
        say(3, Some("a"), &[BRAVO, CHARLIE]);
        let states: Vec<_> = store.commit(|tx| delivery::list(tx, Some(DeliveryState::Superseded), 10));
        assert_eq!(states.iter().map(|one| (one.activity.as_str(), one.inbox.as_str())).collect::<Vec<_>>(), [
            ("https://alpha.example/activities/3", BRAVO)
        ]);
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Waiting)), 5);
        store.commit(|tx| delivery::retry(tx, store.now()));
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Superseded)), 1, "it stays so");
    }
}
