//! What a proven activity does here: which use case it calls, all in one transaction with remembering that it did.

mod feature;
mod listing;
mod undo;

use std::sync::Arc;

use serde_json::Value;
use url::Url;

use super::{Incoming, Rejection};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        audience::{Follow, ReactionKind},
        change::Change,
        links::Links,
        moment::Moment,
        peer::{canonical_host, same_origin},
        share::{PublicId, Share},
        text::Html,
    },
    federation::{actor as actors, conversation, profile, reading, reply as replies, share as shares, signature, wire},
    storage::{
        Failed, Tx, actor, audience as follows, block, lane, listing as listings, queue, reply as known_replies,
        share as known_shares, tombstone,
    },
    usecases::{audience, feature as features, peer, reply, share},
};
use undo::Tie;

/// A proven activity about to have its effect.
#[derive(Debug, Clone)]
pub(super) struct Effect {
    pub(super) links: Links,
    pub(super) now: Moment,
    pub(super) id: PublicId,
    pub(super) signer: Actor,
    /// The signature's digest: that of another sending is another.
    pub(super) proof: String,
    pub(super) incoming: Arc<Incoming>,
}

type Taken = Result<(), Rejection>;

impl Effect {
    /// Has its effect, unless it had it before. That no block covers the signer was seen in this transaction.
    pub(super) fn take(&self, tx: &mut Tx<'_>) -> Taken {
        lane::wake_host(tx, &canonical_host(self.signer.delivery_inbox()), self.now)?;
        if !self.is_new(tx)? {
            return Ok(());
        }
        match self.incoming.kind.as_str() {
            "Follow" => self.follow(tx),
            "Accept" | "Reject" => self.answer(tx),
            "FeatureRequest" => self.ask_for_consent(tx),
            "Undo" => self.undo(tx),
            "Block" => self.block(tx),
            "Create" => self.create(tx),
            "Update" => self.update(tx),
            "Delete" => self.delete(tx),
            "Like" | "EmojiReact" => self.react(tx, ReactionKind::Like),
            "Announce" => self.announce(tx),
            "Add" | "Remove" => self.list(tx),
            "Move" => self.go_along(tx),
            other => {
                tracing::debug!(kind = other, actor = %self.signer.uri, "an activity of a kind that has no effect here");
                Ok(())
            }
        }
    }

    /// By its id; an Update by its text as well, because some peers give every Update of a thing one id, or that of its Create;
    /// an Undo by its signature as well, because some follow and unfollow under the same two ids for ever.
    fn remembered_as(&self) -> Option<String> {
        let id = self.incoming.id.as_ref()?;
        Some(match self.incoming.kind.as_str() {
            "Update" => format!("{id} {}", signature::digest(self.incoming.body.as_bytes())),
            "Undo" => format!("{id} {}", self.proof),
            _ => id.to_string(),
        })
    }

    /// What a lab passes on to forums is kept as it came; so is an Announce of an id, which its Undo may name by its own id alone.
    fn kept_body(&self) -> Option<&str> {
        let kept = match self.incoming.kind.as_str() {
            "Create" | "Like" => true,
            "Announce" => self.incoming.object().is_some_and(Value::is_string),
            _ => false,
        };
        kept.then_some(self.incoming.body.as_str())
    }

    fn follow(&self, tx: &mut Tx<'_>) -> Taken {
        let followee = self.find_ours(tx, &self.object_id()?)?.ok_or(Rejection::NoTarget("actor"))?;
        let id = self.id_of_activity();
        self.displace(tx, Tie::Follow(followee.id), id)?;
        Ok(audience::be_followed(tx, self.now, self.signer.id, followee.id, id)?)
    }

    fn answer(&self, tx: &mut Tx<'_>) -> Taken {
        let asked = self.incoming.object_id().and_then(|request| self.links.read_feature_request(&request));
        match asked {
            Some(item) => self.answer_feature_request(tx, item),
            None => self.answer_follow(tx),
        }
    }

    /// Only the one we asked can answer, and only what we asked.
    fn answer_follow(&self, tx: &mut Tx<'_>) -> Taken {
        let Some(follow) = self.find_follow(tx)?.filter(|follow| follow.followee == self.signer.id) else { return Ok(()) };
        match self.incoming.kind.as_str() {
            "Accept" => Ok(audience::follow_accepted(tx, self.now, &follow)?),
            _ => Ok(audience::follow_rejected(tx, &follow)?),
        }
    }

    fn find_follow(&self, tx: &mut Tx<'_>) -> Result<Option<Follow>, Rejection> {
        let object = self.object()?;
        if let Some(id) = wire::id(object)
            && let Some(follow) = follows::find_by_uri(tx, id)?
        {
            return Ok(Some(follow));
        }
        // A peer may have lost or rewritten the id; the pair it names is as good.
        let Some(follower) = wire::url(object, "actor") else { return Ok(None) };
        match self.find_ours(tx, &follower)? {
            Some(follower) => Ok(follows::find_between(tx, follower.id, self.signer.id)?),
            None => Ok(None),
        }
    }

    /// Whoever blocks an actor of ours neither follows it nor is followed by it any more.
    fn block(&self, tx: &mut Tx<'_>) -> Taken {
        if let Some(ours) = self.find_ours(tx, &self.object_id()?)? {
            audience::be_unfollowed(tx, self.signer.id, ours.id)?;
            audience::be_unfollowed(tx, ours.id, self.signer.id)?;
        }
        Ok(())
    }

    fn create(&self, tx: &mut Tx<'_>) -> Taken {
        let object = self.own_object()?;
        if wire::one(object, "inReplyTo").is_some() {
            return self.take_reply(tx, object);
        }
        if let Some(lab) = self.find_lab_of(tx, object)?
            && let Some(new) = shares::read(object, self.now)
            && share::receive(tx, self.id.clone(), lab, self.signer.id, new)?
        {
            reading::plan_after(tx, object, self.now)?;
        }
        Ok(())
    }

    fn take_reply(&self, tx: &mut Tx<'_>, object: &Value) -> Taken {
        let Some(new) = replies::read(object, self.now) else { return Ok(()) };
        if reply::find_conversation(tx, new.in_reply_to.as_str())?.is_none() {
            return self.look_above(tx, object, new);
        }
        match reply::receive(tx, self.signer.id, new)? {
            Some(share) => self.pass_on(tx, &share),
            None => Ok(()),
        }
    }

    /// Somebody talks to one of ours about something that we do not know: that is read, and then the reply.
    fn look_above(&self, tx: &mut Tx<'_>, object: &Value, new: reply::ReceivedReply) -> Taken {
        let mut addressed = ["to", "cc"].into_iter().flat_map(|name| wire::many(object, name)).filter_map(wire::id);
        let ours = addressed.any(|to| wire::parse_url(to).is_some_and(|to| self.links.owns(&to)));
        if !ours || self.links.owns(&new.in_reply_to) || tombstone::bars(tx, new.uri.as_str(), self.signer.id)? {
            return Ok(());
        }
        Ok(conversation::plan_above(tx, (new.uri, new.in_reply_to), self.signer.id, self.now)?)
    }

    /// The lab under which something of the signer is read: itself or the lab it names, where somebody here follows either.
    fn find_lab_of(&self, tx: &mut Tx<'_>, object: &Value) -> Result<Option<ActorId>, Failed> {
        if listings::is_read_here(tx, self.signer.id)? {
            return Ok(Some(self.signer.id));
        }
        let Some(audience) = wire::url(object, "audience") else { return Ok(None) };
        let lab = actor::find_by_uri(tx, audience.as_str())?.filter(|lab| !lab.local && same_origin(&lab.uri, &self.signer.uri));
        match lab {
            Some(lab) if listings::is_read_here(tx, lab.id)? => Ok(Some(lab.id)),
            _ => Ok(None),
        }
    }

    fn update(&self, tx: &mut Tx<'_>) -> Taken {
        let object = self.own_object_of_any_type()?;
        if wire::id(object) == Some(self.signer.uri.as_str()) {
            return self.relearn(tx, object);
        }
        self.check_author(object)?;
        self.require_own(tx, &self.object_id()?)?;
        let is_reply = wire::one(object, "inReplyTo").is_some();
        if let Some(new) = (!is_reply).then(|| shares::read(object, self.now)).flatten() {
            if !share::rewrite(tx, self.signer.id, new)? {
                return self.create(tx);
            }
            return Ok(());
        }
        let (content, _) = wire::language_text(object, "content");
        let updated = wire::moment(object, "updated").unwrap_or(self.now);
        let uri = wire::id(object).unwrap_or_default();
        if !known_replies::update(tx, uri, self.signer.id, &Html::sanitise(&content.unwrap_or_default()), updated)? {
            return self.create(tx);
        }
        Ok(())
    }

    /// An actor's own word about itself; what must be proven anew, its key, type and handle, is read at its origin.
    fn relearn(&self, tx: &mut Tx<'_>, object: &Value) -> Taken {
        let Some(told) = actors::read(object, self.now) else { return Err(Rejection::Malformed("actor")) };
        let kept = Actor {
            key_uri: self.signer.key_uri.clone(),
            public_key: self.signer.public_key.clone(),
            handle: self.signer.handle.clone(),
            kind: self.signer.kind,
            fetched_at: self.signer.fetched_at,
            ..told
        };
        peer::learn(tx, &kept, profile::read(object, &kept).as_ref())?;
        Ok(())
    }

    fn delete(&self, tx: &mut Tx<'_>) -> Taken {
        let object = self.object_id()?;
        if object == self.signer.uri {
            return Ok(peer::depart(tx, self.signer.id, object.as_str(), self.now)?);
        }
        if !same_origin(&object, &self.signer.uri) {
            return Err(Rejection::NotEntitled("object-of-another-host"));
        }
        self.require_own(tx, &object)?;
        if features::be_left(tx, self.now, &self.links, self.signer.id, &object)? {
            return Ok(());
        }
        let shared = share::remove(tx, self.signer.id, object.as_str())?;
        let replied = known_replies::remove(tx, object.as_str(), self.signer.id)?.is_some();
        if shared || replied {
            tombstone::add(tx, object.as_str(), "Note", self.now)?;
            return Ok(());
        }
        Ok(tombstone::add_unseen(tx, object.as_str(), "Note", self.signer.id, self.now)?)
    }

    /// What we hold ourselves decides whose it is, not the copy in the activity.
    fn require_own(&self, tx: &mut Tx<'_>, object: &Url) -> Taken {
        let share = known_shares::find_by_uri(tx, object.as_str())?.map(|share| share.author);
        let author = match share {
            Some(author) => Some(author),
            None => known_replies::find_author(tx, object.as_str())?,
        };
        let is_actor = actor::find_by_uri(tx, object.as_str())?.is_some();
        match author {
            Some(author) if author != self.signer.id => Err(Rejection::NotEntitled("object-of-another")),
            None if is_actor => Err(Rejection::NotEntitled("object-of-another")),
            _ => Ok(()),
        }
    }

    fn react(&self, tx: &mut Tx<'_>, kind: ReactionKind) -> Taken {
        let Some(share) = known_shares::find_by_uri(tx, self.object_id()?.as_str())? else { return Ok(()) };
        self.displace(tx, Tie::Reaction(share.id, kind), self.id_of_activity())?;
        let new = audience::react(tx, self.signer.id, &share, kind, self.id_of_activity())?;
        if new && kind == ReactionKind::Like { self.pass_on(tx, &share) } else { Ok(()) }
    }

    /// A boost of something we hold; or news of a lab that somebody here follows, to be read at its origin.
    fn announce(&self, tx: &mut Tx<'_>) -> Taken {
        let object = self.object()?;
        let wrapped = wire::is_any(object, &["Create", "Update", "Delete"]);
        if object.is_object() && !wrapped && !wire::is_any(object, &shares::TYPES) {
            return Ok(());
        }
        let about = if wrapped { wire::one(object, "object").and_then(wire::id) } else { wire::id(object) };
        let about = about.and_then(wire::parse_url).ok_or(Rejection::Malformed("no-object"))?;
        if block::find_covering(tx, &about)?.is_some() {
            return Ok(());
        }
        let held = known_shares::find_by_uri(tx, about.as_str())?;
        if held.is_some_and(|share| !wrapped && (share.local || share.lab != self.signer.id)) {
            return self.react(tx, ReactionKind::Boost);
        }
        let lab = self.signer.kind == ActorKind::Lab && listings::is_read_here(tx, self.signer.id)?;
        if lab && !self.links.owns(&about) {
            reading::plan_announced(tx, self.signer.id, about, self.now)?;
        }
        Ok(())
    }

    /// A share that is read from forums: its lab tells them what came of it.
    fn pass_on(&self, tx: &mut Tx<'_>, share: &Share) -> Taken {
        let Some(id) = self.incoming.id.as_ref().filter(|_| share.local && share.author != share.lab) else { return Ok(()) };
        Ok(queue::record(tx, &Change::Answered { lab: share.lab, activity: id.to_string() }, self.now)?)
    }

    fn find_ours(&self, tx: &mut Tx<'_>, uri: &Url) -> Result<Option<Actor>, Failed> {
        if !self.links.owns(uri) {
            return Ok(None);
        }
        Ok(actor::find_by_uri(tx, uri.as_str())?.filter(|actor| actor.local))
    }

    fn id_of_activity(&self) -> &str {
        self.incoming.id.as_ref().map(Url::as_str).unwrap_or_default()
    }

    fn object(&self) -> Result<&Value, Rejection> {
        self.incoming.object().ok_or(Rejection::Malformed("no-object"))
    }

    fn object_id(&self) -> Result<Url, Rejection> {
        self.incoming.object_id().ok_or(Rejection::Malformed("no-object"))
    }

    /// The embedded object, where it lives at the signer's host.
    fn own_object_of_any_type(&self) -> Result<&Value, Rejection> {
        let object = self.object()?;
        match self.incoming.object_id() {
            Some(id) if same_origin(&id, &self.signer.uri) => Ok(object),
            Some(_) => Err(Rejection::NotEntitled("object-of-another-host")),
            None => Err(Rejection::Malformed("no-object")),
        }
    }

    fn own_object(&self) -> Result<&Value, Rejection> {
        let object = self.own_object_of_any_type()?;
        self.check_author(object)?;
        Ok(object)
    }

    /// The first author an object names must be who signed; a bare id names nobody and is not believed.
    fn check_author(&self, object: &Value) -> Taken {
        match shares::author(object) {
            Some(author) if author == self.signer.uri => Ok(()),
            Some(_) => Err(Rejection::NotEntitled("author-is-another")),
            None => Err(Rejection::Malformed("no-author")),
        }
    }
}
