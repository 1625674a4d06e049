//! Profiles as JSON: what our labs and organisation say beside what every actor says, and what others say of that (decision 0010).
//! What another says badly is left out; nothing here makes an actor unreadable.

use serde_json::{Map, Value, json};
use url::Url;

use super::wire;
use crate::domain::{
    actor::{Actor, ActorKind},
    lab::LabKind,
    language::LanguageTag,
    organisation::{Organisation, OrganisationKind, Tooi},
    peer::same_origin,
    profile::{Day, LANGUAGES, Mandate, OpenTo, Place, Profile, Said, State, THEMES},
    theme::{Labels, SAME_AS_LIMIT, Theme, ThemeId},
};

/// Most earlier ids of an actor.
const KNOWN_AS: usize = 10;

/// What is said of a lab or an organisation, as fields of its document.
pub(super) fn write(said: &Said) -> Vec<(&'static str, Value)> {
    match said {
        Said::Lab(profile) => write_profile(profile),
        Said::Organisation(organisation) => {
            let kind = organisation.kind.map(|kind| ("kind", kind.code().into()));
            let tooi = organisation.tooi.as_ref().map(|tooi| ("sameAs", json!([tooi.as_str()])));
            kind.into_iter().chain(tooi).collect()
        }
    }
}

fn write_profile(profile: &Profile) -> Vec<(&'static str, Value)> {
    let codes = |open: &[OpenTo]| open.iter().map(|open| open.code()).collect::<Vec<_>>();
    let tags: Vec<&str> = profile.languages.iter().map(LanguageTag::as_str).collect();
    let day = |day: Option<Day>| day.map(|day| day.to_string().into());
    let said = |is_said: bool, value: Value| is_said.then_some(value);
    let fields = [
        ("kind", Some(profile.kind.map_or("lab", LabKind::code).into())),
        ("state", Some(profile.state.code().into())),
        ("openTo", said(!profile.open_to.is_empty(), json!(codes(&profile.open_to)))),
        ("location", said(!profile.place.is_empty(), json!({"type": "Place", "name": profile.place.as_str()}))),
        ("inLanguage", said(!tags.is_empty(), json!(tags))),
        ("mandate", said(!profile.mandate.is_empty(), profile.mandate.as_str().into())),
        ("theme", said(!profile.themes.is_empty(), profile.themes.iter().map(write_theme).collect())),
        ("foundingDate", day(profile.founded)),
        ("dissolutionDate", day(profile.ended)),
        ("successor", profile.successor.as_ref().map(|url| url.as_str().into())),
        ("movedTo", profile.moved_to.as_ref().map(|url| url.as_str().into())),
        ("alsoKnownAs", said(!profile.known_as.is_empty(), profile.known_as.iter().map(Url::as_str).collect())),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// A theme as it stands in a lab's document, and at its own address.
#[must_use]
pub fn write_theme(theme: &Theme) -> Value {
    let named = [("nl", &theme.labels.nl), ("en", &theme.labels.en)].into_iter().filter(|(_, label)| !label.is_empty());
    let names: Map<String, Value> = named.map(|(tag, label)| (tag.to_owned(), label.as_str().into())).collect();
    let mut value = json!({"id": theme.uri.as_str(), "type": "Theme", "nameMap": names});
    if !theme.same_as.is_empty() {
        value["sameAs"] = theme.same_as.iter().map(Url::as_str).collect();
    }
    value
}

/// What an actor of another host says beside what every actor says; `None` where it is neither a lab nor an organisation.
#[must_use]
pub fn read(document: &Value, actor: &Actor) -> Option<Said> {
    match actor.kind {
        ActorKind::Lab => Some(Said::Lab(Box::new(read_profile(document, actor)))),
        ActorKind::Organisation => Some(Said::Organisation(Organisation {
            kind: wire::text(document, "kind").and_then(|code| OrganisationKind::parse(code).ok()),
            tooi: wire::many(document, "sameAs").filter_map(wire::id).find_map(|uri| Tooi::parse(uri).ok()),
        })),
        ActorKind::Instance | ActorKind::Member => None,
    }
}

fn read_profile(document: &Value, actor: &Actor) -> Profile {
    let texts = |name| wire::many(document, name).filter_map(Value::as_str);
    let day = |name| wire::text(document, name).and_then(Day::read);
    let state = wire::text(document, "state").and_then(|code| State::parse(code).ok());
    let mut open_to: Vec<OpenTo> = texts("openTo").filter_map(|code| OpenTo::parse(code).ok()).collect();
    open_to.sort_unstable();
    open_to.dedup();
    let mut languages: Vec<LanguageTag> = Vec::new();
    for tag in texts("inLanguage").filter_map(|tag| LanguageTag::parse(tag).ok()) {
        if languages.len() < LANGUAGES && !languages.contains(&tag) {
            languages.push(tag);
        }
    }
    languages.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    let place = wire::one(document, "location").and_then(|place| place.as_str().or_else(|| wire::text(place, "name")));
    Profile {
        kind: wire::text(document, "kind").and_then(|code| LabKind::parse(code).ok()),
        state: state.unwrap_or_default(),
        place: Place::told(place.unwrap_or_default()),
        languages,
        open_to,
        mandate: Mandate::told(wire::text(document, "mandate").unwrap_or_default()),
        themes: read_themes(document),
        founded: day("foundingDate"),
        ended: day("dissolutionDate"),
        successor: wire::url(document, "successor")
            .or_else(|| wire::url(document, "movedTo"))
            .filter(|successor| *successor != actor.uri),
        moved_to: wire::url(document, "movedTo").filter(|target| *target != actor.uri),
        known_as: known_as(document),
    }
}

/// The ids under which an actor says that it was known before, at most ten.
#[must_use]
pub(super) fn known_as(document: &Value) -> Vec<Url> {
    wire::many(document, "alsoKnownAs").filter_map(wire::id).filter_map(wire::parse_url).take(KNOWN_AS).collect()
}

fn read_themes(document: &Value) -> Vec<Theme> {
    let mut themes: Vec<Theme> = Vec::new();
    for theme in wire::many(document, "theme").filter_map(read_theme) {
        if themes.len() < THEMES && themes.iter().all(|known| known.uri != theme.uri) {
            themes.push(theme);
        }
    }
    themes
}

fn read_theme(value: &Value) -> Option<Theme> {
    let uri = wire::id(value).and_then(wire::parse_url)?;
    let name = |tag: &str| value.get("nameMap").and_then(|map| map.get(tag)).and_then(Value::as_str);
    let last = uri.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let plain = wire::text(value, "name").unwrap_or(last);
    let labels = match (name("nl"), name("en")) {
        (None, None) => Labels::told("", plain),
        (nl, en) => Labels::told(nl.unwrap_or_default(), en.unwrap_or_default()),
    };
    let same_as = wire::many(value, "sameAs").filter_map(wire::id).filter_map(wire::parse_url).take(SAME_AS_LIMIT).collect();
    Some(Theme { id: ThemeId(0), uri, slug: None, labels, same_as })
}

/// Whether an actor says the same as we know, whatever rows its themes have.
pub(super) fn is_same(told: Option<&Said>, known: Option<&Said>, actor: &Actor) -> bool {
    let bare = |said: Option<&Said>| match said {
        Some(Said::Lab(profile)) => {
            let mut themes: Vec<Theme> = profile.themes.iter().map(|theme| plain(theme, actor)).collect();
            themes.sort_by(|one, other| one.uri.cmp(&other.uri));
            Some(Said::Lab(Box::new(Profile { themes, ..Profile::clone(profile) })))
        }
        other => other.cloned(),
    };
    bare(told) == bare(known)
}

/// What of a theme is believed of this actor.
fn plain(theme: &Theme, actor: &Actor) -> Theme {
    let theme = Theme { id: ThemeId(0), slug: None, ..theme.clone() };
    if same_origin(&theme.uri, &actor.uri) { theme } else { Theme { labels: Labels::default(), same_as: Vec::new(), ..theme } }
}
