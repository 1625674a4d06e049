//! The other side: inboxes at any number of hosts, as far away as a scenario wants, some of them dead. It takes what arrives
//! with 202, enters it into a ledger, and sends nothing. Its CPU time is not that of the program under measurement.

use std::{
    io::ErrorKind,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::Runtime,
    task::JoinHandle,
};

use super::{
    Measured,
    ledger::{Arrival, Ledger},
    pause,
};

/// Inboxes on loopback.
pub struct Sink {
    port: u16,
    refusing: u16,
    hanging: u16,
    far: Arc<Far>,
    ledger: Arc<Mutex<Ledger>>,
    received: Arc<AtomicUsize>,
    tasks: Vec<JoinHandle<()>>,
}

/// How far away the hosts are, and which of them are away.
#[derive(Debug, Default)]
struct Far {
    round_trip: Duration,
    /// Hosts whose names begin like this answer 503; all others are there.
    away: Mutex<Option<String>>,
}

impl Sink {
    /// Listens, and answers at once.
    pub fn start(runtime: &Runtime) -> Measured<Self> {
        Self::start_at(runtime, Duration::ZERO)
    }

    /// Listens, and answers after a round trip; a connection costs one more, as it would over such a distance.
    pub fn start_at(runtime: &Runtime, round_trip: Duration) -> Measured<Self> {
        let (listener, hanging, refusing) =
            runtime.block_on(async { (listen(), listen(), TcpListener::bind("127.0.0.1:0").await) });
        let (listener, hanging, refusing) = (listener?, hanging?, refusing?.local_addr()?.port());
        let mut sink = Self {
            port: listener.local_addr()?.port(),
            refusing,
            hanging: hanging.local_addr()?.port(),
            far: Arc::new(Far { round_trip, ..Far::default() }),
            ledger: Arc::default(),
            received: Arc::default(),
            tasks: Vec::new(),
        };
        let desk = Desk { far: sink.far.clone(), ledger: sink.ledger.clone(), received: sink.received.clone() };
        sink.tasks.push(runtime.spawn(accept(listener, move |stream| {
            tokio::spawn(desk.clone().serve(stream));
        })));
        let mut held = Vec::new();
        sink.tasks.push(runtime.spawn(accept(hanging, move |stream| held.push(stream))));
        Ok(sink)
    }

    /// The inbox that all people at a host share.
    pub fn shared_inbox(&self, host: &str) -> String {
        format!("http://{host}.localhost:{}/inbox", self.port)
    }

    /// The inbox of a host that is dead: every second one refuses connections, the others never answer.
    pub fn dead_inbox(&self, host: &str, number: usize) -> String {
        format!("http://{host}.localhost:{}/inbox", if number.is_multiple_of(2) { self.refusing } else { self.hanging })
    }

    /// The port that inboxes are at.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Hosts whose names begin like this answer 503 from now on, and all others are there; with `None` everybody is.
    pub fn send_away(&self, beginning: Option<&str>) {
        *self.far.away.lock().unwrap_or_else(PoisonError::into_inner) = beginning.map(str::to_owned);
    }

    /// How many activities have arrived, those that came again included.
    pub fn received(&self) -> usize {
        self.received.load(Ordering::SeqCst)
    }

    /// What arrived after the first `skipped`, each thing once.
    pub fn arrivals(&self, skipped: usize) -> Vec<Arrival> {
        self.ledger().since(skipped).to_vec()
    }

    /// How many of those are of a kind.
    pub fn count(&self, skipped: usize, is_counted: impl Fn(&Arrival) -> bool) -> usize {
        self.ledger().since(skipped).iter().filter(|arrival| is_counted(arrival)).count()
    }

    /// An error where something arrived twice, or after something newer of the same thing.
    pub fn require_order(&self) -> Measured<()> {
        let ledger = self.ledger();
        match (ledger.doubled(), ledger.disordered()) {
            (0, 0) => Ok(()),
            (doubled, disordered) => {
                Err(format!("of {} activities {doubled} came twice and {disordered} out of order", ledger.len()).into())
            }
        }
    }

    /// Waits until so many have arrived.
    pub fn wait_for(&self, count: usize, at_most: Duration) -> Measured<()> {
        if self.wait_at_most(count, at_most) {
            return Ok(());
        }
        Err(format!("LOST: {} of {count} activities arrived in {} s", self.received(), at_most.as_secs()).into())
    }

    /// The same; whether they did.
    pub fn wait_at_most(&self, count: usize, at_most: Duration) -> bool {
        let begun = Instant::now();
        while self.received() < count {
            if begun.elapsed() > at_most {
                return false;
            }
            pause(Duration::from_micros(500));
        }
        true
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// A thousand hosts may connect in the same instant.
pub fn listen() -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    socket.listen(4_096)
}

pub async fn accept(listener: TcpListener, mut take: impl FnMut(TcpStream)) {
    while let Ok((stream, _)) = listener.accept().await {
        take(stream);
    }
}

/// Answers connections.
#[derive(Clone)]
struct Desk {
    far: Arc<Far>,
    ledger: Arc<Mutex<Ledger>>,
    received: Arc<AtomicUsize>,
}

impl Desk {
    async fn serve(self, stream: TcpStream) {
        if let Err(error) = self.answer_all(stream).await
            && !matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
        {
            println!("an inbox lost a connection: {error}");
        }
    }

    async fn answer_all(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let (mut buffer, mut chunk, mut host) = (Vec::new(), vec![0; 8_192], Arc::from(""));
        self.travel().await;
        self.travel().await;
        loop {
            while let Some(request) = read_request(&buffer) {
                if *host != *request.host {
                    host = Arc::from(request.host.as_str());
                }
                self.travel().await;
                let answer = self.take(&host, &request, &buffer);
                buffer.drain(..request.end);
                self.travel().await;
                stream.write_all(answer).await?;
            }
            match stream.read(&mut chunk).await? {
                0 => return Ok(()),
                read => buffer.extend_from_slice(&chunk[..read]),
            }
        }
    }

    /// One way.
    async fn travel(&self) {
        if !self.far.round_trip.is_zero() {
            tokio::time::sleep(self.far.round_trip / 2).await;
        }
    }

    fn take(&self, host: &Arc<str>, request: &Request, buffer: &[u8]) -> &'static [u8] {
        let away = self.far.away.lock().unwrap_or_else(PoisonError::into_inner);
        if away.as_ref().is_some_and(|beginning| host.starts_with(beginning)) {
            return b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
        }
        drop(away);
        if !request.is_post {
            return b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
        }
        let body = &buffer[request.body..request.end];
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).enter(host, &request.path, body);
        self.received.fetch_add(1, Ordering::SeqCst);
        b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"
    }
}

/// Where the parts of a request are.
pub struct Request {
    /// Whether something is sent, and not asked for.
    pub is_post: bool,
    /// Path and query.
    pub path: String,
    /// Without a port.
    pub host: String,
    body: usize,
    /// Behind its last byte.
    pub end: usize,
}

/// The first request, once it is complete.
pub fn read_request(buffer: &[u8]) -> Option<Request> {
    let body = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&buffer[..body]);
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (is_post, path) = (first.next() == Some("POST"), first.next()?.to_owned());
    let (mut host, mut length) = (String::new(), 0);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("host") {
            value.trim().split(':').next()?.clone_into(&mut host);
        } else if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    (buffer.len() >= body + length).then_some(Request { is_post, path, host, body, end: body + length })
}
