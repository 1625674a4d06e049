//! Forgets what ended so long ago that nobody asks any more, a little at a time. It never touches what waits.

use chrono::TimeDelta;

use crate::{
    domain::moment::Moment,
    federation::Federation,
    storage::{delivery, token},
    usecases::token::ANSWERS,
};

/// How much is forgotten at once.
const BATCH: i64 = 500;

/// Knows when it swept last.
#[derive(Debug, Default)]
pub(super) struct Sweeper {
    next: Option<Moment>,
}

impl Sweeper {
    /// Sweeps where it is time to; every hour, and again in a moment where there was much.
    pub(super) async fn sweep(&mut self, federation: &Federation) {
        let now = federation.clock.now();
        if self.next.is_some_and(|next| now < next) {
            return;
        }
        let swept = federation.store.write(move |tx| {
            token::forget_answers(tx, now - ANSWERS)?;
            delivery::prune(tx, BATCH, now)
        });
        let swept = swept.await;
        let is_much = swept.as_ref().is_ok_and(|count| i64::try_from(*count).is_ok_and(|count| count >= BATCH));
        self.next = Some(now + if is_much { TimeDelta::seconds(1) } else { TimeDelta::hours(1) });
        if let Err(error) = swept {
            tracing::error!(%error, "old deliveries could not be forgotten; trying again in an hour");
        }
    }
}
