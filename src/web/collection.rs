//! Collections as peers read them: outboxes, counts of followers, a lab's moderators, the organisation's labs, what came of a share.
//! The newest items stand in the collection itself, for those who read no pages; `first` leads to all of them, page by page.
//! Who follows is nobody's business: those collections only count.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, Query, ServiceConfig},
};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::{
    State,
    activitypub::{answer, find_actor},
    error::Error,
};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        lab::Lab,
        links::{Links, Place},
        moment::{Moment, to_wire},
        profile::Said,
        share::{PublicId, Share},
        slice::{Cursor, Slice},
    },
    federation::{actor as actors, outgoing::find_spoken},
    storage::{Failed, Tx, audience, lab, membership, peer, reply, share},
};

/// Most peers that are named.
const PEERS: i64 = 100;

/// Most items that a collection or a page of it shows.
const LIMIT: i64 = 50;

/// Which page is asked for; without one the collection itself.
#[derive(Debug, serde::Deserialize)]
struct Asked {
    page: Option<String>,
}

/// What a collection says: how many there are, and those of one page, where it tells them.
struct Read {
    total: i64,
    items: Option<Vec<Value>>,
    /// Where the next page begins.
    next: Option<String>,
    /// Whether there are pages.
    paged: bool,
    /// When anything in it changed last, where that is known.
    updated: Option<Moment>,
}

impl Read {
    const fn count(total: i64) -> Self {
        Self { total, items: None, next: None, paged: false, updated: None }
    }

    fn whole(items: Vec<Value>) -> Self {
        Self {
            total: i64::try_from(items.len()).unwrap_or(i64::MAX),
            items: Some(items),
            next: None,
            paged: false,
            updated: None,
        }
    }

    const fn part(total: i64, items: Vec<Value>, next: Option<String>) -> Self {
        Self { total, items: Some(items), next, paged: true, updated: None }
    }
}

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
    config.route("/organisation/peers", web::get().to(of_actor));
    for name in ["replies", "likes", "boosts"] {
        config.route(&format!("/shares/{{id}}/{name}"), web::get().to(of_share));
    }
}

async fn of_actor(request: HttpRequest, asked: Query<Asked>, state: Data<State>) -> Result<HttpResponse, Error> {
    let links = state.federation.links.clone();
    let (path, page) = (request.path().to_owned(), asked.into_inner().page);
    let found = state.federation.store.read(move |tx| read_of_actor(tx, &links, &path, page.as_deref())).await?;
    found.as_ref().map(answer).ok_or_else(Error::unknown_page)
}

fn read_of_actor(tx: &mut Tx<'_>, links: &Links, path: &str, page: Option<&str>) -> Result<Option<Value>, Failed> {
    let Some((root, name)) = path.rsplit_once('/') else { return Ok(None) };
    let (kind, handle) = match links.read(&links.at(root)) {
        Some(Place::Instance) => (ActorKind::Instance, String::new()),
        Some(Place::Organisation) => (ActorKind::Organisation, String::new()),
        Some(Place::Lab(handle)) => (ActorKind::Lab, handle),
        Some(Place::Member(handle)) => (ActorKind::Member, handle),
        Some(Place::Share(_)) | None => return Ok(None),
    };
    let Some(actor) = find_actor(tx, kind, &handle)? else { return Ok(None) };
    let read = match name {
        "outbox" => read_outbox(tx, links, &actor, page)?,
        "followers" => Read::count(audience::count_followers(tx, actor.id)?),
        "following" => Read::count(audience::count_following(tx, actor.id)?),
        "featured" => Read::whole(Vec::new()),
        "labs" => read_labs(tx, links, page)?,
        "peers" => read_peers(tx)?,
        _ => Read::whole(membership::list_of_lab(tx, actor.id)?.iter().map(|(member, _)| member.uri.as_str().into()).collect()),
    };
    Ok(Some(write("OrderedCollection", links.at(path).as_str(), read, page, links)))
}

/// What an actor said, newest first: its own Creates, and for a lab the Creates of others that it announces.
fn read_outbox(tx: &mut Tx<'_>, links: &Links, actor: &Actor, page: Option<&str>) -> Result<Read, Failed> {
    let slice = Slice::read(page, LIMIT);
    let (total, mut shares) = match actor.kind {
        ActorKind::Instance => return Ok(Read::whole(Vec::new())),
        ActorKind::Lab => (share::count_of_lab(tx, actor.id)?, share::list_of_lab(tx, actor.id, slice.and_one())?),
        _ => (share::count_of_author(tx, actor.id)?, share::list_of_author(tx, actor.id, slice.and_one())?),
    };
    let next = slice.cut(&mut shares, |share| Cursor::of(share.published_at, share.id));
    let mut items = Vec::new();
    for share in shares {
        items.extend(read_item(tx, links, actor, &share)?);
    }
    Ok(Read::part(total, items, next.map(|next| next.to_string())))
}

/// The organisation's labs, each whole, so that who reads the directory need not ask for one after the other.
fn read_labs(tx: &mut Tx<'_>, links: &Links, page: Option<&str>) -> Result<Read, Failed> {
    let after = page.and_then(|page| page.parse().ok()).map_or(ActorId(0), ActorId);
    let mut labs = lab::list_listed(tx, after, LIMIT + 1)?;
    let more = labs.len() > usize::try_from(LIMIT).unwrap_or(usize::MAX);
    labs.truncate(usize::try_from(LIMIT).unwrap_or(usize::MAX));
    let next = labs.last().filter(|_| more).map(|lab| lab.actor.id.0.to_string());
    let (total, updated) = lab::count_listed(tx)?;
    let whole = |lab: &Lab| {
        let mut document = actors::write(&lab.actor, Some(&Said::Lab(Box::new(lab.profile.clone()))), links);
        if let Some(fields) = document.as_object_mut() {
            fields.remove("@context");
        }
        document
    };
    Ok(Read { updated, ..Read::part(total, labs.iter().map(whole).collect(), next) })
}

/// The organisations whose directories are here, so that peers find each other.
fn read_peers(tx: &mut Tx<'_>) -> Result<Read, Failed> {
    Ok(Read::whole(peer::list_connected(tx, PEERS)?.into_iter().map(Value::String).collect()))
}

fn read_item(tx: &mut Tx<'_>, links: &Links, actor: &Actor, share: &Share) -> Result<Option<Value>, Failed> {
    let Some(spoken) = find_spoken(tx, share.id)? else { return Ok(None) };
    let create = spoken.create(links);
    let announced = actor.kind == ActorKind::Lab && !spoken.is_by_lab();
    Ok(Some(if announced { create.wrapped_by(actor).to_value() } else { create.to_value() }))
}

async fn of_share(
    path: Path<String>,
    request: HttpRequest,
    asked: Query<Asked>,
    state: Data<State>,
) -> Result<HttpResponse, Error> {
    let id = PublicId::parse(&path).ok_or_else(Error::unknown_page)?;
    let links = state.federation.links.clone();
    let (at, page) = (request.path().to_owned(), asked.into_inner().page);
    let found = state.federation.store.read(move |tx| read_of_share(tx, &links, &id, &at, page.as_deref())).await?;
    found.as_ref().map(answer).ok_or_else(Error::unknown_page)
}

fn read_of_share(tx: &mut Tx<'_>, links: &Links, id: &PublicId, path: &str, page: Option<&str>) -> Result<Option<Value>, Failed> {
    let Some(found) = share::find_by_public_id(tx, id)?.filter(|share| share.local) else { return Ok(None) };
    let counts = share::counts(tx, found.id)?;
    let read = match path.rsplit('/').next() {
        Some("likes") => Read::count(counts.likes),
        Some("boosts") => Read::count(counts.boosts),
        _ => {
            let slice = Slice::read(page, LIMIT);
            let mut replies = reply::list(tx, found.id, slice.and_one())?;
            replies.reverse();
            let next = slice.cut(&mut replies, |reply| Cursor::of(reply.published_at, reply.id));
            let items = replies.iter().map(|reply| reply.uri.as_str().into()).collect();
            Read::part(counts.replies, items, next.map(|next| next.to_string()))
        }
    };
    Ok(Some(write("Collection", links.at(path).as_str(), read, page, links)))
}

/// The collection, or the page of it that is asked for.
fn write(kind: &str, id: &str, read: Read, page: Option<&str>, links: &Links) -> Value {
    let named = |page: &str| format!("{id}?{}", Serializer::new(String::new()).append_pair("page", page).finish());
    let page = page.filter(|_| read.paged);
    let updated = read.updated.map(to_wire);
    let mut document = json!({"@context": actors::context(links), "id": id, "type": kind, "totalItems": read.total});
    if let Some(page) = page {
        document["id"] = named(page).into();
        document["type"] = format!("{kind}Page").into();
        document["partOf"] = id.into();
        if let Some(next) = read.next {
            document["next"] = named(&next).into();
        }
    } else if read.paged {
        document["first"] = named("1").into();
    }
    if let Some(updated) = updated {
        document["updated"] = updated.into();
    }
    if let Some(items) = read.items {
        document[if kind == "Collection" { "items" } else { "orderedItems" }] = items.into();
    }
    document
}
