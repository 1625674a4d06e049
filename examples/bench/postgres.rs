//! A PostgreSQL cluster for one run of the benchmark: the tests' own, thrown away afterwards. It touches no other server.

use std::process::Command;

use super::Measured;

/// Starts a cluster that ends with this process; the address of its one empty database.
pub fn start() -> Measured<String> {
    let answer = std::env::temp_dir().join(format!("archipel-bench-{}.postgres", std::process::id()));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/start-postgres");
    // As it is installed, it keeps statistics; without them it plans for tables of which it knows nothing.
    let started = Command::new(script).env("NEXTEST_ENV", &answer).env("ARCHIPEL_TEST_AUTOVACUUM", "on").status()?;
    let said = std::fs::read_to_string(&answer)?;
    std::fs::remove_file(&answer)?;
    let url = said.trim().strip_prefix("ARCHIPEL_TEST_POSTGRES=").filter(|_| started.success());
    Ok(format!("{}/postgres", url.ok_or("PostgreSQL does not start")?))
}
