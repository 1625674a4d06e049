//! What other programs send: each recorded activity is signed by its actor, taken, and has the effect it should have here.
//! A folder of `tests/wire` is one peer with one story; the alternatives in it are stories of their own.

mod labs;
mod recording;
mod stories;

use std::collections::BTreeSet;

use archipel::{
    domain::{
        audience::{Counts, FollowState},
        moment::to_wire,
    },
    federation::{actor, wire as reading},
    storage::{audience, reply, share},
    usecases,
};
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{
    Engine, cast,
    instance::{Instance, draft},
    on_both_engines,
    peer::Peer,
    signer,
};

use recording::{LAB, SHARE, introduce, load, recordings};
use stories::{ACTORS, Effect, NO_ACTORS, STORIES};

on_both_engines! {
    async fn what_mastodon_sends_has_its_effect(engine) {
        tell(engine, "mastodon").await;
    }

    async fn what_gotosocial_sends_has_its_effect(engine) {
        tell(engine, "gotosocial").await;
    }

    async fn what_lemmy_sends_has_its_effect(engine) {
        tell(engine, "lemmy").await;
    }

    async fn what_mobilizon_sends_has_its_effect(engine) {
        tell(engine, "mobilizon").await;
    }

    async fn what_wordpress_sends_has_its_effect(engine) {
        tell(engine, "wordpress").await;
    }

    async fn what_pixelfed_sends_has_its_effect(engine) {
        tell(engine, "pixelfed").await;
    }

    async fn what_misskey_sends_has_its_effect(engine) {
        tell(engine, "misskey").await;
    }

    async fn what_peertube_sends_has_its_effect(engine) {
        tell(engine, "peertube").await;
    }

    async fn what_fedify_sends_has_its_effect(engine) {
        tell(engine, "fedify").await;
    }

    async fn what_snac_sends_has_its_effect(engine) {
        tell(engine, "snac").await;
    }
}

#[test]
fn every_recorded_actor_is_read() {
    for (folder, file, kind, handle) in ACTORS {
        let document = load(folder, file, "https://peer.example");
        let actor = actor::read(&document, cast::october(1)).unwrap_or_else(|| panic!("{folder}/{file} is an actor"));
        assert_eq!((actor.kind, actor.handle.as_str()), (kind, handle), "{folder}/{file}");
        let key = &document["publicKey"];
        assert_eq!((Some(actor.key_uri.as_str()), actor.public_key.as_str()), (key["id"].as_str(), cast::public_key()));
        assert!(!actor.name.is_empty() && actor.page.host_str() == Some("peer.example"), "{folder}/{file}");
        let shared = document["endpoints"]["sharedInbox"].as_str();
        assert_eq!(actor.shared_inbox.as_ref().map(url::Url::as_str), shared, "{folder}/{file}");
    }
    for (folder, file) in NO_ACTORS {
        assert!(actor::read(&load(folder, file, "https://peer.example"), cast::october(1)).is_none(), "{folder}/{file}");
    }
}

#[test]
fn every_recording_is_told() {
    let told = STORIES.iter().flat_map(|(folder, steps)| steps.iter().map(move |(file, _)| format!("{folder}/{file}")));
    let actors = ACTORS.iter().map(|(folder, file, ..)| format!("{folder}/{file}"));
    let others = NO_ACTORS.iter().map(|(folder, file)| format!("{folder}/{file}"));
    let told: BTreeSet<String> = told.chain(actors).chain(others).collect();
    assert_eq!(recordings(), told);
}

#[test]
fn dates_of_recordings_are_read() {
    let dates = [
        ("pixelfed", "announce", "2026-08-20T15:20:00Z"),
        ("fedify", "announce", "2026-11-22T13:59:54Z"),
        ("misskey", "announce", "2026-08-20T16:12:30Z"),
        ("pixelfed", "create_reply", "2026-08-20T15:00:00Z"),
    ];
    for (folder, file, expected) in dates {
        let read = reading::moment(&load(folder, file, "https://peer.example"), "published").map(to_wire);
        assert_eq!(read.as_deref(), Some(expected), "{folder}/{file}");
    }
}

#[test]
fn hashtags_and_pictures_of_recordings_are_read() {
    let video = archipel::federation::share::read(&load("peertube", "video", "https://peer.example"), cast::october(1)).unwrap();
    assert_eq!((video.tags, video.language.as_str()), (vec!["openoverleg".to_owned()], "nl"));
    assert_eq!(video.page.as_str(), "https://peer.example/w/qV7mXn2LsTzRk9WbYh4JdP");
    let article = &load("wordpress", "create_article", "https://peer.example")["object"];
    let article = archipel::federation::share::read(article, cast::october(1)).unwrap();
    assert_eq!((article.title.as_str(), article.language.as_str()), ("Het prikbord is vol", "nl-nl"));
    assert_eq!(article.picture.unwrap().description, "Een prikbord vol gele briefjes");
}

async fn tell(engine: Engine, folder: &str) {
    let stories: Vec<_> = STORIES.iter().filter(|(known, _)| *known == folder).collect();
    assert!(!stories.is_empty(), "{folder} has a story");
    for (_, steps) in stories {
        tell_one(engine, folder, steps).await;
    }
}

async fn tell_one(engine: Engine, folder: &str, steps: &[(&str, Effect)]) {
    let (peer, ours) = (Peer::start().await, Instance::open(engine));
    introduce(&peer, folder);
    ours.add_lab("spoor", "Spoor");
    ours.add_member("noor", "Noor");
    ours.publish("k3v9x2mqa7", "spoor", "noor", draft("De tweede brief", "Wat werkte, en wat niet."));
    // Row 1: the follow that `accept_follow` and `reject_follow` answer.
    let answer = load(folder, "accept_follow", peer.origin());
    let followee = ours.meet(&json!({"id": answer["actor"]})).await;
    let now = ours.store.now();
    ours.commit(|tx| usecases::audience::follow(tx, now, None, "spoor", &followee));
    ours.work_off().await;
    for (file, effect) in steps {
        // Two sendings differ in their signature.
        ours.store.clock.advance(TimeDelta::seconds(1));
        take(&ours, &peer, folder, file, *effect).await;
        ours.work_off().await;
        ours.assert_idle();
    }
}

async fn take(ours: &Instance, peer: &Peer, folder: &str, file: &str, effect: Effect) {
    let activity = load(folder, file, peer.origin());
    let told = format!("{folder}/{file}: {effect:?}");
    let sender = ours.meet(&json!({"id": activity["actor"]})).await;
    let before = ours.state();
    let mut request = signer::letter(&activity, ours.store.now());
    signer::Cavage::new(&sender.key_uri).sign(&mut request);
    let taken = ours.take(request).await;
    match effect {
        Effect::Refused(reason) => assert_eq!(taken.expect_err(&told).to_string(), reason, "{told}"),
        _ => taken.unwrap_or_else(|error| panic!("{told}: {error}")),
    }
    ours.work_off().await;
    check(ours, sender.uri.as_str(), &before, effect, &told);
}

fn check(ours: &Instance, sender: &str, before: &[(String, String)], effect: Effect, told: &str) {
    let share = ours.look(|tx| share::find_by_uri(tx, SHARE)).expect("our share");
    let counts: Counts = ours.look(|tx| share::counts(tx, share.id));
    let replies = || ours.look(|tx| reply::list(tx, share.id, 10));
    let lab = ours.known(LAB).expect("our lab").id;
    let known = ours.known(sender).expect("a known sender");
    let follows = |follower, followee| ours.look(|tx| audience::find_between(tx, follower, followee)).map(|follow| follow.state);
    let of_ours = || ours.look(|tx| audience::list_following(tx, lab)).first().map(|(_, state)| *state);
    match effect {
        Effect::Followed => assert_eq!(follows(known.id, lab), Some(FollowState::Accepted), "{told}"),
        Effect::Unfollowed => assert_eq!(follows(known.id, lab), None, "{told}"),
        Effect::Replied(text) => {
            let shown: Vec<String> = replies().into_iter().map(|reply| reply.content.as_str().to_owned()).collect();
            assert!(matches!(shown.as_slice(), [one] if one.contains(text) && !one.contains("translate=")), "{told}: {shown:?}");
        }
        Effect::ReplyGone => assert_eq!(replies(), [], "{told}"),
        Effect::Liked(number) => assert_eq!(counts.likes, number, "{told}"),
        Effect::Boosted(number) => assert_eq!(counts.boosts, number, "{told}"),
        Effect::FollowAccepted => assert_eq!(of_ours(), Some(FollowState::Accepted), "{told}"),
        Effect::FollowRejected => assert_eq!(of_ours(), Some(FollowState::Rejected), "{told}"),
        Effect::ShareKept(title) => assert_eq!(titles_of_theirs(ours), [title], "{told}"),
        Effect::ShareGone => assert!(titles_of_theirs(ours).is_empty(), "{told}"),
        Effect::Named(name) => assert_eq!(known.name, name, "{told}"),
        Effect::Departed => {
            assert!(known.gone_at.is_some() && follows(known.id, lab).is_none(), "{told}");
            assert_eq!((counts.likes, counts.boosts, replies()), (0, 0, Vec::new()), "{told}");
        }
        Effect::Nothing | Effect::Refused(_) => assert_eq!(ours.state(), before, "{told}"),
    }
}

fn titles_of_theirs(ours: &Instance) -> Vec<String> {
    let shown = ours.look(|tx| share::list_newest(tx, false, 10));
    shown.into_iter().filter(|share| !share.local).map(|share| share.title).collect()
}
