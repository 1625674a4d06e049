//! Deliveries as an administrator looks at them: by state and host, slice by slice, and tried again one, a host or none.

use archipel::{
    domain::{
        delivery::{Attempt, DeliveryState},
        dispatch::{Dispatch, Selection},
        slice::Slice,
    },
    storage::{block, dispatch},
};
use chrono::TimeDelta;

use super::deliveries::{BRAVO, CHARLIE, end_turn, failed, lease, names, send, spoor};
use crate::support::{TestStore, on_both_engines, store};

const WAITING: DeliveryState = DeliveryState::Waiting;
const DELIVERED: DeliveryState = DeliveryState::Delivered;
const REFUSED: DeliveryState = DeliveryState::Refused;

fn list(store: &TestStore, state: &str, host: &str, slice: Slice) -> Vec<Dispatch> {
    store.commit(|tx| dispatch::list(tx, &Selection::read(state, host), slice))
}

fn counted(store: &TestStore, host: Option<&str>) -> Vec<(DeliveryState, i64)> {
    let counted = store.commit(|tx| dispatch::count(tx, host));
    assert_eq!(counted.iter().map(|(state, _)| *state).collect::<Vec<_>>(), DeliveryState::ALL);
    counted.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// Three for bravo, of which the second was refused and the first failed; two for charlie, of which one arrived.
fn some(store: &TestStore) {
    let actor = spoor(store);
    for (number, inboxes) in [(1, vec![BRAVO, CHARLIE]), (2, vec![BRAVO, CHARLIE]), (3, vec![BRAVO])] {
        store.commit(|tx| send(tx, number, actor, &inboxes, store.now()));
    }
    let leased = lease(store, 1, 10);
    let of = |number: &str, inbox: &str| {
        leased.iter().find(|(_, row)| row.inbox == inbox && row.said.uri.ends_with(number)).expect("a delivery")
    };
    let refused = Attempt::Refused("the peer answered 422".into());
    let tried = [(of("/2", BRAVO), refused), (of("/1", CHARLIE), Attempt::Delivered), (of("/1", BRAVO), failed())];
    assert!(end_turn(store, &tried));
}

on_both_engines! {
    fn deliveries_are_listed_and_counted_by_state_and_host(engine) {
        let store = store(engine);
        assert_eq!((list(&store, "", "", 10.into()).len(), counted(&store, None)), (0, vec![]));
        some(&store);
        assert_eq!(counted(&store, None), [(WAITING, 3), (DELIVERED, 1), (REFUSED, 1)]);
        assert_eq!(counted(&store, Some("bravo.example")), [(WAITING, 2), (REFUSED, 1)]);
        assert_eq!(counted(&store, Some("delta.example")), []);
        let all = list(&store, "", "", 10.into());
        assert!(all.len() == 5 && all.is_sorted_by(|one, next| one.id > next.id), "newest first");
        let refused = list(&store, "refused", "", 10.into());
        assert_eq!((refused.len(), refused[0].host.as_str(), refused[0].can_be_tried()), (1, "bravo.example", true));
        assert_eq!(refused[0].delivery.last_error.as_deref(), Some("the peer answered 422"));
        assert_eq!(list(&store, "waiting", "charlie.example", 10.into()).len(), 1);
        assert!(!list(&store, "delivered", "charlie.example", 10.into())[0].can_be_tried());
        let error = |host: &str| store.commit(|tx| dispatch::find_error_of_host(tx, host));
        assert_eq!((error("bravo.example").as_deref(), error("charlie.example")), (Some("503"), None));
    }

    fn a_list_of_deliveries_goes_on_where_it_ended(engine) {
        let store = store(engine);
        some(&store);
        let all: Vec<i64> = list(&store, "", "", 10.into()).iter().map(|one| one.id).collect();
        let (mut seen, mut slice) = (Vec::new(), Slice::from(2));
        loop {
            let mut part = list(&store, "", "", slice.and_one());
            let next = slice.cut(&mut part, dispatch::place);
            seen.extend(part.iter().map(|one| one.id));
            let Some(before) = next else { break };
            slice = Slice::read(Some(&before.to_string()), 2);
        }
        assert_eq!(seen, all);
    }

    fn one_host_is_tried_again_and_the_others_wait_as_before(engine) {
        let store = store(engine);
        some(&store);
        let charlie = list(&store, "", "charlie.example", 10.into());
        assert_eq!(store.commit(|tx| dispatch::retry(tx, Some("bravo.example"), store.now())), 3, "what rests, and what was refused");
        assert_eq!(counted(&store, Some("bravo.example")), [(WAITING, 3)]);
        assert!(list(&store, "", "bravo.example", 10.into()).iter().all(|one| one.delivery.attempts == 0));
        assert_eq!(list(&store, "", "charlie.example", 10.into()), charlie);
        assert_eq!(names(&lease(&store, 2, 10)).iter().filter(|(_, host)| *host == "bravo.example").count(), 3);
        assert_eq!(store.commit(|tx| dispatch::retry(tx, Some("bravo.example"), store.now())), 0, "what is under way stays so");
    }

    fn one_delivery_is_tried_again_at_once_though_its_host_rests(engine) {
        let store = store(engine);
        some(&store);
        let refused = list(&store, "refused", "", 10.into())[0].id;
        let arrived = list(&store, "delivered", "", 10.into())[0].id;
        assert!(!names(&lease(&store, 2, 10)).iter().any(|(_, host)| *host == "bravo.example"), "it rests");
        store.clock.advance(TimeDelta::seconds(1));
        assert!(store.commit(|tx| dispatch::retry_one(tx, refused, store.now())));
        assert!(!store.commit(|tx| dispatch::retry_one(tx, arrived, store.now())), "what arrived stays so");
        assert!(!store.commit(|tx| dispatch::retry_one(tx, 0, store.now())));
        let again = lease(&store, 3, 10);
        assert_eq!(names(&again), [("1", "bravo.example"), ("2", "bravo.example"), ("3", "bravo.example")], "in order");
        assert_eq!(again[0].0.failures, 1, "its host has not answered yet: one goes first");
        assert!(!store.commit(|tx| dispatch::retry_one(tx, again[1].1.id, store.now())), "what a worker holds is left alone");
    }

    fn what_a_block_stopped_is_not_tried_again(engine) {
        let store = store(engine);
        some(&store);
        store.commit(|tx| block::stop_deliveries(tx, &[BRAVO.into()], store.now()));
        let stopped = list(&store, "blocked", "", 10.into());
        assert_eq!((stopped.len(), stopped[0].can_be_tried()), (3, false), "what waited, and what was refused before");
        assert!(!store.commit(|tx| dispatch::retry_one(tx, stopped[0].id, store.now())));
        assert_eq!(store.commit(|tx| dispatch::retry(tx, Some("bravo.example"), store.now())), 0);
        assert_eq!(list(&store, "blocked", "", 10.into()).len(), 3);
    }
}
