//! Carries deliveries to their inboxes: many hosts at once, one host in order, each attempt settled as soon as it ends.

use std::{collections::BTreeMap, time::Duration};

use tokio::task::JoinSet;

use super::reactor::token;
use crate::{
    domain::delivery::Attempt,
    federation::Federation,
    storage::{
        Failed,
        delivery::{self, Leased},
    },
};

/// How many deliveries are leased at once.
const BATCH: i64 = 200;

/// How many hosts are sent to at once.
const HOSTS: usize = 64;

/// Sends in the background; knows what is on its way.
#[derive(Debug)]
pub(super) struct Courier {
    federation: Federation,
    rounds: JoinSet<()>,
}

impl Courier {
    pub(super) fn new(federation: Federation) -> Self {
        Self { federation, rounds: JoinSet::new() }
    }

    /// Whether nothing is on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.rounds.is_empty()
    }

    /// Waits until one host has been served; for ever where nothing is on its way.
    pub(super) async fn one_returns(&mut self) {
        if self.rounds.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Leases what is due and sends it, a round per host; whether there was anything.
    pub(super) async fn send_due(&mut self) -> Result<bool, Failed> {
        while self.rounds.try_join_next().is_some() {}
        if self.rounds.len() >= HOSTS {
            return Ok(false);
        }
        let (now, lease) = (self.federation.clock.now(), token(&self.federation));
        let leased = self.federation.store.write(move |tx| delivery::lease(tx, lease, BATCH, now)).await?;
        let any = !leased.is_empty();
        for (_, round) in by_host(leased) {
            self.rounds.spawn(serve(self.federation.clone(), round));
        }
        Ok(any)
    }

    /// Lets what is on its way end, within `patience`; the rest is leased again by the next worker.
    pub(super) async fn finish(mut self, patience: Duration) {
        let ended = tokio::time::timeout(patience, async { while self.rounds.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::warn!(rounds = self.rounds.len(), "some deliveries were still on their way; they are tried again later");
        }
    }
}

fn by_host(leased: Vec<Leased>) -> BTreeMap<String, Vec<Leased>> {
    let mut rounds: BTreeMap<String, Vec<Leased>> = BTreeMap::new();
    for delivery in leased {
        rounds.entry(delivery.host.clone()).or_default().push(delivery);
    }
    rounds
}

/// How long a round may take: well within the lease, so that nobody else begins with what we still hold.
const ROUND: Duration = Duration::from_secs(40);

/// One host, in order; at the first failure the rest is given back and waits with it.
async fn serve(federation: Federation, round: Vec<Leased>) {
    let begun = std::time::Instant::now();
    for leased in round {
        if begun.elapsed() > ROUND {
            return;
        }
        let attempt = federation.deliver(&leased).await;
        let stop = matches!(attempt, Attempt::Failed { .. });
        log(&leased, &attempt);
        if let Err(error) = settle(&federation, leased, attempt).await {
            tracing::error!(%error, "a delivery could not be settled; it is tried again when its lease ends");
            return;
        }
        if stop {
            return;
        }
    }
}

async fn settle(federation: &Federation, leased: Leased, attempt: Attempt) -> Result<(), Failed> {
    let (now, spread) = (federation.clock.now(), federation.chance.percent());
    federation.store.write(move |tx| delivery::settle(tx, &leased, &attempt, spread, now)).await
}

fn log(leased: &Leased, attempt: &Attempt) {
    let (activity, inbox) = (&leased.activity, &leased.inbox);
    match attempt {
        Attempt::Delivered => tracing::debug!(%activity, %inbox, "delivered"),
        Attempt::Gone => tracing::info!(%activity, %inbox, "the inbox is gone"),
        Attempt::Refused(error) => tracing::warn!(%activity, %inbox, %error, "refused"),
        Attempt::Failed { error, .. } => tracing::info!(%activity, %inbox, %error, "not delivered yet"),
    }
}
