//! Reacts to changes: what we have to say, and what has to be read, is written in one transaction with the end of the job.
//! It never waits for the network.

use crate::{
    federation::Federation,
    storage::{
        Failed,
        queue::{self, Job},
    },
};

/// How many changes are taken at once.
const BATCH: i64 = 20;

/// Reacts to the changes that are due, in order; whether there were any. Where the database is away or busy none goes before
/// another: they are given back together, or else their lease ends.
pub(super) async fn react(federation: &Federation) -> Result<bool, Failed> {
    let (now, lease) = (federation.clock.now(), token(federation));
    let jobs = federation.store.write(move |tx| queue::lease(tx, lease, BATCH, now)).await?;
    let any = !jobs.is_empty();
    for job in jobs {
        match react_to(federation, &job).await {
            Ok(()) => {}
            Err(error) if error.may_pass() => {
                federation.store.write(move |tx| queue::give_back(tx, lease)).await?;
                return Err(error);
            }
            Err(error) => postpone(federation, job, &error).await?,
        }
    }
    Ok(any)
}

/// A lease's token: no other holder has it.
pub(super) fn token(federation: &Federation) -> i64 {
    i64::from_le_bytes(federation.chance.number().to_le_bytes())
}

async fn react_to(federation: &Federation, job: &Job) -> Result<(), Failed> {
    let (federation, job) = (federation.clone(), job.clone());
    let store = federation.store.clone();
    store
        .write(move |tx| {
            if queue::finish(tx, &job)? {
                federation.say(tx, &job.change)?;
            }
            Ok(())
        })
        .await
}

async fn postpone(federation: &Federation, job: Job, error: &Failed) -> Result<(), Failed> {
    tracing::warn!(job = job.id, attempts = job.attempts + 1, %error, "a change could not be reacted to yet");
    let (now, spread, told) = (federation.clock.now(), federation.chance.percent(), error.to_string());
    federation.store.write(move |tx| queue::postpone(tx, &job, &told, spread, now)).await
}
