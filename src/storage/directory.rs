//! The directory: which labs someone looks for, one bounded look at their narrow rows whatever is asked.

use diesel::prelude::*;

use super::{
    Failed, Tx,
    connection::{Connection, on},
    schema::{actors, listings, organisations, profile_languages, profile_themes, profiles, themes},
};
use crate::domain::{
    actor::{ActorId, ActorKind},
    directory::{Place, Sort, Wanted, Whose},
    profile::OpenTo,
    text,
};

/// A lab's row, and what it is sorted by.
type Found = (i64, String, i64, i64);

/// Everything that narrows down, as conditions on one engine.
macro_rules! narrowed {
    ($engine:ty, $wanted:expr) => {{
        let wanted: &Wanted = $wanted;
        let mut query = profiles::table
            .filter(profiles::listed.eq(true))
            .select((profiles::actor_id, profiles::sort_name, profiles::begun_at, profiles::active_at))
            .into_boxed::<$engine>();
        for word in text::fold(&wanted.text).split(' ').filter(|word| !word.is_empty()).take(8) {
            query = query.filter(profiles::words.like(pattern(word)).escape('\\'));
        }
        match wanted.whose {
            Whose::All => {}
            whose => query = query.filter(profiles::local.eq(whose == Whose::Own)),
        }
        if let Some(kind) = wanted.kind {
            query = query.filter(profiles::kind.eq(kind.code()));
        }
        if let Some(state) = wanted.state {
            query = query.filter(profiles::state.eq(state.code()));
        }
        match wanted.open_to {
            Some(OpenTo::Visits) => query = query.filter(profiles::visits),
            Some(OpenTo::Questions) => query = query.filter(profiles::questions),
            Some(OpenTo::JointWork) => query = query.filter(profiles::joint_work),
            None => {}
        }
        if !wanted.host.is_empty() {
            query = query.filter(profiles::host.eq(&wanted.host));
        }
        if !wanted.place.is_empty() {
            query = query.filter(profiles::place_key.eq(text::fold(&wanted.place)));
        }
        if let Some(language) = &wanted.language {
            let speaking = profile_languages::table.filter(profile_languages::language.eq(language.as_str()));
            query = query.filter(profiles::actor_id.eq_any(speaking.select(profile_languages::actor_id)));
        }
        if let Some(theme) = &wanted.theme {
            let shown = themes::table.filter(themes::slug.eq(theme.as_str())).select(themes::id);
            let working = profile_themes::table.filter(profile_themes::shown_id.eq_any(shown)).select(profile_themes::actor_id);
            query = query.filter(profiles::actor_id.eq_any(working));
        }
        if let Some(kind) = wanted.organisation_kind {
            let of_kind = organisations::table.inner_join(actors::table).filter(organisations::kind.eq(kind.code()));
            query = query.filter(profiles::organisation.eq_any(of_kind.select(actors::uri.nullable())));
        }
        match wanted.letter {
            Some('#') => query = query.filter(profiles::sort_name.lt("a").or(profiles::sort_name.ge("{"))),
            Some(letter) => {
                let next = char::from_u32(letter as u32 + 1).unwrap_or('{');
                query = query.filter(profiles::sort_name.ge(letter.to_string()).and(profiles::sort_name.lt(next.to_string())));
            }
            None => {}
        }
        query
    }};
}

/// The same in its order, from a place on; the first condition alone lets an index find it.
macro_rules! sorted {
    ($engine:ty, $wanted:expr, $after:expr) => {{
        let query = narrowed!($engine, $wanted);
        match ($wanted.sort, $after) {
            (Sort::Name, Place::Name(name, id)) => {
                let further = profiles::sort_name.gt(name.clone()).or(profiles::actor_id.gt(*id));
                query.filter(profiles::sort_name.ge(name.clone()).and(further)).order((profiles::sort_name, profiles::actor_id))
            }
            (Sort::Newest, Place::Time(at, id)) => {
                let further = profiles::begun_at.lt(*at).or(profiles::actor_id.lt(*id));
                let query = query.filter(profiles::begun_at.le(*at).and(further));
                query.order((profiles::begun_at.desc(), profiles::actor_id.desc()))
            }
            (Sort::Activity, Place::Time(at, id)) => {
                let further = profiles::active_at.lt(*at).or(profiles::actor_id.lt(*id));
                let query = query.filter(profiles::active_at.le(*at).and(further));
                query.order((profiles::active_at.desc(), profiles::actor_id.desc()))
            }
            (Sort::Name, _) => query.order((profiles::sort_name, profiles::actor_id)),
            (Sort::Newest, _) => query.order((profiles::begun_at.desc(), profiles::actor_id.desc())),
            (Sort::Activity, _) => query.order((profiles::active_at.desc(), profiles::actor_id.desc())),
        }
    }};
}

/// The labs that someone looks for, in the wanted order, each with its place.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn look_for(tx: &mut Tx<'_>, wanted: &Wanted, after: &Place, limit: i64) -> Result<Vec<(ActorId, Place)>, Failed> {
    let found: QueryResult<Vec<Found>> = match tx.connection() {
        Connection::Sqlite(c) => sorted!(diesel::sqlite::Sqlite, wanted, after).limit(limit).load(c),
        Connection::Postgres(c) => sorted!(diesel::pg::Pg, wanted, after).limit(limit).load(c),
    };
    let place = |(id, name, begun_at, active_at): Found| match wanted.sort {
        Sort::Name => (ActorId(id), Place::Name(name, id)),
        Sort::Newest => (ActorId(id), Place::Time(begun_at, id)),
        Sort::Activity => (ActorId(id), Place::Time(active_at, id)),
    };
    Ok(found.map_err(Failed::because("look for labs"))?.into_iter().map(place).collect())
}

/// Whether anyone may see a lab here who knows its address: it is ours or known, and nobody hides it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn is_shown(tx: &mut Tx<'_>, lab: ActorId) -> Result<bool, Failed> {
    let hidden = listings::table.filter(listings::hidden).select(listings::lab_id);
    let listed = profiles::table.filter(profiles::listed).select(profiles::actor_id);
    let is_lab = actors::kind.eq(ActorKind::Lab.code()).or(actors::id.eq_any(listed));
    let query = actors::table.filter(actors::id.eq(lab.0).and(is_lab).and(actors::id.ne_all(hidden))).count();
    let shown: i64 = on!(tx, c => query.get_result(c)).map_err(Failed::because("look whether a lab is shown"))?;
    Ok(shown > 0)
}

/// How many labs of others are listed.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_known(tx: &mut Tx<'_>) -> Result<i64, Failed> {
    let known = profiles::table.filter(profiles::listed.eq(true).and(profiles::local.eq(false))).count();
    on!(tx, c => known.get_result(c)).map_err(Failed::because("count known labs"))
}

/// The places that labs name, most named first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_places(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<String>, Failed> {
    let query = profiles::table
        .filter(profiles::place_key.ne("").and(profiles::listed))
        .group_by(profiles::place_key)
        .order((diesel::dsl::count_star().desc(), profiles::place_key))
        .limit(limit)
        .select(diesel::dsl::min(profiles::place));
    let places: Vec<Option<String>> = on!(tx, c => query.load(c)).map_err(Failed::because("list places"))?;
    Ok(places.into_iter().flatten().collect())
}

/// The languages that labs work in, most used first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_languages(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<String>, Failed> {
    let query = profile_languages::table
        .group_by(profile_languages::language)
        .order((diesel::dsl::count_star().desc(), profile_languages::language))
        .limit(limit)
        .select(profile_languages::language);
    on!(tx, c => query.load(c)).map_err(Failed::because("list languages"))
}

/// Anything with this text in it.
fn pattern(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{text}%")
}
