//! A reply to a share, written anywhere on the fediverse, shown sanitised.

use url::Url;

use super::{actor::ActorId, language::LanguageTag, moment::Moment, text::Html};

/// A reply as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReply {
    /// Its id on the wire.
    pub uri: Url,
    /// The share whose conversation it is in.
    pub share_id: i64,
    /// What exactly it answers: the share or another reply.
    pub in_reply_to: Url,
    /// Who wrote it.
    pub author: ActorId,
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

/// A reply with what a page shows of its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Our row.
    pub id: i64,
    /// Its id on the wire.
    pub uri: Url,
    /// Where people read it.
    pub page: Url,
    /// Its author's name.
    pub author_name: String,
    /// Its author's `handle@host`.
    pub author_address: String,
    /// Its author's page.
    pub author_page: Url,
    /// What it says, sanitised.
    pub content: Html,
    /// Its language, where told.
    pub language: Option<LanguageTag>,
    /// When it was written.
    pub published_at: Moment,
}
