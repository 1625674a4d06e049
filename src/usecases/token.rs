//! Tokens: a member makes them for scripts, and takes them back. Only the hash of a secret comes here.

use chrono::TimeDelta;

use super::Outcome;
use crate::{
    domain::{
        membership::Member,
        moment::Moment,
        refusal::Refused,
        token::{NewToken, Scope, Token, TokenId},
    },
    storage::{
        Tx,
        token::{self, Answer},
    },
};

/// Most tokens of one member that can be used at the same time.
const MOST: i64 = 50;

/// How long what was answered to a request is kept.
pub const ANSWERS: TimeDelta = TimeDelta::days(1);

/// Makes a token of a member.
///
/// # Errors
/// `Refused` where the member has too many.
pub fn add(tx: &mut Tx<'_>, now: Moment, member: &Member, new: &NewToken, hash: &str) -> Outcome<TokenId> {
    if token::count_valid(tx, member.actor.id, now)? >= MOST {
        return Err(Refused::conflict("tokens-many").with("limit", MOST).into());
    }
    Ok(token::add(tx, member.actor.id, hash, new, now)?)
}

/// Revokes a token, for good; without a member, whoever runs the command line.
///
/// # Errors
/// `Refused` where there is none, or it is another member's.
pub fn revoke(tx: &mut Tx<'_>, now: Moment, by: Option<&Member>, id: TokenId) -> Outcome<Token> {
    let found = token::find(tx, id)?.filter(|token| by.is_none_or(|member| member.actor.id == token.member));
    let found = found.ok_or_else(|| Refused::unknown("token-unknown"))?;
    token::revoke(tx, id, now)?;
    Ok(found)
}

/// `Ok` where a token may be used for this.
///
/// # Errors
/// `Refused` where it may not.
pub fn require(token: &Token, scope: Scope) -> Result<(), Refused> {
    if token.permits(scope) { Ok(()) } else { Err(Refused::not_allowed("scope-missing").with("scope", scope.code())) }
}

/// Does something once, however often it is asked for under one name within a day: afterwards the answer is the one kept.
/// Without a name it is done each time. `work` gives the address of what was made, and the answer.
///
/// # Errors
/// What `work` says; `Refused` where the name was used for something else.
pub fn once(
    tx: &mut Tx<'_>,
    now: Moment,
    token: TokenId,
    named: Option<(&str, &str)>,
    work: impl FnOnce(&mut Tx<'_>) -> Outcome<(String, String)>,
) -> Outcome<(String, String)> {
    let Some((name, request)) = named else { return work(tx) };
    token::forget_answers(tx, now - ANSWERS)?;
    match token::claim(tx, token, name, request, now)? {
        Some(Answer { request: known, place, body }) if known == request => Ok((place, body)),
        Some(_) => Err(Refused::invalid("idempotency-key-used").into()),
        None => {
            let (place, body) = work(tx)?;
            token::keep_answer(tx, token, name, &place, &body)?;
            Ok((place, body))
        }
    }
}
