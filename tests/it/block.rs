//! Blocks close every way at once: named cases XO13, XO14, XO15, ID31, SG29 and R22 of the attack catalogue.

use archipel::{
    domain::{
        audience::{Counts, FollowState},
        block::Blockable,
        delivery::{Attempt, DeliveryState},
        moment::Moment,
        peer::{Account, Address},
        reading::ReadingKind,
    },
    federation::inbox::Rejection,
    storage::{
        self, audience, block,
        delivery::{self, Settlement},
        dispatch, lane, queue, share,
    },
    usecases::{self, block as blocks},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    reading,
    support::{
        Engine, Server, cast,
        instance::{Instance, draft},
        on_both_engines,
        peer::{Answer::Status, Peer},
        signer::{self, Cavage},
    },
};

const LAB: &str = "https://alpha.example/labs/spoor";
const SHARE: &str = "https://alpha.example/shares/k3v9x2mqa7";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Our lab with a share; Alice and Mallory of one server, who follow it; a reading group there and one elsewhere, both followed
/// by our lab. Alice liked, boosted and answered; each group published.
struct Scene {
    ours: Instance,
    peer: Peer,
    elsewhere: Peer,
    alice: Value,
    mallory: Value,
    group: Value,
    other: Value,
}

impl Scene {
    async fn set(engine: Engine) -> Self {
        let (ours, peer, elsewhere) = (Instance::open(engine), Peer::start().await, Peer::start().await);
        ours.add_lab("spoor", "Spoor");
        ours.publish("k3v9x2mqa7", "spoor", "lab", draft("De tweede brief", "Wat werkte."));
        let (alice, mallory) = (peer.person("alice"), peer.person("mallory"));
        let (group, other) = (peer.actor("Group", "lezers"), elsewhere.actor("Group", "schrijvers"));
        let scene = Self { ours, peer, elsewhere, alice, mallory, group, other };
        scene.meet().await;
        scene.ours.work_off().await;
        scene.ours.assert_idle();
        scene.clear();
        scene
    }

    async fn meet(&self) {
        let now = self.now();
        for (number, group) in [&self.group, &self.other].into_iter().enumerate() {
            let followee = self.ours.meet(group).await;
            self.ours.commit(|tx| usecases::audience::follow(tx, now, None, "spoor", &followee));
            let accept = by(group, 90, "Accept", format!("{LAB}/follows/{}", number + 1).into());
            self.ours.receive(&accept, group).await.expect("an acceptance");
            self.ours.receive(&by(group, 91, "Create", published(group, "leren")), group).await.expect("a share");
        }
        for person in [&self.alice, &self.mallory] {
            self.ours.receive(&by(person, 1, "Follow", LAB.into()), person).await.expect("a follow");
        }
        for activity in [by(&self.alice, 2, "Like", SHARE.into()), by(&self.alice, 3, "Announce", SHARE.into()), self.reply(4)] {
            self.ours.receive(&activity, &self.alice).await.expect("an honest activity");
        }
    }

    fn reply(&self, number: u32) -> Value {
        let mut note = published(&self.alice, "antwoord");
        note["id"] = format!("{}/notes/{number}", self.alice["id"].as_str().unwrap()).into();
        note["inReplyTo"] = SHARE.into();
        by(&self.alice, number, "Create", note)
    }

    fn block(&self, subject: &str) -> blocks::Closed {
        let (now, subject) = (self.now(), Blockable::parse(subject).expect("a subject"));
        self.ours.commit(|tx| blocks::block(tx, now, &self.ours.federation.links, None, &subject, None))
    }

    fn unblock(&self, subject: &str) {
        let subject = Blockable::parse(subject).expect("a subject");
        self.ours.commit(|tx| blocks::unblock(tx, None, &subject));
    }

    fn publish(&self, id: &str, body: &str) {
        self.ours.publish(id, "spoor", "lab", draft("Nog een brief", body));
    }

    fn count(&self, state: DeliveryState) -> i64 {
        self.ours.look(|tx| delivery::count(tx, state))
    }

    fn lab(&self) -> archipel::domain::actor::ActorId {
        self.ours.known(LAB).expect("our lab").id
    }

    fn now(&self) -> Moment {
        self.ours.store.now()
    }

    fn clear(&self) {
        self.peer.clear();
        self.elsewhere.clear();
    }
}

fn by(actor: &Value, number: u32, kind: &str, object: Value) -> Value {
    let id = format!("{}/activities/{number}", actor["id"].as_str().expect("an id"));
    let mut activity = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": kind, "actor": actor["id"]});
    activity["object"] = object;
    activity
}

fn published(author: &Value, tag: &str) -> Value {
    let id = format!("{}/notes/1", author["id"].as_str().expect("an id"));
    json!({"id": id, "type": "Note", "attributedTo": author["id"], "to": PUBLIC, "content": "<p>Wat wij zagen.</p>",
        "tag": [{"type": "Hashtag", "name": format!("#{tag}")}], "published": "2026-10-30T08:00:00Z"})
}

fn key_of(refused: usecases::Error) -> &'static str {
    match refused {
        usecases::Error::Refused(refused) => refused.key,
        usecases::Error::Failed(failed) => panic!("{failed}"),
    }
}

on_both_engines! {
    async fn xo13_a_block_of_a_host_covers_every_spelling_and_what_is_below_it_and_no_neighbour(engine) {
        let ours = Instance::open(engine);
        let (now, subject) = (ours.store.now(), Blockable::parse("*.Example.ORG.").unwrap());
        ours.commit(|tx| blocks::block(tx, now, &ours.federation.links, None, &subject, Some("  ")));
        let covers = |text: &str| ours.look(|tx| block::find_covering(tx, &cast::url(text))).is_some();
        for covered in [
            "https://example.org/users/a", "https://EXAMPLE.org/users/a", "https://example.org./users/a", "http://example.org/",
            "https://example.org:443/users/a", "https://labs.example.org/users/a", "https://a.b.example.org./users/a",
        ] {
            assert!(covers(covered), "{covered}");
        }
        for free in ["https://notexample.org/", "https://example.org.evil.example/", "https://example.com/example.org"] {
            assert!(!covers(free), "{free}");
        }
        let idn = Blockable::parse("bücher.example").unwrap();
        ours.commit(|tx| blocks::block(tx, now, &ours.federation.links, None, &idn, None));
        assert!(covers("https://xn--bcher-kva.example/") && covers("https://leeszaal.BÜCHER.example/"));
        assert_eq!(ours.look(block::list).into_iter().map(|block| block.reason).collect::<Vec<_>>(), [None, None]);
    }

    async fn xo14_what_we_kept_of_a_blocked_host_is_gone_from_every_list_and_count(engine) {
        let scene = Scene::set(engine).await;
        let before = scene.ours.look(|tx| share::find_by_uri(tx, SHARE)).unwrap();
        assert_eq!(scene.ours.look(|tx| share::counts(tx, before.id)), Counts { replies: 1, likes: 1, boosts: 1 });
        assert_eq!(scene.ours.look(|tx| share::list_of_tag(tx, "leren", 9)).len(), 2);
        assert_eq!(scene.block(scene.peer.host()).actors, 3);
        assert_eq!(scene.ours.look(|tx| share::counts(tx, before.id)), Counts::default());
        assert_eq!(scene.ours.look(|tx| share::list_of_tag(tx, "leren", 9)).len(), 1);
        assert_eq!(scene.ours.look(|tx| share::list_newest(tx, false, 9)).len(), 2, "ours, and that of the other group");
        assert_eq!(scene.ours.known(scene.group["id"].as_str().unwrap()), None, "no page of it is left");
        assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, scene.lab())), 0);
        let followed = scene.ours.look(|tx| audience::list_following(tx, scene.lab()));
        assert_eq!(followed.iter().map(|(actor, _)| actor.uri.as_str()).collect::<Vec<_>>(), [scene.other["id"].as_str().unwrap()]);
        assert!(scene.ours.state().iter().all(|(one, other)| !format!("{one} {other}").contains(scene.peer.host())));
        scene.ours.work_off().await;
        assert!(scene.peer.requests().is_empty(), "not even the end of the follows is told");
    }

    async fn xo14_sg29_an_inbox_is_closed_to_a_blocked_host_before_any_key_is_read(engine) {
        let scene = Scene::set(engine).await;
        scene.block(scene.peer.host());
        let dora = scene.peer.person("dora");
        let before = scene.ours.state();
        for (activity, signer) in [
            (by(&scene.alice, 9, "Follow", LAB.into()), &scene.alice),
            (scene.reply(10), &scene.alice),
            (by(&scene.alice, 11, "Delete", scene.alice["id"].clone()), &scene.alice),
            (by(&dora, 1, "Like", SHARE.into()), &dora),
        ] {
            let refused = scene.ours.receive(&activity, signer).await.expect_err("a blocked host");
            assert!(matches!(refused, Rejection::NotEntitled("blocked")), "{refused}");
        }
        let mut unproven = signer::letter(&by(&scene.alice, 12, "Follow", LAB.into()), scene.now());
        let key = openssl::pkey::PKey::from_rsa(openssl::rsa::Rsa::generate(2_048).unwrap()).unwrap();
        Cavage { key, ..Cavage::new(scene.alice["publicKey"]["id"].as_str().unwrap()) }.sign(&mut unproven);
        assert!(matches!(scene.ours.take(unproven).await, Err(Rejection::NotEntitled("blocked"))));
        assert!(scene.peer.requests().is_empty() && scene.ours.state() == before);
        assert_eq!(scene.ours.store.pairs(&format!(
            "SELECT uri AS one, uri AS other FROM received WHERE uri LIKE '%{}%'", scene.peer.host())), []);
    }

    async fn xo14_nothing_is_read_from_a_blocked_host_and_nobody_there_can_be_found_or_followed(engine) {
        let scene = Scene::set(engine).await;
        let alice = cast::url(scene.alice["id"].as_str().unwrap());
        let known = scene.ours.known(alice.as_str()).unwrap();
        scene.block(scene.peer.host());
        let federation = &scene.ours.federation;
        assert!(federation.fetch(&alice).await.is_err() && federation.find_actor(&alice).await.is_err());
        assert!(federation.fetch_actor(&alice).await.is_err());
        let account = Account::parse(&format!("@alice@{}", scene.peer.host())).unwrap();
        for address in [Address::Url(alice.clone()), Address::Account(account.clone())] {
            assert_eq!(key_of(federation.resolve(&address).await.expect_err("a blocked host")), "blocked");
        }
        let screen = federation.find_follow_screen(&account, &cast::url(LAB)).await;
        assert_eq!(key_of(screen.expect_err("a blocked host")), "blocked");
        let now = scene.now();
        let asked = scene.ours.store.write_now(|tx| usecases::audience::follow(tx, now, None, "spoor", &known));
        assert_eq!(key_of(asked.expect_err("a blocked host")), "blocked");
        let outbox = reading::leased(ReadingKind::Outbox, known.outbox.clone().unwrap(), known.id);
        assert_eq!(federation.read(&outbox).await, reading::BLOCKED, "there is nothing to read any more");
        assert!(scene.ours.store.write_now(|tx| usecases::peer::learn(tx, &known, None)).is_err(), "nor kept by a reader that was late");
        assert!(scene.peer.requests().is_empty());
    }

    async fn xo14_id31_what_a_third_party_announces_of_a_blocked_host_is_dropped(engine) {
        let scene = Scene::set(engine).await;
        scene.block(scene.peer.host());
        let note = published(&scene.group, "leren");
        let wrapped = by(&scene.group, 40, "Create", note.clone());
        scene.peer.serve(&note);
        let before = scene.ours.state();
        for (number, object) in [(50, note["id"].clone()), (51, note.clone()), (52, wrapped)] {
            scene.ours.receive(&by(&scene.other, number, "Announce", object), &scene.other).await.expect("an honest third party");
            assert_eq!(scene.ours.look(queue::count), (0, 0));
        }
        let lab = scene.ours.known(scene.other["id"].as_str().unwrap()).unwrap().id;
        assert_eq!(scene.ours.look(|tx| storage::reading::count(tx, ReadingKind::Object)), (0, 0));
        let object = reading::leased(ReadingKind::Object, cast::url(note["id"].as_str().unwrap()), lab);
        assert_eq!(scene.ours.federation.read(&object).await, reading::BLOCKED);
        assert!(scene.ours.state() == before && scene.peer.requests().is_empty());
    }

    async fn xo14_whom_we_blocked_is_not_mentioned_any_more(engine) {
        let scene = Scene::set(engine).await;
        let address = scene.ours.known(scene.alice["id"].as_str().unwrap()).unwrap().address();
        scene.publish("share00001", &format!("Met dank aan @{address}."));
        scene.block(scene.peer.host());
        scene.publish("share00002", &format!("Opnieuw dank aan @{address}."));
        scene.ours.work_off().await;
        assert!(scene.peer.requests().is_empty());
        for id in ["share00001", "share00002"] {
            let said = format!("https://alpha.example/shares/{id}/create");
            let body = scene.ours.look(|tx| storage::activity::find_public(tx, &said)).expect("what was said");
            let create: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(create["object"]["tag"], json!([]), "{body}");
            assert!(!create["object"]["cc"].to_string().contains(scene.peer.host()), "{body}");
        }
    }

    async fn r22_a_block_during_fan_out_lets_nothing_out_after_it(engine) {
        let scene = Scene::set(engine).await;
        scene.peer.will_answer("/inbox", &[Status(503)]);
        scene.publish("share00001", "Eén.");
        scene.ours.work_off().await;
        scene.publish("share00002", "Twee.");
        assert_eq!(scene.count(DeliveryState::Waiting), 1);
        scene.ours.store.clock.advance(TimeDelta::hours(1));
        let now = scene.now();
        let leased = scene.ours.store.commit(|tx| lane::lease(tx, 7, 10, 10, now));
        assert_eq!(leased.len(), 1);
        scene.clear();
        assert_eq!(scene.block(scene.peer.host()).deliveries, 1);
        let (held, rows) = leased.into_iter().next().unwrap();
        let arrived = Settlement { lane: held, leased: rows[0].clone(), attempt: Attempt::Delivered, alone: false };
        let still_held = scene.ours.store.commit(|tx| delivery::settle(tx, &[arrived], 0, now));
        assert!(still_held.is_empty(), "a worker held it, and lets nothing else out");
        scene.ours.work_off().await;
        scene.ours.store.commit(|tx| dispatch::retry(tx, None, now));
        scene.ours.work_off().await;
        assert!(scene.peer.requests().is_empty());
        assert_eq!((scene.count(DeliveryState::Blocked), scene.count(DeliveryState::Waiting)), (1, 0));
        scene.ours.assert_idle();
    }

    async fn an_inbox_at_a_blocked_host_gets_nothing_even_from_followers_elsewhere(engine) {
        let scene = Scene::set(engine).await;
        let mut kim = scene.elsewhere.person("kim");
        kim["endpoints"]["sharedInbox"] = scene.elsewhere.at("/inbox").into();
        scene.elsewhere.serve(&kim);
        scene.ours.receive(&by(&kim, 1, "Follow", LAB.into()), &kim).await.expect("a follow");
        scene.ours.work_off().await;
        scene.block(scene.peer.host());
        let inbox = scene.peer.at("/inbox");
        scene.ours.store.execute(&format!("UPDATE actors SET shared_inbox = '{inbox}' WHERE uri = '{}'", kim["id"].as_str().unwrap()));
        scene.publish("share00003", "Drie.");
        scene.clear();
        scene.ours.work_off().await;
        assert!(scene.peer.requests().is_empty());
        assert_eq!(scene.count(DeliveryState::Blocked), 1);
    }

    async fn a_blocked_actor_is_alone_in_it(engine) {
        let scene = Scene::set(engine).await;
        let alice = scene.alice["id"].as_str().unwrap().to_owned();
        assert_eq!(scene.block(&alice).actors, 1);
        let refused = scene.ours.receive(&by(&scene.alice, 9, "Like", SHARE.into()), &scene.alice).await;
        assert!(matches!(refused, Err(Rejection::NotEntitled("blocked"))));
        assert!(scene.ours.federation.find_actor(&cast::url(&alice)).await.is_err());
        scene.ours.receive(&by(&scene.mallory, 9, "Like", SHARE.into()), &scene.mallory).await.expect("her neighbour");
        let held = scene.ours.look(|tx| share::find_by_uri(tx, SHARE)).unwrap();
        assert_eq!(scene.ours.look(|tx| share::counts(tx, held.id)), Counts { likes: 1, ..Counts::default() });
        scene.publish("share00004", "Vier.");
        scene.ours.work_off().await;
        assert_eq!(scene.peer.posts().len(), 1, "her neighbour still follows, at the inbox that they share");
        scene.clear();
        scene.peer.will_answer("/inbox", &[Status(503)]);
        scene.publish("share00005", "Vijf.");
        scene.ours.work_off().await;
        let closed = scene.block(scene.mallory["id"].as_str().unwrap());
        assert_eq!(closed.deliveries, 0, "the group there has that inbox too");
        assert_eq!(scene.block(scene.group["id"].as_str().unwrap()).deliveries, 1, "nobody is left behind it");
    }

    async fn after_unblocking_everything_is_read_again_and_nothing_has_come_back_by_itself(engine) {
        let scene = Scene::set(engine).await;
        scene.block(scene.peer.host());
        scene.unblock(scene.peer.host());
        assert_eq!(scene.ours.known(scene.alice["id"].as_str().unwrap()), None);
        assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, scene.lab())), 0);
        scene.ours.receive(&by(&scene.alice, 1, "Follow", LAB.into()), &scene.alice).await.expect("the same follow as before");
        assert_eq!(scene.ours.look(|tx| audience::count_followers(tx, scene.lab())), 1);
        let group = scene.ours.meet(&scene.group).await;
        let now = scene.now();
        let state = scene.ours.commit(|tx| usecases::audience::follow(tx, now, None, "spoor", &group));
        assert_eq!(state, FollowState::Requested);
    }

    async fn only_an_administrator_blocks_and_never_the_own_house(engine) {
        let ours = Instance::open(engine);
        let (_first, noor) = (ours.add_member("mees", "Mees"), ours.add_member("noor", "Noor"));
        let (now, links) = (ours.store.now(), &ours.federation.links);
        let try_it = |by, text: &str| {
            let subject = Blockable::parse(text).unwrap();
            ours.store.write_now(|tx| blocks::block(tx, now, links, by, &subject, None))
        };
        assert_eq!(key_of(try_it(Some(&noor), "spam.example").expect_err("no administrator")), "not-allowed");
        for text in ["alpha.example", "https://alpha.example/people/noor"] {
            assert_eq!(key_of(try_it(None, text).expect_err("our own")), "block-own", "{text}");
        }
        let subject = Blockable::parse("spam.example").unwrap();
        assert_eq!(key_of(ours.store.write_now(|tx| blocks::unblock(tx, None, &subject)).expect_err("not blocked")), "block-unknown");
        assert_eq!(ours.look(block::list), []);
    }

    async fn xo15_the_command_line_blocks_lists_and_warns_of_a_name_that_many_share(engine) {
        let server = Server::prepare(engine, "Ministry of Alpha");
        server.run(&["block", "add", "Spam.Example.", "--reason", "Advertisements"]).await;
        server.run(&["block", "add", "https://labs.example.net/people/mallory"]).await;
        let rows = server.list(&["block", "list"]).await;
        let subjects: Vec<&Value> = rows.iter().map(|row| &row["subject"]).collect();
        assert_eq!(subjects, ["https://labs.example.net/people/mallory", "spam.example"]);
        assert_eq!((&rows[1]["kind"], &rows[1]["reason"]), (&json!("host"), &json!("Advertisements")));
        server.run(&["block", "remove", "spam.example"]).await;
        assert_eq!(server.list(&["block", "list"]).await.len(), 1);
        assert!(Blockable::parse("uk").is_err() && Blockable::parse("*.uk").is_err());
        assert!(Blockable::parse("co.uk").unwrap().is_shared_by_many());
    }
}
