//! How much the inboxes take in at once: so many requests, so many bytes. Who comes when it is full is told to come again
//! before a byte of the body is read; it never waits, and never reads further than the limit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{
    HttpRequest,
    http::header,
    web::{BytesMut, Payload},
};
use futures_util::StreamExt;

use super::error::Error;

/// Most bytes of an activity.
pub const BODY: usize = 1_000_000;

/// Most requests that are under way at once.
const REQUESTS: usize = 128;

/// Most bytes that they may hold together.
const BYTES: usize = 32_000_000;

/// How long a sender may take over its body.
const PATIENCE: Duration = Duration::from_secs(10);

/// Counts what is under way in all inboxes.
#[derive(Debug, Clone, Default)]
pub struct Admission {
    requests: Arc<AtomicUsize>,
    bytes: Arc<AtomicUsize>,
}

/// A place for one request and its body, free again when dropped.
#[derive(Debug)]
pub struct Place {
    admission: Admission,
    bytes: usize,
}

impl Admission {
    /// A place for this request, by what it says of its body.
    ///
    /// # Errors
    /// 413 where it is too large, 415 where it is compressed, 503 where there is no room now.
    pub fn admit(&self, request: &HttpRequest) -> Result<Place, Error> {
        let plain = |value: &header::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
        if !request.headers().get_all(header::CONTENT_ENCODING).all(plain) {
            return Err(Error::rejected(415, "content-encoding"));
        }
        let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let bytes = declared.map_or(Some(BODY), |length| length.parse().ok()).ok_or(Error::rejected(400, "content-length"))?;
        if bytes > BODY {
            return Err(Error::rejected(413, "too-large"));
        }
        // Counted first and given back with the place, so that two who come at once cannot both take the last.
        let place = Place { admission: self.clone(), bytes };
        let requests = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let held = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if requests > REQUESTS || held > BYTES { Err(Error::rejected(503, "busy").retry_after(10)) } else { Ok(place) }
    }
}

impl Place {
    /// Reads the body, as far as was agreed.
    ///
    /// # Errors
    /// 413 where it is larger, 408 where it does not come.
    pub async fn read(&self, body: Payload) -> Result<Vec<u8>, Error> {
        let read = tokio::time::timeout(PATIENCE, self.read_all(body)).await;
        read.unwrap_or_else(|_| Err(Error::rejected(408, "too-slow")))
    }

    async fn read_all(&self, mut body: Payload) -> Result<Vec<u8>, Error> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_| Error::rejected(400, "body"))?;
            if bytes.len() + chunk.len() > self.bytes {
                return Err(Error::rejected(413, "too-large"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.to_vec())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.admission.requests.fetch_sub(1, Ordering::Relaxed);
        self.admission.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn status(admission: &Admission, length: usize) -> Option<String> {
        let request = TestRequest::post().insert_header((header::CONTENT_LENGTH, length)).to_http_request();
        admission.admit(&request).err().map(|error| error.to_string())
    }

    #[test]
    fn who_comes_when_it_is_full_comes_again() {
        let admission = Admission::default();
        let small = || TestRequest::post().insert_header((header::CONTENT_LENGTH, 10)).to_http_request();
        let mut places: Vec<Place> = (0..REQUESTS).map(|_| admission.admit(&small()).unwrap()).collect();
        assert_eq!(status(&admission, 10).as_deref(), Some("busy"));
        places.pop();
        assert_eq!(status(&admission, 10), None);
        places.clear();
        assert_eq!((admission.requests.load(Ordering::Relaxed), admission.bytes.load(Ordering::Relaxed)), (0, 0));
    }

    #[test]
    fn bodies_together_stay_within_the_limit() {
        let admission = Admission::default();
        let unknown = || TestRequest::post().to_http_request();
        let places: Vec<Place> = (0..BYTES / BODY).map(|_| admission.admit(&unknown()).unwrap()).collect();
        assert_eq!(status(&admission, 1).as_deref(), Some("busy"), "a body of unknown length counts whole");
        drop(places);
        assert_eq!(status(&admission, BODY), None);
        assert_eq!(status(&admission, BODY + 1).as_deref(), Some("too-large"));
    }
}
