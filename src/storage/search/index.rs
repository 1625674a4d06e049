//! Writing: a document becomes a row and its words. Called by what writes shares and labs, so that nobody can forget it.

use std::collections::BTreeMap;

use diesel::{
    prelude::*,
    sql_types::{BigInt, Text},
};

use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        lab::LabKind,
        search::{Candidate, Document, Entry, VERSION},
        share::Share,
    },
    storage::{
        Failed, Tx, actor,
        connection::{Connection, on},
        listing, profile,
        schema::{actors, labs, profiles, search_documents, shares},
        share,
    },
};

/// How many milliseconds later than it began a thing may stand: thousands that are taken in together have one moment.
const LATER: i64 = 60_000;

/// Whose document it is.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Share(i64),
    Lab(i64),
}

/// A row of a document: its number, and what it was made from.
type Known = Option<(i64, i64)>;

/// Indexes a share as it is, under this row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn index_share(tx: &mut Tx<'_>, id: i64, share: &Share) -> Result<(), Failed> {
    if listing::is_hidden(tx, share.lab)? == Some(true) {
        return remove_shares_of(tx, share.lab);
    }
    write(tx, Owner::Share(id), &Document::of_share(share))
}

/// Whether a lab is listed changed: what is in the directory is found; of what is hidden, its shares are not found either.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn follow_listing(tx: &mut Tx<'_>, id: ActorId) -> Result<(), Failed> {
    if let Some(lab) = actor::find(tx, id)? {
        index_lab(tx, id, &lab)?;
    }
    if listing::is_hidden(tx, id)? == Some(true) {
        return remove_shares_of(tx, id);
    }
    let query = shares::table
        .left_join(search_documents::table)
        .filter(shares::lab_id.eq(id.0).and(search_documents::id.nullable().is_null()))
        .select(shares::id);
    let missing: Vec<i64> = on!(tx, c => query.load(c)).map_err(Failed::because("look for what is not indexed"))?;
    for share_id in missing {
        if let Some(share) = share::find(tx, share_id)? {
            write(tx, Owner::Share(share_id), &Document::of_share(&share))?;
        }
    }
    Ok(())
}

fn remove_shares_of(tx: &mut Tx<'_>, lab: ActorId) -> Result<(), Failed> {
    let theirs = shares::table.filter(shares::lab_id.eq(lab.0)).select(shares::id.nullable());
    let query = diesel::delete(search_documents::table.filter(search_documents::share_id.eq_any(theirs)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("remove hidden shares from the index"))
}

/// Indexes a lab as it is, here or elsewhere, under this row; what is no lab, or is gone for good, is not found.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn index_lab(tx: &mut Tx<'_>, id: ActorId, lab: &Actor) -> Result<(), Failed> {
    let is_chosen = lab.kind == ActorKind::Lab || listing::find_organisation(tx, id)? == Some(None);
    let is_lab = is_chosen && lab.gone_at.is_none();
    if !is_lab || !(lab.local || profile::is_listed(tx, id)?) {
        return remove_lab(tx, id);
    }
    let query = labs::table.find(id.0).select(labs::kind);
    let kind: Option<String> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("index a lab"))?;
    let lab = Actor { id, ..lab.clone() };
    write(tx, Owner::Lab(id.0), &Document::of_lab(&lab, kind.and_then(|kind| LabKind::parse(&kind).ok())))
}

/// A lab is not found any more.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove_lab(tx: &mut Tx<'_>, id: ActorId) -> Result<(), Failed> {
    let query = diesel::delete(search_documents::table.filter(search_documents::actor_id.eq(id.0)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("remove a lab from the index"))
}

/// Indexes at most so many labs and so many shares that are not in the index, or were put there by an earlier version; those with
/// a higher row than `after`. The highest of what was done, `None` where nothing is left.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn index_missing(tx: &mut Tx<'_>, after: (i64, i64), limit: i64) -> Result<Option<(i64, i64)>, Failed> {
    let failed = || Failed::because("look for what is not indexed");
    let old = search_documents::id.nullable().is_null().or(search_documents::version.nullable().ne(VERSION));
    let query = actors::table
        .left_join(search_documents::table)
        .inner_join(profiles::table)
        .filter(actors::id.gt(after.0).and(profiles::listed).and(actors::gone_at.is_null()))
        .filter(old)
        .order(actors::id)
        .limit(limit)
        .select(actors::id);
    let labs: Vec<i64> = on!(tx, c => query.load(c)).map_err(failed())?;
    let query = shares::table
        .left_join(search_documents::table)
        .filter(shares::id.gt(after.1))
        .filter(old)
        .order(shares::id)
        .limit(limit)
        .select(shares::id);
    let shares: Vec<i64> = on!(tx, c => query.load(c)).map_err(failed())?;
    for id in &labs {
        if let Some(lab) = actor::find(tx, ActorId(*id))? {
            index_lab(tx, lab.id, &lab)?;
        }
    }
    for id in &shares {
        if let Some(share) = share::find(tx, *id)? {
            index_share(tx, *id, &share)?;
        }
    }
    let done = (labs.last().copied().unwrap_or(after.0), shares.last().copied().unwrap_or(after.1));
    Ok(Some(done).filter(|_| !labs.is_empty() || !shares.is_empty()))
}

fn write(tx: &mut Tx<'_>, owner: Owner, document: &Document) -> Result<(), Failed> {
    let entry = document.index();
    let fingerprint = entry.fingerprint();
    let id = match find_row(tx, owner)? {
        Some((_, known)) if known == fingerprint => return renew(tx, owner),
        Some((id, _)) => {
            update_row(tx, id, document, &entry)?;
            forget_words(tx, id)?;
            id
        }
        None => match add_row(tx, owner, document, &entry)? {
            Some(id) => id,
            // Another process indexes it at this very moment, and then knows at least as much.
            None => return Ok(()),
        },
    };
    add_words(tx, id, &entry)
}

/// The same text was indexed by another version: that it was looked at is remembered.
fn renew(tx: &mut Tx<'_>, owner: Owner) -> Result<(), Failed> {
    let version = search_documents::version.eq(VERSION);
    let old = search_documents::version.ne(VERSION);
    let changed = match owner {
        Owner::Share(id) => {
            let query = diesel::update(search_documents::table.filter(search_documents::share_id.eq(id).and(old))).set(version);
            on!(tx, c => query.execute(c))
        }
        Owner::Lab(id) => {
            let query = diesel::update(search_documents::table.filter(search_documents::actor_id.eq(id).and(old))).set(version);
            on!(tx, c => query.execute(c))
        }
    };
    changed.map(|_| ()).map_err(Failed::because("index a document"))
}

fn find_row(tx: &mut Tx<'_>, owner: Owner) -> Result<Known, Failed> {
    let columns = (search_documents::id, search_documents::fingerprint);
    let found = match owner {
        Owner::Share(id) => {
            let query = search_documents::table.filter(search_documents::share_id.eq(id)).select(columns);
            on!(tx, c => query.first(c).optional())
        }
        Owner::Lab(id) => {
            let query = search_documents::table.filter(search_documents::actor_id.eq(id)).select(columns);
            on!(tx, c => query.first(c).optional())
        }
    };
    found.map_err(Failed::because("find a document"))
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = search_documents, treat_none_as_default_value = false)]
struct Fields<'a> {
    version: i32,
    fingerprint: i64,
    thing: &'a str,
    kind: &'a str,
    outcome: &'a str,
    language: &'a str,
    host: &'a str,
    title: &'a str,
    lead: &'a str,
}

impl<'a> Fields<'a> {
    fn of(document: &'a Document, entry: &'a Entry) -> Self {
        Self {
            version: VERSION,
            fingerprint: entry.fingerprint(),
            thing: document.thing.code(),
            kind: &document.kind,
            outcome: &document.outcome,
            language: &document.language,
            host: &document.host,
            title: &entry.title,
            lead: &entry.lead,
        }
    }
}

fn update_row(tx: &mut Tx<'_>, id: i64, document: &Document, entry: &Entry) -> Result<(), Failed> {
    let query = diesel::update(search_documents::table.find(id)).set(Fields::of(document, entry));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("index a document"))
}

/// Adds a row under a number of its moment, or of the next one in which its place is free; `None` where its owner has one.
fn add_row(tx: &mut Tx<'_>, owner: Owner, document: &Document, entry: &Entry) -> Result<Option<i64>, Failed> {
    let (share, lab, number) = match owner {
        Owner::Share(id) => (Some(id), None, id),
        Owner::Lab(id) => (None, Some(id), id),
    };
    let first = Candidate::first_row(document.at) + number.rem_euclid(Candidate::ROWS);
    for later in 0..LATER {
        let id = first + later * Candidate::ROWS;
        let key = (search_documents::id.eq(id), search_documents::share_id.eq(share), search_documents::actor_id.eq(lab));
        let row = (key.0, key.1, key.2, Fields::of(document, entry));
        let query = diesel::insert_into(search_documents::table).values(row).on_conflict_do_nothing();
        if on!(tx, c => query.execute(c)).map_err(Failed::because("index a document"))? > 0 {
            return Ok(Some(id));
        }
        if find_row(tx, owner)?.is_some() {
            return Ok(None);
        }
    }
    Err(Failed::new("index a document", "too many things began in the same moment"))
}

fn forget_words(tx: &mut Tx<'_>, id: i64) -> Result<(), Failed> {
    match tx.connection() {
        Connection::Sqlite(c) => diesel::sql_query("DELETE FROM search_index WHERE rowid = ?").bind::<BigInt, _>(id).execute(c),
        Connection::Postgres(c) => diesel::sql_query("DELETE FROM search_index WHERE id = $1").bind::<BigInt, _>(id).execute(c),
    }
    .map(|_| ())
    .map_err(Failed::because("forget the words of a document"))
}

fn add_words(tx: &mut Tx<'_>, id: i64, entry: &Entry) -> Result<(), Failed> {
    match tx.connection() {
        Connection::Sqlite(c) => {
            let marks: Vec<&str> = entry.marks.iter().map(String::as_str).collect();
            diesel::sql_query("INSERT INTO search_index (rowid, words, marks) VALUES (?, ?, ?)")
                .bind::<BigInt, _>(id)
                .bind::<Text, _>(entry.words.join(" "))
                .bind::<Text, _>(marks.join(" "))
                .execute(c)
        }
        Connection::Postgres(c) => diesel::sql_query("INSERT INTO search_index (id, words) VALUES ($1, $2::tsvector)")
            .bind::<BigInt, _>(id)
            .bind::<Text, _>(as_vector(entry))
            .execute(c),
    }
    .map(|_| ())
    .map_err(Failed::because("index the words of a document"))
}

/// The words with their places, as PostgreSQL writes them; they hold no sign that it would take for another.
fn as_vector(entry: &Entry) -> String {
    let mut places: BTreeMap<&str, Vec<String>> = entry.marks.iter().map(|mark| (mark.as_str(), Vec::new())).collect();
    for (place, word) in entry.placed() {
        places.entry(word).or_default().push(place.to_string());
    }
    let written = places.into_iter().map(|(word, places)| match places.as_slice() {
        [] => format!("'{word}'"),
        _ => format!("'{word}':{}", places.join(",")),
    });
    written.collect::<Vec<_>>().join(" ")
}
