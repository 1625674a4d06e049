//! Whether a request wants the page or the ActivityPub document of the same address.

use actix_web::{HttpRequest, http::header};

/// Whether `Accept` prefers JSON of ActivityPub over HTML; nothing said, or anything goes, means the page.
#[must_use]
pub fn wants_activity(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(prefers_activity)
}

fn prefers_activity(accept: &str) -> bool {
    let (mut activity, mut page) = (0.0_f32, 0.0_f32);
    for range in accept.split(',').take(30) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |value| value.parse().unwrap_or(0.0));
        match name.as_str() {
            "application/activity+json" | "application/ld+json" | "application/json" => activity = activity.max(quality),
            "text/html" | "application/xhtml+xml" => page = page.max(quality),
            _ => {}
        }
    }
    activity > page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_get_the_document_and_browsers_the_page() {
        for accept in [
            "application/activity+json",
            "application/activity+json, application/ld+json",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "text/html;q=0.1, application/activity+json",
            "application/json",
        ] {
            assert!(prefers_activity(accept), "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "text/html, application/activity+json",
            "image/png",
            "application/json;q=0",
        ] {
            assert!(!prefers_activity(accept), "{accept}");
        }
    }
}
