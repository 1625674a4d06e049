//! One connection of either engine, opened with what each needs. The one macro that writes a query for both is here.

use diesel::{
    Connection as _, PgConnection, SqliteConnection,
    connection::{AnsiTransactionManager, TransactionManager},
    r2d2::ManageConnection,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Failed;
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
    /// Begins; a SQLite writer takes its lock at once, so that it never meets another half way.
    pub(super) fn begin(&mut self, writes: bool) -> Result<(), Failed> {
        let begun = match self {
            Self::Sqlite(connection) if writes => AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE"),
            Self::Sqlite(connection) => AnsiTransactionManager::begin_transaction(connection),
            Self::Postgres(connection) => AnsiTransactionManager::begin_transaction(connection),
        };
        begun.map_err(Failed::because("begin a transaction"))
    }

    pub(super) fn commit(&mut self) -> Result<(), Failed> {
        let committed = match self {
            Self::Sqlite(connection) => AnsiTransactionManager::commit_transaction(connection),
            Self::Postgres(connection) => AnsiTransactionManager::commit_transaction(connection),
        };
        committed.map_err(Failed::because("commit a transaction"))
    }

    pub(super) fn roll_back(&mut self) {
        let rolled_back = match self {
            Self::Sqlite(connection) => AnsiTransactionManager::rollback_transaction(connection),
            Self::Postgres(connection) => AnsiTransactionManager::rollback_transaction(connection),
        };
        if let Err(error) = rolled_back {
            tracing::warn!(%error, "a transaction could not be rolled back; the connection is dropped");
        }
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

impl ManageConnection for Opener {
    type Connection = Connection;
    type Error = Failed;

    fn connect(&self) -> Result<Connection, Failed> {
        match &self.database {
            Database::Sqlite(path) => open_sqlite(&path.display().to_string()),
            Database::Postgres(url) => {
                PgConnection::establish(url).map(Connection::Postgres).map_err(Failed::because("connect to PostgreSQL"))
            }
        }
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), Failed> {
        let checked = match connection {
            Connection::Sqlite(connection) => run(connection, "SELECT 1"),
            Connection::Postgres(connection) => run(connection, "SELECT 1"),
        };
        checked.map_err(Failed::because("check a connection"))
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        let broken = |status: &diesel::connection::TransactionManagerStatus| status.transaction_depth().is_err();
        match connection {
            Connection::Sqlite(connection) => broken(AnsiTransactionManager::transaction_manager_status_mut(connection)),
            Connection::Postgres(connection) => broken(AnsiTransactionManager::transaction_manager_status_mut(connection)),
        }
    }
}

fn open_sqlite(path: &str) -> Result<Connection, Failed> {
    let mut connection = SqliteConnection::establish(path).map_err(Failed::because("open the SQLite file"))?;
    for pragma in [
        "PRAGMA busy_timeout = 10000",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = NORMAL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA cache_size = -4000",
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
