//! A host that answers GETs byte for byte as a test says, slowly or never where it says so. It knows no HTTP but its request line.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A host on a port of its own, gone when this is dropped.
pub struct Script {
    origin: String,
    stage: Arc<Stage>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct Stage {
    answers: Mutex<HashMap<String, Play>>,
    heard: Mutex<Vec<String>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

/// How a request is answered.
#[derive(Clone)]
pub enum Play {
    /// With these bytes, after so long.
    After(Duration, String),
    /// With a byte of these every half second.
    Trickle(String),
    /// Never.
    Silence,
    /// The connection closes.
    Close,
}

impl Script {
    /// Listens; closes on whatever it was told nothing of.
    pub async fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("a port"))
    }

    /// Listens there.
    pub fn on(listener: TcpListener) -> Self {
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let stage = Arc::new(Stage::default());
        let listening = tokio::spawn(listen(listener, stage.clone()));
        Self { origin, stage, listening }
    }

    /// A URL here.
    pub fn at(&self, target: &str) -> String {
        format!("{}{target}", self.origin)
    }

    /// Answers this target so.
    pub fn play(&self, target: &str, play: Play) {
        self.stage.answers.lock().expect("the answers").insert(target.to_owned(), play);
    }

    /// Answers this target with a status, header lines and a body.
    pub fn answer(&self, target: &str, status: u16, headers: &[&str], body: &str) {
        self.play(target, Play::After(Duration::ZERO, raw(status, headers, body)));
    }

    /// Serves a document there as it should be.
    pub fn serve(&self, target: &str, document: &Value) {
        self.answer(target, 200, &["content-type: application/activity+json"], &document.to_string());
    }

    /// The head of every request so far.
    pub fn heard(&self) -> Vec<String> {
        self.stage.heard.lock().expect("what was heard").clone()
    }

    /// How many requests were answered at once, at most.
    pub fn most_at_once(&self) -> usize {
        self.stage.most.load(Ordering::SeqCst)
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// An answer, byte for byte.
pub fn raw(status: u16, headers: &[&str], body: &str) -> String {
    let headers = headers.iter().fold(String::new(), |head, line| head + line + "\r\n");
    format!("HTTP/1.1 {status} As Told\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

async fn listen(listener: TcpListener, stage: Arc<Stage>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(perform(stream, stage.clone()));
    }
}

async fn perform(mut stream: TcpStream, stage: Arc<Stage>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read_buf(&mut head).await.unwrap_or(0);
        // A client that begins with TLS has come to the wrong door.
        if read == 0 || head[0] == 0x16 {
            return;
        }
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    stage.heard.lock().expect("what was heard").push(head);
    stage.most.fetch_max(stage.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    let play = stage.answers.lock().expect("the answers").get(&target).cloned().unwrap_or(Play::Close);
    answer(&mut stream, play).await;
    stage.now.fetch_sub(1, Ordering::SeqCst);
    let _ = stream.shutdown().await;
}

async fn answer(stream: &mut TcpStream, play: Play) {
    match play {
        Play::After(wait, bytes) => {
            tokio::time::sleep(wait).await;
            let _ = stream.write_all(bytes.as_bytes()).await;
        }
        Play::Trickle(bytes) => {
            for byte in bytes.bytes() {
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
        Play::Silence => std::future::pending().await,
        Play::Close => {}
    }
}
