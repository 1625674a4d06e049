//! Labs and shares as lists show them: enough to choose from, wherever they live.

use std::collections::HashMap;

use super::media;
use crate::{
    domain::{
        actor::{Actor, ActorId},
        directory::{Place, Sort, Wanted, Whose},
        moment::Moment,
        organisation::KnownOrganisation,
        profile::Profile,
        register::Mark,
        share::{Outcome, Share, ShareKind},
        slice::{Cursor, Slice},
        text,
        theme::Theme,
    },
    storage::{Failed, Tx, actor, audience, directory, membership, organisation, peer, profile, register, theme},
};

/// A lab in a list.
pub struct LabCard {
    /// The lab.
    pub actor: Actor,
    /// What it says of itself.
    pub profile: Profile,
    /// What it works on, as that is called here.
    pub themes: Vec<Theme>,
    /// Its page here.
    pub path: String,
    /// The organisation it says it belongs to, where we know it.
    pub organisation: Option<KnownOrganisation>,
    /// To whom its host is registered, by the register that was imported here.
    pub mark: Option<Mark>,
    /// How many follow it: everyone for ours, those here for others.
    pub followers: i64,
    /// How many take part, which we know of ours alone.
    pub participants: i64,
    /// When something was last shared in it.
    pub active_at: Option<Moment>,
    /// Since when its host does not answer.
    pub failing_since: Option<Moment>,
    /// Its picture.
    pub picture: String,
    /// How it begins to describe itself.
    pub excerpt: String,
}

impl LabCard {
    /// These labs, in their order: a fixed number of queries, however many they are.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn list(tx: &mut Tx<'_>, ids: &[ActorId]) -> Result<Vec<Self>, Failed> {
        let mut actors = actor::list(tx, ids.iter().copied())?;
        let mut kept = profile::list(tx, ids)?;
        let mut themes: HashMap<ActorId, Vec<Theme>> = HashMap::new();
        for (lab, theme) in theme::list_shown(tx, ids)? {
            themes.entry(lab).or_default().push(theme);
        }
        let mut parents: Vec<String> = actors.values().filter_map(|lab| lab.parent.as_ref().map(ToString::to_string)).collect();
        parents.sort_unstable();
        parents.dedup();
        let organisations = organisation::list_by_uri(tx, &parents)?;
        let (followers, participants) = (audience::count_followers_of_each(tx, ids)?, membership::count_of_each(tx, ids)?);
        let mut hosts: Vec<&str> = actors.values().map(|lab| lab.host.as_str()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let marks = register::list_marks(tx, &hosts)?;
        let silent: HashMap<String, Moment> = peer::list_silent(tx, &hosts)?.into_iter().collect();
        let cards = ids.iter().filter_map(|id| {
            let (actor, kept) = (actors.remove(id)?, kept.remove(id).unwrap_or_default());
            let parent = actor.parent.as_ref();
            Some(Self {
                path: lab_path(&actor),
                organisation: organisations.iter().find(|known| Some(&known.uri) == parent).cloned(),
                themes: themes.remove(id).unwrap_or_default(),
                mark: marks.get(&actor.host).cloned(),
                followers: followers.get(id).copied().unwrap_or(0),
                participants: participants.get(id).copied().unwrap_or(0),
                active_at: kept.active_at,
                failing_since: silent.get(&actor.host).copied(),
                profile: kept.profile,
                picture: media::of_actor(&actor),
                excerpt: text::excerpt(&actor.summary.to_plain(), 160),
                actor,
            })
        });
        Ok(cards.collect())
    }

    /// One lab.
    ///
    /// # Errors
    /// `Failed` where the database does not answer, or there is no such row.
    pub fn of(tx: &mut Tx<'_>, lab: ActorId) -> Result<Self, Failed> {
        Self::list(tx, &[lab])?.pop().ok_or_else(|| Failed::new("show a lab", "it has no row"))
    }

    /// The letter under which it stands; `#` for what is no letter.
    #[must_use]
    pub fn letter(&self) -> char {
        let first = text::fold(&self.actor.name).chars().next().filter(char::is_ascii_lowercase);
        first.map_or('#', |letter| letter.to_ascii_uppercase())
    }
}

/// A part of the directory.
pub struct LabList {
    /// The labs.
    pub cards: Vec<LabCard>,
    /// Where it goes on, if it does.
    pub next: Option<Place>,
}

impl LabList {
    /// The labs that someone looks for, from a place on.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn read(tx: &mut Tx<'_>, wanted: &Wanted, after: &Place, limit: usize) -> Result<Self, Failed> {
        let mut found = directory::look_for(tx, wanted, after, i64::try_from(limit + 1).unwrap_or(i64::MAX))?;
        let is_cut = found.len() > limit;
        found.truncate(limit);
        let ids: Vec<ActorId> = found.iter().map(|(id, _)| *id).collect();
        let next = found.pop().filter(|_| is_cut).map(|(_, place)| place);
        Ok(Self { cards: LabCard::list(tx, &ids)?, next })
    }

    /// The labs of ours, by name, from the first on.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn of_ours(tx: &mut Tx<'_>, limit: usize) -> Result<Self, Failed> {
        let ours = Wanted { whose: Whose::Own, sort: Sort::Name, ..Wanted::default() };
        Self::read(tx, &ours, &Place::Begin, limit)
    }
}

/// Shares as a page lists them: newest first, and where the list goes on.
pub struct ShareList {
    /// The shares.
    pub cards: Vec<ShareCard>,
    /// Where older ones begin.
    pub older: Option<Cursor>,
    /// Whether the newest are here.
    pub is_first: bool,
}

impl ShareList {
    /// A slice of what `list` lists.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn read(
        tx: &mut Tx<'_>,
        slice: Slice,
        list: impl FnOnce(&mut Tx<'_>, Slice) -> Result<Vec<Share>, Failed>,
    ) -> Result<Self, Failed> {
        let mut shares = list(tx, slice.and_one())?;
        let older = slice.cut(&mut shares, |share| Cursor::of(share.published_at, share.id));
        Ok(Self { cards: ShareCard::list(tx, shares)?, older, is_first: slice.is_first() })
    }
}

/// A share in a list.
pub struct ShareCard {
    /// Its page here.
    pub path: String,
    /// Its title, or how it begins.
    pub title: String,
    /// How it goes on; empty where the title says it all.
    pub excerpt: String,
    /// The language of both.
    pub language: String,
    /// Its kind.
    pub kind: ShareKind,
    /// How it went.
    pub outcome: Option<Outcome>,
    /// Its lab's name.
    pub lab: String,
    /// Its lab's page here.
    pub lab_path: String,
    /// Where it lives.
    pub host: String,
    /// Whether it lives here.
    pub local: bool,
    /// When it was published.
    pub published_at: Moment,
}

impl ShareCard {
    /// Shares in their order; one whose lab is no longer known is left out.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn list(tx: &mut Tx<'_>, shares: Vec<Share>) -> Result<Vec<Self>, Failed> {
        let labs = actor::list(tx, shares.iter().map(|share| share.lab))?;
        Ok(shares.into_iter().filter_map(|share| labs.get(&share.lab).map(|lab| Self::of(share, lab))).collect())
    }

    fn of(share: Share, lab: &Actor) -> Self {
        let begins = text::excerpt(&share.summary, 200);
        let (title, excerpt) = if share.title.is_empty() { (headline(&share), String::new()) } else { (share.title, begins) };
        Self {
            path: format!("/shares/{}", share.public_id.as_str()),
            title,
            excerpt,
            language: share.language.as_str().to_owned(),
            kind: share.kind,
            outcome: share.outcome,
            lab: lab.name.clone(),
            lab_path: lab_path(lab),
            host: lab.host.clone(),
            local: share.local,
            published_at: share.published_at,
        }
    }
}

/// The title of a share, or how it begins where it has none.
#[must_use]
pub fn headline(share: &Share) -> String {
    match share.title.as_str() {
        "" => text::excerpt(&share.content.to_plain(), 80),
        title => title.to_owned(),
    }
}

/// The page of an actor here: a lab, or anyone elsewhere who can be followed.
#[must_use]
pub fn lab_path(actor: &Actor) -> String {
    if actor.local { actor.uri.path().to_owned() } else { format!("/labs/{}", actor.address()) }
}
