//! Rows of deliveries as an administrator looks at them: those of a state or a host, slice by slice, and trying some again.
//! It leases and settles nothing; that is `lane.rs` and `delivery.rs`.

use diesel::{IntoSql, prelude::*, sql_types::Bool};

use super::{
    Failed, Tx,
    connection::on,
    delivery, lane,
    schema::{activities, deliveries, lanes},
};
use crate::domain::{
    delivery::{Delivery, DeliveryState},
    dispatch::{Dispatch, Selection, list_open_codes},
    moment::{Moment, from_millis, to_millis},
    slice::{Cursor, Slice},
};

/// The rows that ended, of which a worker holds something else about the same thing for the same inbox: they would be told after it.
macro_rules! overtaken {
    ($now:expr) => {{
        let (ended, under_way) = diesel::alias!(deliveries as ended, deliveries as under_way);
        let (said, other) = diesel::alias!(activities as said, activities as other);
        let held = lanes::table.filter(lanes::lease_until.gt(to_millis($now))).select(lanes::name);
        let of_it = under_way.field(deliveries::activity_id).eq(other.field(activities::id));
        ended
            .inner_join(said.on(said.field(activities::id).eq(ended.field(deliveries::activity_id))))
            .inner_join(other.on(other.field(activities::object).eq(said.field(activities::object))))
            .inner_join(under_way.on(of_it.and(under_way.field(deliveries::inbox).eq(ended.field(deliveries::inbox)))))
            .filter(ended.field(deliveries::ended_at).is_not_null().and(under_way.field(deliveries::ended_at).is_null()))
            .filter(under_way.field(deliveries::lane).eq_any(held))
            .select(ended.field(deliveries::id))
    }};
}

/// The place of a delivery in the list.
#[must_use]
pub const fn place(dispatch: &Dispatch) -> Cursor {
    Cursor { at: 0, id: dispatch.id }
}

/// The deliveries that somebody looks at, newest first, a slice of them.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, wanted: &Selection, slice: Slice) -> Result<Vec<Dispatch>, Failed> {
    let rows: Result<Vec<Row>, _> = on!(tx, c => {
        let all = deliveries::table.inner_join(activities::table).left_join(lanes::table.on(lanes::name.eq(deliveries::lane)));
        let mut query = all.into_boxed();
        if let Some(state) = wanted.state {
            query = query.filter(deliveries::state.eq(state.code()));
        }
        if let Some(host) = &wanted.host {
            query = query.filter(deliveries::host.eq(host));
        }
        let query = query.filter(deliveries::id.lt(slice.before.id)).order(deliveries::id.desc()).limit(slice.limit).select((
            (deliveries::id, deliveries::host),
            activities::uri,
            deliveries::inbox,
            deliveries::state,
            deliveries::attempts,
            (deliveries::ended_at, lanes::due_at.nullable(), deliveries::created_at),
            deliveries::last_error,
        ));
        query.load(c)
    });
    rows.map_err(Failed::because("list deliveries")).map(|rows| rows.into_iter().map(read).collect())
}

/// How many deliveries are in each state, in the order of the states; for one host or all.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count(tx: &mut Tx<'_>, host: Option<&str>) -> Result<Vec<(DeliveryState, i64)>, Failed> {
    let counted: Result<Vec<(String, i64)>, _> = on!(tx, c => {
        let query = deliveries::table.group_by(deliveries::state).select((deliveries::state, diesel::dsl::count_star()));
        match host {
            Some(host) => query.filter(deliveries::host.eq(host)).load(c),
            None => query.load(c),
        }
    });
    let counted = counted.map_err(Failed::because("count deliveries"))?;
    let of = |state: DeliveryState| counted.iter().find(|(code, _)| code == state.code()).map_or(0, |(_, count)| *count);
    Ok(DeliveryState::ALL.map(|state| (state, of(state))).to_vec())
}

/// How many deliveries wait for a host.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_waiting(tx: &mut Tx<'_>, host: &str) -> Result<i64, Failed> {
    let names = lanes::table.filter(lanes::host.eq(host)).select(lanes::name);
    let query = deliveries::table.filter(deliveries::lane.eq_any(names).and(deliveries::ended_at.is_null())).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count what waits for a host"))
}

/// What went wrong last with the oldest that waits for a host and failed.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_error_of_host(tx: &mut Tx<'_>, host: &str) -> Result<Option<String>, Failed> {
    let names = lanes::table.filter(lanes::host.eq(host)).select(lanes::name);
    let waits = deliveries::lane.eq_any(names).and(deliveries::ended_at.is_null());
    let query = deliveries::table
        .filter(waits.and(deliveries::last_error.is_not_null()))
        .order(deliveries::id)
        .select(deliveries::last_error);
    let error: Option<Option<String>> =
        on!(tx, c => query.first(c).optional()).map_err(Failed::because("look why a host does not receive"))?;
    Ok(error.flatten())
}

/// Makes everything undelivered due now, for one host or all, for another 30 days; how many that were. What a block stopped
/// stays stopped, what a worker holds is left alone, and nothing is told after something newer about the same thing.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn retry(tx: &mut Tx<'_>, host: Option<&str>, now: Moment) -> Result<usize, Failed> {
    lane::lock_all(tx)?;
    supersede(tx, host)?;
    let held = lanes::table.filter(lanes::lease_until.gt(to_millis(now))).select(lanes::name);
    let wanted = deliveries::host.eq(host.unwrap_or_default()).or(host.is_none().into_sql::<Bool>());
    let open = deliveries::table.filter(wanted.and(deliveries::state.eq_any(list_open_codes())));
    let open = open.filter(deliveries::ended_at.is_not_null().or(deliveries::lane.ne_all(held)));
    let open = open.filter(deliveries::id.ne_all(overtaken!(now)));
    let query = diesel::update(open).set((Anew::at(now), deliveries::lane.eq(deliveries::host)));
    let retried = on!(tx, c => query.execute(c)).map_err(Failed::because("retry deliveries"))?;
    lane::start_over(tx, host, to_millis(now))?;
    tx.queued |= retried > 0;
    Ok(retried)
}

/// Makes one delivery due now, for another 30 days, and ends the rest of its lane, in which it would wait; whether there is one
/// that can be tried.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn retry_one(tx: &mut Tx<'_>, id: i64, now: Moment) -> Result<bool, Failed> {
    type Found = ((String, String, bool), (String, Option<String>));
    lane::lock_all(tx)?;
    let held = lanes::table.filter(lanes::lease_until.gt(to_millis(now))).select(lanes::name);
    let open = deliveries::id.eq(id).and(deliveries::state.eq_any(list_open_codes()));
    let free = deliveries::ended_at.is_not_null().or(deliveries::lane.ne_all(held));
    let query = deliveries::table
        .inner_join(activities::table)
        .filter(open.and(free).and(deliveries::id.ne_all(overtaken!(now))))
        .select((
            (deliveries::lane, deliveries::host, deliveries::ended_at.is_not_null()),
            (deliveries::inbox, activities::object),
        ));
    let found: Option<Found> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("look for a delivery"))?;
    let Some(((lane, host, has_ended), (inbox, object))) = found else { return Ok(false) };
    let before = delivery::find_lanes_of(tx, std::iter::once(inbox.as_str()), &object.unwrap_or_default())?.remove(&inbox);
    let lane = before.unwrap_or_else(|| if has_ended { host.clone() } else { lane });
    let query = diesel::update(deliveries::table.find(id)).set((Anew::at(now), deliveries::lane.eq(&lane)));
    on!(tx, c => query.execute(c)).map_err(Failed::because("retry a delivery"))?;
    lane::end_rest(tx, &lane, &host, to_millis(now))?;
    tx.queued = true;
    Ok(true)
}

/// What was not delivered, where something newer that takes its place was: it is not told any more.
fn supersede(tx: &mut Tx<'_>, host: Option<&str>) -> Result<(), Failed> {
    let (later, newer) = diesel::alias!(deliveries as later, activities as newer);
    let arrived = later
        .inner_join(newer.on(newer.field(activities::id).eq(later.field(deliveries::activity_id))))
        .filter(later.field(deliveries::inbox).eq(deliveries::inbox))
        .filter(later.field(deliveries::id).gt(deliveries::id))
        .filter(later.field(deliveries::state).eq(DeliveryState::Delivered.code()))
        .filter(newer.field(activities::replaces).and(newer.field(activities::actor_id).eq(activities::actor_id)))
        .filter(newer.field(activities::object).eq(activities::object));
    let wanted = deliveries::host.eq(host.unwrap_or_default()).or(host.is_none().into_sql::<Bool>());
    let query = deliveries::table
        .inner_join(activities::table)
        .filter(wanted.and(deliveries::state.eq_any(list_open_codes())).and(deliveries::ended_at.is_not_null()))
        .filter(diesel::dsl::exists(arrived))
        .select(deliveries::id);
    let ids: Vec<i64> = on!(tx, c => query.load(c)).map_err(Failed::because("find what is told already"))?;
    for some in ids.chunks(500) {
        let query = diesel::update(deliveries::table.filter(deliveries::id.eq_any(some)))
            .set(deliveries::state.eq(DeliveryState::Superseded.code()));
        on!(tx, c => query.execute(c)).map_err(Failed::because("leave out what is told already"))?;
    }
    Ok(())
}

/// A delivery as if it had never been tried.
#[derive(AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_null = true)]
struct Anew {
    state: &'static str,
    created_at: i64,
    ended_at: Option<i64>,
    attempts: i32,
}

impl Anew {
    fn at(now: Moment) -> Self {
        Self { state: DeliveryState::Waiting.code(), created_at: to_millis(now), ended_at: None, attempts: 0 }
    }
}

/// Row and host; activity, inbox, state, attempts; when it ended, when its lane is due, when it was made; last error.
type Row = ((i64, String), String, String, String, i32, (Option<i64>, Option<i64>, i64), Option<String>);

fn read(((id, host), activity, inbox, state, attempts, (ended_at, due_at, created_at), last_error): Row) -> Dispatch {
    let state = DeliveryState::parse(&state).unwrap_or(DeliveryState::Waiting);
    let due_at = from_millis(ended_at.or(due_at).unwrap_or(created_at));
    Dispatch { id, host, delivery: Delivery { activity, inbox, state, attempts, due_at, last_error } }
}
