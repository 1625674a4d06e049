//! Sends one activity to one inbox: signed at send time, told apart by what the peer says.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reqwest::{Response, StatusCode, header};
use tokio::sync::Semaphore;
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

/// How long after the last moment to send an answer is waited for; longer than the client waits for one.
const ANSWERED: Duration = Duration::from_secs(15);

impl Federation {
    /// Tries one delivery. Where a gate is given, it is passed before signing and left after it: signing is what costs, and
    /// who catches up on much leaves room for who has one thing to say. What is not sent by `until` is not sent any more: soon
    /// it is somebody else's to tell.
    pub async fn deliver(&self, leased: &Leased, gate: Option<&Semaphore>, until: Instant) -> Attempt {
        let failed = |error: String| Attempt::Failed { error, retry_after: None };
        let Ok(inbox) = Url::parse(&leased.inbox) else { return Attempt::Refused("the inbox is no URL".into()) };
        match self.post_signed(leased, &inbox, gate, until).await {
            Ok(response) => judge(&response, self.clock.now()),
            Err(Undelivered::Barred(Barred::Address(_, reason))) => {
                Attempt::Refused(format!("the inbox may not be opened: {reason}"))
            }
            Err(Undelivered::Barred(barred)) => failed(barred.to_string()),
            Err(Undelivered::Failed(error)) => failed(error.to_string()),
        }
    }

    async fn post_signed(
        &self,
        leased: &Leased,
        inbox: &Url,
        gate: Option<&Semaphore>,
        until: Instant,
    ) -> Result<Response, Undelivered> {
        let said = &leased.said;
        let key = self.keys.find(&self.store, said.actor, &said.public_key).await?;
        let passed = match gate {
            Some(gate) => gate.acquire().await.ok(),
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
        drop(passed);
        if Instant::now() > until {
            return Err(late());
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
        tokio::select! {
            // First, so that who stood still for a minute does not go on as if nothing had happened.
            biased;
            () = tokio::time::sleep_until((until + ANSWERED).into()) => Err(late()),
            response = client::send(request, inbox) => Ok(response?),
        }
    }
}

fn late() -> Undelivered {
    Undelivered::Failed(Failed::new("deliver", "it was not sent in time"))
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
