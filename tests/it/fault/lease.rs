//! Workers on one queue of PostgreSQL that die, or stand still for longer than their lease. Here the minute really passes, once, for
//! everything that is told below.

use std::time::Duration;

use tokio::runtime::Handle;

use crate::support::{
    Engine, Server,
    ledger::{self, AT_ONCE, Ledger, pairs, rows},
    patience::wait_for,
    peer::Answer,
    process::Process,
    scale::{self, Dice},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_dead_and_stalled_workers_held_is_carried_on_by_others_on_postgres() {
    // Each on a thread of its own: what one does with its database holds up no other.
    let play = |several: usize| {
        let here = Handle::current();
        tokio::task::spawn_blocking(move || {
            if several == 0 { here.block_on(many_are_killed()) } else { here.block_on(one_of_several_is_stopped(several)) }
        })
    };
    for scene in [play(0), play(2), play(4)] {
        scene.await.expect("a scene that ends well");
    }
}

/// Three workers; one of them is killed at any moment, and another takes its place.
async fn many_are_killed() {
    let (inboxes, hosts, shares, kills) = scale::either((200, 100, 3, 5), (2_500, 500, 4, 20));
    let (mut ledger, alpha) = (Ledger::open().await, Server::prepare(Engine::Postgres, "Ministry of Alpha"));
    alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    let ours = alpha.open();
    let inboxes = ledger.follow(&ours, "spoor", inboxes, hosts);
    let activities: Vec<String> = (0..shares).map(|number| ledger::publish(&ours, "spoor", number)).collect();
    let expected = pairs(&activities, &inboxes);

    ledger.peer.be(|_| Answer::After(Duration::from_millis(300), 202));
    let mut workers: Vec<Process> = (0..3).map(|_| alpha.worker()).collect();
    let (mut dice, mut open) = (Dice::new(scale::seed()), Vec::new());
    // Close to each other, so that what the dead held is waited for once.
    for point in dice.points(kills, expected.len() / 6) {
        wait_for("a part of the fan-out", 90, async || (ledger.peer.count_posts() >= point).then_some(())).await;
        workers.swap_remove(dice.below(3)).kill().await;
        open.push(ledger.note_end(&ours).await);
        workers.push(alpha.worker());
        assert!(!ledger::is_settled(&ours), "it was over before somebody was killed at {point}");
    }
    ledger.peer.recover();
    ledger.settle(&ours, 100).await;
    for worker in workers {
        worker.stop().await;
    }
    let twice = ledger.balance(&alpha, &ours, &expected);
    println!(
        "seed {}: of {} deliveries {open:?} were open at the kills, and {twice} were told twice",
        scale::seed(),
        expected.len()
    );
    assert!(open.iter().all(|open| *open <= 3 * AT_ONCE), "too much was under way: {open:?}");
}

/// So many workers; the first of them stands still for longer than its lease, and then goes on.
async fn one_of_several_is_stopped(several: usize) {
    let (mut ledger, alpha) = (Ledger::open().await, Server::prepare(Engine::Postgres, "Ministry of Alpha"));
    alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    let ours = alpha.open();
    let inboxes = ledger.follow(&ours, "spoor", 150 * several, 150 * several);
    ledger.peer.be(|_| Answer::After(Duration::from_secs(8), 202));
    let activities: Vec<String> = (0..2).map(|number| ledger::publish(&ours, "spoor", number)).collect();
    let expected = pairs(&activities, &inboxes);

    // Alone at first, and answered late: whatever is held when it stops, it holds, and it waits for answers.
    let stalled = alpha.worker();
    wait_for("a part of the fan-out", 30, async || (ledger.peer.count_posts() >= 30).then_some(())).await;
    be_quiet(&ledger, Duration::from_secs(1)).await;
    stalled.signal("STOP").await;
    let open = ledger.note_end(&ours).await;
    ledger.peer.recover();
    let workers: Vec<Process> = (1..several).map(|_| alpha.worker()).collect();
    be_quiet(&ledger, Duration::from_secs(2)).await;
    assert!(!ledger::is_settled(&ours), "the stalled worker held nothing");
    ledger.settle(&ours, 90).await;
    let before = rows(&ours);
    stalled.signal("CONT").await;
    // It reads what it was answered a minute ago, and may not write that down.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(rows(&ours), before, "a late result changed something");
    for worker in workers.into_iter().chain([stalled]) {
        worker.stop().await;
    }
    let twice = ledger.balance(&alpha, &ours, &expected);
    println!("{several} workers, one of them stopped: {open} were open, {twice} were told twice");
    assert!(open <= several * AT_ONCE && twice <= open);
}

/// Waits until nothing was told for so long: who works has nothing to do.
async fn be_quiet(ledger: &Ledger, time: Duration) {
    wait_for("nothing to be told any more", 40, async || {
        let before = ledger.peer.count_posts();
        tokio::time::sleep(time).await;
        (ledger.peer.count_posts() == before).then_some(())
    })
    .await;
}
