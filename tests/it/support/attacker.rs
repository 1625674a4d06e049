//! Someone who writes letters to an inbox byte by byte, signs them in every right and wrong way, and reads what is answered.
//! It knows sockets and OpenSSL, and not one line of what it attacks.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use openssl::{
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    sha::sha256,
    sign::Signer,
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const KEY_PAIR: &str = include_str!("key.pem");

/// A request as it will stand on the wire.
#[derive(Debug, Clone)]
pub struct Letter {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// In order, spelt as they are sent; the length of the body is added where none is given.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Letter {
    /// An activity for the shared inbox of this host, dated now, not signed yet.
    pub fn to(host: &str, activity: &Value) -> Self {
        Self::with_body(host, activity.to_string().into_bytes())
    }

    /// The same with any body.
    pub fn with_body(host: &str, body: Vec<u8>) -> Self {
        let hash = BASE64_STANDARD.encode(sha256(&body));
        let headers = [
            ("host", host.to_owned()),
            ("date", http_date(0)),
            ("content-type", "application/activity+json".to_owned()),
            ("digest", format!("SHA-256={hash}")),
            ("content-digest", format!("sha-256=:{hash}:")),
        ];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { method: "POST".into(), target: "/inbox".into(), headers, body }
    }

    /// Sets a header, or takes it away.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    /// The first header of this name; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Byte for byte.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let framed = ["content-length", "transfer-encoding"].iter().any(|name| !self.header(name).is_empty());
        if !framed {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        [head.as_bytes(), b"connection: close\r\n\r\n", &self.body].concat()
    }

    /// Sends it to whoever listens there; what is answered.
    pub async fn send(&self, listen: &str) -> Answer {
        Answer::read(&tell(listen, &self.bytes()).await)
    }
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// 0 where it closed without a word.
    pub status: u16,
    /// The lines of the head, in lower case.
    pub head: String,
    pub body: String,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// The reason's code in the body; empty where there is none.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["error"].as_str().unwrap_or_default().to_owned()
    }
}

/// Sends bytes, and reads until the other side ends; within twenty seconds.
pub async fn tell(listen: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(listen).await.expect("a connection");
    let (mut reader, mut writer) = stream.split();
    // It may answer before it has read everything.
    let send = async {
        let _ = writer.write_all(bytes).await;
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let answered = async {
        tokio::select! { _ = reader.read_to_end(&mut answer) => {}, () = send => {} }
    };
    timeout(Duration::from_secs(20), answered).await.expect("an answer in time");
    answer
}

/// A draft-cavage signature: what it says of itself, and what it covers.
#[derive(Clone)]
pub struct Cavage {
    pub key: PKey<Private>,
    pub key_id: String,
    pub algorithm: Option<&'static str>,
    pub covered: String,
    /// `created` and `expires`, as written.
    pub parameters: BTreeMap<&'static str, String>,
}

impl Cavage {
    /// As most of the fediverse signs, with the key that this actor's document names.
    pub fn of(actor: &Value) -> Self {
        Self {
            key: key(),
            key_id: actor["publicKey"]["id"].as_str().expect("a key").to_owned(),
            algorithm: Some("rsa-sha256"),
            covered: "(request-target) host date digest content-type".to_owned(),
            parameters: BTreeMap::new(),
        }
    }

    /// The text that is signed; what is covered and absent is signed as empty.
    pub fn text(&self, letter: &Letter) -> String {
        let value = |name: &str| match name {
            "(request-target)" => format!("{} {}", letter.method.to_lowercase(), letter.target),
            "(created)" | "(expires)" => self.parameters.get(name.trim_matches(['(', ')'])).cloned().unwrap_or_default(),
            name => letter.header(name),
        };
        let lines: Vec<String> = self.covered.split(' ').map(|name| format!("{name}: {}", value(name))).collect();
        lines.join("\n")
    }

    /// Adds the `Signature` header.
    pub fn sign(&self, letter: &mut Letter) {
        let signature = sign(&self.key, &self.text(letter));
        self.seal(letter, &signature);
    }

    /// The same with any bytes for a signature.
    pub fn seal(&self, letter: &mut Letter, signature: &[u8]) {
        let mut header = format!("keyId=\"{}\"", self.key_id);
        if let Some(algorithm) = self.algorithm {
            header += &format!(",algorithm=\"{algorithm}\"");
        }
        for (name, value) in &self.parameters {
            header += &format!(",{name}={value}");
        }
        header += &format!(",headers=\"{}\",signature=\"{}\"", self.covered, BASE64_STANDARD.encode(signature));
        letter.headers.push(("Signature".into(), header));
    }
}

/// An RFC 9421 signature.
#[derive(Clone)]
pub struct Message {
    pub key: PKey<Private>,
    pub label: String,
    /// As written between the brackets.
    pub components: String,
    /// As written after them.
    pub parameters: String,
}

impl Message {
    /// As peers sign, with the key that this actor's document names.
    pub fn of(actor: &Value) -> Self {
        let key_id = actor["publicKey"]["id"].as_str().expect("a key");
        let parameters = format!(";created={};keyid=\"{key_id}\";alg=\"rsa-v1_5-sha256\"", seconds(0));
        let components = "\"@method\" \"@target-uri\" \"content-digest\" \"content-type\"".to_owned();
        Self { key: key(), label: "sig1".into(), components, parameters }
    }

    /// Adds `Signature-Input` and `Signature`.
    pub fn sign(&self, letter: &mut Letter) {
        let value = |component: &str| match component {
            "@method" => letter.method.clone(),
            "@authority" => letter.header("host"),
            "@path" => letter.target.split('?').next().unwrap_or_default().to_owned(),
            "@target-uri" => format!("http://{}{}", letter.header("host"), letter.target),
            header => letter.header(header),
        };
        let named = self.components.split(' ').filter(|item| !item.is_empty());
        let mut lines: Vec<String> = named.map(|item| format!("{item}: {}", value(item.trim_matches('"')))).collect();
        let input = format!("({}){}", self.components, self.parameters);
        lines.push(format!("\"@signature-params\": {input}"));
        let signature = BASE64_STANDARD.encode(sign(&self.key, &lines.join("\n")));
        letter.headers.push(("Signature-Input".into(), format!("{}={input}", self.label)));
        letter.headers.push(("Signature".into(), format!("{}=:{signature}:", self.label)));
    }
}

/// The key of everyone.
pub fn key() -> PKey<Private> {
    let from = KEY_PAIR.find("-----BEGIN PRIVATE KEY-----").expect("the key's beginning");
    PKey::private_key_from_pem(&KEY_PAIR.as_bytes()[from..]).expect("the key")
}

/// A key of so many bits, of its own.
pub fn new_key(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).expect("a key")).expect("a key")
}

/// The public half, PEM.
pub fn public(key: &PKey<Private>) -> String {
    String::from_utf8(key.public_key_to_pem().expect("a public key")).expect("text")
}

/// HTTP's date, so many seconds from now.
pub fn http_date(ahead: i64) -> String {
    httpdate::fmt_http_date(at(ahead))
}

/// Seconds since 1970, so many from now.
pub fn seconds(ahead: i64) -> String {
    at(ahead).duration_since(UNIX_EPOCH).expect("after 1970").as_secs().to_string()
}

fn at(ahead: i64) -> SystemTime {
    let now = i64::try_from(UNIX_EPOCH.elapsed().expect("after 1970").as_secs()).expect("a number of seconds");
    UNIX_EPOCH + Duration::from_secs(u64::try_from(now + ahead).expect("after 1970"))
}

fn sign(key: &PKey<Private>, text: &str) -> Vec<u8> {
    let mut signer = Signer::new(MessageDigest::sha256(), key).expect("a signer");
    signer.sign_oneshot_to_vec(text.as_bytes()).expect("a signature")
}
