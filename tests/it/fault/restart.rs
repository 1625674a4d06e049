//! Servers that are restarted one after the other while others keep sending, as at an upgrade that nobody should notice.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use archipel::domain::share::Voice;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::support::{
    Engine, Server, database,
    ledger::{self, Ledger},
    on_both_engines, scale,
    sender::{Sent, activity, send, sign},
};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const SENDERS: usize = 4;

/// Stands before several servers, and takes a request to the next where one does not answer it at all.
struct Balancer {
    listen: String,
    servers: Arc<Mutex<Vec<String>>>,
    handed_on: Arc<AtomicUsize>,
    listening: JoinHandle<()>,
}

impl Balancer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap().to_string();
        let (servers, handed_on) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicUsize>::default());
        let (known, counter) = (servers.clone(), handed_on.clone());
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, known.clone(), counter.clone()));
            }
        });
        Self { listen, servers, handed_on, listening }
    }

    fn lead_to(&self, servers: &[&str]) {
        *self.servers.lock().unwrap() = servers.iter().map(|server| (*server).to_owned()).collect();
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// One request, one answer.
async fn carry(mut outside: TcpStream, servers: Arc<Mutex<Vec<String>>>, handed_on: Arc<AtomicUsize>) {
    let Some(request) = read_request(&mut outside).await else { return };
    for turn in 0..20 {
        let (server, number) = {
            let mut servers = servers.lock().unwrap();
            servers.rotate_left(1);
            (servers[0].clone(), servers.len())
        };
        if let Some(answer) = ask(&server, &request).await {
            let _ = outside.write_all(&answer).await;
            return;
        }
        handed_on.fetch_add(1, Ordering::Relaxed);
        if turn >= number {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn ask(server: &str, request: &[u8]) -> Option<Vec<u8>> {
    let mut inside = TcpStream::connect(server).await.ok()?;
    inside.write_all(request).await.ok()?;
    let mut answer = Vec::new();
    let read = inside.read_to_end(&mut answer).await;
    read.ok().filter(|_| answer.starts_with(b"HTTP/1.1 ")).map(|_| answer)
}

/// The request with its body, and the wish that the connection ends with the answer.
async fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0_usize);
            if bytes.len() >= head + 4 + length {
                bytes.splice(head..head, b"\r\nconnection: close".iter().copied());
                return Some(bytes);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn reply(ledger: &Ledger, share: &str, sender: usize, number: usize) -> (Value, Value) {
    let person = ledger.peer.person(&format!("sender{sender}"));
    let id = ledger.peer.at(&format!("/notes/{sender}-{number}"));
    let note = json!({"id": id, "type": "Note", "attributedTo": person["id"], "inReplyTo": share, "to": PUBLIC,
        "content": "Dat zagen wij ook.", "published": "2026-10-30T08:00:00Z"});
    let mut create = activity(&person, number, "Create", note);
    create["to"] = PUBLIC.into();
    (person, create)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_servers_that_are_restarted_in_turn_on_postgres() {
    let (ledger, alpha, balancer) =
        (Ledger::open().await, Server::prepare(Engine::Postgres, "Ministry of Alpha"), Balancer::start().await);
    let alpha = Arc::new(alpha.behind(&format!("http://{}", balancer.listen)));
    alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    let ours = alpha.open();
    let inboxes = ledger.follow(&ours, "spoor", 2, 2);
    let share = ledger::publish_as(&ours, "spoor", &Voice::Organisation, 1).uri.to_string();
    let mut servers = [alpha.serve_beside(&[]).await, alpha.serve_beside(&[]).await];
    balancer.lead_to(&[&servers[0].listen, &servers[1].listen]);

    let (over, ledger) = (Arc::new(AtomicBool::new(false)), Arc::new(ledger));
    let senders: Vec<JoinHandle<(usize, Vec<Sent>)>> = (0..SENDERS)
        .map(|sender| {
            let (over, ledger, alpha, share) = (over.clone(), ledger.clone(), alpha.clone(), share.clone());
            tokio::spawn(async move {
                let (mut taken, mut troubles) = (0, Vec::new());
                while !over.load(Ordering::Relaxed) {
                    let (person, create) = reply(&ledger, &share, sender, taken);
                    match send(alpha.client(), alpha.host(), &sign(&alpha, "/inbox", &person, &create)).await {
                        Sent::Taken => taken += 1,
                        trouble => troubles.push(trouble),
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                (taken, troubles)
            })
        })
        .collect();
    for restart in 0..scale::either(6, 50) {
        let (old, stays) = (restart % 2, 1 - restart % 2);
        let new = alpha.serve_beside(&[]).await;
        balancer.lead_to(&[&new.listen, &servers[stays].listen]);
        std::mem::replace(&mut servers[old], new).stop().await;
    }
    over.store(true, Ordering::Relaxed);
    let mut taken = Vec::new();
    for (sender, task) in senders.into_iter().enumerate() {
        let (count, troubles) = task.await.unwrap();
        assert!(troubles.is_empty(), "somebody noticed: {troubles:?}");
        taken.extend((0..count).map(|number| ledger.peer.at(&format!("/notes/{sender}-{number}"))));
    }
    ledger.settle(&ours, 40).await;
    let known = database::lines(&alpha, "SELECT uri AS line FROM replies ORDER BY uri");
    taken.sort();
    assert_eq!(known, taken, "what was acknowledged is there, once");
    assert!(taken.len() > 20, "{} only", taken.len());
    let heard = ledger.heard();
    // Of the share itself each hears twice: from the organisation, and from its lab.
    assert_eq!(heard.len(), (taken.len() + 2) * inboxes.len(), "each is passed on once to each follower");
    assert_eq!(ledger.balance(&alpha, &ours, &heard), 0, "nothing was told twice");
    println!("{} taken, {} handed on to the other server", taken.len(), balancer.handed_on.load(Ordering::Relaxed));
}

on_both_engines! {
    async fn a_request_under_way_is_answered_before_the_server_ends(engine) {
        let (ledger, alpha) = (Ledger::open().await, Server::prepare(engine, "Ministry of Alpha"));
        alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
        let mut server = alpha.serve_beside(&[]).await;
        let merel = ledger.peer.person("merel");
        let letter = sign(&alpha, "/inbox", &merel, &activity(&merel, 1, "Follow", alpha.at("/labs/spoor")));
        let mut head = format!("POST /inbox HTTP/1.1\r\ncontent-length: {}\r\n", letter.body.len());
        for (name, value) in &letter.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut stream = TcpStream::connect(&server.listen).await.unwrap();
        let half = letter.body.len() / 2;
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        stream.write_all(&letter.body[..half]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.signal("TERM").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!server.has_ended(), "somebody is still speaking");
        stream.write_all(&letter.body[half..]).await.unwrap();
        let mut answer = vec![0; 64];
        let read = stream.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 202 "), "{}", String::from_utf8_lossy(&answer[..read]));
        drop(stream);
        assert!(server.wait().await.success());
        assert_eq!(alpha.list(&["follower", "list"]).await.len(), 1);
    }
}
