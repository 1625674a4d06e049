//! What whoever looks after the instance changes of its themes: add one, describe it anew, make two of them one.

use actix_web::{
    HttpResponse,
    web::{Form, Path},
};
use askama::Template;

use crate::{
    domain::{
        feature::{Consent, word_of_theme},
        refusal::Refused,
        theme::{Described, Slug, Theme, ThemeId},
    },
    storage::{Failed, Tx, feature, theme},
    usecases::{self, Outcome, theme as themes},
    web::{
        error::{self, Error},
        page::Problem,
        request::{Administering, Visit},
    },
};

/// How many themes of others are shown to choose from.
const OTHERS: i64 = 60;

/// What the forms send.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Sent {
    form_token: String,
    slug: String,
    nl: String,
    en: String,
    same_as: String,
    into: String,
}

#[derive(Template)]
#[template(path = "theme/edit.html")]
struct Page<'a> {
    visit: &'a Visit,
    /// The slug of the theme that is changed; empty for a new one.
    slug: String,
    values: Sent,
    ours: Vec<Theme>,
    /// Themes of others, and whether each meets one of ours.
    others: Vec<(Theme, Option<ThemeId>)>,
    /// How many labs consented and how many are asked, where the theme is shown as a collection.
    shown: Option<(i64, i64)>,
    problem: Problem,
}

impl Page<'_> {
    fn met(&self, meets: Option<&ThemeId>) -> Option<&Theme> {
        self.ours.iter().find(|theme| Some(&theme.id) == meets)
    }
}

/// The form of a theme: `new`, or one that there is.
pub async fn ask(visit: Administering, slug: Path<String>) -> Result<HttpResponse, Error> {
    if *slug == "new" {
        return form(&visit, String::new(), Sent::default(), None).await;
    }
    let slug = Slug::parse(&slug)?;
    let found = visit.state.store().read(move |tx| themes::find(tx, &slug)).await?;
    let same_as = found.same_as.iter().map(url::Url::as_str).collect::<Vec<_>>().join("\n");
    let values = Sent { nl: found.labels.nl, en: found.labels.en, same_as, ..Sent::default() };
    form(&visit, found.slug.map(|slug| slug.to_string()).unwrap_or_default(), values, None).await
}

/// Adds a theme, and leads to its page.
pub async fn add(visit: Administering, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let sent = sent.into_inner();
    let added = write_new(&visit, &sent).await;
    answer(&visit, String::new(), sent, added).await
}

/// Describes a theme anew, and leads to its page.
pub async fn revise(visit: Administering, slug: Path<String>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let sent = sent.into_inner();
    let revised = write_revision(&visit, &slug, &sent).await;
    answer(&visit, slug.into_inner(), sent, revised).await
}

/// Makes a theme one with another, and leads to that.
pub async fn merge(visit: Administering, slug: Path<String>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let (by, slug, into) = (visit.by(), Slug::parse(&slug)?, Slug::parse(&sent.into)?);
    let merged = visit.state.store().write(move |tx| themes::merge(tx, Some(&by), &slug, &into)).await?;
    Ok(visit.lead_to(&merged.path().unwrap_or_else(|| "/themes".to_owned())))
}

async fn write_new(visit: &Administering, sent: &Sent) -> Outcome<Theme> {
    let (slug, described) = (Slug::parse(&sent.slug)?, Described::parse(&sent.nl, &sent.en, &sent.same_as)?);
    let (by, links) = (visit.by(), visit.state.links().clone());
    visit.state.store().write(move |tx| themes::add(tx, &links, Some(&by), &slug, described)).await
}

async fn write_revision(visit: &Administering, slug: &str, sent: &Sent) -> Outcome<Theme> {
    let (slug, described) = (Slug::parse(slug)?, Described::parse(&sent.nl, &sent.en, &sent.same_as)?);
    let by = visit.by();
    visit.state.store().write(move |tx| themes::revise(tx, Some(&by), &slug, described)).await
}

async fn answer(visit: &Administering, slug: String, sent: Sent, done: Outcome<Theme>) -> Result<HttpResponse, Error> {
    match done {
        Ok(theme) => Ok(visit.lead_to(&theme.path().unwrap_or_else(|| "/themes".to_owned()))),
        Err(usecases::Error::Refused(refused)) if error::can_be_mended(refused.reason) => {
            form(visit, slug, sent, Some(&refused)).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn form(visit: &Administering, slug: String, values: Sent, refused: Option<&Refused>) -> Result<HttpResponse, Error> {
    let asked = slug.clone();
    let read = visit
        .state
        .store()
        .read(move |tx| Ok::<_, Failed>((theme::list(tx)?, theme::list_of_others(tx, OTHERS)?, count_shown(tx, &asked)?)));
    let (ours, others, shown) = read.await?;
    let problem = refused.map(|refused| Problem::of(visit, refused)).unwrap_or_default();
    let page = Page { visit, slug, values, ours, others, shown, problem };
    match refused {
        Some(refused) => visit.page_with(error::status(refused.reason), &page),
        None => visit.page(&page),
    }
}

fn count_shown(tx: &mut Tx<'_>, slug: &str) -> Result<Option<(i64, i64)>, Failed> {
    let Ok(slug) = Slug::parse(slug) else { return Ok(None) };
    let Some(collection) = feature::find_collection(tx, &word_of_theme(&slug))? else { return Ok(None) };
    let items = feature::list_items(tx, collection.id)?;
    let count = |consent| i64::try_from(items.iter().filter(|item| item.consent == consent).count()).unwrap_or(i64::MAX);
    Ok(Some((count(Consent::Granted), count(Consent::Asked))))
}
