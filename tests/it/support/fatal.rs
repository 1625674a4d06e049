//! Kills a program of ours just before its n-th write. `strace` can do that too, but counts each thread and each call by itself,
//! so that the writes of a second thread would never be reached; a library in the program's own process counts them all.

use std::{path::PathBuf, process::Command};

use tempfile::TempDir;

/// The library, and what it wrote down.
pub struct Fatal {
    folder: TempDir,
}

impl Fatal {
    /// Builds it with the C compiler that linking needs anyway.
    pub fn build() -> Self {
        let fatal = Self { folder: TempDir::new().expect("a folder") };
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/fatal.c");
        let output = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(fatal.library()).arg(source).output();
        let output = output.expect("cc is not installed: run bin/setup.");
        assert!(output.status.success(), "fatal.c: {}", String::from_utf8_lossy(&output.stderr));
        fatal
    }

    /// The environment of a program that does not live to make this write, counted from its start; 0 for one that lives.
    pub fn at(&self, write: usize) -> Vec<(&'static str, String)> {
        let record = self.record().display().to_string();
        vec![("LD_PRELOAD", self.library().display().to_string()), ("FATAL_AT", write.to_string()), ("FATAL_RECORD", record)]
    }

    /// The same, counted from the signal USR1.
    pub fn once_armed(&self, write: usize) -> Vec<(&'static str, String)> {
        let mut environment = self.at(write);
        environment.push(("FATAL_WAITS", "1".to_owned()));
        environment
    }

    /// The names of the writes that were made since this was asked last; the last of them was not, where it was fatal.
    pub fn take_record(&self) -> Vec<String> {
        let made = std::fs::read_to_string(self.record()).unwrap_or_default();
        let _ = std::fs::remove_file(self.record());
        made.lines().map(str::to_owned).collect()
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("fatal.so")
    }

    fn record(&self) -> PathBuf {
        self.folder.path().join("writes")
    }
}
