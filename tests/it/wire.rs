//! What other programs send: each recorded activity is signed by its actor, taken, and has the effect it should have here.
//! A folder of `tests/wire` is one peer with one story; the alternatives in it are stories of their own.

use std::{collections::BTreeSet, fs, path::Path};

use archipel::{
    domain::{
        actor::ActorKind,
        audience::{Counts, FollowState},
        moment::to_wire,
        share::PublicId,
    },
    federation::{actor, wire as reading},
    storage::{audience, reply, share},
    usecases,
};
use serde_json::{Value, json};

use crate::support::{
    Engine, cast,
    instance::{Instance, draft},
    on_both_engines,
    peer::Peer,
    signer,
};

use Effect::{
    Boosted, Departed, FollowAccepted, FollowRejected, Followed, Liked, Named, Nothing, Refused, Replied, ReplyGone, ShareKept,
    Unfollowed,
};

const SHARE: &str = "https://alpha.example/shares/k3v9x2mqa7";
const LAB: &str = "https://alpha.example/labs/spoor";

/// What is true after an activity was taken.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// The sender follows the lab.
    Followed,
    Unfollowed,
    /// One reply is shown, with this in it.
    Replied(&'static str),
    ReplyGone,
    /// So many likes.
    Liked(i64),
    /// So many boosts.
    Boosted(i64),
    /// The lab's own follow is in force.
    FollowAccepted,
    FollowRejected,
    /// A share of theirs is shown, with this title.
    ShareKept(&'static str),
    /// The sender is known by this name.
    Named(&'static str),
    /// The sender is gone.
    Departed,
    /// All is as it was.
    Nothing,
    /// All is as it was, and the sender is told why.
    Refused(&'static str),
}

type Story = (&'static str, &'static [(&'static str, Effect)]);

const ANOTHERS: Effect = Refused("not entitled: author-is-another");

const STORIES: [Story; 14] = [
    (
        "mastodon",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("follow", Followed),
            ("create_reply", Replied("Hoeveel mensen belden er na de tweede brief?")),
            ("update_reply", Replied("en waarover?")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("flag", Nothing),
            ("move", Nothing),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("accept_follow", FollowRejected),
            ("update_person", Named("Merel van der Wiel (met verlof)")),
            ("delete_reply", ReplyGone),
            ("create_reply", ReplyGone),
            ("block", Unfollowed),
            ("undo_block", Nothing),
            ("delete_person", Departed),
        ],
    ),
    ("mastodon", &[("follow", Followed), ("undo_follow_by_id", Unfollowed)]),
    (
        "gotosocial",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("Kost een avond &amp; scheelt een week.")),
            ("update_reply", Replied("scheelt twee weken.")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("update_person", Named("Jip Terpstra-Bos")),
            ("delete_reply", ReplyGone),
            ("block", Unfollowed),
            ("delete_person", Departed),
        ],
    ),
    (
        "lemmy",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("toen de balie hem had gelezen.")),
            ("update_reply", Replied("hardop had voorgelezen.")),
            ("remove_reply", Refused("not entitled: object-of-another")),
            ("like", Liked(1)),
            ("dislike", Nothing),
            ("undo_dislike", Nothing),
            ("undo_like", Liked(0)),
            ("flag", Nothing),
            ("announce_page", Nothing),
            ("accept_follow", FollowAccepted),
            ("announce_create", Nothing),
            ("announce_like", Nothing),
            ("update_community", ANOTHERS),
            ("delete_reply", ReplyGone),
            ("undo_delete_reply", Nothing),
            ("reject_follow", FollowRejected),
            ("delete_person", Departed),
        ],
    ),
    (
        "lemmy",
        &[("accept_follow_by_id", FollowAccepted), ("announce_page", ShareKept("Wie heeft ervaring met een wandelend loket?"))],
    ),
    (
        "mobilizon",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("dit lezen we in oktober met de groep.")),
            ("update_reply", Replied("dit lezen we in november met de groep.")),
            ("accept_follow", FollowAccepted),
            ("create_event", ANOTHERS),
            ("announce_event", ShareKept("Samen één brief herschrijven")),
            ("update_event", ANOTHERS),
            ("join", Nothing),
            ("leave", Nothing),
            ("update_person", Named("Li V.")),
            ("delete_reply", ReplyGone),
            ("reject_follow", FollowRejected),
            ("delete_person", Departed),
        ],
    ),
    (
        "wordpress",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_article", Nothing),
            ("create_reply", Replied("Wie leest er mee?")),
            ("update_reply", Replied("Ik zoek nog twee meelezers.")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("update_person", Named("Ilse Hoekman-Roos")),
            ("delete_reply", ReplyGone),
            ("delete_person", Departed),
        ],
    ),
    ("wordpress", &[("accept_follow", FollowAccepted), ("create_article", ShareKept("Het prikbord is vol"))]),
    (
        "pixelfed",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("follow", Followed),
            ("create_reply", Replied("zo ziet het loket er nu uit")),
            ("update_reply", Replied("zo ziet het loket er nú uit")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("update_person", Named("Noa, loketten en wachtkamers")),
            ("delete_reply", ReplyGone),
            ("delete_person", Departed),
        ],
    ),
    ("pixelfed", &[("accept_follow_without_id", FollowAccepted)]),
    (
        "misskey",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("we tried this with a kettle in the room.")),
            ("create_quote", Nothing),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("like_custom_emoji", Liked(1)),
            ("emoji_react", Liked(1)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("flag", Nothing),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("update_person", Named("Haru")),
            ("delete_reply", ReplyGone),
            ("block", Unfollowed),
            ("delete_person", Departed),
        ],
    ),
    (
        "peertube",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("we *filmed* the second reading")),
            ("like", Liked(1)),
            ("dislike", Nothing),
            ("undo_dislike", Nothing),
            ("undo_like", Liked(0)),
            ("create_video", Nothing),
            ("accept_follow", FollowAccepted),
            ("announce", ShareKept("Open overleg 14: the letter nobody read")),
            ("update_video", ShareKept("Open overleg 14: the letter nobody read (subtitled)")),
            ("view", Nothing),
            ("undo_announce", Nothing),
            ("update_channel", Named("Open overleg (on Fridays)")),
            ("delete_reply", ReplyGone),
            ("reject_follow", FollowRejected),
            ("delete_person", Departed),
        ],
    ),
    (
        "fedify",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("accept_follow", FollowAccepted),
            ("create_note", ShareKept("")),
            ("create_reply", Replied("Eleven, and a twelfth in doubt.")),
            ("update_reply", Replied("Twelve after all.")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("delete_reply", ReplyGone),
        ],
    ),
    (
        "snac",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("accept_follow", FollowAccepted),
            ("create_note", ShareKept("")),
            ("create_reply", Replied("How many did you find?")),
            ("update_reply", Replied("How many reed beds did you find?")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("like", Liked(1)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("announce", Boosted(1)),
            ("delete_reply", ReplyGone),
        ],
    ),
];

/// Documents of actors: what they are, and their handle. The rest of the documents is no actor that can speak.
const ACTORS: [(&str, &str, ActorKind, &str); 19] = [
    ("mastodon", "person", ActorKind::Member, "merel"),
    ("mastodon", "instance_actor", ActorKind::Instance, "mastodon.example"),
    ("gotosocial", "person", ActorKind::Member, "jip"),
    ("lemmy", "person", ActorKind::Member, "bram"),
    ("lemmy", "community", ActorKind::Lab, "openbaarbestuur"),
    ("mobilizon", "person", ActorKind::Member, "li"),
    ("mobilizon", "group", ActorKind::Lab, "leesgroep"),
    ("wordpress", "person", ActorKind::Member, "ilse"),
    ("wordpress", "blog_group", ActorKind::Lab, "weblog"),
    ("wordpress", "blog_organization", ActorKind::Organisation, "weblog"),
    ("wordpress", "blog_person", ActorKind::Member, "weblog"),
    ("pixelfed", "person", ActorKind::Member, "noa"),
    ("misskey", "person", ActorKind::Member, "haru"),
    ("peertube", "person", ActorKind::Member, "sam"),
    ("peertube", "account", ActorKind::Member, "sam"),
    ("peertube", "channel", ActorKind::Lab, "open_overleg"),
    ("peertube", "instance_actor", ActorKind::Instance, "peertube"),
    ("fedify", "person", ActorKind::Member, "fenna"),
    ("snac", "person", ActorKind::Member, "sanne"),
];

const NO_ACTORS: [(&str, &str); 4] =
    [("gotosocial", "key_stub"), ("peertube", "video"), ("fedify", "webfinger"), ("snac", "webfinger")];

on_both_engines! {
    async fn every_recorded_activity_has_its_effect(engine) {
        for (folder, steps) in STORIES {
            tell(engine, folder, steps).await;
        }
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
    let told = STORIES.iter().flat_map(|(folder, steps)| steps.iter().map(|(file, _)| format!("{folder}/{file}")));
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
    assert_eq!((article.title.as_str(), article.language.as_str()), ("Het prikbord is vol", "nl-NL"));
    assert_eq!(article.picture.unwrap().description, "Een prikbord vol gele briefjes");
}

async fn tell(engine: Engine, folder: &str, steps: &[(&str, Effect)]) {
    let (peer, ours) = (Peer::start().await, Instance::open(engine));
    introduce(&peer, folder);
    ours.add_lab("spoor", "Spoor");
    ours.add_member("noor", "Noor");
    ours.publish("k3v9x2mqa7", "spoor", "noor", draft("De tweede brief", "Wat werkte, en wat niet."));
    // Row 1: the follow that `accept_follow` and `reject_follow` answer.
    let answer = load(folder, steps.iter().map(|(file, _)| *file).find(|file| file.starts_with("accept")).unwrap_or("accept_follow"), peer.origin());
    let followee = ours.meet(&json!({"id": answer["actor"]})).await;
    let now = ours.store.now();
    ours.commit(|tx| usecases::audience::follow(tx, now, None, "spoor", &followee));
    ours.work_off().await;
    for (file, effect) in steps {
        take(&ours, &peer, folder, file, *effect).await;
        ours.work_off().await;
        ours.assert_idle();
    }
}

async fn take(ours: &Instance, peer: &Peer, folder: &str, file: &str, effect: Effect) {
    let activity = load(folder, file, peer.origin());
    let sender = activity["actor"].as_str().expect("an actor");
    let sender = ours.known(sender).map_or_else(|| sender.to_owned(), |known| known.uri.to_string());
    let told = format!("{folder}/{file}: {effect:?}");
    let known_by = ours.known(&sender).is_some();
    if !known_by {
        ours.meet(&json!({"id": sender})).await;
    }
    let before = ours.state();
    let mut request = signer::letter(&activity, ours.store.now());
    signer::Cavage::new(&ours.known(&sender).expect("a known sender").key_uri).sign(&mut request);
    let taken = ours.take(request).await;
    match effect {
        Refused(reason) => assert_eq!(taken.expect_err(&told).to_string(), reason, "{told}"),
        _ => taken.unwrap_or_else(|error| panic!("{told}: {error}")),
    }
    ours.work_off().await;
    check(ours, &sender, &before, effect, &told);
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
        Followed => assert_eq!(follows(known.id, lab), Some(FollowState::Accepted), "{told}"),
        Unfollowed => assert_eq!(follows(known.id, lab), None, "{told}"),
        Replied(text) => {
            let shown: Vec<String> = replies().into_iter().map(|reply| reply.content.as_str().to_owned()).collect();
            assert!(matches!(shown.as_slice(), [one] if one.contains(text) && !one.contains("translate=")), "{told}: {shown:?}");
        }
        ReplyGone => assert_eq!(replies(), [], "{told}"),
        Liked(number) => assert_eq!(counts.likes, number, "{told}"),
        Boosted(number) => assert_eq!(counts.boosts, number, "{told}"),
        FollowAccepted => assert_eq!(of_ours(), Some(FollowState::Accepted), "{told}"),
        FollowRejected => assert_eq!(of_ours(), Some(FollowState::Rejected), "{told}"),
        ShareKept(title) => {
            let shown = ours.look(|tx| share::list_newest(tx, false, 10)).into_iter().filter(|share| !share.local);
            let titles: Vec<String> = shown.map(|share| share.title).collect();
            assert_eq!(titles, [title], "{told}");
        }
        Named(name) => assert_eq!(known.name, name, "{told}"),
        Departed => {
            assert!(known.gone_at.is_some() && follows(known.id, lab).is_none(), "{told}");
            assert_eq!((counts.likes, counts.boosts, replies()), (0, 0, Vec::new()), "{told}");
        }
        Nothing | Refused(_) => assert_eq!(ours.state(), before, "{told}"),
    }
}

/// Everyone of a folder lives at this peer, with what they announce; and whom its stories mention in passing.
fn introduce(peer: &Peer, folder: &str) {
    for (_, file, ..) in ACTORS.iter().filter(|(known, ..)| *known == folder) {
        peer.serve(&load(folder, file, peer.origin()));
    }
    let person = load(folder, "person", peer.origin()).to_string();
    match folder {
        "lemmy" => {
            let moderator = person.replace("/u/bram", "/u/moderator");
            peer.serve(&serde_json::from_str(&moderator).expect("a moderator"));
            peer.serve(&load(folder, "announce_page", peer.origin())["object"]);
            peer.serve(&load(folder, "announce_create", peer.origin())["object"]["object"]);
        }
        "misskey" => {
            let instance = person.replace("9zq4k1m8ab", "9aaaaaaaaa");
            peer.serve(&serde_json::from_str(&instance).expect("an instance's own user"));
        }
        "mobilizon" => peer.serve(&load(folder, "create_event", peer.origin())["object"]),
        "peertube" => peer.serve(&load(folder, "video", peer.origin())),
        _ => {}
    }
}

/// A recording, as if it came from `origin` and was meant for us.
fn load(folder: &str, file: &str, origin: &str) -> Value {
    let mut text = fs::read_to_string(root().join(folder).join(format!("{file}.json"))).expect("a recording");
    for (theirs, ours) in meant_for(folder) {
        text = text.replace(theirs, ours);
    }
    let text = text.replace("\\/", "/").replace(&format!("https://{}", host(folder)), origin);
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    give_key(&mut document);
    document
}

/// Two of the peers were recorded while they spoke to each other.
fn meant_for(folder: &str) -> Vec<(&'static str, &'static str)> {
    let follow = "https://alpha.example/labs/spoor/follows/1";
    match folder {
        "fedify" => vec![
            ("https://snac.example/sanne/p/1795355991.571811", SHARE),
            ("https://snac.example/sanne/d/1795355980.508665/Follow", follow),
            ("https://snac.example/sanne", LAB),
        ],
        "snac" => vec![
            ("https://fedify.example/notes/1abf79c2-adf5-4b16-8650-6145e16fa5eb", SHARE),
            ("https://fedify.example/follows/9a83d767-b6d5-41a3-ab0c-17c780495fc0", follow),
            ("https://fedify.example/users/fenna", LAB),
        ],
        _ => Vec::new(),
    }
}

/// The placeholder of a key becomes a key, also of an actor that is the object; a document recorded without one gets one.
fn give_key(document: &mut Value) {
    for actor in [document, &mut Value::Null] {
        let has_inbox = actor.get("inbox").is_some();
        if has_inbox && actor.get("publicKey").is_none() {
            let id = actor["id"].as_str().unwrap_or_default().to_owned();
            actor["publicKey"] = json!({"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": ""});
        }
        if actor.get("publicKey").is_some() {
            actor["publicKey"]["publicKeyPem"] = cast::public_key().into();
        }
        if actor.get("object").is_some_and(Value::is_object) {
            give_key(&mut actor["object"]);
        }
    }
}

fn host(folder: &str) -> &str {
    if folder == "gotosocial" { "gts.example" } else { Box::leak(format!("{folder}.example").into_boxed_str()) }
}

fn recordings() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in fs::read_dir(root()).expect("the recordings").map(|entry| entry.expect("a folder").path()) {
        for file in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.expect("a file").path()) {
            let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
            found.insert(format!("{}/{}", name(&folder), name(&file)));
        }
    }
    found
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire")
}

#[test]
fn a_public_id_of_the_stories_is_one() {
    assert!(PublicId::parse("k3v9x2mqa7").is_some());
}
