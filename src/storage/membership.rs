//! Rows of members, their roles in labs, and their sessions.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{
    Failed, Tx, actor,
    actor::ActorRow,
    connection::on,
    schema::{actors, members, memberships, sessions},
};
use crate::domain::{
    actor::{Actor, ActorId},
    membership::{Member, Role},
    moment::{Moment, to_millis},
};

/// Adds a member.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, password_hash: &str, administrator: bool) -> Result<ActorId, Failed> {
    let id = actor::save(tx, actor)?;
    let row = (members::actor_id.eq(id.0), members::password_hash.eq(password_hash), members::administrator.eq(administrator));
    on!(tx, c => diesel::insert_into(members::table).values(row).execute(c)).map_err(Failed::because("add a member"))?;
    Ok(id)
}

/// The member with this handle.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, handle: &str) -> Result<Option<Member>, Failed> {
    let query = members::table
        .inner_join(actors::table)
        .filter(actors::handle.eq(handle).and(actors::local))
        .select((actors::all_columns, members::administrator));
    first(on!(tx, c => query.first(c).optional()))
}

/// All members, by handle.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Member>, Failed> {
    let query =
        members::table.inner_join(actors::table).order(actors::handle).select((actors::all_columns, members::administrator));
    let rows: Vec<(ActorRow, bool)> = on!(tx, c => query.load(c)).map_err(Failed::because("list members"))?;
    rows.into_iter().map(read).collect()
}

/// How many members there are.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, Failed> {
    on!(tx, c => members::table.count().get_result(c)).map_err(Failed::because("count members"))
}

/// The hash of a member's password.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_password_hash(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<String>, Failed> {
    let query = members::table.find(id.0).select(members::password_hash);
    on!(tx, c => query.first(c).optional()).map_err(Failed::because("read a password hash"))
}

/// Sets the hash of a member's password, and ends all the member's sessions.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn set_password_hash(tx: &mut Tx<'_>, id: ActorId, hash: &str) -> Result<(), Failed> {
    let query = diesel::update(members::table.find(id.0)).set(members::password_hash.eq(hash));
    on!(tx, c => query.execute(c)).map_err(Failed::because("set a password"))?;
    let query = diesel::delete(sessions::table.filter(sessions::member_id.eq(id.0)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("end sessions"))
}

/// Gives a member a role in a lab.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn set_role(tx: &mut Tx<'_>, member: ActorId, lab: ActorId, role: Role, now: Moment) -> Result<(), Failed> {
    let row = (
        memberships::member_id.eq(member.0),
        memberships::lab_id.eq(lab.0),
        memberships::role.eq(role.code()),
        memberships::since.eq(to_millis(now)),
    );
    let query = diesel::insert_into(memberships::table)
        .values(row)
        .on_conflict((memberships::member_id, memberships::lab_id))
        .do_update()
        .set(memberships::role.eq(role.code()));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("set a role"))
}

/// A member's role in a lab.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_role(tx: &mut Tx<'_>, member: ActorId, lab: ActorId) -> Result<Option<Role>, Failed> {
    let query = memberships::table.find((member.0, lab.0)).select(memberships::role);
    let code: Option<String> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("read a role"))?;
    Ok(code.and_then(|code| Role::parse(&code).ok()))
}

/// How many take part in each of these labs; those without anyone are left out.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_of_each(tx: &mut Tx<'_>, labs: &[ActorId]) -> Result<HashMap<ActorId, i64>, Failed> {
    let ids: Vec<i64> = labs.iter().map(|id| id.0).collect();
    let query = memberships::table
        .filter(memberships::lab_id.eq_any(&ids))
        .group_by(memberships::lab_id)
        .select((memberships::lab_id, diesel::dsl::count_star()));
    let rows: Vec<(i64, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("count participants"))?;
    Ok(rows.into_iter().map(|(id, count)| (ActorId(id), count)).collect())
}

/// The members with a role in a lab, stewards first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_of_lab(tx: &mut Tx<'_>, lab: ActorId) -> Result<Vec<(Actor, Role)>, Failed> {
    let query = memberships::table
        .inner_join(actors::table.on(actors::id.eq(memberships::member_id)))
        .filter(memberships::lab_id.eq(lab.0))
        .order((memberships::role.desc(), actors::name))
        .select((actors::all_columns, memberships::role));
    let rows: Vec<(ActorRow, String)> = on!(tx, c => query.load(c)).map_err(Failed::because("list a lab's members"))?;
    rows.into_iter().map(|(row, role)| Ok((actor::read(row)?, Role::parse(&role).unwrap_or(Role::Editor)))).collect()
}

/// Begins a session.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn add_session(tx: &mut Tx<'_>, token_hash: &str, member: ActorId, form_token: &str, until: Moment) -> Result<(), Failed> {
    let row = (
        sessions::token_hash.eq(token_hash),
        sessions::member_id.eq(member.0),
        sessions::form_token.eq(form_token),
        sessions::expires_at.eq(to_millis(until)),
    );
    on!(tx, c => diesel::insert_into(sessions::table).values(row).execute(c))
        .map(|_| ())
        .map_err(Failed::because("begin a session"))
}

/// The member of a session that has not expired, and the token its forms carry.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_by_session(tx: &mut Tx<'_>, token_hash: &str, now: Moment) -> Result<Option<(Member, String)>, Failed> {
    let query = sessions::table
        .inner_join(members::table.inner_join(actors::table))
        .filter(sessions::token_hash.eq(token_hash).and(sessions::expires_at.gt(to_millis(now))))
        .select((actors::all_columns, members::administrator, sessions::form_token));
    let row: Option<(ActorRow, bool, String)> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a session"))?;
    row.map(|(actor, administrator, form_token)| Ok((read((actor, administrator))?, form_token))).transpose()
}

/// Ends a session, and clears those that have expired.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove_session(tx: &mut Tx<'_>, token_hash: &str, now: Moment) -> Result<(), Failed> {
    let over = sessions::token_hash.eq(token_hash).or(sessions::expires_at.le(to_millis(now)));
    on!(tx, c => diesel::delete(sessions::table.filter(over)).execute(c)).map(|_| ()).map_err(Failed::because("end a session"))
}

fn first(found: QueryResult<Option<(ActorRow, bool)>>) -> Result<Option<Member>, Failed> {
    found.map_err(Failed::because("find a member"))?.map(read).transpose()
}

fn read((actor, administrator): (ActorRow, bool)) -> Result<Member, Failed> {
    Ok(Member { actor: actor::read(actor)?, administrator })
}
