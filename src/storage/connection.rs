//! One connection of either engine, opened with what each needs. The one macro that writes a query for both is here.

use std::{
    ops::{Deref, DerefMut},
    time::{Duration, Instant},
};

use diesel::{
    Connection as _, PgConnection, SqliteConnection,
    connection::{AnsiTransactionManager, TransactionManager},
    r2d2::ManageConnection,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Failed, checkpoint::TOO_LONG, notification};
use crate::config::Database;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// A connection of either engine.
pub enum Connection {
    /// SQLite.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Postgres(PgConnection),
}

/// Runs one diesel expression on whichever engine the transaction is on: the same text, compiled twice.
macro_rules! on {
    ($tx:expr, $connection:ident => $query:expr) => {
        match $tx.connection() {
            $crate::storage::connection::Connection::Sqlite($connection) => $query,
            $crate::storage::connection::Connection::Postgres($connection) => $query,
        }
    };
}
pub(super) use on;

impl Connection {
    /// Begins; a SQLite writer takes its lock at once, so that it never meets another half way. On PostgreSQL writers share a turn,
    /// which [`Self::be_alone`] waits for.
    pub(super) fn begin(&mut self, writes: bool) -> Result<(), Failed> {
        let begun = match self {
            Self::Sqlite(connection) if writes => AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE"),
            Self::Sqlite(connection) => AnsiTransactionManager::begin_transaction(connection),
            Self::Postgres(connection) if writes => begin_shared(connection),
            Self::Postgres(connection) => AnsiTransactionManager::begin_transaction(connection),
        };
        begun.map_err(Failed::because("begin a transaction"))
    }

    /// Waits until everyone has ended who writes, and lets nobody begin before this transaction ends: what they read stays true, and
    /// whoever comes after sees what is written now. A SQLite writer is alone anyway.
    pub(super) fn be_alone(&mut self) -> Result<(), Failed> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => {
                run(connection, "SELECT pg_advisory_xact_lock(729137)").map_err(Failed::because("write alone"))
            }
        }
    }

    /// What this transaction queued is told with its commit, where the database can do that.
    pub(super) fn announce(&mut self) -> Result<(), Failed> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => notification::say(connection).map_err(Failed::because("tell of new work")),
        }
    }

    pub(super) fn commit(&mut self) -> Result<(), Failed> {
        let committed = match self {
            Self::Sqlite(connection) => AnsiTransactionManager::commit_transaction(connection),
            Self::Postgres(connection) => AnsiTransactionManager::commit_transaction(connection),
        };
        committed.map_err(Failed::because("commit a transaction"))
    }

    pub(super) fn roll_back(&mut self) -> Result<(), Failed> {
        let rolled_back = match self {
            Self::Sqlite(connection) => AnsiTransactionManager::rollback_transaction(connection),
            Self::Postgres(connection) => AnsiTransactionManager::rollback_transaction(connection),
        };
        rolled_back.map_err(Failed::because("roll a transaction back"))
    }

    /// Brings the tables up to date; several processes may start at once. Returns how many steps were taken.
    ///
    /// # Errors
    /// `Failed` where a step cannot be applied.
    pub fn migrate(&mut self) -> Result<usize, Failed> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| Failed::new("bring the tables up to date", error);
        match self {
            Self::Sqlite(connection) => connection
                .immediate_transaction(|connection| Ok(connection.run_pending_migrations(SQLITE_MIGRATIONS)?.len()))
                .map_err(failed),
            Self::Postgres(connection) => {
                run(connection, "SELECT pg_advisory_lock(729134)").map_err(Failed::because("lock the tables"))?;
                let steps = connection.run_pending_migrations(POSTGRES_MIGRATIONS).map(|steps| steps.len()).map_err(failed);
                run(connection, "SELECT pg_advisory_unlock(729134)").map_err(Failed::because("unlock the tables"))?;
                steps
            }
        }
    }

    /// Whether every step was taken.
    ///
    /// # Errors
    /// `Failed` where that cannot be read.
    pub fn is_current(&mut self) -> Result<bool, Failed> {
        let pending = match self {
            Self::Sqlite(connection) => connection.has_pending_migration(SQLITE_MIGRATIONS),
            Self::Postgres(connection) => connection.has_pending_migration(POSTGRES_MIGRATIONS),
        };
        pending.map(|pending| !pending).map_err(|error| Failed::new("look at the tables", error))
    }
}

/// Opens connections for the pool.
#[derive(Debug, Clone)]
pub(super) struct Opener {
    pub(super) database: Database,
}

/// A connection in the pool, and when it was last seen to work.
pub(super) struct Pooled {
    connection: Connection,
    checked: Instant,
}

/// A connection that was seen to work so lately is not asked again: that would double the ways to the database.
const TRUSTED: Duration = Duration::from_secs(1);

impl Deref for Pooled {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl ManageConnection for Opener {
    type Connection = Pooled;
    type Error = Failed;

    fn connect(&self) -> Result<Pooled, Failed> {
        let connection = match &self.database {
            Database::Sqlite(path) => open_sqlite(&path.display().to_string()),
            Database::Postgres(url) => open_postgres(url),
        };
        Ok(Pooled { connection: connection?, checked: Instant::now() })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Failed> {
        if pooled.checked.elapsed() < TRUSTED {
            return Ok(());
        }
        let checked = match &mut pooled.connection {
            Connection::Sqlite(connection) => run(connection, "SELECT 1"),
            Connection::Postgres(connection) => run(connection, "SELECT 1"),
        };
        pooled.checked = Instant::now();
        checked.map_err(Failed::because("check a connection"))
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        let broken = |status: &diesel::connection::TransactionManagerStatus| status.transaction_depth().is_err();
        match &mut pooled.connection {
            Connection::Sqlite(connection) => broken(AnsiTransactionManager::transaction_manager_status_mut(connection)),
            Connection::Postgres(connection) => broken(AnsiTransactionManager::transaction_manager_status_mut(connection)),
        }
    }
}

/// One way to the database for both statements. Where the turn does not come, the transaction that the library knows nothing of ends.
fn begin_shared(connection: &mut PgConnection) -> diesel::QueryResult<()> {
    let begun = AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN; SELECT pg_advisory_xact_lock_shared(729137)");
    if begun.is_err() {
        // It is closed where even this fails: the pool asks before it lends a connection again.
        let _ = run(connection, "ROLLBACK");
    }
    begun
}

/// A process that stands still in the middle of a transaction loses it, so that its locks hold up no other for long; and nobody
/// waits for a lock for ever.
fn open_postgres(url: &str) -> Result<Connection, Failed> {
    let mut connection = PgConnection::establish(url).map_err(Failed::because("connect to PostgreSQL"))?;
    for setting in ["SET idle_in_transaction_session_timeout = '15s'", "SET lock_timeout = '20s'"] {
        run(&mut connection, setting).map_err(Failed::because("prepare a connection to PostgreSQL"))?;
    }
    Ok(Connection::Postgres(connection))
}

fn open_sqlite(path: &str) -> Result<Connection, Failed> {
    let mut connection = SqliteConnection::establish(path).map_err(Failed::because("open the SQLite file"))?;
    let backstop = format!("PRAGMA wal_autocheckpoint = {TOO_LONG}");
    for pragma in [
        "PRAGMA busy_timeout = 10000",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = NORMAL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA cache_size = -4000",
        &backstop,
    ] {
        run(&mut connection, pragma).map_err(Failed::because("prepare the SQLite file"))?;
    }
    Ok(Connection::Sqlite(connection))
}

fn run<C>(connection: &mut C, statement: &str) -> diesel::QueryResult<()>
where
    C: diesel::connection::SimpleConnection,
{
    connection.batch_execute(statement)
}
