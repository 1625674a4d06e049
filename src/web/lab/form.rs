//! The form of a lab: register one, describe it anew.

use actix_multipart::form::{MultipartForm, tempfile::TempFile, text::Text};
use actix_web::{HttpResponse, web::Path};
use askama::Template;

use crate::{
    domain::{
        actor::Handle,
        lab::{Lab, LabKind, LabProfile, NewLab},
        membership::{Action, require},
        picture::Picture,
        profile::{Filled, OpenTo, State},
        refusal::Refused,
        theme::{Slug, Theme},
    },
    federation,
    storage::{Failed, theme},
    usecases::{self, Outcome},
    web::{
        error::{self, Error},
        media,
        page::Problem,
        request::{SignedIn, Visit},
    },
};

#[derive(Template)]
#[template(path = "lab/form.html")]
struct Form<'a> {
    visit: &'a Visit,
    /// The lab that is described anew; empty for a new one.
    lab: String,
    values: Values,
    /// Our themes, and which of them are chosen.
    themes: Vec<(Theme, bool)>,
    problem: Problem,
}

/// What the form holds.
#[derive(Default)]
struct Values {
    handle: String,
    name: String,
    summary: String,
    filled: Filled,
    themes: Vec<String>,
    picture_kept: String,
    picture_description: String,
}

impl Values {
    fn read(&self) -> Result<LabProfile, Refused> {
        let themes = self.themes.iter().map(|slug| Slug::parse(slug)).collect::<Result<_, _>>()?;
        LabProfile::read(&self.name, &self.summary, &self.filled, themes)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass what they loop over by reference")]
    fn is_open_to(&self, to: &OpenTo) -> bool {
        self.filled.open_to.iter().any(|code| code == to.code())
    }
}

/// What a browser sends.
#[derive(MultipartForm)]
pub struct Sent {
    #[multipart(limit = "1KB")]
    form_token: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    handle: Option<Text<String>>,
    #[multipart(limit = "4KB")]
    name: Option<Text<String>>,
    #[multipart(limit = "64KB")]
    summary: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    kind: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    state: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    place: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    languages: Option<Text<String>>,
    #[multipart(limit = "4KB")]
    mandate: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    founded: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    open_to: Vec<Text<String>>,
    #[multipart(limit = "1KB")]
    themes: Vec<Text<String>>,
    #[multipart(limit = "1KB")]
    picture_kept: Option<Text<String>>,
    #[multipart(limit = "8KB")]
    picture_description: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    picture_remove: Option<Text<String>>,
    picture: Option<TempFile>,
}

/// An empty form.
pub async fn new(signed: SignedIn) -> Result<HttpResponse, Error> {
    let kind = LabKind::Lab.code().to_owned();
    let values = Values { filled: Filled { kind, ..Filled::default() }, ..Values::default() };
    form(&signed, String::new(), values, None).await
}

/// Registers a lab, and leads to its page.
pub async fn create(signed: SignedIn, sent: MultipartForm<Sent>) -> Result<HttpResponse, Error> {
    let (mut values, upload) = receive(&signed, sent.into_inner())?;
    match register(&signed, &mut values, upload).await {
        Ok(lab) => Ok(signed.lead_to(&format!("/labs/{}", lab.actor.handle))),
        Err(error) => again(&signed, String::new(), values, error).await,
    }
}

/// The form with what the lab says of itself now.
pub async fn edit(signed: SignedIn, handle: Path<String>) -> Result<HttpResponse, Error> {
    let (lab, themes) = find(&signed, &handle).await?;
    let values = Values {
        filled: lab.profile.fill(),
        themes,
        handle: lab.actor.handle.clone(),
        name: lab.actor.name,
        summary: lab.description,
        picture_kept: lab.actor.picture.as_ref().and_then(name_of).unwrap_or_default(),
        picture_description: lab.actor.picture.map(|picture| picture.description).unwrap_or_default(),
    };
    form(&signed, lab.actor.handle, values, None).await
}

/// Describes a lab anew, and leads to its page.
pub async fn revise(signed: SignedIn, handle: Path<String>, sent: MultipartForm<Sent>) -> Result<HttpResponse, Error> {
    let (mut values, upload) = receive(&signed, sent.into_inner())?;
    let lab = find(&signed, &handle).await?.0.actor.handle;
    match describe(&signed, &lab, &mut values, upload).await {
        Ok(lab) => Ok(signed.lead_to(&format!("/labs/{}", lab.actor.handle))),
        Err(error) => again(&signed, lab, values, error).await,
    }
}

async fn register(signed: &SignedIn, values: &mut Values, upload: Option<TempFile>) -> Outcome<Lab> {
    let profile = values.read()?;
    let new = NewLab { handle: Handle::parse(&values.handle)?, profile };
    let picture = take_in(signed, values, upload).await?;
    let made = tokio::task::spawn_blocking(federation::key::generate).await;
    let keys = made.map_err(Failed::because("finish making a key"))??;
    let state = &signed.state;
    let (by, links, now) = (signed.by(), state.links().clone(), state.clock().now());
    let write = state.store().write(move |tx| {
        let (handle, profile) = (new.handle.clone(), new.profile.clone());
        let lab = usecases::lab::register(tx, now, &links, &keys, Some(&by), new)?;
        match picture {
            Some(_) => usecases::lab::describe(tx, now, &links, Some(&by), handle.as_str(), (profile, picture)),
            None => Ok(lab),
        }
    });
    write.await
}

async fn describe(signed: &SignedIn, handle: &str, values: &mut Values, upload: Option<TempFile>) -> Outcome<Lab> {
    let profile = values.read()?;
    let picture = take_in(signed, values, upload).await?;
    let state = &signed.state;
    let (by, links, now, handle) = (signed.by(), state.links().clone(), state.clock().now(), handle.to_owned());
    let write = state.store().write(move |tx| usecases::lab::describe(tx, now, &links, Some(&by), &handle, (profile, picture)));
    write.await
}

/// The lab, where the member may describe it, and the slugs of what it works on.
async fn find(signed: &SignedIn, handle: &str) -> Outcome<(Lab, Vec<String>)> {
    let (by, handle) = (signed.by(), handle.to_owned());
    let read = signed.state.store().read(move |tx| {
        let lab = usecases::lab::find(tx, &handle)?;
        require(usecases::lab::standing(tx, Some(&by), &lab.actor)?, Action::DescribeLab)?;
        let shown = theme::list_shown(tx, &[lab.actor.id])?.into_iter();
        Ok((lab, shown.filter_map(|(_, theme)| theme.slug.map(|slug| slug.to_string())).collect()))
    });
    read.await
}

fn receive(signed: &SignedIn, sent: Sent) -> Result<(Values, Option<TempFile>), Error> {
    let text = |field: Option<Text<String>>| field.map(Text::into_inner).unwrap_or_default();
    signed.check(&text(sent.form_token))?;
    let texts = |fields: Vec<Text<String>>| fields.into_iter().take(50).map(Text::into_inner).collect();
    let filled = Filled {
        kind: text(sent.kind),
        state: text(sent.state),
        place: text(sent.place),
        languages: text(sent.languages),
        mandate: text(sent.mandate),
        founded: text(sent.founded),
        open_to: texts(sent.open_to),
    };
    let mut values = Values {
        filled,
        themes: texts(sent.themes),
        handle: text(sent.handle),
        name: text(sent.name),
        summary: text(sent.summary),
        picture_kept: text(sent.picture_kept),
        picture_description: text(sent.picture_description),
    };
    if sent.picture_remove.is_some() {
        values.picture_kept.clear();
        values.picture_description.clear();
    }
    Ok((values, sent.picture))
}

/// Keeps the picture, so that a form that has to be mended does not ask for it again.
async fn take_in(signed: &SignedIn, values: &mut Values, upload: Option<TempFile>) -> Outcome<Option<Picture>> {
    let picture = media::take_in(&signed.state, upload, &values.picture_kept, &values.picture_description).await?;
    values.picture_kept = picture.as_ref().and_then(name_of).unwrap_or_default();
    Ok(picture)
}

fn name_of(picture: &Picture) -> Option<String> {
    picture.url.path_segments()?.next_back().map(str::to_owned)
}

async fn again(visit: &Visit, lab: String, values: Values, error: usecases::Error) -> Result<HttpResponse, Error> {
    match error {
        usecases::Error::Refused(refused) if error::can_be_mended(refused.reason) => {
            form(visit, lab, values, Some(&refused)).await
        }
        other => Err(other.into()),
    }
}

async fn form(visit: &Visit, lab: String, values: Values, refused: Option<&Refused>) -> Result<HttpResponse, Error> {
    let ours: Result<Vec<Theme>, Failed> = visit.state.store().read(theme::list).await;
    let is_chosen = |theme: &Theme| theme.slug.as_ref().is_some_and(|slug| values.themes.iter().any(|one| one == slug.as_str()));
    let mut ours = ours?;
    ours.sort_by_key(|theme| theme.labels.of(visit.language).to_lowercase());
    let themes = ours.into_iter().map(|theme| (is_chosen(&theme), theme)).map(|(is, theme)| (theme, is)).collect();
    let problem = refused.map(|refused| Problem::of(visit, refused)).unwrap_or_default();
    let page = Form { visit, lab, values, themes, problem };
    match refused {
        Some(refused) => visit.page_with(error::status(refused.reason), &page),
        None => visit.page(&page),
    }
}
