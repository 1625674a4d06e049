//! The page of the search: what was asked, what was found with the place where it says so, and how to narrow or widen it.
//! Everything is a plain link or a form; whatever is typed is answered.

mod asked;
mod hit;

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{error::Error, request::Visit};
use crate::{
    domain::{
        actor::ActorId,
        moment::Moment,
        search::{Query, Scope, Wanted},
    },
    storage::{
        Failed, Tx, audience, peer, register,
        search::{self, Found},
    },
};
use asked::{Asked, Choice, Group};
use hit::Hit;

/// How many are on a page.
const HITS: usize = 20;

/// Of how many hosts the names are looked for.
const NAMED: usize = 1_000;

#[derive(Template)]
#[template(path = "search/show.html")]
struct SearchPage<'a> {
    visit: &'a Visit,
    typed: String,
    /// What the form keeps of what was chosen.
    kept: Vec<(&'static str, String)>,
    scopes: Vec<Choice>,
    /// What was chosen, each with a link without it.
    chosen: Vec<Choice>,
    groups: Vec<Group>,
    /// How many were found, in words.
    count: String,
    hits: Vec<Hit>,
    back: Option<String>,
    further: Option<String>,
    advice: Advice,
}

/// What to try where nothing was found.
#[derive(Default)]
struct Advice {
    /// Words that somebody may have meant, with a link to what is found with them.
    meant: Vec<Choice>,
    /// The words that are found by themselves, with how often each is.
    alone: Vec<Choice>,
    /// The same without what was chosen.
    wider: Option<String>,
}

impl Advice {
    const fn is_empty(&self) -> bool {
        self.meant.is_empty() && self.alone.is_empty() && self.wider.is_none()
    }
}

/// What was read for a page.
struct Read {
    found: Found,
    hits: Vec<Hit>,
    told: Vec<(Query, usize, Option<String>)>,
    /// What the organisations at the hosts are called.
    names: HashMap<String, String>,
}

/// Looks for what the link or the form says.
pub async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, Error> {
    let asked = Asked::read(request.query_string());
    let (wanted, page, now) = (asked.wanted(), asked.page(), visit.state.clock().now());
    let member = visit.member().map(|member| member.actor.id);
    let own = (visit.state.links().host(), visit.organisation().to_owned());
    let read: Result<Read, Failed> =
        visit.state.store().read(move |tx| read(tx, wanted, (page - 1) * HITS, now, member, own)).await;
    visit.page(&lay_out(&visit, &asked, read?))
}

fn read(
    tx: &mut Tx<'_>,
    mut wanted: Wanted,
    skip: usize,
    now: Moment,
    member: Option<ActorId>,
    own: (String, String),
) -> Result<Read, Failed> {
    let wanted_host = wanted.host.clone();
    if wanted.scope == Scope::Followed {
        wanted.followed = audience::list_followed(tx, member)?;
    }
    let found = search::find(tx, &wanted, now, skip, HITS)?;
    let mut hits = Hit::list(tx, &found.hits, &wanted.query, &own.1)?;
    let hosts: BTreeSet<&str> = hits.iter().map(|hit| hit.host.as_str()).collect();
    let marks = register::list_marks(tx, &hosts.into_iter().collect::<Vec<_>>())?;
    for hit in &mut hits {
        hit.mark = marks.get(&hit.host).cloned();
    }
    let mut told = Vec::new();
    if found.total == 0 && !wanted.query.is_empty() {
        let everywhere = Wanted { query: wanted.query, ..Wanted::default() };
        for (query, count) in search::explain(tx, &everywhere)? {
            let meant = if count == 0 { search::guess(tx, query.typed())? } else { None };
            told.push((query, count, meant));
        }
    }
    let hosts: Vec<&str> = found.facets.hosts.keys().map(String::as_str).chain(wanted_host.as_deref()).take(NAMED).collect();
    let mut names = peer::list_names(tx, &hosts)?;
    names.insert(own.0, own.1);
    Ok(Read { found, hits, told, names })
}

fn lay_out<'a>(visit: &'a Visit, asked: &Asked, read: Read) -> SearchPage<'a> {
    let (total, page) = (read.found.total, asked.page());
    let shown = i64::try_from(total).unwrap_or(i64::MAX);
    let count = if read.found.is_cut { visit.count("search-many", &shown) } else { visit.count("search-found", &shown) };
    SearchPage {
        typed: asked.query().typed().to_owned(),
        kept: asked.kept(),
        scopes: asked.scopes(visit),
        chosen: asked.chosen(visit, &read.names),
        groups: asked.groups(visit, &read.found.facets, &read.names),
        count,
        back: (page > 1).then(|| asked.at_page(page - 1)),
        further: (page * HITS < total).then(|| asked.at_page(page + 1)),
        advice: if total == 0 { advise(visit, asked, read.told) } else { Advice::default() },
        hits: read.hits,
        visit,
    }
}

fn advise(visit: &Visit, asked: &Asked, told: Vec<(Query, usize, Option<String>)>) -> Advice {
    let several = told.len() > 1;
    let mut advice = Advice { wider: asked.wider(), ..Advice::default() };
    for (query, count, meant) in told {
        if let Some(meant) = meant {
            let corrected = asked.query().typed().to_lowercase().replace(query.typed(), &meant);
            let corrected = if corrected.contains(&meant) { corrected } else { meant };
            advice.meant.push(Choice::new(corrected.clone(), None, Asked::of(&corrected).path()));
        }
        if several && count > 0 {
            let count = visit.count("search-found", &i64::try_from(count).unwrap_or(i64::MAX));
            advice.alone.push(Choice::new(query.typed().to_owned(), Some(count), Asked::of(query.typed()).path()));
        }
    }
    advice
}
