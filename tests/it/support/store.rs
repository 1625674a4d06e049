//! A store of one test, on either engine: its own database, its own data folder, a clock that stands still.

use std::{collections::BTreeMap, ops::Deref, path::Path};

use archipel::{
    config::{Clock, Settings},
    domain::{
        actor::{Actor, ActorId},
        delivery::{Delivery, DeliveryState},
        dispatch::Selection,
        moment::Moment,
        slice::Slice,
    },
    storage::{self, Failed, Store, Tx, dispatch},
};
use chrono::{TimeZone, Utc};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_types::Text,
};
use tempfile::TempDir;

use super::{Engine, postgres};

/// A store with what belongs to it; all of it is gone when this is dropped.
pub struct TestStore {
    store: Store,
    /// The settings it was opened with.
    pub settings: Settings,
    /// Stands at 2026-11-01T09:00:00Z until it is moved.
    pub clock: Clock,
    database: Option<postgres::Database>,
    _folder: TempDir,
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// A migrated, empty store of the organisation at alpha.example.
pub fn store(engine: Engine) -> TestStore {
    let store = connect(match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(postgres::Database::create(migrate)),
    });
    store.migrate().expect("the tables");
    store
}

impl TestStore {
    /// A store without any table.
    pub fn unmigrated(engine: Engine) -> Self {
        connect(match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(postgres::Database::create_empty()),
        })
    }

    /// What the clock says.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Does this in one transaction, which must succeed.
    pub fn commit<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failed>) -> T {
        self.store.write_now(work).expect("the transaction commits")
    }

    /// Runs a statement past the store, on a connection of its own: for damage that the store itself never does.
    pub fn execute(&self, statement: &str) {
        match &self.database {
            None => self.sqlite().batch_execute(statement),
            Some(database) => database.connect().batch_execute(statement),
        }
        .expect("the statement runs");
    }

    /// The pairs that a query names `one` and `other`.
    pub fn pairs(&self, query: &str) -> Vec<(String, String)> {
        let rows: Vec<Pair> = match &self.database {
            None => diesel::sql_query(query).load(&mut self.sqlite()),
            Some(database) => diesel::sql_query(query).load(&mut database.connect()),
        }
        .expect("the query answers");
        rows.into_iter().map(|pair| (pair.one, pair.other)).collect()
    }

    fn sqlite(&self) -> SqliteConnection {
        let path = self.settings.data_dir.join("archipel.sqlite");
        SqliteConnection::establish(&path.display().to_string()).expect("the SQLite file opens")
    }
}

/// Keeps a lab of another host, and lists it as an administrator would; its row.
pub fn list_lab(store: &TestStore, lab: &Actor) -> ActorId {
    store.commit(|tx| {
        let id = storage::actor::save(tx, lab)?;
        storage::listing::confirm(tx, &Actor { id, ..lab.clone() }, None, store.now())?;
        Ok(id)
    })
}

/// Every row of every table of a SQLite file.
pub fn everything_in_sqlite(path: &Path) -> Vec<(String, String)> {
    let mut connection = SqliteConnection::establish(&path.display().to_string()).expect("the SQLite file opens");
    let tables =
        "SELECT name AS one, name AS other FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    let mut load = |query: &str| diesel::sql_query(query).load::<Pair>(&mut connection).expect("the query answers");
    let mut rows = Vec::new();
    for Pair { one: table, .. } in load(tables) {
        let columns = load(&format!("SELECT name AS one, name AS other FROM pragma_table_info('{table}')"));
        let columns: Vec<String> = columns.into_iter().map(|column| format!("quote({})", column.one)).collect();
        rows.extend(load(&format!("SELECT '{table}' AS one, {} AS other FROM {table}", columns.join(" || ',' || "))));
    }
    sorted(rows)
}

/// Every row of every table of a PostgreSQL database.
pub fn everything_in_postgres(connection: &mut PgConnection) -> Vec<(String, String)> {
    let tables = "SELECT tablename::text AS one, ''::text AS other FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
    let mut load = |query: &str| diesel::sql_query(query).load::<Pair>(connection).expect("the query answers");
    let tables = load(tables).into_iter().map(|table| table.one).collect::<Vec<_>>();
    sorted(
        tables.iter().flat_map(|table| load(&format!("SELECT '{table}' AS one, t::text AS other FROM {table} AS t"))).collect(),
    )
}

fn sorted(rows: Vec<Pair>) -> Vec<(String, String)> {
    let mut rows: Vec<_> = rows.into_iter().map(|pair| (pair.one, pair.other)).collect();
    rows.sort();
    rows
}

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = Text)]
    one: String,
    #[diesel(sql_type = Text)]
    other: String,
}

fn connect(database: Option<postgres::Database>) -> TestStore {
    let folder = TempDir::new().expect("a folder");
    let settings = settings(&folder, database.as_ref().map(postgres::Database::url));
    let store = Store::connect(&settings).expect("the store opens");
    let nine = Utc.with_ymd_and_hms(2026, 11, 1, 9, 0, 0).single().expect("a moment");
    TestStore { store, settings, clock: Clock::fixed(nine), database, _folder: folder }
}

fn migrate(url: &str) {
    let folder = TempDir::new().expect("a folder");
    Store::open(&settings(&folder, Some(url.to_owned()))).expect("the template is migrated");
}

fn settings(folder: &TempDir, database_url: Option<String>) -> Settings {
    let mut given = BTreeMap::from([
        ("ARCHIPEL_URL", "https://alpha.example".to_owned()),
        ("ARCHIPEL_ORGANISATION_NAME", "Ministerie van Voorbeelden".to_owned()),
        ("ARCHIPEL_DATA_DIR", folder.path().join("data").display().to_string()),
    ]);
    if let Some(url) = database_url {
        given.insert("ARCHIPEL_DATABASE_URL", url);
    }
    Settings::read(|name| given.get(name).cloned()).expect("settings")
}

/// Deliveries as the lists of administrators tell them, newest first.
pub fn list_deliveries(tx: &mut Tx<'_>, state: Option<DeliveryState>, limit: i64) -> Result<Vec<Delivery>, Failed> {
    let wanted = Selection { state, host: None };
    Ok(dispatch::list(tx, &wanted, Slice::from(limit))?.into_iter().map(|dispatch| dispatch.delivery).collect())
}
