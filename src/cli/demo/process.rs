//! The server of one organisation, in a process of its own that never outlives the demo.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::process::{Child, ChildStdin, Command};

use crate::storage::Failed;

/// A running server.
#[derive(Debug)]
pub struct Process {
    child: Child,
    // Held apart: waiting for a child closes the one that it holds.
    stdin: Option<ChildStdin>,
    log: PathBuf,
}

/// How long a server may take to stop.
const PATIENCE: Duration = Duration::from_secs(12);

impl Process {
    /// Starts `archipel serve` with the settings in this file, and nothing from our environment.
    ///
    /// # Errors
    /// `Failed` where it cannot be started.
    pub fn start(settings: &Path) -> Result<Self, Failed> {
        let log = settings.with_file_name("log");
        let told = Failed::because::<std::io::Error>;
        let output = File::options().create(true).append(true).open(&log).map_err(told("open a log"))?;
        let program = std::env::current_exe().map_err(told("find this program"))?;
        let mut child = Command::new(program)
            .args(["serve", "--while-stdin-is-open"])
            .env_clear()
            .env("ARCHIPEL_CONFIG", settings)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().map_err(told("open a log"))?)
            .stderr(output)
            // Ctrl-C is for us alone; we stop the servers in our own time.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(told("start a server"))?;
        Ok(Self { stdin: child.stdin.take(), child, log })
    }

    /// Fails with the last line of its log where it has stopped.
    ///
    /// # Errors
    /// `Failed` where it has.
    pub fn require_running(&mut self) -> Result<(), Failed> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.stopped(status)),
            Err(error) => Err(Failed::new("look at a server", error)),
        }
    }

    /// Waits until it stops by itself, and says why.
    pub async fn wait(&mut self) -> Failed {
        match self.child.wait().await {
            Ok(status) => self.stopped(status),
            Err(error) => Failed::new("look at a server", error),
        }
    }

    /// Stops it: its standard input closes, it finishes what it does; where it does not, it is killed.
    pub async fn stop(mut self) {
        drop(self.stdin.take());
        if tokio::time::timeout(PATIENCE, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }

    fn stopped(&self, status: ExitStatus) -> Failed {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let last = log.lines().last().unwrap_or("it said nothing");
        Failed::new("keep a server of the demo running", format!("it stopped with {status}; its last words: {last}"))
    }
}
