//! Reads at other hosts in the background: many hosts at once, each one thing at a time, with a pause between two.
//! Whoever publishes or is delivered to never waits for it.

use std::time::Duration;

use tokio::task::JoinSet;

use super::reactor::token;
use crate::{
    domain::{moment::Moment, reading::Answer},
    federation::{Federation, reading::PAUSE},
    storage::{
        Failed, host,
        reading::{self, Leased},
    },
};

/// How many hosts are asked at once.
const HOSTS: usize = 16;

/// Reads in the background; knows what is under way.
#[derive(Debug)]
pub(super) struct Reader {
    federation: Federation,
    rounds: JoinSet<()>,
}

impl Reader {
    pub(super) fn new(federation: Federation) -> Self {
        Self { federation, rounds: JoinSet::new() }
    }

    /// Whether nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.rounds.is_empty()
    }

    /// Waits until one host has been asked; for ever where nothing is under way.
    pub(super) async fn one_returns(&mut self) {
        if self.rounds.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Asks for what is due, one thing of each host; whether there was anything.
    pub(super) async fn read_due(&mut self) -> Result<bool, Failed> {
        while self.rounds.try_join_next().is_some() {}
        let (room, now) = (HOSTS - self.rounds.len().min(HOSTS), self.federation.clock.now());
        // A look costs nothing; taking something is a write, and most turns find nothing to take.
        if room == 0 || self.next_due().await?.is_none_or(|due| due > now) {
            return Ok(false);
        }
        let (lease, room) = (token(&self.federation), i64::try_from(room).unwrap_or(1));
        let leased = self.federation.store.write(move |tx| reading::lease(tx, lease, room, now)).await?;
        for one in leased {
            self.rounds.spawn(ask(self.federation.clone(), one));
        }
        // Hosts whose readings were all called off are tidied away, and others may stand behind them.
        Ok(true)
    }

    /// When there is something to ask for next; `None` while no more hosts can be asked.
    pub(super) async fn next_due(&self) -> Result<Option<Moment>, Failed> {
        if self.rounds.len() >= HOSTS {
            return Ok(None);
        }
        self.federation.store.read(host::next_due).await
    }

    /// Lets what is under way end, within `patience`; the rest is read again by the next worker.
    pub(super) async fn finish(mut self, patience: Duration) {
        let ended = tokio::time::timeout(patience, async { while self.rounds.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::info!(rounds = self.rounds.len(), "something was still being read; it is read again later");
        }
    }
}

/// One thing. Its host is held through the pause, so that no other worker asks it meanwhile.
async fn ask(federation: Federation, leased: Leased) {
    let answer = federation.read(&leased).await;
    log(&leased, &answer);
    tokio::time::sleep(PAUSE).await;
    let (now, spread) = (federation.clock.now(), federation.chance.percent());
    let settled = federation.store.write(move |tx| reading::settle(tx, &leased, &answer, spread, now)).await;
    if let Err(error) = settled {
        tracing::error!(%error, "a reading could not be settled; it is read again when its lease ends");
    }
}

fn log(leased: &Leased, answer: &Answer) {
    let (kind, url) = (leased.kind.code(), &leased.url);
    match answer {
        Answer::Read(_) => tracing::debug!(kind, %url, "read"),
        Answer::Unchanged => tracing::debug!(kind, %url, "unchanged"),
        Answer::Held(_) => tracing::debug!(kind, %url, "read later: its domain has had its share for now"),
        Answer::Ended(reason) => tracing::info!(kind, %url, reason, "not read any more"),
        Answer::Useless(error) => tracing::info!(kind, %url, %error, "read, and of no use"),
        Answer::Failed { error, .. } => tracing::info!(kind, %url, %error, "not read yet"),
    }
}
