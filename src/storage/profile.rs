//! Rows of profiles: what labs here and elsewhere say of themselves, and what the directory sorts them by.

use std::collections::HashMap;

use diesel::prelude::*;
use url::Url;

use super::{
    Failed, Tx, audience,
    connection::on,
    listing,
    schema::{actors, labs, profile_languages, profiles},
    search, theme,
};
use crate::domain::{
    actor::{Actor, ActorId},
    lab::LabKind,
    language::LanguageTag,
    moment::{Moment, from_millis, to_millis},
    profile::{Day, Mandate, OpenTo, Place, Profile, State},
    text,
};

/// How much of a description is looked through, in characters.
const WORDS: usize = 200;

/// What a profile says, in the order of the table.
type ProfileRow = (
    i64,
    i64,
    Option<String>,
    String,
    String,
    bool,
    bool,
    bool,
    String,
    Option<String>,
    Option<String>,
    (Option<String>, Option<String>, String),
);

/// A profile with what the directory keeps beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// What the lab says of itself.
    pub profile: Profile,
    /// When something was last shared in it, where anything was.
    pub active_at: Option<Moment>,
}

/// Keeps what a lab says of itself; its themes have rows already.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn save(tx: &mut Tx<'_>, lab: ActorId, profile: &Profile) -> Result<(), Failed> {
    let open = |to| profile.open_to.contains(&to);
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    let fields = (
        profiles::kind.eq(profile.kind.map(LabKind::code)),
        profiles::state.eq(profile.state.code()),
        profiles::place.eq(profile.place.as_str()),
        profiles::place_key.eq(text::fold(profile.place.as_str())),
        profiles::visits.eq(open(OpenTo::Visits)),
        profiles::questions.eq(open(OpenTo::Questions)),
        profiles::joint_work.eq(open(OpenTo::JointWork)),
        profiles::mandate.eq(profile.mandate.as_str()),
        profiles::founded.eq(day(profile.founded)),
        profiles::ended.eq(day(profile.ended)),
        profiles::successor.eq(profile.successor.as_ref().map(Url::as_str)),
        profiles::moved_to.eq(profile.moved_to.as_ref().map(Url::as_str)),
        profiles::known_as.eq(profile.known_as.iter().map(Url::as_str).collect::<Vec<_>>().join(" ")),
    );
    on!(tx, c => diesel::update(profiles::table.find(lab.0)).set(fields).execute(c))
        .map_err(Failed::because("keep a profile"))?;
    set_languages(tx, lab, &profile.languages)?;
    theme::set_of_lab(tx, lab, &profile.themes.iter().map(|theme| theme.id).collect::<Vec<_>>())
}

/// What a lab says of itself.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, lab: ActorId) -> Result<Option<Profile>, Failed> {
    Ok(list(tx, &[lab])?.remove(&lab).map(|kept| kept.profile))
}

/// What these labs say of themselves.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, labs: &[ActorId]) -> Result<HashMap<ActorId, Kept>, Failed> {
    let ids: Vec<i64> = labs.iter().map(|id| id.0).collect();
    let query = profiles::table.filter(profiles::actor_id.eq_any(&ids)).select((
        profiles::actor_id,
        profiles::active_at,
        profiles::kind,
        profiles::state,
        profiles::place,
        profiles::visits,
        profiles::questions,
        profiles::joint_work,
        profiles::mandate,
        profiles::founded,
        profiles::ended,
        (profiles::successor, profiles::moved_to, profiles::known_as),
    ));
    let rows: Vec<ProfileRow> = on!(tx, c => query.load(c)).map_err(Failed::because("read profiles"))?;
    let mut all: HashMap<ActorId, Kept> = rows.into_iter().map(read).collect();
    let query = profile_languages::table
        .filter(profile_languages::actor_id.eq_any(&ids))
        .order((profile_languages::actor_id, profile_languages::language))
        .select((profile_languages::actor_id, profile_languages::language));
    let languages: Vec<(i64, String)> = on!(tx, c => query.load(c)).map_err(Failed::because("read languages"))?;
    for (id, language) in languages {
        let of = all.get_mut(&ActorId(id)).zip(LanguageTag::parse(&language).ok());
        if let Some((kept, language)) = of {
            kept.profile.languages.push(language);
        }
    }
    for (id, theme) in theme::list_of_labs(tx, labs)? {
        if let Some(kept) = all.get_mut(&id) {
            kept.profile.themes.push(theme);
        }
    }
    Ok(all)
}

/// Brings what the directory sorts by up to date with the actor.
pub(super) fn reflect(tx: &mut Tx<'_>, id: ActorId, actor: &Actor) -> Result<(), Failed> {
    let said = text::excerpt(&actor.summary.to_plain(), WORDS);
    let from_actor = (
        profiles::local.eq(actor.local),
        profiles::host.eq(actor.host.as_str()),
        profiles::organisation.eq(actor.parent.as_ref().map(Url::as_str)),
        profiles::sort_name.eq(text::fold(&actor.name)),
        profiles::words.eq(text::fold(&format!("{} {} {said}", actor.name, actor.address()))),
        profiles::begun_at.eq(to_millis(actor.created_at.min(actor.fetched_at))),
    );
    let silent = (
        profiles::actor_id.eq(id.0),
        profiles::listed.eq(false),
        profiles::active_at.eq(0),
        profiles::state.eq(State::default().code()),
        profiles::place.eq(""),
        profiles::place_key.eq(""),
        profiles::visits.eq(false),
        profiles::questions.eq(false),
        profiles::joint_work.eq(false),
        profiles::mandate.eq(""),
    );
    let query = diesel::insert_into(profiles::table)
        .values((silent, from_actor.clone()))
        .on_conflict(profiles::actor_id)
        .do_update()
        .set(from_actor);
    on!(tx, c => query.execute(c)).map_err(Failed::because("keep what the directory sorts by"))?;
    relist(tx, id)
}

/// Decides anew whether a lab is in the directory: ours unless it was taken out; another's while it is listed and not hidden, or
/// somebody here follows it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn relist(tx: &mut Tx<'_>, id: ActorId) -> Result<(), Failed> {
    let listed = is_to_be_listed(tx, id)?;
    let query = diesel::update(profiles::table.filter(profiles::actor_id.eq(id.0).and(profiles::listed.ne(listed))));
    let query = query.set(profiles::listed.eq(listed));
    let changed = on!(tx, c => query.execute(c)).map_err(Failed::because("list a lab in the directory"))?;
    if changed > 0 { search::follow_listing(tx, id) } else { Ok(()) }
}

/// Whether a lab is in the directory.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn is_listed(tx: &mut Tx<'_>, id: ActorId) -> Result<bool, Failed> {
    let query = profiles::table.find(id.0).select(profiles::listed);
    let listed: Option<bool> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look at the directory"))?;
    Ok(listed == Some(true))
}

fn is_to_be_listed(tx: &mut Tx<'_>, id: ActorId) -> Result<bool, Failed> {
    let query = actors::table.find(id.0).select((actors::local, actors::gone_at.is_not_null()));
    let known: Option<(bool, bool)> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look at a lab"))?;
    match known {
        None | Some((_, true)) => Ok(false),
        Some((true, _)) => {
            let query = labs::table.find(id.0).select(labs::listed);
            let listed: Option<bool> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look at a lab"))?;
            Ok(listed.unwrap_or(true))
        }
        Some((false, _)) => match listing::is_hidden(tx, id)? {
            Some(hidden) => Ok(!hidden),
            None => audience::is_followed_from_here(tx, id),
        },
    }
}

/// Takes a lab that is gone out of the directory.
pub(super) fn unlist(tx: &mut Tx<'_>, id: ActorId) -> Result<(), Failed> {
    let query = diesel::update(profiles::table.find(id.0)).set(profiles::listed.eq(false));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("take a lab out of the directory"))
}

/// Something was shared in a lab.
pub(super) fn touch(tx: &mut Tx<'_>, lab: ActorId, at: Moment) -> Result<(), Failed> {
    let at = to_millis(at);
    let query = diesel::update(profiles::table.find(lab.0).filter(profiles::active_at.lt(at))).set(profiles::active_at.eq(at));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("see that a lab is active"))
}

fn set_languages(tx: &mut Tx<'_>, lab: ActorId, languages: &[LanguageTag]) -> Result<(), Failed> {
    let old = profile_languages::table.filter(profile_languages::actor_id.eq(lab.0));
    on!(tx, c => diesel::delete(old).execute(c)).map_err(Failed::because("clear languages"))?;
    let rows: Vec<_> = languages
        .iter()
        .map(|tag| (profile_languages::actor_id.eq(lab.0), profile_languages::language.eq(tag.as_str())))
        .collect();
    on!(tx, c => diesel::insert_into(profile_languages::table).values(&rows).on_conflict_do_nothing().execute(c))
        .map(|_| ())
        .map_err(Failed::because("set languages"))
}

fn read(row: ProfileRow) -> (ActorId, Kept) {
    let (
        id,
        active_at,
        kind,
        state,
        place,
        visits,
        questions,
        joint_work,
        mandate,
        founded,
        ended,
        (successor, moved_to, known_as),
    ) = row;
    let open = [(OpenTo::Visits, visits), (OpenTo::Questions, questions), (OpenTo::JointWork, joint_work)];
    let day = |day: Option<String>| day.as_deref().and_then(Day::read);
    let profile = Profile {
        kind: kind.and_then(|code| LabKind::parse(&code).ok()),
        state: State::parse(&state).unwrap_or_default(),
        place: Place::told(&place),
        languages: Vec::new(),
        open_to: open.into_iter().filter(|(_, is)| *is).map(|(to, _)| to).collect(),
        mandate: Mandate::told(&mandate),
        themes: Vec::new(),
        founded: day(founded),
        ended: day(ended),
        successor: successor.and_then(|url| Url::parse(&url).ok()),
        moved_to: moved_to.and_then(|url| Url::parse(&url).ok()),
        known_as: known_as.split_whitespace().filter_map(|url| Url::parse(url).ok()).collect(),
    };
    (ActorId(id), Kept { profile, active_at: Some(active_at).filter(|at| *at > 0).map(from_millis) })
}
