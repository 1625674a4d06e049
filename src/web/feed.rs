//! Atom feeds: what a lab or the organisation shared, newest first, for readers of feeds. They hold what the pages hold, no more.

use actix_web::{HttpResponse, http::header, web::Path};
use askama::Template;

use super::{card, error::Error, request::Visit};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        moment::to_wire,
        share::Share,
    },
    storage::{Failed, Tx, actor, share},
    usecases,
};

/// Most shares in a feed.
const ENTRIES: i64 = 30;

#[derive(Template)]
#[template(path = "instance/feed.xml")]
struct Feed {
    id: String,
    address: String,
    page: String,
    title: String,
    language: String,
    updated: String,
    entries: Vec<Entry>,
}

/// One share.
struct Entry {
    share: Share,
    title: String,
    author: Actor,
    published: String,
    updated: String,
}

impl Entry {
    fn list(tx: &mut Tx<'_>, shares: Vec<Share>) -> Result<Vec<Self>, Failed> {
        let mut entries = Vec::with_capacity(shares.len());
        for share in shares {
            if let Some(author) = actor::find(tx, share.author)? {
                let (published, updated) = (to_wire(share.published_at), to_wire(share.updated_at));
                entries.push(Self { title: card::headline(&share), author, published, updated, share });
            }
        }
        Ok(entries)
    }
}

/// What a lab shared.
pub async fn of_lab(visit: Visit, handle: Path<String>) -> Result<HttpResponse, Error> {
    let handle = handle.into_inner();
    let read = visit.state.store().read(move |tx| {
        let lab = usecases::lab::find(tx, &handle)?.actor;
        let shares = share::list_of_lab(tx, lab.id, ENTRIES)?;
        Ok::<_, usecases::Error>((Entry::list(tx, shares)?, lab))
    });
    let (entries, lab) = read.await?;
    let address = format!("{}.atom", lab.uri.as_str());
    answer(&visit, address, &lab, entries)
}

/// What the labs of the organisation shared.
pub async fn of_organisation(visit: Visit) -> Result<HttpResponse, Error> {
    let read = visit.state.store().read(move |tx| {
        let organisation = actor::find_local_of_kind(tx, ActorKind::Organisation)?;
        let shares = share::list_newest(tx, true, ENTRIES)?;
        Ok::<_, Failed>((Entry::list(tx, shares)?, organisation))
    });
    let (entries, organisation) = read.await?;
    let organisation = organisation.ok_or_else(Error::unknown_page)?;
    let address = visit.state.links().at("/organisation.atom").to_string();
    answer(&visit, address, &organisation, entries)
}

fn answer(visit: &Visit, address: String, of: &Actor, entries: Vec<Entry>) -> Result<HttpResponse, Error> {
    let updated = entries.iter().map(|entry| entry.share.updated_at).max().unwrap_or(of.created_at);
    let feed = Feed {
        id: of.uri.to_string(),
        address,
        page: of.page.to_string(),
        title: of.name.clone(),
        language: visit.state.settings.language.code().to_owned(),
        updated: to_wire(updated),
        entries,
    };
    let xml = xml_text(&feed)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/atom+xml; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "max-age=300"))
        .insert_header((header::LAST_MODIFIED, httpdate::fmt_http_date(updated.into())))
        .body(xml))
}

/// A template in XML, without letters that XML does not know.
pub(super) fn xml_text(template: &impl Template) -> Result<String, Failed> {
    Ok(template.render().map_err(Failed::because("render XML"))?.chars().filter(|letter| is_xml(*letter)).collect())
}

/// Whether a letter may stand in XML at all.
const fn is_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}
