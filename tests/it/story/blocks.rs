//! Blocks: kept under one canonical subject, found by whatever they cover, and what they take away.

use std::{
    collections::BTreeSet,
    sync::{Barrier, mpsc},
    thread,
    time::Duration,
};

use archipel::{
    domain::{
        actor::{Actor, ActorKind},
        audience::FollowState,
        block::{Block, Blockable},
        delivery::{Attempt, DeliveryState},
    },
    storage::{
        Tx, activity, actor, audience, block,
        delivery::{self, Settlement},
        dispatch, lane, reply, share,
    },
};

use crate::support::{Engine, TestStore, cast, on_both_engines, store};

fn subject(text: &str) -> Blockable {
    Blockable::parse(text).unwrap()
}

fn a_block(store: &TestStore, text: &str, reason: Option<&str>) -> Block {
    let block = Block { subject: subject(text), reason: reason.map(str::to_owned), since: store.now() };
    store.commit(|tx| block::add(tx, &block));
    block
}

fn saved(store: &TestStore, new: Actor) -> Actor {
    Actor { id: store.commit(|tx| actor::save(tx, &new)), ..new }
}

on_both_engines! {
    fn a_block_is_kept_once_listed_and_taken_back(engine) {
        let store = store(engine);
        a_block(&store, "spam.example", None);
        let actor = a_block(&store, "https://bravo.example/people/mallory", Some("Rude"));
        let again = a_block(&store, "*.SPAM.example.", Some("Sends advertisements"));
        assert_eq!(store.commit(block::list), [actor.clone(), again]);
        assert!(store.commit(|tx| block::remove(tx, &subject("spam.example"))));
        assert!(!store.commit(|tx| block::remove(tx, &subject("spam.example"))));
        assert_eq!(store.commit(block::list), [actor]);
    }

    fn a_block_begins_after_whoever_relies_on_there_being_none_and_before_whoever_comes_next(engine) {
        let store = store(engine);
        let (alice, spam) = (cast::url("https://spam.example/people/alice"), subject("spam.example"));
        let block = Block { subject: spam, reason: None, since: store.now() };
        let (looked, go_on) = (Barrier::new(2), Barrier::new(2));
        let (has_ended, ended) = mpsc::channel();
        let is_open = |tx: &mut Tx<'_>| block::find_covering(tx, &alice).map(|covering| covering.is_none());
        thread::scope(|scope| {
            let early = scope.spawn(|| {
                store.commit(|tx| {
                    let open = is_open(tx)?;
                    looked.wait();
                    go_on.wait();
                    Ok((open, is_open(tx)?))
                })
            });
            looked.wait();
            let blocking = scope.spawn(|| {
                store.commit(|tx| block::add(tx, &block));
                has_ended.send(()).unwrap();
            });
            assert!(ended.recv_timeout(Duration::from_millis(200)).is_err(), "it waits for whoever looked before");
            let late = scope.spawn(|| store.commit(is_open));
            go_on.wait();
            assert_eq!(early.join().unwrap(), (true, true));
            blocking.join().unwrap();
            assert!(engine == Engine::Sqlite || !late.join().unwrap(), "who came after sees it");
        });
        assert!(!store.commit(is_open));
    }

    fn a_block_is_found_by_whatever_it_covers(engine) {
        let store = store(engine);
        let (host, actor) = (a_block(&store, "example.org", None), a_block(&store, "https://bravo.example/people/mallory", None));
        let find = |text: &str| store.commit(|tx| block::find_covering(tx, &cast::url(text)));
        for covered in ["https://example.org/x", "https://a.b.EXAMPLE.org:8443/", "https://example.org./"] {
            assert_eq!(find(covered), Some(host.clone()), "{covered}");
        }
        assert_eq!(find("https://bravo.example/people/mallory#main-key"), Some(actor));
        for free in ["https://notexample.org/", "https://bravo.example/people/noor", "https://org/"] {
            assert_eq!(find(free), None, "{free}");
        }
    }

    fn an_actor_is_found_with_whether_a_block_covers_it_however_deep_its_host_is(engine) {
        let store = store(engine);
        let deep = saved(&store, cast::a_remote_actor(ActorKind::Lab, "deep", "a.b.c.d.e.f.g.h.example"));
        let find = || store.commit(|tx| block::find_actor(tx, &deep.uri));
        assert_eq!(find(), Some((deep.clone(), false)));
        assert_eq!(store.commit(|tx| block::find_actor(tx, &cast::url("https://a.b.c.d.e.f.g.h.example/none"))), None);
        for subject in ["a.b.c.d.e.f.g.h.example", "c.d.e.f.g.h.example", "h.example", deep.uri.as_str()] {
            let block = a_block(&store, subject, None);
            assert_eq!(find(), Some((deep.clone(), true)), "{subject}");
            assert_eq!(store.commit(|tx| block::find_covering(tx, &deep.uri)), Some(block.clone()));
            store.commit(|tx| block::remove(tx, &block.subject));
        }
        assert_eq!(find(), Some((deep, false)));
    }

    fn the_actors_that_a_block_covers_are_forgotten_with_all_that_is_theirs(engine) {
        let store = store(engine);
        let (spoor, bo, lab) = (saved(&store, cast::spoor()), saved(&store, cast::bo()), saved(&store, cast::klare_taal()));
        let below = saved(&store, cast::a_remote_actor(ActorKind::Lab, "below", "labs.bravo.example"));
        saved(&store, cast::a_remote_actor(ActorKind::Lab, "beside", "notbravo.example"));
        let ours = store.commit(|tx| share::add(tx, &cast::a_share(1, &spoor, &spoor))).unwrap();
        let held = store.commit(|tx| share::find(tx, ours)).unwrap();
        store.commit(|tx| share::add(tx, &cast::a_share(2, &lab, &lab))).unwrap();
        store.commit(|tx| reply::add(tx, &cast::a_reply(1, &held, &lab)));
        store.commit(|tx| audience::save(tx, lab.id, spoor.id, "https://bravo.example/1", FollowState::Accepted, store.now()));
        store.commit(|tx| activity::receive(tx, "https://bravo.example/1", lab.id, (None, Some("{}")), store.now()));
        let covered = store.commit(|tx| block::list_covered_actors(tx, &subject("bravo.example")));
        assert_eq!(covered, [lab.clone(), below.clone()]);
        assert_eq!(store.commit(|tx| block::list_covered_actors(tx, &subject("https://bravo.example/labs/klare_taal"))), std::slice::from_ref(&lab));
        store.commit(|tx| block::forget_actors(tx, &[lab.id, below.id, spoor.id]));
        assert_eq!(store.commit(|tx| actor::find(tx, lab.id)), None);
        assert_eq!(store.commit(|tx| share::list_newest(tx, false, 9)).len(), 1);
        assert_eq!(store.commit(|tx| share::counts(tx, ours)).replies, 0);
        assert_eq!(store.commit(|tx| audience::count_followers(tx, spoor.id)), 0);
        assert_eq!(store.commit(|tx| activity::find_received(tx, "https://bravo.example/1")), None);
        assert!(store.commit(|tx| actor::find(tx, spoor.id)).is_some(), "what is ours is never forgotten so");
        assert!(store.commit(|tx| actor::find(tx, bo.id)).is_some());
    }

    fn what_waits_for_an_inbox_is_stopped_also_where_a_worker_holds_it(engine) {
        let store = store(engine);
        let (spoor, bo) = (saved(&store, cast::spoor()), saved(&store, cast::bo()));
        let inboxes = ["https://bravo.example/inbox", "https://charlie.example/inbox"].map(str::to_owned);
        let new = activity::NewActivity {
            uri: "https://alpha.example/1".into(), actor: spoor.id, body: "{}".into(), public: true, object: "a".into(), replaces: false,
        };
        let said = store.commit(|tx| activity::add(tx, &new, store.now()));
        store.commit(|tx| delivery::add(tx, said, &BTreeSet::from(inboxes.clone()), store.now()));
        let (held, rows) = store.commit(|tx| lane::lease(tx, 1, 10, 10, store.now())).remove(0);
        let mut waiting = store.commit(block::list_open_inboxes);
        waiting.sort();
        assert_eq!(waiting, inboxes);
        let inbox = rows[0].inbox.clone();
        assert_eq!(store.commit(|tx| block::stop_deliveries(tx, std::slice::from_ref(&inbox), store.now())), 1);
        let late = Settlement { lane: held, leased: rows[0].clone(), attempt: Attempt::Gone, alone: false };
        assert!(store.commit(|tx| delivery::settle(tx, &[late], 0, store.now())).is_empty(), "the lane was taken away");
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Blocked)), 1);
        assert_eq!(store.commit(block::list_open_inboxes).len(), 1);
        assert!(store.commit(|tx| block::is_inbox_of_someone(tx, bo.inbox.as_str())));
        assert!(!store.commit(|tx| block::is_inbox_of_someone(tx, "https://bravo.example/inbox")));
        store.commit(|tx| dispatch::retry(tx, None, store.now()));
        assert_eq!(store.commit(|tx| delivery::count(tx, DeliveryState::Blocked)), 1, "what a block stopped stays stopped");
        store.execute("UPDATE deliveries SET state = 'gone', ended_at = 1 WHERE state = 'waiting'");
        assert_eq!(store.commit(block::list_open_inboxes).len(), 1, "it may be tried again");
        assert_eq!(store.commit(|tx| block::stop_deliveries(tx, &inboxes, store.now())), 0, "nothing waited");
        assert_eq!(store.commit(|tx| dispatch::retry(tx, None, store.now())), 0, "what was not delivered before is not any more");
    }
}
