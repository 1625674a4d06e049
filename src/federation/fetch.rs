//! Reads things at their origin: signed GETs by the instance actor, strict about media types, ids and redirects.

use chrono::TimeDelta;
use reqwest::{
    Response, StatusCode,
    header::{self, HeaderMap, HeaderValue},
};
use serde_json::Value;
use url::Url;

use super::{
    Federation, actor,
    client::{self, Barred},
    delivery::retry_after,
    signature, webfinger, wire,
};
use crate::{
    domain::{
        actor::Actor,
        moment::Moment,
        peer::{Address, canonical_host, same_origin},
        reading::Validators,
        refusal::Refused,
    },
    storage::{self, Failed},
    usecases,
};

/// What we accept, and Lemmy's exact spelling of it.
pub(super) const ACTIVITY_JSON: &str = "application/activity+json";
const ACCEPT: &str = "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// Most redirects that are followed.
const REDIRECTS: usize = 3;

/// How old our copy of an actor may be before it is read again.
const FRESH_FOR: TimeDelta = TimeDelta::hours(24);

/// Why something could not be read at its origin.
#[derive(Debug, thiserror::Error)]
pub enum Unfetched {
    /// There is nothing (404).
    #[error("{0} is not there")]
    Absent(Url),
    /// It is gone for good (410).
    #[error("{0} is gone")]
    Gone(Url),
    /// Its host answers something else than 200; perhaps it says when to ask again.
    #[error("{0} answered {1}")]
    Denied(Url, StatusCode, Option<TimeDelta>),
    /// Its origin cannot be reached now.
    #[error(transparent)]
    Barred(#[from] Barred),
    /// What was answered cannot be used.
    #[error("{0} {1}")]
    Unusable(Url, &'static str),
    /// Ours.
    #[error(transparent)]
    Failed(#[from] Failed),
}

/// What a host answers when asked for what we may have read before.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fetched {
    /// The object, and by what it is recognised next time.
    New(Value, Validators),
    /// It is as it was.
    Unchanged,
}

/// A document with where it was found in the end.
type Found = (Value, Url, Validators);

impl Federation {
    /// Reads an object at its id; what is returned has that id, and was served by its host.
    ///
    /// # Errors
    /// [`Unfetched`].
    pub async fn fetch(&self, url: &Url) -> Result<Value, Unfetched> {
        match self.fetch_if_changed(url, &Validators::default()).await? {
            Fetched::New(found, _) => Ok(found),
            Fetched::Unchanged => Err(Unfetched::Unusable(url.clone(), "is as it was, and was never read")),
        }
    }

    /// The same, unless its host recognises what we read before.
    ///
    /// # Errors
    /// [`Unfetched`].
    pub(super) async fn fetch_if_changed(&self, url: &Url, known: &Validators) -> Result<Fetched, Unfetched> {
        let late = |_| Barred::Unreachable(canonical_host(url), "it took too long".to_owned());
        tokio::time::timeout(client::DEADLINE, self.fetch_confirmed(url, known)).await.map_err(late)?
    }

    /// All of its hops together have one deadline.
    async fn fetch_confirmed(&self, url: &Url, known: &Validators) -> Result<Fetched, Unfetched> {
        let Some((found, at, validators)) = self.fetch_once(url, known).await? else { return Ok(Fetched::Unchanged) };
        let id = wire::id(&found).and_then(wire::parse_url).ok_or_else(|| Unfetched::Unusable(url.clone(), "has no id"))?;
        if id == at {
            return Ok(Fetched::New(found, validators));
        }
        // A page's URL may answer with the object; the object itself is read where it says it lives, once.
        if !same_origin(&id, &at) {
            return Err(Unfetched::Unusable(url.clone(), "claims to live elsewhere"));
        }
        let again = self.fetch_once(&id, &Validators::default()).await?;
        let same =
            |(again, at, _): &Found| wire::id(again).and_then(wire::parse_url).is_some_and(|again| again == id && again == *at);
        let confirmed = again.filter(same).map(|(again, ..)| Fetched::New(again, Validators::default()));
        confirmed.ok_or_else(|| Unfetched::Unusable(url.clone(), "contradicts itself about its id"))
    }

    /// The actor with this id: ours from the database; another's from there while it is fresh, else from its origin.
    ///
    /// # Errors
    /// [`Unfetched`].
    pub async fn find_actor(&self, uri: &Url) -> Result<Actor, Unfetched> {
        self.require_unblocked(uri).await?;
        let id = uri.to_string();
        let known = self.store.read(move |tx| storage::actor::find_by_uri(tx, &id)).await?;
        let now = self.clock.now();
        match known {
            Some(actor) if actor.local => Ok(actor),
            None if self.links.owns(uri) => Err(Unfetched::Absent(uri.clone())),
            Some(actor) if now - actor.fetched_at < FRESH_FOR => Ok(actor),
            Some(stale) => Ok(self.fetch_actor(uri).await.unwrap_or(stale)),
            None => self.fetch_actor(uri).await,
        }
    }

    /// Reads an actor at its origin and keeps what it says.
    ///
    /// # Errors
    /// [`Unfetched`].
    pub async fn fetch_actor(&self, uri: &Url) -> Result<Actor, Unfetched> {
        self.fetch_signer(uri, "").await
    }

    /// The same, with the key that is said to have signed, where the actor lists several.
    pub(super) async fn fetch_signer(&self, uri: &Url, key_id: &str) -> Result<Actor, Unfetched> {
        let document = self.fetch(uri).await?;
        let actor = self.read_actor(&document).ok_or_else(|| Unfetched::Unusable(uri.clone(), "is no actor we understand"))?;
        let actor = actor::with_key(actor, &document, key_id);
        self.learn(actor, &document).await
    }

    /// The actor at an address that a person typed.
    ///
    /// # Errors
    /// `Refused` with what to mend where nobody is found there.
    pub async fn resolve(&self, address: &Address) -> Result<Actor, usecases::Error> {
        let uri = match address {
            Address::Url(url) => url.clone(),
            Address::Account(account) if account.host == self.links.host() => {
                let handle = account.handle.clone();
                let found = self.store.read(move |tx| storage::actor::find_local(tx, &handle)).await?;
                return found.ok_or_else(|| Refused::unknown("address-unknown").with("address", account).into());
            }
            Address::Account(account) => webfinger::look_up(self, account).await?,
        };
        let told = match address {
            Address::Account(account) => account.to_string(),
            Address::Url(url) => url.to_string(),
        };
        self.require_open(&uri).await?;
        match self.find_actor(&uri).await {
            Ok(actor) => {
                if let Address::Account(account) = address {
                    webfinger::require_agreement(self, account, &actor).await?;
                }
                Ok(actor)
            }
            Err(Unfetched::Failed(failed)) => Err(failed.into()),
            Err(Unfetched::Absent(_) | Unfetched::Gone(_)) => {
                Err(Refused::unknown("address-unknown").with("address", told).into())
            }
            Err(error) => Err(unresolved(&told, &error)),
        }
    }

    /// What our own address answers from outside: the status and the start of the text.
    ///
    /// # Errors
    /// `Failed` where it does not answer.
    pub async fn fetch_own(&self, path: &str) -> Result<(u16, String), Failed> {
        let url = self.links.home().join(path).map_err(Failed::because("build an address"))?;
        let told = Failed::because::<Barred>;
        let request = self.client.get(&url).map_err(told("reach our own address"))?.header(header::ACCEPT, ACCEPT);
        let response = client::send(request, &url).await.map_err(told("reach our own address"))?;
        let status = response.status().as_u16();
        let body = client::read(response, &url).await.map_err(told("read our own answer"))?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    pub(super) fn read_actor(&self, document: &Value) -> Option<Actor> {
        actor::read(document, self.clock.now()).filter(|actor| !self.links.owns(&actor.uri))
    }

    /// `None` where it is as we know it. It is recognised at its own address alone, not where that leads to.
    async fn fetch_once(&self, url: &Url, known: &Validators) -> Result<Option<Found>, Unfetched> {
        let mut at = url.clone();
        for _ in 0..=REDIRECTS {
            if self.links.owns(&at) {
                return Err(Unfetched::Unusable(at, "is ours and not read over the network"));
            }
            self.require_unblocked(&at).await?;
            let own = at == *url;
            let conditions = if own { conditions(known) } else { HeaderMap::new() };
            let asked_before = !conditions.is_empty();
            let response = self.get_signed(&at, conditions).await?;
            match response.status() {
                StatusCode::OK => {
                    let validators = if own { validators(&response) } else { Validators::default() };
                    return Ok(Some((read_document(response, &at).await?, at, validators)));
                }
                StatusCode::NOT_MODIFIED if asked_before => return Ok(None),
                StatusCode::NOT_FOUND => return Err(Unfetched::Absent(url.clone())),
                StatusCode::GONE => return Err(Unfetched::Gone(url.clone())),
                status if status.is_redirection() && status != StatusCode::NOT_MODIFIED => at = redirected(&response, &at)?,
                status => return Err(Unfetched::Denied(at, status, retry_after(&response, self.clock.now()))),
            }
        }
        Err(Unfetched::Unusable(url.clone(), "redirects too often"))
    }

    /// Each hop is signed anew, for the host it goes to.
    async fn get_signed(&self, url: &Url, conditions: HeaderMap) -> Result<Response, Unfetched> {
        let instance = &self.founded.instance;
        let key = self.keys.find(&self.store, instance.id, &instance.public_key).await?;
        let (host, date) = (canonical_host(url), http_date(self.clock.now()));
        let target = format!("get {}", target(url));
        let lines = [("(request-target)", target.as_str()), ("host", host.as_str()), ("date", date.as_str())];
        let signature = signature::sign(&key, &instance.key_uri, &lines)?;
        let request = self
            .client
            .get(url)?
            .headers(conditions)
            .header(header::ACCEPT, ACCEPT)
            .header(header::DATE, &date)
            .header(header::HOST, &host)
            .header("Signature", signature);
        Ok(client::send(request, url).await?)
    }
}

/// Path and query, as on the request line.
pub(super) fn target(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

/// HTTP's date.
pub(super) fn http_date(now: Moment) -> String {
    httpdate::fmt_http_date(now.into())
}

/// Most bytes of what a host recognises a document by.
const VALIDATOR: usize = 200;

fn conditions(known: &Validators) -> HeaderMap {
    let given = [(header::IF_NONE_MATCH, &known.etag), (header::IF_MODIFIED_SINCE, &known.last_modified)];
    given.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(value.as_deref()?).ok()?))).collect()
}

fn validators(response: &Response) -> Validators {
    let told = |name| {
        let value = response.headers().get(name)?.to_str().ok()?;
        (!value.is_empty() && value.len() <= VALIDATOR).then(|| value.to_owned())
    };
    Validators { etag: told(header::ETAG), last_modified: told(header::LAST_MODIFIED) }
}

async fn read_document(response: Response, at: &Url) -> Result<Value, Unfetched> {
    let mut media_types = response.headers().get_all(header::CONTENT_TYPE).iter().filter_map(|value| value.to_str().ok());
    if !media_types.next().is_some_and(is_activity_json) || media_types.next().is_some() {
        return Err(Unfetched::Unusable(at.clone(), "is no ActivityPub document"));
    }
    let body = client::read(response, at).await?;
    serde_json::from_slice(&body).map_err(|_| Unfetched::Unusable(at.clone(), "is no JSON"))
}

/// `application/activity+json`, or `application/ld+json` with the profile of ActivityStreams.
#[must_use]
pub fn is_activity_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
        ACTIVITY_JSON => true,
        "application/ld+json" => {
            let profile = |part: &str| part.strip_prefix("profile=").map(|value| value.trim_matches('"').to_owned());
            parts.filter_map(profile).any(|value| value.split(' ').any(|one| one == "https://www.w3.org/ns/activitystreams"))
        }
        _ => false,
    }
}

fn redirected(response: &Response, from: &Url) -> Result<Url, Unfetched> {
    let unusable = |reason| Unfetched::Unusable(from.clone(), reason);
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let to = location.and_then(|location| from.join(location).ok()).ok_or_else(|| unusable("redirects nowhere"))?;
    match to.scheme() == from.scheme() {
        true if to == *from => Err(unusable("redirects to itself")),
        true => Ok(to),
        false => Err(unusable("redirects to another scheme")),
    }
}

fn unresolved(told: &str, error: &Unfetched) -> usecases::Error {
    tracing::info!(address = told, %error, "an address could not be resolved");
    let key = match error {
        Unfetched::Denied(..) | Unfetched::Barred(Barred::Unreachable(..) | Barred::Closed(..)) => "address-unreachable",
        _ => "address-unusable",
    };
    Refused::invalid(key).with("address", told).into()
}

#[cfg(test)]
mod tests {
    use super::is_activity_json;

    #[test]
    fn media_types_are_parsed_with_their_parameters() {
        for good in [
            "application/activity+json",
            "Application/Activity+JSON;charset=utf-8",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"; charset=utf-8",
        ] {
            assert!(is_activity_json(good), "{good}");
        }
        for bad in ["text/html", "application/json", "application/ld+json", "image/svg+xml", "", "application/activity+jsonx"] {
            assert!(!is_activity_json(bad), "{bad}");
        }
    }
}
