//! Settles what attempts came to, many lanes in one transaction. A lane goes on only when its result is committed,
//! so that a crash repeats at most what was under way. It never tries anything itself.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};

use crate::{
    domain::delivery::Attempt,
    federation::Federation,
    storage::{
        Failed,
        delivery::{self, Leased},
    },
};

/// How many results are settled in one transaction.
const BATCH: usize = 50;

/// How long a result waits for others.
const GATHER: Duration = Duration::from_millis(5);

/// Where lanes hand in their results.
#[derive(Debug, Clone)]
pub(super) struct Settler {
    results: mpsc::Sender<Handed>,
    lanes: Arc<AtomicUsize>,
}

/// A lane that is being served; counted until it is dropped.
#[derive(Debug)]
pub(super) struct Lane(Settler);

#[derive(Debug)]
struct Handed {
    leased: Leased,
    attempt: Attempt,
    committed: oneshot::Sender<bool>,
}

impl Settler {
    /// Settles in the background, until the last lane and this are gone.
    pub(super) fn start(federation: Federation) -> Self {
        let (results, handed) = mpsc::channel(BATCH);
        let lanes = Arc::new(AtomicUsize::new(0));
        tokio::spawn(settle_all(federation, handed, lanes.clone()));
        Self { results, lanes }
    }

    /// A lane begins.
    pub(super) fn open_lane(&self) -> Lane {
        self.lanes.fetch_add(1, Ordering::Relaxed);
        Lane(self.clone())
    }
}

impl Lane {
    /// Hands in a result; whether it was committed.
    pub(super) async fn settle(&self, leased: Leased, attempt: Attempt) -> bool {
        let (committed, answer) = oneshot::channel();
        let handed = self.0.results.send(Handed { leased, attempt, committed }).await;
        handed.is_ok() && answer.await.unwrap_or(false)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.0.lanes.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn settle_all(federation: Federation, mut handed: mpsc::Receiver<Handed>, lanes: Arc<AtomicUsize>) {
    while let Some(first) = handed.recv().await {
        let mut batch = vec![first];
        let until = Instant::now() + GATHER;
        // No lane hands in a second result before its first is committed: more than there are lanes will not come.
        while batch.len() < BATCH.min(lanes.load(Ordering::Relaxed)) {
            let Ok(Some(next)) = timeout_at(until, handed.recv()).await else { break };
            batch.push(next);
        }
        let (results, waiting): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|handed| ((handed.leased, handed.attempt), handed.committed)).unzip();
        let settled = settle(&federation, results).await;
        if let Err(error) = &settled {
            tracing::error!(%error, "deliveries could not be settled; they are tried again when their leases end");
        }
        for lane in waiting {
            let _ = lane.send(settled.is_ok());
        }
    }
}

async fn settle(federation: &Federation, results: Vec<(Leased, Attempt)>) -> Result<(), Failed> {
    let (now, chance) = (federation.clock.now(), federation.chance);
    let (arrived, others): (Vec<_>, Vec<_>) = results.into_iter().partition(|(_, attempt)| *attempt == Attempt::Delivered);
    let arrived: Vec<Leased> = arrived.into_iter().map(|(leased, _)| leased).collect();
    federation
        .store
        .write(move |tx| {
            delivery::settle_delivered(tx, &arrived, now)?;
            others.iter().try_for_each(|(leased, attempt)| delivery::settle(tx, leased, attempt, chance.percent(), now))
        })
        .await
}
