//! Activities that are said and heard, and deliveries: each ends in a named state, none is lost.

use std::collections::BTreeSet;

use archipel::{
    domain::{
        actor::ActorId,
        delivery::{Attempt, DeliveryState},
        moment::Moment,
    },
    storage::{
        Failed, Tx,
        activity::{self, Remembered},
        actor,
        delivery::{self, Settlement},
        dispatch,
        lane::{self, Held},
    },
};
use chrono::TimeDelta;

use crate::support::{TestStore, cast, list_deliveries, on_both_engines, store};

pub const BRAVO: &str = "https://bravo.example/inbox";
pub const CHARLIE: &str = "https://charlie.example/inbox";

pub fn spoor(store: &TestStore) -> ActorId {
    store.commit(|tx| actor::save(tx, &cast::spoor()))
}

pub fn an_activity(number: u32, actor: ActorId) -> activity::NewActivity {
    let uri = format!("https://alpha.example/activities/{number}");
    let object = format!("https://alpha.example/shares/{number}");
    activity::NewActivity { body: format!("{{\"id\":\"{uri}\"}}"), uri, actor, public: true, object, replaces: false }
}

/// Adds the activity of this number, on its way to these inboxes.
pub fn send(tx: &mut Tx<'_>, number: u32, actor: ActorId, inboxes: &[&str], now: Moment) -> Result<(), Failed> {
    say(tx, &an_activity(number, actor), inboxes, now)
}

/// Adds this activity, on its way to these inboxes.
pub fn say(tx: &mut Tx<'_>, said: &activity::NewActivity, inboxes: &[&str], now: Moment) -> Result<(), Failed> {
    let row = activity::add(tx, said, now)?;
    delivery::add(tx, row, &inboxes.iter().map(|inbox| (*inbox).to_owned()).collect::<BTreeSet<_>>(), now)
}

/// What a worker with this token holds now, each with its lane.
pub fn lease(store: &TestStore, token: i64, limit: i64) -> Vec<(Held, delivery::Leased)> {
    let leased = store.commit(|tx| lane::lease(tx, token, limit, 100, store.now()));
    leased.into_iter().flat_map(|(held, rows)| rows.into_iter().map(move |row| (held.clone(), row))).collect()
}

/// Settles attempts of one turn and ends it; whether the lanes were still held.
pub fn end_turn(store: &TestStore, tried: &[(&(Held, delivery::Leased), Attempt)]) -> bool {
    let settled = settle_alone(store, tried, false);
    let held: Vec<Held> = tried.iter().map(|((held, _), _)| held.clone()).collect();
    store.commit(|tx| lane::release(tx, &held, store.now()));
    settled
}

/// Settles attempts, and goes on holding their lanes; whether they were still held.
pub fn settle_alone(store: &TestStore, tried: &[(&(Held, delivery::Leased), Attempt)], alone: bool) -> bool {
    let settlement = |((lane, leased), attempt): &(&(Held, delivery::Leased), Attempt)| Settlement {
        lane: lane.clone(),
        leased: leased.clone(),
        attempt: attempt.clone(),
        alone,
    };
    let settlements: Vec<Settlement> = tried.iter().map(settlement).collect();
    let held = store.commit(|tx| delivery::settle(tx, &settlements, 0, store.now()));
    settlements.iter().all(|settled| held.contains(&settled.lane.name))
}

/// The last part of each activity's id and the lane, in the order of the lease.
pub fn names(leased: &[(Held, delivery::Leased)]) -> Vec<(&str, &str)> {
    leased.iter().map(|(held, row)| (row.said.uri.rsplit('/').next().unwrap_or_default(), held.name.as_str())).collect()
}

/// Each delivery's state and how often it was tried, newest first.
pub fn states(store: &TestStore) -> Vec<(DeliveryState, i32)> {
    store.commit(|tx| list_deliveries(tx, None, 100)).iter().map(|one| (one.state, one.attempts)).collect()
}

pub fn failed() -> Attempt {
    Attempt::Failed { error: "503".into(), retry_after: None }
}

/// Something is refused at both inboxes, and its Update waits for the first; the row of what was refused there.
fn refuse_and_update(store: &TestStore, actor: ActorId) -> i64 {
    let update = activity::NewActivity { object: an_activity(1, actor).object, replaces: true, ..an_activity(2, actor) };
    store.commit(|tx| send(tx, 1, actor, &[BRAVO, CHARLIE], store.now()));
    let leased = lease(store, 1, 2);
    end_turn(store, &[(&leased[0], Attempt::Refused("400".into())), (&leased[1], Attempt::Refused("400".into()))]);
    store.commit(|tx| say(tx, &update, &[BRAVO], store.now()));
    assert_eq!(leased[0].1.inbox, BRAVO);
    leased[0].1.id
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
        let receive = |uri: &str, body| store.commit(|tx| activity::receive(tx, uri, ActorId(7), (None, body), store.now()));
        let kept = receive("https://mastodon.example/1", Some("{}")).unwrap();
        let plain = receive("https://mastodon.example/2", None).unwrap();
        assert_eq!(receive("https://mastodon.example/1", None), None);
        let find = |uri: &str| store.commit(|tx| activity::find_received(tx, uri));
        assert_eq!(find("https://mastodon.example/1"), Some((kept, Some("{}".to_owned()))));
        assert_eq!(find("https://mastodon.example/2"), Some((plain, None)));
        assert_eq!(find("https://mastodon.example/3"), None);
    }

    fn what_can_be_undone_is_remembered_with_what_ended_it(engine) {
        let store = store(engine);
        let (one, two, three) = ("https://mastodon.example/1", "https://mastodon.example/2", "https://mastodon.example/3");
        let find = |uri: &str| store.commit(|tx| activity::find_remembered(tx, uri));
        store.commit(|tx| activity::receive(tx, one, ActorId(7), (Some("SHA-256=a"), None), store.now()));
        let fresh = Remembered { actor: ActorId(7), proof: Some("SHA-256=a".into()), undone: None };
        assert_eq!((find(one), find(two)), (Some(fresh.clone()), None));
        let displaced = Remembered { undone: Some(two.into()), ..fresh };
        store.commit(|tx| activity::revise(tx, one, &displaced));
        store.commit(|tx| activity::bar(tx, two, ActorId(7), store.now()));
        store.commit(|tx| activity::bar(tx, one, ActorId(8), store.now()));
        assert_eq!(find(one), Some(displaced), "what came is not barred");
        assert_eq!(find(two), Some(Remembered { actor: ActorId(7), proof: None, undone: Some(two.into()) }));
        assert_eq!(store.commit(|tx| activity::receive(tx, two, ActorId(7), (None, None), store.now())), None);
        let displaced_by = |by: &str, actor, since| store.commit(|tx| activity::find_displaced(tx, by, ActorId(actor), since));
        let now = store.now();
        assert_eq!(displaced_by(two, 7, now).as_deref(), Some(one));
        assert_eq!(displaced_by(two, 8, now), None, "another's");
        assert_eq!((displaced_by(three, 7, now), displaced_by(two, 7, now + TimeDelta::seconds(1))), (None, None));
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
        assert_eq!(leased.len(), 4);
        let (held, first) = &leased[0];
        assert_eq!((&first.said.body, first.said.actor, first.attempts, held.lease), (&an_activity(1, actor).body, actor, 0, 1));
        assert_eq!(first.said.object, an_activity(1, actor).object);
        let second = store.commit(|tx| delivery::find_more(tx, &held.name, &[first.id].into(), first.id, 100));
        assert_eq!(second.iter().map(|row| row.id).collect::<Vec<_>>(), [leased[1].1.id]);
    }

    fn ten_thousand_followers_fit_in_one_fan_out(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let inboxes: Vec<String> = (0..10_000).map(|number| format!("https://host{number}.example/inbox")).collect();
        let inboxes: Vec<&str> = inboxes.iter().map(String::as_str).collect();
        store.commit(|tx| send(tx, 1, actor, &inboxes, store.now()));
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Waiting)), 10_000);
        assert_eq!(lease(&store, 1, 500).len(), 500);
        assert_eq!(lease(&store, 2, 20_000).len(), 9_500);
    }

    fn each_attempt_ends_in_a_named_state_that_is_listed_newest_first(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for (number, attempt) in [(1, Attempt::Delivered), (2, Attempt::Refused("401".into())), (3, failed())] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
            end_turn(&store, &[(&lease(&store, i64::from(number), 1)[0], attempt)]);
        }
        let listed = store.commit(|tx| list_deliveries(tx, None, 10));
        let told: Vec<_> = listed.iter().map(|one| (one.state, one.attempts, one.last_error.as_deref())).collect();
        let expected = [
            (DeliveryState::Waiting, 1, Some("503")),
            (DeliveryState::Refused, 1, Some("401")),
            (DeliveryState::Delivered, 1, None),
        ];
        assert_eq!(told, expected);
        assert_eq!((listed[0].inbox.as_str(), listed[0].due_at), (BRAVO, store.now() + TimeDelta::seconds(15)));
        assert_eq!(store.commit(|tx| list_deliveries(tx, Some(DeliveryState::Refused), 10)), [listed[1].clone()]);
        assert_eq!(store.commit(|tx| list_deliveries(tx, None, 1)), [listed[0].clone()]);
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Delivered)), 1);
    }

    fn an_inbox_that_is_gone_ends_everything_for_it_and_is_asked_again_after_a_week(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let kim = "https://bravo.example/kim/inbox";
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO, kim], store.now()));
        }
        let leased = lease(&store, 1, 10);
        let first = leased.iter().find(|(_, row)| row.inbox == kim).unwrap();
        end_turn(&store, &[(first, Attempt::Gone)]);
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Gone)), 2, "the second with the first");
        assert_eq!(names(&lease(&store, 2, 10)), [("1", "bravo.example"), ("2", "bravo.example")]);
        store.commit(|tx| send(tx, 3, actor, &[kim], store.now()));
        assert_eq!(states(&store)[0], (DeliveryState::Gone, 0), "what comes in the next days is not sent");
        store.clock.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
        store.commit(|tx| send(tx, 4, actor, &[kim], store.now()));
        let again = lease(&store, 3, 10);
        let back = again.iter().find(|(_, row)| row.inbox == kim).unwrap();
        end_turn(&store, &[(back, Attempt::Delivered)]);
        assert_eq!(states(&store)[0], (DeliveryState::Delivered, 1));
    }

    fn a_delivery_expires_after_thirty_days_with_all_that_is_as_old_and_can_be_tried_again(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for number in [1, 2] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
        }
        store.clock.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
        end_turn(&store, &[(&lease(&store, 1, 1)[0], failed())]);
        assert_eq!(states(&store), [(DeliveryState::Expired, 0), (DeliveryState::Expired, 1)]);
        assert_eq!((lease(&store, 2, 10), store.commit(lane::next_due)), (Vec::new(), None));
        assert_eq!(store.commit(|tx| dispatch::retry(tx, None, store.now())), 2);
        let leased = lease(&store, 3, 10);
        assert_eq!((leased.len(), leased[0].1.attempts, leased[0].0.failures), (2, 0, 0));
        assert_eq!(store.commit(|tx| dispatch::retry(tx, None, store.now())), 0, "what a worker holds is left alone");
        assert!(end_turn(&store, &[(&leased[0], Attempt::Delivered), (&leased[1], Attempt::Delivered)]));
        assert_eq!(store.commit(|tx| dispatch::retry(tx, None, store.now())), 0, "what is delivered is left alone");
    }

    fn of_what_waits_in_a_lane_only_what_is_older_than_thirty_days_expires(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for number in 1..=2 {
            store.commit(|tx| send(tx, number, actor, &[BRAVO, CHARLIE], store.now()));
        }
        store.clock.advance(TimeDelta::days(1));
        for number in 3..=4 {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
        }
        store.clock.advance(TimeDelta::days(29) + TimeDelta::seconds(1));
        let leased = lease(&store, 1, 2);
        let bravo = leased.iter().find(|(_, row)| row.inbox == BRAVO).expect("what waits for bravo.example");
        end_turn(&store, &[(bravo, failed())]);
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Expired)), 2, "the first two for bravo.example");
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Waiting)), 4, "those after, and all for charlie.example");
    }

    fn what_ended_long_ago_is_forgotten_what_failed_much_later_and_what_waits_never(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        for (number, attempt) in [(1, Attempt::Delivered), (2, Attempt::Refused("400".into())), (3, failed())] {
            store.commit(|tx| send(tx, number, actor, &[BRAVO], store.now()));
            end_turn(&store, &[(&lease(&store, i64::from(number), 1)[0], attempt)]);
        }
        let prune = || store.commit(|tx| delivery::prune(tx, 10, store.now()));
        assert_eq!(prune(), 0);
        store.clock.advance(delivery::WELL_KEPT + TimeDelta::seconds(1));
        assert_eq!((prune(), prune()), (1, 0));
        store.clock.advance(delivery::ILL_KEPT);
        assert_eq!(prune(), 1);
        assert_eq!(states(&store), [(DeliveryState::Waiting, 1)]);
    }

    fn nothing_is_told_again_after_something_newer_that_takes_its_place(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        refuse_and_update(&store, actor);
        end_turn(&store, &[(&lease(&store, 2, 1)[0], Attempt::Delivered)]);
        assert_eq!(store.commit(|tx| dispatch::retry(tx, None, store.now())), 1, "only where nothing newer arrived");
        assert_eq!(names(&lease(&store, 3, 10)), [("1", "charlie.example")]);
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Superseded)), 1);
    }

    fn what_is_put_into_a_lane_that_is_held_goes_before_what_is_newer(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let delete = activity::NewActivity { object: an_activity(1, actor).object, replaces: true, ..an_activity(3, actor) };
        store.commit(|tx| send(tx, 1, actor, &[BRAVO], store.now()));
        store.commit(|tx| send(tx, 2, actor, &[BRAVO], store.now()));
        let first = lease(&store, 1, 1);
        settle_alone(&store, &[(&first[0], Attempt::Refused("400".into()))], false);
        let known = [first[1].1.id].into();
        store.commit(|tx| say(tx, &delete, &[BRAVO], store.now()));
        let more = || store.commit(|tx| delivery::find_more(tx, "bravo.example", &known, first[1].1.id, 100));
        assert_eq!(more().len(), 1);
        let refused = "UPDATE deliveries SET state = 'refused', ended_at = 1 WHERE id > 2";
        store.execute(refused);
        assert_eq!(store.commit(|tx| dispatch::retry(tx, None, store.now())), 2, "the first and the last, not what is under way");
        assert_eq!(more(), [], "not the last before the first");
    }

    fn nothing_is_tried_again_that_would_be_told_after_what_is_under_way(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let refused = refuse_and_update(&store, actor);
        let under_way = lease(&store, 2, 1);
        assert!(!store.commit(|tx| dispatch::retry_one(tx, refused, store.now())), "the Update is on its way");
        assert_eq!(store.commit(|tx| dispatch::retry(tx, None, store.now())), 1, "the one for charlie.example");
        end_turn(&store, &[(&under_way[0], failed())]);
        assert!(store.commit(|tx| dispatch::retry_one(tx, refused, store.now())));
        let bravo: Vec<_> = lease(&store, 3, 10).into_iter().filter(|(_, row)| row.inbox == BRAVO).collect();
        assert_eq!(names(&bravo), [("1", "bravo.example"), ("2", "bravo.example")], "in order");
    }

    fn a_newer_update_supersedes_those_that_wait(engine) {
        let store = store(engine);
        let actor = spoor(&store);
        let update = |number, about: &str, inboxes: &[&str]| {
            let said = activity::NewActivity { object: about.into(), replaces: about != "c", ..an_activity(number, actor) };
            store.commit(|tx| say(tx, &said, inboxes, store.now()));
        };
        update(1, "c", &[BRAVO]);
        update(2, "a", &[BRAVO, CHARLIE]);
        update(3, "b", &[BRAVO]);
        update(4, "a", &[BRAVO]);
        update(2, "a", &[BRAVO, CHARLIE]);
        update(5, "c", &[BRAVO]);
        let superseded: Vec<_> = store.commit(|tx| list_deliveries(tx, Some(DeliveryState::Superseded), 10));
        assert_eq!(superseded.iter().map(|one| (one.activity.as_str(), one.inbox.as_str())).collect::<Vec<_>>(), [
            ("https://alpha.example/activities/2", BRAVO)
        ]);
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Waiting)), 5);
        store.commit(|tx| dispatch::retry(tx, None, store.now()));
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Superseded)), 1, "it stays so");
    }
}
