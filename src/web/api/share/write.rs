//! What a script publishes, corrects or withdraws: read field by field, so that everything to be mended is told at once, and done by
//! the use cases of the form.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Payload},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Share, parse};
use crate::{
    domain::{
        language::LanguageTag,
        share::{self, Draft, Licence, Outcome, ShareKind, Voice, parse_body, parse_title},
        token::Scope,
    },
    usecases::{self, share::Revision, token::once},
    web::{
        admission::Admission,
        api::{
            answer::{at, changed, made, write},
            ask,
            bearer::Writing,
            word,
        },
        error::{Declined, Error, Faults},
    },
};

/// A share to be published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewShare {
    /// Its title: at most 200 characters.
    #[schema(example = "Eleven beds")]
    title: String,
    /// Its text in Markdown: at most 50,000 characters. `#hashtags` and `@handle@host` are found in it.
    #[schema(example = "Counted from a canoe. #wind")]
    body: String,
    /// What kind of share it is.
    #[serde(default = "usual_kind")]
    #[schema(schema_with = word::share_kind)]
    kind: String,
    /// The language it is written in, as a BCP 47 tag.
    #[schema(example = "en")]
    language: String,
    /// What others may do with it, by SPDX identifier.
    #[serde(default = "usual_licence")]
    #[schema(schema_with = word::licence)]
    licence: String,
    /// How it went, where that can be said.
    #[schema(schema_with = word::known_outcome)]
    outcome: Option<String>,
    /// Whose voice it has: `lab`, `organisation` or the handle of the token's member.
    #[serde(default = "usual_voice")]
    #[schema(example = "lab")]
    voice: String,
}

fn usual_kind() -> String {
    ShareKind::Update.code().to_owned()
}

fn usual_licence() -> String {
    Licence::CcBy.code().to_owned()
}

fn usual_voice() -> String {
    "lab".to_owned()
}

/// What changes of a share: what is absent stays, and an outcome that is `null` is taken back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::option_option, reason = "absent, cleared and changed are three things")]
pub struct ShareChange {
    /// A new title.
    title: Option<String>,
    /// A new text in Markdown.
    body: Option<String>,
    /// Another kind.
    #[schema(schema_with = word::share_kind)]
    kind: Option<String>,
    /// Another language.
    language: Option<String>,
    /// Another licence.
    #[schema(schema_with = word::licence)]
    licence: Option<String>,
    /// How it went.
    #[serde(deserialize_with = "ask::cleared")]
    #[schema(schema_with = word::known_outcome)]
    outcome: Option<Option<String>>,
}

impl ShareChange {
    /// The share as it would be.
    fn of(self, share: &share::Share) -> NewShare {
        let outcome = share.outcome.map(|outcome| Outcome::code(outcome).to_owned());
        NewShare {
            title: self.title.unwrap_or_else(|| share.title.clone()),
            body: self.body.unwrap_or_else(|| share.body.clone()),
            kind: self.kind.unwrap_or_else(|| share.kind.code().to_owned()),
            language: self.language.unwrap_or_else(|| share.language.as_str().to_owned()),
            licence: self.licence.unwrap_or_else(|| share.licence.unwrap_or(Licence::CcBy).code().to_owned()),
            outcome: self.outcome.unwrap_or(outcome),
            voice: usual_voice(),
        }
    }
}

impl NewShare {
    /// What a form would say.
    fn parse(&self) -> Result<(Voice, Draft), Error> {
        let mut faults = Faults::default();
        let title = faults.take("title", parse_title(&self.title));
        let body = faults.take("body", parse_body(&self.body));
        let kind = faults.take("kind", ShareKind::parse(&self.kind));
        let language = faults.take("language", LanguageTag::parse(&self.language));
        let licence = faults.take("licence", Licence::parse(&self.licence));
        let outcome = faults.read("outcome", self.outcome.as_deref(), Outcome::parse);
        let voice = faults.take("voice", Voice::parse(&self.voice));
        faults.of_fields()?;
        let draft = (|| {
            Some(Draft {
                title: title?,
                body: body?,
                kind: kind?,
                language: language?,
                licence: licence?,
                outcome,
                picture: None,
            })
        })();
        voice.zip(draft).ok_or_else(Error::missing_state)
    }
}

/// Publish a share
///
/// In a lab of ours, by somebody who writes for it, exactly as by the form: whoever follows the lab hears of it at once.
#[utoipa::path(
    post, path = "/labs/{id}/shares", operation_id = "publishShare", tag = "shares", request_body = NewShare,
    params(
        ("id" = String, Path, description = "The handle of one of ours", example = "spoor"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request: asking again within a day with the same name publishes nothing twice"),
    ),
    responses((status = 201, description = "The share; its address is in `Location`", body = Share)),
    security(("token" = ["shares:write"]))
)]
pub async fn publish(
    writing: Writing,
    request: HttpRequest,
    lab: Path<String>,
    payload: Payload,
    admission: Data<Admission>,
) -> Result<HttpResponse, Error> {
    writing.require(Scope::Shares)?;
    let name = ask::name(&request)?;
    let (sent, hash) = ask::body::<NewShare>(&request, payload, &admission).await?;
    let (voice, draft) = sent.parse()?;
    let (here, by, token, id) = (writing.here(), writing.by(), writing.token(), writing.state.chance().public_id());
    let written = writing.state.store().write(move |tx| {
        let named = name.as_deref().map(|name| (name, hash.as_str()));
        once(tx, here.now, token, named, |tx| {
            let share = usecases::share::publish(tx, here.now, &here.links, id, Some(&by), (&lab, &voice, draft))?;
            let place = at(&here.links, &format!("/shares/{}", share.public_id.as_str())).to_string();
            Ok((place, write(&Share::whole(tx, &here, &share)?)?))
        })
    });
    let (place, body) = written.await.map_err(|error| Declined::of_field(error, "member-unknown", "voice"))?;
    Ok(made(&place, body))
}

/// Correct a share
///
/// One of ours, by somebody who writes for its lab: what is absent stays (JSON merge patch). Whoever has it hears of it.
#[utoipa::path(
    patch, path = "/shares/{id}", operation_id = "correctShare", tag = "shares",
    params(("id" = String, Path, description = "The last part of its address here", example = "k3v9x2mqa7")),
    request_body(content((ShareChange = "application/json"), (ShareChange = "application/merge-patch+json"))),
    responses((status = 200, description = "The share as it is now", body = Share)),
    security(("token" = ["shares:write"]))
)]
pub async fn revise(
    writing: Writing,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
    admission: Data<Admission>,
) -> Result<HttpResponse, Error> {
    writing.require(Scope::Shares)?;
    let id = parse(&id)?;
    let (change, _) = ask::body::<ShareChange>(&request, payload, &admission).await?;
    let (here, by) = (writing.here(), writing.by());
    let written = writing.state.store().write(move |tx| {
        let share = usecases::share::find_own(tx, &here.links, &id)?;
        let (_, draft) = change.of(&share).parse()?;
        let draft = Draft { picture: share.picture, ..draft };
        let revision = Revision { draft: Some(draft), ..Revision::default() };
        let share = usecases::share::revise(tx, here.now, &here.links, Some(&by), &id, revision)?;
        Ok::<_, Error>(write(&Share::whole(tx, &here, &share)?)?)
    });
    Ok(changed(written.await?))
}

/// Withdraw a share
///
/// For good: its address answers 410 from then on, and whoever has it is told to forget it.
#[utoipa::path(
    delete, path = "/shares/{id}", operation_id = "withdrawShare", tag = "shares",
    params(("id" = String, Path, description = "The last part of its address here", example = "k3v9x2mqa7")),
    responses((status = 204, description = "It was withdrawn")),
    security(("token" = ["shares:write"]))
)]
pub async fn withdraw(writing: Writing, id: Path<String>) -> Result<HttpResponse, Error> {
    writing.require(Scope::Shares)?;
    let id = parse(&id)?;
    let (here, by) = (writing.here(), writing.by());
    let write = writing.state.store().write(move |tx| usecases::share::withdraw(tx, here.now, &here.links, Some(&by), &id));
    write.await?;
    Ok(HttpResponse::NoContent().finish())
}
