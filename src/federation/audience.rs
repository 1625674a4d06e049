//! Follow, Accept, Undo and Block as JSON; the whole Follow inside each, because some peers read nothing else.

use serde_json::{Value, json};

use super::activity::Envelope;
use crate::domain::{actor::Actor, links::activity, moment::Moment};

/// A Follow by an actor of ours.
#[must_use]
pub fn follow<'a>(follower: &'a Actor, followee: &Actor, uri: &str, at: Moment) -> Envelope<'a> {
    let object = followee.uri.as_str().into();
    Envelope {
        kind: "Follow",
        id: uri.to_owned(),
        actor: follower,
        to: to(followee),
        cc: Vec::new(),
        at,
        audience: None,
        more: Vec::new(),
        object,
    }
}

/// The Undo of a Follow by an actor of ours.
#[must_use]
pub fn undo_follow<'a>(follower: &'a Actor, followee: &Actor, uri: &str, at: Moment) -> Envelope<'a> {
    let object = embedded(uri, follower, followee);
    Envelope {
        kind: "Undo",
        id: activity::undo(uri),
        actor: follower,
        to: to(followee),
        cc: Vec::new(),
        at,
        audience: None,
        more: Vec::new(),
        object,
    }
}

/// The Accept of someone's Follow of an actor of ours.
#[must_use]
pub fn accept<'a>(followee: &'a Actor, follower: &Actor, uri: &str, number: i64, at: Moment) -> Envelope<'a> {
    let id = activity::accept(&followee.uri, number, at.timestamp_millis());
    let object = embedded(uri, follower, followee);
    Envelope {
        kind: "Accept",
        id,
        actor: followee,
        to: to(follower),
        cc: Vec::new(),
        at,
        audience: None,
        more: Vec::new(),
        object,
    }
}

fn embedded(uri: &str, follower: &Actor, followee: &Actor) -> Value {
    json!({"id": uri, "type": "Follow", "actor": follower.uri.as_str(), "object": followee.uri.as_str(), "to": to(followee)})
}

fn to(actor: &Actor) -> Vec<String> {
    vec![actor.uri.to_string()]
}
