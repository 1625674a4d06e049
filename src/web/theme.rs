//! Pages of themes: the vocabulary, one theme as a bridge between those who work on it, and what an administrator changes.

mod edit;

use std::collections::HashMap;

use actix_web::{HttpResponse, web::Path};
use askama::Template;
use serde_json::Value;

pub use edit::{add, ask, merge, revise};

use super::{
    activitypub,
    card::{LabCard, LabList, ShareList},
    error::Error,
    request::Visit,
};
use crate::{
    domain::{
        actor::Actor,
        directory::{Place, Wanted},
        links::Links,
        membership::Role,
        organisation::KnownOrganisation,
        slice::Slice,
        theme::{Slug, Theme, ThemeId},
    },
    federation::{actor as actors, profile as profiles},
    storage::{Failed, Tx, membership, share, theme},
    usecases::{self, Outcome},
};

/// How many labs and shares a theme's page shows.
const LABS: usize = 24;
const SHARES: i64 = 15;

/// How many members it names to talk to, and how many other themes.
const PEOPLE: usize = 12;
const OVERLAPS: usize = 8;

#[derive(Template)]
#[template(path = "theme/list.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    themes: Vec<(Theme, i64)>,
}

/// Every theme, with how many labs work on it.
pub async fn list(visit: Visit) -> Result<HttpResponse, Error> {
    let read = visit.state.store().read(|tx| Ok::<_, Failed>((theme::list(tx)?, theme::count_labs(tx)?)));
    let (themes, counts) = read.await?;
    let mut themes = counted(themes, &counts);
    themes.sort_by_key(|(theme, _)| theme.labels.of(visit.language).to_lowercase());
    visit.page(&ListPage { visit: &visit, themes })
}

fn counted(themes: Vec<Theme>, counts: &HashMap<ThemeId, i64>) -> Vec<(Theme, i64)> {
    themes
        .into_iter()
        .map(|theme| (counts.get(&theme.id).copied().unwrap_or(0), theme))
        .map(|(count, theme)| (theme, count))
        .collect()
}

/// A theme as a bridge.
struct Bridge {
    theme: Theme,
    labs: LabList,
    organisations: Vec<(KnownOrganisation, i64)>,
    shares: ShareList,
    overlaps: Vec<(Theme, i64)>,
    people: Vec<(Actor, StewardOf)>,
}

/// The lab that somebody answers for.
struct StewardOf {
    name: String,
}

#[derive(Template)]
#[template(path = "theme/show.html")]
struct BridgePage<'a> {
    visit: &'a Visit,
    bridge: Bridge,
    all: String,
}

impl BridgePage<'_> {
    fn at_organisation(&self, known: &KnownOrganisation) -> String {
        format!("{}&organisation={}", self.all, known.host)
    }
}

/// Who works on a theme, what was shared about it, what overlaps, and whom to talk to; for peers its document.
pub async fn show(visit: Visit, slug: Path<String>) -> Result<HttpResponse, Error> {
    let slug = Slug::parse(&slug).map_err(|_| Error::unknown_page())?;
    let links = visit.state.links().clone();
    if visit.wants_activity {
        let found = visit.state.store().read(move |tx| usecases::theme::find(tx, &slug)).await?;
        return Ok(activitypub::answer(&document(&found, &links)));
    }
    let all = format!("/labs?theme={slug}");
    let read = visit.state.store().read(move |tx| read_bridge(tx, &links, &slug));
    match read.await? {
        Ok(bridge) => visit.page(&BridgePage { visit: &visit, bridge, all }),
        Err(path) => Ok(visit.lead_to(&path)),
    }
}

fn document(theme: &Theme, links: &Links) -> Value {
    let mut document = profiles::write_theme(theme);
    document["@context"] = actors::context(links);
    document
}

/// The bridge of a theme; or the page of the one that it was merged into.
fn read_bridge(tx: &mut Tx<'_>, links: &Links, slug: &Slug) -> Outcome<Result<Bridge, String>> {
    let theme = match usecases::theme::find(tx, slug) {
        Ok(theme) => theme,
        Err(unknown) => {
            let merged = theme::find_by_uri(tx, links.theme(slug).as_str())?.and_then(|(_, meets)| meets);
            let into = theme::list(tx)?.into_iter().find(|theme| Some(theme.id) == merged).and_then(|theme| theme.path());
            return into.map_or(Err(unknown), |path| Ok(Err(path)));
        }
    };
    let wanted = Wanted { theme: Some(slug.clone()), ..Wanted::default() };
    let labs = LabList::read(tx, &wanted, &Place::Begin, LABS)?;
    let (tags, slice) = (theme.labels.tags(), Slice::from(SHARES));
    let shares = ShareList::read(tx, slice, |tx, slice| share::list_of_tags(tx, &tags, slice))?;
    let overlaps = read_overlaps(tx, theme.id)?;
    let people = read_people(tx, &labs.cards)?;
    Ok(Ok(Bridge { organisations: organisations(&labs.cards), theme, labs, shares, overlaps, people }))
}

/// The other themes that most labs of this one work on.
fn read_overlaps(tx: &mut Tx<'_>, id: ThemeId) -> Result<Vec<(Theme, i64)>, Failed> {
    let counts = theme::list_overlaps(tx, id)?;
    let mut overlaps = counted(theme::list(tx)?, &counts);
    overlaps.retain(|(_, count)| *count > 0);
    overlaps.sort_by_key(|(_, count)| -count);
    overlaps.truncate(OVERLAPS);
    Ok(overlaps)
}

/// The stewards of our labs: of others we know only the lab, which can be asked by its address.
fn read_people(tx: &mut Tx<'_>, cards: &[LabCard]) -> Result<Vec<(Actor, StewardOf)>, Failed> {
    let mut people = Vec::new();
    for card in cards.iter().filter(|card| card.actor.local) {
        let staff = membership::list_of_lab(tx, card.actor.id)?;
        let stewards = staff.into_iter().filter(|(_, role)| *role == Role::Steward);
        people.extend(stewards.map(|(member, _)| (member, StewardOf { name: card.actor.name.clone() })));
        if people.len() >= PEOPLE {
            break;
        }
    }
    people.truncate(PEOPLE);
    Ok(people)
}

fn organisations(cards: &[LabCard]) -> Vec<(KnownOrganisation, i64)> {
    let mut all: Vec<(KnownOrganisation, i64)> = Vec::new();
    for known in cards.iter().filter_map(|card| card.organisation.as_ref()) {
        match all.iter_mut().find(|(seen, _)| seen.uri == known.uri) {
            Some((_, count)) => *count += 1,
            None => all.push((known.clone(), 1)),
        }
    }
    all
}
