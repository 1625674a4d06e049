//! A steward walks through every page in a real browser without JavaScript, on a telephone's and a desk's width.
//! The screenshots are in `target/screenshots`.

use std::{path::Path, process::Stdio, time::Duration};

use tokio::time::timeout;

use crate::support::{Engine, Server, patience::wait_for, program};

const LONG: &str = "## What we tried\n\nWe moved the counter into the **market**, and people came. #market\n\n\
    | day | visitors |\n| --- | --- |\n| Monday | 11 |\n| Tuesday | 40 |\n\n> More than we thought.\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_steward_walks_through_every_page() {
    program::require_packages();
    program::require_program("chromium");
    let (alpha, bravo) = tokio::join!(Server::start(Engine::Sqlite, "Ministry of Alpha"), Server::start(Engine::Sqlite, "Bravo"));
    alpha.run_with_input(&["member", "add", "noor", "--name", "Noor Voorbeeld", "--password-stdin"], "eb en vloed en eb").await;
    alpha.run(&["lab", "add", "spoor", "--name", "Spoor", "--summary", "Learns on the tracks, *slowly*."]).await;
    let share = alpha.publish("spoor", "A counter in the market", LONG, &["--outcome", "partly", "--voice", "noor"]).await;
    alpha.publish("spoor", "Eleven beds", "Counted from a canoe. #market", &[]).await;
    alpha.run(&["block", "add", "spam.example", "--reason", "Sends advertisements"]).await;
    let known = know_each_other(&alpha, &bravo).await;
    alpha.run(&["peer", "add", bravo.host()]).await;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    // Nothing of an earlier walk is left to be mistaken for this one.
    let _ = std::fs::remove_dir_all(&folder);
    let share = share.trim_start_matches(alpha.origin()).to_owned();
    let mut walk = program::command("node");
    walk.args(["browser.mjs", alpha.origin(), &folder.display().to_string(), "noor", "eb en vloed en eb"]);
    walk.args([&share, &known, "/labs/spoor", "/labs/spoor/follow", "/people/noor", "/tags/market", "/follow"]);
    walk.args(["/deliveries", "/deliveries?state=delivered", "/blocks", "/peers", &format!("/peers/{}", bravo.host())]);
    walk.args([
        "/labs",
        "/labs?view=table",
        "/themes",
        "/themes/ai",
        "/search?q=counters",
        "/search?q=nowhere+at+all",
        "/api",
        "/tokens",
    ]);
    let walked = walk.stdin(Stdio::null()).output();
    let output = timeout(Duration::from_secs(200), walked).await.expect("a walk that ends").expect("the browser's script");
    let facts = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{failed}", facts.split("not ok").last().unwrap_or_default());
    assert!(facts.lines().filter(|line| line.starts_with("ok ")).count() > 100, "{facts}");
}

/// A lab there has a page here, with a share; and someone there answered a share of ours. The path of the page.
async fn know_each_other(alpha: &Server, bravo: &Server) -> String {
    bravo.run(&["lab", "add", "klare_taal", "--name", "Klare Taal", "--summary", "Says it in plain words."]).await;
    bravo.publish("klare_taal", "Letters that are read", LONG, &[]).await;
    alpha.run(&["follow", &bravo.address("klare_taal"), "--as", "noor"]).await;
    let known = format!("/labs/klare_taal@{}", bravo.host());
    wait_for("a share from elsewhere", 15, async || alpha.page(&known).await.contains("Letters that are read").then_some(()))
        .await;
    known
}
