//! The style sheet and the icons, inside the binary, under names that change with their content and may be kept for ever.

use actix_web::{HttpResponse, http::header, web::Path};
use rust_embed::{Embed, EmbeddedFile};

use super::error::Error;
use crate::domain::refusal::Refused;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/assets/web"]
struct Files;

/// The address of a file: `style.css` is at `/assets/style.1f2e3d4c.css`.
#[must_use]
pub fn path(name: &str) -> String {
    match (Files::get(name), name.rsplit_once('.')) {
        (Some(file), Some((stem, ending))) => format!("/assets/{stem}.{}.{ending}", mark(&file)),
        _ => format!("/assets/{name}"),
    }
}

/// Serves a file.
pub async fn show(name: Path<String>) -> Result<HttpResponse, Error> {
    let (plain, wanted) = split(&name);
    let file = Files::get(&plain).ok_or_else(|| Refused::unknown("page-unknown"))?;
    let lasting = wanted == mark(&file);
    Ok(answer(&plain, file, if lasting { "public, max-age=31536000, immutable" } else { "no-cache" }))
}

/// Serves the icon to whoever asks at its old place.
pub async fn favicon() -> Result<HttpResponse, Error> {
    let file = Files::get("icon.svg").ok_or_else(|| Refused::unknown("page-unknown"))?;
    Ok(answer("icon.svg", file, "public, max-age=86400"))
}

fn split(name: &str) -> (String, String) {
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [stem, mark, ending] => (format!("{stem}.{ending}"), (*mark).to_owned()),
        _ => (name.to_owned(), String::new()),
    }
}

fn mark(file: &EmbeddedFile) -> String {
    let [one, two, three, four, ..] = file.metadata.sha256_hash();
    format!("{:08x}", u32::from_be_bytes([one, two, three, four]))
}

fn answer(name: &str, file: EmbeddedFile, cache: &'static str) -> HttpResponse {
    let media_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, cache))
        .body(file.data.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_under_the_name_that_its_content_gives_it() {
        let path = path("style.css");
        let (plain, wanted) = split(path.trim_start_matches("/assets/"));
        assert_eq!(plain, "style.css");
        assert_eq!(wanted, mark(&Files::get("style.css").unwrap()));
    }
}
