//! Waiting for something that happens elsewhere: as short as possible, never for ever.

use std::time::{Duration, Instant};

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
