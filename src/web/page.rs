//! A page: a template, rendered in the visitor's language, with the headers that every page has.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;

use super::{
    asset,
    card::LabCard,
    error::{self, Error},
    linked_data,
    request::Visit,
};
use crate::{
    domain::{
        language::Language,
        moment::{self, Moment},
        peer::SILENT_AFTER,
        profile::Day,
        refusal::Refused,
        slice::Cursor,
        theme::Labels,
    },
    i18n,
    storage::Failed,
};

/// What was wrong with a form: which field, and what to do. An empty field means the form as a whole.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    field: &'static str,
    message: String,
}

impl Problem {
    /// Puts a refusal into words, beside the field it is about.
    #[must_use]
    pub fn of(visit: &Visit, refused: &Refused) -> Self {
        Self { field: field_of(refused.key), message: i18n::explain(visit.language, refused) }
    }

    /// The same, beside a field that the refusal does not know of.
    #[must_use]
    pub fn in_field(visit: &Visit, field: &'static str, refused: &Refused) -> Self {
        Self { field, ..Self::of(visit, refused) }
    }

    /// What is wrong with this field; empty where nothing is.
    #[must_use]
    pub fn at(&self, field: &str) -> &str {
        if self.field == field { &self.message } else { "" }
    }

    /// What is wrong, whatever field it is about; empty where nothing is.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The field to mend; empty where it is the form as a whole.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }
}

/// What templates call.
impl Visit {
    /// A message.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        i18n::say(self.language, key)
    }

    /// The message of a kind of thing: `kind` and `result` are the key `kind-result`.
    #[must_use]
    pub fn word(&self, group: &str, code: &str) -> String {
        i18n::say(self.language, &format!("{group}-{}", code.to_ascii_lowercase().replace(['_', '.'], "-")))
    }

    /// A message with one argument.
    #[must_use]
    pub fn tell(&self, key: &str, name: &str, value: impl AsRef<str>) -> String {
        i18n::say_with(self.language, key, &[(name, value.as_ref().to_owned())])
    }

    /// A message with a number that chooses its plural.
    #[must_use]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass fields by reference")]
    pub fn count(&self, key: &str, count: &i64) -> String {
        i18n::say_with(self.language, key, &[("count", count.to_string())])
    }

    /// A date as people write it.
    #[must_use]
    pub fn date(&self, at: &Moment) -> String {
        let month = self.say(&format!("month-{}", at.format("%-m")));
        format!("{} {month} {}", at.format("%-d"), at.format("%Y"))
    }

    /// Since when a host does not answer, where that is long enough to tell.
    #[must_use]
    #[expect(clippy::ref_option, reason = "templates pass fields by reference")]
    pub fn silent_since(&self, failing: &Option<Moment>) -> Option<Moment> {
        failing.filter(|since| self.state.clock().now() - *since >= SILENT_AFTER)
    }

    /// How far off a moment is, in the largest unit that fits.
    #[must_use]
    pub fn how_far(&self, now: &Moment, at: &Moment) -> String {
        let seconds = (*at - *now).num_seconds();
        let (key, count) = match seconds.abs() {
            0 => return self.say("time-now"),
            1..60 => ("time-seconds", seconds.abs()),
            60..3_600 => ("time-minutes", (seconds.abs() + 30) / 60),
            3_600..86_400 => ("time-hours", (seconds.abs() + 1_800) / 3_600),
            _ => ("time-days", (seconds.abs() + 43_200) / 86_400),
        };
        let time = self.count(key, &count);
        let (ahead, past) = ("time-ahead", "time-past");
        self.tell(if seconds > 0 { ahead } else { past }, "time", time)
    }

    /// A day as people write it.
    #[must_use]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass fields by reference")]
    pub fn day(&self, day: &Day) -> String {
        self.date(&day.begins())
    }

    /// What a theme is called in the language of the page.
    #[must_use]
    pub fn label(&self, labels: &Labels) -> String {
        labels.of(self.language).to_owned()
    }

    /// A date as machines read it.
    #[must_use]
    #[expect(clippy::unused_self, reason = "templates call it beside `date`")]
    pub fn instant(&self, at: &Moment) -> String {
        moment::to_wire(*at)
    }

    /// A path of ours, with the language that the visitor chose.
    #[must_use]
    pub fn to(&self, path: impl AsRef<str>) -> String {
        let path = path.as_ref();
        if !self.chosen {
            return path.to_owned();
        }
        let (path, anchor) = path.split_once('#').map_or((path, String::new()), |(path, anchor)| (path, format!("#{anchor}")));
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}lang={}{anchor}", self.language)
    }

    /// The path to a page below a lab's: its form, its follow page.
    #[must_use]
    pub fn to_lab(&self, handle: &str, page: &str) -> String {
        self.to(format!("/labs/{handle}/{page}"))
    }

    /// The path to a page below a share's.
    #[must_use]
    pub fn to_share(&self, id: &str, page: &str) -> String {
        self.to(format!("/shares/{id}/{page}"))
    }

    /// The path to a page below a theme's.
    #[must_use]
    pub fn to_theme(&self, slug: &str, page: &str) -> String {
        self.to(format!("/themes/{slug}/{page}"))
    }

    /// The path to a page below another.
    #[must_use]
    pub fn to_below(&self, path: &str, page: &str) -> String {
        self.to(format!("{path}/{page}"))
    }

    /// The path to what a list shows before a cursor.
    #[must_use]
    pub fn to_older(&self, path: &str, before: &Cursor) -> String {
        self.to(format!("{path}?before={before}"))
    }

    /// The path to the newest replies to a share, or to those before a cursor.
    #[must_use]
    pub fn to_replies(&self, id: &str, before: Option<&Cursor>) -> String {
        let before = before.map_or_else(String::new, |before| format!("?before={before}"));
        self.to(format!("/shares/{id}{before}#replies"))
    }

    /// The other languages, with the path of this page in each.
    #[must_use]
    pub fn other_languages(&self) -> Vec<(&'static str, &'static str, String)> {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        let others = Language::ALL.into_iter().filter(|language| *language != self.language);
        others.map(|language| (language.code(), name(language), format!("{}{joint}lang={language}", self.here))).collect()
    }

    /// What search engines read of a lab.
    #[must_use]
    pub fn linked_lab(&self, card: &LabCard) -> String {
        linked_data::of_lab(card, self.language)
    }

    /// A path of ours as a whole address.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        self.state.links().at(path).to_string()
    }

    /// The organisation's name.
    #[must_use]
    pub fn organisation(&self) -> &str {
        &self.state.settings.organisation_name
    }

    /// Our host, as it stands in addresses.
    #[must_use]
    pub fn host(&self) -> String {
        self.state.links().host()
    }

    /// A style sheet or icon, under a name that changes with its content.
    #[must_use]
    #[expect(clippy::unused_self, reason = "templates reach everything through the visit")]
    pub fn asset(&self, name: &str) -> String {
        asset::path(name)
    }

    /// Whether this is the current page, or one below it.
    #[must_use]
    pub fn is_at(&self, path: &str) -> bool {
        self.path == path
    }
}

/// What handlers answer with.
impl Visit {
    /// Renders a page.
    ///
    /// # Errors
    /// `Failed` where a template cannot be rendered.
    pub fn page(&self, template: &impl Template) -> Result<HttpResponse, Error> {
        self.page_with(StatusCode::OK, template)
    }

    /// Renders a page with another status: a form to be mended, an error.
    ///
    /// # Errors
    /// `Failed` where a template cannot be rendered.
    pub fn page_with(&self, status: StatusCode, template: &impl Template) -> Result<HttpResponse, Error> {
        let html = template.render().map_err(Failed::because("render a page"))?;
        let cache = if self.session.is_some() { "private, no-store" } else { "no-cache" };
        Ok(HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CONTENT_LANGUAGE, self.language.code()))
            .insert_header((header::VARY, "Accept, Accept-Language, Cookie"))
            .insert_header((header::CACHE_CONTROL, cache))
            .body(html))
    }

    /// Leads on to a page of ours, as is right after a form.
    #[must_use]
    pub fn lead_to(&self, path: &str) -> HttpResponse {
        lead_away(&self.to(path))
    }
}

/// Leads to another server, or to a page of ours whose language is no matter.
#[must_use]
pub fn lead_away(to: &str) -> HttpResponse {
    // What cannot stand in a header is no address of anything here.
    let place = header::HeaderValue::from_str(to).unwrap_or(header::HeaderValue::from_static("/"));
    HttpResponse::build(error::OVER_THERE).insert_header((header::LOCATION, place)).finish()
}

/// The field that a refusal is about; empty where it is none of a form.
pub(super) fn field_of(key: &str) -> &'static str {
    match key {
        "title-blank" | "title-too-long" => "title",
        "body-blank" | "body-too-long" => "body",
        "share-kind" | "lab-kind" => "kind",
        "language" => "language",
        "licence" => "licence",
        "outcome" => "outcome",
        "name-blank" | "name-too-long" | "token-name-blank" | "token-name-too-long" => "name",
        "summary-too-long" => "summary",
        "lab-state" => "state",
        "place-too-long" => "place",
        "languages-many" => "languages",
        "mandate-too-long" => "mandate",
        "day" => "founded",
        "themes-many" => "themes",
        "open-to" => "open_to",
        "token-until" => "until",
        "scope" | "scopes-none" => "scopes",
        "successor-unknown" | "successor-itself" => "successor",
        "theme-slug" | "theme-taken" => "slug",
        "theme-label-blank" | "theme-label-too-long" => "nl",
        "theme-same-as" | "theme-same-as-many" => "same_as",
        "address" | "follow-own" | "no-follow-screen" => "address",
        key if key.starts_with("handle") => "handle",
        key if key.starts_with("picture") => "picture",
        _ => "",
    }
}

const fn name(language: Language) -> &'static str {
    match language {
        Language::Nl => "Nederlands",
        Language::En => "English",
    }
}
