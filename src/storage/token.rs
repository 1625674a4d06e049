//! Rows of tokens, by the hash of their secret, and what was answered to requests that named themselves.

use diesel::prelude::*;

use super::{
    Failed, Tx, actor,
    actor::ActorRow,
    connection::on,
    schema::{actors, answers, members, tokens},
};
use crate::domain::{
    actor::ActorId,
    membership::Member,
    moment::{Moment, from_millis, to_millis},
    profile::Day,
    token::{NewToken, Scope, Token, TokenId},
};

/// The fields stand in the order of the table.
type TokenRow = (i64, String, i64, String, String, i64, i64, Option<String>, Option<i64>);

/// What was answered to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was asked, as a hash.
    pub request: String,
    /// The address of what was made.
    pub place: String,
    /// What was answered.
    pub body: String,
}

/// Adds a token of a member.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, member: ActorId, hash: &str, new: &NewToken, now: Moment) -> Result<TokenId, Failed> {
    let row = (
        tokens::hash.eq(hash),
        tokens::member_id.eq(member.0),
        tokens::name.eq(&new.name),
        tokens::scopes.eq(new.scopes.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(" ")),
        tokens::created_at.eq(to_millis(now)),
        tokens::expires_at.eq(to_millis(new.expires_at)),
    );
    on!(tx, c => diesel::insert_into(tokens::table).values(row).returning(tokens::id).get_result(c))
        .map(TokenId)
        .map_err(Failed::because("add a token"))
}

/// The token with this hash, whatever became of it, and its member.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_by_hash(tx: &mut Tx<'_>, hash: &str) -> Result<Option<(Token, Member)>, Failed> {
    let query = tokens::table.inner_join(members::table.inner_join(actors::table)).filter(tokens::hash.eq(hash)).select((
        tokens::all_columns,
        actors::all_columns,
        members::administrator,
    ));
    let row: Option<(TokenRow, ActorRow, bool)> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a token"))?;
    row.map(|(token, member, administrator)| Ok((read(token), Member { actor: actor::read(member)?, administrator }))).transpose()
}

/// The token of this row.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, id: TokenId) -> Result<Option<Token>, Failed> {
    let row: Option<TokenRow> =
        on!(tx, c => tokens::table.find(id.0).first(c).optional()).map_err(Failed::because("find a token"))?;
    Ok(row.map(read))
}

/// A member's tokens, the newest first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_of_member(tx: &mut Tx<'_>, member: ActorId, limit: i64) -> Result<Vec<Token>, Failed> {
    let query = tokens::table.filter(tokens::member_id.eq(member.0)).order(tokens::id.desc()).limit(limit);
    let rows: Vec<TokenRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list tokens"))?;
    Ok(rows.into_iter().map(read).collect())
}

/// How many tokens of a member can be used.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_valid(tx: &mut Tx<'_>, member: ActorId, now: Moment) -> Result<i64, Failed> {
    let valid = tokens::revoked_at.is_null().and(tokens::expires_at.gt(to_millis(now)));
    let query = tokens::table.filter(tokens::member_id.eq(member.0).and(valid)).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count tokens"))
}

/// A token was used on this day.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn note_use(tx: &mut Tx<'_>, id: TokenId, day: Day) -> Result<(), Failed> {
    let query = diesel::update(tokens::table.find(id.0)).set(tokens::used_on.eq(day.to_string()));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("note the use of a token"))
}

/// Revokes a token, for good.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn revoke(tx: &mut Tx<'_>, id: TokenId, now: Moment) -> Result<(), Failed> {
    let valid = tokens::table.filter(tokens::id.eq(id.0).and(tokens::revoked_at.is_null()));
    let query = diesel::update(valid).set(tokens::revoked_at.eq(to_millis(now)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("revoke a token"))
}

/// Takes the name of a request for itself; where it is taken, what was answered to it. Who asks at the same time waits here.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn claim(tx: &mut Tx<'_>, token: TokenId, name: &str, request: &str, now: Moment) -> Result<Option<Answer>, Failed> {
    let row = (
        answers::token_id.eq(token.0),
        answers::name.eq(name),
        answers::request.eq(request),
        answers::place.eq(""),
        answers::body.eq(""),
        answers::at.eq(to_millis(now)),
    );
    let query = diesel::insert_into(answers::table).values(row).on_conflict_do_nothing();
    let claimed = on!(tx, c => query.execute(c)).map_err(Failed::because("take the name of a request"))?;
    if claimed > 0 {
        return Ok(None);
    }
    let query = answers::table.find((token.0, name)).select((answers::request, answers::place, answers::body));
    let (request, place, body) = on!(tx, c => query.first(c)).map_err(Failed::because("find what was answered"))?;
    Ok(Some(Answer { request, place, body }))
}

/// Keeps what was answered to a request whose name was taken.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn keep_answer(tx: &mut Tx<'_>, token: TokenId, name: &str, place: &str, body: &str) -> Result<(), Failed> {
    let query = diesel::update(answers::table.find((token.0, name))).set((answers::place.eq(place), answers::body.eq(body)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("keep what was answered"))
}

/// Forgets what was answered before a moment; how much that was.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn forget_answers(tx: &mut Tx<'_>, before: Moment) -> Result<usize, Failed> {
    let old = answers::table.filter(answers::at.lt(to_millis(before)));
    on!(tx, c => diesel::delete(old).execute(c)).map_err(Failed::because("forget old answers"))
}

fn read(row: TokenRow) -> Token {
    let (id, _, member, name, scopes, created_at, expires_at, used_on, revoked_at) = row;
    Token {
        id: TokenId(id),
        member: ActorId(member),
        name,
        scopes: scopes.split(' ').filter_map(|code| Scope::parse(code).ok()).collect(),
        created_at: from_millis(created_at),
        expires_at: from_millis(expires_at),
        used_on: used_on.and_then(|day| Day::read(&day)),
        revoked_at: revoked_at.map(from_millis),
    }
}
