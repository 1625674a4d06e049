//! What is taken back: a follow, a like, a boost, each by its id, whichever of the two comes first. Nothing here undoes what the
//! signer did not say, and no Undo ends what was said again under another id.

use chrono::TimeDelta;
use serde_json::Value;
use url::Url;

use super::{Effect, Taken};
use crate::{
    domain::{
        actor::ActorId,
        audience::{FollowState, ReactionKind},
        peer::same_origin,
        reading::ReadingKind,
        share::Share,
    },
    federation::{
        inbox::{Incoming, Rejection},
        wire,
    },
    storage::{
        Failed, Tx,
        activity::{self, Remembered},
        audience as follows, reading, share as known_shares,
    },
};

/// What comes within so long of each other may have overtaken each other on the way.
const OVERTAKING: TimeDelta = TimeDelta::days(2);

/// What can be undone, and come again.
const UNDOABLE: [&str; 4] = ["Follow", "Like", "EmojiReact", "Announce"];

/// What such an activity makes of its signer: a follower of an actor of ours, or someone who reacted to a share.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tie {
    Follow(ActorId),
    Reaction(i64, ReactionKind),
}

impl Effect {
    /// Whether it has not had its effect before, or has been undone since and is said again.
    pub(super) fn is_new(&self, tx: &mut Tx<'_>) -> Result<bool, Failed> {
        let Some(id) = self.remembered_as() else { return Ok(true) };
        let proof = UNDOABLE.contains(&self.incoming.kind.as_str()).then_some(self.proof.as_str());
        if activity::receive(tx, &id, self.signer.id, (proof, self.kept_body()), self.now)?.is_some() {
            return Ok(true);
        }
        match activity::find_remembered(tx, &id)?.filter(|known| proof.is_some() && known.undone.is_some()) {
            Some(known) => self.come_again(tx, &id, known),
            None => Ok(false),
        }
    }

    /// The very copy that was undone stays so, and so does the one that its Undo overtook. Another sending counts: some peers
    /// have one id for every follow between two actors.
    fn come_again(&self, tx: &mut Tx<'_>, id: &str, known: Remembered) -> Result<bool, Failed> {
        let own = known.actor == self.signer.id;
        let here = Remembered { actor: self.signer.id, proof: Some(self.proof.clone()), undone: None };
        match known.proof {
            Some(proof) if !own || proof == self.proof => Ok(false),
            None if own => {
                activity::revise(tx, id, &Remembered { undone: known.undone, ..here })?;
                let tie = self.tie_of(tx, &self.incoming.value)?;
                tie.map_or(Ok(()), |tie| self.restore(tx, id, tie)).map(|()| false)
            }
            _ => activity::revise(tx, id, &here).map(|()| true),
        }
    }

    /// What stood under another id gives way to this one; it stands again should this one be undone.
    pub(super) fn displace(&self, tx: &mut Tx<'_>, tie: Tie, id: &str) -> Result<(), Failed> {
        match self.find_standing(tx, tie)? {
            Some(old) if old != id => self.mark(tx, &old, id),
            _ => Ok(()),
        }
    }

    /// Undoes what it names. What we do not know by that name may be on its way, or have another name here: then what stands
    /// goes in its place.
    pub(super) fn undo(&self, tx: &mut Tx<'_>) -> Taken {
        let object = self.object()?;
        let id = wire::id(object).unwrap_or_default();
        if wire::url(object, "actor").is_some_and(|actor| actor != self.signer.uri) {
            return Err(Rejection::NotEntitled("undo-of-another"));
        }
        let known = activity::find_remembered(tx, id)?.filter(|known| known.actor == self.signer.id);
        if known.as_ref().is_some_and(|known| known.undone.as_deref() == Some(id)) {
            return Ok(());
        }
        self.unlist(tx, object, id)?;
        match self.find_tie(tx, id)? {
            Some(tie) => self.end(tx, tie, id)?,
            None if known.is_some() => self.mark(tx, id, id)?,
            None => self.undo_unseen(tx, object, id)?,
        }
        Ok(())
    }

    fn end(&self, tx: &mut Tx<'_>, tie: Tie, id: &str) -> Result<(), Failed> {
        self.mark(tx, id, id)?;
        self.cut(tx, tie)?;
        self.restore(tx, id, tie)
    }

    fn undo_unseen(&self, tx: &mut Tx<'_>, object: &Value, id: &str) -> Result<(), Failed> {
        let is_own = wire::parse_url(id).is_some_and(|url| same_origin(&url, &self.signer.uri));
        let expected = is_own && (object.is_string() || wire::is_any(object, &UNDOABLE));
        if expected {
            activity::bar(tx, id, self.signer.id, self.now)?;
        }
        let Some(tie) = self.tie_of(tx, object)? else { return Ok(()) };
        let Some(standing) = self.find_standing(tx, tie)? else { return Ok(()) };
        self.mark(tx, &standing, if expected { id } else { &standing })?;
        self.cut(tx, tie)
    }

    /// What gave way to this id, or was ended in its place, stands again.
    fn restore(&self, tx: &mut Tx<'_>, by: &str, tie: Tie) -> Result<(), Failed> {
        let Some(id) = activity::find_displaced(tx, by, self.signer.id, self.now - OVERTAKING)? else { return Ok(()) };
        if let Some(known) = activity::find_remembered(tx, &id)? {
            activity::revise(tx, &id, &Remembered { undone: None, ..known })?;
        }
        match tie {
            Tie::Follow(followee) => {
                follows::save(tx, self.signer.id, followee, &id, FollowState::Accepted, self.now).map(|_| ())
            }
            Tie::Reaction(share, kind) => follows::add_reaction(tx, share, self.signer.id, kind, &id).map(|_| ()),
        }
    }

    /// Remembers what ended the effect of this; where the signature that it came with was never kept, none is the same.
    fn mark(&self, tx: &mut Tx<'_>, id: &str, by: &str) -> Result<(), Failed> {
        let Some(known) = activity::find_remembered(tx, id)?.filter(|known| known.actor == self.signer.id) else {
            return Ok(());
        };
        let proof = known.proof.or_else(|| Some(String::new()));
        activity::revise(tx, id, &Remembered { proof, undone: Some(by.to_owned()), ..known })
    }

    fn cut(&self, tx: &mut Tx<'_>, tie: Tie) -> Result<(), Failed> {
        match tie {
            Tie::Follow(followee) => match follows::find_between(tx, self.signer.id, followee)? {
                Some(follow) => follows::remove(tx, follow.id),
                None => Ok(()),
            },
            Tie::Reaction(share, kind) => follows::remove_reaction(tx, share, self.signer.id, kind).map(|_| ()),
        }
    }

    /// What stands under this id.
    fn find_tie(&self, tx: &mut Tx<'_>, id: &str) -> Result<Option<Tie>, Failed> {
        if let Some(follow) = follows::find_by_uri(tx, id)?.filter(|follow| follow.follower == self.signer.id) {
            return Ok(Some(Tie::Follow(follow.followee)));
        }
        Ok(follows::find_reaction(tx, self.signer.id, id)?.map(|(share, kind)| Tie::Reaction(share, kind)))
    }

    /// What an activity would bring about.
    fn tie_of(&self, tx: &mut Tx<'_>, activity: &Value) -> Result<Option<Tie>, Failed> {
        let Some(about) = wire::url(activity, "object").filter(|_| wire::is_any(activity, &UNDOABLE)) else { return Ok(None) };
        if wire::is_any(activity, &["Follow"]) {
            return Ok(self.find_ours(tx, &about)?.map(|ours| Tie::Follow(ours.id)));
        }
        let kind = if wire::is_any(activity, &["Announce"]) { ReactionKind::Boost } else { ReactionKind::Like };
        Ok(known_shares::find_by_uri(tx, about.as_str())?.map(|share| Tie::Reaction(share.id, kind)))
    }

    /// The id of what stands between the signer and this.
    fn find_standing(&self, tx: &mut Tx<'_>, tie: Tie) -> Result<Option<String>, Failed> {
        match tie {
            Tie::Follow(followee) => Ok(follows::find_between(tx, self.signer.id, followee)?.map(|follow| follow.uri)),
            Tie::Reaction(share, kind) => follows::find_reaction_to(tx, share, self.signer.id, kind),
        }
    }

    /// What stands here because a lab announced it goes with the Announce; where its author is followed too, it stays theirs.
    fn unlist(&self, tx: &mut Tx<'_>, announce: &Value, id: &str) -> Taken {
        let Some(uri) = self.find_announced(tx, announce, id)? else { return Ok(()) };
        // First of all: what is being read right now is then either here already, or never comes.
        reading::call_off(tx, ReadingKind::Object, &uri, self.signer.id)?;
        let brought = |share: &Share| !share.local && share.lab == self.signer.id && share.author != self.signer.id;
        let Some(share) = known_shares::find_by_uri(tx, uri.as_str())?.filter(brought) else { return Ok(()) };
        if follows::is_followed_from_here(tx, share.author)? {
            return Ok(known_shares::update(tx, &Share { lab: share.author, ..share })?);
        }
        Ok(known_shares::remove(tx, share.id)?)
    }

    /// What an Announce was about: it is embedded, or was kept when it came.
    fn find_announced(&self, tx: &mut Tx<'_>, announce: &Value, id: &str) -> Result<Option<Url>, Failed> {
        if announce.is_object() {
            return Ok(wire::url(announce, "object").filter(|_| wire::is_any(announce, &["Announce"])));
        }
        let kept = activity::find_received(tx, id)?.and_then(|(_, body)| body);
        let kept = kept.and_then(|body| Incoming::read(body.as_bytes()).ok());
        let own = kept.filter(|kept| kept.kind == "Announce" && kept.actor == self.signer.uri);
        Ok(own.and_then(|kept| kept.object_id()))
    }
}
