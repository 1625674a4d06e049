//! Tells the workers that there is work: those in this process at once, those in others through sockets in the data folder.
//! It carries no data; who is woken looks in the queue.

use std::{
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::Notify;

/// Rings when a transaction that queued something has committed.
#[derive(Debug, Clone)]
pub struct Wake {
    here: Arc<Notify>,
    folder: PathBuf,
}

impl Wake {
    /// Rings workers that listen in this data folder.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self { here: Arc::new(Notify::new()), folder: data_dir.join("wake") }
    }

    /// Waits for the next ring in this process.
    pub async fn wait(&self) {
        self.here.notified().await;
    }

    /// Wakes workers in this process only.
    pub fn ring_here(&self) {
        self.here.notify_one();
    }

    /// Wakes every worker; a socket that nobody listens at is removed.
    pub fn ring(&self) {
        self.ring_here();
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let Ok(socket) = UnixDatagram::unbound() else { return };
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| !is_mine(path)) {
            if socket.send_to(b"work", &path).is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused) {
                let _ = std::fs::remove_file(&path);
            }
        }
    }

    /// Opens this process's socket, so that others can ring it.
    ///
    /// # Errors
    /// The system's error where the folder cannot hold a socket.
    pub fn listen(&self) -> std::io::Result<UnixDatagram> {
        std::fs::create_dir_all(&self.folder)?;
        let path = my_path(&self.folder);
        let _ = std::fs::remove_file(&path);
        let socket = UnixDatagram::bind(path)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    }

    /// Removes this process's socket.
    pub fn stop_listening(&self) {
        let _ = std::fs::remove_file(my_path(&self.folder));
    }
}

fn my_path(folder: &Path) -> PathBuf {
    folder.join(std::process::id().to_string())
}

fn is_mine(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy() == std::process::id().to_string())
}
