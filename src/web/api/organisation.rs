//! Organisations in the API: ours, and those whose labs are known here.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::{Here, further, part, read},
    ask,
    lab::{read_at, silent_since},
    word,
};
use crate::{
    domain::{
        actor::Actor,
        directory::Place,
        moment::to_wire,
        organisation::{self as domain, OrganisationKind},
        refusal::Refused,
    },
    storage::{Failed, Tx, organisation, peer},
    usecases,
    web::{
        State,
        error::{Error, Faults},
    },
};

/// What narrows organisations down.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// What they say that they are.
    #[param(required = false, schema_with = word::organisation_kind)]
    kind: Option<String>,
    /// How many organisations are wanted.
    #[param(required = false, schema_with = word::limit)]
    limit: Option<String>,
    /// Where the part begins, as `next` says it: to be followed, not made.
    after: Option<String>,
}

/// A part of the organisations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationPage {
    /// The organisations.
    items: Vec<Organisation>,
    /// The address of the next part; `null` where this is the last.
    next: Option<String>,
}

/// An organisation with an instance of its own.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// Its name in this API: its host.
    #[schema(example = "labs.example.org")]
    host: String,
    /// Whether that is here.
    local: bool,
    /// Its id for ActivityPub.
    #[schema(format = "uri")]
    activity_pub_id: String,
    /// Its page at its home.
    #[schema(format = "uri")]
    url: String,
    /// The labs of it that are known here.
    #[schema(format = "uri")]
    page_here: String,
    /// Its name.
    name: String,
    /// `handle@host`: what one types to follow it.
    address: String,
    /// What it says that it is.
    #[schema(schema_with = word::known_organisation_kind)]
    kind: Option<&'static str>,
    /// Its identifier in the register of organisations (TOOI), by its own word.
    #[schema(format = "uri")]
    tooi: Option<String>,
    /// How many labs of it are in the directory here.
    labs: i64,
    /// When it last changed what it says of itself.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it was last read at its home, where that is elsewhere.
    #[schema(format = DateTime)]
    read_at: Option<String>,
    /// Since when its home does not answer.
    #[schema(format = DateTime)]
    unreachable_since: Option<String>,
}

impl Organisation {
    fn list(tx: &mut Tx<'_>, here: &Here, known: &[(Actor, domain::Organisation)]) -> Result<Vec<Self>, Failed> {
        let uris: Vec<String> = known.iter().map(|(actor, _)| actor.uri.to_string()).collect();
        let hosts: Vec<&str> = known.iter().map(|(actor, _)| actor.host.as_str()).collect();
        let counts = organisation::count_labs(tx, &uris)?;
        let silent = peer::list_silent(tx, &hosts)?;
        let of = |(actor, is): &(Actor, domain::Organisation)| {
            let mut labs_here = here.links.at("/labs");
            labs_here.query_pairs_mut().append_pair("organisation", &actor.host);
            let failing = silent.iter().find(|(host, _)| *host == actor.host).map(|(_, since)| *since);
            Self {
                host: actor.host.clone(),
                local: actor.local,
                activity_pub_id: actor.uri.to_string(),
                url: actor.page.to_string(),
                page_here: labs_here.into(),
                name: actor.name.clone(),
                address: actor.address(),
                kind: is.kind.map(OrganisationKind::code),
                tooi: is.tooi.as_ref().map(ToString::to_string),
                labs: counts.get(actor.uri.as_str()).copied().unwrap_or(0),
                updated_at: to_wire(actor.updated_at),
                read_at: read_at(actor),
                unreachable_since: silent_since(here, failing),
            }
        };
        Ok(known.iter().map(of).collect())
    }
}

/// List organisations
///
/// Ours, and those whose labs are known here, by name.
#[utoipa::path(
    get, path = "/organisations", operation_id = "listOrganisations", tag = "organisations", params(Asked),
    responses((status = 200, description = "A part of the organisations", body = OrganisationPage))
)]
pub async fn list(request: HttpRequest, state: Data<State>) -> Result<HttpResponse, Error> {
    let asked = ask::parameters::<Asked>(&request)?;
    let mut faults = Faults::default();
    let kind = faults.read("kind", asked.kind.as_deref(), OrganisationKind::parse);
    let after = faults.read("after", asked.after.as_deref(), read_place);
    let limit = ask::limit(&mut faults, asked.limit.as_deref());
    faults.of_parameters()?;
    let here = Here { links: state.links().clone(), now: state.clock().now() };
    let links = here.links.clone();
    let found = state.store().read(move |tx| {
        let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
        let mut known = organisation::look_for(tx, kind, after, i64::try_from(limit + 1).unwrap_or(i64::MAX))?;
        let is_cut = known.len() > limit;
        known.truncate(limit);
        let place = known.last().filter(|_| is_cut).map(|(actor, _)| Place::Name(actor.name.clone(), actor.id.0));
        Ok::<_, Failed>((Organisation::list(tx, &here, &known)?, place))
    });
    let (items, place) = found.await?;
    let next = place.map(|place| further(&links, "/organisations", request.query_string(), &place.to_string()));
    let page = OrganisationPage { items, next };
    part(&page, page.next.as_deref())
}

fn read_place(given: &str) -> Result<(String, i64), Refused> {
    match given.parse() {
        Ok(Place::Name(name, id)) => Ok((name, id)),
        _ => Err(ask::lost()),
    }
}

/// Read an organisation
#[utoipa::path(
    get, path = "/organisations/{host}", operation_id = "readOrganisation", tag = "organisations",
    params(("host" = String, Path, description = "Its host", example = "labs.example.org")),
    responses((status = 200, description = "The organisation", body = Organisation))
)]
pub async fn show(request: HttpRequest, host: Path<String>, state: Data<State>) -> Result<HttpResponse, Error> {
    ask::nothing(&request)?;
    let here = Here { links: state.links().clone(), now: state.clock().now() };
    let found = state.store().read(move |tx| {
        let known = organisation::find_at(tx, &host.to_ascii_lowercase())?;
        let known = known.ok_or_else(|| Refused::unknown("organisation-unknown").with("host", host.as_str()))?;
        Ok::<_, usecases::Error>(Organisation::list(tx, &here, &[known])?.pop())
    });
    read(&found.await?)
}
