//! One worker per SQLite file: held as a lock on a file in the data folder, gone with the process.

use std::fs::{File, OpenOptions, TryLockError};

use crate::{config::Settings, domain::refusal::Refused, storage::Store};

/// Held while working.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Takes the lock; on PostgreSQL any number of workers may work, and nothing is locked.
    ///
    /// # Errors
    /// `Refused` where another process works this SQLite file.
    pub fn take(settings: &Settings, store: &Store) -> Result<Self, Refused> {
        if !store.has_single_writer() {
            return Ok(Self { _file: None });
        }
        let path = settings.data_dir.join("worker.lock");
        let refused = |key| Refused::conflict(key).with("folder", settings.data_dir.display());
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(|_| refused("data-folder"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(refused("second-worker")),
            Err(TryLockError::Error(_)) => Err(refused("data-folder")),
        }
    }
}
