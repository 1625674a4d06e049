//! Tells the workers that there is work: those in this process at once, those in others through sockets in the data folder
//! (SQLite) or through the database itself (PostgreSQL). It carries no data; who is woken looks in the queue.

use std::{
    os::unix::net::UnixDatagram as StdUnixDatagram,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{net::UnixDatagram, sync::Notify, task::AbortHandle, time::timeout};

use super::{Failed, Store, notification};
use crate::config::{Database, Settings};

/// Rings when a transaction that queued something has committed.
#[derive(Debug, Clone)]
pub struct Wake {
    here: Arc<Notify>,
    bell: Bell,
}

/// How other processes are rung.
#[derive(Clone)]
enum Bell {
    /// On this machine: a socket of each in this folder.
    Sockets(PathBuf),
    /// On any machine: the database of this URL tells them with the commit.
    Notifications(String),
}

impl std::fmt::Debug for Bell {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if matches!(self, Self::Sockets(_)) { "Sockets" } else { "Notifications" })
    }
}

/// This process hears the others as long as this lives.
#[derive(Debug)]
pub struct Listening {
    hearing: Option<AbortHandle>,
    socket: Option<PathBuf>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(hearing) = &self.hearing {
            hearing.abort();
        }
        if let Some(path) = &self.socket {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Wake {
    /// Rings workers of the instance that these settings describe.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let bell = match &settings.database {
            Database::Sqlite(_) => Bell::Sockets(settings.data_dir.join("wake")),
            Database::Postgres(url) => Bell::Notifications(url.clone()),
        };
        Self { here: Arc::new(Notify::new()), bell }
    }

    /// Waits for the next ring.
    pub async fn wait(&self) {
        self.here.notified().await;
    }

    /// Wakes workers in this process only.
    pub fn ring_here(&self) {
        self.here.notify_one();
    }

    /// Wakes every worker once a commit is done; those that the database tells have heard of it already.
    pub fn ring(&self) {
        self.ring_here();
        if let Bell::Sockets(folder) = &self.bell {
            ring_others(folder);
        }
    }

    /// Lets other processes ring this one, in the background. Where that does not work it is logged, and nothing else changes:
    /// a worker also looks by itself.
    #[must_use]
    pub fn listen(&self) -> Listening {
        match &self.bell {
            Bell::Sockets(folder) => listen_at_socket(folder, self.here.clone()),
            Bell::Notifications(url) => {
                let hearing = tokio::spawn(notification::hear(url.clone(), self.here.clone()));
                Listening { hearing: Some(hearing.abort_handle()), socket: None }
            }
        }
    }
}

/// How long the database may take to tell.
const PATIENCE: Duration = Duration::from_secs(3);

impl Store {
    /// `Ok` where what one process queues is heard by others at once: it queues nothing, and listens for it.
    ///
    /// # Errors
    /// `Failed` with what stands in the way.
    pub async fn try_the_bell(&self) -> Result<(), Failed> {
        let Bell::Notifications(url) = &self.wake.bell else { return Ok(()) };
        let heard = Arc::new(Notify::new());
        let _line = notification::open(url, &heard).await?;
        self.write(|tx| {
            tx.queued = true;
            Ok::<_, Failed>(())
        })
        .await?;
        timeout(PATIENCE, heard.notified()).await.map_err(Failed::because("hear the database tell of new work"))
    }
}

fn listen_at_socket(folder: &Path, here: Arc<Notify>) -> Listening {
    let path = my_path(folder);
    match open_socket(folder, &path) {
        Ok(socket) => {
            let hearing = tokio::spawn(async move {
                let mut ring = [0; 16];
                while socket.recv(&mut ring).await.is_ok() {
                    here.notify_one();
                }
            });
            Listening { hearing: Some(hearing.abort_handle()), socket: Some(path) }
        }
        Err(error) => {
            tracing::warn!(%error, "commands will wake this worker only after a few seconds");
            Listening { hearing: None, socket: None }
        }
    }
}

fn open_socket(folder: &Path, path: &Path) -> std::io::Result<UnixDatagram> {
    std::fs::create_dir_all(folder)?;
    let _ = std::fs::remove_file(path);
    UnixDatagram::bind(path)
}

/// A socket that nobody listens at is removed.
fn ring_others(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let Ok(socket) = StdUnixDatagram::unbound() else { return };
    // A process that is stopped and never reads must not stop whoever rings.
    if socket.set_nonblocking(true).is_err() {
        return;
    }
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| *path != my_path(folder)) {
        if socket.send_to(b"work", &path).is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused) {
            let _ = std::fs::remove_file(&path);
        }
    }
}

fn my_path(folder: &Path) -> PathBuf {
    folder.join(std::process::id().to_string())
}
