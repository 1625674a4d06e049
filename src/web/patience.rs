//! Lets go of connections that keep us waiting. The server bounds how slowly the first request may come; here the later ones on the
//! same connection are bounded, and how long any of them may take. It never looks at what is sent.

use std::{
    any::Any,
    collections::HashMap,
    net::{Shutdown, TcpStream},
    os::fd::AsFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{
    body::MessageBody,
    dev::{Extensions, ServiceRequest, ServiceResponse},
    middleware::Next,
    rt::net,
};
use tokio::sync::Notify;

/// How often connections are looked at, while there are any.
const PACE: Duration = Duration::from_secs(5);

/// The connections that are open, and how long each may keep us waiting.
#[derive(Clone)]
pub struct Patience {
    held: Arc<Mutex<Held>>,
    arrived: Arc<Notify>,
    /// For the next request, from the last answer on: a little longer than a connection is kept for one.
    idle: Duration,
    /// For an answer, from the head of its request on: a body that trickles ends here at the latest.
    busy: Duration,
}

#[derive(Default)]
struct Held {
    last: u64,
    connections: HashMap<u64, Connection>,
}

struct Connection {
    socket: TcpStream,
    since: Instant,
    under_way: usize,
}

/// A connection's place among those that are open; given up when the connection ends.
pub struct Seat {
    number: u64,
    patience: Patience,
}

impl Patience {
    /// With these bounds.
    pub fn new(idle: Duration, busy: Duration) -> Self {
        Self { held: Arc::default(), arrived: Arc::default(), idle, busy }
    }

    /// Gives a new connection a place.
    pub fn seat(&self, connection: &dyn Any, data: &mut Extensions) {
        let Some(stream) = connection.downcast_ref::<net::TcpStream>() else { return };
        let Ok(socket) = stream.as_fd().try_clone_to_owned().map(TcpStream::from) else { return };
        let mut held = self.lock();
        held.last += 1;
        let number = held.last;
        held.connections.insert(number, Connection { socket, since: Instant::now(), under_way: 0 });
        data.insert(Arc::new(Seat { number, patience: self.clone() }));
        self.arrived.notify_one();
    }

    /// Looks after the connections, for as long as the server runs.
    pub async fn watch(self) {
        loop {
            if self.lock().connections.is_empty() {
                self.arrived.notified().await;
            }
            tokio::time::sleep(PACE.min(self.idle)).await;
            self.let_go(Instant::now());
        }
    }

    fn let_go(&self, now: Instant) {
        for connection in self.lock().connections.values() {
            let bound = if connection.under_way > 0 { self.busy } else { self.idle };
            if now.saturating_duration_since(connection.since) > bound {
                // Who is gone already needs no telling.
                let _ = connection.socket.shutdown(Shutdown::Both);
                tracing::info!(reason = "too-slow", "a connection was let go");
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    fn note(&self, change: impl FnOnce(usize) -> usize) {
        if let Some(connection) = self.patience.lock().connections.get_mut(&self.number) {
            connection.under_way = change(connection.under_way);
            connection.since = Instant::now();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.patience.lock().connections.remove(&self.number);
    }
}

/// A request came, and is answered.
pub async fn mind(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let seat = request.conn_data::<Arc<Seat>>().cloned();
    let note = |change: fn(usize) -> usize| {
        if let Some(seat) = &seat {
            seat.note(change);
        }
    };
    note(|count| count + 1);
    let answered = next.call(request).await;
    note(|count| count.saturating_sub(1));
    answered
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpServer, middleware::from_fn, web};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: alpha.example\r\n\r\n";

    fn serve() -> std::net::SocketAddr {
        let patience = Patience::new(Duration::from_millis(700), Duration::from_mins(1));
        tokio::spawn(patience.clone().watch());
        let server = HttpServer::new(|| App::new().route("/", web::get().to(|| async { "well" })).wrap(from_fn(mind)));
        let server = server.workers(1).on_connect(move |connection, data| patience.seat(connection, data));
        let server = server.bind("127.0.0.1:0").unwrap();
        let address = server.addrs()[0];
        tokio::spawn(server.disable_signals().run());
        address
    }

    #[actix_web::test]
    async fn a_second_request_that_trickles_is_not_waited_for() {
        let mut stream = tokio::net::TcpStream::connect(serve()).await.unwrap();
        let mut answer = vec![0; 1_024];
        for _ in 0..3 {
            stream.write_all(REQUEST).await.unwrap();
            let read = stream.read(&mut answer).await.unwrap();
            assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "who asks whole is answered");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let (mut reader, mut writer) = stream.into_split();
        let trickle = tokio::spawn(async move {
            for letter in b"GET / HTTP/1.1\r\nx-a: ".iter().chain([b'a'; 200].iter()) {
                if writer.write_all(&[*letter]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        let ended = tokio::time::timeout(Duration::from_secs(10), reader.read(&mut answer)).await;
        trickle.abort();
        assert!(matches!(ended, Ok(Ok(0) | Err(_))), "{ended:?}");
    }
}
