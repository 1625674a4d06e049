//! Waiting for something that happens elsewhere: as short as possible, never for ever.

use std::time::{Duration, Instant};

use archipel::usecases::{Error, Outcome};

/// Writes, again where the database was held by somebody for longer than it waits: a process that was stopped with the only writer's
/// lock lets nobody else in before it goes on.
pub fn insist<T>(what: &str, mut write: impl FnMut() -> Outcome<T>) -> T {
    let begun = Instant::now();
    loop {
        match write() {
            Err(Error::Failed(failed)) if failed.context == "begin a transaction" && begun.elapsed() < Duration::from_mins(1) => {
            }
            written => return written.unwrap_or_else(|error| panic!("{what}: {error}")),
        }
    }
}

/// Looks again and again until there is something to see; fails, saying what it waited for, after so many seconds.
pub async fn wait_for<T>(what: &str, seconds: u64, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(begun.elapsed() < Duration::from_secs(seconds), "waited {seconds} s in vain for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
