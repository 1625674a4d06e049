//! Arranges featured collections anew once a minute: labs elsewhere come, go and change without an event of ours. It asks nobody
//! itself: requests are recorded, and go like everything else that is said.

use chrono::TimeDelta;

use crate::{domain::moment::Moment, federation::Federation, usecases::feature};

/// How long a collection may lag behind the directory.
const PACE: TimeDelta = TimeDelta::minutes(1);

/// Knows when it looked last.
#[derive(Debug, Default)]
pub(super) struct Curator {
    next: Option<Moment>,
}

impl Curator {
    /// Arranges what is to be arranged, where it is time to.
    pub(super) async fn arrange(&mut self, federation: &Federation) {
        let now = federation.clock.now();
        if self.next.is_some_and(|next| now < next) {
            return;
        }
        self.next = Some(now + PACE);
        let links = federation.links.clone();
        if let Err(error) = federation.store.write(move |tx| feature::arrange(tx, now, &links)).await {
            tracing::error!(%error, "featured collections could not be arranged; trying again in a minute");
        }
    }
}
