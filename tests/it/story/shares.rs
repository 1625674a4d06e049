//! Shares with their hashtags and counts, replies, and what is deleted for good.

use archipel::{
    domain::{
        actor::{Actor, ActorKind},
        audience::{Counts, ReactionKind},
        picture::Picture,
        share::{Form, PublicId, Share},
        slice::{Cursor, Slice},
        text::Html,
    },
    storage::{actor, audience, reply, share, tombstone},
};
use chrono::TimeDelta;

use crate::support::{TestStore, cast, on_both_engines, store};

/// The lab Spoor, the member Noor, and Bo elsewhere, with their rows.
fn people(store: &TestStore) -> [Actor; 3] {
    [cast::spoor(), cast::noor(), cast::bo()].map(|one| Actor { id: store.commit(|tx| actor::save(tx, &one)), ..one })
}

fn add(store: &TestStore, new: Share) -> Share {
    let id = store.commit(|tx| share::add(tx, &new)).expect("a new share");
    Share { id, ..new }
}

on_both_engines! {
    fn a_share_is_added_whole_and_found_by_everything_that_names_it(engine) {
        let store = store(engine);
        let [spoor, noor, _] = people(&store);
        let picture = Some(Picture { url: cast::url("https://alpha.example/media/a.png"), description: "Een perron".into() });
        let whole = add(&store, Share { picture, ..cast::a_share(1, &spoor, &noor) });
        assert_eq!(store.commit(|tx| share::find(tx, whole.id)), Some(whole.clone()));
        assert_eq!(store.commit(|tx| share::find_by_public_id(tx, &whole.public_id)), Some(whole.clone()));
        assert_eq!(store.commit(|tx| share::find_by_uri(tx, whole.uri.as_str())), Some(whole.clone()));
        assert_eq!(store.commit(|tx| share::find(tx, whole.id + 1)), None);
        assert_eq!(store.commit(|tx| share::list(tx, &[whole.id + 1, whole.id])), std::slice::from_ref(&whole));
        let second = add(&store, cast::a_share(2, &spoor, &noor));
        assert_eq!(store.commit(|tx| share::list(tx, &[second.id, whole.id])), [second, whole.clone()], "as they are asked for");
        assert_eq!(store.commit(share::list_pictures), ["https://alpha.example/media/a.png"]);
        assert_eq!(store.commit(|tx| share::find_by_public_id(tx, &PublicId::from_random(9))), None);
        assert_eq!(store.commit(|tx| share::find_by_uri(tx, spoor.uri.as_str())), None);
    }

    fn a_share_that_arrives_twice_is_added_once(engine) {
        let store = store(engine);
        let [spoor, noor, _] = people(&store);
        let first = add(&store, cast::a_share(1, &spoor, &noor));
        let again = Share { uri: first.uri.clone(), title: "Anders".into(), ..cast::a_share(2, &spoor, &noor) };
        assert_eq!(store.commit(|tx| share::add(tx, &again)), None);
        assert_eq!(store.commit(share::count_local), 1);
        assert_eq!(store.commit(|tx| share::find(tx, first.id)), Some(first));
    }

    fn a_correction_replaces_everything_also_the_hashtags(engine) {
        let store = store(engine);
        let [spoor, noor, _] = people(&store);
        let first = add(&store, cast::a_share(1, &spoor, &noor));
        let later = first.updated_at + TimeDelta::hours(1);
        let (tags, mentions) = (vec!["spraak".to_owned(), "baan".to_owned()], Vec::new());
        let revised =
            Share { tags, mentions, licence: None, outcome: None, form: Form::Article, updated_at: later, revision: 2, ..first };
        store.commit(|tx| share::update(tx, &revised));
        assert_eq!(store.commit(|tx| share::find(tx, revised.id)), Some(revised.clone()));
        assert_eq!(store.commit(|tx| share::list_of_tag(tx, "leren", 10)), []);
        assert_eq!(store.commit(|tx| share::list_of_tag(tx, "spraak", 10)), [revised]);
    }

    fn a_share_without_hashtags_is_on_no_page_of_a_hashtag(engine) {
        let store = store(engine);
        let [spoor, noor, _] = people(&store);
        let first = add(&store, cast::a_share(1, &spoor, &noor));
        let bare = Share { tags: Vec::new(), ..first };
        store.commit(|tx| share::update(tx, &bare));
        assert_eq!(store.commit(|tx| share::find(tx, bare.id)), Some(bare));
        assert_eq!(store.commit(|tx| share::list_of_tag(tx, "leren", 10)), []);
    }

    fn shares_are_listed_newest_first_and_the_last_added_first_within_a_moment(engine) {
        let store = store(engine);
        let [spoor, noor, _] = people(&store);
        let [two, one] = [2, 1].map(|number| add(&store, cast::a_share(number, &spoor, &noor)));
        let same = add(&store, Share { published_at: two.published_at, ..cast::a_share(3, &spoor, &noor) });
        let expected = [same.id, two.id, one.id];
        let ids = |shares: Vec<Share>| shares.into_iter().map(|share| share.id).collect::<Vec<_>>();
        assert_eq!(ids(store.commit(|tx| share::list_of_lab(tx, spoor.id, 10))), expected);
        assert_eq!(ids(store.commit(|tx| share::list_of_author(tx, noor.id, 10))), expected);
        assert_eq!(ids(store.commit(|tx| share::list_newest(tx, true, 10))), expected);
        assert_eq!(ids(store.commit(|tx| share::list_of_tag(tx, "leren", 10))), expected);
        assert_eq!(ids(store.commit(|tx| share::list_of_lab(tx, spoor.id, 2))), expected[..2]);
        assert_eq!(store.commit(|tx| share::list_of_author(tx, spoor.id, 10)), []);
        // The next part begins where the first was cut, also between two of the same moment.
        let after = |share: &Share| Slice { before: Cursor::of(share.published_at, share.id), limit: 10 };
        for (cut, share) in [&same, &two, &one].into_iter().enumerate() {
            let rest = &expected[cut + 1..];
            assert_eq!(ids(store.commit(|tx| share::list_of_lab(tx, spoor.id, after(share)))), rest);
            assert_eq!(ids(store.commit(|tx| share::list_of_author(tx, noor.id, after(share)))), rest);
            assert_eq!(ids(store.commit(|tx| share::list_newest(tx, true, after(share)))), rest);
            assert_eq!(ids(store.commit(|tx| share::list_of_tag(tx, "leren", after(share)))), rest);
        }
    }

    fn shares_from_elsewhere_are_told_apart_from_ours(engine) {
        let store = store(engine);
        let [spoor, noor, _] = people(&store);
        let elsewhere = cast::klare_taal();
        let elsewhere = Actor { id: store.commit(|tx| actor::save(tx, &elsewhere)), ..elsewhere };
        let ours = add(&store, cast::a_share(1, &spoor, &noor));
        let theirs = add(&store, cast::a_share(2, &elsewhere, &elsewhere));
        assert_eq!(store.commit(|tx| share::list_newest(tx, false, 10)), [theirs, ours.clone()]);
        assert_eq!(store.commit(|tx| share::list_newest(tx, true, 10)), [ours]);
        assert_eq!(store.commit(share::count_local), 1);
        assert_eq!(store.commit(|tx| share::count_of_lab(tx, elsewhere.id)), 1);
        assert_eq!(store.commit(|tx| share::count_of_author(tx, noor.id)), 1);
    }

    fn replies_likes_and_boosts_are_counted_each_apart(engine) {
        let store = store(engine);
        let [spoor, noor, bo] = people(&store);
        let first = add(&store, cast::a_share(1, &spoor, &noor));
        let second = add(&store, cast::a_share(2, &spoor, &noor));
        store.commit(|tx| {
            reply::add(tx, &cast::a_reply(1, &first, &bo))?;
            reply::add(tx, &cast::a_reply(2, &first, &bo))?;
            audience::add_reaction(tx, first.id, bo.id, ReactionKind::Like, "https://mastodon.example/likes/1")?;
            audience::add_reaction(tx, second.id, bo.id, ReactionKind::Boost, "https://mastodon.example/boosts/1")
        });
        assert_eq!(store.commit(|tx| share::counts(tx, first.id)), Counts { replies: 2, likes: 1, boosts: 0 });
        assert_eq!(store.commit(|tx| share::counts(tx, second.id)), Counts { replies: 0, likes: 0, boosts: 1 });
    }

    fn a_removed_share_takes_its_replies_reactions_and_hashtags_along(engine) {
        let store = store(engine);
        let [spoor, noor, bo] = people(&store);
        let first = add(&store, cast::a_share(1, &spoor, &noor));
        let answer = cast::a_reply(1, &first, &bo);
        store.commit(|tx| {
            reply::add(tx, &answer)?;
            audience::add_reaction(tx, first.id, bo.id, ReactionKind::Like, "https://mastodon.example/likes/1")?;
            share::remove(tx, first.id)
        });
        assert_eq!(store.commit(|tx| share::find(tx, first.id)), None);
        assert_eq!(store.commit(|tx| share::counts(tx, first.id)), Counts::default());
        assert_eq!(store.commit(|tx| reply::find_share_of(tx, answer.uri.as_str())), None);
        assert_eq!(store.commit(|tx| share::list_of_tag(tx, "leren", 10)), []);
    }

    fn a_reply_is_added_once_and_listed_oldest_first_with_its_author(engine) {
        let store = store(engine);
        let [spoor, noor, bo] = people(&store);
        let first = add(&store, cast::a_share(1, &spoor, &noor));
        let [late, early] = [5, 4].map(|number| cast::a_reply(number, &first, &bo));
        assert!(store.commit(|tx| reply::add(tx, &late)) && store.commit(|tx| reply::add(tx, &early)));
        assert!(!store.commit(|tx| reply::add(tx, &late)));
        let listed = store.commit(|tx| reply::list(tx, first.id, 10));
        assert_eq!(listed.iter().map(|reply| &reply.uri).collect::<Vec<_>>(), [&early.uri, &late.uri]);
        assert_eq!((listed[0].author_name.as_str(), listed[0].author_address.as_str()), ("Bo", "bo@mastodon.example"));
        assert_eq!(
            (&listed[0].content, &listed[0].language, &listed[0].author_page),
            (&early.content, &early.language, &bo.page)
        );
        let newest = store.commit(|tx| reply::list(tx, first.id, 1));
        assert_eq!(newest, listed[1..]);
        let before = Cursor::of(newest[0].published_at, newest[0].id);
        assert_eq!(store.commit(|tx| reply::list(tx, first.id, Slice { before, limit: 10 })), listed[..1]);
        assert_eq!(store.commit(|tx| reply::find_share_of(tx, late.uri.as_str())), Some(first.id));
        assert_eq!(store.commit(|tx| reply::find_author(tx, late.uri.as_str())), Some(bo.id));
        assert_eq!(store.commit(|tx| reply::find(tx, early.uri.as_str())), Some(listed[0].clone()));
        assert_eq!(store.commit(|tx| reply::find(tx, first.uri.as_str())), None);
        assert_eq!(store.commit(|tx| reply::find_author(tx, first.uri.as_str())), None);
    }

    fn only_its_author_rewrites_or_removes_a_reply_and_only_with_something_newer(engine) {
        let store = store(engine);
        let [spoor, noor, bo] = people(&store);
        let first = add(&store, cast::a_share(1, &spoor, &noor));
        let answer = cast::a_reply(1, &first, &bo);
        store.commit(|tx| reply::add(tx, &answer));
        let (uri, rewritten) = (answer.uri.as_str(), Html::sanitise("<p>Anders gezegd.</p>"));
        let later = answer.published_at + TimeDelta::minutes(1);
        let update = |author: &Actor, at| store.commit(|tx| reply::update(tx, uri, author.id, &rewritten, at));
        assert!(!update(&noor, later) && !update(&bo, answer.published_at) && update(&bo, later) && !update(&bo, later));
        assert_eq!(store.commit(|tx| reply::list(tx, first.id, 10))[0].content, rewritten);
        assert_eq!(store.commit(|tx| reply::remove(tx, uri, noor.id)), None);
        assert_eq!(store.commit(|tx| reply::remove(tx, uri, bo.id)), Some(first.id));
        assert_eq!(store.commit(|tx| reply::remove(tx, uri, bo.id)), None);
    }

    fn all_replies_of_an_author_go_at_once(engine) {
        let store = store(engine);
        let [spoor, noor, bo] = people(&store);
        let ann = cast::a_remote_actor(ActorKind::Member, "ann", "charlie.example");
        let ann = Actor { id: store.commit(|tx| actor::save(tx, &ann)), ..ann };
        let first = add(&store, cast::a_share(1, &spoor, &noor));
        for answer in [cast::a_reply(1, &first, &bo), cast::a_reply(2, &first, &bo), cast::a_reply(3, &first, &ann)] {
            store.commit(|tx| reply::add(tx, &answer));
        }
        store.commit(|tx| reply::remove_of_author(tx, bo.id));
        let left = store.commit(|tx| reply::list(tx, first.id, 10));
        assert_eq!(left.iter().map(|reply| reply.author_address.as_str()).collect::<Vec<_>>(), ["ann@charlie.example"]);
    }

    fn a_deletion_is_remembered_as_it_was_first_told(engine) {
        let store = store(engine);
        let uri = "https://alpha.example/shares/aaaaaaaaaa";
        assert!(store.commit(|tx| tombstone::add(tx, uri, "Article", store.now())));
        assert!(!store.commit(|tx| tombstone::add(tx, uri, "Note", cast::october(1))));
        assert_eq!(store.commit(|tx| tombstone::find(tx, uri)), Some(("Article".to_owned(), store.now())));
        assert_eq!(store.commit(|tx| tombstone::find(tx, "https://alpha.example/shares/bbbbbbbbbb")), None);
    }

    fn what_was_deleted_unseen_is_deleted_for_who_deleted_it(engine) {
        let store = store(engine);
        let [_, noor, bo] = people(&store);
        let (uri, now) = ("https://mastodon.example/notes/1", store.now());
        let bars = |author: archipel::domain::actor::ActorId| store.commit(|tx| tombstone::bars(tx, uri, author));
        assert!(!bars(bo.id));
        store.commit(|tx| tombstone::add_unseen(tx, uri, "Note", noor.id, now));
        assert!(bars(noor.id) && !bars(bo.id));
        store.commit(|tx| tombstone::add_unseen(tx, uri, "Note", bo.id, now));
        assert!(bars(bo.id));
        assert!(!store.commit(|tx| tombstone::add(tx, uri, "Note", now)));
        store.commit(|tx| tombstone::add_unseen(tx, uri, "Note", noor.id, now));
        assert!(bars(bo.id) && bars(noor.id), "gone for everyone stays so");
    }
}
