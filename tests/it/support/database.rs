//! A server's database past the store: for looks that the store does not offer, and for time that has to pass.

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_types::Text,
};

use super::Server;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Runs statements.
pub fn execute(server: &Server, statements: &str) {
    match server.setting("ARCHIPEL_DATABASE_URL") {
        Some(url) => postgres(url).batch_execute(statements),
        None => sqlite(server).batch_execute(statements),
    }
    .expect("the statements run");
}

/// What a query names `line`.
pub fn lines(server: &Server, query: &str) -> Vec<String> {
    let query = diesel::sql_query(query);
    let lines: Vec<Line> = match server.setting("ARCHIPEL_DATABASE_URL") {
        Some(url) => query.load(&mut postgres(url)),
        None => query.load(&mut sqlite(server)),
    }
    .expect("the query answers");
    lines.into_iter().map(|line| line.line).collect()
}

/// A minute passes for everything that waits: what a dead worker held is free, and what rests has rested a minute longer.
pub fn let_a_minute_pass(server: &Server) {
    let columns = match server.setting("ARCHIPEL_DATABASE_URL") {
        Some(_) => {
            "SELECT table_name || ' ' || column_name AS line FROM information_schema.columns \
             WHERE column_name IN ('lease_until', 'due_at') AND table_schema = 'public'"
        }
        None => {
            "SELECT t.name || ' ' || c.name AS line FROM sqlite_master t JOIN pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND c.name IN ('lease_until', 'due_at')"
        }
    };
    for place in lines(server, columns) {
        let (table, column) = place.split_once(' ').expect("a table and a column");
        execute(server, &format!("UPDATE {table} SET {column} = {column} - 60000 WHERE {column} IS NOT NULL"));
    }
}

/// Fails where SQLite finds its own file damaged.
pub fn check_integrity(server: &Server) {
    if server.setting("ARCHIPEL_DATABASE_URL").is_none() {
        assert_eq!(lines(server, "SELECT integrity_check AS line FROM pragma_integrity_check"), ["ok"]);
        assert_eq!(lines(server, "SELECT \"table\" AS line FROM pragma_foreign_key_check"), [""; 0]);
    }
}

/// A connection of its own to the SQLite file.
pub fn sqlite(server: &Server) -> SqliteConnection {
    let path = format!("{}/archipel.sqlite", server.setting("ARCHIPEL_DATA_DIR").expect("a data folder"));
    let mut connection = SqliteConnection::establish(&path).expect("the SQLite file opens");
    connection.batch_execute("PRAGMA busy_timeout = 20000").expect("a patient connection");
    connection
}

/// A connection of its own to PostgreSQL.
pub fn postgres(url: &str) -> PgConnection {
    PgConnection::establish(url).expect("PostgreSQL answers")
}
