//! Featured collections: their documents for peers, what an administrator shows of a theme, and where a lab of ours is shown.
//! People who open the address of a collection are led to the page that shows the same.

use actix_web::{
    HttpResponse,
    web::{Form, Path},
};
use askama::Template;
use serde_json::{Value, json};

use super::{
    activitypub::{self, answer},
    error::Error,
    request::{Administering, SignedIn, Visit},
};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        feature::Stamp,
        membership::{Action, require},
        theme::Slug,
    },
    federation::feature as documents,
    storage::{Failed, Tx, actor, feature, theme},
    usecases::{self, Outcome},
    web::State,
};

/// How many collections a lab's page names.
const MOST: i64 = 200;

/// The organisation's collections, each whole.
pub async fn list(visit: Visit) -> Result<HttpResponse, Error> {
    let links = visit.state.links().clone();
    let read = visit.state.store().read(move |tx| {
        let mut all = Vec::new();
        if let Some(organisation) = actor::find_local_of_kind(tx, ActorKind::Organisation)? {
            for collection in feature::list_collections(tx)? {
                all.push(documents::read_collection(tx, &links, &organisation, &collection)?);
            }
        }
        let id = links.at("/organisation/collections");
        let whole = json!({"id": id.as_str(), "type": "Collection", "totalItems": all.len(), "items": all});
        Ok::<_, Failed>(with_context(whole, documents::context(&links)))
    });
    Ok(answer(&read.await?))
}

/// One collection; people are led to the page of the theme, or of our labs.
pub async fn show(visit: Visit, word: Path<String>) -> Result<HttpResponse, Error> {
    let (links, word) = (visit.state.links().clone(), word.into_inner());
    let read = visit.state.store().read(move |tx| {
        let organisation = actor::find_local_of_kind(tx, ActorKind::Organisation)?;
        let Some((organisation, found)) = organisation.zip(feature::find_collection(tx, &word)?) else { return Ok(None) };
        let page = theme::list(tx)?.into_iter().find(|theme| Some(theme.id) == found.theme).and_then(|theme| theme.path());
        let document = documents::read_collection(tx, &links, &organisation, &found)?;
        let page = page.unwrap_or_else(|| "/labs?where=own".to_owned());
        Ok::<_, Failed>(Some((with_context(document, documents::context(&links)), page)))
    });
    let (document, page) = read.await?.ok_or_else(Error::unknown_page)?;
    if visit.wants_activity { Ok(answer(&document)) } else { Ok(visit.lead_to(&page)) }
}

/// One lab in a collection.
pub async fn item(visit: Visit, path: Path<(String, i64)>) -> Result<HttpResponse, Error> {
    let (links, (word, number)) = (visit.state.links().clone(), path.into_inner());
    let read = visit.state.store().read(move |tx| {
        let Some(found) = feature::find_collection(tx, &word)? else { return Ok(None) };
        let item = feature::find_item(tx, number)?.filter(|item| item.collection == found.id);
        let document = item.and_then(|item| documents::write_item(&links, &found, &item));
        Ok::<_, Failed>(document.map(|document| with_context(document, documents::context(&links))))
    });
    read.await?.as_ref().map(answer).ok_or_else(Error::unknown_page)
}

/// The consent of a lab of ours; gone where it was withdrawn.
pub async fn stamp(visit: Visit, path: Path<(String, i64)>) -> Result<HttpResponse, Error> {
    let (links, (handle, number)) = (visit.state.links().clone(), path.into_inner());
    let read = visit.state.store().read(move |tx| {
        let Some(lab) = activitypub::find_actor(tx, ActorKind::Lab, &handle)? else { return Ok(None) };
        let given = feature::find_stamp(tx, number)?.filter(|given| given.lab == lab.id && given.withdrawn_at.is_none());
        Ok::<_, Failed>(given.map(|given| documents::write_stamp(&links, &lab, &given)))
    });
    read.await?.as_ref().map(answer).ok_or_else(Error::unknown_page)
}

fn with_context(mut document: Value, context: Value) -> Value {
    document["@context"] = context;
    document
}

/// What the form of a theme sends.
#[derive(Debug, serde::Deserialize)]
pub struct Shown {
    form_token: String,
    shown: String,
}

/// Shows a theme as a collection, or does so no longer.
pub async fn set(visit: Administering, slug: Path<String>, sent: Form<Shown>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let (by, links, now) = (visit.by(), visit.state.links().clone(), visit.state.clock().now());
    let (slug, shown) = (Slug::parse(&slug)?, sent.shown == "yes");
    let path = format!("/themes/{slug}");
    let write = visit.state.store().write(move |tx| usecases::feature::show_theme(tx, now, &links, Some(&by), &slug, shown));
    write.await?;
    Ok(visit.lead_to(&path))
}

#[derive(Template)]
#[template(path = "lab/collections.html")]
struct Page<'a> {
    visit: &'a Visit,
    /// The lab's handle.
    lab: String,
    name: String,
    /// Whose collections it is in.
    stamps: Vec<(Stamp, Actor)>,
}

/// Where a lab of ours is shown, for those who describe it.
pub async fn of_lab(signed: SignedIn, handle: Path<String>) -> Result<HttpResponse, Error> {
    let (by, lab) = (signed.by(), handle.into_inner());
    let asked = lab.clone();
    let read = signed.state.store().read(move |tx| {
        let lab = usecases::lab::find(tx, &asked)?;
        require(usecases::lab::standing(tx, Some(&by), &lab.actor)?, Action::DescribeLab)?;
        Ok::<_, usecases::Error>((lab.actor.name.clone(), list_stamps(tx, &lab.actor)?))
    });
    let (name, stamps) = read.await?;
    signed.page(&Page { visit: &signed, lab, name, stamps })
}

fn list_stamps(tx: &mut Tx<'_>, lab: &Actor) -> Result<Vec<(Stamp, Actor)>, Failed> {
    let mut all = Vec::new();
    for stamp in feature::list_stamps(tx, lab.id, MOST)? {
        all.extend(actor::find(tx, stamp.owner)?.map(|owner| (stamp, owner)));
    }
    Ok(all)
}

/// What the form of a lab sends.
#[derive(Debug, serde::Deserialize)]
pub struct Left {
    form_token: String,
    stamp: i64,
}

/// A lab leaves a collection.
pub async fn withdraw(signed: SignedIn, handle: Path<String>, sent: Form<Left>) -> Result<HttpResponse, Error> {
    signed.check(&sent.form_token)?;
    let path = format!("/labs/{handle}/collections");
    leave(&signed.state, signed.by(), handle.into_inner(), sent.stamp).await?;
    Ok(signed.lead_to(&path))
}

async fn leave(state: &State, by: crate::domain::membership::Member, handle: String, stamp: i64) -> Outcome<()> {
    let (links, now) = (state.links().clone(), state.clock().now());
    state.store().write(move |tx| usecases::feature::withdraw(tx, now, &links, Some(&by), &handle, stamp)).await
}
