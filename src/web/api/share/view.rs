//! A share as the API tells it: what its page says, for programs.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        actor::{Actor, ActorId},
        moment::{Moment, to_wire},
        organisation::KnownOrganisation,
        share::{self, Licence, Outcome},
        text,
    },
    storage::{Failed, Tx, actor, organisation, peer, share as shares},
    usecases,
    web::{
        api::{
            answer::Here,
            lab::{LabReference, OrganisationReference, silent_since},
            word,
        },
        card::{headline, lab_path},
    },
};

/// A part of the shares.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharePage {
    /// The shares.
    pub items: Vec<Share>,
    /// The address of the next part; `null` where this is the last.
    pub next: Option<String>,
}

/// A share: something learned, written down.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// Its name in this API: the last part of its address here.
    #[schema(example = "k3v9x2mqa7")]
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
    /// Its title, or how it begins where it has none.
    title: String,
    /// One or two sentences, as plain text.
    summary: String,
    /// Its whole text, as HTML; where one share is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// Its whole text as it was written, in Markdown; where one of our shares is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// What kind of share it is.
    #[schema(schema_with = word::share_kind)]
    kind: &'static str,
    /// How it went, where that was said.
    #[schema(schema_with = word::known_outcome)]
    outcome: Option<&'static str>,
    /// The language it is written in.
    language: String,
    /// What others may do with it, by SPDX identifier, where that is known.
    #[schema(schema_with = word::known_licence)]
    licence: Option<&'static str>,
    /// Hashtags, without the sign.
    tags: Vec<String>,
    /// Its picture.
    picture: Option<Picture>,
    /// The lab it is of.
    lab: LabReference,
    /// Whose voice it has: the lab's, the organisation's or a member's.
    author: Author,
    /// The organisation of the lab, where that is known here.
    organisation: Option<OrganisationReference>,
    /// Where it lives.
    host: String,
    /// Whether that is here.
    local: bool,
    /// What it called forth; where one share is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    /// When it was published.
    #[schema(format = DateTime)]
    published_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// Since when its home does not answer.
    #[schema(format = DateTime)]
    unreachable_since: Option<String>,
}

/// A picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Picture {
    /// Where it is.
    #[schema(format = "uri")]
    url: String,
    /// What can be seen on it.
    description: String,
}

/// Whose voice a share has.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// Its id for ActivityPub.
    #[schema(format = "uri")]
    activity_pub_id: String,
    /// Its name.
    name: String,
    /// `handle@host`.
    address: String,
    /// Its page at its home.
    #[schema(format = "uri")]
    url: String,
    /// Its page here.
    #[schema(format = "uri")]
    page_here: String,
}

/// What a share called forth.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// How many replies are known here.
    replies: i64,
    /// How many likes are known here.
    likes: i64,
    /// How many boosts are known here.
    boosts: i64,
}

/// What is told of a share beside its row.
struct Around {
    actors: HashMap<ActorId, Actor>,
    organisations: Vec<KnownOrganisation>,
    silent: HashMap<String, Moment>,
}

impl Around {
    /// For all of them at once: a fixed number of queries.
    fn read(tx: &mut Tx<'_>, shares: &[share::Share]) -> Result<Self, Failed> {
        let actors = actor::list(tx, shares.iter().flat_map(|share| [share.lab, share.author]))?;
        let mut parents: Vec<String> = actors.values().filter_map(|lab| lab.parent.as_ref().map(ToString::to_string)).collect();
        parents.sort_unstable();
        parents.dedup();
        let mut hosts: Vec<&str> = actors.values().filter(|one| !one.local).map(|one| one.host.as_str()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let silent = peer::list_silent(tx, &hosts)?.into_iter().collect();
        Ok(Self { organisations: organisation::list_by_uri(tx, &parents)?, silent, actors })
    }
}

impl Share {
    /// Shares in their order; one whose lab or author is no longer known is left out.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn list(tx: &mut Tx<'_>, here: &Here, shares: &[share::Share]) -> Result<Vec<Self>, Failed> {
        let around = Around::read(tx, shares)?;
        Ok(shares.iter().filter_map(|share| Self::of(here, share, &around)).collect())
    }

    /// One share with its whole text.
    ///
    /// # Errors
    /// `Failed` where the database does not answer, or its lab is not known.
    pub fn whole(tx: &mut Tx<'_>, here: &Here, share: &share::Share) -> usecases::Outcome<Self> {
        let counts = shares::counts(tx, share.id)?;
        let (content, body) = (share.content.as_str().to_owned(), share.body.clone());
        let told = Self::list(tx, here, std::slice::from_ref(share))?.pop();
        let told = told.ok_or_else(|| Failed::new("tell of a share", "its lab has no row"))?;
        Ok(Self {
            content: Some(content),
            body: Some(body).filter(|_| share.local),
            counts: Some(Counts { replies: counts.replies, likes: counts.likes, boosts: counts.boosts }),
            ..told
        })
    }

    /// Its id for ActivityPub.
    #[must_use]
    pub fn activity_pub_id(&self) -> &str {
        &self.activity_pub_id
    }

    fn of(here: &Here, share: &share::Share, around: &Around) -> Option<Self> {
        let (lab, author) = (around.actors.get(&share.lab)?, around.actors.get(&share.author)?);
        let known = around.organisations.iter().find(|known| Some(&known.uri) == lab.parent.as_ref());
        Some(Self {
            id: share.public_id.as_str().to_owned(),
            activity_pub_id: share.uri.to_string(),
            url: share.page.to_string(),
            page_here: here.links.share(&share.public_id).to_string(),
            title: headline(share),
            summary: text::excerpt(&share.summary, 280),
            content: None,
            body: None,
            kind: share.kind.code(),
            outcome: share.outcome.map(Outcome::code),
            language: share.language.as_str().to_owned(),
            licence: share.licence.map(Licence::code),
            tags: share.tags.clone(),
            picture: share
                .picture
                .as_ref()
                .map(|picture| Picture { url: picture.url.to_string(), description: picture.description.clone() }),
            lab: LabReference::of(here, lab),
            author: Author::of(here, author),
            organisation: known.map(OrganisationReference::of),
            host: lab.host.clone(),
            local: share.local,
            counts: None,
            published_at: to_wire(share.published_at),
            updated_at: to_wire(share.updated_at),
            unreachable_since: silent_since(here, around.silent.get(&lab.host).copied()),
        })
    }
}

impl Author {
    fn of(here: &Here, author: &Actor) -> Self {
        Self {
            activity_pub_id: author.uri.to_string(),
            name: author.name.clone(),
            address: author.address(),
            url: author.page.to_string(),
            page_here: here.links.at(&lab_path(author)).to_string(),
        }
    }
}
