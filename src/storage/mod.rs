//! The only diesel and the only SQL. A [`Store`] hands out transactions; everything else here is plain functions over one.
//! It never decides what may happen, and no function here waits for the network.

pub mod activity;
pub mod actor;
pub mod audience;
pub mod block;
mod checkpoint;
mod commit;
mod connection;
pub mod delivery;
pub mod directory;
pub mod dispatch;
pub mod feature;
pub mod host;
pub mod lab;
pub mod lane;
pub mod listing;
pub mod membership;
mod notification;
pub mod organisation;
mod passing;
pub mod peer;
pub mod profile;
pub mod queue;
pub mod reading;
pub mod register;
pub mod reply;
mod schema;
pub mod search;
pub mod share;
pub mod theme;
pub mod token;
pub mod tombstone;
mod wake;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use diesel::r2d2::{Pool, PooledConnection};

use crate::config::{Database, Settings};
use checkpoint::Log;
use commit::{Lead, Line};
use connection::{Connection, Opener};
pub use wake::{Listening, Wake};

/// Something of ours went wrong: what we were doing, and why it failed. Visitors never see the cause.
#[derive(Debug, thiserror::Error)]
#[error("could not {context}: {source}")]
pub struct Failed {
    /// What we were doing, as a verb phrase.
    pub context: &'static str,
    /// Why it failed.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl Failed {
    /// A failure with its cause.
    pub fn new(context: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { context, source: source.into() }
    }

    /// Whether the same may well succeed in a moment: the database is away, busy, or decided for somebody else.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        passing::may_pass(self.source.as_ref())
    }

    /// For `map_err`: a failure of doing `context`.
    pub fn because<E: Into<Box<dyn std::error::Error + Send + Sync>>>(context: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::new(context, source)
    }
}

/// An open transaction.
pub struct Tx<'store> {
    connection: &'store mut Connection,
    queued: bool,
}

impl Tx<'_> {
    fn connection(&mut self) -> &mut Connection {
        self.connection
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tx").field("queued", &self.queued).finish_non_exhaustive()
    }
}

/// A connection that nobody needed for so long is closed, with the memory that SQLite keeps for it.
const UNUSED: Duration = Duration::from_mins(1);

/// The database of this instance, of either engine.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Opener>,
    // SQLite has one writer at a time; waiting here is fairer and cheaper than waiting in its busy handler.
    writer: Option<Arc<Mutex<()>>>,
    line: Line,
    // SQLite keeps what is new in a log beside its file.
    log: Option<Log>,
    wake: Wake,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").field("single_writer", &self.writer.is_some()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database that the settings name, and brings its tables up to date.
    ///
    /// # Errors
    /// `Failed` where it cannot be reached or migrated.
    pub fn open(settings: &Settings) -> Result<Self, Failed> {
        let store = Self::connect(settings)?;
        store.migrate()?;
        Ok(store)
    }

    /// Opens the database as it is.
    ///
    /// # Errors
    /// `Failed` where it cannot be reached.
    pub fn connect(settings: &Settings) -> Result<Self, Failed> {
        create_private_folder(settings).map_err(Failed::because("create the data folder"))?;
        let opener = Opener { database: settings.database.clone() };
        let pool = Pool::builder()
            .max_size(8)
            .min_idle(Some(1))
            .idle_timeout(Some(UNUSED))
            .test_on_check_out(matches!(settings.database, Database::Postgres(_)))
            .connection_timeout(Duration::from_secs(10))
            .build(opener)
            .map_err(Failed::because("open the database"))?;
        let is_sqlite = matches!(settings.database, Database::Sqlite(_));
        let (writer, log) = (is_sqlite.then(Arc::default), is_sqlite.then(Log::default));
        Ok(Self { pool, writer, line: Line::default(), log, wake: Wake::new(settings) })
    }

    /// Brings the tables up to date; returns how many steps were taken.
    ///
    /// # Errors
    /// `Failed` where a step cannot be applied.
    pub fn migrate(&self) -> Result<usize, Failed> {
        self.connection()?.migrate()
    }

    /// Whether the tables are as this version needs them.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn is_current(&self) -> Result<bool, Failed> {
        self.connection()?.is_current()
    }

    /// Whether only one process may work the queue.
    #[must_use]
    pub const fn has_single_writer(&self) -> bool {
        self.writer.is_some()
    }

    /// Rings when there is new work.
    #[must_use]
    pub const fn wake(&self) -> &Wake {
        &self.wake
    }

    /// Reads in one transaction, on this thread.
    ///
    /// # Errors
    /// What `work` returns, or `Failed` where the database does not answer.
    pub fn read_now<T, E: From<Failed>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.run(false, work)
    }

    /// Writes in one transaction, on this thread: all of it or nothing.
    ///
    /// # Errors
    /// What `work` returns, or `Failed` where the database does not answer.
    pub fn write_now<T, E: From<Failed>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let _turn = self.take_turn();
        self.run(true, work)
    }

    /// [`Self::read_now`], off the async threads.
    ///
    /// # Errors
    /// As [`Self::read_now`].
    pub async fn read<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Failed> + Send + 'static,
    {
        let store = self.clone();
        off_thread(move || store.read_now(work)).await
    }

    /// [`Self::write_now`], off the async threads. On SQLite, those who come while another writes share one commit.
    ///
    /// # Errors
    /// As [`Self::write_now`].
    pub async fn write<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Failed> + Send + 'static,
    {
        let store = self.clone();
        if !self.has_single_writer() {
            return off_thread(move || store.write_now(work)).await;
        }
        let (answer, lead) = self.line.join(work);
        if let Some(lead) = lead {
            tokio::task::spawn_blocking(move || store.write_together(lead));
        }
        answer.await.unwrap_or_else(|_| Err(Failed::new("finish database work", "nobody was left to do it").into()))
    }

    /// Lets everyone write who waits, and who comes meanwhile.
    fn write_together(&self, mut lead: Lead) {
        loop {
            let _turn = self.take_turn();
            let mut writers = lead.next();
            if writers.is_empty() {
                return;
            }
            let committed = self.run(true, |tx| commit::write_each(tx, &mut writers));
            for writer in writers {
                writer.answer(committed.as_ref().copied());
            }
        }
    }

    fn take_turn(&self) -> Option<MutexGuard<'_, ()>> {
        // A panic while writing rolled back already; the gate guards no data of its own.
        self.writer.as_ref().map(|gate| gate.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn run<T, E: From<Failed>>(&self, writes: bool, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut connection = self.connection()?;
        connection.begin(writes)?;
        let mut open = Rollback { connection: &mut connection, armed: true };
        let mut tx = Tx { connection: open.connection, queued: false };
        let result = work(&mut tx)?;
        let queued = tx.queued;
        if queued {
            open.connection.announce()?;
        }
        open.armed = false;
        open.connection.commit()?;
        if writes {
            self.tend_log();
        }
        if queued {
            self.wake.ring();
        }
        Ok(result)
    }

    fn connection(&self) -> Result<PooledConnection<Opener>, Failed> {
        self.pool.get().map_err(Failed::because("get a database connection"))
    }
}

/// Rolls back unless disarmed: on an error, and on a panic.
struct Rollback<'pool> {
    connection: &'pool mut Connection,
    armed: bool,
}

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        if self.armed
            && let Err(error) = self.connection.roll_back()
        {
            tracing::warn!(%error, "a transaction could not be rolled back; the connection is dropped");
        }
    }
}

async fn off_thread<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Failed> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Failed::new("finish database work", error).into()),
    }
}

#[cfg(unix)]
fn create_private_folder(settings: &Settings) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&settings.data_dir)?;
    if let Database::Sqlite(path) = &settings.database {
        std::fs::OpenOptions::new().create(true).append(true).open(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
