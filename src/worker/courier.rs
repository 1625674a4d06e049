//! Carries deliveries to their inboxes: many hosts at once, each as fast as it answers well, in order for each thing.
//! What may go next within a lane is decided in `turn.rs`; results are committed by `settler.rs`.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::JoinSet,
};

use super::{
    reactor::token,
    settler::Desk,
    turn::{DEPTH, Turn},
};
use crate::{
    domain::delivery::Attempt,
    federation::Federation,
    storage::{
        Failed,
        delivery::{self, Leased, Settlement},
        lane::{self, Held},
    },
};

/// How many lanes are leased at once.
const BATCH: usize = 128;

/// How many lanes are served at once.
const LANES: usize = 512;

/// How many deliveries are under way at once, beside the first of each turn: enough to keep every core busy, and so few that who has
/// one thing to say does not wait for the results of thousands.
const MORE: usize = 256;

/// How long lanes that return are waited for, before new ones are looked for.
const MOMENT: Duration = Duration::from_millis(10);

/// Sends in the background; knows what is on its way.
#[derive(Debug)]
pub(super) struct Courier {
    federation: Federation,
    turns: JoinSet<()>,
    desk: Desk,
    /// What is not the first of its turn passes here to be signed: so many at once that one core stays free for what is.
    gate: Arc<Semaphore>,
    /// What is not the only one of its turn has a place here until it is settled.
    places: Arc<Semaphore>,
}

impl Courier {
    pub(super) fn new(federation: Federation) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let gate = Arc::new(Semaphore::new(cores.saturating_sub(1).max(1)));
        let places = Arc::new(Semaphore::new(MORE));
        Self { desk: Desk::open(federation.clone()), federation, turns: JoinSet::new(), gate, places }
    }

    /// Whether nothing is on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.turns.is_empty()
    }

    /// Waits until a lane has been served, and a moment for others; for ever where nothing is on its way.
    pub(super) async fn one_returns(&mut self) {
        if self.turns.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(MOMENT).await;
    }

    /// Leases lanes that are due and serves each in a turn of its own; whether there were any.
    pub(super) async fn send_due(&mut self) -> Result<bool, Failed> {
        while self.turns.try_join_next().is_some() {}
        let free = LANES.saturating_sub(self.turns.len()).min(BATCH);
        if free == 0 {
            return Ok(false);
        }
        let (now, token, at) = (self.federation.clock.now(), token(&self.federation), Instant::now());
        let (limit, depth) = (i64::try_from(free).unwrap_or(1), i64::try_from(DEPTH).unwrap_or(1));
        let leased = self.federation.store.write(move |tx| lane::lease(tx, token, limit, depth, now)).await?;
        let any = !leased.is_empty();
        for (held, rows) in leased {
            let turn = Turn::new(rows, at);
            let room = (self.gate.clone(), self.places.clone());
            self.turns.spawn(serve(self.federation.clone(), self.desk.clone(), room, (held, turn)));
        }
        Ok(any)
    }

    /// Lets what is on its way end, within `patience`; the rest is leased again by the next worker.
    pub(super) async fn finish(mut self, patience: Duration) {
        self.desk.close();
        let ended = tokio::time::timeout(patience, async { while self.turns.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::warn!(lanes = self.turns.len(), "some deliveries were still on their way; they are tried again later");
        }
    }
}

/// What comes back to a turn: an attempt, or its commit and whether the lane is still ours.
enum Returned {
    Tried(Leased, Attempt),
    Settled(Leased, bool),
}

/// One turn of one lane, until nothing in it may go any more.
async fn serve(
    federation: Federation,
    desk: Desk,
    (gate, places): (Arc<Semaphore>, Arc<Semaphore>),
    (held, mut turn): (Held, Turn),
) {
    let (mut is_first, mut taken) = (true, Vec::new());
    let mut under_way: FuturesUnordered<BoxFuture<'_, Returned>> = FuturesUnordered::new();
    loop {
        if turn.wants_more() {
            refill(&federation, &held, &mut turn).await;
        }
        while let Some(leased) = (!desk.is_closed() && take_place(&turn, &places, &mut taken)).then(|| turn.next()).flatten() {
            let expected = desk.begin();
            let (federation, gate) = (&federation, (!std::mem::take(&mut is_first)).then_some(&*gate));
            let until = turn.until();
            under_way.push(Box::pin(async move {
                let attempt = federation.deliver(&leased, gate, until).await;
                drop(expected);
                Returned::Tried(leased, attempt)
            }));
        }
        taken.truncate(turn.under_way().saturating_sub(1));
        match under_way.next().await {
            None => break,
            Some(Returned::Tried(leased, attempt)) => {
                log(&leased, &attempt);
                let alone = turn.learn(&leased, &attempt);
                let settlement = Settlement { lane: held.clone(), leased: leased.clone(), attempt, alone };
                let desk = &desk;
                under_way.push(Box::pin(async move { Returned::Settled(leased, desk.settle(settlement).await) }));
            }
            Some(Returned::Settled(leased, is_held)) => turn.settle(&leased, is_held),
        }
    }
    desk.give_back(held).await;
}

/// Whether one more may go: the first always, each further one with a place.
fn take_place<'a>(turn: &Turn, places: &'a Semaphore, taken: &mut Vec<SemaphorePermit<'a>>) -> bool {
    if taken.len() >= turn.under_way() {
        return true;
    }
    places.try_acquire().map(|place| taken.push(place)).is_ok()
}

async fn refill(federation: &Federation, held: &Held, turn: &mut Turn) {
    let (name, known, after) = (held.name.clone(), turn.known(), turn.last());
    let depth = i64::try_from(DEPTH).unwrap_or(1);
    match federation.store.read(move |tx| delivery::find_more(tx, &name, &known, after, depth)).await {
        Ok(rows) => turn.add(rows),
        Err(error) => {
            tracing::error!(%error, host = %held.host, "what else waits could not be read; it goes in a later turn");
            turn.add(Vec::new());
        }
    }
}

fn log(leased: &Leased, attempt: &Attempt) {
    let (activity, inbox) = (&leased.said.uri, &leased.inbox);
    match attempt {
        Attempt::Delivered => tracing::debug!(%activity, %inbox, "delivered"),
        Attempt::Gone => tracing::info!(%activity, %inbox, "the inbox is gone"),
        Attempt::Refused(error) => tracing::warn!(%activity, %inbox, %error, "refused"),
        Attempt::Denied { error, .. } => tracing::info!(%activity, %inbox, %error, "denied"),
        Attempt::Failed { error, .. } => tracing::info!(%activity, %inbox, %error, "not delivered yet"),
    }
}
