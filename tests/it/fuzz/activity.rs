//! What any JSON of a peer must become: nothing, or something that keeps to every bound of FEDERATION.md.

use archipel::{
    domain::{actor::Actor, moment::Moment, picture::Picture},
    federation::{actor, inbox::Incoming, reply, share, wire},
    usecases::share::ReceivedShare,
};
use chrono::DateTime;
use serde_json::Value;
use url::Url;

use super::sanitiser::assert_stable;

/// Reads these bytes with every reader that gets to see what a peer writes.
pub fn check(bytes: &[u8]) {
    if let Ok(incoming) = Incoming::read(bytes) {
        assert_eq!(incoming.body.as_bytes(), bytes);
        assert!(!incoming.kind.is_empty() || incoming.value["type"] == "" || incoming.value["type"].is_array());
        assert_url(&incoming.actor);
        if let Some(id) = &incoming.id {
            assert_url(id);
        }
    }
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    let mut next = Some(&value);
    for _ in 0..3 {
        let Some(object) = next else { return };
        read(object);
        next = wire::one(object, "object");
    }
}

fn read(object: &Value) {
    if let Some(share) = share::read(object, now()) {
        assert_share(&share);
    }
    if let Some(known) = actor::read(object, now()) {
        assert_actor(&known);
        assert_actor(&actor::with_key(known, object, "https://a.example/users/bo#second"));
    }
    if let Some(reply) = reply::read(object, now()) {
        for url in [&reply.uri, &reply.in_reply_to, &reply.page] {
            assert_url(url);
        }
        assert_stable(&reply.content);
        assert!(reply.published_at <= now());
    }
    for property in ["to", "url", "tag", "icon", "orderedItems", "first"] {
        assert!(wire::many(object, property).count() <= 200);
        if let Some(url) = wire::url(object, property) {
            assert_url(&url);
        }
    }
    if let Some(author) = share::author(object) {
        assert_url(&author);
    }
}

fn assert_share(share: &ReceivedShare) {
    assert_url(&share.uri);
    assert_url(&share.page);
    assert_picture(share.picture.as_ref());
    assert_stable(&share.content);
    assert_line(&share.title, 201);
    assert_line(&share.summary, 281);
    let fits = |tag: &String| !tag.contains(char::is_whitespace) && (1..=60).contains(&tag.chars().count());
    assert!(share.tags.len() <= 20 && share.tags.iter().all(fits), "{:?}", share.tags);
    assert!(share.published_at <= now());
    assert!((0..253_370_764_800_000).contains(&share.updated_at.timestamp_millis()));
}

fn assert_actor(actor: &Actor) {
    assert_url(&actor.uri);
    for url in [Some(&actor.inbox), actor.shared_inbox.as_ref(), actor.outbox.as_ref(), Some(&actor.page)].into_iter().flatten() {
        assert_url(url);
        assert!(is_at_home(actor, url), "{url} is not at {}", actor.uri);
    }
    assert!(Url::parse(&actor.key_uri).is_ok_and(|key| is_at_home(actor, &key)), "{}", actor.key_uri);
    assert_picture(actor.picture.as_ref());
    assert_stable(&actor.summary);
    assert_line(&actor.handle, 121);
    assert_line(&actor.name, 201);
    assert!(!actor.local && actor.gone_at.is_none() && actor.public_key.len() <= 4_000);
}

fn is_at_home(actor: &Actor, url: &Url) -> bool {
    let origin = |url: &Url| {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_lowercase();
        (url.scheme().to_owned(), host, url.port_or_known_default())
    };
    origin(url) == origin(&actor.uri)
}

fn assert_picture(picture: Option<&Picture>) {
    if let Some(picture) = picture {
        assert_url(&picture.url);
        assert_line(&picture.description, 1_501);
    }
}

/// Plain http(s), of a bounded length, and no secret in it.
pub fn assert_url(url: &Url) {
    assert!(matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty()), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "somebody's name or password in {url}");
    // What is not ASCII takes three bytes for each of its own.
    assert!(url.as_str().len() <= 6_001, "{}", url.as_str().len());
}

fn assert_line(text: &str, most: usize) {
    assert!(text.chars().count() <= most && !text.contains(char::is_control), "{text:?}");
}

fn now() -> Moment {
    DateTime::from_timestamp(1_790_845_200, 0).expect("a moment")
}
