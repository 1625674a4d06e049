//! A peer on this machine: serves documents, answers deliveries by a script, and records every request.
//! It shares no code with what it tests, and knows nothing but HTTP and JSON.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::cast;

/// A server of its own port, gone when this is dropped.
pub struct Peer {
    origin: String,
    state: Arc<Mutex<State>>,
    listening: JoinHandle<()>,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query, as on the request line.
    pub target: String,
    /// In order, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether it was answered with a 2xx, or was going to be.
    pub taken: bool,
    /// When it was read, in milliseconds since 1970.
    pub at: i64,
}

/// What a POST is answered with.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    Status(u16),
    /// With this `Retry-After`.
    Later(u16, &'static str),
    /// With a status, after so long.
    After(Duration, u16),
    /// Never anything.
    Silence,
    /// The connection ends without a word.
    Reset,
}

impl Answer {
    const fn is_taken(self) -> bool {
        matches!(self, Self::Status(200..=299) | Self::After(_, 200..=299))
    }
}

/// What POSTs are answered with that nothing was said about.
type Mood = Box<dyn FnMut(&Request) -> Answer + Send>;

#[derive(Default)]
struct State {
    documents: HashMap<String, (u16, Value)>,
    answers: HashMap<String, VecDeque<Answer>>,
    mood: Option<Mood>,
    posts: usize,
    requests: Vec<Request>,
}

impl Request {
    /// The value of a header that stands there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        values.next().filter(|_| values.next().is_none())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }
}

impl Peer {
    /// Listens; knows nobody yet, and accepts what is delivered.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State::default()));
        let listening = tokio::spawn(listen(listener, state.clone()));
        Self { origin, state, listening }
    }

    /// Its scheme, address and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its address and port.
    pub fn host(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    /// A URL here.
    pub fn at(&self, target: &str) -> String {
        format!("{}{target}", self.origin)
    }

    /// Serves a document at its id.
    pub fn serve(&self, document: &Value) {
        let id = document["id"].as_str().expect("a document with an id").to_owned();
        self.answer_get(&id, 200, document.clone());
    }

    /// Answers a GET of this URL with this.
    pub fn answer_get(&self, url: &str, status: u16, document: Value) {
        let target = url.strip_prefix(&self.origin).expect("a URL of this peer").split('#').next().unwrap_or_default();
        self.state().documents.insert(target.to_owned(), (status, document));
    }

    /// Answers the next POSTs to this path so; after them with 202 again.
    pub fn will_answer(&self, target: &str, answers: &[Answer]) {
        self.state().answers.entry(target.to_owned()).or_default().extend(answers);
    }

    /// Answers every POST that nothing was said about so.
    pub fn be(&self, mood: impl FnMut(&Request) -> Answer + Send + 'static) {
        self.state().mood = Some(Box::new(mood));
    }

    /// Forgets what it was to answer to POSTs: from now on it accepts everything.
    pub fn recover(&self) {
        let mut state = self.state();
        state.answers.clear();
        state.mood = None;
    }

    /// A person here, with a key; served at its id.
    pub fn person(&self, name: &str) -> Value {
        self.actor("Person", name)
    }

    /// A person under a host name of its own that leads here too, with a key and an inbox of its own; served at its id.
    pub fn person_at(&self, host: &str, name: &str) -> Value {
        let port = self.origin.rsplit(':').next().expect("a port");
        let mut document = self.person(name);
        let id = format!("http://{host}.localhost:{port}/users/{name}");
        for (property, path) in [("id", ""), ("inbox", "/inbox"), ("outbox", "/outbox")] {
            document[property] = format!("{id}{path}").into();
        }
        document["publicKey"]["id"] = format!("{id}#main-key").into();
        document["publicKey"]["owner"] = id.into();
        document.as_object_mut().expect("an object").remove("endpoints");
        self.answer_get(&self.at(&format!("/users/{name}")), 200, document.clone());
        document
    }

    /// An actor here, with a key; served at its id. Everyone here shares one inbox.
    pub fn actor(&self, kind: &str, name: &str) -> Value {
        let id = self.at(&format!("/users/{name}"));
        let document = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id,
            "type": kind,
            "preferredUsername": name,
            "name": name,
            "inbox": format!("{id}/inbox"),
            "outbox": format!("{id}/outbox"),
            "endpoints": {"sharedInbox": self.at("/inbox")},
            "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": cast::public_key()},
        });
        self.serve(&document);
        document
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// What was delivered so far, in order.
    pub fn posts(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.method == "POST").collect()
    }

    /// The same, without the first so many.
    pub fn posts_after(&self, number: usize) -> Vec<Request> {
        let state = self.state();
        state.requests.iter().filter(|request| request.method == "POST").skip(number).cloned().collect()
    }

    /// How often something was delivered so far.
    pub fn count_posts(&self) -> usize {
        self.state().posts
    }

    /// How often this URL was read.
    pub fn reads_of(&self, url: &str) -> usize {
        let target = url.strip_prefix(&self.origin).expect("a URL of this peer");
        self.requests().iter().filter(|request| request.method == "GET" && request.target == target).count()
    }

    /// Forgets what was recorded.
    pub fn clear(&self) {
        let mut state = self.state();
        state.requests.clear();
        state.posts = 0;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the peer's state")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, state.clone()));
    }
}

/// One request per connection.
async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(request) = read(&mut stream).await else { return };
    let answer = react(&mut state.lock().expect("the peer's state"), request);
    let bytes = match answer {
        Reaction::Document(status, document) => respond(status, "", &document.to_string()),
        Reaction::Answer(Answer::Status(status)) => respond(status, "", ""),
        Reaction::Answer(Answer::Later(status, after)) => respond(status, &format!("retry-after: {after}\r\n"), ""),
        Reaction::Answer(Answer::After(wait, status)) => {
            tokio::time::sleep(wait).await;
            respond(status, "", "")
        }
        Reaction::Answer(Answer::Silence) => return std::future::pending().await,
        Reaction::Answer(Answer::Reset) => return,
    };
    let _ = stream.write_all(bytes.as_bytes()).await;
    let _ = stream.shutdown().await;
}

enum Reaction {
    Document(u16, Value),
    Answer(Answer),
}

fn react(state: &mut State, mut request: Request) -> Reaction {
    if request.method == "GET" {
        let (status, document) = state.documents.get(&request.target).cloned().unwrap_or((404, Value::Null));
        state.requests.push(request);
        return Reaction::Document(status, document);
    }
    let told = state.answers.get_mut(&request.target).and_then(VecDeque::pop_front);
    let felt = |state: &mut State| state.mood.as_mut().map(|mood| mood(&request));
    let answer = told.or_else(|| felt(state)).unwrap_or(Answer::Status(202));
    request.taken = answer.is_taken();
    state.requests.push(request);
    state.posts += 1;
    Reaction::Answer(answer)
}

fn respond(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} As Told\r\ncontent-type: application/activity+json\r\ncontent-length: {length}\r\n\
         connection: close\r\n{headers}\r\n{body}"
    )
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        // A client that begins with TLS has come to the wrong door.
        if stream.read_buf(&mut bytes).await.ok()? == 0 || bytes[0] == 0x16 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let (line, rest) = text.split_once("\r\n")?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = rest
        .split("\r\n")
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(Some(0), |(_, value)| value.parse().ok())?;
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let at = archipel::config::Clock::System.now().timestamp_millis();
    Some(Request { method, target, headers, body, taken: false, at })
}
