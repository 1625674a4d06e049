//! How peers find out who is here and what runs here: WebFinger, host-meta, NodeInfo, our own terms.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Data, Query, ServiceConfig},
};
use serde_json::{Value, json};

use super::{State, error::Error};
use crate::{
    domain::actor::ActorKind,
    federation::{actor as actors, webfinger},
    storage::{Failed, actor, share},
};

/// The well-known places.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/.well-known/webfinger", web::get().to(webfinger))
        .route("/.well-known/host-meta", web::get().to(host_meta))
        .route("/.well-known/nodeinfo", web::get().to(nodeinfo_links))
        .route("/nodeinfo/2.1", web::get().to(nodeinfo))
        .route("/ns", web::get().to(terms));
}

#[derive(serde::Deserialize)]
struct Question {
    resource: Option<String>,
}

async fn webfinger(question: Query<Question>, state: Data<State>) -> Result<HttpResponse, Error> {
    let resource = question.into_inner().resource.ok_or_else(|| Error::rejected(400, "no-resource"))?;
    let links = state.federation.links.clone();
    let found = state.federation.store.read(move |tx| webfinger::find_local(tx, &links, &resource)).await?;
    let actor = found.ok_or_else(|| Error::rejected(404, "no-such-resource"))?;
    Ok(open_json("application/jrd+json", &webfinger::describe(&actor, &state.federation.links)))
}

async fn host_meta(state: Data<State>) -> HttpResponse {
    let template = format!("{}?resource={{uri}}", state.federation.links.at("/.well-known/webfinger"));
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" type=\"application/jrd+json\" template=\"{template}\"/>\n</XRD>\n"
    );
    HttpResponse::Ok().content_type("application/xrd+xml; charset=utf-8").body(document)
}

async fn nodeinfo_links(state: Data<State>) -> HttpResponse {
    let links = &state.federation.links;
    let document = json!({"links": [
        {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": links.at("/nodeinfo/2.1").as_str()},
        {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": links.actor(ActorKind::Instance, "").as_str()},
    ]});
    open_json("application/json", &document)
}

async fn nodeinfo(state: Data<State>) -> Result<HttpResponse, Error> {
    let counted = |tx: &mut crate::storage::Tx<'_>| {
        Ok::<_, Failed>((
            actor::count_local(tx, ActorKind::Member)?,
            actor::count_local(tx, ActorKind::Lab)?,
            share::count_local(tx)?,
        ))
    };
    let (members, labs, shares) = state.federation.store.read(counted).await?;
    let document = json!({
        "version": "2.1",
        "software": {"name": "archipel", "version": env!("CARGO_PKG_VERSION"), "repository": env!("CARGO_PKG_REPOSITORY")},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": false,
        "usage": {"users": {"total": members}, "localPosts": shares},
        "metadata": {
            "nodeName": state.settings.organisation_name,
            "organisation": state.federation.links.actor(ActorKind::Organisation, "").as_str(),
            "labs": labs,
        },
    });
    let profile = "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"";
    Ok(open_json(profile, &document))
}

/// Our terms as a context, and in words for a person who follows the link.
async fn terms(request: HttpRequest, state: Data<State>) -> HttpResponse {
    let wants_json = request.headers().get(header::ACCEPT).is_none_or(|accept| !accept.as_bytes().starts_with(b"text/html"));
    let media_type = if wants_json { "application/ld+json" } else { "application/json" };
    open_json(media_type, &json!({"@context": actors::terms(&state.federation.links)}))
}

/// Anyone may read this, also a script of another site.
fn open_json(media_type: &str, document: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::CACHE_CONTROL, "max-age=300"))
        .body(document.to_string())
}
