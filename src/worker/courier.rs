//! Carries deliveries to their inboxes: many hosts at once, one host in order, each attempt settled as soon as it ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tokio::task::JoinSet;

use super::{
    reactor::token,
    settler::{Lane, Settler},
};
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
const HOSTS: usize = 256;

/// Sends in the background; knows what is on its way.
#[derive(Debug)]
pub(super) struct Courier {
    federation: Federation,
    rounds: JoinSet<()>,
    settler: Settler,
}

impl Courier {
    pub(super) fn new(federation: Federation) -> Self {
        Self { settler: Settler::start(federation.clone()), federation, rounds: JoinSet::new() }
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
            self.rounds.spawn(serve(self.federation.clone(), self.settler.open_lane(), round));
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

/// One host, in order. At the first failure the rest is given back and waits with it; so it is for one inbox that denies.
async fn serve(federation: Federation, lane: Lane, round: Vec<Leased>) {
    let begun = std::time::Instant::now();
    let mut denying: BTreeSet<String> = BTreeSet::new();
    for leased in round {
        if begun.elapsed() > ROUND {
            return;
        }
        if denying.contains(&leased.inbox) {
            continue;
        }
        let attempt = federation.deliver(&leased).await;
        log(&leased, &attempt);
        let stop = matches!(attempt, Attempt::Failed { .. });
        if matches!(attempt, Attempt::Denied { .. }) {
            denying.insert(leased.inbox.clone());
        }
        if !lane.settle(leased, attempt).await || stop {
            return;
        }
    }
}

fn log(leased: &Leased, attempt: &Attempt) {
    let (activity, inbox) = (&leased.said.uri, &leased.inbox);
    match attempt {
        Attempt::Delivered => tracing::debug!(%activity, %inbox, "delivered"),
        Attempt::Gone => tracing::info!(%activity, %inbox, "the inbox is gone"),
        Attempt::Blocked => tracing::info!(%activity, %inbox, "blocked, and not sent"),
        Attempt::Refused(error) => tracing::warn!(%activity, %inbox, %error, "refused"),
        Attempt::Denied { error, .. } => tracing::info!(%activity, %inbox, %error, "denied"),
        Attempt::Failed { error, .. } => tracing::info!(%activity, %inbox, %error, "not delivered yet"),
    }
}
