//! A throwaway PostgreSQL cluster, shared by all tests of a run, and a fresh migrated database for each test.
//! It never touches a server that was running before.

use std::{
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use diesel::{
    Connection, PgConnection, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{BigInt, Bool},
};

const TEMPLATE: &str = "archipel_template";

/// A database of one test, dropped with it.
pub struct Database {
    name: String,
}

impl Database {
    /// A copy of the migrated template; whoever comes first lets `migrate` make that, once per run, at the URL it is given.
    pub fn create(migrate: impl FnOnce(&str)) -> Self {
        make_template(migrate);
        Self::copy(TEMPLATE)
    }

    /// Without any table.
    pub fn create_empty() -> Self {
        Self::copy("template1")
    }

    /// Where it is, as the settings name it.
    pub fn url(&self) -> String {
        url(&self.name)
    }

    /// A connection past the store.
    pub fn connect(&self) -> PgConnection {
        connect(&self.name)
    }

    /// What a query counts, under the name `number`.
    pub fn number(&self, query: &str) -> i64 {
        diesel::sql_query(query).get_result::<Counted>(&mut self.connect()).expect("a number").number
    }

    fn copy(template: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
        connect("postgres").batch_execute(&create).expect("a fresh database");
        Self { name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What is left over goes with the cluster.
        let _ = connect("postgres").batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Tests run in processes of their own, so a lock in the cluster decides who makes the template. It gets its name last:
/// what has the name is complete.
fn make_template(migrate: impl FnOnce(&str)) {
    let mut connection = connect("postgres");
    connection.batch_execute("SELECT pg_advisory_lock(1)").expect("a turn");
    let found = format!("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}') AS found");
    if !diesel::sql_query(found).get_result::<Found>(&mut connection).expect("a list of databases").found {
        connection.batch_execute("DROP DATABASE IF EXISTS unfinished WITH (FORCE)").expect("a clean start");
        connection.batch_execute("CREATE DATABASE unfinished").expect("an empty database");
        migrate(&url("unfinished"));
        connection.batch_execute(&format!("ALTER DATABASE unfinished RENAME TO {TEMPLATE}")).expect("a template");
    }
}

fn connect(name: &str) -> PgConnection {
    PgConnection::establish(&url(name)).expect("the throwaway cluster answers")
}

fn url(name: &str) -> String {
    format!("{}/{name}", *CLUSTER)
}

/// nextest starts one cluster for the whole run (`.config/nextest.toml`); elsewhere each test process starts one when it
/// first needs it.
static CLUSTER: LazyLock<String> = LazyLock::new(|| {
    #[expect(clippy::disallowed_methods, reason = "the one way in which nextest's setup script speaks to a test")]
    let started = std::env::var("ARCHIPEL_TEST_POSTGRES");
    started.unwrap_or_else(|_| start_cluster("off"))
});

/// A cluster of one test alone, that keeps what was committed when it ends in the middle of everything.
pub struct Cluster {
    url: String,
}

impl Cluster {
    /// Starts it.
    pub fn start() -> Self {
        Self { url: start_cluster("on") }
    }

    /// Where its one database is.
    pub fn url(&self) -> String {
        format!("{}/postgres", self.url)
    }

    /// Ends it in the middle of everything, and starts it again.
    pub fn restart(&self) {
        let folder = self.url.rsplit('@').next().expect("a folder").replace("%2F", "/");
        let output = Command::new(SCRIPT).args(["restart", &folder]).output().expect("the script that starts PostgreSQL");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/start-postgres");

fn start_cluster(commit: &str) -> String {
    let answer = tempfile::NamedTempFile::new().expect("a file for the address");
    let mut command = Command::new(SCRIPT);
    command.env("NEXTEST_ENV", answer.path()).env("ARCHIPEL_TEST_COMMIT", commit);
    let output = command.output().expect("the script that starts PostgreSQL");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = std::fs::read_to_string(answer.path()).expect("the address of the cluster");
    said.trim().strip_prefix("ARCHIPEL_TEST_POSTGRES=").expect("the address of the cluster").to_owned()
}
