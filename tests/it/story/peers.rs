//! Peers: the instances that are known, whose labs are listed here, and how far that was read.

use archipel::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        audience::FollowState,
        directory::{Place, Wanted},
        peer::{Node, Policy},
        reading::ReadingKind,
    },
    storage::{
        activity, actor, audience, directory, dispatch, lab, listing, peer, profile,
        reading::{self, NewReading},
        search, share,
    },
};
use chrono::TimeDelta;

use crate::support::{TestStore, cast, on_both_engines, store};

const BRAVO: &str = "bravo.example";

fn known(store: &TestStore) -> (Actor, Actor) {
    let organisation = cast::a_remote_actor(ActorKind::Organisation, "bravo", BRAVO);
    let of = |actor: &Actor| Actor { id: store.commit(|tx| actor::save(tx, actor)), ..actor.clone() };
    (of(&organisation), of(&cast::klare_taal()))
}

fn connected(store: &TestStore) -> (Actor, Actor) {
    let (organisation, lab) = known(store);
    let node = Node { software: "archipel".into(), version: "1".into(), organisation: None, shares: None };
    store.commit(|tx| peer::save(tx, BRAVO, &node, store.now()));
    let labs = cast::url("https://bravo.example/organisation/labs");
    store.commit(|tx| peer::connect(tx, BRAVO, Some((organisation.id, &labs)), store.now()));
    (organisation, lab)
}

fn in_directory(store: &TestStore) -> Vec<ActorId> {
    store.commit(|tx| directory::look_for(tx, &Wanted::default(), &Place::Begin, 10)).into_iter().map(|found| found.0).collect()
}

on_both_engines! {
    fn a_peer_is_kept_connected_and_left(engine) {
        let store = store(engine);
        let (organisation, _) = connected(&store);
        let found = store.commit(|tx| peer::find(tx, BRAVO)).expect("a peer");
        assert_eq!((found.software.as_str(), found.policy, found.organisation), ("archipel", Policy::Open, Some(organisation.id)));
        assert_eq!(store.commit(|tx| peer::find_of(tx, organisation.id)), Some(found.clone()));
        assert_eq!(store.commit(|tx| peer::list(tx, "", 5)), [found]);
        let names = store.commit(|tx| peer::list_names(tx, &[BRAVO, "other.example"]));
        assert_eq!(names.into_iter().collect::<Vec<_>>(), [(BRAVO.to_owned(), organisation.name.clone())]);
        assert_eq!(store.commit(|tx| peer::list(tx, BRAVO, 5)), []);
        assert_eq!(store.commit(|tx| peer::list_connected(tx, 5)), [organisation.uri.to_string()]);
        store.commit(|tx| peer::connect(tx, BRAVO, None, store.now()));
        assert!(store.commit(|tx| peer::find(tx, BRAVO)).unwrap().directory.is_some(), "an actor beside it changes nothing");
        assert!(store.commit(|tx| peer::set_policy(tx, BRAVO, Policy::Limited)));
        assert!(!store.commit(|tx| peer::set_policy(tx, "nobody.example", Policy::Limited)));
        assert_eq!(store.commit(|tx| peer::list_connected(tx, 5)), Vec::<String>::new(), "whom we limit we do not suggest");
        store.commit(|tx| peer::disconnect(tx, BRAVO));
        assert_eq!(store.commit(|tx| peer::find(tx, BRAVO)).unwrap().connected_at, None);
    }

    fn since_when_a_peer_is_silent_is_remembered_until_it_answers(engine) {
        let store = store(engine);
        connected(&store);
        let begun = store.now();
        for _ in 0..2 {
            store.commit(|tx| peer::note_contact(tx, BRAVO, false, store.now()));
            store.clock.advance(TimeDelta::hours(1));
        }
        assert_eq!(store.commit(|tx| peer::list_silent(tx, &[BRAVO, "other.example"])), [(BRAVO.to_owned(), begun)]);
        assert_eq!(store.commit(|tx| peer::find(tx, BRAVO)).unwrap().silent_since(store.now()), Some(begun));
        store.commit(|tx| peer::note_contact(tx, BRAVO, true, store.now()));
        assert_eq!(store.commit(|tx| peer::list_silent(tx, &[BRAVO])), []);
        assert_eq!(store.commit(|tx| peer::find(tx, BRAVO)).unwrap().contacted_at, Some(store.now()));
    }

    fn a_round_through_a_directory_leaves_what_was_named_in_it(engine) {
        let store = store(engine);
        let (organisation, lab) = connected(&store);
        store.commit(|tx| peer::begin_round(tx, organisation.id, Some(7), store.now()));
        assert!(store.commit(|tx| peer::find(tx, BRAVO)).unwrap().round.is_under_way());
        assert!(store.commit(|tx| listing::confirm(tx, &lab, Some(organisation.id), store.now())));
        assert!(!store.commit(|tx| listing::confirm(tx, &lab, Some(organisation.id), store.now())), "it was");
        store.clock.advance(TimeDelta::days(1));
        store.commit(|tx| peer::end_round(tx, organisation.id, store.now()));
        store.commit(|tx| peer::note_problem(tx, organisation.id, "odd"));
        let round = store.commit(|tx| peer::find(tx, BRAVO)).unwrap().round;
        assert_eq!((round.is_under_way(), round.labs, round.problem.as_deref()), (false, Some(7), Some("odd")));
        assert!(store.commit(|tx| listing::see_again(tx, lab.uri.as_str(), organisation.id, store.now())));
        assert!(!store.commit(|tx| listing::see_again(tx, "https://bravo.example/labs/other", organisation.id, store.now())));
        assert_eq!(store.commit(|tx| listing::remove_unseen(tx, organisation.id, store.now())), []);
        store.clock.advance(TimeDelta::days(1));
        assert_eq!(store.commit(|tx| listing::remove_unseen(tx, organisation.id, store.now())), [lab.id]);
        assert_eq!(store.commit(|tx| peer::count_listed(tx, organisation.id)), 0);
    }

    fn the_directory_has_what_is_listed_and_not_hidden_or_followed_from_here(engine) {
        let store = store(engine);
        let (organisation, lab) = connected(&store);
        assert_eq!(in_directory(&store), [], "knowing it is not enough");
        store.commit(|tx| listing::confirm(tx, &lab, Some(organisation.id), store.now()));
        assert_eq!((in_directory(&store), store.commit(|tx| listing::is_listed(tx, lab.id))), (vec![lab.id], true));
        assert_eq!(store.commit(|tx| listing::list_at(tx, BRAVO, 5)).into_iter().map(|one| one.lab.id).collect::<Vec<_>>(), [lab.id]);
        store.commit(|tx| listing::hide_at(tx, BRAVO, true));
        assert_eq!(in_directory(&store), []);
        store.commit(|tx| listing::hide_at(tx, BRAVO, false));
        assert_eq!((in_directory(&store), store.commit(|tx| listing::count_at(tx, BRAVO))), (vec![lab.id], 1));
        assert!(!store.commit(|tx| listing::remove(tx, lab.id, None)), "it is listed for its organisation");
        assert_eq!(store.commit(|tx| listing::find_organisation(tx, lab.id)), Some(Some(organisation.id)));
        assert!(store.commit(|tx| listing::remove(tx, lab.id, Some(organisation.id))));
        assert_eq!((in_directory(&store), store.commit(|tx| listing::is_read_here(tx, lab.id))), (vec![], false));
        let noor = store.commit(|tx| actor::save(tx, &cast::noor()));
        store.commit(|tx| audience::save(tx, noor, lab.id, "https://alpha.example/f", FollowState::Accepted, store.now()));
        store.commit(|tx| profile::relist(tx, lab.id));
        assert_eq!((in_directory(&store), store.commit(|tx| listing::is_read_here(tx, lab.id))), (vec![lab.id], true));
        store.commit(|tx| listing::confirm(tx, &lab, None, store.now()));
        assert_eq!(store.commit(|tx| listing::remove_at(tx, BRAVO)), [lab.id]);
    }

    fn of_a_hidden_lab_nothing_is_found(engine) {
        let store = store(engine);
        let (organisation, lab) = connected(&store);
        store.commit(|tx| listing::confirm(tx, &lab, Some(organisation.id), store.now()));
        store.commit(|tx| share::add(tx, &cast::a_share(1, &lab, &lab))).expect("a share");
        let documents = || store.pairs("SELECT id || '' AS one, '' AS other FROM search_documents").len();
        assert_eq!((documents(), store.commit(|tx| share::count_at(tx, BRAVO))), (2, 1));
        store.commit(|tx| listing::hide_at(tx, BRAVO, true));
        assert_eq!(documents(), 0);
        store.commit(|tx| listing::hide_at(tx, BRAVO, false));
        store.commit(|tx| search::follow_listing(tx, lab.id));
        assert_eq!(documents(), 2);
    }

    fn a_lab_of_ours_is_in_our_directory_until_it_is_taken_out(engine) {
        let store = store(engine);
        let id = store.commit(|tx| lab::add(tx, &cast::spoor(), archipel::domain::lab::LabKind::Lab, ""));
        let listed = || store.commit(|tx| lab::list_listed(tx, ActorId(0), 5)).len();
        assert_eq!((listed(), store.commit(lab::count_listed).0, in_directory(&store)), (1, 1, vec![id]));
        assert!(store.commit(|tx| lab::set_listed(tx, id, false)));
        assert!(!store.commit(|tx| lab::set_listed(tx, id, false)), "it was");
        assert_eq!((listed(), in_directory(&store)), (0, vec![]));
    }

    fn peers_suggest_whom_they_know_and_those_we_know_are_left_out(engine) {
        let store = store(engine);
        let (organisation, lab) = connected(&store);
        let other = cast::url("https://charlie.example/organisation");
        for by in [organisation.id, lab.id] {
            store.commit(|tx| peer::suggest(tx, by, &[other.clone(), organisation.uri.clone()]));
        }
        assert_eq!(store.commit(|tx| peer::list_suggestions(tx, 5)), [(other, 2)]);
        store.commit(|tx| peer::suggest(tx, lab.id, &[]));
        assert_eq!(store.commit(|tx| peer::list_suggestions(tx, 5))[0].1, 1);
    }

    fn instances_that_follow_our_organisation_are_told_apart_from_people_who_do(engine) {
        let store = store(engine);
        let ours = store.commit(|tx| actor::save(tx, &cast::a_local_actor(ActorKind::Organisation, "alpha")));
        let instance = store.commit(|tx| actor::save(tx, &cast::a_remote_actor(ActorKind::Instance, BRAVO, BRAVO)));
        let bo = store.commit(|tx| actor::save(tx, &cast::bo()));
        for (follower, uri) in [(instance, "https://bravo.example/1"), (bo, "https://bravo.example/2")] {
            store.commit(|tx| audience::save(tx, follower, ours, uri, FollowState::Accepted, store.now()));
        }
        let inboxes = |peers| store.commit(|tx| audience::list_inboxes_of_peers(tx, ours, peers)).len();
        assert_eq!((inboxes(true), inboxes(false)), (1, 1));
    }

    fn who_of_ours_follows_an_actor_is_listed_with_the_follow(engine) {
        let store = store(engine);
        let (_, lab) = connected(&store);
        let noor = store.commit(|tx| actor::save(tx, &cast::noor()));
        let bo = store.commit(|tx| actor::save(tx, &cast::bo()));
        for (follower, uri) in [(noor, "https://alpha.example/f"), (bo, "https://bravo.example/f")] {
            store.commit(|tx| audience::save(tx, follower, lab.id, uri, FollowState::Accepted, store.now()));
        }
        let followers = store.commit(|tx| audience::list_local_followers(tx, lab.id));
        assert_eq!(followers.iter().map(|(actor, follow)| (actor.id, follow.uri.as_str())).collect::<Vec<_>>(), [(noor, "https://alpha.example/f")]);
    }

    fn what_is_new_at_a_host_is_counted(engine) {
        let store = store(engine);
        let (_, lab) = connected(&store);
        let (kind, url) = (ReadingKind::Outbox, lab.outbox.clone().unwrap_or_else(|| cast::url("https://bravo.example/o")));
        let new = NewReading { kind, url, actor: lab.id, share: None, path: Vec::new(), due_at: store.now() };
        store.commit(|tx| reading::plan(tx, &new, store.now()));
        assert_eq!(store.commit(|tx| reading::count_unread(tx, BRAVO)), 1);
        assert_eq!(store.commit(|tx| dispatch::count_waiting(tx, BRAVO)), 0);
    }

    fn what_an_actor_had_sent_is_forgotten_word_for_word(engine) {
        let store = store(engine);
        let (_, lab) = connected(&store);
        let uri = "https://bravo.example/activities/1";
        store.commit(|tx| activity::receive(tx, uri, lab.id, (None, Some("{}")), store.now()));
        store.commit(|tx| activity::forget_bodies(tx, lab.id));
        assert_eq!(store.commit(|tx| activity::find_received(tx, uri)).expect("it is remembered").1, None);
    }
}
