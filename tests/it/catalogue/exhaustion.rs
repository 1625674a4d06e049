//! Exhaustion, RX01 to RX28: what is too large, too deep, too slow, too many or too dear.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use archipel::federation::signature::SignedRequest;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::scene::{Case, Scene, with};
use crate::support::{
    Server,
    attacker::{Cavage, Letter},
    on_both_engines,
};

/// The most memory that a server's process ever had, in bytes.
fn peak(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}

/// Sends a byte now and then, until the other side says or shows that it has had enough; after how long that was.
async fn dribble(listen: &str, first: &[u8], then: &str) -> Duration {
    let mut stream = TcpStream::connect(listen).await.unwrap();
    stream.write_all(first).await.unwrap();
    let begun = Instant::now();
    let mut answer = [0; 512];
    for byte in then.bytes().cycle() {
        tokio::select! {
            _ = stream.read(&mut answer) => break,
            () = tokio::time::sleep(Duration::from_millis(250)) => {}
        }
        if stream.write_all(&[byte]).await.is_err() || begun.elapsed() > Duration::from_secs(25) {
            break;
        }
    }
    begun.elapsed()
}

on_both_engines! {
    async fn what_is_too_large_too_deep_or_no_text_is_refused(engine) {
        let scene = Scene::set(engine).await;
        let whole = scene.by(&scene.mallory, "Like", scene.share.as_str());
        let around = |inner: &str| with(whole.clone(), "object", "HERE").to_string().replace("\"HERE\"", inner).into_bytes();
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let bodies = [
            ("RX03", "depth 128", around(&nested(128)), (400, "not-json")),
            ("RX03", "depth 10 000", around(&nested(10_000)), (400, "not-json")),
            ("RX03", "depth without end", around(&"[".repeat(999_000)), (400, "not-json")),
            ("RX03", "400 000 elements", around(&format!("[{}1]", "1,".repeat(400_000))), (400, "no-object")),
            ("RX03", "a number beyond numbers", around("1e400000"), (400, "not-json")),
            ("RX03", "half a letter", around("\"\\ud800\""), (400, "not-json")),
            ("RX03", "a zero", around("\"a\0\""), (400, "not-json")),
            ("RX03", "a mark of byte order", [b"\xef\xbb\xbf".as_slice(), &around("1")].concat(), (400, "not-json")),
            ("RX03", "UTF-16", String::from_utf8(around("1")).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect(), (400, "not-json")),
            ("RX03", "no UTF-8", around("1").into_iter().chain(*b"\xff").collect(), (400, "not-utf-8")),
        ];
        let mut cases: Vec<Case> = bodies.into_iter().map(|(id, what, body, refused)| {
            let mut letter = Letter::with_body(scene.server.host(), body);
            Cavage::of(&scene.mallory).sign(&mut letter);
            Case::refused(id, what, letter, refused)
        }).collect();
        for packing in ["gzip", "br", "zstd", "deflate", "identity, gzip"] {
            let letter = scene.bent(&scene.mallory, &whole, |_, letter| letter.set("content-encoding", Some(packing)));
            cases.push(Case::refused("RX04", packing, letter, (415, "content-encoding")));
        }
        let letter = scene.bent(&scene.mallory, &whole, |_, letter| {
            letter.set("transfer-encoding", Some("chunked"));
            letter.body = format!("f4241\r\n{}\r\n0\r\n\r\n", " ".repeat(1_000_001)).into_bytes();
        });
        cases.push(Case::refused("RX01", "one byte too many, in chunks", letter, (413, "too-large")));
        let letter = scene.bent(&scene.mallory, &whole, |_, letter| letter.set("content-length", Some("1000001")));
        cases.push(Case::refused("RX01", "one byte too many, as it says", letter, (413, "too-large")));
        scene.judge(cases).await;
    }

    async fn three_hundred_full_bodies_at_once_take_no_more_memory_than_is_admitted(engine) {
        let scene = Scene::set(engine).await;
        let letter = Arc::new(Letter::with_body(scene.server.host(), vec![b' '; 1_000_000]).bytes());
        let before = peak(&scene.server);
        let mut sending = JoinSet::new();
        for _ in 0..300 {
            let (letter, listen) = (letter.clone(), scene.server.listen().to_owned());
            sending.spawn(async move {
                let (mut reader, mut writer) = TcpStream::connect(listen).await.unwrap().into_split();
                let sent = tokio::spawn(async move {
                    let (most, last) = letter.split_at(letter.len() - 1);
                    let _ = writer.write_all(most).await;
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    let _ = writer.write_all(last).await;
                    std::future::pending::<()>().await;
                });
                let mut answer = vec![0; 512];
                let read = reader.read(&mut answer).await.unwrap_or(0);
                sent.abort();
                String::from_utf8_lossy(&answer[..read]).to_lowercase()
            });
        }
        let answers = sending.join_all().await;
        let busy = answers.iter().filter(|answer| answer.starts_with("http/1.1 503 ") && answer.contains("retry-after: 10")).count();
        let read = answers.iter().filter(|answer| answer.starts_with("http/1.1 401 ")).count();
        let grown = peak(&scene.server).saturating_sub(before);
        assert!(read >= 1 && busy >= 100, "{busy} sent away, {read} read");
        assert!(grown < 120_000_000, "RX02: {grown} bytes more than before");
        scene.take(&scene.alice, &scene.by(&scene.alice, "View", scene.share.as_str())).await;
    }

    async fn who_sends_a_byte_now_and_then_is_let_go_and_holds_up_nobody(engine) {
        let scene = Scene::set(engine).await;
        let listen = scene.server.listen();
        let head = format!("POST /inbox HTTP/1.1\r\nhost: {}\r\n", scene.server.host());
        let body = format!("{head}content-type: application/activity+json\r\ncontent-length: 900000\r\n\r\n{{");
        let others = async {
            let mut slowest = Duration::ZERO;
            for _ in 0..20 {
                let begun = Instant::now();
                scene.take(&scene.alice, &scene.by(&scene.alice, "View", scene.share.as_str())).await;
                slowest = slowest.max(begun.elapsed());
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            slowest
        };
        let many = async { futures_util::future::join_all((0..60).map(|_| dribble(listen, head.as_bytes(), "x-a: b\r\n"))).await };
        let (many, body, others) = tokio::join!(many, dribble(listen, body.as_bytes(), " "), others);
        let slowest = many.into_iter().max().unwrap();
        for (what, took) in [("a head", slowest), ("a body", body)] {
            assert!(took < Duration::from_secs(20), "RX06: {what} was waited for {took:?}");
        }
        assert!(others < Duration::from_secs(10), "RX06: an honest sender waited {others:?}");
    }

    async fn what_can_be_refused_cheaply_costs_less_than_what_is_good(engine) {
        let scene = Scene::set(engine).await;
        let of = |letter: &Letter| SignedRequest {
            method: letter.method.clone(),
            scheme: "http".into(),
            target: letter.target.clone(),
            headers: letter.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
            body: letter.body.clone(),
        };
        let view = || scene.by(&scene.alice, "View", scene.share.as_str());
        let good: Vec<SignedRequest> = (0..200).map(|_| of(&scene.signed(&scene.alice, &view()))).collect();
        let mut bent = scene.signed(&scene.alice, &view());
        bent.body.push(b' ');
        let begun = Instant::now();
        for request in good {
            scene.beside.receive(request).await.expect("a good letter");
        }
        let (honest, begun) = (begun.elapsed(), Instant::now());
        for _ in 0..10_000 {
            assert!(scene.beside.receive(of(&bent)).await.is_err());
        }
        let hostile = begun.elapsed();
        assert!(hostile / 10_000 < honest / 200 / 2, "RX28: 10 000 bad ones took {hostile:?}, 200 good ones {honest:?}");
    }
}
