//! The search in the API: what the page finds, with how many there are of each kind. It finds nothing by itself.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::{Here, further, part},
    ask,
    lab::Lab,
    share::Share,
    word,
};
use crate::{
    domain::{
        actor::ActorId,
        language::LanguageTag,
        refusal::Refused,
        search::{self as domain, Candidate, Piece, Query, Scope, Thing, Wanted},
        share::{Outcome, ShareKind},
    },
    storage::{Failed, Tx, search, share},
    web::{
        State,
        card::LabCard,
        error::{Error, Faults},
    },
};

/// How far a search goes: no more is put in order.
const FURTHEST: usize = 600;

/// What is looked for.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Words, in any form of a Dutch or English word; `"words that follow each other"` in quotation marks. Without words: everything.
    #[param(example = "counter market")]
    q: Option<String>,
    /// How far to look: everything that is known here, or what lives here.
    #[param(required = false, schema_with = scope)]
    scope: Option<String>,
    /// Labs or shares.
    #[param(required = false, schema_with = word::thing)]
    thing: Option<String>,
    /// The kind of share.
    #[param(required = false, schema_with = word::share_kind)]
    kind: Option<String>,
    /// How it went.
    #[param(required = false, schema_with = word::outcome)]
    outcome: Option<String>,
    /// The language it is written in, as a BCP 47 tag.
    language: Option<String>,
    /// The host of the organisation.
    organisation: Option<String>,
    /// How many are wanted.
    #[param(required = false, schema_with = word::limit)]
    limit: Option<String>,
    /// Where the part begins, as `next` says it: to be followed, not made.
    after: Option<String>,
}

fn scope() -> utoipa::openapi::Object {
    word::one_of("How far to look: everything that is known here, or what lives here", [Scope::All.code(), Scope::Here.code()])
}

impl Asked {
    /// What is wanted, how many to leave out, and how many to tell.
    fn parse(&self) -> Result<(Wanted, usize, usize), Error> {
        let mut faults = Faults::default();
        let unknown = || Refused::invalid("api-word");
        let scope = faults.read("scope", self.scope.as_deref(), |given| {
            [Scope::All, Scope::Here].into_iter().find(|scope| scope.code() == given).ok_or_else(unknown)
        });
        let wanted = Wanted {
            query: Query::read(self.q.as_deref().unwrap_or_default()),
            scope: scope.unwrap_or_default(),
            thing: faults.read("thing", self.thing.as_deref(), |given| Thing::read(given).ok_or_else(unknown)),
            kind: faults.read("kind", self.kind.as_deref(), ShareKind::parse),
            outcome: faults.read("outcome", self.outcome.as_deref(), Outcome::parse),
            language: faults.read("language", self.language.as_deref(), LanguageTag::parse),
            host: self.organisation.as_deref().map(|host| host.trim().to_ascii_lowercase()).filter(|host| !host.is_empty()),
            followed: Vec::new(),
        };
        let skip = faults.read("after", self.after.as_deref(), |given| {
            given.parse().ok().filter(|skip| *skip <= FURTHEST).ok_or_else(ask::lost)
        });
        let limit = ask::limit(&mut faults, self.limit.as_deref());
        faults.of_parameters()?;
        Ok((wanted, skip.unwrap_or(0), limit))
    }
}

/// A part of what was found, the best first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchPage {
    /// What was found.
    items: Vec<Hit>,
    /// How many were found, among those that were looked at.
    total: usize,
    /// Whether there are more, which were not looked at: a narrower question finds them.
    is_cut: bool,
    /// How many there are of each value, among those that were looked at.
    facets: Facets,
    /// The address of the next part; `null` where this is the last.
    next: Option<String>,
}

/// Something that was found: a lab or a share.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hit {
    /// Which of the two it is.
    #[schema(schema_with = word::thing)]
    thing: &'static str,
    /// Where it says what was looked for, as plain text.
    excerpt: String,
    /// The lab.
    #[serde(skip_serializing_if = "Option::is_none")]
    lab: Option<Lab>,
    /// The share.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<Share>,
}

/// How many there are of each value.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Facets {
    /// Labs and shares.
    thing: Vec<FacetValue>,
    /// Kinds of share.
    kind: Vec<FacetValue>,
    /// How it went.
    outcome: Vec<FacetValue>,
    /// Languages.
    language: Vec<FacetValue>,
    /// Organisations, by their hosts.
    organisation: Vec<FacetValue>,
}

/// A value, and how many there are of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacetValue {
    /// The value, as the parameter of the same name takes it.
    value: String,
    /// How many there are.
    count: usize,
}

impl Facets {
    fn of(facets: &domain::Facets) -> Self {
        let list = |counts: &BTreeMap<String, usize>| {
            let mut values: Vec<FacetValue> =
                counts.iter().map(|(value, count)| FacetValue { value: value.clone(), count: *count }).collect();
            values.sort_by_key(|one| std::cmp::Reverse(one.count));
            values
        };
        Self {
            thing: list(&facets.things),
            kind: list(&facets.kinds),
            outcome: list(&facets.outcomes),
            language: list(&facets.languages),
            organisation: list(&facets.hosts),
        }
    }
}

/// Search
///
/// Labs and shares by what they say, with facets. It puts the newest 400 that have every word in order, and tells where there were more.
#[utoipa::path(
    get, path = "/search", operation_id = "search", tag = "search", params(Asked),
    responses((status = 200, description = "A part of what was found", body = SearchPage))
)]
pub async fn look(request: HttpRequest, state: Data<State>) -> Result<HttpResponse, Error> {
    let (wanted, skip, limit) = ask::parameters::<Asked>(&request)?.parse()?;
    let here = Here { links: state.links().clone(), now: state.clock().now() };
    let links = here.links.clone();
    let found = state.store().read(move |tx| {
        let found = search::find(tx, &wanted, here.now, skip, limit)?;
        let items = Hits::read(tx, &here, &found.hits)?.tell(&wanted.query, &found.hits);
        Ok::<_, Failed>((items, found))
    });
    let (items, found) = found.await?;
    let further_on = skip + limit;
    let next = (further_on < found.total).then(|| further(&links, "/search", request.query_string(), &further_on.to_string()));
    let facets = Facets::of(&found.facets);
    let page = SearchPage { items, total: found.total, is_cut: found.is_cut, facets, next };
    part(&page, page.next.as_deref())
}

/// Everything that was found, read at once.
struct Hits {
    labs: HashMap<ActorId, (Lab, String)>,
    shares: HashMap<i64, (Share, String, String)>,
}

impl Hits {
    fn read(tx: &mut Tx<'_>, here: &Here, found: &[Candidate]) -> Result<Self, Failed> {
        let ids: Vec<ActorId> = found.iter().filter_map(|hit| hit.lab).collect();
        let labs = LabCard::list(tx, &ids)?.into_iter().map(|card| {
            let words = card.actor.summary.to_plain();
            (card.actor.id, (Lab::of(here, &card), words))
        });
        let mut shares = HashMap::new();
        let rows = share::list(tx, &found.iter().filter_map(|hit| hit.share).collect::<Vec<_>>())?;
        let texts: HashMap<String, (i64, String, String)> = rows
            .iter()
            .map(|row| (row.uri.to_string(), (row.id, row.content.to_plain(), row.language.as_str().to_owned())))
            .collect();
        for told in Share::list(tx, here, &rows)? {
            if let Some((id, words, language)) = texts.get(told.activity_pub_id()) {
                shares.insert(*id, (told, words.clone(), language.clone()));
            }
        }
        Ok(Self { labs: labs.collect(), shares })
    }

    /// In the order in which it was found; what is gone meanwhile is left out.
    fn tell(mut self, query: &Query, found: &[Candidate]) -> Vec<Hit> {
        let said = |words: &str, language: &str| {
            domain::snippet(words, language, query).into_iter().map(|Piece { text, .. }| text).collect::<String>()
        };
        let hit = |candidate: &Candidate| {
            let thing = candidate.thing().code();
            if let Some(id) = candidate.lab {
                let (lab, words) = self.labs.remove(&id)?;
                return Some(Hit { thing, excerpt: said(&words, ""), lab: Some(lab), share: None });
            }
            let (share, words, language) = self.shares.remove(&candidate.share?)?;
            Some(Hit { thing, excerpt: said(&words, &language), lab: None, share: Some(share) })
        };
        found.iter().filter_map(hit).collect()
    }
}
