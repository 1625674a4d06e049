//! Changes that wait for a reaction: in order, to one worker at a time, parked when nothing helps.

use archipel::{
    domain::{actor::ActorId, change::Change, delivery::backoff},
    storage::queue,
};
use chrono::TimeDelta;

use crate::support::{TestStore, on_both_engines, store};

fn record(store: &TestStore, share: i64) {
    store.commit(|tx| queue::record(tx, &Change::SharePublished { share }, store.now()));
}

fn lease(store: &TestStore, token: i64) -> Vec<queue::Job> {
    store.commit(|tx| queue::lease(tx, token, 10, store.now()))
}

on_both_engines! {
    fn changes_are_leased_in_the_order_in_which_they_happened(engine) {
        let store = store(engine);
        let changes = [
            Change::ActorDescribed { actor: ActorId(3) },
            Change::SharePublished { share: 1 },
            Change::FollowAccepted { follow: 2, uri: "https://mastodon.example/1".into() },
        ];
        for change in &changes {
            store.commit(|tx| queue::record(tx, change, store.now()));
        }
        let first = store.commit(|tx| queue::lease(tx, 1, 2, store.now()));
        assert_eq!(lease(&store, 2), [], "what happened first is reacted to first, whoever holds it");
        assert!(first.iter().all(|job| store.commit(|tx| queue::finish(tx, job))));
        let second = lease(&store, 2);
        let leased: Vec<_> = first.iter().chain(&second).map(|job| job.change.clone()).collect();
        assert_eq!(leased, changes);
        assert_eq!((first.len(), first[0].attempts, first[0].lease, second[0].lease), (2, 0, 1, 2));
        assert_eq!(lease(&store, 3), []);
    }

    fn a_change_is_not_due_before_its_moment(engine) {
        let store = store(engine);
        let later = store.now() + TimeDelta::seconds(1);
        store.commit(|tx| queue::record(tx, &Change::SharePublished { share: 1 }, later));
        assert_eq!(lease(&store, 1), []);
        store.clock.advance(TimeDelta::seconds(1));
        assert_eq!(lease(&store, 1).len(), 1);
    }

    fn whoever_lost_the_lease_cannot_finish_or_postpone(engine) {
        let store = store(engine);
        record(&store, 1);
        let late = lease(&store, 1).remove(0);
        store.clock.advance(TimeDelta::seconds(60));
        let current = lease(&store, 2).remove(0);
        store.commit(|tx| queue::postpone(tx, &late, "late", 0, store.now()));
        assert!(!store.commit(|tx| queue::finish(tx, &late)));
        assert!(store.commit(|tx| queue::finish(tx, &current)) && !store.commit(|tx| queue::finish(tx, &current)));
        assert_eq!(store.commit(queue::count), (0, 0));
    }

    fn what_is_given_back_is_taken_again_in_the_same_order(engine) {
        let store = store(engine);
        record(&store, 1);
        record(&store, 2);
        let first = store.commit(|tx| queue::lease(tx, 1, 2, store.now()));
        assert!(store.commit(|tx| queue::finish(tx, &first[0])));
        record(&store, 3);
        store.commit(|tx| queue::give_back(tx, 2));
        assert_eq!(lease(&store, 2), [], "somebody else's");
        store.commit(|tx| queue::give_back(tx, 1));
        let again = store.commit(|tx| queue::lease(tx, 3, 9, store.now()));
        assert_eq!(again.iter().map(|job| (job.change.clone(), job.attempts)).collect::<Vec<_>>(), [
            (Change::SharePublished { share: 2 }, 0),
            (Change::SharePublished { share: 3 }, 0)
        ]);
        assert!(!store.commit(|tx| queue::finish(tx, &first[1])), "whoever gave it back has lost it");
    }

    fn a_worker_that_is_alone_takes_everything_over(engine) {
        let store = store(engine);
        record(&store, 1);
        let late = lease(&store, 1).remove(0);
        store.commit(queue::release_all);
        let current = lease(&store, 2).remove(0);
        assert!(!store.commit(|tx| queue::finish(tx, &late)) && store.commit(|tx| queue::finish(tx, &current)));
    }

    fn a_reaction_that_fails_is_tried_later_and_parked_in_the_end(engine) {
        let store = store(engine);
        record(&store, 1);
        for attempt in 1..=queue::ATTEMPTS {
            assert_eq!(store.commit(queue::count), (1, 0));
            let job = lease(&store, i64::from(attempt)).remove(0);
            assert_eq!(job.attempts, attempt - 1);
            store.commit(|tx| queue::postpone(tx, &job, "no answer", 0, store.now()));
            assert_eq!(lease(&store, 99), []);
            store.clock.advance(backoff(attempt, None, 0));
        }
        assert_eq!(store.commit(queue::count), (0, 1));
        assert_eq!((lease(&store, 99).len(), store.commit(queue::next_due)), (0, None));
        let kept = store.pairs("SELECT change AS one, last_error AS other FROM jobs");
        assert_eq!(kept, [("{\"change\":\"share_published\",\"share\":1}".to_owned(), "no answer".to_owned())]);
        assert_eq!(store.commit(|tx| queue::retry(tx, store.now())), 1);
        assert_eq!(lease(&store, 100).remove(0).attempts, 0);
    }

    fn a_change_that_cannot_be_read_is_parked_and_holds_up_nothing(engine) {
        let store = store(engine);
        store.execute("INSERT INTO jobs (change, attempts, due_at, parked) VALUES ('{\"change\":\"unheard_of\"}', 0, 0, FALSE)");
        record(&store, 1);
        assert_eq!(lease(&store, 1).into_iter().map(|job| job.change).collect::<Vec<_>>(), [Change::SharePublished { share: 1 }]);
        assert_eq!(store.commit(queue::count), (1, 1));
        let errors = store.pairs("SELECT change AS one, last_error AS other FROM jobs WHERE parked");
        assert!(errors[0].1.contains("unheard_of"), "{errors:?}");
    }

    fn the_next_change_is_due_when_it_can_be_leased(engine) {
        let store = store(engine);
        let next_due = || store.commit(queue::next_due);
        assert_eq!(next_due(), None);
        let begun = store.now();
        record(&store, 1);
        assert_eq!(next_due(), Some(begun));
        let job = lease(&store, 1).remove(0);
        assert_eq!(next_due(), Some(begun + TimeDelta::seconds(20)), "held: when the lease ends");
        store.commit(|tx| queue::postpone(tx, &job, "no answer", 0, begun));
        assert_eq!(next_due(), Some(begun + TimeDelta::seconds(15)));
        store.clock.advance(TimeDelta::seconds(1));
        record(&store, 2);
        assert_eq!(next_due(), Some(store.now()));
    }
}
