//! Sends one activity to one inbox: signed at send time, told apart by what the peer says.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use reqwest::{Response, StatusCode, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::{
    Federation,
    client::{self, Barred},
    fetch::{ACTIVITY_JSON, http_date, target},
    signature,
};
use crate::{
    domain::{delivery::Attempt, moment::Moment, peer::canonical_host},
    storage::{Failed, delivery::Leased},
};

impl Federation {
    /// Tries one delivery. Where a gate is given, it is passed before signing and left after it: signing is what costs, and
    /// who catches up on much leaves room for who has one thing to say.
    pub async fn deliver(&self, leased: &Leased, gate: Option<&Gate>) -> Attempt {
        let failed = |error: String| Attempt::Failed { error, retry_after: None };
        let Ok(inbox) = Url::parse(&leased.inbox) else { return Attempt::Refused("the inbox is no URL".into()) };
        match self.post_signed(leased, &inbox, gate).await {
            Ok(response) => judge(&response, self.clock.now()),
            Err(Undelivered::Barred(Barred::Address(_, reason))) => {
                Attempt::Refused(format!("the inbox may not be opened: {reason}"))
            }
            Err(Undelivered::Barred(barred)) => failed(barred.to_string()),
            Err(Undelivered::Failed(error)) => failed(error.to_string()),
        }
    }

    async fn post_signed(&self, leased: &Leased, inbox: &Url, gate: Option<&Gate>) -> Result<Response, Undelivered> {
        let said = &leased.said;
        let key = self.keys.find(&self.store, said.actor, &said.public_key).await?;
        let passed = match gate {
            Some(gate) => gate.pass().await,
            None => None,
        };
        let (host, date) = (canonical_host(inbox), http_date(self.clock.now()));
        let digest = said.digest.get_or_init(|| signature::digest(said.body.as_bytes()));
        let target = format!("post {}", target(inbox));
        let lines = [
            ("(request-target)", target.as_str()),
            ("host", host.as_str()),
            ("date", date.as_str()),
            ("digest", digest.as_str()),
        ];
        let signature = signature::sign(&key, &said.key_uri, &lines)?;
        if let (Some(gate), Some(passed)) = (gate, passed) {
            gate.leave(passed);
        }
        let request = self
            .client
            .post(inbox)?
            .header(header::CONTENT_TYPE, ACTIVITY_JSON)
            .header(header::HOST, &host)
            .header(header::DATE, &date)
            .header("Digest", digest)
            .header("Signature", signature)
            .body(said.body.clone());
        Ok(client::send(request, inbox).await?)
    }
}

/// Where those who catch up on much take turns to sign. While others have something new to say they do so with pauses.
#[derive(Debug, Clone)]
pub struct Gate {
    turns: Arc<Semaphore>,
    opened: Instant,
    /// When something new was last said, in milliseconds since this opened; 0 where nothing was.
    last_news: Arc<AtomicU64>,
}

/// How long something new is remembered.
const RECENT: Duration = Duration::from_secs(2);

/// How long the turn of one who catches up lasts beyond its signature, while others have something new to say.
const PAUSE: Duration = Duration::from_millis(2);

impl Gate {
    /// A gate for so many at once.
    #[must_use]
    pub fn new(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)), opened: Instant::now(), last_news: Arc::default() }
    }

    /// Something new is being said, past the gate.
    pub fn note_news(&self) {
        self.last_news.store(self.age().max(1), Ordering::Relaxed);
    }

    async fn pass(&self) -> Option<OwnedSemaphorePermit> {
        self.turns.clone().acquire_owned().await.ok()
    }

    fn leave(&self, passed: OwnedSemaphorePermit) {
        let news = self.last_news.load(Ordering::Relaxed);
        let is_recent = news > 0 && self.age().saturating_sub(news) < u64::try_from(RECENT.as_millis()).unwrap_or(u64::MAX);
        if is_recent {
            tokio::spawn(async move {
                tokio::time::sleep(PAUSE).await;
                drop(passed);
            });
        }
    }

    fn age(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

enum Undelivered {
    Barred(Barred),
    Failed(Failed),
}

impl From<Barred> for Undelivered {
    fn from(barred: Barred) -> Self {
        Self::Barred(barred)
    }
}

impl From<Failed> for Undelivered {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

/// What an answer means: any 2xx is delivered, 410 is gone, most 4xx are final, the rest may pass.
fn judge(response: &Response, now: Moment) -> Attempt {
    let status = response.status();
    let error = format!("the peer answered {status}");
    match status {
        status if status.is_success() => Attempt::Delivered,
        StatusCode::GONE => Attempt::Gone,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Attempt::Denied { error, missing: false },
        StatusCode::NOT_FOUND => Attempt::Denied { error, missing: true },
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            Attempt::Failed { error, retry_after: retry_after(response, now) }
        }
        status if status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED => Attempt::Refused(error),
        _ => Attempt::Failed { error, retry_after: retry_after(response, now) },
    }
}

/// `Retry-After`, in seconds or as a date.
pub(super) fn retry_after(response: &Response, now: Moment) -> Option<TimeDelta> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = value.parse::<i64>().ok().and_then(TimeDelta::try_seconds);
    seconds.or_else(|| Some(Moment::from(httpdate::parse_http_date(value).ok()?) - now))
}
