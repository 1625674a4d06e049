//! Someone elsewhere whose server signs activities, sends them, and sends the same bytes again until they are taken.

use std::time::{Duration, Instant};

use archipel::{config::Clock, federation::signature::SignedRequest};
use reqwest::{Client, Response, header::HOST};
use serde_json::{Value, json};

use super::{
    Server,
    signer::{self, Cavage},
};

/// What came of one sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// 2xx: the other side promises that it happened.
    Taken,
    /// 503, and when to come again.
    Later,
    /// Any other answer.
    Answered(u16, String),
    /// The connection ended, or there was none.
    Nothing,
}

/// An activity of this actor, with an id of its own.
pub fn activity(actor: &Value, number: usize, kind: &str, object: impl Into<Value>) -> Value {
    let id = format!("{}/activities/{number}", actor["id"].as_str().expect("an id"));
    let context = "https://www.w3.org/ns/activitystreams";
    json!({"@context": context, "id": id, "type": kind, "actor": actor["id"], "object": object.into()})
}

/// An activity as its actor's server sends it to this inbox.
pub fn sign(server: &Server, target: &str, actor: &Value, activity: &Value) -> SignedRequest {
    let mut letter = signer::letter(activity, Clock::System.now());
    signer::set(&mut letter, "host", Some(server.host()));
    target.clone_into(&mut letter.target);
    Cavage::new(actor["publicKey"]["id"].as_str().expect("a key")).sign(&mut letter);
    letter
}

/// Sends it once to whoever listens there.
pub async fn send(client: &Client, listen: &str, letter: &SignedRequest) -> Sent {
    let mut request = client.post(format!("http://{listen}{}", letter.target)).body(letter.body.clone());
    for (name, value) in &letter.headers {
        request = if name == "host" { request.header(HOST, value) } else { request.header(name, value) };
    }
    match request.send().await {
        Ok(answer) => read(answer).await,
        Err(_) => Sent::Nothing,
    }
}

/// Sends the same until it is taken; what came of it before.
pub async fn insist(client: &Client, listen: impl Fn() -> String, letter: &SignedRequest) -> Vec<Sent> {
    let (begun, mut before) = (Instant::now(), Vec::new());
    loop {
        let sent = send(client, &listen(), letter).await;
        if sent == Sent::Taken {
            return before;
        }
        before.push(sent);
        assert!(begun.elapsed() < Duration::from_secs(80), "it was not taken: {before:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn read(answer: Response) -> Sent {
    let status = answer.status().as_u16();
    let later = answer.headers().contains_key("retry-after");
    match (status, later) {
        (200..=299, _) => Sent::Taken,
        (503, true) => Sent::Later,
        _ => Sent::Answered(status, answer.text().await.unwrap_or_default()),
    }
}
