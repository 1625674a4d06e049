//! An activity as it arrived, with what every activity must have.

use serde_json::Value;
use url::Url;

use super::Rejection;
use crate::federation::wire;

/// An activity that can be read.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Its id; some answers come without one.
    pub id: Option<Url>,
    /// Its type.
    pub kind: String,
    /// Who says it.
    pub actor: Url,
    /// All of it.
    pub value: Value,
    /// Its bytes, as they were signed.
    pub body: String,
}

/// What may come without an id, because hearing it twice changes nothing.
const REPEATABLE: [&str; 5] = ["Accept", "Reject", "Undo", "Delete", "Block"];

impl Incoming {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] where it is no activity.
    pub fn read(body: &[u8]) -> Result<Self, Rejection> {
        let body = std::str::from_utf8(body).map_err(|_| Rejection::Malformed("not-utf-8"))?;
        let value: Value = serde_json::from_str(body).map_err(|_| Rejection::Malformed("not-json"))?;
        if !value.is_object() {
            return Err(Rejection::Malformed("not-an-object"));
        }
        let kind = wire::types(&value).next().ok_or(Rejection::Malformed("no-type"))?.to_owned();
        let actor = wire::url(&value, "actor").filter(|_| wire::many(&value, "actor").count() == 1);
        let actor = actor.ok_or(Rejection::Malformed("no-actor"))?;
        let id = value.get("id").and_then(Value::as_str).and_then(wire::parse_url);
        if id.is_none() && !REPEATABLE.contains(&kind.as_str()) {
            return Err(Rejection::Malformed("no-id"));
        }
        Ok(Self { id, kind, actor, body: body.to_owned(), value })
    }
}
