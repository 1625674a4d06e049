//! The tables: the same on both engines, and exactly those that `src/storage/schema.rs` tells diesel of.

use crate::support::{Engine, TestStore, on_both_engines, store};

const SCHEMA: &str = include_str!("../../../src/storage/schema.rs");

// Where words are found again differs by nature: a virtual table and what belongs to it, or a column of another type.
const SQLITE_COLUMNS: &str = "
    SELECT tables.name AS one, columns.name || ' -> ' ||
        CASE WHEN columns.pk > 0 OR columns.\"notnull\" THEN '' ELSE '?' END ||
        CASE WHEN columns.type = 'INTEGER' AND columns.pk > 0 THEN 'bigint' ELSE lower(columns.type) END AS other
    FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%' AND tables.name NOT LIKE '%diesel%' AND tables.name NOT LIKE 'search_index%'
    ORDER BY tables.name, columns.cid";

const POSTGRES_COLUMNS: &str = "
    SELECT table_name::text AS one, column_name || ' -> ' ||
        CASE WHEN is_nullable = 'YES' THEN '?' ELSE '' END || data_type AS other
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE '%diesel%' AND table_name NOT LIKE 'search_index%'
    ORDER BY table_name, ordinal_position";

fn columns(store: &TestStore, engine: Engine) -> Vec<(String, String)> {
    store.pairs(if engine == Engine::Sqlite { SQLITE_COLUMNS } else { POSTGRES_COLUMNS })
}

on_both_engines! {
    fn every_table_has_the_columns_that_the_code_reads_in_its_order(engine) {
        let store = store(engine);
        let described = described(SCHEMA);
        assert!(described.len() > 80, "the schema was not read: {described:?}");
        assert_eq!(columns(&store, engine), described);
    }

    fn every_migration_can_be_undone(engine) {
        let store = store(engine);
        let tree = if engine == Engine::Sqlite { "migrations/sqlite" } else { "migrations/postgres" };
        let tree = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(tree);
        let mut steps: Vec<_> = std::fs::read_dir(tree).unwrap().map(|entry| entry.unwrap().path()).collect();
        steps.sort();
        for step in steps.iter().rev() {
            store.execute(&std::fs::read_to_string(step.join("down.sql")).unwrap());
        }
        assert_eq!(columns(&store, engine), []);
    }
}

#[test]
fn sqlite_is_built_so_that_a_plan_depends_on_no_value() {
    let built = "SELECT compile_options AS one, '' AS other FROM pragma_compile_options WHERE compile_options = 'ENABLE_QPSG'";
    assert_eq!(store(Engine::Sqlite).pairs(built).len(), 1, "else whatever has a limit is planned each time it is asked");
}

/// What `schema.rs` says, as the databases tell it: pairs of a table and `column -> type`, `?` for what may be missing.
fn described(schema: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for table in schema.split("diesel::table! {").skip(1) {
        let (head, rest) = table.split_once('{').unwrap();
        let name = head.split('(').next().unwrap().trim();
        for column in rest.split('}').next().unwrap().split(',').map(str::trim).filter(|column| !column.is_empty()) {
            let (column, kind) = column.split_once(" -> ").unwrap();
            all.push((name.to_owned(), format!("{column} -> {}", kind_in_sql(kind))));
        }
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

fn kind_in_sql(kind: &str) -> String {
    match kind.strip_prefix("Nullable<") {
        Some(inner) => format!("?{}", kind_in_sql(inner.trim_end_matches('>'))),
        None if kind == "Bool" => "boolean".into(),
        None => kind.to_lowercase(),
    }
}
