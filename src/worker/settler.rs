//! Settles what attempts came to, those of many lanes in one transaction. What comes next in a lane goes only when its
//! result is committed, so that a crash repeats at most what was under way. It never tries anything itself.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};

use crate::{
    federation::Federation,
    storage::{
        Failed,
        delivery::{self, Settlement},
        lane::{self, Held},
    },
};

/// How many results are settled in one transaction.
const BATCH: usize = 200;

/// How long a result waits for others that are expected.
const GATHER: Duration = Duration::from_millis(5);

/// How long a result is kept for a database that does not take it: less than a lease lasts.
const LONGEST: Duration = Duration::from_secs(30);

/// How long before it is offered again.
const AGAIN: Duration = Duration::from_millis(200);

/// Where turns hand in their results.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    handed: mpsc::Sender<Handed>,
    expected: Arc<AtomicUsize>,
    closed: Arc<AtomicBool>,
}

/// An attempt that is under way; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Expected(Arc<AtomicUsize>);

#[derive(Debug)]
enum Handed {
    Result(Settlement, oneshot::Sender<bool>),
    Lane(Held, oneshot::Sender<bool>),
}

impl Desk {
    /// Settles in the background, until the last of these is gone.
    pub(super) fn open(federation: Federation) -> Self {
        let (sender, handed) = mpsc::channel(BATCH);
        let expected = Arc::new(AtomicUsize::new(0));
        tokio::spawn(settle_all(federation, handed, expected.clone()));
        Self { handed: sender, expected, closed: Arc::default() }
    }

    /// Lets nothing else go.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Whether nothing else may go.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// An attempt begins.
    pub(super) fn begin(&self) -> Expected {
        self.expected.fetch_add(1, Ordering::Relaxed);
        Expected(self.expected.clone())
    }

    /// Hands in a result; whether it was committed and its lane is still held.
    pub(super) async fn settle(&self, settlement: Settlement) -> bool {
        self.hand_in(|told| Handed::Result(settlement, told)).await
    }

    /// Ends a turn; returns when that is committed.
    pub(super) async fn give_back(&self, held: Held) {
        self.hand_in(|told| Handed::Lane(held, told)).await;
    }

    async fn hand_in(&self, handed: impl FnOnce(oneshot::Sender<bool>) -> Handed) -> bool {
        let (told, answer) = oneshot::channel();
        self.handed.send(handed(told)).await.is_ok() && answer.await.unwrap_or(false)
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn settle_all(federation: Federation, mut handed: mpsc::Receiver<Handed>, expected: Arc<AtomicUsize>) {
    while let Some(first) = handed.recv().await {
        let mut batch = vec![first];
        let until = Instant::now() + GATHER;
        while batch.len() < BATCH {
            let next = if expected.load(Ordering::Relaxed) > 0 {
                timeout_at(until, handed.recv()).await.ok().flatten()
            } else {
                handed.try_recv().ok()
            };
            let Some(next) = next else { break };
            batch.push(next);
        }
        settle(&federation, batch).await;
    }
}

async fn settle(federation: &Federation, batch: Vec<Handed>) {
    let (mut results, mut lanes, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    for handed in batch {
        match handed {
            Handed::Result(settlement, told) => {
                waiting.push((settlement.lane.name.clone(), told));
                results.push(settlement);
            }
            Handed::Lane(held, told) => {
                waiting.push((held.name.clone(), told));
                lanes.push(held);
            }
        }
    }
    let held = commit_in_time(federation, results, lanes).await;
    for (lane, told) in waiting {
        let _ = told.send(held.contains(&lane));
    }
}

/// What was heard is worth keeping while a database is away for a moment: else it would be told again.
async fn commit_in_time(federation: &Federation, results: Vec<Settlement>, lanes: Vec<Held>) -> BTreeSet<String> {
    let until = Instant::now() + LONGEST;
    loop {
        match commit(federation, results.clone(), lanes.clone()).await {
            Ok(held) => return held,
            Err(error) if Instant::now() < until => {
                tracing::warn!(%error, "deliveries could not be settled; trying again in a moment");
                tokio::time::sleep(AGAIN).await;
            }
            Err(error) => {
                tracing::error!(%error, "deliveries could not be settled; they are tried again when their leases end");
                return BTreeSet::new();
            }
        }
    }
}

async fn commit(federation: &Federation, results: Vec<Settlement>, lanes: Vec<Held>) -> Result<BTreeSet<String>, Failed> {
    let (now, spread) = (federation.clock.now(), federation.chance.percent());
    federation
        .store
        .write(move |tx| {
            let held = delivery::settle(tx, &results, spread, now)?;
            lane::release(tx, &lanes, now)?;
            Ok(held)
        })
        .await
}
