//! Stands before a server, as in a real installation, and can lose one of its answers on the way.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, sink},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};

/// A proxy on a port of its own, gone when this is dropped.
pub struct Proxy {
    origin: String,
    state: Arc<State>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    server: Mutex<String>,
    deliveries: AtomicUsize,
    lost: AtomicUsize,
    has_lost: Notify,
}

impl Proxy {
    /// Listens; it loses the answer to the delivery with this number, and says so to nobody but the test.
    pub async fn start(lost: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State { lost: AtomicUsize::new(lost), ..State::default() });
        let listening = tokio::spawn(listen(listener, state.clone()));
        Self { origin, state, listening }
    }

    /// Its scheme, address and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Stands before the server that listens there.
    pub fn lead_to(&self, listen: &str) {
        listen.clone_into(&mut self.state.server.lock().expect("the server's address"));
    }

    /// Waits until the answer was lost.
    pub async fn has_lost(&self) {
        self.state.has_lost.notified().await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(carry(stream, state.clone()));
    }
}

/// Both ways, until one side ends; then the other is told nothing more.
async fn carry(mut outside: TcpStream, state: Arc<State>) {
    let server = state.server.lock().expect("the server's address").clone();
    let Ok(mut inside) = TcpStream::connect(server).await else { return };
    let (mut request, mut answer) = (vec![0; 65_536], vec![0; 65_536]);
    let mut number = 0;
    loop {
        tokio::select! {
            read = outside.read(&mut request) => {
                let Some(length) = read.ok().filter(|length| *length > 0) else { return };
                if request.starts_with(b"POST ") {
                    number = state.deliveries.fetch_add(1, Ordering::SeqCst) + 1;
                }
                if inside.write_all(&request[..length]).await.is_err() {
                    return;
                }
            }
            read = inside.read(&mut answer) => {
                let Some(length) = read.ok().filter(|length| *length > 0) else { return };
                if number == state.lost.load(Ordering::SeqCst) && number > 0 {
                    state.lost.store(0, Ordering::SeqCst);
                    state.has_lost.notify_one();
                    // Whoever waits for it hears nothing, until the server ends.
                    let _ = copy(&mut inside, &mut sink()).await;
                    return;
                }
                if outside.write_all(&answer[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}
