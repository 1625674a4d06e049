//! The other side of the benchmark: an inbox that takes everything with 202 and counts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

use super::{Measured, pause};

/// Counts what it is sent.
pub struct Sink {
    port: u16,
    received: Arc<AtomicUsize>,
}

impl Sink {
    /// Listens on a free port of loopback.
    pub fn start(runtime: &Runtime) -> Measured<Self> {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let (port, received) = (listener.local_addr()?.port(), Arc::new(AtomicUsize::new(0)));
        let counter = received.clone();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, counter.clone()));
            }
        });
        Ok(Self { port, received })
    }

    /// An inbox at a host of its own.
    pub fn inbox(&self, host: &str, number: usize) -> String {
        format!("http://{host}.localhost:{}/people/{number}/inbox", self.port)
    }

    /// How many activities have arrived.
    pub fn received(&self) -> usize {
        self.received.load(Ordering::SeqCst)
    }

    /// Waits until so many have arrived.
    pub fn wait_for(&self, count: usize, at_most: Duration) -> Measured<()> {
        let begun = Instant::now();
        while self.received() < count {
            if begun.elapsed() > at_most {
                return Err(format!("{} of {count} activities arrived in {} s", self.received(), at_most.as_secs()).into());
            }
            pause(Duration::from_micros(500));
        }
        Ok(())
    }
}

async fn serve(mut stream: TcpStream, received: Arc<AtomicUsize>) {
    let mut buffer = Vec::new();
    let mut chunk = [0; 16_384];
    loop {
        while let Some(length) = request_length(&buffer) {
            buffer.drain(..length);
            received.fetch_add(1, Ordering::SeqCst);
            if stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await.is_err() {
                return;
            }
        }
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => buffer.extend_from_slice(&chunk[..read]),
            _ => return,
        }
    }
}

/// The length of the first request, once it is complete.
fn request_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let body = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    (buffer.len() >= head + body).then_some(head + body)
}
