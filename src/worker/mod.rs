//! Works the queue: changes become activities, activities become deliveries, deliveries are tried and settled; what is to be read
//! at other hosts is read beside that.
//! Any job can run twice and ends in a named state; nothing is held open while a peer is waited for.

mod courier;
mod curator;
mod indexer;
mod lock;
mod reactor;
mod reader;
mod settler;
mod sweeper;
mod turn;

use std::time::Duration;

use tokio::sync::watch;

use crate::{
    domain::moment::Moment,
    federation::Federation,
    storage::{Failed, host, lane, queue},
};
pub use lock::Lock;

/// The slowest we look for work when nobody rings.
const IDLE: Duration = Duration::from_secs(5);

/// How long what is in flight may take once we are asked to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Works the queue until it is told to stop.
#[derive(Debug)]
pub struct Worker {
    federation: Federation,
}

impl Worker {
    /// A worker of this instance.
    #[must_use]
    pub const fn new(federation: Federation) -> Self {
        Self { federation }
    }

    /// Works until `stop` says so; then finishes what is in flight, within ten seconds.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let wake = self.federation.store.wake().clone();
        let listening = wake.listen();
        if let Err(error) = self.take_over().await {
            tracing::error!(%error, "what an earlier worker held waits until its leases end");
        }
        let mut courier = courier::Courier::new(self.federation.clone());
        let mut reader = reader::Reader::new(self.federation.clone());
        let mut sweeper = sweeper::Sweeper::default();
        let mut indexer = indexer::Indexer::default();
        let mut curator = curator::Curator::default();
        while !*stop.borrow() {
            sweeper.sweep(&self.federation).await;
            indexer.index(&self.federation).await;
            curator.arrange(&self.federation).await;
            let busy = self.turn(&mut courier, &mut reader).await.unwrap_or_else(|error| report(&error));
            if !busy {
                let pause = self.pause(&reader, indexer.next_due()).await;
                tokio::select! {
                    () = wake.wait() => {}
                    () = courier.one_returns() => {}
                    () = reader.one_returns() => {}
                    _ = stop.changed() => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
        tokio::join!(courier.finish(PATIENCE), reader.finish(PATIENCE));
        drop(listening);
    }

    /// Works until nothing is due: for tests and for commands that want to see the end of it.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub async fn work_off(&self) -> Result<(), Failed> {
        let mut courier = courier::Courier::new(self.federation.clone());
        let mut reader = reader::Reader::new(self.federation.clone());
        loop {
            let busy = self.turn(&mut courier, &mut reader).await?;
            if !busy && courier.is_idle() && reader.is_idle() {
                return Ok(());
            }
            if !busy {
                tokio::select! {
                    () = courier.one_returns() => {}
                    () = reader.one_returns() => {}
                }
            }
        }
    }

    /// Where nobody else may work this queue, what a worker held when it was killed is free at once.
    async fn take_over(&self) -> Result<(), Failed> {
        let store = &self.federation.store;
        if !store.has_single_writer() {
            return Ok(());
        }
        store
            .write(|tx| {
                queue::release_all(tx)?;
                host::release_all(tx)?;
                lane::release_all(tx)
            })
            .await
    }

    /// One look at everything that is due; whether there was anything.
    async fn turn(&self, courier: &mut courier::Courier, reader: &mut reader::Reader) -> Result<bool, Failed> {
        let reacted = reactor::react(&self.federation).await?;
        let sent = courier.send_due().await?;
        let read = reader.read_due().await?;
        Ok(reacted || sent || read)
    }

    async fn pause(&self, reader: &reader::Reader, other: Option<Moment>) -> Duration {
        let next = self.federation.store.read(|tx| Ok::<_, Failed>(earliest(queue::next_due(tx)?, lane::next_due(tx)?))).await;
        let next = earliest(next.ok().flatten(), reader.next_due().await.ok().flatten());
        let (next, now) = (earliest(next, other), self.federation.clock.now());
        let until = next.and_then(|due| (due - now).to_std().ok());
        until.map_or(IDLE, |wait| wait.clamp(Duration::from_millis(50), IDLE))
    }
}

fn earliest(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn report(error: &Failed) -> bool {
    tracing::error!(%error, "the queue could not be worked; trying again in a moment");
    false
}
