//! The envelopes of everything we say: who, to whom, about what. Ids are derived, so that saying it twice says it once.

use serde_json::{Value, json};
use url::Url;

use super::{
    actor::context,
    wire::{self, PUBLIC},
};
use crate::{
    domain::{
        actor::Actor,
        links::Links,
        moment::{Moment, to_wire},
    },
    storage::activity::NewActivity,
};

/// An activity with its envelope.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    /// Its ActivityStreams type.
    pub kind: &'a str,
    /// Its id.
    pub id: String,
    /// Who says it.
    pub actor: &'a Actor,
    /// Addressed first.
    pub to: Vec<String>,
    /// Addressed too.
    pub cc: Vec<String>,
    /// When it is said.
    pub at: Moment,
    /// The lab that it is said in, where its author is not the lab.
    pub audience: Option<&'a Url>,
    /// What it is about.
    pub object: Value,
}

impl Envelope<'_> {
    /// As JSON, without a context: to be wrapped in another.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut value = json!({
            "id": self.id,
            "type": self.kind,
            "actor": self.actor.uri.as_str(),
            "published": to_wire(self.at),
            "to": self.to,
            "cc": self.cc,
            "object": self.object,
        });
        if let Some(audience) = self.audience {
            value["audience"] = audience.as_str().into();
        }
        value
    }

    /// As it is stored and sent.
    #[must_use]
    pub fn seal(&self, links: &Links) -> NewActivity {
        let mut value = self.to_value();
        value["@context"] = context(links);
        let public = self.to.iter().chain(&self.cc).any(|address| address == PUBLIC);
        let object = self.replaced().map(str::to_owned);
        NewActivity { uri: self.id.clone(), actor: self.actor.id, body: value.to_string(), public, object }
    }

    /// What an Update or a Delete is about, also where a lab passes it on.
    fn replaced(&self) -> Option<&str> {
        let (kind, object) = match self.kind {
            "Announce" => (self.object["type"].as_str()?, &self.object["object"]),
            kind => (kind, &self.object),
        };
        matches!(kind, "Update" | "Delete").then(|| wire::id(object)).flatten()
    }

    /// A lab's Announce of this activity, wrapped whole: how forums hear of it (FEP-1b12).
    #[must_use]
    pub fn wrapped_by<'a>(&self, lab: &'a Actor) -> Envelope<'a> {
        announce(lab, crate::domain::links::activity::wrap(&self.id), self.to_value(), self.at)
    }
}

/// An Announce by a lab to everyone and its followers.
#[must_use]
pub fn announce(lab: &Actor, id: String, object: Value, at: Moment) -> Envelope<'_> {
    Envelope {
        kind: "Announce",
        id,
        actor: lab,
        to: vec![PUBLIC.to_owned()],
        cc: vec![lab.followers_uri()],
        at,
        audience: None,
        object,
    }
}
