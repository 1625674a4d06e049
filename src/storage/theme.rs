//! Rows of themes, ours and those that labs elsewhere name, which of them meet, and which labs work on what.

use std::collections::HashMap;

use diesel::{dsl::count_star, prelude::*};
use url::Url;

use super::{
    Failed, Tx,
    actor::url,
    connection::on,
    schema::{profile_themes, profiles, themes},
};
use crate::domain::{
    actor::ActorId,
    theme::{Labels, Slug, Theme, ThemeId},
};

type ThemeRow = (i64, String, Option<String>, String, String, String, Option<i64>);

/// Adds a theme, ours or another's; the row's `id` in `theme` is ignored.
///
/// # Errors
/// `Failed` where the database does not answer, or the identifier or slug is taken.
pub fn add(tx: &mut Tx<'_>, theme: &Theme, meets: Option<ThemeId>) -> Result<ThemeId, Failed> {
    let row = (themes::uri.eq(theme.uri.as_str()), themes::slug.eq(theme.slug.as_ref().map(Slug::as_str)), fields(theme, meets));
    on!(tx, c => diesel::insert_into(themes::table).values(row).returning(themes::id).get_result(c))
        .map(ThemeId)
        .map_err(Failed::because("add a theme"))
}

/// Brings a theme's labels, its other identifiers and what it meets up to date.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn update(tx: &mut Tx<'_>, theme: &Theme, meets: Option<ThemeId>) -> Result<(), Failed> {
    let id = theme.id.0;
    on!(tx, c => diesel::update(themes::table.find(id)).set(fields(theme, meets)).execute(c))
        .map_err(Failed::because("update a theme"))?;
    let labs = profile_themes::table.filter(profile_themes::theme_id.eq(id));
    let shown = profile_themes::shown_id.eq(meets.map_or(id, |meets| meets.0));
    on!(tx, c => diesel::update(labs).set(shown).execute(c)).map(|_| ()).map_err(Failed::because("show labs under a theme"))
}

/// Makes a theme of ours another's: it keeps its identifier, has no page any more, and is shown under the one that it meets.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn merge(tx: &mut Tx<'_>, theme: &Theme, into: ThemeId) -> Result<(), Failed> {
    let gives_up = (themes::slug.eq(None::<&str>), themes::meets_id.eq(into.0));
    on!(tx, c => diesel::update(themes::table.find(theme.id.0)).set(gives_up).execute(c))
        .map_err(Failed::because("merge a theme"))?;
    let met = themes::table.filter(themes::meets_id.eq(theme.id.0));
    on!(tx, c => diesel::update(met).set(themes::meets_id.eq(into.0)).execute(c)).map_err(Failed::because("merge a theme"))?;
    let labs = profile_themes::table.filter(profile_themes::shown_id.eq(theme.id.0));
    on!(tx, c => diesel::update(labs).set(profile_themes::shown_id.eq(into.0)).execute(c))
        .map(|_| ())
        .map_err(Failed::because("merge a theme"))
}

/// Our theme with this slug.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, slug: &Slug) -> Result<Option<Theme>, Failed> {
    let query = themes::table.filter(themes::slug.eq(slug.as_str()));
    let row: Option<ThemeRow> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a theme"))?;
    row.map(read).transpose()
}

/// The theme with this identifier, whoever's it is, and the one of ours that it meets.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<(Theme, Option<ThemeId>)>, Failed> {
    let query = themes::table.filter(themes::uri.eq(uri));
    let row: Option<ThemeRow> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a theme"))?;
    row.map(|row| (row.6.map(ThemeId), row)).map(|(meets, row)| Ok((read(row)?, meets))).transpose()
}

/// Our themes, by Dutch label.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Theme>, Failed> {
    let query = themes::table.filter(themes::slug.is_not_null()).order((themes::label_nl, themes::id));
    all(on!(tx, c => query.load(c)))
}

/// Themes of others, with the one of ours that each meets; those that meet none come first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_of_others(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(Theme, Option<ThemeId>)>, Failed> {
    let query = themes::table.filter(themes::slug.is_null()).order((themes::meets_id.is_not_null(), themes::id)).limit(limit);
    let rows: Vec<ThemeRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list themes of others"))?;
    rows.into_iter().map(|row| (row.6.map(ThemeId), row)).map(|(meets, row)| Ok((read(row)?, meets))).collect()
}

/// Themes that were ours and were merged into others: those whose identifier begins like ours and that have no page.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_merged(tx: &mut Tx<'_>, beginning: &str) -> Result<Vec<(Theme, ThemeId)>, Failed> {
    let beginning = format!("{}%", beginning.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let were_ours = themes::slug.is_null().and(themes::meets_id.is_not_null()).and(themes::uri.like(beginning).escape('\\'));
    let query = themes::table.filter(were_ours).order(themes::id);
    let rows: Vec<ThemeRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list merged themes"))?;
    rows.into_iter().filter_map(|row| Some((row.6.map(ThemeId)?, row))).map(|(into, row)| Ok((read(row)?, into))).collect()
}

/// How many listed labs are shown under each theme; those without any are left out.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_labs(tx: &mut Tx<'_>) -> Result<HashMap<ThemeId, i64>, Failed> {
    let query = profile_themes::table
        .inner_join(profiles::table.on(profiles::actor_id.eq(profile_themes::actor_id)))
        .filter(profiles::listed)
        .group_by(profile_themes::shown_id)
        .select((profile_themes::shown_id, count_star()));
    counted(on!(tx, c => query.load(c)))
}

/// Which other themes of ours the labs of a theme work on, and how many of them.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_overlaps(tx: &mut Tx<'_>, theme: ThemeId) -> Result<HashMap<ThemeId, i64>, Failed> {
    let labs = profile_themes::table.filter(profile_themes::shown_id.eq(theme.0)).select(profile_themes::actor_id);
    let other = diesel::alias!(profile_themes as others);
    let query = other
        .filter(other.field(profile_themes::actor_id).eq_any(labs).and(other.field(profile_themes::shown_id).ne(theme.0)))
        .group_by(other.field(profile_themes::shown_id))
        .select((other.field(profile_themes::shown_id), count_star()));
    counted(on!(tx, c => query.load(c)))
}

/// What these labs work on, as each of them named it: ours by name, in the order of rows.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_of_labs(tx: &mut Tx<'_>, labs: &[ActorId]) -> Result<Vec<(ActorId, Theme)>, Failed> {
    let ids: Vec<i64> = labs.iter().map(|id| id.0).collect();
    let query = profile_themes::table
        .inner_join(themes::table)
        .filter(profile_themes::actor_id.eq_any(&ids))
        .order((profile_themes::actor_id, themes::id))
        .select((profile_themes::actor_id, themes::all_columns));
    let rows: Vec<(i64, ThemeRow)> = on!(tx, c => query.load(c)).map_err(Failed::because("list themes of labs"))?;
    rows.into_iter().map(|(lab, row)| Ok((ActorId(lab), read(row)?))).collect()
}

/// The names under which what these labs work on is shown here.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_shown(tx: &mut Tx<'_>, labs: &[ActorId]) -> Result<Vec<(ActorId, Theme)>, Failed> {
    let ids: Vec<i64> = labs.iter().map(|id| id.0).collect();
    let query = profile_themes::table
        .inner_join(themes::table.on(themes::id.eq(profile_themes::shown_id)))
        .filter(profile_themes::actor_id.eq_any(&ids))
        .order((profile_themes::actor_id, themes::id))
        .select((profile_themes::actor_id, themes::all_columns))
        .distinct();
    let rows: Vec<(i64, ThemeRow)> = on!(tx, c => query.load(c)).map_err(Failed::because("list themes of labs"))?;
    rows.into_iter().map(|(lab, row)| Ok((ActorId(lab), read(row)?))).collect()
}

/// Sets what a lab works on; another's theme that nobody works on any more goes.
pub(super) fn set_of_lab(tx: &mut Tx<'_>, lab: ActorId, wanted: &[ThemeId]) -> Result<(), Failed> {
    let old = profile_themes::table.filter(profile_themes::actor_id.eq(lab.0));
    let before: Vec<i64> =
        on!(tx, c => old.select(profile_themes::theme_id).load(c)).map_err(Failed::because("read a lab's themes"))?;
    on!(tx, c => diesel::delete(old).execute(c)).map_err(Failed::because("clear a lab's themes"))?;
    let ids: Vec<i64> = wanted.iter().map(|id| id.0).collect();
    let shown = themes::table.filter(themes::id.eq_any(&ids)).select((themes::id, themes::meets_id));
    let shown: Vec<(i64, Option<i64>)> = on!(tx, c => shown.load(c)).map_err(Failed::because("read themes"))?;
    let rows: Vec<_> = shown
        .iter()
        .map(|(id, meets)| {
            let shown = profile_themes::shown_id.eq(meets.unwrap_or(*id));
            (profile_themes::actor_id.eq(lab.0), profile_themes::theme_id.eq(*id), shown)
        })
        .collect();
    on!(tx, c => diesel::insert_into(profile_themes::table).values(&rows).on_conflict_do_nothing().execute(c))
        .map_err(Failed::because("set a lab's themes"))?;
    let left: Vec<i64> = before.into_iter().filter(|id| !ids.contains(id)).collect();
    let used = profile_themes::table.select(profile_themes::theme_id);
    let unused = themes::table.filter(themes::id.eq_any(&left).and(themes::slug.is_null()).and(themes::id.ne_all(used)));
    on!(tx, c => diesel::delete(unused).execute(c)).map(|_| ()).map_err(Failed::because("forget themes nobody works on"))
}

/// What can change of a theme.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = themes, treat_none_as_default_value = false, treat_none_as_null = true)]
struct ThemeFields<'a> {
    label_nl: &'a str,
    label_en: &'a str,
    same_as: String,
    meets_id: Option<i64>,
}

fn fields(theme: &Theme, meets: Option<ThemeId>) -> ThemeFields<'_> {
    ThemeFields {
        label_nl: &theme.labels.nl,
        label_en: &theme.labels.en,
        same_as: theme.same_as.iter().map(Url::as_str).collect::<Vec<_>>().join(" "),
        meets_id: meets.map(|meets| meets.0),
    }
}

fn counted(found: QueryResult<Vec<(i64, i64)>>) -> Result<HashMap<ThemeId, i64>, Failed> {
    let rows = found.map_err(Failed::because("count the labs of themes"))?;
    Ok(rows.into_iter().map(|(id, count)| (ThemeId(id), count)).collect())
}

fn all(found: QueryResult<Vec<ThemeRow>>) -> Result<Vec<Theme>, Failed> {
    found.map_err(Failed::because("list themes"))?.into_iter().map(read).collect()
}

fn read((id, uri, slug, nl, en, same_as, _): ThemeRow) -> Result<Theme, Failed> {
    Ok(Theme {
        id: ThemeId(id),
        uri: url(&uri)?,
        slug: slug.and_then(|slug| Slug::parse(&slug).ok()),
        labels: Labels { nl, en },
        same_as: same_as.split(' ').filter_map(|one| Url::parse(one).ok()).collect(),
    })
}
