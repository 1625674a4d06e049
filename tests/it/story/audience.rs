//! Follows in both directions, the inboxes they lead to, and reactions.

use std::collections::BTreeSet;

use archipel::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        audience::{Counts, Follow, FollowState, Follower, ReactionKind},
    },
    storage::{actor, audience, share},
};
use chrono::TimeDelta;

use crate::support::{TestStore, cast, on_both_engines, store};

fn saved(store: &TestStore, new: Actor) -> Actor {
    Actor { id: store.commit(|tx| actor::save(tx, &new)), ..new }
}

fn follow(store: &TestStore, follower: &Actor, followee: &Actor, state: FollowState) -> i64 {
    let uri = format!("{}/follows/{}", follower.uri, followee.handle);
    store.commit(|tx| audience::save(tx, follower.id, followee.id, &uri, state, store.now()))
}

on_both_engines! {
    fn a_follow_is_found_by_its_row_by_its_two_ends_and_by_its_id(engine) {
        let store = store(engine);
        let (spoor, bo) = (saved(&store, cast::spoor()), saved(&store, cast::bo()));
        let id = follow(&store, &bo, &spoor, FollowState::Requested);
        let uri = format!("{}/follows/spoor", bo.uri);
        let whole = Follow {
            id,
            follower: bo.id,
            followee: spoor.id,
            uri: uri.clone(),
            state: FollowState::Requested,
            since: store.now(),
        };
        assert_eq!(store.commit(|tx| audience::find(tx, id)), Some(whole.clone()));
        assert_eq!(store.commit(|tx| audience::find_between(tx, bo.id, spoor.id)), Some(whole.clone()));
        assert_eq!(store.commit(|tx| audience::find_by_uri(tx, &uri)), Some(whole));
        assert_eq!(store.commit(|tx| audience::find_between(tx, spoor.id, bo.id)), None);
        assert_eq!(store.commit(|tx| audience::find_by_uri(tx, "https://mastodon.example/x")), None);
        assert_eq!(store.commit(|tx| audience::find(tx, id + 1)), None);
    }

    fn following_again_keeps_one_follow_with_the_newer_id(engine) {
        let store = store(engine);
        let (spoor, bo) = (saved(&store, cast::spoor()), saved(&store, cast::bo()));
        let first = follow(&store, &bo, &spoor, FollowState::Requested);
        let later = store.now() + TimeDelta::hours(1);
        let again =
            store.commit(|tx| audience::save(tx, bo.id, spoor.id, "https://mastodon.example/2", FollowState::Accepted, later));
        let found = store.commit(|tx| audience::find(tx, first)).unwrap();
        assert_eq!(
            (again, found.uri.as_str(), found.state, found.since),
            (first, "https://mastodon.example/2", FollowState::Accepted, store.now())
        );
    }

    fn a_follow_is_set_to_another_state_and_removed(engine) {
        let store = store(engine);
        let (spoor, bo) = (saved(&store, cast::spoor()), saved(&store, cast::bo()));
        let id = follow(&store, &spoor, &bo, FollowState::Requested);
        store.commit(|tx| audience::set(tx, id, "https://alpha.example/3", FollowState::Rejected));
        let found = store.commit(|tx| audience::find(tx, id)).unwrap();
        assert_eq!((found.uri.as_str(), found.state), ("https://alpha.example/3", FollowState::Rejected));
        store.commit(|tx| audience::remove(tx, id));
        assert_eq!(store.commit(|tx| audience::find(tx, id)), None);
    }

    fn only_accepted_follows_count(engine) {
        let store = store(engine);
        let (spoor, bo, other) = (saved(&store, cast::spoor()), saved(&store, cast::bo()), saved(&store, cast::klare_taal()));
        let id = follow(&store, &spoor, &other, FollowState::Requested);
        follow(&store, &bo, &spoor, FollowState::Accepted);
        follow(&store, &other, &spoor, FollowState::Rejected);
        assert_eq!(store.commit(|tx| audience::count_followers(tx, spoor.id)), 1);
        assert_eq!(store.commit(|tx| audience::count_following(tx, spoor.id)), 0);
        assert!(!store.commit(|tx| audience::is_followed_from_here(tx, other.id)));
        store.commit(|tx| audience::set(tx, id, "https://alpha.example/1", FollowState::Accepted));
        assert_eq!(store.commit(|tx| audience::count_following(tx, spoor.id)), 1);
        assert!(store.commit(|tx| audience::is_followed_from_here(tx, other.id)));
        assert!(!store.commit(|tx| audience::is_followed_from_here(tx, spoor.id)), "only others follow this one");
    }

    fn each_inbox_is_listed_once_and_a_shared_one_stands_for_all_behind_it(engine) {
        let store = store(engine);
        let (spoor, noor) = (saved(&store, cast::spoor()), saved(&store, cast::noor()));
        let ann = saved(&store, cast::a_remote_actor(ActorKind::Member, "ann", "mastodon.example"));
        let bo = saved(&store, cast::bo());
        let alone = saved(&store, Actor { shared_inbox: None, ..cast::klare_taal() });
        let gone = saved(
            &store,
            Actor { gone_at: Some(cast::october(4)), ..cast::a_remote_actor(ActorKind::Member, "weg", "weg.example") },
        );
        for follower in [&ann, &bo, &alone, &gone, &noor] {
            follow(&store, follower, &spoor, FollowState::Accepted);
        }
        follow(&store, &bo, &noor, FollowState::Accepted);
        let expected = BTreeSet::from([alone.inbox.to_string(), "https://mastodon.example/inbox".to_owned()]);
        assert_eq!(store.commit(|tx| audience::list_follower_inboxes(tx, &[spoor.id, noor.id])), expected);
        assert_eq!(store.commit(|tx| audience::list_follower_inboxes(tx, &[])), BTreeSet::new());
        assert_eq!(store.commit(|tx| audience::list_follower_inboxes(tx, &[alone.id])), BTreeSet::new());
    }

    fn followers_of_one_lab_or_of_all_labs_are_listed_oldest_first(engine) {
        let store = store(engine);
        let (spoor, noor, bo) = (saved(&store, cast::spoor()), saved(&store, cast::noor()), saved(&store, cast::bo()));
        let brug = saved(&store, cast::a_local_actor(ActorKind::Lab, "brug"));
        let other = saved(&store, cast::klare_taal());
        for (follower, followee) in [(&bo, &brug), (&other, &spoor), (&bo, &noor), (&spoor, &other)] {
            follow(&store, follower, followee, FollowState::Accepted);
            store.clock.advance(TimeDelta::minutes(1));
        }
        follow(&store, &bo, &spoor, FollowState::Requested);
        let rows = |lab: Option<ActorId>| store.commit(|tx| audience::list_followers(tx, lab));
        let since = store.now() - TimeDelta::minutes(4);
        let of_brug = Follower { lab: "brug".into(), actor: bo.uri.clone(), since };
        let of_spoor = Follower { lab: "spoor".into(), actor: other.uri.clone(), since: since + TimeDelta::minutes(1) };
        assert_eq!(rows(Some(spoor.id)), std::slice::from_ref(&of_spoor));
        assert_eq!(rows(None), [of_brug, of_spoor], "a member's followers and those of labs elsewhere are not ours to list");
        assert_eq!(rows(Some(bo.id)), []);
    }

    fn whom_an_actor_follows_is_listed_by_name_with_each_state(engine) {
        let store = store(engine);
        let (spoor, bo, other) = (saved(&store, cast::spoor()), saved(&store, cast::bo()), saved(&store, cast::klare_taal()));
        follow(&store, &spoor, &other, FollowState::Requested);
        follow(&store, &spoor, &bo, FollowState::Accepted);
        let listed = store.commit(|tx| audience::list_following(tx, spoor.id));
        assert_eq!(listed, [(bo.clone(), FollowState::Accepted), (other, FollowState::Requested)]);
        assert_eq!(store.commit(|tx| audience::list_following(tx, bo.id)), []);
        assert_eq!(store.commit(|tx| audience::list_followed(tx, Some(spoor.id))), [bo.id]);
        assert_eq!(store.commit(|tx| audience::list_followed(tx, Some(bo.id))), []);
        assert_eq!(store.commit(|tx| audience::list_followed(tx, None)), [bo.id]);
    }

    fn someone_reacts_once_in_each_way_under_the_newest_id_and_takes_it_back(engine) {
        let store = store(engine);
        let (spoor, bo) = (saved(&store, cast::spoor()), saved(&store, cast::bo()));
        let id = store.commit(|tx| share::add(tx, &cast::a_share(1, &spoor, &spoor))).unwrap();
        let react = |kind, uri: &str| store.commit(|tx| audience::add_reaction(tx, id, bo.id, kind, uri));
        assert!(
            react(ReactionKind::Like, "https://mastodon.example/1") && !react(ReactionKind::Like, "https://mastodon.example/2")
        );
        assert!(react(ReactionKind::Boost, "https://mastodon.example/3"));
        let find = |who: ActorId, uri: &str| store.commit(|tx| audience::find_reaction(tx, who, uri));
        assert_eq!(find(bo.id, "https://mastodon.example/2"), Some((id, ReactionKind::Like)), "the newer id counts");
        assert_eq!(find(bo.id, "https://mastodon.example/3"), Some((id, ReactionKind::Boost)));
        assert_eq!((find(bo.id, "https://mastodon.example/1"), find(spoor.id, "https://mastodon.example/2")), (None, None));
        let name = |who: ActorId, kind| store.commit(|tx| audience::find_reaction_to(tx, id, who, kind));
        assert_eq!(name(bo.id, ReactionKind::Like).as_deref(), Some("https://mastodon.example/2"));
        assert_eq!(name(spoor.id, ReactionKind::Like), None);
        let remove = |who: ActorId, kind| store.commit(|tx| audience::remove_reaction(tx, id, who, kind));
        assert!(!remove(spoor.id, ReactionKind::Like), "another's reaction stays");
        assert!(remove(bo.id, ReactionKind::Like) && !remove(bo.id, ReactionKind::Like));
        assert_eq!(store.commit(|tx| share::counts(tx, id)), Counts { boosts: 1, ..Counts::default() });
        assert!(remove(bo.id, ReactionKind::Boost));
        assert_eq!(store.commit(|tx| share::counts(tx, id)), Counts::default());
    }

    fn everything_between_us_and_an_actor_goes_at_once(engine) {
        let store = store(engine);
        let (spoor, bo, other) = (saved(&store, cast::spoor()), saved(&store, cast::bo()), saved(&store, cast::klare_taal()));
        let id = store.commit(|tx| share::add(tx, &cast::a_share(1, &spoor, &spoor))).unwrap();
        for (follower, followee) in [(&bo, &spoor), (&spoor, &bo), (&other, &spoor)] {
            follow(&store, follower, followee, FollowState::Accepted);
        }
        for who in [&bo, &other] {
            store.commit(|tx| audience::add_reaction(tx, id, who.id, ReactionKind::Like, who.uri.as_str()));
        }
        store.commit(|tx| audience::remove_all_of(tx, bo.id));
        assert_eq!(store.commit(|tx| audience::find_between(tx, bo.id, spoor.id)), None);
        assert_eq!(store.commit(|tx| audience::find_between(tx, spoor.id, bo.id)), None);
        assert_eq!(store.commit(|tx| audience::count_followers(tx, spoor.id)), 1);
        assert_eq!(store.commit(|tx| share::counts(tx, id)).likes, 1);
    }
}
