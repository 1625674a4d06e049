//! Lanes: held by one worker at a time; one host rests, wakes and is probed without another noticing; what fails alone stands apart.

use std::{sync::mpsc, thread, time::Duration};

use archipel::{
    domain::delivery::{Attempt, DeliveryState, Lane},
    storage::{activity, lane},
};
use chrono::TimeDelta;

use super::deliveries::{BRAVO, CHARLIE, an_activity, end_turn, failed, lease, names, say, send, settle_alone, spoor, states};
use crate::support::{list_deliveries, on_both_engines, store};

on_both_engines! {
    fn a_lane_that_a_worker_holds_is_passed_over_by_others(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        let first = lease(&store, 1, 1);
        store.commit(|tx| send(tx, 2, actor, &[BRAVO, CHARLIE], store.now()));
        assert_eq!(names(&lease(&store, 2, 10)), [("2", "charlie.example")]);
        assert_eq!(lease(&store, 3, 10), []);
        store.commit(|tx| lane::release(tx, &[first[0].0.clone()], store.now()));
        assert_eq!(names(&lease(&store, 3, 10)), [("1", "bravo.example"), ("2", "bravo.example")]);
    }

    fn two_workers_that_lease_at_the_same_time_never_share_a_lane(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        store.commit(|tx| send(tx, 2, actor, &[BRAVO], store.now()));
        let (has_leased, first_has_leased) = mpsc::channel();
        let (is_done, second_is_done) = mpsc::channel();
        let store = &store;
        let first = move || {
            store.commit(|tx| {
                let leased = lane::lease(tx, 1, 1, 1, store.now())?;
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
            assert_eq!(first.join().unwrap().len(), 1);
        });
    }

    fn what_comes_while_a_lane_is_given_back_is_never_forgotten(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        let leased = lease(&store, 1, 1);
        let (store, leased) = (&store, &leased);
        let (has_added, first_has_added) = mpsc::channel();
        let (_nobody, never_told) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                store.commit(|tx| {
                    send(tx, 2, actor, &[BRAVO], store.now())?;
                    has_added.send(()).unwrap();
                    // So long that the lane is given back meanwhile, or waits for this.
                    let _ = never_told.recv_timeout(Duration::from_millis(200));
                    Ok(())
                });
            });
            first_has_added.recv_timeout(Duration::from_secs(10)).unwrap();
            end_turn(store, &[(&leased[0], Attempt::Delivered)]);
        });
        assert_eq!(names(&lease(store, 2, 1)), [("2", "bravo.example")]);
    }

    fn a_host_that_fails_rests_whole_and_each_failed_turn_doubles_its_rest_once(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
        }
        let leased = lease(&store, 1, 1);
        end_turn(&store, &[(&leased[0], failed()), (&leased[1], failed())]);
        store.commit(|tx| send(tx, 3, actor, &[BRAVO, CHARLIE], store.now()));
        assert_eq!(names(&lease(&store, 2, 10)), [("3", "charlie.example")]);
        assert_eq!(store.commit(lane::next_due), Some(store.now() + TimeDelta::seconds(15)));
        store.clock.advance(TimeDelta::seconds(15));
        let again = lease(&store, 3, 10);
        assert_eq!((names(&again)[0], again[0].1.attempts, again[0].0.failures), (("1", "bravo.example"), 1, 1));
        end_turn(&store, &[(&again[0], failed())]);
        store.clock.advance(TimeDelta::seconds(30));
        let third = lease(&store, 4, 10);
        end_turn(&store, &[(&third[0], Attempt::Delivered)]);
        let rest = lease(&store, 5, 10);
        assert_eq!((names(&rest), rest[0].0.failures), (vec![("2", "bravo.example"), ("3", "bravo.example")], 0));
    }

    fn what_fails_alone_stands_apart_with_what_is_about_the_same_and_holds_up_nothing_else(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let about = |number, object: &str| activity::NewActivity { object: object.into(), ..an_activity(number, actor) };
        for said in [about(1, "a"), about(2, "b"), about(3, "a")] {
            store.commit(|tx| say(tx, &said, &[BRAVO, CHARLIE], store.now()));
        }
        let leased = lease(&store, 1, 10);
        let first = leased.iter().find(|(held, row)| held.name == "bravo.example" && row.said.object == "a").unwrap();
        assert!(settle_alone(&store, &[(first, failed())], true));
        store.commit(|tx| lane::release(tx, std::slice::from_ref(&first.0), store.now()));
        assert_eq!(names(&lease(&store, 2, 10)), [("2", "bravo.example")]);
        store.commit(|tx| say(tx, &about(4, "a"), &[BRAVO], store.now()));
        store.clock.advance(TimeDelta::seconds(15));
        let apart = format!("{BRAVO} a");
        let again = lease(&store, 3, 10);
        assert_eq!(names(&again), [("1", apart.as_str()), ("3", apart.as_str()), ("4", apart.as_str())]);
        let all: Vec<_> = again.iter().map(|one| (one, Attempt::Delivered)).collect();
        end_turn(&store, &all);
        store.commit(|tx| say(tx, &about(5, "a"), &[BRAVO], store.now()));
        store.clock.advance(lane::LEASE);
        assert!(names(&lease(&store, 4, 10)).contains(&("5", "bravo.example")), "what stood apart is back");
    }

    fn a_peers_wish_to_be_left_alone_is_honoured(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        let wish = Attempt::Failed { error: "429".into(), retry_after: Some(TimeDelta::minutes(5)) };
        let leased = lease(&store, 1, 1);
        settle_alone(&store, &[(&leased[0], wish)], true);
        store.commit(|tx| lane::release(tx, &[leased[0].0.clone()], store.now()));
        assert_eq!(store.commit(lane::next_due), Some(store.now() + TimeDelta::minutes(5)), "it speaks for its host");
    }

    fn a_worker_that_is_alone_takes_everything_over(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO, CHARLIE], store.now()));
        let late = lease(&store, 1, 10);
        store.commit(lane::release_all);
        let current = lease(&store, 2, 10);
        assert_eq!(names(&current), names(&late));
        assert!(!end_turn(&store, &[(&late[0], failed())]));
        assert!(states(&store).iter().all(|(_, attempts)| *attempts == 0), "a late result changes nothing");
    }

    fn a_result_that_comes_after_the_lease_was_lost_changes_nothing(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        let late = lease(&store, 1, 1);
        store.clock.advance(lane::LEASE);
        let current = lease(&store, 2, 10);
        assert_eq!(names(&current), [("1", "bravo.example")]);
        let before = store.commit(|tx| list_deliveries(tx, None, 10));
        for attempt in [failed(), Attempt::Delivered, Attempt::Gone] {
            assert!(!end_turn(&store, &[(&late[0], attempt)]));
        }
        assert_eq!(store.commit(|tx| list_deliveries(tx, None, 10)), before);
        assert!(end_turn(&store, &[(&current[0], Attempt::Delivered)]));
        assert_eq!(states(&store), [(DeliveryState::Delivered, 1)]);
    }

    fn the_next_lane_is_due_when_it_is_free_and_rested(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let next_due = || store.commit(lane::next_due);
        assert_eq!(next_due(), None);
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        assert_eq!(next_due(), Some(store.now()));
        let first = lease(&store, 1, 1);
        assert_eq!(next_due(), Some(store.now() + lane::LEASE), "held: until the lease ends");
        end_turn(&store, &[(&first[0], failed())]);
        store.commit(|tx| send(tx, 3, actor, &[BRAVO], store.now()));
        assert_eq!(next_due(), Some(store.now() + TimeDelta::seconds(15)), "resting: until the first is tried again");
        store.commit(|tx| send(tx, 4, actor, &[CHARLIE], store.now()));
        assert_eq!(next_due(), Some(store.now()));
    }

    fn a_sign_of_life_ends_the_rest_of_a_host_but_not_one_that_it_asked_for(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let wake = |host: &str| store.commit(|tx| lane::wake_host(tx, host, store.now()));
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
        }
        for attempt in 1..=8 {
            end_turn(&store, &[(&lease(&store, attempt, 1)[0], failed())]);
            store.clock.advance(store.commit(lane::next_due).unwrap() - store.now());
        }
        end_turn(&store, &[(&lease(&store, 9, 1)[0], failed())]);
        let rest = store.commit(lane::next_due).unwrap();
        wake("charlie.example");
        assert_eq!(store.commit(lane::next_due), Some(rest));
        wake("bravo.example");
        assert_eq!(store.commit(lane::next_due), Some(store.now() + TimeDelta::seconds(30)));
        store.clock.advance(TimeDelta::seconds(10));
        wake("bravo.example");
        assert_eq!(store.commit(lane::next_due), Some(store.now() + TimeDelta::seconds(20)), "once is enough");
        store.clock.advance(TimeDelta::seconds(20));
        let wish = Attempt::Failed { error: "429".into(), retry_after: Some(TimeDelta::hours(3)) };
        end_turn(&store, &[(&lease(&store, 10, 1)[0], wish)]);
        wake("bravo.example");
        assert_eq!(store.commit(lane::next_due), Some(store.now() + TimeDelta::hours(3)));
    }

    fn an_inbox_that_denies_holds_up_itself_and_not_its_host(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let kim = "https://bravo.example/kim/inbox";
        let denied = Attempt::Denied { error: "no".into(), missing: true };
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO, kim], store.now()));
        }
        let leased = lease(&store, 1, 10);
        let tried: Vec<_> = leased
            .iter()
            .filter(|(_, row)| row.inbox == BRAVO || row.said.uri.ends_with('1'))
            .map(|one| (one, if one.1.inbox == kim { denied.clone() } else { Attempt::Delivered }))
            .collect();
        end_turn(&store, &tried);
        assert_eq!(lease(&store, 2, 10), [], "what is newer waits behind what was denied");
        assert_eq!(store.commit(lane::next_due), Some(store.now() + TimeDelta::seconds(15)));
        store.commit(|tx| send(tx, 3, actor, &[BRAVO, kim], store.now()));
        let free = lease(&store, 3, 10);
        assert_eq!((free.len(), free[0].1.inbox.as_str()), (1, BRAVO));
        end_turn(&store, &[(&free[0], Attempt::Delivered)]);
        store.commit(|tx| lane::wake_host(tx, "bravo.example", store.now()));
        store.clock.advance(TimeDelta::seconds(15));
        let again = lease(&store, 4, 10);
        assert_eq!(names(&again), [("1", kim), ("2", kim), ("3", kim)]);
        end_turn(&store, &[(&again[0], denied)]);
        assert_eq!(store.commit(lane::next_due), Some(store.now() + TimeDelta::seconds(30)));
    }

    fn what_is_newer_waits_behind_what_is_about_the_same_whichever_lane_that_is_in(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let about = |number, object: &str| activity::NewActivity { object: object.into(), ..an_activity(number, actor) };
        let denied = || Attempt::Denied { error: "no".into(), missing: false };
        for said in [about(1, "a"), about(2, "b")] {
            store.commit(|tx| say(tx, &said, &[BRAVO], store.now()));
        }
        let leased = lease(&store, 1, 10);
        assert!(settle_alone(&store, &[(&leased[0], failed())], true));
        store.commit(|tx| lane::release(tx, &[leased[0].0.clone()], store.now()));
        store.clock.advance(TimeDelta::seconds(15));
        let apart = lease(&store, 2, 10).into_iter().find(|(_, row)| row.said.object == "a").unwrap();
        assert_eq!(apart.0.name, format!("{BRAVO} a"));
        assert!(settle_alone(&store, &[(&apart, denied())], false), "its worker is killed before it gives the lane back");
        for said in [about(3, "a"), about(4, "b"), about(5, "c")] {
            store.commit(|tx| say(tx, &said, &[BRAVO], store.now()));
        }
        store.clock.advance(lane::LEASE);
        let all = lease(&store, 3, 10);
        let ways = [("1", BRAVO), ("2", "bravo.example"), ("3", BRAVO), ("4", "bravo.example"), ("5", BRAVO)];
        let mut found = names(&all);
        found.sort_unstable();
        assert_eq!(found, ways);
    }

    fn what_waits_is_counted_by_host(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        assert_eq!((store.commit(|tx| lane::list(tx, 20)), store.commit(lane::find_oldest_due)), (Vec::new(), None));
        store.commit(|tx| send(tx, 1, actor, &[BRAVO, CHARLIE], store.now()));
        store.commit(|tx| send(tx, 2, actor, &[CHARLIE], store.now()));
        let began = store.now();
        let leased = lease(&store, 1, 10);
        let bravo = leased.iter().find(|(_, row)| row.inbox == BRAVO).unwrap();
        end_turn(&store, &[(bravo, failed())]);
        let lane = |host: &str, waiting, failures, rests_until| Lane { host: host.into(), waiting, failures, rests_until };
        let expected = [lane("charlie.example", 2, 0, began), lane("bravo.example", 1, 1, began + TimeDelta::seconds(15))];
        assert_eq!(store.commit(|tx| lane::list(tx, 20)), expected);
        assert_eq!(store.commit(|tx| lane::list(tx, 1)), expected[..1]);
        assert_eq!(store.commit(lane::find_oldest_due), Some(began));
    }
}
