//! What was committed is delivered, whatever ends a server and whenever: nothing is lost, and nothing has its effect twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use archipel::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        audience::FollowState,
        language::Language,
        share::{Draft, Licence, PublicId, ShareKind, Voice},
    },
    federation::Federation,
    storage::{self, audience},
    usecases::{peer, share},
};
use serde_json::Value;
use tokio::time::timeout;

use crate::support::{
    Engine, Server, cast, on_both_engines,
    patience::wait_for,
    peer::{Peer, Request},
    proxy::Proxy,
};

const FOLLOWERS: usize = 150;
const HOSTS: usize = 30;
const SHARES: usize = 3;

on_both_engines! {
    async fn a_fan_out_survives_sigkill(engine) {
        // On SQLite a worker knows that it is the only one; on PostgreSQL it waits until the leases of the dead one end.
        let kills = if engine == Engine::Sqlite { 3 } else { 1 };
        let everywhere = Peer::start().await;
        let mut alpha = Server::prepare(engine, "Ministry of Alpha");
        alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
        be_followed_by_many(&alpha.open(), &everywhere);
        for number in 0..SHARES {
            alpha.publish("spoor", &format!("Share {number}"), "## Head\n\nText", &[]).await;
        }

        let mut before = Vec::new();
        for kill in 1..=kills {
            alpha.serve().await;
            let enough = FOLLOWERS * SHARES * kill / 4;
            wait_for("a part of the fan-out", 30, async || (everywhere.posts().len() >= enough).then_some(())).await;
            alpha.kill().await;
            // What was sent before the end may still be on its way through the system.
            tokio::time::sleep(Duration::from_millis(200)).await;
            before.push(everywhere.posts().len());
        }
        let arrived = before.last().copied().unwrap_or_default();
        assert!(arrived < FOLLOWERS * SHARES, "it was over before it was killed: {before:?}");
        alpha.serve().await;
        wait_for("everything to be delivered", 90, async || {
            let rows = alpha.list(&["delivery", "list", "--limit", "10000"]).await;
            let delivered = rows.iter().filter(|row| row["state"] == "delivered").count();
            assert_eq!(rows.len(), FOLLOWERS * SHARES, "one delivery for each inbox and share");
            (delivered == rows.len()).then_some(())
        })
        .await;
        let letters: Vec<Letter> = everywhere.posts().iter().map(Letter::read).collect();
        let told_twice = letters.len() - FOLLOWERS * SHARES;
        println!("killed after {before:?} of {} requests; {told_twice} told twice", FOLLOWERS * SHARES);
        every_inbox_has_every_share(&letters);
        only_what_was_under_way_is_told_twice(&letters, &before);
        every_host_hears_in_order(&letters);
    }
}

/// A delivery as its inbox saw it.
#[derive(Debug, Clone)]
struct Letter {
    host: String,
    inbox: String,
    activity: String,
    body: Vec<u8>,
}

impl Letter {
    fn read(request: &Request) -> Self {
        assert!(request.header("signature").is_some() && request.header("digest").is_some(), "{request:?}");
        let host = request.header("host").expect("a host").to_owned();
        let activity = request.json()["id"].as_str().expect("an id").to_owned();
        Self { inbox: format!("{host}{}", request.target), host, activity, body: request.body.clone() }
    }
}

/// Followers on hosts of their own, all of them this peer.
fn be_followed_by_many(federation: &Federation, everywhere: &Peer) {
    let port = everywhere.origin().rsplit(':').next().expect("a port");
    let now = federation.clock.now();
    let followed = federation.store.write_now(|tx| {
        let lab = storage::actor::find_local(tx, "spoor")?.expect("the lab");
        for number in 0..FOLLOWERS {
            let follower = peer::learn(tx, &follower(number, port))?;
            audience::save(tx, follower.id, lab.id, &format!("{}#follow", follower.uri), FollowState::Accepted, now)?;
        }
        Ok::<_, storage::Failed>(())
    });
    followed.expect("followers");
}

fn follower(number: usize, port: &str) -> Actor {
    let (host, handle) = (format!("island{}.localhost:{port}", number % HOSTS), format!("reader{number}"));
    let at = |path: &str| cast::url(&format!("http://{host}/users/{handle}{path}"));
    Actor {
        id: ActorId(0),
        uri: at(""),
        page: at(""),
        inbox: at("/inbox"),
        shared_inbox: None,
        outbox: None,
        key_uri: at("#main-key").into(),
        ..cast::a_remote_actor(ActorKind::Member, &handle, &host)
    }
}

fn every_inbox_has_every_share(letters: &[Letter]) {
    let heard: BTreeSet<_> = letters.iter().map(|letter| (&letter.inbox, &letter.activity)).collect();
    let (inboxes, activities): (BTreeSet<_>, BTreeSet<_>) = heard.iter().copied().unzip();
    assert_eq!((inboxes.len(), activities.len(), heard.len()), (FOLLOWERS, SHARES, FOLLOWERS * SHARES));
    let bodies: BTreeSet<_> = letters.iter().map(|letter| (&letter.activity, &letter.body)).collect();
    assert_eq!(bodies.len(), SHARES, "whoever is told, and however often, is told the same, byte for byte");
}

/// At a kill, each host was being told one thing at most: only that may come again.
fn only_what_was_under_way_is_told_twice(letters: &[Letter], kills: &[usize]) {
    let mut first_told = BTreeMap::new();
    for (at, letter) in letters.iter().enumerate() {
        let Some(earlier) = first_told.insert((&letter.inbox, &letter.activity), at) else { continue };
        let kill = kills.iter().copied().find(|kill| *kill > earlier).expect("a kill between the two");
        assert!(at >= kill, "{letter:?} was told twice by one server");
        let later = letters[earlier + 1..kill].iter().find(|other| other.host == letter.host);
        assert!(later.is_none(), "{letter:?} was told again, and {later:?} had been told since");
    }
}

fn every_host_hears_in_order(letters: &[Letter]) {
    let mut order: Vec<&String> = Vec::new();
    for letter in letters {
        if !order.contains(&&letter.activity) {
            order.push(&letter.activity);
        }
    }
    let mut last: BTreeMap<&String, usize> = BTreeMap::new();
    for letter in letters {
        let now = order.iter().position(|activity| **activity == letter.activity).expect("a known activity");
        let before = last.insert(&letter.host, now).unwrap_or(now);
        assert!(now >= before, "{} heard of {} too late", letter.host, letter.activity);
    }
}

const MANY: u64 = 24;
const LOST: usize = 9;

on_both_engines! {
    async fn a_receiver_that_is_killed_before_it_could_answer_has_everything_once_in_the_end(engine) {
        let proxy = Proxy::start(LOST).await;
        let mut bravo = Server::prepare(engine, "Province of Bravo").behind(proxy.origin());
        proxy.lead_to(bravo.listen());
        let (mut alpha, ()) = tokio::join!(Server::start(Engine::Sqlite, "Ministry of Alpha"), bravo.serve());
        alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
        bravo.run(&["member", "add", "noor", "--name", "Noor"]).await;
        bravo.run(&["follow", &alpha.address("spoor"), "--as", "noor"]).await;
        bravo.wait_until_idle().await;
        alpha.stop().await;
        publish_many(&alpha.open());

        alpha.serve().await;
        timeout(Duration::from_secs(20), proxy.has_lost()).await.expect("an answer that is lost");
        bravo.kill().await;
        let delivered = alpha.list(&["delivery", "list", "--state", "delivered"]).await.len();
        // The first of all deliveries is the lab's answer to the follow.
        assert_eq!(delivered, LOST - 1, "one host hears one thing at a time, and what follows waits for it");
        bravo.serve().await;
        let known = pieces_at(&bravo, &alpha).await;
        assert_eq!(known.len(), LOST - 1, "what was not answered had been committed");

        let fails = "a delivery that failed";
        wait_for(fails, 20, async || alpha.list(&["delivery", "list"]).await.iter().any(has_failed).then_some(())).await;
        alpha.run(&["delivery", "retry"]).await;
        wait_for("everything to be delivered", 30, async || {
            let rows = alpha.list(&["delivery", "list"]).await;
            rows.iter().all(|row| row["state"] == "delivered").then_some(())
        })
        .await;
        let expected: Vec<u64> = (0..MANY).collect();
        assert_eq!(pieces_at(&bravo, &alpha).await, expected, "each is there, and there once");
    }
}

fn has_failed(row: &Value) -> bool {
    row["state"] == "waiting" && row["attempts"] == 1
}

/// The numbers of the pieces on the lab's page at bravo, each as often as it stands there.
async fn pieces_at(bravo: &Server, alpha: &Server) -> Vec<u64> {
    let page = bravo.page(&format!("/labs/spoor@{}", alpha.host())).await;
    let pieces = page.split("Piece ").skip(1);
    let mut numbers: Vec<u64> = pieces.filter_map(|rest| rest.split('.').next()?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

/// Quicker than one command for each.
fn publish_many(federation: &Federation) {
    for number in 0..MANY {
        let title = format!("Piece {number}.");
        let draft = Draft::parse(ShareKind::Story, &title, "## Head\n\nText", Language::En.into(), Licence::CcBy);
        let (id, draft, now) = (PublicId::from_random(number + 1_000_000), draft.expect("a draft"), federation.clock.now());
        let links = &federation.links;
        let published = federation.store.write_now(|tx| share::publish(tx, now, links, id, None, ("spoor", &Voice::Lab, draft)));
        published.expect("a share");
    }
}
