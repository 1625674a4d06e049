//! The cast: fictional organisations, labs and people, always the same. The organisation at alpha.example is ours.

use archipel::domain::{
    actor::{Actor, ActorId, ActorKind},
    language::Language,
    links::Links,
    moment::Moment,
    reply::NewReply,
    share::{Form, Licence, Mention, Outcome, PublicId, Share, ShareKind},
    text::Html,
};
use chrono::{TimeDelta, TimeZone, Utc};
use url::Url;

const KEY_PAIR: &str = include_str!("key.pem");

/// The private key of everyone here, PEM: for tests only.
pub fn private_key() -> &'static str {
    block("PRIVATE KEY")
}

/// The public key of everyone, PEM.
pub fn public_key() -> &'static str {
    block("PUBLIC KEY")
}

/// The lab Spoor, a doetank of ours.
pub fn spoor() -> Actor {
    Actor { name: "Spoor".into(), ..a_local_actor(ActorKind::Lab, "spoor") }
}

/// Noor, a member of ours.
pub fn noor() -> Actor {
    Actor { name: "Noor".into(), ..a_local_actor(ActorKind::Member, "noor") }
}

/// The lab Klare Taal, of the organisation at bravo.example.
pub fn klare_taal() -> Actor {
    Actor { name: "Klare Taal".into(), ..a_remote_actor(ActorKind::Lab, "klare_taal", "bravo.example") }
}

/// Bo, a person on Mastodon.
pub fn bo() -> Actor {
    let at = |path: &str| url(&format!("https://mastodon.example{path}"));
    Actor {
        name: "Bo".into(),
        uri: at("/users/bo"),
        page: at("/@bo"),
        inbox: at("/users/bo/inbox"),
        outbox: Some(at("/users/bo/outbox")),
        key_uri: "https://mastodon.example/users/bo#main-key".into(),
        parent: None,
        ..a_remote_actor(ActorKind::Member, "bo", "mastodon.example")
    }
}

/// An actor of ours.
pub fn a_local_actor(kind: ActorKind, handle: &str) -> Actor {
    Actor { local: true, ..a_remote_actor(kind, handle, "alpha.example") }
}

/// An actor of the Archipel instance at `host`; `id` is that of no row.
pub fn a_remote_actor(kind: ActorKind, handle: &str, host: &str) -> Actor {
    let links = Links::new(url(&format!("https://{host}")));
    let uri = links.actor(kind, handle);
    Actor {
        id: ActorId(0),
        kind,
        handle: handle.into(),
        host: host.into(),
        local: false,
        name: handle.into(),
        summary: Html::sanitise("<p>Leert hardop.</p>"),
        page: uri.clone(),
        inbox: url(&format!("{uri}/inbox")),
        shared_inbox: Some(links.shared_inbox()),
        outbox: Some(url(&format!("{uri}/outbox"))),
        key_uri: format!("{uri}#main-key"),
        public_key: public_key().into(),
        picture: None,
        parent: (kind == ActorKind::Lab).then(|| links.actor(ActorKind::Organisation, "")),
        created_at: october(1),
        updated_at: october(1),
        fetched_at: october(1),
        gone_at: None,
        uri,
    }
}

/// A share by `author` in `lab`, both with their rows; a higher number is a later one.
pub fn a_share(number: u32, lab: &Actor, author: &Actor) -> Share {
    let public_id = PublicId::from_random(u64::from(number));
    let uri = Links::new(lab.uri.clone()).share(&public_id);
    Share {
        id: 0,
        public_id,
        page: uri.clone(),
        uri,
        lab: lab.id,
        author: author.id,
        local: lab.local,
        kind: ShareKind::Story,
        title: format!("Wat we leerden, deel {number}"),
        summary: "Het werkte, en niet zoals gedacht.".into(),
        body: "Het werkte, en *niet* zoals gedacht. #leren".into(),
        content: Html::sanitise("<p>Het werkte, en <em>niet</em> zoals gedacht.</p>"),
        language: Language::Nl.into(),
        licence: Some(Licence::CcBy),
        outcome: Some(Outcome::Partly),
        form: Form::Note,
        tags: vec!["leren".into()],
        mentions: vec![Mention { uri: bo().uri, page: bo().page, address: bo().address() }],
        picture: None,
        published_at: october(2) + TimeDelta::minutes(i64::from(number)),
        updated_at: october(2) + TimeDelta::minutes(i64::from(number)),
        revision: 1,
    }
}

/// A reply to a share by someone elsewhere, both with their rows; a higher number is a later one.
pub fn a_reply(number: u32, share: &Share, author: &Actor) -> NewReply {
    let uri = url(&format!("https://{}/statuses/{number}", author.host));
    NewReply {
        page: uri.clone(),
        uri,
        share_id: share.id,
        in_reply_to: share.uri.clone(),
        author: author.id,
        content: Html::sanitise("<p>Dat zagen wij ook.</p>"),
        language: Some(Language::Nl.into()),
        published_at: october(3) + TimeDelta::minutes(i64::from(number)),
        updated_at: october(3) + TimeDelta::minutes(i64::from(number)),
    }
}

/// Nine in the morning of a day in October 2026: before everything that a test does.
pub fn october(day: u32) -> Moment {
    Utc.with_ymd_and_hms(2026, 10, day, 9, 0, 0).single().expect("a day")
}

/// A URL that is one.
pub fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

fn block(kind: &str) -> &'static str {
    let from = KEY_PAIR.find(&format!("-----BEGIN {kind}-----")).expect("the key's beginning");
    let end = format!("-----END {kind}-----\n");
    let to = KEY_PAIR[from..].find(&end).expect("the key's end") + end.len();
    &KEY_PAIR[from..from + to]
}
