//! Moves what SQLite has committed from its log into its file, beside those who write and not on their way.
//! It never decides what is written, and never waits for who reads.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_types::Integer};

use super::{Failed, Store, connection::Connection};

/// So many commits are moved together: in a busy minute a thousand pages, otherwise a hundred.
const COMMITS: usize = 12;

/// From so many pages on, nobody writes until all are moved, so that the log begins anew: 16 MB. While somebody always writes it
/// would otherwise only grow, and whoever reads looks into it first.
const LONG: i32 = 4_000;

/// From so many pages on, a commit moves them itself: the log of a process that could not do it otherwise.
pub(super) const TOO_LONG: i32 = 16_000;

/// What was committed since it was last moved.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    commits: Arc<AtomicUsize>,
    moving: Arc<AtomicBool>,
}

/// How much of the log is moved, in pages.
#[derive(Debug, QueryableByName)]
struct Moved {
    #[diesel(sql_type = Integer)]
    log: i32,
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

impl Log {
    /// Counts a commit; whether it is time to move them, and nobody does.
    fn is_due(&self) -> bool {
        let many = self.commits.fetch_add(1, Ordering::Relaxed) + 1 >= COMMITS;
        many && !self.moving.swap(true, Ordering::Acquire)
    }
}

impl Store {
    /// After a commit: begins to move the log where enough is in it.
    pub(super) fn tend_log(&self) {
        let Some(log) = self.log.as_ref().filter(|log| log.is_due()) else { return };
        log.commits.store(0, Ordering::Relaxed);
        let (store, moving) = (self.clone(), log.moving.clone());
        std::thread::spawn(move || {
            if let Err(error) = store.move_log() {
                tracing::debug!(%error, "the log of the database is moved later");
            }
            moving.store(false, Ordering::Release);
        });
    }

    fn move_log(&self) -> Result<(), Failed> {
        let moved = self.checkpoint()?;
        if moved.log >= LONG && moved.checkpointed < moved.log {
            let _turn = self.take_turn();
            self.checkpoint()?;
        }
        Ok(())
    }

    fn checkpoint(&self) -> Result<Moved, Failed> {
        match &mut **self.connection()? {
            Connection::Sqlite(connection) => checkpoint(connection),
            Connection::Postgres(_) => Ok(Moved { log: 0, checkpointed: 0 }),
        }
    }
}

fn checkpoint(connection: &mut SqliteConnection) -> Result<Moved, Failed> {
    let query = diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)");
    query.get_result(connection).map_err(Failed::because("move the log of the database"))
}
