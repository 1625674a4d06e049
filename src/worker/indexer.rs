//! Indexes what was there before it could be searched, or was indexed by an earlier version: once after each start, a little at a
//! time. What is written meanwhile is indexed by whoever writes it.

use chrono::TimeDelta;

use crate::{domain::moment::Moment, federation::Federation, storage::search};

/// How much is indexed at once: nobody who writes waits long for it.
const BATCH: i64 = 50;

/// The pause between two batches.
const PAUSE: TimeDelta = TimeDelta::milliseconds(50);

/// Knows how far it is. Where the process ends before it does, the next begins again and passes over what is done.
#[derive(Debug, Default)]
pub(super) struct Indexer {
    done: (i64, i64),
    next: Option<Moment>,
    is_finished: bool,
}

impl Indexer {
    /// Indexes one batch, where it is time for one.
    pub(super) async fn index(&mut self, federation: &Federation) {
        let now = federation.clock.now();
        if self.is_finished || self.next.is_some_and(|next| now < next) {
            return;
        }
        let after = self.done;
        match federation.store.write(move |tx| search::index_missing(tx, after, BATCH)).await {
            Ok(Some(done)) => (self.done, self.next) = (done, Some(now + PAUSE)),
            Ok(None) => self.is_finished = true,
            Err(error) => {
                tracing::error!(%error, "what is here could not be indexed; trying again in a minute");
                self.next = Some(now + TimeDelta::minutes(1));
            }
        }
    }

    /// When there is more to do.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.next.filter(|_| !self.is_finished)
    }
}
