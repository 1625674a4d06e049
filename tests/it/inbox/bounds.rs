//! How much a stranger can send: sizes, depths, lengths, and bytes on a socket.

use std::time::Duration;

use archipel::{domain::text::Html, federation::inbox::Incoming};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::scene::{PUBLIC, SHARE, Scene, by, note, with};
use crate::support::{Engine, Server, on_both_engines};

/// Sends bytes; the status line and headers of the answer, in lower case.
async fn says(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.listen()).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    // The server may answer before it has read everything.
    let send = async {
        let _ = writer.write_all(bytes).await;
        std::future::pending::<()>().await;
    };
    let read = async {
        let mut answer = Vec::new();
        while !answer.windows(4).any(|window| window == b"\r\n\r\n") && reader.read_buf(&mut answer).await.unwrap_or(0) > 0 {}
        String::from_utf8_lossy(&answer).to_lowercase()
    };
    let answered = async {
        tokio::select! { answer = read => answer, () = send => String::new() }
    };
    timeout(Duration::from_secs(15), answered).await.expect("an answer in time")
}

fn post(headers: &[&str], body: &str) -> Vec<u8> {
    let headers = headers.iter().fold(String::new(), |head, line| head + line + "\r\n");
    format!("POST /inbox HTTP/1.1\r\nhost: alpha.example\r\ncontent-type: application/activity+json\r\n{headers}\r\n{body}")
        .into_bytes()
}

on_both_engines! {
    async fn a_body_that_is_too_large_or_packed_is_refused(engine) {
        let server = Server::start(engine, "Ministerie van Voorbeelden").await;
        let full = "x".repeat(1_000_000);
        let chunked = format!("{:x}\r\n{full}\r\n1\r\ny\r\n0\r\n\r\n", full.len());
        for (what, request, expected) in [
            ("one byte too many, declared and not sent", post(&["content-length: 1000001"], ""), "http/1.1 413 "),
            ("one byte too many in chunks", post(&["transfer-encoding: chunked"], &chunked), "http/1.1 413 "),
            ("a full body, unsigned", post(&["content-length: 1000000"], &full), "http/1.1 401 "),
            ("gzip", post(&["content-encoding: gzip", "content-length: 2"], "{}"), "http/1.1 415 "),
            ("zstd", post(&["content-encoding: zstd", "content-length: 2"], "{}"), "http/1.1 415 "),
            ("brotli after nothing", post(&["content-encoding: identity", "content-encoding: br", "content-length: 2"], "{}"), "http/1.1 415 "),
            ("two lengths", post(&["content-length: 2", "content-length: 3"], "{}"), "http/1.1 400 "),
            ("a length and chunks", post(&["content-length: 2", "transfer-encoding: chunked"], "0\r\n\r\n"), "http/1.1 400 "),
            ("a length that is none", post(&["content-length: -1"], "{}"), "http/1.1 400 "),
        ] {
            let answer = says(&server, &request).await;
            assert!(answer.starts_with(expected), "{what}: {answer}");
        }
    }

    async fn a_header_that_decides_stands_once_however_it_is_spelt(engine) {
        let server = Server::start(engine, "Ministerie van Voorbeelden").await;
        for name in ["date", "digest", "content-digest", "signature", "signature-input", "authorization"] {
            let (upper, title) = (name.to_uppercase(), format!("{}{}", name[..1].to_uppercase(), &name[1..]));
            for (first, second) in [(name, upper.as_str()), (upper.as_str(), title.as_str()), (title.as_str(), name)] {
                let headers = [format!("{first}: a"), format!("{second}: b"), "content-length: 2".to_owned()];
                let answer = says(&server, &post(&headers.each_ref().map(String::as_str), "{}")).await;
                assert!(answer.starts_with("http/1.1 400 "), "{first}, {second}: {answer}");
            }
        }
        let folded = says(&server, &post(&["digest: a", " b", "content-length: 2"], "{}")).await;
        assert!(folded.starts_with("http/1.1 400 "), "{folded}");
    }

    async fn a_sender_that_stalls_is_let_go(engine) {
        let server = Server::start(engine, "Ministerie van Voorbeelden").await;
        let stalled = post(&["content-length: 10"], "{");
        let (body, head) = tokio::join!(says(&server, &stalled), says(&server, b"POST /inbox HTTP/1.1\r\nhost: alpha.example\r\n"));
        assert!(body.starts_with("http/1.1 408 ") && (head.is_empty() || head.starts_with("http/1.1 408 ")), "{body} {head}");
        assert!(server.page("/").await.contains("Ministerie van Voorbeelden"));
    }

    async fn long_texts_and_lists_are_cut_and_cause_no_reading(engine) {
        let scene = Scene::set(engine).await;
        let tags: Vec<Value> = (0..10_000)
            .map(|number| json!({"type": "Mention", "href": scene.peer.at(&format!("/users/x{number}")), "name": "@x"}))
            .collect();
        let many: Vec<Value> = (0..5_000).map(|number| scene.peer.at(&format!("/users/y{number}")).into()).collect();
        let mut long = note(&scene.peer.at("/notes/long"), &scene.mallory, &"a ".repeat(200_000));
        long["tag"] = tags.into();
        long["cc"] = many.into();
        long["to"] = json!([PUBLIC]);
        scene.ours.receive(&scene.by_mallory("Create", long), &scene.mallory).await.unwrap();
        let written = scene.ours.store.pairs("SELECT uri AS one, content AS other FROM replies WHERE uri LIKE '%long'");
        assert!(!written.is_empty() && written[0].1.len() <= Html::LIMIT, "{}", written[0].1.len());
        let mut bent = with(scene.mallory.clone(), "name", "\u{202e}é".repeat(100_000).into());
        bent["summary"] = "b ".repeat(100_000).into();
        scene.ours.receive(&with(scene.by_mallory("Update", bent), "id", scene.peer.at("/updates/l").into()), &scene.mallory).await.unwrap();
        let known = scene.ours.known(scene.mallory["id"].as_str().unwrap()).unwrap();
        assert!(known.name.chars().count() <= 201 && known.summary.as_str().len() <= 20_000 && !known.name.contains('\u{202e}'));
        scene.ours.work_off().await;
        assert!(scene.peer.requests().iter().all(|request| request.method != "GET"), "nobody that is named is read");
    }

    async fn who_is_addressed_beyond_the_two_hundredth_is_not_looked_at(engine) {
        let scene = Scene::set(engine).await;
        let addressed = |before: usize| {
            let mut to: Vec<Value> = (0..before).map(|number| scene.peer.at(&format!("/users/{number}")).into()).collect();
            to.push(PUBLIC.into());
            with(note(&scene.peer.at(&format!("/notes/to{before}")), &scene.mallory, "x"), "to", to.into())
        };
        for before in [199, 200] {
            let create = by(&scene.mallory, &scene.peer.at(&format!("/creates/{before}")), "Create", addressed(before));
            scene.ours.receive(&create, &scene.mallory).await.unwrap();
        }
        let taken = scene.ours.store.pairs("SELECT uri AS one, uri AS other FROM replies WHERE uri LIKE '%/to%'");
        assert_eq!(taken.len(), 1, "{taken:?}");
    }

    async fn zeros_in_texts_harm_no_database(engine) {
        let scene = Scene::set(engine).await;
        let zero = "a\u{0}b";
        let create = scene.by_mallory("Create", note(&scene.peer.at("/notes/zero"), &scene.mallory, zero));
        scene.ours.receive(&create, &scene.mallory).await.expect("a reply");
        let mut bent = with(scene.mallory.clone(), "name", zero.into());
        bent["summary"] = zero.into();
        bent["icon"] = json!({"type": "Image", "url": scene.peer.at("/a\u{0}.png"), "name": zero});
        let update = with(scene.by_mallory("Update", bent), "id", scene.peer.at("/updates/z").into());
        scene.ours.receive(&update, &scene.mallory).await.expect("an Update");
        let mut dora = scene.peer.person("dora");
        dora["publicKey"]["publicKeyPem"] = format!("{}\u{0}", dora["publicKey"]["publicKeyPem"].as_str().unwrap()).into();
        scene.peer.serve(&dora);
        let refused = scene.ours.receive(&by(&dora, &scene.peer.at("/likes/z"), "Like", SHARE), &dora).await.unwrap_err();
        assert_eq!(refused.to_string(), "not proven: actor-unusable");
    }

    async fn a_chain_of_replies_is_not_followed(engine) {
        let scene = Scene::set(engine).await;
        let before = scene.ours.state();
        for number in 0..20 {
            let mut link = note(&scene.peer.at(&format!("/chain/{number}")), &scene.mallory, "x");
            link["inReplyTo"] = scene.peer.at(&format!("/chain/{}", (number + 1) % 20)).into();
            let create = by(&scene.mallory, &scene.peer.at(&format!("/creates/c{number}")), "Create", link);
            scene.ours.receive(&create, &scene.mallory).await.unwrap();
        }
        scene.ours.work_off().await;
        assert!(scene.ours.state() == before && scene.peer.requests().is_empty());
    }
}

#[test]
fn json_that_is_deep_wide_or_none_is_refused_without_harm() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let nested = |depth: usize| format!("{}1{}", "{\"object\":".repeat(depth), "}".repeat(depth));
    for text in [deep(128), deep(10_000), "[".repeat(999_999), nested(128), nested(50_000)] {
        let whole =
            format!("{{\"id\":\"https://a.example/1\",\"type\":\"Like\",\"actor\":\"https://a.example/a\",\"object\":{text}}}");
        assert_eq!(Incoming::read(whole.as_bytes()).unwrap_err().to_string(), "malformed: not-json");
    }
    let utf16: Vec<u8> = "{\"type\":\"Like\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = format!("[{}1]", "1,".repeat(400_000));
    for (bytes, expected) in [
        (wide.as_bytes(), "malformed: not-an-object"),
        (b"{\"type\":1e400000}".as_slice(), "malformed: not-json"),
        (b"{\"type\":\"\\ud800\"}", "malformed: not-json"),
        (b"{\"type\":\"a\0\"}", "malformed: not-json"),
        ("\u{feff}{\"type\":\"Like\"}".as_bytes(), "malformed: not-json"),
        (&utf16, "malformed: not-json"),
        (b"\xff\xfe", "malformed: not-utf-8"),
        (b"", "malformed: not-json"),
    ] {
        assert_eq!(Incoming::read(bytes).unwrap_err().to_string(), expected, "{:?}", &bytes[..bytes.len().min(30)]);
    }
}

#[tokio::test]
async fn who_comes_when_the_inbox_is_full_is_told_when_to_come_again() {
    let server = Server::start(Engine::Sqlite, "Ministerie van Voorbeelden").await;
    let mut waiting = Vec::new();
    // A few more than there are places: whoever looks below takes one for a moment, and somebody may come just then.
    for _ in 0..136 {
        let mut stream = TcpStream::connect(server.listen()).await.unwrap();
        stream.write_all(&post(&["content-length: 9"], "{")).await.unwrap();
        waiting.push(stream);
    }
    let full = crate::support::patience::wait_for("an inbox that is full", 8, async || {
        let answer = says(&server, &post(&["content-length: 2"], "{}")).await;
        answer.starts_with("http/1.1 503 ").then_some(answer)
    });
    assert!(full.await.contains("retry-after: 10"));
    assert!(server.page("/").await.contains("Ministerie van Voorbeelden"), "pages are served all the while");
    drop(waiting);
    crate::support::patience::wait_for("an inbox with room", 8, async || {
        let answer = says(&server, &post(&["content-length: 2"], "{}")).await;
        answer.starts_with("http/1.1 401 ").then_some(())
    })
    .await;
}
