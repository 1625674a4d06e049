//! What goes wrong in the soak, and how everything is well again in the end.

use std::{
    os::unix::process::ExitStatusExt,
    time::{Duration, Instant},
};

use super::island::{Island, serve};
use crate::support::{database, ledger, peer::Answer, scale::Dice};

/// The signal with which a process is asked to end.
const TERM: i32 = 15;

/// Those who listen answer in another way from now on.
pub fn change_mood(island: &Island, dice: &mut Dice) -> usize {
    let (kind, mut fall) = (dice.below(7), dice.clone());
    island.ledger.peer.be(move |_| match (kind, fall.below(10)) {
        (0, 0..5) => Answer::Status(503),
        (1, 0..3) => Answer::Reset,
        (2, 0) => Answer::Silence,
        (3, 0..3) => Answer::Later(429, "1"),
        (4, 0) => Answer::Status(410),
        (5, 0..2) => Answer::Status(401),
        _ => Answer::Status(202),
    });
    1
}

/// One of its processes is killed, and another takes its place.
pub async fn kill(island: &mut Island, dice: &mut Dice) -> usize {
    let number = dice.below(island.processes.len());
    island.processes.remove(number).kill().await;
    island.ledger.note_end(&island.federation).await;
    tokio::time::sleep(Duration::from_millis(dice.below(500) as u64)).await;
    replace(island, number).await;
    1
}

/// One of its processes is asked to end, and another takes its place.
pub async fn restart(island: &mut Island, dice: &mut Dice) -> usize {
    let number = dice.below(island.processes.len());
    let process = island.processes.remove(number);
    process.signal("TERM").await;
    let status = process.wait().await;
    // One that has hardly begun knows nothing of signals yet, and holds nothing.
    assert!(status.success() || status.signal() == Some(TERM), "it did not end well: {status}");
    replace(island, number).await;
    1
}

/// One of its processes stands still.
pub async fn stop_for_a_while(island: &Island, dice: &mut Dice) -> usize {
    let process = dice.pick(&island.processes);
    process.signal("STOP").await;
    tokio::time::sleep(Duration::from_millis(300 + dice.below(1_500) as u64)).await;
    process.signal("CONT").await;
    1
}

/// Whoever listens is well.
pub async fn mend(islands: &mut [Island; 2]) {
    for island in islands {
        island.ledger.peer.recover();
        for process in &island.processes {
            process.signal("CONT").await;
        }
    }
}

/// Lets the minutes pass that something waits for, until nothing does, on both sides at once. However busy the machine is: it fails
/// where nothing becomes less for a while.
pub async fn come_to_rest(islands: &mut [Island; 2]) {
    let (mut since, mut least) = (Instant::now(), usize::MAX);
    while !is_at_rest(islands).await {
        let left = islands.iter().map(count_open).sum();
        if left < least {
            (since, least) = (Instant::now(), left);
        }
        let what = islands.each_ref().map(open);
        assert!(since.elapsed() < Duration::from_secs(90), "it does not come to rest: {left} left, {what:?}");
        // Nobody holds anything while time is moved.
        for island in islands.iter_mut() {
            for process in island.processes.drain(..) {
                process.stop().await;
            }
            for _ in 0..10 {
                database::let_a_minute_pass(&island.ours);
            }
        }
        for island in islands.iter_mut() {
            island.processes.push(serve(&island.ours).await);
        }
        // Only now, with both there: whoever began first has found the other closed, and rests.
        for island in islands.iter() {
            island.ours.run(&["delivery", "retry"]).await;
        }
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
}

async fn is_at_rest(islands: &[Island; 2]) -> bool {
    for _ in 0..10 {
        if !islands.iter().all(|island| ledger::is_settled(&island.federation) && open(island).is_empty()) {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    true
}

/// What did not end well, and may be tried again.
fn open(island: &Island) -> Vec<String> {
    let deliveries = "SELECT state || ' ' || inbox || ' ' || COALESCE(last_error, '') AS line FROM deliveries \
                      WHERE state NOT IN ('delivered', 'superseded', 'blocked') LIMIT 5";
    let changes = "SELECT change || ' ' || COALESCE(last_error, '') AS line FROM jobs LIMIT 5";
    [deliveries, changes].iter().flat_map(|query| database::lines(&island.ours, query)).collect()
}

fn count_open(island: &Island) -> usize {
    let waiting = "SELECT CAST(COUNT(*) AS TEXT) AS line FROM deliveries WHERE ended_at IS NULL";
    database::lines(&island.ours, waiting)[0].parse().expect("a number")
}

async fn replace(island: &mut Island, number: usize) {
    let process = if number == 0 { serve(&island.ours).await } else { island.ours.worker() };
    island.processes.insert(number, process);
}
