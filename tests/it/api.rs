//! The API as scripts and other systems meet it: real servers on both engines, and a program that reads, writes and makes mistakes.

mod document;
mod reading;
mod token;
mod writing;

use reqwest::{
    Method, Response,
    header::{HeaderMap, HeaderName},
};
use serde_json::Value;

use crate::support::Server;

/// What came back: the status, the headers and the JSON.
struct Answer {
    status: u16,
    headers: HeaderMap,
    json: Value,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a text");
        Self { status, headers, json: serde_json::from_str(&text).unwrap_or_default() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Every answer has these.
    fn check(&self, what: &str) {
        assert_eq!(self.header("api-version"), "1.0.0", "{what}");
        assert_eq!(self.header("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(self.header("x-frame-options"), "DENY", "{what}");
        assert!(self.header("content-security-policy").contains("frame-ancestors 'none'"), "{what}");
        assert!(!self.header("cache-control").is_empty(), "{what}");
        assert!(!self.headers.contains_key("set-cookie"), "{what}");
        if self.status >= 400 {
            assert_eq!(self.header("content-type"), "application/problem+json", "{what}");
            assert_eq!(self.json["status"], self.status, "{what}");
            for name in ["title", "detail", "code"] {
                assert!(self.json[name].as_str().is_some_and(|said| !said.is_empty()), "{what}: {name}");
            }
        }
    }

    /// The fields that have to be mended.
    fn fields(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(errors.iter().all(|error| error["message"].as_str().is_some_and(|said| said.len() > 5)), "{errors:?}");
        errors.iter().map(|error| error["field"].as_str().expect("a field")).collect()
    }

    /// These of each item.
    fn each(&self, pointer: &str) -> Vec<&Value> {
        let items = self.json["items"].as_array().expect("items");
        items.iter().map(|item| item.pointer(pointer).unwrap_or(&Value::Null)).collect()
    }
}

/// Asks for an address below the root, or a whole one.
async fn get(server: &Server, path: &str) -> Answer {
    ask(server, Method::GET, path, &[], None).await
}

/// A program with a token.
struct Script<'a> {
    server: &'a Server,
    token: String,
}

impl<'a> Script<'a> {
    /// With a token for everything, of the member `noor`.
    async fn of_noor(server: &'a Server) -> Self {
        let scopes = ["--scope", "labs:write", "--scope", "shares:write"];
        let made = [&["token", "add", "noor", "--name", "Script"][..], &scopes].concat();
        Self { server, token: server.run(&made).await }
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send_as(method, path, body, &[]).await
    }

    async fn send_as(&self, method: Method, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let all = [&[("authorization", bearer.as_str())], headers].concat();
        ask(self.server, method, path, &all, Some(body)).await
    }
}

async fn ask(server: &Server, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
    let url = if path.starts_with("http") { path.to_owned() } else { server.at(&format!("/api/v1{path}")) };
    let mut request = server.client().request(method.clone(), url);
    for (name, value) in headers {
        request = request.header(HeaderName::from_bytes(name.as_bytes()).expect("a header"), *value);
    }
    if let Some(body) = body {
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        request = request.body(body.to_string());
    }
    let answer = Answer::of(request.send().await.expect("an answer")).await;
    answer.check(&format!("{method} {path}: {}", answer.json));
    answer
}

/// Every item from this address on, part by part, as `next` leads.
async fn walk(server: &Server, first: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let part = get(server, &path).await;
        assert_eq!(part.status, 200, "{path}: {}", part.json);
        items.extend(part.json["items"].as_array().expect("items").clone());
        next = part.json["next"].as_str().map(str::to_owned);
        let link = next.as_ref().map_or_else(String::new, |next| format!("<{next}>; rel=\"next\""));
        assert_eq!(part.header("link"), link, "the header says the same as the body");
        assert!(items.len() < 2_000, "{first} leads round in a circle");
    }
    items
}
