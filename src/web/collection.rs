//! Collections as peers read them: outboxes, counts of followers, a lab's moderators, the organisation's labs, what came of a share.
//! Who follows is nobody's business: those collections only count.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use serde_json::{Value, json};

use super::{
    State,
    activitypub::{answer, find_actor},
    error::Error,
};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        links::{Links, Place},
        share::{PublicId, Share},
    },
    federation::{actor as actors, outgoing::find_spoken},
    storage::{Failed, Tx, audience, lab, membership, reply, share},
};

/// Most items that a collection shows.
const LIMIT: i64 = 50;

/// The collections of every actor and share.
pub fn routes(config: &mut ServiceConfig) {
    for root in ["/actor", "/organisation", "/labs/{handle}", "/people/{handle}"] {
        config.route(&format!("{root}/outbox"), web::get().to(of_actor));
        config.route(&format!("{root}/followers"), web::get().to(of_actor));
        config.route(&format!("{root}/following"), web::get().to(of_actor));
        config.route(&format!("{root}/featured"), web::get().to(of_actor));
    }
    config.route("/labs/{handle}/moderators", web::get().to(of_actor));
    config.route("/organisation/labs", web::get().to(of_actor));
    for name in ["replies", "likes", "boosts"] {
        config.route(&format!("/shares/{{id}}/{name}"), web::get().to(of_share));
    }
}

async fn of_actor(request: HttpRequest, state: Data<State>) -> Result<HttpResponse, Error> {
    let links = state.federation.links.clone();
    let path = request.path().to_owned();
    let found = state.federation.store.read(move |tx| read_of_actor(tx, &links, &path)).await?;
    found.as_ref().map(answer).ok_or_else(Error::unknown_page)
}

fn read_of_actor(tx: &mut Tx<'_>, links: &Links, path: &str) -> Result<Option<Value>, Failed> {
    let Some((root, name)) = path.rsplit_once('/') else { return Ok(None) };
    let (kind, handle) = match links.read(&links.at(root)) {
        Some(Place::Instance) => (ActorKind::Instance, String::new()),
        Some(Place::Organisation) => (ActorKind::Organisation, String::new()),
        Some(Place::Lab(handle)) => (ActorKind::Lab, handle),
        Some(Place::Member(handle)) => (ActorKind::Member, handle),
        Some(Place::Share(_)) | None => return Ok(None),
    };
    let Some(actor) = find_actor(tx, kind, &handle)? else { return Ok(None) };
    let (total, items) = match name {
        "outbox" => read_outbox(tx, links, &actor)?,
        "followers" => (audience::count_followers(tx, actor.id)?, None),
        "following" => (audience::count_following(tx, actor.id)?, None),
        "featured" => (0, Some(Vec::new())),
        "labs" => of(lab::list(tx)?.iter().map(|lab| lab.actor.uri.as_str().into()).collect()),
        _ => of(membership::list_of_lab(tx, actor.id)?.iter().map(|(member, _)| member.uri.as_str().into()).collect()),
    };
    Ok(Some(collection("OrderedCollection", links.at(path).as_str(), total, items, links)))
}

fn of(items: Vec<Value>) -> (i64, Option<Vec<Value>>) {
    (i64::try_from(items.len()).unwrap_or(i64::MAX), Some(items))
}

/// What an actor said, newest first: its own Creates, and for a lab the Creates of others that it announces.
fn read_outbox(tx: &mut Tx<'_>, links: &Links, actor: &Actor) -> Result<(i64, Option<Vec<Value>>), Failed> {
    let (total, shares) = match actor.kind {
        ActorKind::Instance => return Ok((0, Some(Vec::new()))),
        ActorKind::Lab => (share::count_of_lab(tx, actor.id)?, share::list_of_lab(tx, actor.id, LIMIT)?),
        _ => (share::count_of_author(tx, actor.id)?, share::list_of_author(tx, actor.id, LIMIT)?),
    };
    let mut items = Vec::new();
    for share in shares {
        items.extend(read_item(tx, links, actor, &share)?);
    }
    Ok((total, Some(items)))
}

fn read_item(tx: &mut Tx<'_>, links: &Links, actor: &Actor, share: &Share) -> Result<Option<Value>, Failed> {
    let Some(spoken) = find_spoken(tx, share.id)? else { return Ok(None) };
    let create = spoken.create(links);
    let announced = actor.kind == ActorKind::Lab && !spoken.is_by_lab();
    Ok(Some(if announced { create.wrapped_by(actor).to_value() } else { create.to_value() }))
}

async fn of_share(path: Path<String>, request: HttpRequest, state: Data<State>) -> Result<HttpResponse, Error> {
    let id = PublicId::parse(&path).ok_or_else(Error::unknown_page)?;
    let links = state.federation.links.clone();
    let at = request.path().to_owned();
    let found = state.federation.store.read(move |tx| read_of_share(tx, &links, &id, &at)).await?;
    found.as_ref().map(answer).ok_or_else(Error::unknown_page)
}

fn read_of_share(tx: &mut Tx<'_>, links: &Links, id: &PublicId, path: &str) -> Result<Option<Value>, Failed> {
    let Some(found) = share::find_by_public_id(tx, id)?.filter(|share| share.local) else { return Ok(None) };
    let counts = share::counts(tx, found.id)?;
    let (total, items) = match path.rsplit('/').next() {
        Some("likes") => (counts.likes, None),
        Some("boosts") => (counts.boosts, None),
        _ => {
            let replies = reply::list(tx, found.id, LIMIT)?;
            (counts.replies, Some(replies.iter().map(|reply| reply.uri.as_str().into()).collect()))
        }
    };
    Ok(Some(collection("Collection", links.at(path).as_str(), total, items, links)))
}

fn collection(kind: &str, id: &str, total: i64, items: Option<Vec<Value>>, links: &Links) -> Value {
    let mut collection = json!({"@context": actors::context(links), "id": id, "type": kind, "totalItems": total});
    if let Some(items) = items {
        collection[if kind == "Collection" { "items" } else { "orderedItems" }] = items.into();
    }
    collection
}
