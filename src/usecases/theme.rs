//! Themes: an administrator edits the vocabulary; what labs elsewhere name is kept, and meets ours where it is the same.

use std::collections::HashMap;

use url::Url;

use super::{Outcome, lab::standing_anywhere};
use crate::{
    domain::{
        actor::Actor,
        links::Links,
        membership::{Action, Member, require},
        peer::same_origin,
        profile::THEMES,
        refusal::Refused,
        text,
        theme::{BEGINNING, Described, Labels, Slug, Theme, ThemeId},
    },
    storage::{Failed, Tx, theme},
};

/// Most themes of others that are looked at when the vocabulary changes.
const OTHERS: i64 = 20_000;

/// Most themes of ours.
const OURS: usize = 300;

/// Gives an instance that has no themes the vocabulary to begin with.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn begin(tx: &mut Tx<'_>, links: &Links) -> Outcome<()> {
    if !theme::list(tx)?.is_empty() {
        return Ok(());
    }
    for (slug, nl, en, same_as) in BEGINNING {
        add_own(tx, links, &Slug::parse(slug)?, Described::parse(nl, en, same_as)?)?;
    }
    meet_others(tx)
}

/// Adds a theme; its address stays.
///
/// # Errors
/// `Refused` where the member may not, the slug is taken, or there are too many.
pub fn add(tx: &mut Tx<'_>, links: &Links, by: Option<&Member>, slug: &Slug, described: Described) -> Outcome<Theme> {
    require(standing_anywhere(by), Action::Administer)?;
    if theme::list(tx)?.len() >= OURS {
        return Err(Refused::conflict("themes-enough").with("limit", OURS).into());
    }
    if theme::find(tx, slug)?.is_some() || theme::find_by_uri(tx, links.theme(slug).as_str())?.is_some() {
        return Err(Refused::conflict("theme-taken").with("slug", slug).into());
    }
    let theme = add_own(tx, links, slug, described)?;
    meet_others(tx)?;
    Ok(theme)
}

/// Changes what a theme is called, and what others call the same.
///
/// # Errors
/// `Refused` where the member may not, or there is no such theme.
pub fn revise(tx: &mut Tx<'_>, by: Option<&Member>, slug: &Slug, described: Described) -> Outcome<Theme> {
    require(standing_anywhere(by), Action::Administer)?;
    let theme = Theme { labels: described.labels, same_as: described.same_as, ..find(tx, slug)? };
    theme::update(tx, &theme, None)?;
    meet_others(tx)?;
    Ok(theme)
}

/// Makes two themes of ours one: what was shown under the first is shown under the second, and its address leads there.
///
/// # Errors
/// `Refused` where the member may not, one of them is unknown, or they are the same.
pub fn merge(tx: &mut Tx<'_>, by: Option<&Member>, slug: &Slug, into: &Slug) -> Outcome<Theme> {
    require(standing_anywhere(by), Action::Administer)?;
    let (from, mut into) = (find(tx, slug)?, find(tx, into)?);
    if from.id == into.id {
        return Err(Refused::conflict("theme-itself").into());
    }
    let known = from.same_as.iter().chain([&from.uri]).filter(|uri| !into.same_as.contains(uri)).cloned().collect::<Vec<_>>();
    into.same_as.extend(known);
    theme::merge(tx, &from, into.id)?;
    theme::update(tx, &into, None)?;
    meet_others(tx)?;
    Ok(into)
}

/// Our theme with this slug.
///
/// # Errors
/// `Refused` where there is none.
pub fn find(tx: &mut Tx<'_>, slug: &Slug) -> Outcome<Theme> {
    theme::find(tx, slug)?.ok_or_else(|| Refused::unknown("theme-unknown").with("slug", slug).into())
}

/// Our themes with these slugs.
pub(super) fn find_all(tx: &mut Tx<'_>, slugs: &[Slug]) -> Outcome<Vec<Theme>> {
    slugs.iter().map(|slug| find(tx, slug)).collect()
}

/// Keeps the themes that a lab elsewhere names: what its own host says of one is believed, of others only that it was named.
pub(super) fn learn(tx: &mut Tx<'_>, lab: &Actor, told: &[Theme]) -> Result<Vec<Theme>, Failed> {
    let mut meeting = None;
    let mut learned = Vec::new();
    for told in told.iter().take(THEMES) {
        learned.push(learn_one(tx, lab, told, &mut meeting)?);
    }
    Ok(learned)
}

fn learn_one(tx: &mut Tx<'_>, lab: &Actor, told: &Theme, meeting: &mut Option<Meeting>) -> Result<Theme, Failed> {
    let is_own = same_origin(&told.uri, &lab.uri);
    let told = if is_own { told.clone() } else { Theme { same_as: Vec::new(), ..told.clone() } };
    let known = theme::find_by_uri(tx, told.uri.as_str())?;
    if let Some((known, _)) = &known {
        let same = (&known.labels, &known.same_as) == (&told.labels, &told.same_as);
        if same || !is_own || known.slug.is_some() {
            return Ok(known.clone());
        }
    }
    let meeting = match meeting {
        Some(meeting) => meeting,
        None => meeting.insert(Meeting::read(tx)?),
    };
    let meets = meeting.find(&told);
    let id = match known {
        Some((known, _)) => {
            theme::update(tx, &Theme { id: known.id, ..told.clone() }, meets)?;
            known.id
        }
        None => theme::add(tx, &Theme { slug: None, ..told.clone() }, meets)?,
    };
    Ok(Theme { id, ..told })
}

fn add_own(tx: &mut Tx<'_>, links: &Links, slug: &Slug, described: Described) -> Outcome<Theme> {
    let (uri, slug) = (links.theme(slug), Some(slug.clone()));
    let theme = Theme { id: ThemeId(0), uri, slug, labels: described.labels, same_as: described.same_as };
    Ok(Theme { id: theme::add(tx, &theme, None)?, ..theme })
}

/// Looks anew which themes of others are ours by another name.
fn meet_others(tx: &mut Tx<'_>) -> Outcome<()> {
    let meeting = Meeting::read(tx)?;
    for (other, met) in theme::list_of_others(tx, OTHERS)? {
        let meets = meeting.find(&other);
        if meets != met {
            theme::update(tx, &other, meets)?;
        }
    }
    Ok(())
}

/// By what our themes are recognised.
struct Meeting {
    identifiers: HashMap<Url, ThemeId>,
    labels: HashMap<String, ThemeId>,
}

impl Meeting {
    /// Ours, after those that were merged into them: what these were called still counts, unless another is called so now.
    fn read(tx: &mut Tx<'_>) -> Result<Self, Failed> {
        let ours = theme::list(tx)?;
        let beginning = ours.first().and_then(|theme| theme.uri.join("/themes/").ok());
        let mut known = match beginning {
            Some(beginning) => theme::list_merged(tx, beginning.as_str())?,
            None => Vec::new(),
        };
        known.extend(ours.into_iter().map(|theme| (theme.clone(), theme.id)));
        let identifiers = known.iter().flat_map(|(theme, id)| identifiers(theme).map(|uri| (uri.clone(), *id))).collect();
        let labels = known.iter().flat_map(|(theme, id)| labels(&theme.labels).map(|label| (label, *id))).collect();
        Ok(Self { identifiers, labels })
    }

    /// An identifier decides; only where none does, a label that is the same.
    fn find(&self, other: &Theme) -> Option<ThemeId> {
        let by_identifier = identifiers(other).find_map(|uri| self.identifiers.get(uri));
        by_identifier.copied().or_else(|| labels(&other.labels).find_map(|label| self.labels.get(&label).copied()))
    }
}

fn identifiers(theme: &Theme) -> impl Iterator<Item = &Url> {
    std::iter::once(&theme.uri).chain(&theme.same_as)
}

fn labels(labels: &Labels) -> impl Iterator<Item = String> {
    [&labels.nl, &labels.en].into_iter().map(|label| text::fold(label)).filter(|label| !label.is_empty())
}
