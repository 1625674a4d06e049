//! The envelopes of everything we say: who, to whom, about what. Ids are derived, so that saying it twice says it once.

use serde_json::{Value, json};
use url::Url;

use super::{
    actor::context,
    feature,
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
    /// What some kinds say besides: the collection that it is done to, with what, and what came of it.
    pub more: Vec<(&'static str, String)>,
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
        for (name, told) in &self.more {
            value[*name] = told.as_str().into();
        }
        value
    }

    /// As it is stored and sent.
    #[must_use]
    pub fn seal(&self, links: &Links) -> NewActivity {
        let mut value = self.to_value();
        value["@context"] = if feature::is_about(&value) { feature::context(links) } else { context(links) };
        let public = self.to.iter().chain(&self.cc).any(|address| address == PUBLIC);
        NewActivity {
            uri: self.id.clone(),
            actor: self.actor.id,
            body: value.to_string(),
            public,
            object: innermost(&self.object).unwrap_or(&self.id).to_owned(),
            replaces: matches!(self.passed_on_kind(), "Update" | "Delete"),
        }
    }

    /// Its kind, or that of what a lab passes on.
    fn passed_on_kind(&self) -> &str {
        let wrapped = || self.object["type"].as_str().filter(|_| self.object.get("object").is_some());
        if self.kind == "Announce" { wrapped().unwrap_or(self.kind) } else { self.kind }
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
        more: Vec::new(),
        object,
    }
}

/// What an object is about in the end: through activities within activities, down to the id of a thing.
fn innermost(object: &Value) -> Option<&str> {
    object.get("object").map_or_else(|| wire::id(object), innermost)
}
