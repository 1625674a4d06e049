//! What we read, and what we refuse to: every answer, redirect and address that somebody could think of. On loopback only.

mod guard;
pub mod tls;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{
    Engine, cast,
    instance::Instance,
    script::{Play, Script, raw},
};

const JSON: &str = "content-type: application/activity+json";

fn thing(id: &str) -> Value {
    json!({"id": id, "type": "Note", "content": "x"})
}

async fn reads(ours: &Instance, url: &str) -> Result<String, String> {
    let read = ours.federation.fetch(&cast::url(url)).await;
    read.map(|found| found["id"].as_str().unwrap().to_owned()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_document_is_believed_by_its_media_type_alone() {
    let (ours, host) = (Instance::open(Engine::Sqlite), Script::start().await);
    let profile = "\"https://www.w3.org/ns/activitystreams\"";
    let ld = format!("content-type: application/ld+json; profile={profile}; charset=utf-8");
    let cases: [(&[&str], bool); 13] = [
        (&[JSON], true),
        (&["Content-Type: APPLICATION/Activity+JSON;charset=utf-8"], true),
        (&[&ld], true),
        (&["content-type: application/ld+json"], false),
        (&["content-type: text/html"], false),
        (&["content-type: application/json"], false),
        (&["content-type: text/plain"], false),
        (&["content-type: image/svg+xml"], false),
        (&[], false),
        (&[JSON, "content-type: text/html"], false),
        (&["content-type: text/html", JSON], false),
        (&[JSON, "content-encoding: gzip"], false),
        (&[JSON, "content-encoding: br"], false),
    ];
    for (number, (headers, believed)) in cases.into_iter().enumerate() {
        let target = format!("/notes/{number}");
        let url = host.at(&target);
        host.answer(&target, 200, headers, &thing(&url).to_string());
        assert_eq!(reads(&ours, &url).await.is_ok(), believed, "{headers:?}");
    }
    assert!(host.heard().iter().all(|head| !head.contains("accept-encoding")), "we ask for no compression");
}

#[tokio::test]
async fn only_200_is_an_answer() {
    let (ours, host) = (Instance::open(Engine::Sqlite), Script::start().await);
    for status in [201, 203, 206, 304, 400, 401, 403, 404, 410, 500, 503] {
        let target = format!("/notes/{status}");
        host.answer(&target, status, &[JSON], &thing(&host.at(&target)).to_string());
        assert!(reads(&ours, &host.at(&target)).await.is_err(), "{status}");
    }
}

#[tokio::test]
async fn an_id_is_confirmed_where_it_lives_and_once() {
    let (ours, host, other) = (Instance::open(Engine::Sqlite), Script::start().await, Script::start().await);
    host.serve("/@page", &thing(&host.at("/notes/1")));
    host.serve("/notes/1", &thing(&host.at("/notes/1")));
    assert_eq!(reads(&ours, &host.at("/@page")).await, Ok(host.at("/notes/1")));
    host.serve("/stolen", &thing(&other.at("/notes/1")));
    assert!(reads(&ours, &host.at("/stolen")).await.unwrap_err().contains("claims to live elsewhere"));
    host.serve("/ping", &thing(&host.at("/pong")));
    host.serve("/pong", &thing(&host.at("/ping")));
    assert!(reads(&ours, &host.at("/ping")).await.unwrap_err().contains("contradicts itself"));
    assert_eq!(host.heard().len(), 5, "one look more for each id that differed, and never another");
    assert!(other.heard().is_empty());
    for id in [Value::Null, json!(7), json!("x"), json!([]), json!("javascript:1")] {
        host.serve("/none", &json!({"id": id, "type": "Note"}));
        assert!(reads(&ours, &host.at("/none")).await.is_err(), "{id}");
    }
}

#[tokio::test]
async fn a_redirect_leads_nowhere_it_should_not() {
    let (ours, host) = (Instance::open(Engine::Sqlite), Script::start().await);
    let own = ours.federation.links.home().to_string();
    let places = [
        "https://127.0.0.1:1/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "data:application/activity+json,{}",
        "javascript:alert(1)",
        "http://10.0.0.1/x",
        "http://169.254.169.254/latest",
        "http://[::ffff:10.0.0.1]/x",
        "http://0.0.0.0/x",
        "http://good@127.0.0.1:1/x",
        "http://",
        "//",
        "",
        "/from/12",
        own.as_str(),
    ];
    for (number, place) in places.into_iter().enumerate() {
        let target = format!("/from/{number}");
        host.answer(&target, 302, &[JSON, &format!("location: {place}")], &thing(&host.at(&target)).to_string());
    }
    host.answer("/nowhere", 302, &[JSON], "{}");
    let targets = (0..places.len()).map(|number| format!("/from/{number}")).chain(["/nowhere".to_owned()]);
    for (number, target) in targets.enumerate() {
        assert!(reads(&ours, &host.at(&target)).await.is_err(), "{target} {:?}", places.get(number));
    }
}

#[tokio::test]
async fn three_redirects_are_followed_and_each_is_signed_anew() {
    let (ours, host, other) = (Instance::open(Engine::Sqlite), Script::start().await, Script::start().await);
    for (from, to) in [(1, 2), (2, 3), (3, 4), (4, 5)] {
        host.answer(&format!("/{from}"), 302, &[&format!("location: /{to}")], "");
    }
    host.serve("/5", &thing(&host.at("/5")));
    assert_eq!(reads(&ours, &host.at("/2")).await, Ok(host.at("/5")));
    assert!(reads(&ours, &host.at("/1")).await.unwrap_err().contains("redirects too often"));
    host.answer("/away", 301, &[&format!("location: {}", other.at("/here"))], "");
    other.serve("/here", &thing(&other.at("/here")));
    assert_eq!(reads(&ours, &host.at("/away")).await, Ok(other.at("/here")), "the last host speaks, for itself");
    other.serve("/here", &thing(&host.at("/away")));
    assert!(reads(&ours, &host.at("/away")).await.is_err(), "and for nobody else");
    let line = |head: &str, name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
    let (away, here) = (host.heard().pop().unwrap(), other.heard().pop().unwrap());
    assert_ne!(line(&away, "signature").unwrap(), line(&here, "signature").unwrap());
    assert_eq!(format!("http://{}", line(&here, "host").unwrap()), other.at(""));
}

#[tokio::test]
async fn our_own_host_is_never_asked() {
    let ours = Instance::open(Engine::Sqlite);
    let lab = ours.add_lab("spoor", "Spoor");
    assert!(reads(&ours, lab.uri.as_str()).await.unwrap_err().contains("is ours"));
    let mut spelt = lab.uri.clone();
    spelt.set_host(Some("ALPHA.example.")).unwrap();
    assert!(reads(&ours, spelt.as_str()).await.unwrap_err().contains("is ours"));
}

#[tokio::test]
async fn no_answer_takes_longer_than_the_deadline() {
    let (ours, host) = (Instance::open(Engine::Sqlite), Script::start().await);
    let endless = raw(200, &[JSON], &"x".repeat(1_000));
    let (head, body) = endless.split_at(endless.find("\r\n\r\n").unwrap() + 4);
    host.play("/headers", Play::Trickle(head.to_owned()));
    host.play("/body", Play::Trickle(body.to_owned()));
    host.play("/silence", Play::Silence);
    for (from, to) in [("/slow/1", "/slow/2"), ("/slow/2", "/slow/3"), ("/slow/3", "/slow/4")] {
        host.play(from, Play::After(Duration::from_secs(4), raw(302, &[&format!("location: {to}")], "")));
    }
    let begun = Instant::now();
    let urls = ["/headers", "/body", "/silence", "/slow/1"].map(|target| host.at(target));
    let read = futures_util::future::join_all(urls.iter().map(|url| reads(&ours, url))).await;
    assert!(read.iter().all(Result::is_err) && begun.elapsed() < Duration::from_secs(12), "{read:?} {:?}", begun.elapsed());
}

#[tokio::test]
async fn an_answer_is_cut_at_its_limit() {
    let (ours, host) = (Instance::open(Engine::Sqlite), Script::start().await);
    let large = json!({"id": host.at("/large"), "type": "Note", "content": "x".repeat(1_000_000)}).to_string();
    host.answer("/large", 200, &[JSON], &large);
    let chunked =
        format!("HTTP/1.1 200 As Told\r\n{JSON}\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    host.play("/chunked", Play::After(Duration::ZERO, chunked));
    host.answer("/deep", 200, &[JSON], &"[".repeat(900_000));
    for target in ["/large", "/chunked", "/deep"] {
        assert!(reads(&ours, &host.at(target)).await.is_err(), "{target}");
    }
}
