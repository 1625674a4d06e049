//! A lab as the API tells it: what its page says, for programs.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        actor::Actor,
        lab::LabKind,
        language::LanguageTag,
        moment::{Moment, to_wire},
        organisation::{KnownOrganisation, OrganisationKind},
        peer::SILENT_AFTER,
        profile::Day,
        theme::{Labels, Theme},
    },
    storage::{Tx, lab},
    usecases::Outcome,
    web::{
        api::{answer::Here, word},
        card::{LabCard, lab_path},
    },
};

/// A part of the directory.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabPage {
    /// The labs.
    pub items: Vec<Lab>,
    /// The address of the next part; `null` where this is the last.
    pub next: Option<String>,
}

/// A lab: a group that one can follow.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lab {
    /// Its name in this API: its handle, with `@host` where it lives elsewhere.
    #[schema(example = "spoor")]
    id: String,
    /// Its id for ActivityPub, which is its own everywhere.
    #[schema(format = "uri")]
    activity_pub_id: String,
    /// Its page at its home.
    #[schema(format = "uri")]
    url: String,
    /// Its page here.
    #[schema(format = "uri")]
    page_here: String,
    /// Its name.
    name: String,
    /// `handle@host`: what one types to follow it.
    address: String,
    /// Where it lives.
    host: String,
    /// Whether that is here.
    local: bool,
    /// The organisation it says it belongs to, where that is known here.
    organisation: Option<OrganisationReference>,
    /// How it begins to describe itself, as plain text.
    summary: String,
    /// Its whole description, as HTML; where one lab is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// Its whole description as it was written, in Markdown; where one of our labs is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Its kind, where that is known.
    #[schema(schema_with = word::known_lab_kind)]
    kind: Option<&'static str>,
    /// Where it stands.
    #[schema(schema_with = word::state)]
    state: &'static str,
    /// Where it is.
    place: String,
    /// By whose order it works, and with what room.
    mandate: String,
    /// The languages it works in.
    languages: Vec<String>,
    /// What it works on, as that is called here.
    themes: Vec<ThemeReference>,
    /// What others may come for: visits, questions, joint work.
    open_to: Vec<&'static str>,
    /// When it was founded.
    #[schema(format = Date)]
    founded: Option<String>,
    /// When it ended.
    #[schema(format = Date)]
    ended: Option<String>,
    /// The ActivityPub id of the lab that goes on with its work.
    #[schema(format = "uri")]
    successor: Option<String>,
    /// How many follow it: everyone for ours, those here for others.
    followers: i64,
    /// How many take part, which is known of ours alone.
    participants: Option<i64>,
    /// When something was last shared in it.
    #[schema(format = DateTime)]
    active_at: Option<String>,
    /// When it last changed what it says of itself.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it was last read at its home, where that is elsewhere.
    #[schema(format = DateTime)]
    read_at: Option<String>,
    /// Since when its home does not answer.
    #[schema(format = DateTime)]
    unreachable_since: Option<String>,
}

impl Lab {
    /// As lists tell it.
    pub fn of(here: &Here, card: &LabCard) -> Self {
        let (actor, profile) = (&card.actor, &card.profile);
        Self {
            id: id_of(actor),
            activity_pub_id: actor.uri.to_string(),
            url: actor.page.to_string(),
            page_here: here.links.at(&card.path).to_string(),
            name: actor.name.clone(),
            address: actor.address(),
            host: actor.host.clone(),
            local: actor.local,
            organisation: card.organisation.as_ref().map(OrganisationReference::of),
            summary: card.excerpt.clone(),
            content: None,
            description: None,
            kind: profile.kind.map(LabKind::code),
            state: profile.state.code(),
            place: profile.place.to_string(),
            mandate: profile.mandate.to_string(),
            languages: profile.languages.iter().map(|tag| LanguageTag::as_str(tag).to_owned()).collect(),
            themes: card.themes.iter().map(ThemeReference::of).collect(),
            open_to: profile.open_to.iter().map(|open| open.code()).collect(),
            founded: profile.founded.map(|day| Day::to_string(&day)),
            ended: profile.ended.map(|day| Day::to_string(&day)),
            successor: profile.successor.as_ref().map(ToString::to_string),
            followers: card.followers,
            participants: actor.local.then_some(card.participants),
            active_at: card.active_at.map(to_wire),
            updated_at: to_wire(actor.updated_at),
            read_at: read_at(actor),
            unreachable_since: silent_since(here, card.failing_since),
        }
    }

    /// With its whole description.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn whole(tx: &mut Tx<'_>, here: &Here, actor: &Actor) -> Outcome<Self> {
        let card = LabCard::of(tx, actor.id)?;
        let ours = if actor.local { lab::find(tx, &actor.handle)? } else { None };
        Ok(Self {
            content: Some(card.actor.summary.as_str().to_owned()),
            description: ours.map(|lab| lab.description),
            ..Self::of(here, &card)
        })
    }
}

/// The name of a lab in this API.
#[must_use]
pub fn id_of(lab: &Actor) -> String {
    if lab.local { lab.handle.clone() } else { lab.address() }
}

/// When somebody elsewhere was last read at home.
#[must_use]
pub fn read_at(actor: &Actor) -> Option<String> {
    (!actor.local).then(|| to_wire(actor.fetched_at))
}

/// Since when a home does not answer, where that is long enough to tell.
#[must_use]
pub fn silent_since(here: &Here, failing: Option<Moment>) -> Option<String> {
    failing.filter(|since| here.now - *since >= SILENT_AFTER).map(to_wire)
}

/// A lab where something else is told of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabReference {
    /// Its name in this API.
    id: String,
    /// Its id for ActivityPub.
    #[schema(format = "uri")]
    activity_pub_id: String,
    /// Its name.
    name: String,
    /// Its page at its home.
    #[schema(format = "uri")]
    url: String,
    /// Its page here.
    #[schema(format = "uri")]
    page_here: String,
    /// When it was last read at its home, where that is elsewhere.
    #[schema(format = DateTime)]
    read_at: Option<String>,
}

impl LabReference {
    /// Of a lab.
    #[must_use]
    pub fn of(here: &Here, lab: &Actor) -> Self {
        Self {
            id: id_of(lab),
            activity_pub_id: lab.uri.to_string(),
            name: lab.name.clone(),
            url: lab.page.to_string(),
            page_here: here.links.at(&lab_path(lab)).to_string(),
            read_at: read_at(lab),
        }
    }
}

/// An organisation where something else is told of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationReference {
    /// Its name in this API: its host.
    host: String,
    /// Its id for ActivityPub.
    #[schema(format = "uri")]
    activity_pub_id: String,
    /// Its name.
    name: String,
    /// What it says that it is.
    #[schema(schema_with = word::known_organisation_kind)]
    kind: Option<&'static str>,
    /// Its identifier in the register of organisations (TOOI), by its own word.
    #[schema(format = "uri")]
    tooi: Option<String>,
}

impl OrganisationReference {
    /// Of an organisation.
    #[must_use]
    pub fn of(known: &KnownOrganisation) -> Self {
        Self {
            host: known.host.clone(),
            activity_pub_id: known.uri.to_string(),
            name: known.name.clone(),
            kind: known.is.kind.map(OrganisationKind::code),
            tooi: known.is.tooi.as_ref().map(ToString::to_string),
        }
    }
}

/// A theme where a lab works on it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ThemeReference {
    /// Its identifier.
    #[schema(format = "uri")]
    activity_pub_id: String,
    /// The last part of its address, where it is one of ours.
    slug: Option<String>,
    /// What it is called, by language.
    name: Names,
}

/// A name in our languages; empty where nobody said.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Names {
    /// In Dutch.
    nl: String,
    /// In English.
    en: String,
}

impl Names {
    /// Of a theme.
    #[must_use]
    pub fn of(labels: &Labels) -> Self {
        Self { nl: labels.nl.clone(), en: labels.en.clone() }
    }
}

impl ThemeReference {
    /// Of a theme.
    #[must_use]
    pub fn of(theme: &Theme) -> Self {
        Self {
            activity_pub_id: theme.uri.to_string(),
            slug: theme.slug.as_ref().map(ToString::to_string),
            name: Names::of(&theme.labels),
        }
    }
}
