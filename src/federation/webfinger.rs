//! WebFinger, both ways: who an address is here, and who one is elsewhere; the follow screen of a visitor's own server.

use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use super::{
    Federation, client,
    fetch::{Unfetched, is_activity_json},
    wire,
};
use crate::{
    domain::{
        actor::{Actor, ActorKind},
        links::{Links, Place},
        peer::Account,
        refusal::Refused,
    },
    storage::{Failed, Tx, actor},
    usecases,
};

/// What a visitor's server offers to follow from, best first (FEP-3b86, then what all know).
const FOLLOW_RELATIONS: [(&str, &str); 3] = [
    ("https://w3id.org/fep/3b86/Follow", "{object}"),
    ("https://w3id.org/fep/3b86/Object", "{object}"),
    ("http://ostatus.org/schema/1.0/subscribe", "{uri}"),
];

/// Finds the actor of ours that a resource names: `acct:handle@host`, its URL, or the origin (FEP-d556).
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_local(tx: &mut Tx<'_>, links: &Links, resource: &str) -> Result<Option<Actor>, Failed> {
    let url = Url::parse(resource).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    match url {
        Some(url) if url == *links.home() => actor::find_local_of_kind(tx, ActorKind::Instance),
        Some(url) => match links.read(&url) {
            Some(Place::Instance) => actor::find_local_of_kind(tx, ActorKind::Instance),
            Some(Place::Organisation) => actor::find_local_of_kind(tx, ActorKind::Organisation),
            Some(Place::Lab(handle) | Place::Member(handle)) => {
                Ok(actor::find_local(tx, &handle)?.filter(|actor| actor.uri == url))
            }
            Some(Place::Share(_)) | None => Ok(None),
        },
        None => match Account::parse(resource) {
            Ok(account) if account.host == links.host() => actor::find_local(tx, &account.handle.to_ascii_lowercase()),
            _ => Ok(None),
        },
    }
}

/// The descriptor of an actor of ours.
#[must_use]
pub fn describe(actor: &Actor, links: &Links) -> Value {
    let screen = |variable: &str| format!("{}?uri={variable}", links.at("/authorize_interaction"));
    json!({
        "subject": format!("acct:{}", actor.address()),
        "aliases": [actor.uri.as_str()],
        "links": [
            {"rel": "self", "type": "application/activity+json", "href": actor.uri.as_str(),
             "properties": {"https://www.w3.org/ns/activitystreams#type": actor.kind.activity_type()}},
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": actor.page.as_str()},
            {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": screen("{uri}")},
            {"rel": "https://w3id.org/fep/3b86/Object", "template": screen("{object}")},
        ],
    })
}

/// What a server says of an account (RFC 7033): nothing of it is more than what is written there.
#[derive(Debug, Clone)]
pub struct Descriptor(Value);

impl Descriptor {
    /// Reads an answer; `None` where it is no JSON.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().map(Self)
    }

    /// The id of the actor: the first of its links to itself that leads to `ActivityPub`.
    #[must_use]
    pub fn actor(&self) -> Option<Url> {
        let is_activity = |link: &&Value| link.get("type").and_then(Value::as_str).is_some_and(is_activity_json);
        self.links("self").find(is_activity)?.get("href").and_then(Value::as_str).and_then(wire::parse_url)
    }

    /// The page where its server offers to follow `object`.
    #[must_use]
    pub fn follow_screen(&self, object: &Url) -> Option<Url> {
        let encoded: String = url::form_urlencoded::byte_serialize(object.as_str().as_bytes()).collect();
        FOLLOW_RELATIONS.iter().find_map(|(relation, variable)| {
            let template = self.links(relation).next()?.get("template")?.as_str()?;
            wire::parse_url(&template.replace(variable, &encoded))
        })
    }

    /// The account that its server calls it by.
    #[must_use]
    pub fn subject(&self) -> Option<Account> {
        Account::parse(wire::text(&self.0, "subject")?).ok()
    }

    fn links<'a>(&'a self, relation: &'a str) -> impl Iterator<Item = &'a Value> {
        wire::many(&self.0, "links").filter(move |link| link.get("rel").and_then(Value::as_str) == Some(relation))
    }
}

/// The id of the actor at an account elsewhere.
///
/// # Errors
/// `Refused` where its host knows nobody by that name, or does not answer.
pub async fn look_up(federation: &Federation, account: &Account) -> Result<Url, usecases::Error> {
    let found = ask(federation, account).await?.actor();
    Ok(found.ok_or_else(|| Refused::invalid("address-unusable").with("address", account))?)
}

/// `Ok` where an actor is the one at an account by its own word as well: its host is the account's, or says that it is.
///
/// # Errors
/// `Refused` where only the account's host says so.
pub async fn require_agreement(federation: &Federation, account: &Account, actor: &Actor) -> Result<(), usecases::Error> {
    if actor.host == account.host {
        return Ok(());
    }
    let own = Account { handle: actor.handle.clone(), host: actor.host.clone() };
    let told = ask(federation, &own).await?;
    let same = |subject: Account| subject.host == account.host && subject.handle.eq_ignore_ascii_case(&account.handle);
    let agrees = told.subject().is_some_and(same) && told.actor().is_some_and(|uri| uri == actor.uri);
    if agrees { Ok(()) } else { Err(Refused::invalid("address-unusable").with("address", account).into()) }
}

impl Federation {
    /// The page on a visitor's own server where `object` can be followed; `None` where that server offers none.
    ///
    /// # Errors
    /// `Refused` where the server knows nobody by that name, or does not answer.
    pub async fn find_follow_screen(&self, account: &Account, object: &Url) -> Result<Option<Url>, usecases::Error> {
        if account.host == self.links.host() {
            let encoded: String = url::form_urlencoded::byte_serialize(object.as_str().as_bytes()).collect();
            return Ok(wire::parse_url(&format!("{}?uri={encoded}", self.links.at("/authorize_interaction"))));
        }
        let offered = ask(self, account).await?.follow_screen(object);
        Ok(offered.filter(|screen| screen.scheme() == self.links.home().scheme() || screen.scheme() == "https"))
    }
}

async fn ask(federation: &Federation, account: &Account) -> Result<Descriptor, usecases::Error> {
    let refused = |key| Refused::invalid(key).with("address", account);
    let mut last = refused("address-unreachable");
    for scheme in schemes(federation) {
        let url = Url::parse(&format!("{scheme}://{}/.well-known/webfinger", account.host));
        let mut url = url.map_err(|_| refused("address"))?;
        federation.require_open(&url).await?;
        url.query_pairs_mut().append_pair("resource", &format!("acct:{account}"));
        match get(federation, &url).await {
            Ok((StatusCode::OK, body)) => {
                return Descriptor::read(&body).ok_or_else(|| refused("address-unusable").into());
            }
            Ok((StatusCode::NOT_FOUND | StatusCode::GONE, _)) => {
                return Err(Refused::unknown("address-unknown").with("address", account).into());
            }
            Ok(_) => last = refused("address-unusable"),
            Err(error) => tracing::info!(%account, %error, "a WebFinger question got no answer"),
        }
    }
    Err(last.into())
}

/// https alone; in development also http, for servers that have no certificate, our own scheme first.
pub(super) fn schemes(federation: &Federation) -> &'static [&'static str] {
    match (federation.client.is_for_development(), federation.links.home().scheme()) {
        (false, _) => &["https"],
        (true, "https") => &["https", "http"],
        (true, _) => &["http", "https"],
    }
}

/// What a host answers to a question that needs no signature: up to three redirects, each through the guard.
pub(super) async fn get(federation: &Federation, url: &Url) -> Result<(StatusCode, Vec<u8>), Unfetched> {
    let mut at = url.clone();
    for _ in 0..=3 {
        if federation.links.owns(&at) {
            return Err(Unfetched::Unusable(at, "is ours and not read over the network"));
        }
        federation.require_unblocked(&at).await?;
        let request = federation.client.get(&at)?.header(header::ACCEPT, "application/jrd+json, application/json");
        let response = client::send(request, &at).await?;
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let next = location.and_then(|location| at.join(location).ok()).filter(|next| next.scheme() == at.scheme());
        match next {
            Some(next) if response.status().is_redirection() => at = next,
            _ => return Ok((response.status(), client::read(response, &at).await?)),
        }
    }
    Err(Unfetched::Unusable(url.clone(), "redirects too often"))
}
