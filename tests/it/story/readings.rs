//! Readings: planned once, one host in one hand at a time, due again or over.

use archipel::{
    domain::{
        block::Blockable,
        reading::{Answer, ReadingKind, Validators},
    },
    storage::{
        actor, host,
        host::Waiting,
        reading::{self, Leased, MOST, NewReading},
        share,
    },
};
use chrono::TimeDelta;

use crate::support::{TestStore, cast, on_both_engines, store};

/// The lab elsewhere on whose account everything here is read.
fn klare_taal(store: &TestStore) -> archipel::domain::actor::ActorId {
    store.commit(|tx| actor::save(tx, &cast::klare_taal()))
}

fn new(store: &TestStore, url: &str, kind: ReadingKind) -> NewReading {
    NewReading { kind, url: cast::url(url), actor: klare_taal(store), share: None, path: Vec::new(), due_at: store.now() }
}

fn plan(store: &TestStore, url: &str, kind: ReadingKind) -> NewReading {
    let new = new(store, url, kind);
    assert!(store.commit(|tx| reading::plan(tx, &new, store.now())));
    new
}

fn lease(store: &TestStore, token: i64) -> Vec<Leased> {
    store.commit(|tx| reading::lease(tx, token, 10, store.now()))
}

fn settle(store: &TestStore, leased: &Leased, answer: &Answer) {
    store.commit(|tx| reading::settle(tx, leased, answer, 0, store.now()));
}

fn urls(leased: &[Leased]) -> Vec<&str> {
    leased.iter().map(|one| one.url.as_str()).collect()
}

fn failed() -> Answer {
    Answer::Failed { error: "503".into(), retry_after: None }
}

fn read() -> Answer {
    Answer::Read(Validators { etag: Some("\"1\"".into()), last_modified: None })
}

const A1: &str = "https://a.example/1";
const A2: &str = "https://a.example/2";
const B1: &str = "https://b.example/1";

on_both_engines! {
    fn of_each_host_one_thing_is_leased_and_the_next_when_that_is_settled(engine) {
        let store = store(engine);
        for url in [A1, A2, B1] {
            plan(&store, url, ReadingKind::Object);
        }
        let first = lease(&store, 1);
        assert_eq!(urls(&first), [A1, B1]);
        assert_eq!(urls(&lease(&store, 2)), [""; 0], "both hosts are held");
        settle(&store, &first[0], &read());
        assert_eq!(urls(&lease(&store, 3)), [A2]);
        settle(&store, &first[1], &read());
        assert_eq!(store.commit(|tx| reading::list(tx, None, 10)).len(), 1, "what was read once is over");
        assert_eq!(urls(&lease(&store, 4)), [""; 0]);
    }

    fn a_lease_ends_and_whoever_lost_it_settles_nothing(engine) {
        let store = store(engine);
        plan(&store, A1, ReadingKind::Outbox);
        let late = lease(&store, 1).remove(0);
        assert_eq!(store.commit(host::next_due), Some(store.now() + TimeDelta::seconds(90)));
        store.clock.advance(TimeDelta::seconds(90));
        let current = lease(&store, 2).remove(0);
        assert!(!store.commit(|tx| reading::holds(tx, &late)) && store.commit(|tx| reading::holds(tx, &current)));
        settle(&store, &late, &Answer::Ended("gone"));
        assert_eq!(urls(&lease(&store, 3)), [""; 0], "the other still holds the host");
        settle(&store, &current, &read());
        let known = store.commit(|tx| reading::list(tx, None, 10)).remove(0);
        assert_eq!((known.times, known.read_at, known.due_at), (1, Some(store.now()), store.now() + TimeDelta::days(1)));
    }

    fn a_worker_that_is_alone_takes_everything_over(engine) {
        let store = store(engine);
        plan(&store, A1, ReadingKind::Object);
        let held = lease(&store, 1);
        store.commit(host::release_all);
        assert_eq!(urls(&lease(&store, 2)), urls(&held));
    }

    fn what_lasts_comes_again_with_what_its_host_recognises_it_by(engine) {
        let store = store(engine);
        plan(&store, A1, ReadingKind::Actor);
        settle(&store, &lease(&store, 1)[0], &read());
        assert_eq!(store.commit(host::next_due), Some(store.now() + TimeDelta::days(1)));
        store.clock.advance(TimeDelta::days(1));
        let again = lease(&store, 2).remove(0);
        assert_eq!((again.validators.etag.as_deref(), again.past), (Some("\"1\""), (1, 0)));
        settle(&store, &again, &Answer::Unchanged);
        store.clock.advance(TimeDelta::days(1));
        let third = lease(&store, 3).remove(0);
        assert_eq!((third.validators, third.past), (again.validators, (2, 0)));
    }

    fn a_host_that_fails_rests_with_all_that_waits_for_it(engine) {
        let store = store(engine);
        plan(&store, A1, ReadingKind::Object);
        plan(&store, A2, ReadingKind::Object);
        settle(&store, &lease(&store, 1)[0], &failed());
        assert_eq!(urls(&lease(&store, 2)), [""; 0]);
        let again = plan(&store, "https://a.example/3", ReadingKind::Object);
        assert_eq!(urls(&lease(&store, 3)), [""; 0], "something new does not wake it");
        store.clock.advance(TimeDelta::seconds(15));
        let probe = lease(&store, 4);
        assert_eq!((urls(&probe), probe[0].host_failures), (vec![A2], 1));
        settle(&store, &probe[0], &Answer::Failed { error: "429".into(), retry_after: Some(TimeDelta::hours(2)) });
        let due = store.now() + TimeDelta::hours(2);
        assert_eq!(store.commit(host::next_due), Some(due));
        let waiting = Waiting { host: "a.example".into(), readings: 3, failures: 2, due_at: due };
        assert_eq!(store.commit(|tx| host::list(tx, 10)), [waiting]);
        assert_eq!(store.commit(|tx| reading::count(tx, again.kind)), (3, 2));
    }

    fn a_host_with_much_to_read_waits_behind_the_others_each_time(engine) {
        let store = store(engine);
        for number in 0..5 {
            plan(&store, &format!("https://a.example/{number}"), ReadingKind::Object);
        }
        store.clock.advance(TimeDelta::seconds(1));
        plan(&store, B1, ReadingKind::Object);
        let one = |token| store.commit(|tx| reading::lease(tx, token, 1, store.now())).remove(0);
        let first = one(1);
        store.clock.advance(TimeDelta::seconds(1));
        settle(&store, &first, &read());
        assert_eq!((first.host.as_str(), one(2).host.as_str()), ("a.example", "b.example"));
    }

    fn what_is_asked_for_anew_while_it_is_read_is_read_again(engine) {
        let store = store(engine);
        let new = plan(&store, A1, ReadingKind::Object);
        let old = lease(&store, 1).remove(0);
        assert!(store.commit(|tx| reading::plan(tx, &new, store.now())));
        assert!(!store.commit(|tx| reading::holds(tx, &old)), "what it said a moment ago may be old");
        settle(&store, &old, &read());
        let again = lease(&store, 2);
        assert_eq!(urls(&again), [A1]);
        let later = NewReading { due_at: store.now() + TimeDelta::hours(1), ..new };
        store.commit(|tx| reading::plan(tx, &later, store.now()));
        settle(&store, &again[0], &read());
        assert_eq!(store.commit(|tx| reading::list(tx, None, 10)), [], "later is no reason");
        assert_eq!(store.commit(host::next_due), None, "and its host is forgotten with it");
    }

    fn what_is_called_off_never_comes_and_its_reader_keeps_nothing(engine) {
        let store = store(engine);
        let new = plan(&store, A1, ReadingKind::Object);
        let held = lease(&store, 1).remove(0);
        let call_off = |kind| store.commit(|tx| reading::call_off(tx, kind, &new.url, new.actor));
        assert!(!call_off(ReadingKind::Reply) && call_off(ReadingKind::Object) && !call_off(ReadingKind::Object));
        assert!(!store.commit(|tx| reading::holds(tx, &held)));
        settle(&store, &held, &failed());
        assert_eq!(store.commit(|tx| reading::list(tx, None, 10)), []);
        plan(&store, A1, ReadingKind::Object);
        assert!(call_off(ReadingKind::Object));
        store.clock.advance(TimeDelta::seconds(15));
        assert_eq!((urls(&lease(&store, 2)), store.commit(host::next_due)), (vec![], None), "a host without anything to read goes");
    }

    fn a_block_calls_off_what_is_at_its_addresses_and_nothing_else(engine) {
        let store = store(engine);
        for url in [A1, "https://sub.a.example/1", "https://notaa.example/?a.example", B1] {
            plan(&store, url, ReadingKind::Object);
        }
        let subject = Blockable::parse("a.example").unwrap();
        assert_eq!(store.commit(|tx| reading::call_off_covered(tx, &subject)), 2);
        assert_eq!(urls(&lease(&store, 1)), ["https://notaa.example/?a.example", B1]);
    }

    fn readings_go_with_the_share_and_the_actor_that_they_belong_to(engine) {
        let store = store(engine);
        let lab = archipel::domain::actor::Actor { id: klare_taal(&store), ..cast::klare_taal() };
        let row = store.commit(|tx| share::add(tx, &cast::a_share(1, &lab, &lab))).unwrap();
        let replies = NewReading { share: Some(row), path: vec![cast::url(A1), cast::url(A2)], ..new(&store, B1, ReadingKind::Reply) };
        store.commit(|tx| reading::plan(tx, &replies, store.now()));
        let held = lease(&store, 1).remove(0);
        assert_eq!((held.share, held.path), (Some(row), replies.path));
        store.commit(|tx| share::remove(tx, row));
        assert_eq!(store.commit(|tx| reading::count(tx, ReadingKind::Reply)), (0, 0));
        plan(&store, A1, ReadingKind::Outbox);
        store.commit(|tx| archipel::storage::block::forget_actors(tx, &[lab.id]));
        assert_eq!(store.commit(|tx| reading::count(tx, ReadingKind::Outbox)), (0, 0));
    }

    fn nobody_makes_us_read_without_end(engine) {
        let store = store(engine);
        let first = new(&store, A1, ReadingKind::Object);
        let of = |number: i64| NewReading { url: cast::url(&format!("https://a.example/{number}")), ..first.clone() };
        store.commit(|tx| (0..MOST).try_for_each(|number| reading::plan(tx, &of(number), store.now()).map(|_| ())));
        assert!(!store.commit(|tx| reading::plan(tx, &of(MOST), store.now())));
        assert!(store.commit(|tx| reading::plan(tx, &of(0), store.now())), "what is planned is not one more");
        let lasting = new(&store, B1, ReadingKind::Outbox);
        assert!(store.commit(|tx| reading::plan(tx, &lasting, store.now())));
    }

    fn an_actor_that_is_as_we_know_it_is_fresh(engine) {
        let store = store(engine);
        let id = klare_taal(&store);
        store.commit(|tx| actor::confirm(tx, id, store.now()));
        let known = store.commit(|tx| actor::find(tx, id)).unwrap();
        assert_eq!(known, archipel::domain::actor::Actor { id, fetched_at: store.now(), ..cast::klare_taal() });
    }
}
