//! What a script registers or changes of a lab: read field by field, so that everything to be mended is told at once, and done by
//! the use cases of the form.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Payload},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Lab;
use crate::{
    domain::{
        actor::{Handle, parse_name},
        lab::{self, LabKind, LabProfile},
        language::LanguageTag,
        profile::{Day, Filled, Mandate, OpenTo, Place, State},
        theme::Slug,
        token::Scope,
    },
    federation::key,
    storage::Failed,
    usecases::{self, token::once},
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

/// A lab to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewLab {
    /// What stands before the at sign, for good: 2 to 40 of `a-z`, `0-9` and `_`.
    #[schema(example = "spoor")]
    handle: String,
    /// Its name: at most 100 characters.
    #[schema(example = "Lab Spoor")]
    name: String,
    /// Its description in Markdown: at most 2,000 characters.
    #[serde(default)]
    description: String,
    /// Its kind.
    #[serde(default = "usual_kind")]
    #[schema(schema_with = word::lab_kind)]
    kind: String,
    /// Where it stands; active where nothing is said.
    #[serde(default)]
    #[schema(schema_with = word::state)]
    state: String,
    /// Where it is.
    #[serde(default)]
    place: String,
    /// The languages it works in, as BCP 47 tags.
    #[serde(default)]
    languages: Vec<String>,
    /// By whose order it works, and with what room.
    #[serde(default)]
    mandate: String,
    /// When it was founded.
    #[serde(default)]
    #[schema(format = Date)]
    founded: String,
    /// What others may come for: `visits`, `questions`, `joint_work`.
    #[serde(default)]
    open_to: Vec<String>,
    /// What it works on: the slugs of our themes.
    #[serde(default)]
    themes: Vec<String>,
}

fn usual_kind() -> String {
    LabKind::Lab.code().to_owned()
}

/// What changes of a lab: what is absent stays, and what is `null` is cleared.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::option_option, reason = "absent, cleared and changed are three things")]
pub struct LabChange {
    /// A new name.
    name: Option<String>,
    /// A new description in Markdown.
    #[serde(deserialize_with = "ask::cleared")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    /// Another kind.
    #[schema(schema_with = word::lab_kind)]
    kind: Option<String>,
    /// Where it stands now. A lab that has ended and says otherwise begins anew.
    #[schema(schema_with = word::state)]
    state: Option<String>,
    /// Where it is.
    #[serde(deserialize_with = "ask::cleared")]
    #[schema(value_type = Option<String>)]
    place: Option<Option<String>>,
    /// All languages it works in.
    #[serde(deserialize_with = "ask::cleared")]
    #[schema(value_type = Option<Vec<String>>)]
    languages: Option<Option<Vec<String>>>,
    /// By whose order it works.
    #[serde(deserialize_with = "ask::cleared")]
    #[schema(value_type = Option<String>)]
    mandate: Option<Option<String>>,
    /// When it was founded.
    #[serde(deserialize_with = "ask::cleared")]
    #[schema(value_type = Option<String>, format = Date)]
    founded: Option<Option<String>>,
    /// All that others may come for.
    #[serde(deserialize_with = "ask::cleared")]
    #[schema(value_type = Option<Vec<String>>)]
    open_to: Option<Option<Vec<String>>>,
    /// All that it works on: the slugs of our themes.
    #[serde(deserialize_with = "ask::cleared")]
    #[schema(value_type = Option<Vec<String>>)]
    themes: Option<Option<Vec<String>>>,
}

impl LabChange {
    /// The lab as it would be.
    fn of(self, lab: lab::Lab, themes: Vec<String>) -> NewLab {
        let filled = lab.profile.fill();
        let languages = lab.profile.languages.iter().map(|tag| tag.as_str().to_owned()).collect();
        NewLab {
            name: self.name.unwrap_or(lab.actor.name),
            handle: lab.actor.handle,
            description: self.description.map_or(lab.description, Option::unwrap_or_default),
            kind: self.kind.unwrap_or(filled.kind),
            state: self.state.unwrap_or(filled.state),
            place: self.place.map_or(filled.place, Option::unwrap_or_default),
            languages: self.languages.map_or(languages, Option::unwrap_or_default),
            mandate: self.mandate.map_or(filled.mandate, Option::unwrap_or_default),
            founded: self.founded.map_or(filled.founded, Option::unwrap_or_default),
            open_to: self.open_to.map_or(filled.open_to, Option::unwrap_or_default),
            themes: self.themes.map_or(themes, Option::unwrap_or_default),
        }
    }
}

impl NewLab {
    /// What a form would say.
    fn parse(&self) -> Result<(Handle, LabProfile), Error> {
        let mut faults = Faults::default();
        let handle = faults.take("handle", Handle::parse(&self.handle));
        faults.take("name", parse_name(&self.name));
        faults.take("kind", LabKind::parse(&self.kind));
        faults.read("state", Some(self.state.as_str()).filter(|state| !state.is_empty()), State::parse);
        faults.take("place", Place::parse(&self.place, "place-too-long"));
        faults.take("mandate", Mandate::parse(&self.mandate, "mandate-too-long"));
        faults.take("founded", Day::parse(&self.founded));
        for tag in &self.languages {
            faults.take("languages", LanguageTag::parse(tag));
        }
        for code in &self.open_to {
            faults.take("openTo", OpenTo::parse(code));
        }
        let themes = self.themes.iter().filter_map(|slug| faults.take("themes", Slug::parse(slug))).collect();
        faults.of_fields()?;
        let filled = Filled {
            kind: self.kind.clone(),
            state: self.state.clone(),
            place: self.place.clone(),
            languages: self.languages.join(" "),
            mandate: self.mandate.clone(),
            founded: self.founded.clone(),
            open_to: self.open_to.clone(),
        };
        let profile = LabProfile::read(&self.name, &self.description, &filled, themes)?;
        Ok((handle.ok_or_else(Error::missing_state)?, profile))
    }
}

/// Register a lab
///
/// It is in the directory at once, here and at those who know it. The token's member becomes its steward.
#[utoipa::path(
    post, path = "/labs", operation_id = "registerLab", tag = "labs", request_body = NewLab,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request: asking again within a day with the same name registers nothing twice")),
    responses((status = 201, description = "The lab; its address is in `Location`", body = Lab)),
    security(("token" = ["labs:write"]))
)]
pub async fn add(
    writing: Writing,
    request: HttpRequest,
    payload: Payload,
    admission: Data<Admission>,
) -> Result<HttpResponse, Error> {
    writing.require(Scope::Labs)?;
    let name = ask::name(&request)?;
    let (sent, hash) = ask::body::<NewLab>(&request, payload, &admission).await?;
    let (handle, profile) = sent.parse()?;
    let made_keys = tokio::task::spawn_blocking(key::generate).await;
    let keys = made_keys.map_err(Failed::because("finish making a key"))??;
    let (here, by, token) = (writing.here(), writing.by(), writing.token());
    let written = writing.state.store().write(move |tx| {
        let named = name.as_deref().map(|name| (name, hash.as_str()));
        once(tx, here.now, token, named, |tx| {
            let new = lab::NewLab { handle, profile };
            let lab = usecases::lab::register(tx, here.now, &here.links, &keys, Some(&by), new)?;
            let place = at(&here.links, &format!("/labs/{}", lab.actor.handle)).to_string();
            Ok((place, write(&Lab::whole(tx, &here, &lab.actor)?)?))
        })
    });
    let (place, body) = written.await.map_err(|error| Declined::of_field(error, "theme-unknown", "themes"))?;
    Ok(made(&place, body))
}

/// Describe a lab
///
/// One of ours, by one of its stewards: what is absent stays, `null` clears (JSON merge patch). Its followers hear of it.
#[utoipa::path(
    patch, path = "/labs/{id}", operation_id = "describeLab", tag = "labs",
    params(("id" = String, Path, description = "The handle of one of ours", example = "spoor")),
    request_body(content((LabChange = "application/json"), (LabChange = "application/merge-patch+json"))),
    responses((status = 200, description = "The lab as it is now", body = Lab)),
    security(("token" = ["labs:write"]))
)]
pub async fn describe(
    writing: Writing,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
    admission: Data<Admission>,
) -> Result<HttpResponse, Error> {
    writing.require(Scope::Labs)?;
    let (change, _) = ask::body::<LabChange>(&request, payload, &admission).await?;
    let (here, by) = (writing.here(), writing.by());
    let written = writing.state.store().write(move |tx| {
        let lab = usecases::lab::find(tx, &id)?;
        let shown = crate::storage::theme::list_shown(tx, &[lab.actor.id])?;
        let themes = shown.into_iter().filter_map(|(_, theme)| theme.slug.map(|slug| slug.to_string())).collect();
        let picture = lab.actor.picture.clone();
        let (_, profile) = change.of(lab, themes).parse()?;
        let described = usecases::lab::describe(tx, here.now, &here.links, Some(&by), &id, (profile, picture));
        let lab = described.map_err(|error| Declined::of_field(error, "theme-unknown", "themes"))?;
        Ok::<_, Error>(write(&Lab::whole(tx, &here, &lab.actor)?)?)
    });
    Ok(changed(written.await?))
}
