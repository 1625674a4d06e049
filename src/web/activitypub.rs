//! What peers ask and send: documents of actors, shares and replies, activities at their ids, and the inboxes.
//! Pages for people are elsewhere; who asks for what is decided by `negotiate`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Data, Path, Payload, ServiceConfig},
};
use serde_json::{Value, json};

use super::{State, admission::Admission, collection, discovery, error::Error, request::remote_address};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        links::{Links, Place},
        moment::{Moment, to_wire},
        refusal::Refused,
        share::PublicId,
    },
    federation::{
        actor as actors,
        inbox::Rejection,
        outgoing::{find_answer, find_spoken},
        signature::SignedRequest,
    },
    storage::{Failed, Tx, activity, actor, share as shares, tombstone},
    usecases::peer,
};

/// Where nearly everything arrives: looked at before all the addresses for people.
pub fn shared_inbox(config: &mut ServiceConfig) {
    config.service(web::resource("/inbox").route(web::post().to(inbox)));
}

/// Every other route that only peers use.
pub fn routes(config: &mut ServiceConfig) {
    for path in ["/actor/inbox", "/organisation/inbox", "/labs/{handle}/inbox", "/people/{handle}/inbox"] {
        config.service(web::resource(path).route(web::post().to(inbox)));
    }
    config.route("/actor", web::get().to(instance));
    collection::routes(config);
    discovery::routes(config);
    config.route("/shares/{id}/{activity:.*}", web::get().to(share_activity));
    config.route("/labs/{handle}/{activity:(announces|accepts|follows|listed|moves|update)/.*}", web::get().to(stored_activity));
    config.route("/actor/{activity:(accepts|follows)/.*}", web::get().to(stored_activity));
    config.route("/people/{handle}/{activity:(accepts|follows|update)/.*}", web::get().to(stored_activity));
    config.route("/organisation/{activity:(accepts|follows|update)/.*}", web::get().to(stored_activity));
    config.route(r"/organisation/collections/{word}/{activity:(add|update|remove)/\d+}", web::get().to(stored_activity));
    config.route(r"/labs/{handle}/stamps/{number}/{activity:delete}", web::get().to(stored_activity));
    config.route("/replies/{id}/create", web::get().to(stored_activity));
}

/// The document of an actor of ours.
///
/// # Errors
/// Unknown where there is none.
pub async fn actor(state: &State, kind: ActorKind, handle: &str) -> Result<HttpResponse, Error> {
    let (links, handle) = (state.federation.links.clone(), handle.to_owned());
    let document = state
        .federation
        .store
        .read(move |tx| {
            let Some(found) = find_actor(tx, kind, &handle)? else { return Ok::<_, Failed>(None) };
            let said = peer::find_said(tx, &found)?;
            Ok(Some(actors::write(&found, said.as_ref(), &links)))
        })
        .await?;
    document.as_ref().map(answer).ok_or_else(Error::unknown_page)
}

/// The document of a share: ours as it is, a tombstone where it was withdrawn, the origin's address for another's.
///
/// # Errors
/// Unknown where there is none.
pub async fn share(state: &State, id: &PublicId) -> Result<HttpResponse, Error> {
    let (links, id) = (state.federation.links.clone(), id.clone());
    let found = state.federation.store.read(move |tx| find_share(tx, &links, &id)).await?;
    found.answer()
}

/// The document of a member's reply.
///
/// # Errors
/// Unknown where there is none.
pub async fn reply(state: &State, id: &PublicId) -> Result<HttpResponse, Error> {
    let (links, uri) = (state.federation.links.clone(), state.federation.links.reply(id).to_string());
    let found = state.federation.store.read(move |tx| find_answer(tx, &uri)).await?;
    let answered = found.ok_or_else(Error::unknown_page)?;
    let mut object = answered.to_object();
    object["@context"] = actors::context(&links);
    Ok(answer(&object))
}

/// The actor of ours of this kind and handle.
pub(super) fn find_actor(tx: &mut Tx<'_>, kind: ActorKind, handle: &str) -> Result<Option<Actor>, Failed> {
    match kind {
        ActorKind::Instance | ActorKind::Organisation => actor::find_local_of_kind(tx, kind),
        ActorKind::Lab | ActorKind::Member => Ok(actor::find_local(tx, handle)?.filter(|found| found.kind == kind)),
    }
}

/// An ActivityPub document.
pub(super) fn answer(document: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/activity+json")
        .insert_header((header::VARY, "Accept"))
        .insert_header((header::CACHE_CONTROL, "max-age=60"))
        .body(document.to_string())
}

/// What stands at the address of a share.
enum AtShare {
    Document(Value),
    Tombstone(Value),
    Elsewhere(String),
    Nothing,
}

impl AtShare {
    fn answer(self) -> Result<HttpResponse, Error> {
        match self {
            Self::Document(document) => Ok(answer(&document)),
            Self::Tombstone(stone) => Ok(super::error::gone(&stone)),
            Self::Elsewhere(uri) => Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, uri)).finish()),
            Self::Nothing => Err(Refused::unknown("share-unknown").into()),
        }
    }
}

fn find_share(tx: &mut Tx<'_>, links: &Links, id: &PublicId) -> Result<AtShare, Failed> {
    let uri = links.share(id);
    match shares::find_by_public_id(tx, id)? {
        Some(share) if !share.local => Ok(AtShare::Elsewhere(share.uri.to_string())),
        Some(share) => Ok(find_spoken(tx, share.id)?.map_or(AtShare::Nothing, |spoken| {
            let mut object = spoken.to_object(links);
            object["@context"] = actors::context(links);
            AtShare::Document(object)
        })),
        None => {
            Ok(tombstone::find(tx, uri.as_str())?.map_or(AtShare::Nothing, |stone| AtShare::Tombstone(bury(uri.as_str(), stone))))
        }
    }
}

fn bury(uri: &str, (former_type, deleted): (String, Moment)) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": uri,
        "type": "Tombstone",
        "formerType": former_type,
        "deleted": to_wire(deleted),
    })
}

async fn instance(state: Data<State>) -> Result<HttpResponse, Error> {
    actor(&state, ActorKind::Instance, "").await
}

/// An activity about a share, at its id: the Create as the share is now, others as they were sent.
async fn share_activity(path: Path<(String, String)>, request: HttpRequest, state: Data<State>) -> Result<HttpResponse, Error> {
    let (id, name) = path.into_inner();
    let id = PublicId::parse(&id).ok_or_else(Error::unknown_page)?;
    if name != "create" {
        return stored_activity(request, state).await;
    }
    let links = state.federation.links.clone();
    let found = state
        .federation
        .store
        .read(move |tx| {
            let share = shares::find_by_public_id(tx, &id)?.filter(|share| share.local);
            let spoken = match share {
                Some(share) => find_spoken(tx, share.id)?,
                None => return find_share(tx, &links, &id),
            };
            let create = spoken.map(|spoken| {
                let mut create = spoken.create(&links).to_value();
                create["@context"] = actors::context(&links);
                AtShare::Document(create)
            });
            Ok::<_, Failed>(create.unwrap_or(AtShare::Nothing))
        })
        .await?;
    found.answer()
}

async fn stored_activity(request: HttpRequest, state: Data<State>) -> Result<HttpResponse, Error> {
    let uri = state.federation.links.at(request.path()).to_string();
    let body = state.federation.store.read(move |tx| activity::find_public(tx, &uri)).await?;
    let document = body.and_then(|body| serde_json::from_str(&body).ok());
    document.as_ref().map(answer).ok_or_else(Error::unknown_page)
}

/// 202 means committed.
async fn inbox(
    request: HttpRequest,
    body: Payload,
    state: Data<State>,
    admission: Data<Admission>,
) -> Result<HttpResponse, Error> {
    let turn_away = |error| turn_away(&request, error);
    let place = admission.admit(&request).map_err(turn_away)?;
    require_target(&request, &state).await.map_err(turn_away)?;
    let body = place.read(body).await.map_err(turn_away)?;
    let received = state.federation.receive_from(as_signed(&request, body, &state), &remote_address(&request)).await;
    match received {
        Ok(()) => Ok(HttpResponse::Accepted().finish()),
        Err(rejection) => Err(reject(&request, &rejection)),
    }
}

/// A personal inbox belongs to somebody.
async fn require_target(request: &HttpRequest, state: &State) -> Result<(), Error> {
    let owner = state.federation.links.at(request.path().trim_end_matches("/inbox"));
    let Some(Place::Lab(handle) | Place::Member(handle)) = state.federation.links.read(&owner) else { return Ok(()) };
    let known = state.federation.store.read(move |tx| actor::find_local(tx, &handle)).await.map_err(|failed| {
        tracing::error!(error = %failed, "it could not be seen whose inbox this is");
        Error::rejected(503, "try-again").retry_after(60)
    })?;
    if known.is_some_and(|actor| actor.uri == owner) { Ok(()) } else { Err(Error::rejected(404, "no-such-actor")) }
}

fn as_signed(request: &HttpRequest, body: Vec<u8>, state: &State) -> SignedRequest {
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    SignedRequest {
        method: request.method().as_str().to_owned(),
        scheme: state.settings.url.scheme().to_owned(),
        target: request.uri().path_and_query().map_or_else(|| request.path().to_owned(), ToString::to_string),
        headers: request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body,
    }
}

/// What is refused before it is read leaves the same line in the log.
fn turn_away(request: &HttpRequest, error: Error) -> Error {
    tracing::info!(inbox = request.path(), peer = remote_address(request), reason = %error, "an activity was not taken");
    error
}

/// One log line with the reason's code, and the same code to the sender.
fn reject(request: &HttpRequest, rejection: &Rejection) -> Error {
    tracing::info!(inbox = request.path(), peer = remote_address(request), reason = %rejection, "an activity was not taken");
    match rejection {
        Rejection::Malformed(code) => Error::rejected(400, code),
        Rejection::Unproven(code) => Error::rejected(401, code),
        Rejection::NotEntitled(code) => Error::rejected(403, code),
        Rejection::NoTarget(code) => Error::rejected(404, code),
        Rejection::Unsupported(code) => Error::rejected(415, code),
        Rejection::TooMuch(code) => Error::rejected(429, code).retry_after(60),
        Rejection::TryAgain(code) => Error::rejected(503, code).retry_after(if *code == "busy" { 10 } else { 300 }),
        Rejection::Failed(failed) => {
            tracing::error!(error = %failed, "an activity could not be taken");
            Error::rejected(503, "try-again").retry_after(60)
        }
    }
}
