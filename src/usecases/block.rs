//! Blocks: from one transaction on, nothing comes from a host or an actor, nothing goes to it, and nothing of it is shown.

use std::collections::BTreeSet;

use url::Url;

use super::{Outcome, lab as labs};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        block::{Block, Blockable},
        links::Links,
        membership::{Action, Member, require},
        moment::Moment,
        peer::Account,
        refusal::Refused,
    },
    storage::{Failed, Tx, actor, block, peer, reading},
};

/// What a block took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// How many actors we knew there.
    pub actors: usize,
    /// How many deliveries will not be sent.
    pub deliveries: usize,
}

/// Blocks a host with its subdomains, or one actor: remembers it, and removes everything of it that is here. Unblocking brings
/// none of it back; it is read again.
///
/// # Errors
/// `Refused` where the member may not, or it would cover what is ours.
pub fn block(
    tx: &mut Tx<'_>,
    now: Moment,
    links: &Links,
    by: Option<&Member>,
    subject: &Blockable,
    reason: Option<&str>,
) -> Outcome<Closed> {
    require(labs::standing_anywhere(by), Action::Administer)?;
    subject.require_foreign(links)?;
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned);
    block::add(tx, &Block { subject: subject.clone(), reason, since: now })?;
    let covered = block::list_covered_actors(tx, subject)?;
    let ids: Vec<ActorId> = covered.iter().map(|actor| actor.id).collect();
    for organisation in covered.iter().filter(|actor| actor.kind == ActorKind::Organisation) {
        if let Some(known) = peer::find_of(tx, organisation.id)? {
            peer::disconnect(tx, &known.host)?;
        }
    }
    block::forget_actors(tx, &ids)?;
    reading::call_off_covered(tx, subject)?;
    let inboxes = find_closed_inboxes(tx, subject, &covered)?;
    Ok(Closed { actors: ids.len(), deliveries: block::stop_deliveries(tx, &inboxes, now)? })
}

/// What a block would reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Whom we know there.
    pub actors: Vec<Actor>,
    /// A block that covers it already.
    pub known: Option<Block>,
}

/// What blocking this would reach; nothing is changed.
///
/// # Errors
/// `Refused` where the member may not, or it would cover what is ours.
pub fn foresee(tx: &mut Tx<'_>, links: &Links, by: Option<&Member>, subject: &Blockable) -> Outcome<Reach> {
    require(labs::standing_anywhere(by), Action::Administer)?;
    subject.require_foreign(links)?;
    let known = match subject.address() {
        Some(address) => block::find_covering(tx, &address)?,
        None => None,
    };
    Ok(Reach { actors: block::list_covered_actors(tx, subject)?, known })
}

/// Reads whom somebody means: a host, an address, or `@name@host`. Such a name is looked up in what we know: nobody is asked on
/// behalf of a block.
///
/// # Errors
/// `Refused` where it is none of these, or a name that we do not know.
pub fn read_subject(tx: &mut Tx<'_>, text: &str) -> Outcome<Blockable> {
    if text.starts_with("http") || !text.contains('@') {
        return Ok(Blockable::parse(text)?);
    }
    let account = Account::parse(text)?;
    let known = actor::find_by_address(tx, &account.handle, &account.host)?;
    let known = known.ok_or_else(|| Refused::unknown("actor-unknown").with("address", &account))?;
    Ok(Blockable::parse(known.uri.as_str())?)
}

/// Takes a block back.
///
/// # Errors
/// `Refused` where the member may not, or it was not blocked.
pub fn unblock(tx: &mut Tx<'_>, by: Option<&Member>, subject: &Blockable) -> Outcome<()> {
    require(labs::standing_anywhere(by), Action::Administer)?;
    if block::remove(tx, subject)? {
        return Ok(());
    }
    Err(Refused::unknown("block-unknown").with("subject", subject).into())
}

/// `Ok` where no block covers this URL.
///
/// # Errors
/// `Refused` where one does.
pub fn require_unblocked(tx: &mut Tx<'_>, url: &Url) -> Outcome<()> {
    match block::find_covering(tx, url)? {
        Some(known) => Err(Refused::not_allowed("blocked").with("subject", known.subject).into()),
        None => Ok(()),
    }
}

/// The inboxes that wait and may hear nothing more: those the block covers, and those that only the forgotten received at.
fn find_closed_inboxes(tx: &mut Tx<'_>, subject: &Blockable, forgotten: &[Actor]) -> Result<Vec<String>, Failed> {
    let theirs: BTreeSet<&str> = forgotten
        .iter()
        .flat_map(|actor| [Some(actor.inbox.as_str()), actor.shared_inbox.as_ref().map(Url::as_str)])
        .flatten()
        .collect();
    let mut closed = Vec::new();
    for inbox in block::list_open_inboxes(tx)? {
        let covered = Url::parse(&inbox).is_ok_and(|url| subject.covers(&url));
        if covered || (theirs.contains(inbox.as_str()) && !block::is_inbox_of_someone(tx, &inbox)?) {
            closed.push(inbox);
        }
    }
    Ok(closed)
}
