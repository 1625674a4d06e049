//! Four organisations, two on each engine, that make one directory: real servers and commands, and nothing between them but HTTP.

mod odd;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Engine, Server, database, patience::wait_for};

/// Alpha has two labs and what they learned; the others want its directory.
struct Archipelago {
    alpha: Server,
    others: [Server; 3],
}

impl Archipelago {
    async fn start() -> Self {
        let (alpha, bravo, charlie, delta) = tokio::join!(
            Server::start(Engine::Sqlite, "Ministry of Alpha"),
            Server::start(Engine::Postgres, "Province of Bravo"),
            Server::start(Engine::Sqlite, "City of Charlie"),
            Server::start(Engine::Postgres, "Water of Delta"),
        );
        for (lab, name) in [("spoor", "Spoor"), ("tij", "Tij")] {
            alpha.run(&["lab", "add", lab, "--name", name, "--summary", "Learns by doing."]).await;
        }
        for number in 1..=3 {
            alpha.publish("spoor", &format!("Wissel {number}"), "We moved it, and it worked.", &[]).await;
        }
        Self { alpha, others: [bravo, charlie, delta] }
    }

    /// Every other instance connects with alpha, and has all of it within a minute.
    async fn connect(&self) {
        for other in &self.others {
            let said = other.run(&["peer", "add", self.alpha.host()]).await;
            assert!(said.contains("Ministry of Alpha") && said.contains("2 labs"), "{said}");
        }
        for other in &self.others {
            wait_for("the whole directory", 60, async || {
                let listed = count(other, "listings");
                let read = count(other, "shares WHERE local = FALSE");
                (listed == 2 && read == 3).then_some(())
            })
            .await;
            let peer = &other.list(&["peer", "list"]).await[0];
            assert_eq!(
                (&peer["software"], &peer["connected"], &peer["problem"]),
                (&"archipel".into(), &true.into(), &Value::Null)
            );
        }
    }

    /// What everyone else shows of the directory, soon; how long that took.
    async fn seen_by_all(&self, path: &str, what: &str, shown: bool) -> Duration {
        let begun = Instant::now();
        for other in &self.others {
            wait_for(&format!("{what:?} at {path}: {shown}"), 20, async || {
                (other.page(path).await.contains(what) == shown).then_some(())
            })
            .await;
        }
        begun.elapsed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_organisations_on_sqlite_and_postgres_make_one_directory() {
    let islands = Archipelago::start().await;
    islands.connect().await;
    changes_arrive_within_seconds(&islands).await;
    what_is_taken_out_leaves_every_directory(&islands).await;
    a_lab_that_ends_names_who_goes_on(&islands).await;
    a_lab_moves_with_its_followers(&islands).await;
    a_policy_hides_and_a_block_closes_everything(&islands).await;
    who_falls_silent_stays_readable_and_marked(islands).await;
}

async fn changes_arrive_within_seconds(islands: &Archipelago) {
    let alpha = &islands.alpha;
    let lab = format!("/labs/spoor@{}", alpha.host());
    alpha.publish("spoor", "Sluis open", "It opened.", &[]).await;
    let took = islands.seen_by_all(&lab, "Sluis open", true).await;
    println!("a share was shown at three other instances {took:?} after the command");
    assert!(took < Duration::from_secs(2), "{took:?}");
    alpha.run(&["lab", "add", "duin", "--name", "Duin"]).await;
    let took = islands.seen_by_all("/labs", "Duin", true).await;
    println!("a new lab was in three other directories {took:?} after the command");
    alpha.run(&["lab", "describe", "duin", "--name", "Duin en Zee"]).await;
    islands.seen_by_all("/labs", "Duin en Zee", true).await;
}

async fn what_is_taken_out_leaves_every_directory(islands: &Archipelago) {
    islands.alpha.run(&["lab", "unlist", "duin"]).await;
    islands.seen_by_all("/labs", "Duin en Zee", false).await;
    islands.alpha.run(&["lab", "relist", "duin"]).await;
    islands.seen_by_all("/labs", "Duin en Zee", true).await;
}

async fn a_lab_that_ends_names_who_goes_on(islands: &Archipelago) {
    let successor = islands.alpha.at("/labs/spoor");
    islands.alpha.run(&["lab", "end", "tij", "--successor", &successor]).await;
    let (ended, goes_on) = (format!("/labs/tij@{}", islands.alpha.host()), format!("/labs/spoor@{}\"", islands.alpha.host()));
    islands.seen_by_all(&ended, &goes_on, true).await;
}

async fn a_lab_moves_with_its_followers(islands: &Archipelago) {
    let (alpha, [bravo, charlie, _]) = (&islands.alpha, &islands.others);
    bravo.run(&["lab", "add", "duinen", "--name", "Duinen"]).await;
    charlie.run(&["member", "add", "noor", "--name", "Noor"]).await;
    charlie.run(&["follow", &alpha.address("duin"), "--as", "noor"]).await;
    let refused = alpha.command(&["lab", "move", "duin", "--to", &bravo.at("/labs/duinen")]).output().await.expect("a command");
    assert_eq!(refused.status.code(), Some(2), "nobody is taken along to somebody who says nothing of it");
    bravo.run(&["lab", "known-as", "duinen", &alpha.at("/labs/duin")]).await;
    alpha.run(&["lab", "move", "duin", "--to", &bravo.at("/labs/duinen")]).await;
    wait_for("a follower that went along", 20, async || {
        let followers = bravo.list(&["follower", "list", "--lab", "duinen"]).await;
        followers.iter().any(|row| row["actor"] == charlie.at("/people/noor").as_str()).then_some(())
    })
    .await;
    wait_for("nobody left behind", 20, async || {
        alpha.list(&["follower", "list", "--lab", "duin"]).await.is_empty().then_some(())
    })
    .await;
    bravo.publish("duinen", "Aangekomen", "The sand is the same.", &[]).await;
    let there = format!("/labs/duinen@{}", bravo.host());
    wait_for("what is shared after the move", 20, async || charlie.page(&there).await.contains("Aangekomen").then_some(())).await;
    let (_, document) = alpha.document("/labs/duin").await;
    assert_eq!(document["movedTo"], bravo.at("/labs/duinen").as_str());
}

async fn a_policy_hides_and_a_block_closes_everything(islands: &Archipelago) {
    let (alpha, [_, charlie, delta]) = (&islands.alpha, &islands.others);
    assert!(finds(charlie).await && finds(delta).await);
    charlie.run(&["peer", "set", alpha.host(), "limited"]).await;
    assert!(!charlie.page("/labs").await.contains("Spoor"));
    assert!(!finds(charlie).await);
    charlie.run(&["peer", "set", alpha.host(), "open"]).await;
    assert!(charlie.page("/labs").await.contains("Spoor") && finds(charlie).await);
    delta.run(&["block", "add", alpha.host()]).await;
    assert!(!delta.page("/labs").await.contains("Spoor") && !finds(delta).await);
    for table in ["listings", "readings", "shares", "peers WHERE connected_at IS NOT NULL"] {
        assert_eq!(count(delta, table), 0, "{table}");
    }
    alpha.publish("spoor", "Na het blok", "Not for delta.", &[]).await;
    let lab = format!("/labs/spoor@{}", alpha.host());
    wait_for("who is not blocked", 20, async || charlie.page(&lab).await.contains("Na het blok").then_some(())).await;
    assert_eq!(count(delta, "shares"), 0);
}

async fn who_falls_silent_stays_readable_and_marked(islands: Archipelago) {
    let Archipelago { mut alpha, others: [bravo, ..] } = islands;
    let lab = format!("/labs/spoor@{}", alpha.host());
    alpha.kill().await;
    let is_silent = "peers WHERE failing_since IS NOT NULL";
    look(&bravo);
    wait_for("silence to be noticed", 30, async || (count(&bravo, is_silent) == 1).then_some(())).await;
    database::execute(&bravo, "UPDATE peers SET failing_since = failing_since - 7200000");
    let page = bravo.page(&lab).await;
    assert!(page.contains("Wissel 1") && page.contains("not reachable since"), "what it shared stays, marked");
    assert!(bravo.page("/labs").await.contains("not reachable since"));
    alpha.serve().await;
    look(&bravo);
    wait_for("its return to be noticed", 30, async || (count(&bravo, is_silent) == 0).then_some(())).await;
    assert!(!bravo.page(&lab).await.contains("not reachable since"));
}

/// What is looked at every few hours is looked at now.
fn look(server: &Server) {
    database::execute(server, "UPDATE readings SET due_at = 0 WHERE kind = 'node'");
    database::execute(server, "UPDATE reading_hosts SET due_at = 0, rests_until = 0");
}

/// How many rows there are of these.
fn count(server: &Server, rows: &str) -> usize {
    database::lines(server, &format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {rows}"))[0].parse().expect("a number")
}

/// Whether a search finds what alpha shared.
async fn finds(server: &Server) -> bool {
    server.page("/search?q=wissel").await.contains("<mark>Wissel</mark> 1")
}
