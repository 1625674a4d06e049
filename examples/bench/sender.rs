//! Sends letters over connections that are kept open: as fast as they are taken, or at a steady pace. It only sends and times.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Runtime,
    task::JoinSet,
};

use super::{Measured, letter::Letter};

/// Connections that are open at once: fewer than an inbox admits.
const CONNECTIONS: usize = 48;

/// The longest that one run may take.
const LIMIT: Duration = Duration::from_mins(2);

/// What became of one letter.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// Which it was.
    pub number: usize,
    /// The status of the answer.
    pub status: u16,
    /// How long it took, from when it should have gone out.
    pub took: Duration,
}

impl Sent {
    /// How long it took, in milliseconds.
    pub fn millis(&self) -> f64 {
        self.took.as_secs_f64() * 1_000.0
    }
}

/// Sends all of them, at `pace` per second where one is given; what became of each, and how long all of it took.
pub fn send(runtime: &Runtime, address: &str, letters: Vec<Letter>, pace: Option<f64>) -> Measured<(Vec<Sent>, Duration)> {
    let post = Post { address: address.into(), letters: letters.into(), next: Arc::default(), begun: Instant::now(), pace };
    let all = async {
        let mut senders = JoinSet::new();
        for _ in 0..CONNECTIONS {
            senders.spawn(post.clone().send());
        }
        let mut sent = Vec::with_capacity(post.letters.len());
        while let Some(some) = senders.join_next().await {
            sent.extend(some??);
        }
        std::io::Result::Ok(sent)
    };
    let sent = runtime.block_on(async { tokio::time::timeout(LIMIT, all).await })??;
    Ok((sent, post.begun.elapsed()))
}

#[derive(Clone)]
struct Post {
    address: Arc<str>,
    letters: Arc<[Letter]>,
    next: Arc<AtomicUsize>,
    begun: Instant,
    pace: Option<f64>,
}

impl Post {
    async fn send(self) -> std::io::Result<Vec<Sent>> {
        let (mut sent, mut stream) = (Vec::new(), TcpStream::connect(&*self.address).await?);
        stream.set_nodelay(true)?;
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(letter) = self.letters.get(number) else { return Ok(sent) };
            let due = self.wait_for_turn(number).await;
            stream.write_all(&letter.bytes).await?;
            let (status, open) = read_answer(&mut stream).await?;
            sent.push(Sent { number, status, took: due.elapsed() });
            if !open {
                stream = TcpStream::connect(&*self.address).await?;
                stream.set_nodelay(true)?;
            }
        }
    }

    /// When it is due: at its place in the pace, or now.
    async fn wait_for_turn(&self, number: usize) -> Instant {
        let Some(pace) = self.pace else { return Instant::now() };
        let place = f64::from(u32::try_from(number).unwrap_or(u32::MAX)) / pace;
        let due = self.begun + Duration::from_secs_f64(place);
        tokio::time::sleep_until(due.into()).await;
        due
    }
}

/// The status, and whether the connection can be used again.
async fn read_answer(stream: &mut TcpStream) -> std::io::Result<(u16, bool)> {
    let (mut buffer, mut chunk) = (Vec::with_capacity(1_024), [0; 2_048]);
    loop {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok((0, false));
        }
        buffer.extend_from_slice(&chunk[..read]);
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
        if buffer.len() >= head + 4 + length {
            let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
            return Ok((status, status != 413 && !text.contains("connection: close")));
        }
    }
}
