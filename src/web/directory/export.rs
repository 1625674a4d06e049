//! The directory for programs: ActivityPub, JSON, CSV, Atom and OPML, each with the same labs as the page with the same query.
//! What a lab calls itself can neither break a form out of its syntax nor make a spreadsheet calculate.

use actix_web::{HttpResponse, http::header};
use askama::Template;
use serde_json::{Value, json};

use super::{Asked, Place, joined};
use crate::{
    domain::{
        lab::LabKind,
        language::LanguageTag,
        moment::{Moment, to_wire},
        organisation::OrganisationKind,
        profile::{OpenTo, State},
        register::Mark,
        theme::Theme,
    },
    federation::actor::context,
    storage::Failed,
    web::{
        activitypub,
        card::{LabCard, LabList},
        error::Error,
        feed::xml_text,
        request::Visit,
    },
};

/// Most labs in one answer; what is left is behind its link to the next.
const LABS: usize = 250;

/// A form that programs read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Activity,
    Json,
    Csv,
    Atom,
    Opml,
}

impl Format {
    /// Those with an address of their own.
    pub(super) const ALL: [Self; 4] = [Self::Json, Self::Csv, Self::Atom, Self::Opml];

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Activity => "",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Atom => "atom",
            Self::Opml => "opml",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Activity => "application/activity+json",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Opml => "text/x-opml; charset=utf-8",
        }
    }
}

/// The part of the directory that is asked for, in this form.
pub(super) async fn answer(visit: &Visit, asked: &Asked, format: Format) -> Result<HttpResponse, Error> {
    let (wanted, after) = (asked.wanted.clone(), asked.after.clone());
    let read = visit.state.store().read(move |tx| LabList::read(tx, &wanted, &after, LABS));
    let labs: Result<LabList, Failed> = read.await;
    let labs = labs?;
    let suffix = if format == Format::Activity { String::new() } else { format!(".{}", format.code()) };
    let at = |query: &str| visit.state.links().home().join(&joined(&format!("/labs{suffix}"), query)).map(String::from);
    let own = at(&asked.query(&asked.after)).map_err(Failed::because("build an address"))?;
    let next =
        labs.next.as_ref().map(|place| at(&asked.query(place))).transpose().map_err(Failed::because("build an address"))?;
    let outline = || Outline::of(visit, &labs.cards, own.clone(), next.clone());
    let body = match format {
        Format::Activity => return Ok(activitypub::answer(&write_collection(visit, asked, &labs.cards, &own, next))),
        Format::Json => json!({"labs": labs.cards.iter().map(write_lab).collect::<Vec<_>>(), "next": next}).to_string(),
        Format::Csv => write_csv(&labs.cards),
        Format::Atom => xml_text(&Feed { list: outline() })?,
        Format::Opml => xml_text(&Opml { list: outline() })?,
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, format.media_type())).insert_header((header::CACHE_CONTROL, "max-age=60"));
    if let Some(next) = next {
        response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(response.body(body))
}

/// A collection of the labs' ids; a later part is a page of it.
fn write_collection(visit: &Visit, asked: &Asked, cards: &[LabCard], own: &str, next: Option<String>) -> Value {
    let whole = visit.state.links().home().join(&joined("/labs", &asked.query(&Place::Begin)));
    let whole = whole.map_or_else(|_| own.to_owned(), String::from);
    let items: Vec<&str> = cards.iter().map(|card| card.actor.uri.as_str()).collect();
    let is_page = whole != own;
    let kind = if is_page { "OrderedCollectionPage" } else { "OrderedCollection" };
    let mut document = json!({"@context": context(visit.state.links()), "id": own, "type": kind, "orderedItems": items});
    if is_page {
        document["partOf"] = whole.into();
    }
    if let Some(next) = next {
        document["next"] = next.into();
    }
    document
}

fn write_lab(card: &LabCard) -> Value {
    let (actor, profile) = (&card.actor, &card.profile);
    let organisation = card.organisation.as_ref().map(|known| {
        json!({
            "id": known.uri.as_str(), "name": known.name, "host": known.host,
            "kind": known.is.kind.map(OrganisationKind::code), "sameAs": known.is.tooi.as_ref().map(ToString::to_string),
        })
    });
    let themes: Vec<Value> = card.themes.iter().map(write_theme).collect();
    json!({
        "id": actor.uri.as_str(), "url": actor.page.as_str(), "name": actor.name, "address": actor.address(),
        "summary": card.excerpt, "host": actor.host, "local": actor.local, "organisation": organisation,
        "kind": profile.kind.map(LabKind::code), "state": profile.state.code(), "place": profile.place.as_str(),
        "languages": profile.languages.iter().map(LanguageTag::as_str).collect::<Vec<_>>(), "themes": themes,
        "openTo": profile.open_to.iter().map(|open| open.code()).collect::<Vec<_>>(), "mandate": profile.mandate.as_str(),
        "founded": profile.founded.map(|day| day.to_string()), "ended": profile.ended.map(|day| day.to_string()),
        "successor": profile.successor.as_ref().map(url::Url::as_str),
        "domainRegistered": card.mark.as_ref().map(write_mark), "followers": card.followers, "participants": actor.local.then_some(card.participants),
        "active": card.active_at.map(to_wire), "read": to_wire(actor.fetched_at),
    })
}

fn write_mark(mark: &Mark) -> Value {
    let registrant = &mark.registrant;
    json!({
        "to": registrant.name, "sameAs": registrant.tooi.as_ref().map(ToString::to_string),
        "kind": registrant.kind.map(OrganisationKind::code), "domain": mark.name.as_str(), "date": mark.dated.to_string(),
        "source": mark.source.as_str(),
    })
}

fn write_theme(theme: &Theme) -> Value {
    json!({"id": theme.uri.as_str(), "nl": theme.labels.nl, "en": theme.labels.en})
}

const COLUMNS: [&str; 21] = [
    "name",
    "address",
    "url",
    "organisation",
    "organisation_kind",
    "host",
    "kind",
    "state",
    "place",
    "languages",
    "themes_nl",
    "themes_en",
    "open_to",
    "founded",
    "ended",
    "followers",
    "participants",
    "active",
    "domain_registered_to",
    "domain_registered_tooi",
    "domain_registered_date",
];

fn write_csv(cards: &[LabCard]) -> String {
    let mut text = write_row(&COLUMNS.map(str::to_owned));
    for card in cards {
        text.push_str(&write_row(&cells(card)));
    }
    text
}

fn cells(card: &LabCard) -> [String; 21] {
    let (actor, profile) = (&card.actor, &card.profile);
    let (organisation, mark) = (card.organisation.as_ref(), card.mark.as_ref());
    let kind = organisation.and_then(|known| known.is.kind).map(OrganisationKind::code);
    let tags: Vec<&str> = profile.languages.iter().map(LanguageTag::as_str).collect();
    let themes = |label: fn(&Theme) -> &str| card.themes.iter().map(label).collect::<Vec<_>>().join("; ");
    let open: Vec<&str> = profile.open_to.iter().map(|open: &OpenTo| open.code()).collect();
    let day = |day: Option<crate::domain::profile::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    [
        actor.name.clone(),
        actor.address(),
        actor.page.to_string(),
        organisation.map(|known| known.name.clone()).unwrap_or_default(),
        kind.unwrap_or_default().to_owned(),
        actor.host.clone(),
        profile.kind.map(LabKind::code).unwrap_or_default().to_owned(),
        State::code(profile.state).to_owned(),
        profile.place.to_string(),
        tags.join("; "),
        themes(|theme| &theme.labels.nl),
        themes(|theme| &theme.labels.en),
        open.join("; "),
        day(profile.founded),
        day(profile.ended),
        card.followers.to_string(),
        if actor.local { card.participants.to_string() } else { String::new() },
        card.active_at.map(to_wire).unwrap_or_default(),
        mark.map(|mark| mark.registrant.name.clone()).unwrap_or_default(),
        mark.and_then(|mark| mark.registrant.tooi.as_ref()).map(ToString::to_string).unwrap_or_default(),
        mark.map(|mark| mark.dated.to_string()).unwrap_or_default(),
    ]
}

/// Every cell is quoted; one that a spreadsheet would take for a formula begins with an apostrophe.
fn write_row(cells: &[String]) -> String {
    let cell = |cell: &String| {
        let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    };
    format!("{}\r\n", cells.iter().map(cell).collect::<Vec<_>>().join(","))
}

/// What feeds and outlines say.
struct Outline {
    title: String,
    organisation: String,
    id: String,
    page: String,
    next: Option<String>,
    language: String,
    updated: String,
    labs: Vec<Entry>,
}

struct Entry {
    id: String,
    page: String,
    name: String,
    excerpt: String,
    organisation: String,
    published: String,
    updated: String,
    feed: String,
    themes: Vec<String>,
}

impl Outline {
    fn of(visit: &Visit, cards: &[LabCard], id: String, next: Option<String>) -> Self {
        let newest = cards.iter().map(last_changed).max().unwrap_or_default();
        Self {
            title: visit.say("labs-title"),
            organisation: visit.organisation().to_owned(),
            page: id.replacen(".atom", "", 1).replacen(".opml", "", 1),
            id,
            next,
            language: visit.language.code().to_owned(),
            updated: to_wire(newest),
            labs: cards.iter().map(|card| Entry::of(visit, card)).collect(),
        }
    }
}

impl Entry {
    fn of(visit: &Visit, card: &LabCard) -> Self {
        let actor = &card.actor;
        // An instance of Archipel has a feed beside each of its labs; of others nobody knows where it is.
        let has_feed = actor.uri.path().starts_with("/labs/") && actor.parent.is_some();
        Self {
            id: actor.uri.to_string(),
            page: actor.page.to_string(),
            name: actor.name.clone(),
            excerpt: card.excerpt.clone(),
            organisation: card.organisation.as_ref().map_or_else(|| actor.host.clone(), |known| known.name.clone()),
            published: to_wire(actor.created_at),
            updated: to_wire(last_changed(card)),
            feed: if has_feed { format!("{}.atom", actor.uri) } else { String::new() },
            themes: card.themes.iter().map(|theme| theme.labels.of(visit.language).to_owned()).collect(),
        }
    }
}

fn last_changed(card: &LabCard) -> Moment {
    card.actor.updated_at.max(card.active_at.unwrap_or_default())
}

#[derive(Template)]
#[template(path = "directory/feed.xml")]
struct Feed {
    list: Outline,
}

#[derive(Template)]
#[template(path = "directory/outline.xml")]
struct Opml {
    list: Outline,
}

#[cfg(test)]
mod tests {
    use super::write_row;

    #[test]
    fn a_cell_neither_calculates_nor_ends_early() {
        let row = write_row(&["=1+1".into(), "a \"b\", c".into(), "@x".into(), "5-3".into()]);
        assert_eq!(row, "\"'=1+1\",\"a \"\"b\"\", c\",\"'@x\",\"5-3\"\r\n");
    }
}
