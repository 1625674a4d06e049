//! Versions that come and go while the queue is full, and an upgrade that is killed half way.

use std::{collections::BTreeSet, fs, path::PathBuf};

use crate::support::{
    Engine, Server, database,
    fatal::Fatal,
    ledger::{self, Ledger, pairs},
    on_both_engines,
    patience::wait_for,
    peer::Answer,
    scale,
};

on_both_engines! {
    async fn a_full_queue_survives_going_back_to_every_earlier_version(engine) {
        let (ledger, alpha, expected) = a_full_queue(engine).await;
        let before = queue(&alpha);
        for version in (1..steps(engine).len()).rev() {
            go_back(engine, &alpha, version);
            alpha.run(&["migrate"]).await;
            assert_eq!(queue(&alpha), before, "from version {version}");
        }
        everything_arrives(&ledger, alpha, &expected).await;
    }

    async fn an_upgrade_that_is_killed_is_finished_by_the_next(engine) {
        let (ledger, alpha, expected) = a_full_queue(engine).await;
        let (before, fatal) = (queue(&alpha), Fatal::build());
        go_back(engine, &alpha, 1);
        assert!(alpha.spawn(&["migrate"], &fatal.at(0)).wait().await.success());
        let writes = fatal.take_record();
        println!("{} writes are made to upgrade: {writes:?}", writes.len());
        assert!(writes.len() > 5, "nothing was counted: is the program linked statically?");
        let mut died = 0;
        for point in (1..=writes.len()).step_by(scale::either(writes.len().div_ceil(8), 1)) {
            go_back(engine, &alpha, 1);
            let ended = alpha.spawn(&["migrate"], &fatal.at(point)).wait().await;
            died += usize::from(!ended.success());
            alpha.run(&["migrate"]).await;
            assert_eq!(queue(&alpha), before, "killed before write {point}");
        }
        assert!(died > 3, "it was killed {died} times only");
        everything_arrives(&ledger, alpha, &expected).await;
    }

    async fn a_first_start_that_is_killed_is_finished_by_the_next(engine) {
        let (fatal, counted) = (Fatal::build(), Server::prepare(engine, "Ministry of Alpha"));
        assert!(counted.spawn(&["lab", "list"], &fatal.at(0)).wait().await.success());
        let writes = fatal.take_record();
        let mut died = 0;
        for point in (1..=writes.len()).step_by(scale::either(writes.len().div_ceil(5), 1)) {
            let alpha = Server::prepare(engine, "Ministry of Alpha");
            died += usize::from(!alpha.spawn(&["lab", "list"], &fatal.at(point)).wait().await.success());
            alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
            assert_eq!(alpha.list(&["lab", "list"]).await.len(), 1, "killed before write {point}");
            database::check_integrity(&alpha);
        }
        assert!(died > 2, "it was killed {died} times only, of {} writes", writes.len());
    }
}

/// Some of it delivered, some refused, some waiting, and some not yet reacted to.
async fn a_full_queue(engine: Engine) -> (Ledger, Server, BTreeSet<ledger::Pair>) {
    let (ledger, mut alpha) = (Ledger::open().await, Server::prepare(engine, "Ministry of Alpha"));
    alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    let ours = alpha.open();
    let inboxes = ledger.follow(&ours, "spoor", 40, 10);
    let mut number = 0;
    ledger.peer.be(move |_| {
        number += 1;
        Answer::Status([202, 503, 202, 400, 202][number % 5])
    });
    let mut activities: Vec<String> = (0..3).map(|number| ledger::publish(&ours, "spoor", number)).collect();
    alpha.serve().await;
    wait_for("a part of the fan-out", 20, async || (ledger.peer.count_posts() > 20).then_some(())).await;
    alpha.wait_until_idle().await;
    alpha.stop().await;
    activities.extend((3..5).map(|number| ledger::publish(&ours, "spoor", number)));
    assert!(!ledger::is_settled(&ours));
    (ledger, alpha, pairs(&activities, &inboxes))
}

/// What may not be lost, whatever else its tables look like: changes, activities, and the state of every delivery.
fn queue(server: &Server) -> Vec<String> {
    let queries = [
        "SELECT change AS line FROM jobs ORDER BY 1",
        "SELECT uri || ' ' || body AS line FROM activities ORDER BY 1",
        "SELECT activity_id || ' ' || inbox || ' ' || state || ' ' || attempts AS line FROM deliveries ORDER BY 1",
    ];
    queries.iter().flat_map(|query| database::lines(server, query)).collect()
}

async fn everything_arrives(ledger: &Ledger, mut alpha: Server, expected: &BTreeSet<ledger::Pair>) {
    ledger.peer.recover();
    let ours = alpha.open();
    alpha.run(&["delivery", "retry"]).await;
    alpha.serve().await;
    ledger.settle(&ours, 30).await;
    alpha.stop().await;
    assert_eq!(ledger.balance(&alpha, &ours, expected), 0, "nothing was told twice");
}

/// The steps that lead to this version, oldest first.
fn steps(engine: Engine) -> Vec<PathBuf> {
    let tree = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    let folder = fs::read_dir(format!("{}/migrations/{tree}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut steps: Vec<PathBuf> = folder.map(|step| step.unwrap().path()).collect();
    steps.sort();
    steps
}

/// Takes every step back after the first so many, as an administrator would who returns to that version.
fn go_back(engine: Engine, server: &Server, version: usize) {
    for step in steps(engine)[version..].iter().rev() {
        let name = step.file_name().unwrap().to_string_lossy();
        let number = name.split('_').next().unwrap().to_owned();
        let known = database::lines(server, "SELECT version AS line FROM __diesel_schema_migrations");
        assert!(known.contains(&number), "{number} was never applied: {known:?}");
        let down = fs::read_to_string(step.join("down.sql")).unwrap();
        database::execute(
            server,
            &format!("BEGIN; {down}; DELETE FROM __diesel_schema_migrations WHERE version = '{number}'; COMMIT"),
        );
    }
}
