//! Replies as JSON: those of members as others read them, others' as we read them.

use serde_json::{Value, json};

use super::{activity::Envelope, wire, wire::PUBLIC};
use crate::{
    domain::{
        actor::Actor,
        moment::{Moment, to_wire},
        reply::Reply,
        text::Html,
    },
    usecases::reply::ReceivedReply,
};

/// A reply as its own document tells it; `None` where it is not public, or answers nothing.
#[must_use]
pub fn read(object: &Value, now: Moment) -> Option<ReceivedReply> {
    let uri = wire::id(object).and_then(wire::parse_url)?;
    let in_reply_to = wire::url(object, "inReplyTo")?;
    if !wire::is_public(object) {
        return None;
    }
    let (content, language) = wire::language_text(object, "content");
    let published_at = wire::moment(object, "published").unwrap_or(now).min(now);
    Some(ReceivedReply {
        page: wire::page(object).unwrap_or_else(|| uri.clone()),
        content: Html::sanitise(&content?),
        language,
        updated_at: wire::moment(object, "updated").unwrap_or(published_at),
        published_at,
        in_reply_to,
        uri,
    })
}

/// A member's reply to a share, and to whom it goes.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The reply.
    pub reply: Reply,
    /// Who wrote it.
    pub author: Actor,
    /// What it answers.
    pub in_reply_to: String,
    /// Who wrote that, and its lab; each once.
    pub answered: Vec<Actor>,
}

impl Answer {
    /// The Note, without a context.
    #[must_use]
    pub fn to_object(&self) -> Value {
        let mentions: Vec<Value> = self
            .answered
            .iter()
            .map(|actor| json!({"type": "Mention", "href": actor.uri.as_str(), "name": format!("@{}", actor.address())}))
            .collect();
        let mut object = json!({
            "id": self.reply.uri.as_str(),
            "type": "Note",
            "attributedTo": self.author.uri.as_str(),
            "inReplyTo": self.in_reply_to,
            "to": [PUBLIC],
            "cc": self.cc(),
            "content": self.reply.content.as_str(),
            "url": self.reply.page.as_str(),
            "tag": mentions,
            "attachment": [],
            "sensitive": false,
            "published": to_wire(self.reply.published_at),
        });
        if let Some(language) = &self.reply.language {
            object["contentMap"] = json!({language.as_str(): self.reply.content.as_str()});
        }
        object
    }

    /// The Create of the reply.
    #[must_use]
    pub fn create(&self) -> Envelope<'_> {
        Envelope {
            kind: "Create",
            id: crate::domain::links::activity::create(&self.reply.uri),
            actor: &self.author,
            to: vec![PUBLIC.to_owned()],
            cc: self.cc(),
            at: self.reply.published_at,
            audience: None,
            more: Vec::new(),
            object: self.to_object(),
        }
    }

    fn cc(&self) -> Vec<String> {
        let answered = self.answered.iter().map(|actor| actor.uri.to_string());
        answered.chain([self.author.followers_uri()]).collect()
    }
}
