//! A map of the site for search engines: our own pages, part by part, each part bounded. What lives elsewhere is mapped there.

use actix_web::{HttpResponse, http::header, web::Path};
use askama::Template;

use super::{card::LabList, error::Error, feed::xml_text, request::Visit};
use crate::{
    domain::{
        directory::{Place, Sort, Wanted, Whose},
        moment::to_wire,
    },
    storage::{Failed, Tx, share, theme},
};

/// How many rows of shares a part looks at, and how many labs are named at most.
const ROWS: i64 = 5_000;
const LABS: usize = 5_000;

#[derive(Template)]
#[template(path = "sitemap/index.xml")]
struct Index {
    parts: Vec<String>,
}

#[derive(Template)]
#[template(path = "sitemap/part.xml")]
struct Part {
    /// Addresses, and when each last changed where that is known.
    pages: Vec<(String, String)>,
}

/// The parts: one of labs and themes, and one for each range of shares.
pub async fn index(visit: Visit) -> Result<HttpResponse, Error> {
    let last: Result<i64, Failed> = visit.state.store().read(share::last_row).await;
    let ranges = last? / ROWS + 1;
    let at = |name: &str| visit.state.links().at(&format!("/sitemap/{name}.xml")).to_string();
    let shares = (0..ranges).map(|range| at(&format!("shares-{range}")));
    answer(&Index { parts: std::iter::once(at("pages")).chain(shares).collect() })
}

/// One part.
pub async fn part(visit: Visit, name: Path<String>) -> Result<HttpResponse, Error> {
    let range =
        name.strip_prefix("shares-").and_then(|range| range.parse::<i64>().ok()).filter(|range| (0..1_000_000).contains(range));
    let links = visit.state.links().clone();
    let pages = match (name.as_str(), range) {
        ("pages", _) => {
            let fixed = ["/", "/labs", "/themes", "/organisation"].map(|path| (links.at(path).to_string(), String::new()));
            let read: Result<Vec<_>, Failed> = visit.state.store().read(read_pages).await;
            fixed.into_iter().chain(read?).collect()
        }
        (_, Some(range)) => {
            let rows = range * ROWS..(range + 1) * ROWS;
            let read: Result<Vec<_>, Failed> = visit.state.store().read(move |tx| share::list_own_pages(tx, rows)).await;
            read?.into_iter().map(|(page, at)| (page, to_wire(at))).collect()
        }
        _ => return Err(Error::unknown_page()),
    };
    answer(&Part { pages })
}

fn read_pages(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, Failed> {
    let ours = Wanted { whose: Whose::Own, sort: Sort::Name, ..Wanted::default() };
    let labs = LabList::read(tx, &ours, &Place::Begin, LABS)?;
    let labs = labs.cards.into_iter().map(|card| (card.actor.page.to_string(), to_wire(card.actor.updated_at)));
    let themes = theme::list(tx)?.into_iter().map(|theme| (theme.uri.to_string(), String::new()));
    Ok(labs.chain(themes).collect())
}

fn answer(template: &impl Template) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/xml; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "max-age=3600"))
        .body(xml_text(template)?))
}
