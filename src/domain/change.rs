//! Everything that can happen here, as one enum: recorded in the transaction of the change, reacted to later (decision 0006).
//! It names rows, never JSON of a peer and never an inbox.

use serde::{Deserialize, Serialize};

use super::actor::ActorId;

/// Something that happened, and that others may have to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A share of ours was published.
    SharePublished {
        /// The share's row.
        share: i64,
    },
    /// A share of ours was corrected.
    ShareRevised {
        /// The share's row.
        share: i64,
    },
    /// A share of ours was withdrawn; its row is gone, so what is needed is kept here.
    ShareWithdrawn(WithdrawnShare),
    /// A member of ours replied to a share.
    ReplyWritten {
        /// The reply's id on the wire.
        reply: String,
    },
    /// An actor of ours changed its profile.
    ActorDescribed {
        /// The actor.
        actor: ActorId,
    },
    /// An actor of ours asked to follow another.
    FollowRequested {
        /// The follow's row.
        follow: i64,
    },
    /// An actor of ours stopped following another.
    FollowUndone {
        /// The follower, ours.
        follower: ActorId,
        /// The followed.
        followee: ActorId,
        /// The id of the Follow.
        uri: String,
    },
    /// Someone follows an actor of ours.
    FollowAccepted {
        /// The follow's row.
        follow: i64,
        /// The id of this Follow: a later one with another id is answered again.
        uri: String,
    },
    /// Someone elsewhere replied or reacted to a share that is read from forums: the lab passes it on.
    Answered {
        /// The lab.
        lab: ActorId,
        /// The id of the received activity.
        activity: String,
    },
    /// A lab of ours is in our directory from now on.
    LabListed {
        /// The lab.
        lab: ActorId,
    },
    /// A lab of ours went elsewhere, with its followers.
    LabMoved {
        /// The lab.
        lab: ActorId,
    },
    /// A lab of ours is not in our directory any more.
    LabUnlisted {
        /// The lab.
        lab: ActorId,
    },
    /// An administrator wants the directory of an organisation elsewhere, or an actor elsewhere in ours.
    PeerConnected {
        /// The organisation or actor.
        actor: ActorId,
    },
    /// A featured collection of ours is new, or not as it was.
    CollectionArranged {
        /// Its word.
        word: String,
        /// Whether it is new.
        new: bool,
    },
    /// A featured collection of ours is not shown any more.
    CollectionClosed {
        /// Its word.
        word: String,
    },
    /// A lab elsewhere is to be asked for its consent.
    FeatureAsked {
        /// Its row in the collection.
        item: i64,
    },
    /// A lab of ours was asked for its consent: it gave a stamp, or it did not.
    FeatureAnswered {
        /// The lab.
        lab: ActorId,
        /// Who asked.
        owner: ActorId,
        /// The activity that asked.
        request: String,
        /// The stamp's row.
        stamp: Option<i64>,
    },
    /// A lab of ours does not consent any more.
    FeatureWithdrawn {
        /// The stamp's row.
        stamp: i64,
    },
    /// An actor elsewhere accepted our follow: what it published before can be read.
    FollowBegan {
        /// The followed.
        followee: ActorId,
    },
}

/// What is told of a share after it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawnShare {
    /// Its id on the wire.
    pub uri: String,
    /// Its lab.
    pub lab: ActorId,
    /// Its author.
    pub author: ActorId,
    /// Its ActivityStreams type.
    pub former_type: String,
    /// Actors that were named in it.
    pub mentions: Vec<String>,
}
