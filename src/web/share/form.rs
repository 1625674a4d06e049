//! What the editor holds, and how it is shown: empty, filled, with a preview above it, or with what has to be mended.

use actix_multipart::form::{MultipartForm, tempfile::TempFile, text::Text};
use actix_web::HttpResponse;
use askama::Template;

use crate::{
    domain::{
        actor::Actor,
        language::{Language, LanguageTag},
        membership::{Action, Standing, may},
        picture::Picture,
        refusal::Refused,
        share::{Draft, Licence, Outcome, Share, ShareKind},
        text::{self, Html},
    },
    usecases,
    web::{
        card::ShareCard,
        error::{self, Error},
        media,
        membership::{self, Typed},
        page::Problem,
        request::{SignedIn, Visit},
    },
};

/// Where someone writes: in which lab, with what standing, on which share where it is not a new one.
pub(super) struct Desk {
    pub lab: Actor,
    pub standing: Standing,
    pub share: Option<Share>,
}

impl Desk {
    fn path(&self) -> String {
        match &self.share {
            Some(share) => format!("/shares/{}", share.public_id.as_str()),
            None => format!("/labs/{}", self.lab.handle),
        }
    }

    fn action(&self) -> String {
        format!("{}/{}", self.path(), if self.share.is_some() { "edit" } else { "shares/new" })
    }
}

/// What the editor holds.
#[derive(Default)]
pub(super) struct Values {
    pub title: String,
    pub body: String,
    pub kind: String,
    pub language: String,
    pub licence: String,
    pub voice: String,
    pub outcome: String,
    pub picture_kept: String,
    pub picture_description: String,
    action: String,
}

impl Values {
    /// A new share: what most people choose.
    pub fn blank(language: Language) -> Self {
        Self {
            kind: ShareKind::Update.code().to_owned(),
            language: language.code().to_owned(),
            licence: Licence::CcBy.code().to_owned(),
            voice: "lab".to_owned(),
            ..Self::default()
        }
    }

    /// A share as it was written.
    pub fn of(share: &Share) -> Self {
        Self {
            title: share.title.clone(),
            body: share.body.clone(),
            kind: share.kind.code().to_owned(),
            language: share.language.as_str().to_owned(),
            licence: share.licence.map_or("", Licence::code).to_owned(),
            outcome: share.outcome.map_or("", Outcome::code).to_owned(),
            picture_kept: share.picture.as_ref().and_then(name_of).unwrap_or_default(),
            picture_description: share.picture.as_ref().map(|picture| picture.description.clone()).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Whether the share should be shown, not published.
    pub fn is_preview(&self) -> bool {
        self.action == "preview"
    }

    /// Whether somebody wants to look, at the share or at what is like it, before publishing.
    pub fn is_a_look(&self) -> bool {
        self.is_preview() || self.action == "tried"
    }

    /// The draft that was written.
    pub fn read(&self, visit: &Visit) -> Result<Draft, Refused> {
        let kind = ShareKind::parse(&self.kind)?;
        let (language, licence) = (LanguageTag::parse(&self.language)?, Licence::parse(&self.licence)?);
        let mut draft = Draft::parse(kind, &self.title, &self.body, language, licence)?;
        draft.outcome = if self.outcome.is_empty() { None } else { Some(Outcome::parse(&self.outcome)?) };
        draft.picture = self.picture(visit);
        Ok(draft)
    }

    fn picture(&self, visit: &Visit) -> Option<Picture> {
        let url = (!self.picture_kept.is_empty()).then(|| visit.state.links().media(&self.picture_kept))?;
        Some(Picture { url, description: self.picture_description.clone() })
    }
}

/// What a browser sends.
#[derive(MultipartForm)]
pub struct Sent {
    #[multipart(limit = "1KB")]
    form_token: Option<Text<String>>,
    #[multipart(limit = "8KB")]
    title: Option<Text<String>>,
    #[multipart(limit = "400KB")]
    body: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    kind: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    language: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    licence: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    voice: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    outcome: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    picture_kept: Option<Text<String>>,
    #[multipart(limit = "8KB")]
    picture_description: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    action: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    picture_remove: Option<Text<String>>,
    picture: Option<TempFile>,
}

/// What was sent, and whether its form was written for this session.
pub(super) fn receive(signed: &SignedIn, sent: Sent) -> (Values, Option<TempFile>, bool) {
    let proven = signed.check(sent.form_token.as_ref().map_or("", |token| token.as_str())).is_ok();
    let (values, upload) = read(sent);
    (values, upload, proven)
}

/// What was typed, kept for someone whose session ended meanwhile.
pub(super) fn keep(visit: &Visit, sent: Sent) -> Result<HttpResponse, Error> {
    let (values, _) = read(sent);
    let others = vec![
        ("title", values.title),
        ("kind", values.kind),
        ("language", values.language),
        ("licence", values.licence),
        ("voice", values.voice),
        ("outcome", values.outcome),
        ("picture_kept", values.picture_kept),
        ("picture_description", values.picture_description),
        ("action", "preview".to_owned()),
    ];
    membership::keep(visit, Typed { action: visit.path.clone(), in_parts: true, body: values.body, others })
}

fn read(sent: Sent) -> (Values, Option<TempFile>) {
    let text = |field: Option<Text<String>>| field.map(Text::into_inner).unwrap_or_default();
    let mut values = Values {
        title: text(sent.title),
        body: text(sent.body),
        kind: text(sent.kind),
        language: text(sent.language),
        licence: text(sent.licence),
        voice: text(sent.voice),
        outcome: text(sent.outcome),
        picture_kept: text(sent.picture_kept),
        picture_description: text(sent.picture_description),
        action: text(sent.action),
    };
    if sent.picture_remove.is_some() {
        values.picture_kept.clear();
        values.picture_description.clear();
    }
    (values, sent.picture)
}

/// Keeps the picture at once, so that a preview does not ask for it again.
pub(super) async fn take_in(signed: &SignedIn, values: &mut Values, upload: Option<TempFile>) -> usecases::Outcome<()> {
    let picture = media::take_in(&signed.state, upload, &values.picture_kept, &values.picture_description).await?;
    values.picture_kept = picture.as_ref().and_then(name_of).unwrap_or_default();
    if let Some(picture) = picture {
        values.picture_description = picture.description;
    }
    Ok(())
}

/// The editor, with what has to be mended where something has.
pub(super) fn form(visit: &Visit, desk: &Desk, values: Values, refused: Option<&Refused>) -> Result<HttpResponse, Error> {
    let problem = refused.map(|refused| Problem::of(visit, refused)).unwrap_or_default();
    let page = Editor::lay_out(visit, desk, values, problem);
    match refused {
        Some(refused) => visit.page_with(error::status(refused.reason), &page),
        None => visit.page(&page),
    }
}

/// The editor, with shares like this one above it.
pub(super) fn form_with_tried(visit: &Visit, desk: &Desk, values: Values, tried: Vec<ShareCard>) -> Result<HttpResponse, Error> {
    visit.page(&Editor { tried: Some(tried), ..Editor::lay_out(visit, desk, values, Problem::default()) })
}

/// The editor, with the share as it would be above it, and shares like it where there are some to tell of.
pub(super) fn form_with_preview(
    visit: &Visit,
    desk: &Desk,
    values: Values,
    tried: Option<Vec<ShareCard>>,
) -> Result<HttpResponse, Error> {
    let draft = match values.read(visit) {
        Ok(draft) => draft,
        Err(refused) => return form(visit, desk, values, Some(&refused)),
    };
    let preview = Preview {
        content: text::render(&draft.body, visit.state.links(), &[]).content,
        language: draft.language.as_str().to_owned(),
        title: draft.title,
        picture: draft.picture.map(|picture| (picture.url.path().to_owned(), picture.description)),
    };
    visit.page(&Editor { preview: Some(preview), tried, ..Editor::lay_out(visit, desk, values, Problem::default()) })
}

#[derive(Template)]
#[template(path = "share/editor.html")]
struct Editor<'a> {
    visit: &'a Visit,
    lab: String,
    lab_path: String,
    is_new: bool,
    path: String,
    action: String,
    kinds: Vec<Choice>,
    outcomes: Vec<Choice>,
    languages: Vec<Choice>,
    licences: Vec<Choice>,
    voices: Vec<Choice>,
    values: Values,
    problem: Problem,
    preview: Option<Preview>,
    /// What is like it, where somebody was told.
    tried: Option<Vec<ShareCard>>,
}

/// A share as it would be.
struct Preview {
    title: String,
    content: Html,
    language: String,
    picture: Option<(String, String)>,
}

/// One of a list to choose from.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

impl Choice {
    fn new(value: &str, label: String, chosen: &str) -> Self {
        Self { value: value.to_owned(), label, chosen: value == chosen }
    }
}

impl<'a> Editor<'a> {
    fn lay_out(visit: &'a Visit, desk: &Desk, values: Values, problem: Problem) -> Self {
        let word = |group: &str, code: &'static str, chosen: &str| Choice::new(code, visit.word(group, code), chosen);
        let mut outcomes = vec![Choice::new("", visit.say("outcome-none"), &values.outcome)];
        outcomes.extend(Outcome::ALL.iter().map(|outcome| word("outcome", outcome.code(), &values.outcome)));
        Self {
            visit,
            lab: desk.lab.name.clone(),
            lab_path: format!("/labs/{}", desk.lab.handle),
            is_new: desk.share.is_none(),
            path: desk.path(),
            action: desk.action(),
            kinds: ShareKind::ALL.iter().map(|kind| word("kind", kind.code(), &values.kind)).collect(),
            outcomes,
            languages: languages(&values.language),
            licences: Licence::ALL.iter().map(|licence| word("licence", licence.code(), &values.licence)).collect(),
            voices: voices(visit, desk, &values.voice),
            values,
            problem,
            preview: None,
            tried: None,
        }
    }
}

fn languages(chosen: &str) -> Vec<Choice> {
    let mut codes = vec!["nl", "en", "fy", "de", "fr"];
    if !codes.contains(&chosen) && LanguageTag::parse(chosen).is_ok() {
        codes.push(chosen);
    }
    let tags = codes.into_iter().filter_map(|code| LanguageTag::parse(code).ok());
    tags.map(|tag| Choice::new(tag.as_str(), tag.name().to_owned(), chosen)).collect()
}

/// Whose voice a new share can have; a published one keeps its own.
fn voices(visit: &Visit, desk: &Desk, chosen: &str) -> Vec<Choice> {
    if desk.share.is_some() {
        return Vec::new();
    }
    let mut voices = vec![Choice::new("lab", visit.tell("voice-lab", "lab", &desk.lab.name), chosen)];
    if let Some(member) = visit.member() {
        let label = visit.tell("voice-member", "name", &member.actor.name);
        voices.push(Choice::new(&member.actor.handle, label, chosen));
    }
    if may(desk.standing, Action::SpeakForOrganisation) {
        let label = visit.tell("voice-organisation", "organisation", visit.organisation());
        voices.push(Choice::new("organisation", label, chosen));
    }
    voices
}

fn name_of(picture: &Picture) -> Option<String> {
    picture.url.path_segments()?.next_back().map(str::to_owned)
}
