//! Actors as JSON: ours as others read them, others' as we read them.

use serde_json::{Value, json};
use url::Url;

use super::{profile, wire};
use crate::domain::{
    actor::{Actor, ActorId, ActorKind},
    lab::LabKind,
    links::Links,
    moment::{Moment, to_wire},
    peer::{canonical_host, same_origin},
    picture::Picture,
    profile::Said,
    text::{self, Html},
};

/// Most characters of another's name.
const NAME: usize = 200;

/// Most characters of another's handle.
const HANDLE: usize = 120;

/// Most bytes of what another says of itself.
const SUMMARY: usize = 20_000;

/// Most bytes of another's key.
const PEM: usize = 8_000;

/// The JSON-LD context of everything we say; our own terms are spelt out, so that nobody has to fetch them.
#[must_use]
pub fn context(links: &Links) -> Value {
    json!(["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", terms(links),])
}

/// The terms beyond ActivityStreams, as served at `/ns`.
#[must_use]
pub fn terms(links: &Links) -> Value {
    let mut all = json!({
        "toot": "http://joinmastodon.org/ns#", "schema": "http://schema.org#", "lemmy": "https://join-lemmy.org/ns#",
        "gts": "https://gotosocial.org/ns#", "arch": format!("{}#", links.context()),
        "Hashtag": "as:Hashtag", "sensitive": "as:sensitive", "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "PropertyValue": "schema:PropertyValue", "value": "schema:value",
        "discoverable": "toot:discoverable", "indexable": "toot:indexable", "featured": {"@id": "toot:featured", "@type": "@id"},
        "attributionDomains": {"@id": "toot:attributionDomains", "@container": "@set"},
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canFeature": {"@id": "https://w3id.org/fep/7aa9#canFeature", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "implements": {"@id": "https://w3id.org/fep/844e#implements", "@type": "@id"},
        "labs": {"@id": "arch:labs", "@type": "@id"}, "peers": {"@id": "arch:peers", "@type": "@id"}, "kind": "arch:kind", "outcome": "arch:outcome", "title": "arch:title",
        "state": "arch:state", "openTo": {"@id": "arch:openTo", "@container": "@set"}, "mandate": "arch:mandate",
        "Theme": "arch:Theme", "theme": {"@id": "arch:theme", "@type": "@id", "@container": "@set"},
        "successor": {"@id": "arch:successor", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"}, "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "sameAs": {"@id": "schema:sameAs", "@type": "@id", "@container": "@set"},
        "inLanguage": {"@id": "schema:inLanguage", "@container": "@set"},
        "foundingDate": "schema:foundingDate", "dissolutionDate": "schema:dissolutionDate",
        "license": {"@id": "schema:license", "@type": "@id"},
        "parentOrganization": {"@id": "https://schema.org/parentOrganization", "@type": "@id"},
    });
    all["featuredCollections"] = json!({"@id": "https://w3id.org/fep/7aa9#featuredCollections", "@type": "@id"});
    all
}

/// An actor of ours as others read it; a lab and the organisation with what they say of themselves.
#[must_use]
pub fn write(actor: &Actor, said: Option<&Said>, links: &Links) -> Value {
    let mut document = json!({
        "@context": context(links),
        "id": actor.uri.as_str(),
        "type": actor.kind.activity_type(),
        "preferredUsername": actor.handle,
        "webfinger": actor.address(),
        "name": actor.name,
        "summary": actor.summary.as_str(),
        "url": actor.page.as_str(),
        "published": to_wire(actor.created_at),
        "updated": to_wire(actor.updated_at),
        "inbox": actor.inbox.as_str(),
        "outbox": below(actor, "outbox"),
        "followers": below(actor, "followers"),
        "following": below(actor, "following"),
        "featured": below(actor, "featured"),
        "endpoints": {"sharedInbox": links.shared_inbox().as_str()},
        "manuallyApprovesFollowers": false,
        "discoverable": true,
        "indexable": true,
        "attributionDomains": [links.host()],
        "icon": icon(actor, links),
        "attachment": [],
        "publicKey": {"id": actor.key_uri, "owner": actor.uri.as_str(), "publicKeyPem": actor.public_key},
    });
    for (name, value) in by_kind(actor, links).into_iter().chain(said.map(profile::write).unwrap_or_default()) {
        document[name] = value;
    }
    document
}

/// The picture of an actor of ours: its own, or the island drawn for it.
fn icon(actor: &Actor, links: &Links) -> Value {
    let drawn = || Picture { url: links.media(&format!("island/{}.png", actor.handle)), description: String::new() };
    let picture = actor.picture.clone().unwrap_or_else(drawn);
    let name = if picture.description.is_empty() { &actor.name } else { &picture.description };
    json!({"type": "Image", "mediaType": picture.media_type(), "url": picture.url.as_str(), "name": name})
}

fn by_kind(actor: &Actor, links: &Links) -> Vec<(&'static str, Value)> {
    let organisation = links.actor(ActorKind::Organisation, "");
    match actor.kind {
        ActorKind::Instance => vec![
            (
                "implements",
                json!([{"type": "Link", "href": "https://datatracker.ietf.org/doc/html/rfc9421",
                "name": "RFC-9421: HTTP Message Signatures"}]),
            ),
            ("manuallyApprovesFollowers", json!(true)),
        ],
        ActorKind::Organisation => vec![
            ("labs", below(actor, "labs").into()),
            ("peers", below(actor, "peers").into()),
            ("featuredCollections", below(actor, "collections").into()),
            ("attachment", json!([website(links.home())])),
        ],
        ActorKind::Lab => vec![
            ("kind", LabKind::Lab.code().into()),
            ("attributedTo", below(actor, "moderators").into()),
            ("postingRestrictedToMods", true.into()),
            ("parentOrganization", organisation.as_str().into()),
            ("interactionPolicy", json!({"canFeature": {"automaticApproval": [wire::PUBLIC]}})),
            ("attachment", json!([website(&actor.page)])),
        ],
        ActorKind::Member => vec![("parentOrganization", organisation.as_str().into())],
    }
}

fn website(page: &Url) -> Value {
    let link = format!("<a href=\"{page}\" rel=\"me nofollow noopener\">{}</a>", canonical_host(page));
    json!({"type": "PropertyValue", "name": "Website", "value": link})
}

fn below(actor: &Actor, word: &str) -> String {
    format!("{}/{word}", actor.uri)
}

/// An actor of another host, as its own document tells it; `None` where it is no actor, or speaks of other hosts than its own.
#[must_use]
pub fn read(document: &Value, now: Moment) -> Option<Actor> {
    let uri = wire::id(document).and_then(wire::parse_url)?;
    let kind = wire::types(document).find_map(ActorKind::from_activity_type)?;
    let own = |url: &Url| same_origin(url, &uri);
    let inbox = wire::url(document, "inbox").filter(own)?;
    let key = wire::many(document, "publicKey").find(|key| wire::url(key, "owner").is_some_and(|owner| owner == uri))?;
    let key_uri = wire::id(key).filter(|id| wire::parse_url(id).is_some_and(|id| own(&id)))?;
    let handle = wire::text(document, "preferredUsername").filter(|handle| is_handle(handle))?.to_owned();
    let shared_inbox = wire::one(document, "endpoints").and_then(|endpoints| wire::url(endpoints, "sharedInbox"));
    let published = wire::moment(document, "published").unwrap_or(now);
    Some(Actor {
        id: ActorId(0),
        kind,
        host: canonical_host(&uri),
        local: false,
        name: text::excerpt(wire::text(document, "name").filter(|name| !text::is_blank(name)).unwrap_or(&handle), NAME),
        summary: Html::sanitise(start(wire::text(document, "summary").unwrap_or_default(), SUMMARY)),
        page: wire::page(document).filter(own).unwrap_or_else(|| uri.clone()),
        inbox,
        shared_inbox: shared_inbox.filter(own),
        outbox: wire::url(document, "outbox").filter(own),
        key_uri: key_uri.to_owned(),
        public_key: pem(key)?.to_owned(),
        picture: picture(document, "icon"),
        parent: wire::url(document, "parentOrganization"),
        created_at: published,
        updated_at: wire::moment(document, "updated").unwrap_or(published),
        fetched_at: now,
        gone_at: None,
        handle,
        uri,
    })
}

/// The same actor with the key that has this id, where its document lists that one too.
#[must_use]
pub fn with_key(actor: Actor, document: &Value, key_id: &str) -> Actor {
    let own = |key: &&Value| wire::id(key) == Some(key_id) && wire::url(key, "owner").is_some_and(|owner| owner == actor.uri);
    let pem = wire::many(document, "publicKey").find(own).and_then(pem);
    match pem.map(str::to_owned) {
        Some(public_key) => Actor { key_uri: key_id.to_owned(), public_key, ..actor },
        None => actor,
    }
}

/// A word that cannot be taken for another's address: letters and digits of any script, and what stands in names of hosts.
fn is_handle(text: &str) -> bool {
    text.chars().count() <= HANDLE && text.chars().all(|letter| letter.is_alphanumeric() || "_-.:".contains(letter))
}

/// A key of a length that one can have; whether it is one shows when it is used.
fn pem(key: &Value) -> Option<&str> {
    wire::text(key, "publicKeyPem").filter(|pem| pem.len() <= PEM && !pem.contains('\0'))
}

/// As much of the beginning as fits.
fn start(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default()
}

/// A picture of an object: its URL and alternative text.
pub(super) fn picture(object: &Value, property: &str) -> Option<Picture> {
    let image = wire::one(object, property)?;
    let url =
        wire::url(image, "url").or_else(|| wire::url(image, "href")).or_else(|| wire::id(image).and_then(wire::parse_url))?;
    let description = wire::text(image, "name").or_else(|| wire::text(image, "summary")).unwrap_or_default();
    Some(Picture { url, description: text::excerpt(description, 1_500) })
}
