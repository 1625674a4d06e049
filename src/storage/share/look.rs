//! Looking for shares by what they are. What an administrator hides is not found, here as in the search.

use diesel::prelude::*;

use super::{ShareRow, all, newest};
use crate::{
    domain::{
        directory::Whose,
        share::{Outcome, Share, ShareKind, Wanted},
        slice::Slice,
    },
    storage::{
        Failed, Tx,
        connection::Connection,
        schema::{actors, listings, share_tags, shares},
    },
};

/// Everything that narrows down, as conditions on one engine.
macro_rules! narrowed {
    ($engine:ty, $wanted:expr, $slice:expr) => {{
        let (wanted, slice): (&Wanted, Slice) = ($wanted, $slice);
        let (at, id) = (slice.before.at, slice.before.id);
        let hidden = listings::table.filter(listings::hidden).select(listings::lab_id);
        let further = shares::published_at.le(at).and(shares::published_at.lt(at).or(shares::id.lt(id)));
        let mut query = shares::table
            .filter(further.and(shares::local.or(shares::lab_id.ne_all(hidden))))
            .select(shares::all_columns)
            .into_boxed::<$engine>();
        match wanted.whose {
            Whose::All => {}
            whose => query = query.filter(shares::local.eq(whose == Whose::Own)),
        }
        if let Some(lab) = wanted.lab {
            query = query.filter(shares::lab_id.eq(lab.0));
        }
        if let Some(host) = &wanted.host {
            let labs = actors::table.filter(actors::host.eq(host)).select(actors::id);
            query = query.filter(shares::lab_id.eq_any(labs));
        }
        if let Some(kind) = wanted.kind {
            query = query.filter(shares::kind.eq(ShareKind::code(kind)));
        }
        if let Some(outcome) = wanted.outcome {
            query = query.filter(shares::outcome.eq(Outcome::code(outcome)));
        }
        if let Some(language) = &wanted.language {
            query = query.filter(shares::language.eq(language.as_str()));
        }
        if let Some(tag) = &wanted.tag {
            let tagged = share_tags::table.filter(share_tags::tag.eq(tag)).select(share_tags::share_id);
            query = query.filter(shares::id.eq_any(tagged));
        }
        query.order(newest()).limit(slice.limit)
    }};
}

/// The shares that someone looks for, newest first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn look_for(tx: &mut Tx<'_>, wanted: &Wanted, slice: impl Into<Slice>) -> Result<Vec<Share>, Failed> {
    let slice = slice.into();
    let found: QueryResult<Vec<ShareRow>> = match tx.connection() {
        Connection::Sqlite(c) => narrowed!(diesel::sqlite::Sqlite, wanted, slice).load(c),
        Connection::Postgres(c) => narrowed!(diesel::pg::Pg, wanted, slice).load(c),
    };
    all(found)
}
