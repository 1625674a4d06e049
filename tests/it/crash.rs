//! What was committed is delivered, whatever ends a server and whenever: nothing is lost, and nothing has its effect twice.

use std::time::Duration;

use archipel::federation::Federation;
use serde_json::Value;
use tokio::time::timeout;

use crate::support::{
    Engine, Server,
    ledger::{self, AT_ONCE, Ledger, pairs},
    on_both_engines,
    patience::wait_for,
    proxy::Proxy,
    scale::{self, Dice},
};

/// Inboxes, hosts and shares of a fan-out, and how often somebody is killed in it.
fn extent() -> (usize, usize, usize, usize) {
    scale::either((200, 100, 4, 5), (2_500, 500, 4, 20))
}

/// On SQLite a worker knows that it is the only one, and goes on at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_out_survives_a_worker_that_is_killed_again_and_again() {
    let (inboxes, hosts, shares, kills) = extent();
    let mut ledger = Ledger::open().await;
    let mut alpha = Server::prepare(Engine::Sqlite, "Ministry of Alpha");
    alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    let ours = alpha.open();
    let inboxes = ledger.follow(&ours, "spoor", inboxes, hosts);
    let activities: Vec<String> = (0..shares).map(|number| ledger::publish(&ours, "spoor", number as u64)).collect();
    let expected = pairs(&activities, &inboxes);

    let mut open = Vec::new();
    for point in Dice::new(scale::seed()).points(kills, expected.len() * 9 / 10) {
        alpha.serve().await;
        wait_for("a part of the fan-out", 60, async || (ledger.peer.count_posts() >= point).then_some(())).await;
        alpha.kill().await;
        open.push(ledger.note_end(&ours).await);
        assert!(!ledger::is_settled(&ours), "it was over before it was killed at {point}");
    }
    alpha.serve().await;
    ledger.settle(&ours, 100).await;
    let twice = ledger.balance(&alpha, &ours, &expected);
    println!(
        "seed {}: of {} deliveries {open:?} were open at the kills, and {twice} were told twice",
        scale::seed(),
        expected.len()
    );
    assert!(open.iter().all(|open| *open <= AT_ONCE), "too much was under way: {open:?}");
    assert_eq!(twice, open.iter().sum::<usize>(), "what was under way is told again, and nothing else");
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
        bravo.serve().await;
        let known = pieces_at(&bravo, &alpha).await;
        assert!(known.len() + 1 >= delivered, "and so had what was: {delivered}, {known:?}");

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

fn publish_many(federation: &Federation) {
    for number in 0..MANY {
        ledger::publish(federation, "spoor", number);
    }
}
