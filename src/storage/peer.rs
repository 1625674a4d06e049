//! Rows of peers: the instances that we know, how they do, and how far their directories were read. It asks nobody.

use std::collections::HashMap;

use diesel::prelude::*;
use url::Url;

use super::{
    Failed, Tx,
    actor::url,
    connection::on,
    register,
    schema::{actors, listings, peers, suggestions},
};
use crate::domain::{
    actor::ActorId,
    moment::{Moment, from_millis, to_millis},
    peer::{Node, Peer, Policy, Round},
};

/// Keeps what a server says of itself; a new one is open, and nobody wants its directory yet.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn save(tx: &mut Tx<'_>, host: &str, node: &Node, now: Moment) -> Result<(), Failed> {
    let row = (
        (peers::host.eq(host), peers::software.eq(&node.software), peers::version.eq(&node.version)),
        (peers::policy.eq(Policy::Open.code()), peers::known_since.eq(to_millis(now)), peers::contacted_at.eq(to_millis(now))),
    );
    let query = diesel::insert_into(peers::table)
        .values(row)
        .on_conflict(peers::host)
        .do_update()
        .set((peers::software.eq(&node.software), peers::version.eq(&node.version)));
    on!(tx, c => query.execute(c)).map_err(Failed::because("keep a peer"))?;
    register::recognise(tx, host)
}

/// From now on its directory is wanted; without one only an actor of it, and a directory that was wanted stays so.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn connect(tx: &mut Tx<'_>, host: &str, directory: Option<(ActorId, &Url)>, now: Moment) -> Result<(), Failed> {
    if directory.is_none() {
        let new = peers::table.find(host).filter(peers::connected_at.is_null());
        let query = diesel::update(new).set(peers::connected_at.eq(to_millis(now)));
        return on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("connect with a peer"));
    }
    let query = diesel::update(peers::table.find(host)).set((
        peers::organisation_id.eq(directory.map(|(id, _)| id.0)),
        peers::directory.eq(directory.map(|(_, url)| url.as_str())),
        peers::connected_at.eq(to_millis(now)),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("connect with a peer"))
}

/// Its directory is not wanted any more.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn disconnect(tx: &mut Tx<'_>, host: &str) -> Result<(), Failed> {
    let none = None::<i64>;
    let query = diesel::update(peers::table.find(host)).set((
        (peers::connected_at.eq(none), peers::round_at.eq(none), peers::read_at.eq(none)),
        (peers::labs_told.eq(none), peers::problem.eq(None::<&str>)),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("leave a peer"))
}

/// Sets what a peer may do here; `false` where we do not know it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn set_policy(tx: &mut Tx<'_>, host: &str, policy: Policy) -> Result<bool, Failed> {
    let query = diesel::update(peers::table.find(host)).set(peers::policy.eq(policy.code()));
    on!(tx, c => query.execute(c)).map(|rows| rows > 0).map_err(Failed::because("set a peer's policy"))
}

/// A host answered, or did not; remembered where we know it.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn note_contact(tx: &mut Tx<'_>, host: &str, answered: bool, now: Moment) -> Result<(), Failed> {
    if answered {
        let query = diesel::update(peers::table.find(host))
            .set((peers::contacted_at.eq(to_millis(now)), peers::failing_since.eq(None::<i64>)));
        return on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("note that a peer answered"));
    }
    let well = peers::table.find(host).filter(peers::failing_since.is_null());
    let query = diesel::update(well).set(peers::failing_since.eq(to_millis(now)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("note that a peer is silent"))
}

/// A reading of its whole directory begins.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn begin_round(tx: &mut Tx<'_>, organisation: ActorId, labs: Option<i64>, now: Moment) -> Result<(), Failed> {
    let query = diesel::update(peers::table.filter(peers::organisation_id.eq(organisation.0))).set((
        peers::labs_told.eq(labs),
        peers::round_at.eq(to_millis(now)),
        peers::problem.eq(None::<&str>),
    ));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("begin to read a directory"))
}

/// The reading of its whole directory ended.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn end_round(tx: &mut Tx<'_>, organisation: ActorId, now: Moment) -> Result<(), Failed> {
    let query =
        diesel::update(peers::table.filter(peers::organisation_id.eq(organisation.0))).set(peers::read_at.eq(to_millis(now)));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("end the reading of a directory"))
}

/// Remembers what is wrong with a directory, for the administrator.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn note_problem(tx: &mut Tx<'_>, organisation: ActorId, problem: &str) -> Result<(), Failed> {
    let query = diesel::update(peers::table.filter(peers::organisation_id.eq(organisation.0))).set(peers::problem.eq(problem));
    on!(tx, c => query.execute(c)).map(|_| ()).map_err(Failed::because("note what is wrong with a directory"))
}

/// The peer at this host.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find(tx: &mut Tx<'_>, host: &str) -> Result<Option<Peer>, Failed> {
    let query = peers::table.find(host).select(COLUMNS);
    let row: Option<PeerRow> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a peer"))?;
    row.map(read).transpose()
}

/// The peer that this organisation runs.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_of(tx: &mut Tx<'_>, organisation: ActorId) -> Result<Option<Peer>, Failed> {
    let query = peers::table.filter(peers::organisation_id.eq(organisation.0)).select(COLUMNS);
    let row: Option<PeerRow> = on!(tx, c => query.first(c).optional()).map_err(Failed::because("find a peer"))?;
    row.map(read).transpose()
}

/// The peers after this host, by host, at most `limit`.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Vec<Peer>, Failed> {
    let query = peers::table.filter(peers::host.gt(after)).order(peers::host).limit(limit).select(COLUMNS);
    let rows: Vec<PeerRow> = on!(tx, c => query.load(c)).map_err(Failed::because("list peers"))?;
    rows.into_iter().map(read).collect()
}

/// Of these hosts, those that do not answer, with since when.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_silent(tx: &mut Tx<'_>, hosts: &[&str]) -> Result<Vec<(String, Moment)>, Failed> {
    let query = peers::table
        .filter(peers::host.eq_any(hosts).and(peers::failing_since.is_not_null()))
        .select((peers::host, peers::failing_since.assume_not_null()));
    let rows: Vec<(String, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("list silent peers"))?;
    Ok(rows.into_iter().map(|(host, since)| (host, from_millis(since))).collect())
}

/// What the organisations at these hosts are called, as far as they are known.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_names(tx: &mut Tx<'_>, hosts: &[&str]) -> Result<HashMap<String, String>, Failed> {
    let query = peers::table
        .inner_join(actors::table.on(peers::organisation_id.eq(actors::id.nullable())))
        .filter(peers::host.eq_any(hosts))
        .select((peers::host, actors::name));
    let rows: Vec<(String, String)> = on!(tx, c => query.load(c)).map_err(Failed::because("list names of peers"))?;
    Ok(rows.into_iter().collect())
}

/// The organisations of peers whose directories are here, for others to know of.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_connected(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<String>, Failed> {
    let open = peers::connected_at.is_not_null().and(peers::policy.eq(Policy::Open.code()));
    let query = peers::table
        .inner_join(actors::table.on(peers::organisation_id.eq(actors::id.nullable())))
        .filter(open.and(peers::directory.is_not_null()))
        .order(peers::host)
        .limit(limit)
        .select(actors::uri);
    on!(tx, c => query.load(c)).map_err(Failed::because("list connected peers"))
}

/// Replaces whom an organisation names as its peers.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn suggest(tx: &mut Tx<'_>, by: ActorId, organisations: &[Url]) -> Result<(), Failed> {
    let query = diesel::delete(suggestions::table.filter(suggestions::named_by.eq(by.0)));
    on!(tx, c => query.execute(c)).map_err(Failed::because("replace suggestions"))?;
    for organisation in organisations {
        let row = (suggestions::organisation.eq(organisation.as_str()), suggestions::named_by.eq(by.0));
        let query = diesel::insert_into(suggestions::table).values(row).on_conflict_do_nothing();
        on!(tx, c => query.execute(c)).map_err(Failed::because("add a suggestion"))?;
    }
    Ok(())
}

/// Organisations that those we know know, and by how many of them; most named first.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn list_suggestions(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(Url, i64)>, Failed> {
    let connected = peers::table
        .inner_join(actors::table.on(peers::organisation_id.eq(actors::id.nullable())))
        .filter(peers::connected_at.is_not_null())
        .select(actors::uri);
    let named = diesel::dsl::count(suggestions::named_by);
    let query = suggestions::table
        .filter(suggestions::organisation.ne_all(connected))
        .group_by(suggestions::organisation)
        .order((named.desc(), suggestions::organisation))
        .limit(limit)
        .select((suggestions::organisation, named));
    let rows: Vec<(String, i64)> = on!(tx, c => query.load(c)).map_err(Failed::because("list suggestions"))?;
    rows.into_iter().map(|(organisation, named)| Ok((url(&organisation)?, named))).collect()
}

/// Whether this organisation lists its labs here.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn count_listed(tx: &mut Tx<'_>, organisation: ActorId) -> Result<i64, Failed> {
    let query = listings::table.filter(listings::organisation_id.eq(organisation.0)).count();
    on!(tx, c => query.get_result(c)).map_err(Failed::because("count an organisation's listings"))
}

type Columns = (
    (peers::host, peers::organisation_id, peers::directory),
    (peers::software, peers::version, peers::policy),
    (peers::connected_at, peers::contacted_at, peers::failing_since),
    (peers::labs_told, peers::round_at, peers::read_at, peers::problem),
);

const COLUMNS: Columns = (
    (peers::host, peers::organisation_id, peers::directory),
    (peers::software, peers::version, peers::policy),
    (peers::connected_at, peers::contacted_at, peers::failing_since),
    (peers::labs_told, peers::round_at, peers::read_at, peers::problem),
);

type PeerRow = (
    (String, Option<i64>, Option<String>),
    (String, String, String),
    (Option<i64>, Option<i64>, Option<i64>),
    (Option<i64>, Option<i64>, Option<i64>, Option<String>),
);

fn read(row: PeerRow) -> Result<Peer, Failed> {
    let ((host, organisation, directory), (software, version, policy), (connected, contacted, failing), round) = row;
    let (labs, began_at, ended_at, problem) = round;
    let at = |moment: Option<i64>| moment.map(from_millis);
    Ok(Peer {
        host,
        organisation: organisation.map(ActorId),
        directory: directory.as_deref().map(url).transpose()?,
        software,
        version,
        policy: Policy::read(&policy),
        connected_at: at(connected),
        contacted_at: at(contacted),
        failing_since: at(failing),
        round: Round { labs, began_at: at(began_at), ended_at: at(ended_at), problem },
    })
}
