//! Featured collections as JSON (FEP-7aa9): the collections of our organisation, the labs in them, and the stamps in which labs
//! of ours consent. It decides nothing; who is shown is decided in `usecases::feature`.

use serde_json::{Value, json};
use url::Url;

use super::{activity::Envelope, actor, wire};
use crate::{
    domain::{
        actor::Actor,
        feature::{FeaturedCollection, FeaturedItem, Stamp},
        links::{Links, activity as ids},
        moment::{Moment, to_wire},
        theme::Theme,
    },
    storage::{Failed, Tx, feature, theme},
};

/// What the organisation's own labs are about, as a hashtag.
const TOPIC: &str = "publicinnovation";

/// The context of collections, items and stamps.
#[must_use]
pub fn context(links: &Links) -> Value {
    let id = |of: &str| json!({"@id": of, "@type": "@id"});
    let term = |word: &str| format!("https://w3id.org/fep/7aa9#{word}");
    let mut all = actor::context(links);
    if let Some(parts) = all.as_array_mut() {
        parts.push(json!({
            "FeaturedCollection": term("FeaturedCollection"), "FeaturedItem": term("FeaturedItem"),
            "FeatureAuthorization": term("FeatureAuthorization"), "FeatureRequest": term("FeatureRequest"),
            "featuredObject": id(&term("featuredObject")), "featuredObjectType": term("featuredObjectType"),
            "featureAuthorization": id(&term("featureAuthorization")), "topic": id(&term("topic")),
            "interactingObject": id("gts:interactingObject"), "interactionTarget": id("gts:interactionTarget"),
        }));
    }
    all
}

/// Whether an activity speaks of such things.
pub(super) fn is_about(activity: &Value) -> bool {
    let is_feature = |value: &Value| wire::types(value).any(|kind| kind.starts_with("Feature"));
    is_feature(activity) || wire::one(activity, "object").is_some_and(is_feature)
}

/// A collection with the labs that consented, without a context.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn read_collection(
    tx: &mut Tx<'_>,
    links: &Links,
    organisation: &Actor,
    collection: &FeaturedCollection,
) -> Result<Value, Failed> {
    let theme = theme::list(tx)?.into_iter().find(|theme| Some(theme.id) == collection.theme);
    let items = feature::list_items(tx, collection.id)?;
    Ok(write_collection(links, organisation, collection, theme.as_ref(), &items))
}

fn write_collection(
    links: &Links,
    organisation: &Actor,
    collection: &FeaturedCollection,
    theme: Option<&Theme>,
    items: &[FeaturedItem],
) -> Value {
    let shown: Vec<Value> = items.iter().filter_map(|item| write_item(links, collection, item)).collect();
    let whose = format!("Labs · {}", organisation.name);
    let (name, summary, page) = match theme {
        Some(theme) => (name_of(theme), whose, theme.uri.clone()),
        None => (whose, organisation.summary.to_plain(), links.at("/labs")),
    };
    let topic = theme.and_then(|theme| theme.labels.tags().pop()).unwrap_or_else(|| TOPIC.to_owned());
    json!({
        "id": links.featured(&collection.word).as_str(),
        "type": "FeaturedCollection",
        "attributedTo": organisation.uri.as_str(),
        "name": name,
        "summary": summary,
        "url": page.as_str(),
        "discoverable": true,
        "sensitive": false,
        "topic": {"type": "Hashtag", "name": format!("#{topic}"), "href": links.tag(&topic).as_str()},
        "published": to_wire(collection.created_at),
        "updated": to_wire(collection.updated_at),
        "totalItems": shown.len(),
        "orderedItems": shown,
    })
}

/// In both languages: followers read either.
fn name_of(theme: &Theme) -> String {
    let (nl, en) = (&theme.labels.nl, &theme.labels.en);
    if nl.to_lowercase() == en.to_lowercase() { nl.clone() } else { format!("{nl} · {en}") }
}

/// A lab in a collection, without a context; `None` without its consent.
#[must_use]
pub fn write_item(links: &Links, collection: &FeaturedCollection, item: &FeaturedItem) -> Option<Value> {
    let stamp = item.granted()?;
    Some(json!({
        "id": links.featured_item(&collection.word, item.id).as_str(),
        "type": "FeaturedItem",
        "featuredObject": item.lab.uri.as_str(),
        "featuredObjectType": item.lab.kind.activity_type(),
        "featureAuthorization": stamp.as_str(),
        "published": to_wire(item.since),
    }))
}

/// The consent of a lab of ours.
#[must_use]
pub fn write_stamp(links: &Links, lab: &Actor, stamp: &Stamp) -> Value {
    json!({
        "@context": context(links),
        "id": links.stamp(&lab.handle, stamp.id).as_str(),
        "type": "FeatureAuthorization",
        "attributedTo": lab.uri.as_str(),
        "interactingObject": stamp.collection.as_str(),
        "interactionTarget": lab.uri.as_str(),
        "published": to_wire(stamp.made_at),
    })
}

/// A collection of ours is new, changed or gone.
pub(super) fn show<'a>(
    links: &Links,
    organisation: &'a Actor,
    word: &str,
    (kind, object): (&'static str, Value),
    at: Moment,
) -> Envelope<'a> {
    let target = (kind != "Update").then(|| ("target", format!("{}/collections", organisation.uri)));
    Envelope {
        kind,
        id: ids::show(&links.featured(word), kind, at.timestamp_millis()),
        actor: organisation,
        to: vec![wire::PUBLIC.to_owned()],
        cc: vec![organisation.followers_uri()],
        at,
        audience: None,
        more: target.into_iter().collect(),
        object,
    }
}

/// Asks a lab elsewhere for its consent.
pub(super) fn request<'a>(links: &Links, organisation: &'a Actor, word: &str, item: &FeaturedItem, at: Moment) -> Envelope<'a> {
    Envelope {
        kind: "FeatureRequest",
        id: ids::ask(&links.featured_item(word, item.id)),
        actor: organisation,
        to: vec![item.lab.uri.to_string()],
        cc: Vec::new(),
        at,
        audience: None,
        more: vec![("instrument", links.featured(word).to_string())],
        object: item.lab.uri.as_str().into(),
    }
}

/// A lab of ours answers such a request: with a stamp it consents.
pub(super) fn answer<'a>(lab: &'a Actor, owner: &Actor, request: &str, stamp: Option<Url>, at: Moment) -> Envelope<'a> {
    let kind = if stamp.is_some() { "Accept" } else { "Reject" };
    Envelope {
        kind,
        id: ids::answer(&lab.uri, kind, at.timestamp_millis()),
        actor: lab,
        to: vec![owner.uri.to_string()],
        cc: Vec::new(),
        at,
        audience: None,
        more: stamp.map(|stamp| ("result", stamp.to_string())).into_iter().collect(),
        object: request.into(),
    }
}

/// A lab of ours does not consent any more.
pub(super) fn withdraw<'a>(lab: &'a Actor, owner: &Actor, stamp: &Url, at: Moment) -> Envelope<'a> {
    Envelope {
        kind: "Delete",
        id: ids::delete(stamp.as_str()),
        actor: lab,
        to: vec![wire::PUBLIC.to_owned()],
        cc: vec![owner.uri.to_string()],
        at,
        audience: None,
        more: Vec::new(),
        object: json!({"id": stamp.as_str(), "type": "FeatureAuthorization"}),
    }
}
