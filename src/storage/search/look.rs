//! Looking: few candidates come from the database, the newest and those that say it in their title; the domain puts them in order.
//! However common a word is, no more than [`MOST`] documents are looked at.

use std::collections::BTreeMap;

use diesel::{
    QueryableByName,
    connection::SimpleConnection,
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Double, Nullable, Text},
};

use crate::{
    domain::{
        actor::ActorId,
        moment::Moment,
        search::{self, AnyOf, Candidate, Facets, Key, Query, Sign, Wanted, order},
    },
    storage::{
        Failed, Tx,
        connection::{Connection, on},
        schema::{actors, search_documents, shares},
    },
};

/// Most documents that are looked at, the newest that have every word.
pub const MOST: usize = 400;
/// Most of those that have every word in their title.
const MOST_TITLES: usize = 200;
/// Most documents that are looked at for each word of a draft.
const MOST_ALIKE: usize = 200;

/// Words that one document in so many has are common: the newest are then together sooner than all are found.
const COMMON: f64 = 4.0;

/// How many points are a likeness: one common word in common is none.
const ENOUGH: i64 = 9;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The best, in order: the part that was asked for.
    pub hits: Vec<Candidate>,
    /// How many were looked at.
    pub total: usize,
    /// Whether there are more, which were not looked at.
    pub is_cut: bool,
    /// How many there are of each kind.
    pub facets: Facets,
}

/// What somebody looks for, in order: `limit` of it after the first `skip`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, wanted: &Wanted, now: Moment, skip: usize, limit: usize) -> Result<Found, Failed> {
    let mut all = candidates(tx, &wanted.anywhere(), MOST)?;
    let is_cut = all.len() >= MOST;
    let titles = wanted.in_the_title();
    // Where everything was looked at, nothing else can be in a title.
    if is_cut && !titles.is_empty() {
        let oldest = all.last().map_or(i64::MAX, |candidate| candidate.id);
        all.extend(candidates(tx, &titles, MOST_TITLES)?.into_iter().filter(|candidate| candidate.id < oldest));
    }
    let facets = Facets::count(&all);
    order(&mut all, &wanted.query, now);
    let total = all.len();
    Ok(Found { hits: all.into_iter().skip(skip).take(limit).collect(), total, is_cut, facets })
}

/// How many documents have each part of a query by itself, at most four hundred: why all together are nowhere.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn explain(tx: &mut Tx<'_>, wanted: &Wanted) -> Result<Vec<(Query, usize)>, Failed> {
    let parts = (0..wanted.query.said().count()).map(|number| wanted.query.only(number));
    let mut told = Vec::new();
    for query in parts {
        let alone = Wanted { query: query.clone(), ..wanted.clone() };
        told.push((query, rows(tx, &alone.anywhere(), MOST)?.len()));
    }
    Ok(told)
}

/// The word that somebody may have meant, for each that is nowhere: one that begins alike and stands in a title.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn guess(tx: &mut Tx<'_>, word: &str) -> Result<Option<String>, Failed> {
    let titles = titles_like(tx, word)?;
    Ok(search::guess(word, &titles.join(" ")))
}

/// The shares that are most like a draft: by the words it is about, the rarer the better. Not the share with this row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn similar(tx: &mut Tx<'_>, keys: &[Key], except: Option<i64>, limit: usize) -> Result<Vec<i64>, Failed> {
    let mut points: BTreeMap<i64, i64> = BTreeMap::new();
    for key in keys {
        let (titles, texts) = (rows(tx, &key.in_the_title(), MOST_ALIKE)?, rows(tx, &key.anywhere(), MOST_ALIKE)?);
        let rarity = 9 - i64::from(usize::BITS - texts.len().leading_zeros());
        for (rows, times) in [(titles, 2), (texts, 1)] {
            for row in rows {
                *points.entry(row).or_default() += key.weight * rarity * times;
            }
        }
    }
    let alike = points.into_iter().filter(|(_, points)| *points >= ENOUGH).map(|(row, points)| (points, row));
    let mut alike: Vec<(i64, i64)> = alike.collect();
    alike.sort_by(|one, other| other.cmp(one));
    let mut shares = Vec::new();
    for (_, row) in alike.into_iter().take(limit + 1) {
        shares.extend(share_of(tx, row)?.filter(|share| Some(*share) != except));
    }
    shares.truncate(limit);
    Ok(shares)
}

/// What a document is asked for by.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// A candidate as it is asked for.
type CandidateColumns = (BigInt, Nullable<BigInt>, Nullable<BigInt>, Text, Text, Text);
type CandidateRow = (i64, Option<i64>, Option<i64>, String, String, String);

/// The newest documents that have all of this.
fn candidates(tx: &mut Tx<'_>, all: &[AnyOf], most: usize) -> Result<Vec<Candidate>, Failed> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows: QueryResult<Vec<CandidateRow>> = match tx.connection() {
        Connection::Sqlite(c) => sql::<CandidateColumns>(
            "SELECT d.id, d.share_id, d.actor_id, d.kind || ' ' || d.outcome || ' ' || d.language || ' ' || d.host, d.title, d.lead \
             FROM search_index CROSS JOIN search_documents AS d ON d.id = search_index.rowid WHERE search_index MATCH ",
        )
        .bind::<Text, _>(for_sqlite(all))
        .sql(" ORDER BY search_index.rowid DESC LIMIT ")
        .bind::<BigInt, _>(most)
        .load(c),
        Connection::Postgres(c) => ask_postgres(c, &for_postgres(all), |c, words, order| {
            sql::<CandidateColumns>(
                "SELECT d.id, d.share_id, d.actor_id, d.kind || ' ' || d.outcome || ' ' || d.language || ' ' || d.host, d.title, d.lead \
                 FROM search_documents AS d JOIN (SELECT id FROM search_index WHERE words @@ (",
            )
            .bind::<Text, _>(words)
            .sql(")::tsquery")
            .sql(order)
            .sql(" LIMIT ")
            .bind::<BigInt, _>(most)
            .sql(") AS found ON d.id = found.id ORDER BY d.id DESC")
            .load(c)
        }),
    };
    let read =
        |(id, share, lab, facts, title, lead): CandidateRow| Candidate { id, share, lab: lab.map(ActorId), facts, title, lead };
    Ok(rows.map_err(Failed::because("search"))?.into_iter().map(read).collect())
}

/// Asks PostgreSQL for the newest documents that have some words, in an order that is as good as a way: back from the newest where so
/// many have them that enough are soon together, otherwise all that have them by the index of words. Left to choose by itself it takes
/// reading words for free, and reads those of tens of thousands of documents.
fn ask_postgres<T>(
    c: &mut PgConnection,
    words: &str,
    ask: impl FnOnce(&mut PgConnection, &str, &str) -> QueryResult<T>,
) -> QueryResult<T> {
    c.batch_execute("SET LOCAL enable_seqscan = off")?;
    // What is reckoned with is in no index, so that the way from the end is closed.
    let order = if are_common(c, words)? { " ORDER BY id DESC" } else { " ORDER BY id + 0 DESC" };
    let found = ask(c, words, order)?;
    c.batch_execute("SET LOCAL enable_seqscan = DEFAULT")?;
    Ok(found)
}

/// Whether so many documents have some words, as far as PostgreSQL keeps statistics: without any, few have them.
fn are_common(c: &mut PgConnection, words: &str) -> QueryResult<bool> {
    let all: f64 = sql::<Double>("SELECT reltuples::float8 FROM pg_class WHERE oid = 'search_index'::regclass").get_result(c)?;
    let question = sql::<Text>("EXPLAIN SELECT id FROM search_index WHERE words @@ (").bind::<Text, _>(words).sql(")::tsquery");
    let plan: Vec<String> = question.load(c)?;
    let with = plan.first().and_then(|plan| rows_in(plan)).unwrap_or_default();
    Ok(all > 0.0 && with >= all / COMMON)
}

/// How many rows a line of a plan expects: `Bitmap Heap Scan on search_index  (cost=81.58..963.31 rows=4849 width=8)`.
fn rows_in(plan: &str) -> Option<f64> {
    plan.split_once(" rows=")?.1.split(' ').next()?.parse().ok()
}

/// The newest rows that have all of this.
fn rows(tx: &mut Tx<'_>, all: &[AnyOf], most: usize) -> Result<Vec<i64>, Failed> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows: QueryResult<Vec<Row>> = match tx.connection() {
        Connection::Sqlite(c) => {
            diesel::sql_query("SELECT rowid AS id FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT ?")
                .bind::<Text, _>(for_sqlite(all))
                .bind::<BigInt, _>(most)
                .load(c)
        }
        Connection::Postgres(c) => ask_postgres(c, &for_postgres(all), |c, words, order| {
            diesel::sql_query(format!("SELECT id FROM search_index WHERE words @@ $1::tsquery{order} LIMIT $2"))
                .bind::<Text, _>(words)
                .bind::<BigInt, _>(most)
                .load(c)
        }),
    };
    Ok(rows.map_err(Failed::because("search"))?.into_iter().map(|row| row.id).collect())
}

/// As FTS5 reads it: every word is quoted, and a word holds no quotation mark.
fn for_sqlite(all: &[AnyOf]) -> String {
    let sign = |sign: &Sign| match sign {
        // Marks stand in no order that anybody wrote.
        Sign::Words(words) if words.len() > 1 => format!("words : \"{}\"", words.join(" ")),
        Sign::Words(words) => format!("\"{}\"", words.join(" ")),
        Sign::Beginning(word) => format!("\"{word}\"*"),
    };
    write(all, sign, " OR ", " AND ")
}

/// As PostgreSQL reads it: every word is quoted, and a word holds no quotation mark.
fn for_postgres(all: &[AnyOf]) -> String {
    let sign = |sign: &Sign| match sign {
        Sign::Words(words) => format!("('{}')", words.join("' <-> '")),
        Sign::Beginning(word) => format!("'{word}':*"),
    };
    write(all, sign, " | ", " & ")
}

fn write(all: &[AnyOf], sign: impl Fn(&Sign) -> String, or: &str, and: &str) -> String {
    let any = |AnyOf(signs): &AnyOf| format!("({})", signs.iter().map(&sign).collect::<Vec<_>>().join(or));
    all.iter().map(any).collect::<Vec<_>>().join(and)
}

fn share_of(tx: &mut Tx<'_>, row: i64) -> Result<Option<i64>, Failed> {
    let query = search_documents::table.find(row).select(search_documents::share_id);
    let share: Option<Option<i64>> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a document"))?;
    Ok(share.flatten())
}

/// Titles and names in which a word begins as this one does.
fn titles_like(tx: &mut Tx<'_>, word: &str) -> Result<Vec<String>, Failed> {
    let Some(begins) = Key::beginning(word) else { return Ok(Vec::new()) };
    let rows = rows(tx, &begins, MOST_ALIKE)?;
    let failed = || Failed::because("look for words that are alike");
    let query =
        search_documents::table.inner_join(shares::table).filter(search_documents::id.eq_any(&rows)).select(shares::title);
    let mut titles: Vec<String> = on!(tx, c => query.order(shares::id).load(c)).map_err(failed())?;
    let query = search_documents::table.inner_join(actors::table).filter(search_documents::id.eq_any(&rows)).select(actors::name);
    let names: Vec<String> = on!(tx, c => query.order(actors::id).load(c)).map_err(failed())?;
    titles.extend(names);
    Ok(titles)
}
