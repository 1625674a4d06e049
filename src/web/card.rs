//! Labs and shares as lists show them: enough to choose from, wherever they live.

use super::media;
use crate::{
    domain::{
        actor::Actor,
        directory::{Place, Wanted, Whose},
        lab::LabKind,
        moment::Moment,
        share::{Outcome, Share, ShareKind},
        slice::{Cursor, Slice},
        text,
    },
    storage::{Failed, Tx, actor, audience, lab, share},
};

/// A lab in a list.
pub struct LabCard {
    /// Its page here.
    pub path: String,
    /// Its name.
    pub name: String,
    /// `handle@host`.
    pub address: String,
    /// Where it lives.
    pub host: String,
    /// Whether it lives here.
    pub local: bool,
    /// Its kind, where we know it.
    pub kind: Option<LabKind>,
    /// The organisation it belongs to, where we know it.
    pub organisation: String,
    /// How many follow it: everyone for ours, those here for others.
    pub followers: i64,
    /// How many shares of it can be read here.
    pub shares: i64,
    /// Its picture.
    pub picture: String,
    /// How it begins to describe itself.
    pub excerpt: String,
}

impl LabCard {
    /// A lab of ours.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn of_own(tx: &mut Tx<'_>, lab: &Actor, kind: Option<LabKind>, organisation: &str) -> Result<Self, Failed> {
        let card = Self::of(tx, lab)?;
        Ok(Self { kind, organisation: organisation.to_owned(), ..card })
    }

    /// A lab of another instance.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn of_known(tx: &mut Tx<'_>, lab: &Actor) -> Result<Self, Failed> {
        let parent = match &lab.parent {
            Some(uri) => actor::find_by_uri(tx, uri.as_str())?,
            None => None,
        };
        let card = Self::of(tx, lab)?;
        Ok(Self { organisation: parent.map_or_else(String::new, |parent| parent.name), ..card })
    }

    fn of(tx: &mut Tx<'_>, lab: &Actor) -> Result<Self, Failed> {
        Ok(Self {
            path: lab_path(lab),
            name: lab.name.clone(),
            address: lab.address(),
            host: lab.host.clone(),
            local: lab.local,
            kind: None,
            organisation: String::new(),
            followers: audience::count_followers(tx, lab.id)?,
            shares: share::count_of_lab(tx, lab.id)?,
            picture: media::of_actor(lab),
            excerpt: text::excerpt(&lab.summary.to_plain(), 160),
        })
    }
}

/// A part of the directory.
pub struct LabList {
    /// Labs of ours.
    pub own: Vec<LabCard>,
    /// Labs of others.
    pub elsewhere: Vec<LabCard>,
    /// Where the directory begins.
    pub first: String,
    /// Where it goes on; empty where it ends here.
    pub next: String,
    /// Whether this is its beginning.
    pub is_first: bool,
}

impl LabList {
    /// The labs that someone looks for, from a place on.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn read(tx: &mut Tx<'_>, wanted: &Wanted, after: &Place, limit: usize, organisation: &str) -> Result<Self, Failed> {
        let mut found = lab::look_for(tx, wanted, after, i64::try_from(limit + 1).unwrap_or(i64::MAX))?;
        let is_cut = found.len() > limit;
        found.truncate(limit);
        let last =
            found.last().filter(|_| is_cut).map(|(lab, _)| Place { local: lab.local, id: lab.id.0, name: lab.name.clone() });
        let (mut own, mut elsewhere) = (Vec::new(), Vec::new());
        for (lab, kind) in found {
            if lab.local {
                own.push(LabCard::of_own(tx, &lab, kind, organisation)?);
            } else {
                elsewhere.push(LabCard::of_known(tx, &lab)?);
            }
        }
        let next = last.map_or_else(String::new, |place| directory_path(wanted, Some(&place)));
        Ok(Self { own, elsewhere, first: directory_path(wanted, None), next, is_first: *after == Place::begin() })
    }

    /// The labs of ours, from the first on.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn of_ours(tx: &mut Tx<'_>, limit: usize, organisation: &str) -> Result<Self, Failed> {
        let ours = Wanted { whose: Whose::Own, ..Wanted::default() };
        Self::read(tx, &ours, &Place::begin(), limit, organisation)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.own.is_empty() && self.elsewhere.is_empty()
    }
}

/// The address of a part of the directory: what someone looks for can be passed on as a link.
fn directory_path(wanted: &Wanted, after: Option<&Place>) -> String {
    let whose = Some(wanted.whose.code()).filter(|_| wanted.whose != Whose::All);
    let place = after.map(ToString::to_string);
    let text = Some(wanted.text.as_str()).filter(|text| !text.is_empty());
    let pairs = [("q", text), ("where", whose), ("kind", wanted.kind.map(LabKind::code)), ("after", place.as_deref())];
    let given = pairs.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    if query.is_empty() { "/labs".to_owned() } else { format!("/labs?{query}") }
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
        let mut cards = Vec::with_capacity(shares.len());
        for share in shares {
            if let Some(lab) = actor::find(tx, share.lab)? {
                cards.push(Self::of(share, &lab));
            }
        }
        Ok(cards)
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
