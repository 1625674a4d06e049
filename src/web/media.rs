//! Pictures: served under names of ours, and taken in from forms. Nothing of another server is ever fetched for a page.

use std::io::Read;

use actix_multipart::form::tempfile::TempFile;
use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path},
};

use chrono::TimeDelta;

use super::{State, error::Error};
use crate::{
    domain::{actor::Actor, picture::Picture, text},
    media,
    storage::{Failed, actor, share},
};

/// Serves a kept picture.
pub async fn show(state: Data<State>, name: Path<String>) -> Result<HttpResponse, Error> {
    match media::find(&state.settings.media_dir(), &name).await? {
        Some(bytes) => Ok(answer(bytes, if name.ends_with(".jpg") { "image/jpeg" } else { "image/png" })),
        None => Err(Error::unknown_page()),
    }
}

/// Draws the island of a handle.
pub async fn island(name: Path<String>) -> Result<HttpResponse, Error> {
    let handle = name.strip_suffix(".png").filter(|handle| (1..=200).contains(&handle.len())).map(str::to_owned);
    let handle = handle.ok_or_else(Error::unknown_page)?;
    let drawn = tokio::task::spawn_blocking(move || media::island(&handle)).await;
    Ok(answer(drawn.map_err(Failed::because("draw an island"))?, "image/png"))
}

/// The picture of an actor: its own where we serve it, else an island.
#[must_use]
pub fn of_actor(actor: &Actor) -> String {
    match (&actor.picture, actor.local) {
        (Some(picture), true) => picture.url.path().to_owned(),
        (None, true) => format!("/media/island/{}.png", actor.handle),
        (_, false) => format!("/media/island/{}.png", actor.address()),
    }
}

/// The picture of a form: the uploaded one, or the one that an earlier step of the form kept; with its words.
///
/// # Errors
/// `Refused` where the upload is no picture, or too large.
pub async fn take_in(
    state: &State,
    upload: Option<TempFile>,
    kept: &str,
    description: &str,
) -> Result<Option<Picture>, crate::usecases::Error> {
    let name = match upload.filter(|upload| upload.size > 0) {
        Some(upload) => {
            let bytes = tokio::task::spawn_blocking(move || read(upload)).await.map_err(Failed::because("finish an upload"))?;
            Some(media::keep(state.settings.media_dir(), state.chance(), bytes?).await?)
        }
        None => Some(kept.to_owned()).filter(|kept| media::is_name(kept)),
    };
    let description: String = text::one_line(description).chars().take(1_500).collect();
    Ok(name.map(|name| Picture { url: state.links().media(&name), description }))
}

/// Removes pictures of previews that were never published, once they are a day old.
pub async fn sweep(state: State) {
    let shown = state.store().read(|tx| Ok::<_, Failed>([actor::list_pictures(tx)?, share::list_pictures(tx)?].concat())).await;
    let swept = match shown {
        Ok(shown) => {
            let names = shown.iter().filter_map(|url| url.rsplit('/').next()).map(str::to_owned).collect();
            let yesterday = (state.clock().now() - TimeDelta::days(1)).into();
            media::sweep(state.settings.media_dir(), names, yesterday).await
        }
        Err(failed) => Err(failed),
    };
    match swept {
        Ok(count) => tracing::debug!(count, "abandoned pictures were removed"),
        Err(error) => tracing::warn!(%error, "abandoned pictures could not be removed"),
    }
}

/// What is answered to an upload that is cut off because it is too large.
#[must_use]
pub fn too_large() -> Error {
    media::too_large().into()
}

fn read(upload: TempFile) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    let mut file = upload.file;
    file.read_to_end(&mut bytes).map_err(Failed::because("read an upload"))?;
    Ok(bytes)
}

fn answer(bytes: Vec<u8>, media_type: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'"))
        .body(bytes)
}
