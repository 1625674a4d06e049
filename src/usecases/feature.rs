//! Featured collections: which labs our organisation shows, and what labs of ours consent to. Nobody is shown without consent.

use url::Url;

use super::{Outcome, lab as labs, theme as themes};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        change::Change,
        feature::{FeaturedCollection, FeaturedItem, MOST, OWN_LABS, word_of_theme},
        links::Links,
        membership::{Action, Member, require},
        moment::Moment,
        peer::same_origin,
        refusal::Refused,
        theme::Slug,
    },
    storage::{Failed, Tx, actor, feature, profile, queue, theme},
};

/// Shows a theme as a collection on our organisation's profile, or does so no longer.
///
/// # Errors
/// `Refused` where the member may not, or there is no such theme.
pub fn show_theme(tx: &mut Tx<'_>, now: Moment, links: &Links, by: Option<&Member>, slug: &Slug, shown: bool) -> Outcome<()> {
    require(labs::standing_anywhere(by), Action::Administer)?;
    let (theme, word) = (themes::find(tx, slug)?, word_of_theme(slug));
    if shown {
        feature::add_collection(tx, &word, Some(theme.id), now)?;
    } else if let Some(collection) = feature::find_collection(tx, &word)? {
        close(tx, &collection, now)?;
    }
    Ok(arrange(tx, now, links)?)
}

/// Brings every collection up to date with the directory: who belongs there joins or is asked, who does not leaves. Others are told
/// where anything changed.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn arrange(tx: &mut Tx<'_>, now: Moment, links: &Links) -> Result<(), Failed> {
    let Some(organisation) = actor::find_local_of_kind(tx, ActorKind::Organisation)? else { return Ok(()) };
    if feature::find_collection(tx, OWN_LABS)?.is_none() {
        feature::add_collection(tx, OWN_LABS, None, now)?;
    }
    let ours = theme::list(tx)?;
    for collection in feature::list_collections(tx)? {
        // A theme that was merged into another has no word any more.
        let stands = collection.theme.is_none_or(|theme| ours.iter().any(|ours| ours.id == theme));
        if stands {
            arrange_one(tx, now, links, &organisation, &collection)?;
        } else {
            close(tx, &collection, now)?;
        }
    }
    Ok(())
}

/// Somebody asks for the consent of a lab of ours to be in a collection at their own host: whether it gives it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn be_asked(
    tx: &mut Tx<'_>,
    now: Moment,
    (owner, request): (&Actor, &str),
    lab: &Actor,
    collection: &Url,
) -> Result<bool, Failed> {
    let own = lab.kind == ActorKind::Lab && same_origin(collection, &owner.uri);
    let mut stamp = None;
    if own && profile::is_listed(tx, lab.id)? {
        let given = feature::give_stamp(tx, lab.id, (collection, owner.id, request), now)?;
        stamp = Some(given).filter(|given| given.withdrawn_at.is_none() && given.owner == owner.id).map(|given| given.id);
    }
    let answered = Change::FeatureAnswered { lab: lab.id, owner: owner.id, request: request.to_owned(), stamp };
    queue::record(tx, &answered, now)?;
    Ok(stamp.is_some())
}

/// A lab elsewhere answered our request: with a stamp at its own host it consents, without one it does not.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn be_answered(
    tx: &mut Tx<'_>,
    now: Moment,
    links: &Links,
    lab: ActorId,
    (item, stamp): (i64, Option<&Url>),
) -> Result<(), Failed> {
    let Some(item) = feature::find_item(tx, item)?.filter(|item| item.lab.id == lab) else { return Ok(()) };
    feature::set_consent(tx, item.id, stamp.filter(|stamp| same_origin(stamp, &item.lab.uri)), now)?;
    arrange(tx, now, links)
}

/// A lab elsewhere deleted a stamp: whether we relied on it. It is not asked again.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn be_left(tx: &mut Tx<'_>, now: Moment, links: &Links, lab: ActorId, stamp: &Url) -> Result<bool, Failed> {
    let Some(item) = feature::find_item_by_stamp(tx, lab, stamp)? else { return Ok(false) };
    feature::set_consent(tx, item.id, None, now)?;
    arrange(tx, now, links)?;
    Ok(true)
}

/// A lab of ours leaves a collection, for good; whoever owns it is told.
///
/// # Errors
/// `Refused` where the lab or the stamp is unknown, or the member may not.
pub fn withdraw(tx: &mut Tx<'_>, now: Moment, links: &Links, by: Option<&Member>, handle: &str, stamp: i64) -> Outcome<()> {
    let lab = labs::find(tx, handle)?;
    require(labs::standing(tx, by, &lab.actor)?, Action::DescribeLab)?;
    let given = feature::find_stamp(tx, stamp)?.filter(|given| given.lab == lab.actor.id && given.withdrawn_at.is_none());
    let given = given.ok_or_else(|| Refused::unknown("stamp-unknown"))?;
    feature::withdraw_stamp(tx, given.id, now)?;
    if let Some(item) = feature::find_item_by_stamp(tx, lab.actor.id, &links.stamp(handle, given.id))? {
        feature::remove_item(tx, item.id)?;
        return Ok(arrange(tx, now, links)?);
    }
    Ok(queue::record(tx, &Change::FeatureWithdrawn { stamp: given.id }, now)?)
}

fn arrange_one(
    tx: &mut Tx<'_>,
    now: Moment,
    links: &Links,
    organisation: &Actor,
    collection: &FeaturedCollection,
) -> Result<(), Failed> {
    let wanted = feature::list_wanted(tx, collection.theme, i64::try_from(MOST).unwrap_or(i64::MAX))?;
    let mut changed = false;
    let (held, superfluous): (Vec<FeaturedItem>, Vec<FeaturedItem>) =
        feature::list_items(tx, collection.id)?.into_iter().partition(|item| wanted.contains(&item.lab.id));
    for item in superfluous {
        feature::remove_item(tx, item.id)?;
        changed |= item.granted().is_some();
    }
    for lab in wanted.iter().filter(|lab| held.iter().all(|item| item.lab.id != **lab)) {
        changed |= invite(tx, now, links, organisation, collection, *lab)?;
    }
    let labs = feature::list_items(tx, collection.id)?.iter().filter(|item| item.granted().is_some()).count();
    if changed || collection.shown != Some(labs) {
        feature::show_collection(tx, collection.id, labs, now)?;
        let change = Change::CollectionArranged { word: collection.word.clone(), new: collection.shown.is_none() };
        queue::record(tx, &change, now)?;
    }
    Ok(())
}

/// A lab of ours consents, unless it withdrew; one elsewhere is asked. Whether it is in the collection now.
fn invite(
    tx: &mut Tx<'_>,
    now: Moment,
    links: &Links,
    organisation: &Actor,
    collection: &FeaturedCollection,
    lab: ActorId,
) -> Result<bool, Failed> {
    let Some(lab) = actor::find(tx, lab)?.filter(|lab| lab.gone_at.is_none()) else { return Ok(false) };
    if !lab.local {
        if let Some(item) = feature::add_item(tx, collection.id, lab.id, None, now)? {
            queue::record(tx, &Change::FeatureAsked { item }, now)?;
        }
        return Ok(false);
    }
    let at = links.featured(&collection.word);
    let given = feature::give_stamp(tx, lab.id, (&at, organisation.id, at.as_str()), now)?;
    if given.withdrawn_at.is_some() {
        return Ok(false);
    }
    let stamp = links.stamp(&lab.handle, given.id);
    Ok(feature::add_item(tx, collection.id, lab.id, Some(&stamp), now)?.is_some())
}

fn close(tx: &mut Tx<'_>, collection: &FeaturedCollection, now: Moment) -> Result<(), Failed> {
    feature::remove_collection(tx, collection.id)?;
    queue::record(tx, &Change::CollectionClosed { word: collection.word.clone() }, now)
}
