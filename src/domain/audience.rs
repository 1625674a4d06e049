//! Who hears from a lab, and what they do with what they hear: follows and reactions.

use url::Url;

use super::{actor::ActorId, moment::Moment};

/// One follow, from or to an actor of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Our row.
    pub id: i64,
    /// Who follows.
    pub follower: ActorId,
    /// Who is followed.
    pub followee: ActorId,
    /// The id of the Follow activity.
    pub uri: String,
    /// Where it stands.
    pub state: FollowState,
    /// Since when.
    pub since: Moment,
}

/// Where a follow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowState {
    /// Asked, not answered yet.
    Requested,
    /// In force.
    Accepted,
    /// Refused or ended by the followed.
    Rejected,
}

impl FollowState {
    /// As stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// Reads what was stored.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "accepted" => Self::Accepted,
            "rejected" => Self::Rejected,
            _ => Self::Requested,
        }
    }
}

/// What someone elsewhere did with a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum ReactionKind {
    /// A Like.
    Like,
    /// An Announce: a boost.
    Boost,
}

impl ReactionKind {
    /// As stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Like => "like",
            Self::Boost => "boost",
        }
    }

    /// Reads what was stored.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        if code == "boost" { Self::Boost } else { Self::Like }
    }
}

/// What a share has called forth, each counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Replies.
    pub replies: i64,
    /// Likes.
    pub likes: i64,
    /// Boosts.
    pub boosts: i64,
}

/// Someone who follows a lab, as the command line lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    /// The lab's handle.
    pub lab: String,
    /// The follower's id.
    pub actor: Url,
    /// Since when.
    pub since: Moment,
}
