//! Replies: received from anywhere, written by members, rewritten and removed by their authors.

use url::Url;

use super::Outcome;
use crate::{
    domain::{
        actor::ActorId,
        change::Change,
        language::LanguageTag,
        links::Links,
        membership::Member,
        moment::Moment,
        refusal::Refused,
        reply::NewReply,
        share::{PublicId, Share, parse_body},
        text::{self, Html},
    },
    storage::{Failed, Tx, queue, reply, share, tombstone},
};

/// A reply as it arrived, before it is known which conversation it belongs to.
#[derive(Debug, Clone)]
pub struct ReceivedReply {
    /// Its id.
    pub uri: Url,
    /// What it answers.
    pub in_reply_to: Url,
    /// Where people read it.
    pub page: Url,
    /// What it says, sanitised.
    pub content: Html,
    /// Its language, where told.
    pub language: Option<LanguageTag>,
    /// When it was written.
    pub published_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// Keeps a reply to a share we hold, or to a reply to it. The share, where the reply is new.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn receive(tx: &mut Tx<'_>, author: ActorId, new: ReceivedReply) -> Result<Option<Share>, Failed> {
    let Some(share) = find_conversation(tx, new.in_reply_to.as_str())? else { return Ok(None) };
    if tombstone::bars(tx, new.uri.as_str(), author)? {
        return Ok(None);
    }
    let added = reply::add(tx, &addressed(&share, author, new))?;
    Ok(added.then_some(share))
}

/// Writes a reply of a member to a share, ours or of another instance.
///
/// # Errors
/// `Refused` where the share is unknown or the text is blank or too long.
pub fn write(
    tx: &mut Tx<'_>,
    now: Moment,
    links: &Links,
    id: &PublicId,
    by: &Member,
    (share, body): (&PublicId, &str),
) -> Outcome<Url> {
    let body = parse_body(body)?;
    let share = share::find_by_public_id(tx, share)?.ok_or_else(|| Refused::unknown("share-unknown"))?;
    let uri = links.reply(id);
    let new = ReceivedReply {
        in_reply_to: share.uri.clone(),
        page: uri.clone(),
        content: text::render(&body, links, &[]).content,
        language: Some(share.language.clone()),
        published_at: now,
        updated_at: now,
        uri: uri.clone(),
    };
    reply::add(tx, &addressed(&share, by.actor.id, new))?;
    queue::record(tx, &Change::ReplyWritten { reply: uri.to_string() }, now)?;
    Ok(uri)
}

/// The share whose conversation something belongs to: the share itself, or the one that a reply answers.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_conversation(tx: &mut Tx<'_>, in_reply_to: &str) -> Result<Option<Share>, Failed> {
    if let Some(share) = share::find_by_uri(tx, in_reply_to)? {
        return Ok(Some(share));
    }
    match reply::find_share_of(tx, in_reply_to)? {
        Some(id) => share::find(tx, id),
        None => Ok(None),
    }
}

fn addressed(share: &Share, author: ActorId, new: ReceivedReply) -> NewReply {
    NewReply {
        uri: new.uri,
        share_id: share.id,
        in_reply_to: new.in_reply_to,
        author,
        page: new.page,
        content: new.content,
        language: new.language,
        published_at: new.published_at,
        updated_at: new.updated_at,
    }
}
