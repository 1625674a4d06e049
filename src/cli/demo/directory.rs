//! Every organisation of the demo wants the directory of every other, so that they make one. What does not arrive in time is told,
//! and keeps nobody from looking around.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::time::sleep;

use super::{PATIENCE, instance::Instance, progress::Progress};
use crate::cli::trouble::Trouble;

/// The theme that the first organisation shows as a collection.
pub const SHOWN: &str = "ai";

/// How many things that are.
pub fn count_steps(organisations: usize) -> usize {
    organisations * organisations.saturating_sub(1)
}

/// Connects all with all, and waits until each directory has the labs of all; what is missing.
///
/// # Errors
/// Where someone cannot be looked at, or a database does not answer.
pub async fn make_one(instances: &[Instance], progress: &Progress) -> Result<Vec<String>, Trouble> {
    let pairs = instances.iter().flat_map(|here| instances.iter().map(move |there| (here, there)));
    let others = pairs.filter(|(here, there)| here.organisation.key != there.organisation.key);
    let meeting = others.map(|(here, there)| async move {
        here.connect(&there.federation.links.host()).await?;
        let told = wait_for_labs(here, there).await?;
        progress.done();
        Ok::<_, Trouble>(told)
    });
    let missing = try_join_all(meeting).await?.into_iter().flatten().collect();
    if let Some(first) = instances.first() {
        first.show_theme(SHOWN).await?;
    }
    Ok(missing)
}

async fn wait_for_labs(here: &Instance, there: &Instance) -> Result<Option<String>, Trouble> {
    let begun = Instant::now();
    while !here.has_labs_of(there).await? {
        if begun.elapsed() > PATIENCE {
            let (here, there) = (&here.organisation.name, &there.organisation.name);
            return Ok(Some(format!("some labs of {there} are not in the directory of {here} yet")));
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(None)
}
