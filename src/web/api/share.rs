//! Shares in the API: newest first with filters, those of a lab, one of them, and what a script publishes.

mod view;
mod write;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};

pub use view::{Share, SharePage};
pub use write::{__path_publish, __path_revise, __path_withdraw, publish, revise, withdraw};

use super::{
    answer::{Here, further, part, read},
    ask, lab, word,
};
use crate::{
    domain::{
        directory::Whose,
        language::LanguageTag,
        refusal::Refused,
        share::{Outcome, PublicId, ShareKind, Wanted},
        slice::{Cursor, Slice},
    },
    storage::{Tx, directory, share, tombstone},
    usecases,
    web::{
        State,
        error::{Error, Faults},
    },
};

/// What narrows shares down; what is left out narrows nothing down.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Whose shares: all that are known here, those of this instance, or those of others.
    #[param(required = false, schema_with = word::whose)]
    #[serde(rename = "where")]
    whose: Option<String>,
    /// The lab they are of, as `id` of a lab says it.
    lab: Option<String>,
    /// The host of their organisation.
    organisation: Option<String>,
    /// Their kind.
    #[param(required = false, schema_with = word::share_kind)]
    kind: Option<String>,
    /// How it went.
    #[param(required = false, schema_with = word::outcome)]
    outcome: Option<String>,
    /// The language they are written in, as a BCP 47 tag.
    language: Option<String>,
    /// A hashtag, without the sign.
    tag: Option<String>,
    /// How many shares are wanted.
    #[param(required = false, schema_with = word::limit)]
    limit: Option<String>,
    /// Where the part begins, as `next` says it: to be followed, not made.
    after: Option<String>,
}

/// Which part of a lab's shares is wanted.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// How many shares are wanted.
    #[param(required = false, schema_with = word::limit)]
    limit: Option<String>,
    /// Where the part begins, as `next` says it: to be followed, not made.
    after: Option<String>,
}

impl Asked {
    fn parse(&self) -> Result<(Wanted, Slice), Error> {
        let mut faults = Faults::default();
        let unknown = || Refused::invalid("api-word");
        let whose = faults.read("where", self.whose.as_deref(), |given| {
            Whose::ALL.iter().copied().find(|whose| whose.code() == given).ok_or_else(unknown)
        });
        let wanted = Wanted {
            whose: whose.unwrap_or_default(),
            lab: None,
            host: self.organisation.as_deref().map(|host| host.trim().to_ascii_lowercase()),
            kind: faults.read("kind", self.kind.as_deref(), ShareKind::parse),
            outcome: faults.read("outcome", self.outcome.as_deref(), Outcome::parse),
            language: faults.read("language", self.language.as_deref(), LanguageTag::parse),
            tag: self.tag.as_deref().map(|tag| tag.trim_start_matches('#').to_lowercase()),
        };
        let slice = slice(&mut faults, self.limit.as_deref(), self.after.as_deref());
        faults.of_parameters()?;
        Ok((wanted, slice))
    }
}

fn slice(faults: &mut Faults, limit: Option<&str>, given: Option<&str>) -> Slice {
    let limit = i64::try_from(ask::limit(faults, limit)).unwrap_or(i64::MAX);
    Slice { before: ask::after(faults, given), limit }
}

/// List shares
///
/// What labs learned, of this organisation and of every other that is known here, newest first.
#[utoipa::path(
    get, path = "/shares", operation_id = "listShares", tag = "shares", params(Asked),
    responses((status = 200, description = "A part of the shares", body = SharePage))
)]
pub async fn list(request: HttpRequest, state: Data<State>) -> Result<HttpResponse, Error> {
    let asked = ask::parameters::<Asked>(&request)?;
    let (wanted, slice) = asked.parse()?;
    answer(&request, &state, "/shares", asked.lab, wanted, slice).await
}

/// List the shares of a lab
///
/// Newest first.
#[utoipa::path(
    get, path = "/labs/{id}/shares", operation_id = "listSharesOfLab", tag = "shares",
    params(("id" = String, Path, description = "The handle of one of ours, or `handle@host`", example = "spoor"), Part),
    responses((status = 200, description = "A part of the shares", body = SharePage))
)]
pub async fn of_lab(request: HttpRequest, id: Path<String>, state: Data<State>) -> Result<HttpResponse, Error> {
    let asked = ask::parameters::<Part>(&request)?;
    let mut faults = Faults::default();
    let slice = slice(&mut faults, asked.limit.as_deref(), asked.after.as_deref());
    faults.of_parameters()?;
    let path = format!("/labs/{id}/shares");
    answer(&request, &state, &path, Some(id.into_inner()), Wanted::default(), slice).await
}

async fn answer(
    request: &HttpRequest,
    state: &State,
    path: &str,
    of: Option<String>,
    wanted: Wanted,
    slice: Slice,
) -> Result<HttpResponse, Error> {
    let here = Here { links: state.links().clone(), now: state.clock().now() };
    let links = here.links.clone();
    let found = state.store().read(move |tx| {
        let lab = of.map(|id| lab::find(tx, &here.links, &id)).transpose()?.map(|lab| lab.id);
        let mut shares = share::look_for(tx, &Wanted { lab, ..wanted }, slice.and_one())?;
        let next = slice.cut(&mut shares, |share| Cursor::of(share.published_at, share.id));
        Ok::<_, usecases::Error>((Share::list(tx, &here, &shares)?, next))
    });
    let (items, place) = found.await?;
    let next = place.map(|place| further(&links, path, request.query_string(), &place.to_string()));
    let page = SharePage { items, next };
    part(&page, page.next.as_deref())
}

/// Read a share
///
/// With its whole text and what it called forth. One that was withdrawn answers 410.
#[utoipa::path(
    get, path = "/shares/{id}", operation_id = "readShare", tag = "shares",
    params(("id" = String, Path, description = "The last part of its address here", example = "k3v9x2mqa7")),
    responses((status = 200, description = "The share", body = Share))
)]
pub async fn show(request: HttpRequest, id: Path<String>, state: Data<State>) -> Result<HttpResponse, Error> {
    ask::nothing(&request)?;
    let id = parse(&id)?;
    let here = Here { links: state.links().clone(), now: state.clock().now() };
    let found = state.store().read(move |tx| {
        let share = find(tx, &here, &id)?;
        Share::whole(tx, &here, &share)
    });
    read(&found.await?)
}

fn find(tx: &mut Tx<'_>, here: &Here, id: &PublicId) -> usecases::Outcome<crate::domain::share::Share> {
    let unknown = || Refused::unknown("share-unknown").with("id", id.as_str());
    match share::find_by_public_id(tx, id)? {
        Some(share) if share.local || directory::is_shown(tx, share.lab)? => Ok(share),
        None if tombstone::find(tx, here.links.share(id).as_str())?.is_some() => Err(Refused::gone("share-withdrawn").into()),
        _ => Err(unknown().into()),
    }
}

fn parse(id: &str) -> Result<PublicId, Refused> {
    PublicId::parse(id).ok_or_else(|| Refused::unknown("share-unknown").with("id", id))
}
