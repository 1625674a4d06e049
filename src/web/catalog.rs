//! What can be taken from here as data, for catalogues of data to harvest: DCAT as JSON-LD, after the Dutch application profile
//! (DCAT-AP-NL 3.0). It describes only what is served under an address of its own, and claims no licence that nobody gave.

use actix_web::{HttpResponse, http::header};
use serde_json::{Value, json};

use super::{error::Error, request::Visit};
use crate::{
    domain::{
        actor::ActorKind,
        language::Language,
        moment::{Moment, to_wire},
        organisation::Tooi,
    },
    i18n,
    storage::{Failed, actor, lab, register, theme},
};

/// Where the European vocabularies are.
const AUTHORITY: &str = "http://publications.europa.eu/resource/authority";

/// What the Dutch profile says of data whose licence each piece names, or nobody gave.
const UNKNOWN_LICENCE: &str = "http://standaarden.overheid.nl/owms/terms/licentieonbekend";

/// A form in which a set is served: its path, its media type, and what the vocabulary of forms calls it.
type Served = (&'static str, &'static str, &'static str);

const LABS: [Served; 6] = [
    ("/labs.json", "application/json", "JSON"),
    ("/labs.csv", "text/csv", "CSV"),
    ("/labs.atom", "application/atom+xml", "ATOM"),
    ("/labs.opml", "text/x-opml", "XML"),
    ("/labs", "application/activity+json", "JSON_LD"),
    ("/api/v1/labs", "application/json", "JSON"),
];

const SHARES: [Served; 3] = [
    ("/organisation.atom", "application/atom+xml", "ATOM"),
    ("/organisation/outbox", "application/activity+json", "JSON_LD"),
    ("/api/v1/shares", "application/json", "JSON"),
];

/// What the catalogue tells of this instance.
struct Told {
    /// By which identifier the publisher is known: by the register, or else by its own word.
    tooi: Option<Tooi>,
    begun: Moment,
    changed: Moment,
    themes: Vec<(String, String, String)>,
}

/// The catalogue.
pub async fn show(visit: Visit) -> Result<HttpResponse, Error> {
    let (own, said) = (visit.host(), visit.state.settings.organisation.tooi.clone());
    let read = visit.state.store().read(move |tx| {
        let proven = register::find_mark(tx, &own)?.and_then(|mark| mark.registrant.tooi);
        let begun = actor::find_local_of_kind(tx, ActorKind::Organisation)?.map(|actor| actor.created_at).unwrap_or_default();
        let themes =
            theme::list(tx)?.into_iter().map(|theme| (theme.uri.to_string(), theme.labels.nl, theme.labels.en)).collect();
        let changed = lab::count_listed(tx)?.1.unwrap_or(begun).max(begun);
        Ok::<_, Failed>(Told { tooi: proven.or(said), begun, changed, themes })
    });
    let document = write(&visit, &read.await?);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/ld+json"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::CACHE_CONTROL, "max-age=3600"))
        .body(document.to_string()))
}

fn write(visit: &Visit, told: &Told) -> Value {
    let at = |path: &str| visit.at(path);
    let sets = [write_set(visit, told, "labs", &LABS), write_set(visit, told, "shares", &SHARES)];
    json!({
        "@context": context(),
        "@id": at("/catalog.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": both(visit, "catalog-title"),
        "dct:description": both(visit, "catalog-about"),
        "dct:publisher": publisher(visit, told),
        "dcat:contactPoint": contact(visit),
        "dct:language": languages(),
        "dct:license": {"@id": UNKNOWN_LICENCE},
        "dct:issued": day(told.begun),
        "dct:modified": day(told.changed),
        "foaf:homepage": {"@id": at("/")},
        "dcat:themeTaxonomy": {"@id": format!("{AUTHORITY}/data-theme")},
        "dcat:dataset": sets,
        "dcat:service": [write_service(visit, told)],
    })
}

/// The API, which serves both sets page by page.
fn write_service(visit: &Visit, told: &Told) -> Value {
    let at = |path: &str| visit.at(path);
    let sets = ["labs", "shares"].map(|name| json!({"@id": format!("{}#{name}", at("/catalog.jsonld"))}));
    json!({
        "@id": service_id(visit),
        "@type": "dcat:DataService",
        "dct:identifier": service_id(visit),
        "dct:title": both(visit, "catalog-api"),
        "dct:description": both(visit, "catalog-api-about"),
        "dct:publisher": {"@id": publisher_id(visit, told)},
        "dcat:contactPoint": contact(visit),
        "dct:accessRights": {"@id": format!("{AUTHORITY}/access-right/PUBLIC")},
        "dct:license": {"@id": UNKNOWN_LICENCE},
        "dcat:theme": themes(),
        "dcat:endpointURL": {"@id": at("/api/v1")},
        "dcat:endpointDescription": {"@id": at("/api/v1/openapi.json")},
        "dcat:landingPage": {"@id": at("/api")},
        "dcat:servesDataset": sets,
    })
}

fn service_id(visit: &Visit) -> String {
    format!("{}#api", visit.at("/catalog.jsonld"))
}

fn themes() -> Value {
    json!([{"@id": format!("{AUTHORITY}/data-theme/GOVE")}, {"@id": format!("{AUTHORITY}/data-theme/TECH")}])
}

fn write_set(visit: &Visit, told: &Told, name: &'static str, served: &[Served]) -> Value {
    let (title, about, rights) = match name {
        "labs" => ("catalog-labs", "catalog-labs-about", "catalog-labs-rights"),
        _ => ("catalog-shares", "catalog-shares-about", "catalog-shares-rights"),
    };
    let id = format!("{}#{name}", visit.at("/catalog.jsonld"));
    let subjects: Vec<Value> = told
        .themes
        .iter()
        .map(|(uri, nl, en)| json!({"@id": uri, "@type": "skos:Concept", "skos:prefLabel": [label(nl, "nl"), label(en, "en")]}))
        .collect();
    json!({
        "@id": id,
        "@type": "dcat:Dataset",
        "dct:identifier": id,
        "dct:title": both(visit, title),
        "dct:description": both(visit, about),
        "dct:publisher": {"@id": publisher_id(visit, told)},
        "dct:creator": {"@id": publisher_id(visit, told)},
        "dcat:contactPoint": contact(visit),
        "dct:accessRights": {"@id": format!("{AUTHORITY}/access-right/PUBLIC")},
        "dct:rights": both(visit, rights),
        "dcat:theme": themes(),
        "dct:subject": subjects,
        "dct:language": languages(),
        "dct:accrualPeriodicity": {"@id": format!("{AUTHORITY}/frequency/UPDATE_CONT")},
        "dct:issued": day(told.begun),
        "dct:modified": day(told.changed),
        "dcat:landingPage": {"@id": visit.at(if name == "labs" { "/labs" } else { "/organisation" })},
        "dcat:distribution": served.iter().map(|form| distribution(visit, title, *form)).collect::<Vec<_>>(),
    })
}

fn distribution(visit: &Visit, title: &'static str, (path, media_type, form): Served) -> Value {
    let at = visit.at(path);
    let mut told = json!({
        "@id": format!("{at}#{form}"),
        "@type": "dcat:Distribution",
        "dct:title": both(visit, title),
        "dcat:accessURL": {"@id": at},
        "dcat:mediaType": {"@id": format!("https://www.iana.org/assignments/media-types/{media_type}")},
        "dct:format": {"@id": format!("{AUTHORITY}/file-type/{form}")},
        "dct:license": {"@id": UNKNOWN_LICENCE},
    });
    let (name, value) =
        if path.starts_with("/api/") { ("dcat:accessService", service_id(visit)) } else { ("dcat:downloadURL", at) };
    told[name] = json!({"@id": value});
    told
}

fn publisher(visit: &Visit, told: &Told) -> Value {
    let mut publisher = json!({
        "@id": publisher_id(visit, told),
        "@type": "foaf:Organization",
        "foaf:name": visit.organisation(),
        "foaf:homepage": {"@id": visit.state.links().actor(ActorKind::Organisation, "").as_str()},
    });
    if let Some(tooi) = &told.tooi {
        publisher["dct:identifier"] = tooi.as_str().into();
    }
    publisher
}

fn publisher_id(visit: &Visit, told: &Told) -> String {
    let own = || visit.state.links().actor(ActorKind::Organisation, "").to_string();
    told.tooi.as_ref().map_or_else(own, ToString::to_string)
}

/// Nobody's mail address is known; the organisation's page says how it can be reached.
fn contact(visit: &Visit) -> Value {
    json!({
        "@type": "vcard:Organization",
        "vcard:fn": visit.organisation(),
        "vcard:hasURL": {"@id": visit.state.links().actor(ActorKind::Organisation, "").as_str()},
    })
}

/// A message in both languages, about this organisation.
fn both(visit: &Visit, key: &'static str) -> Value {
    let of = |language: Language| {
        let organisation = [("organisation", visit.organisation().to_owned())];
        label(&i18n::say_with(language, key, &organisation), language.code())
    };
    json!([of(Language::Nl), of(Language::En)])
}

fn label(text: &str, language: &str) -> Value {
    json!({"@value": text, "@language": language})
}

fn languages() -> Value {
    json!([{"@id": format!("{AUTHORITY}/language/NLD")}, {"@id": format!("{AUTHORITY}/language/ENG")}])
}

fn day(at: Moment) -> Value {
    json!({"@value": to_wire(at), "@type": "xsd:dateTime"})
}

fn context() -> Value {
    json!({
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}
