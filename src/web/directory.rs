//! The directory of labs: one list, narrowed down and sorted by what stands in its address, as a page in three views and in the
//! forms that programs read.

mod export;

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use askama::Template;
use chrono::TimeDelta;
use url::form_urlencoded::Serializer;

use super::{
    card::{LabCard, LabList},
    error::Error,
    request::Visit,
};
use crate::{
    domain::{
        directory::{Place, Sort, View, Wanted, Whose},
        lab::LabKind,
        language::LanguageTag,
        moment::Moment,
        organisation::{KnownOrganisation, OrganisationKind},
        profile::{OpenTo, State},
        theme::Theme,
    },
    storage::{Failed, Tx, directory, organisation, theme},
};
use export::Format;

/// How many labs a page of the directory shows.
const LABS: usize = 48;

/// How many of each a form offers to choose from.
const ORGANISATIONS: i64 = 200;
const PLACES: i64 = 60;
const LANGUAGES: i64 = 20;

/// How long what the form offers may be old.
const OFFERED_FOR: TimeDelta = TimeDelta::seconds(30);

/// The address of a part of the directory, as it was asked for.
#[derive(Debug, Clone)]
struct Asked {
    wanted: Wanted,
    view: View,
    after: Place,
}

impl Asked {
    fn read(pairs: &[(String, String)]) -> Self {
        let value = |name: &str| pairs.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.as_str());
        let mut wanted = Wanted::read(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let view = View::read(value("view"));
        if view == View::Alphabet {
            wanted.sort = Sort::Name;
        }
        Self { wanted, view, after: value("after").parse().unwrap_or(Place::Begin) }
    }

    /// The same as a query; without a place it is the beginning.
    fn query(&self, after: &Place) -> String {
        let view = Some(self.view.code().to_owned()).filter(|_| self.view != View::default());
        let place = Some(after.to_string()).filter(|place| !place.is_empty());
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.wanted.write());
        query.extend_pairs(view.map(|view| ("view", view)));
        query.extend_pairs(place.map(|place| ("after", place)));
        query.finish()
    }

    fn path(&self, after: &Place) -> String {
        joined("/labs", &self.query(after))
    }
}

fn joined(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// What the form offers, as it was a moment ago: looking through every lab for it costs more than the page itself.
#[derive(Debug, Default)]
pub struct Offer(Mutex<Option<(Moment, Arc<Choices>)>>);

impl Offer {
    fn find(&self, now: Moment) -> Option<Arc<Choices>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref()
            .filter(|(since, _)| (TimeDelta::zero()..OFFERED_FOR).contains(&(now - *since)))
            .map(|(_, held)| held.clone())
    }

    fn keep(&self, now: Moment, choices: Choices) -> Arc<Choices> {
        let choices = Arc::new(choices);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, choices.clone()));
        choices
    }
}

/// What the form offers beside our themes.
#[derive(Debug)]
struct Choices {
    organisations: Vec<KnownOrganisation>,
    places: Vec<String>,
    languages: Vec<LanguageTag>,
}

impl Choices {
    fn read(tx: &mut Tx<'_>) -> Result<Self, Failed> {
        let languages = directory::list_languages(tx, LANGUAGES)?;
        Ok(Self {
            organisations: organisation::list(tx, ORGANISATIONS)?,
            places: directory::list_places(tx, PLACES)?,
            languages: languages.iter().filter_map(|tag| LanguageTag::parse(tag).ok()).collect(),
        })
    }
}

/// Another way to see the same.
struct Way {
    word: &'static str,
    path: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "directory/list.html")]
struct Page<'a> {
    visit: &'a Visit,
    asked: Asked,
    themes: Vec<Theme>,
    choices: Arc<Choices>,
    cards: Vec<LabCard>,
    next: String,
}

impl Page<'_> {
    fn views(&self) -> Vec<Way> {
        let way = |view: &View| Way {
            word: view.code(),
            path: Asked { view: *view, ..self.asked.clone() }.path(&Place::Begin),
            is_current: *view == self.asked.view,
        };
        View::ALL.iter().map(way).collect()
    }

    fn sorts(&self) -> Vec<Way> {
        let sorted = |sort| Wanted { sort, ..self.asked.wanted.clone() };
        let way = |sort: &Sort| Way {
            word: sort.code(),
            path: Asked { wanted: sorted(*sort), ..self.asked.clone() }.path(&Place::Begin),
            is_current: *sort == self.asked.wanted.sort,
        };
        Sort::ALL.iter().map(way).collect()
    }

    /// The alphabet, each letter with its part of the directory.
    fn letters(&self) -> Vec<(char, String, bool)> {
        let wanted = &self.asked.wanted;
        let letters = ('a'..='z').chain(['#']).map(|letter| {
            let wanted = Wanted { letter: Some(letter), ..wanted.clone() };
            (letter.to_ascii_uppercase(), wanted)
        });
        let path = |wanted: Wanted| Asked { wanted, ..self.asked.clone() }.path(&Place::Begin);
        letters.map(|(letter, wanted)| (letter, path(wanted.clone()), wanted.letter == self.asked.wanted.letter)).collect()
    }

    /// The same for programs.
    fn formats(&self) -> Vec<(&'static str, String)> {
        let query = self.asked.query(&Place::Begin);
        Format::ALL.into_iter().map(|format| (format.code(), joined(&format!("/labs.{}", format.code()), &query))).collect()
    }

    /// Whether something is narrowed down that not everyone looks for.
    fn is_narrow(&self) -> bool {
        let wanted = &self.asked.wanted;
        let chosen = [
            wanted.organisation_kind.is_some(),
            !wanted.host.is_empty(),
            !wanted.place.is_empty(),
            wanted.language.is_some(),
            wanted.open_to.is_some(),
            wanted.whose != Whose::All,
        ];
        chosen.contains(&true)
    }

    fn first(&self) -> String {
        self.asked.path(&Place::Begin)
    }

    /// The labs, and before the first of each letter that letter.
    fn lettered(&self) -> Vec<(Option<char>, &LabCard)> {
        let mut last = None;
        let letter = |card: &LabCard| Some(card.letter()).filter(|letter| last.replace(*letter) != Some(*letter));
        self.cards.iter().map(letter).zip(&self.cards).collect()
    }
}

/// The directory: labs of ours and of others, all of them or those that someone looks for.
pub async fn list(visit: Visit, pairs: Query<Vec<(String, String)>>, offer: Data<Offer>) -> Result<HttpResponse, Error> {
    let asked = Asked::read(&pairs);
    if visit.wants_activity {
        return export::answer(&visit, &asked, Format::Activity).await;
    }
    let (wanted, after, now) = (asked.wanted.clone(), asked.after.clone(), visit.state.clock().now());
    let held = offer.find(now);
    let is_held = held.is_some();
    let read = visit.state.store().read(move |tx| {
        let choices = if is_held { None } else { Some(Choices::read(tx)?) };
        Ok::<_, Failed>((LabList::read(tx, &wanted, &after, LABS)?, theme::list(tx)?, choices))
    });
    let (labs, mut themes, choices) = read.await?;
    let choices = held.or_else(|| choices.map(|choices| offer.keep(now, choices))).ok_or_else(Error::unknown_page)?;
    themes.sort_by_key(|theme| theme.labels.of(visit.language).to_lowercase());
    let next = labs.next.map_or_else(String::new, |place| asked.path(&place));
    visit.page(&Page { visit: &visit, asked, themes, choices, cards: labs.cards, next })
}

/// The same for programs.
pub async fn export(visit: Visit, format: Path<String>, pairs: Query<Vec<(String, String)>>) -> Result<HttpResponse, Error> {
    let format = Format::ALL.into_iter().find(|known| known.code() == format.as_str()).ok_or_else(Error::unknown_page)?;
    export::answer(&visit, &Asked::read(&pairs), format).await
}
