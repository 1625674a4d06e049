//! Organisations elsewhere with a directory: labs and what they shared, told as another instance would, any number of hosts at one
//! port. It takes what it is sent, and sends nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Runtime,
    task::JoinHandle,
};

use super::{
    Measured,
    sink::{Request, accept, listen, read_request},
};

/// How many labs stand on a page of a directory, as on ours.
const PAGE: usize = 50;

/// Everyone's public inbox.
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// What each of them has.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How many labs.
    pub labs: usize,
    /// How many shares each lab has.
    pub shares: usize,
}

/// Directories on loopback.
pub struct Archive {
    port: u16,
    asked: Arc<AtomicUsize>,
    listening: JoinHandle<()>,
}

impl Archive {
    /// Listens; each answer comes after so long.
    pub fn start(runtime: &Runtime, size: Size, key: &str, round_trip: Duration) -> Measured<Self> {
        let listener = runtime.block_on(async { listen() })?;
        let port = listener.local_addr()?.port();
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, key) = (asked.clone(), Arc::<str>::from(key));
        let listening = runtime.spawn(accept(listener, move |stream| {
            let teller = Teller { size, port, key: key.clone(), asked: count.clone(), round_trip };
            tokio::spawn(async move { teller.serve(stream).await.ok() });
        }));
        Ok(Self { port, asked, listening })
    }

    /// The address of an organisation.
    pub fn host(&self, number: usize) -> String {
        format!("archive{number}.localhost:{}", self.port)
    }

    /// How often anything was asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

struct Teller {
    size: Size,
    port: u16,
    key: Arc<str>,
    asked: Arc<AtomicUsize>,
    round_trip: Duration,
}

impl Teller {
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let (mut buffer, mut chunk) = (Vec::new(), vec![0; 8_192]);
        loop {
            while let Some(request) = read_request(&buffer) {
                buffer.drain(..request.end);
                tokio::time::sleep(self.round_trip).await;
                let answer = self.answer(&request);
                stream.write_all(answer.as_bytes()).await?;
            }
            match stream.read(&mut chunk).await? {
                0 => return Ok(()),
                read => buffer.extend_from_slice(&chunk[..read]),
            }
        }
    }

    fn answer(&self, request: &Request) -> String {
        if request.is_post {
            return "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned();
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        let origin = format!("http://{}:{}", request.host, self.port);
        match self.tell(&origin, &request.path) {
            Some(document) => {
                let body = document.to_string();
                format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                )
            }
            None => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
        }
    }

    fn tell(&self, origin: &str, path: &str) -> Option<Value> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match segments.as_slice() {
            [".well-known", "nodeinfo"] => Some(json!({"links": [
                {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": format!("{origin}/nodeinfo/2.1")},
            ]})),
            ["nodeinfo", _] => Some(json!({
                "version": "2.1", "software": {"name": "archive", "version": "1"},
                "usage": {"localPosts": self.size.labs * self.size.shares},
                "metadata": {"organisation": format!("{origin}/organisation")},
            })),
            ["organisation"] => Some(self.organisation(origin)),
            ["organisation", "labs"] => {
                Some(self.directory(origin, query.strip_prefix("page=").and_then(|page| page.parse().ok())))
            }
            ["labs", lab] => Some(self.actor(origin, "Group", &format!("{origin}/labs/{lab}"), lab)),
            ["labs", lab, "outbox"] => Some(self.outbox(origin, lab)),
            _ => None,
        }
    }

    fn organisation(&self, origin: &str) -> Value {
        let mut organisation = self.actor(origin, "Organization", &format!("{origin}/organisation"), "organisation");
        organisation["labs"] = format!("{origin}/organisation/labs").into();
        organisation
    }

    fn directory(&self, origin: &str, page: Option<usize>) -> Value {
        let id = format!("{origin}/organisation/labs");
        let Some(page) = page else {
            return json!({"id": id, "type": "OrderedCollection", "totalItems": self.size.labs, "first": format!("{id}?page=1")});
        };
        let labs = (page.saturating_sub(1) * PAGE..self.size.labs).take(PAGE).map(|number| {
            let name = format!("lab{number}");
            self.actor(origin, "Group", &format!("{origin}/labs/{name}"), &name)
        });
        let mut told = json!({"id": format!("{id}?page={page}"), "type": "OrderedCollectionPage", "partOf": id});
        told["orderedItems"] = labs.collect();
        if page * PAGE < self.size.labs {
            told["next"] = format!("{id}?page={}", page + 1).into();
        }
        told
    }

    fn actor(&self, origin: &str, kind: &str, id: &str, name: &str) -> Value {
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id, "type": kind, "preferredUsername": name, "name": format!("The {name}"),
            "summary": "<p>It tries things, and tells what it learned from them.</p>",
            "inbox": format!("{id}/inbox"), "outbox": format!("{id}/outbox"),
            "endpoints": {"sharedInbox": format!("{origin}/inbox")},
            "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": &*self.key},
            "parentOrganization": format!("{origin}/organisation"), "kind": "lab", "state": "active",
        })
    }

    fn outbox(&self, origin: &str, lab: &str) -> Value {
        let id = format!("{origin}/labs/{lab}");
        let shares = (0..self.size.shares).map(|number| {
            let share = format!("{origin}/shares/{lab}-{number}");
            let published = format!("2026-10-{:02}T{:02}:00:00Z", number % 28 + 1, number % 24);
            let content =
                format!("<p>We tried way {number} of asking, and counted who came back. {}</p>", "It took a while. ".repeat(20));
            json!({
                "id": format!("{share}/create"), "type": "Create", "actor": id, "published": published,
                "to": [PUBLIC], "cc": [format!("{id}/followers")],
                "object": {
                    "id": share, "type": "Article", "attributedTo": id, "name": format!("Way {number} of asking, by {lab}"),
                    "content": content, "url": share, "published": published, "to": [PUBLIC], "cc": [format!("{id}/followers")],
                },
            })
        });
        json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{id}/outbox"), "type": "OrderedCollection",
            "totalItems": self.size.shares, "orderedItems": shares.collect::<Vec<_>>(),
        })
    }
}
