//! A peer's own program, run from `tests/peers`: it says when it is ready, and ends with the test.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// A running program.
pub struct Program {
    /// What it said when it was ready.
    pub said: String,
    // Its standard input closes with this, and then it ends; where it does not, it is killed.
    _child: Child,
}

impl Program {
    /// Starts a program of `tests/peers` and waits for its line `ready ...`.
    pub async fn start(name: &str, arguments: &[&str]) -> Self {
        let mut command = command(name);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let line = timeout(Duration::from_secs(20), lines.next_line()).await;
        let said = line.expect("a program that is ready in time").expect("text").unwrap_or_default();
        let Some(said) = said.strip_prefix("ready ") else { panic!("{name} ended, or said {said:?}") };
        Self { said: said.to_owned(), _child: child }
    }
}

/// A program of `tests/peers`, to be run.
pub fn command(name: &str) -> Command {
    let mut command = Command::new(folder().join(name));
    command.current_dir(folder()).kill_on_drop(true);
    command
}

/// Where they are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers")
}

/// Fails where Fedify and the browser's driver are not installed.
pub fn require_packages() {
    let installed = folder().join("node_modules/.package-lock.json").exists();
    assert!(installed, "Fedify and playwright-core are not installed: run bin/setup.");
}

/// Fails where a program is not installed.
pub fn require_program(name: &str) {
    let found = std::process::Command::new("sh").args(["-c", &format!("command -v {name}")]).stdout(Stdio::null()).status();
    assert!(found.is_ok_and(|found| found.success()), "{name} is not installed: run bin/setup.");
}
