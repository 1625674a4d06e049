//! What other instances and servers do with shares of theirs that are read here.

use url::Url;

use crate::{
    domain::{
        actor::ActorId,
        language::LanguageTag,
        moment::Moment,
        picture::Picture,
        share::{Form, Licence, Outcome as Result, PublicId, Share, ShareKind},
        text::Html,
    },
    storage::{Failed, Tx, share, tombstone},
};

/// A share as another instance told it, read from its own host or signed by its author.
#[derive(Debug, Clone)]
pub struct ReceivedShare {
    /// Its id.
    pub uri: Url,
    /// Where people read it.
    pub page: Url,
    /// What kind of share it is.
    pub kind: ShareKind,
    /// Its title; empty where it has none.
    pub title: String,
    /// One or two plain sentences.
    pub summary: String,
    /// Its text, sanitised.
    pub content: Html,
    /// Its language.
    pub language: LanguageTag,
    /// What others may do with it.
    pub licence: Option<Licence>,
    /// How it went.
    pub outcome: Option<Result>,
    /// Long or short.
    pub form: Form,
    /// Hashtags.
    pub tags: Vec<String>,
    /// Its picture.
    pub picture: Option<Picture>,
    /// When it was published.
    pub published_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// Keeps a share of another instance; one that was deleted before it arrived stays away. `false` where nothing changed.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn receive(
    tx: &mut Tx<'_>,
    id: PublicId,
    lab: ActorId,
    author: ActorId,
    new: ReceivedShare,
) -> std::result::Result<bool, Failed> {
    if tombstone::bars(tx, new.uri.as_str(), author)? {
        return Ok(false);
    }
    match share::find_by_uri(tx, new.uri.as_str())? {
        Some(known) if known.local => Ok(false),
        // An Update may have overtaken the Create, and a lab may announce what its author sent before.
        Some(mut known) => {
            let regrouped = known.lab == known.author && lab != author;
            known.lab = if regrouped { lab } else { known.lab };
            let newer = known.author == author && new.updated_at > known.updated_at;
            if newer {
                known = rewritten(known, new);
            }
            if newer || regrouped {
                share::update(tx, &known)?;
            }
            Ok(newer || regrouped)
        }
        None => Ok(share::add(tx, &begun(id, lab, author, new))?.is_some()),
    }
}

/// Rewrites a share of this author, unless what we hold is as new; `false` where nothing changed.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn rewrite(tx: &mut Tx<'_>, author: ActorId, new: ReceivedShare) -> std::result::Result<bool, Failed> {
    match share::find_by_uri(tx, new.uri.as_str())? {
        Some(known) if known.author == author && !known.local && new.updated_at > known.updated_at => {
            share::update(tx, &rewritten(known, new))?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Removes a share of this author, and remembers that it is gone; `false` where we had none.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn remove(tx: &mut Tx<'_>, author: ActorId, uri: &str) -> std::result::Result<bool, Failed> {
    match share::find_by_uri(tx, uri)? {
        Some(known) if known.author == author && !known.local => {
            share::remove(tx, known.id)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn begun(id: PublicId, lab: ActorId, author: ActorId, new: ReceivedShare) -> Share {
    Share {
        id: 0,
        public_id: id,
        uri: new.uri,
        page: new.page,
        lab,
        author,
        local: false,
        kind: new.kind,
        title: new.title,
        summary: new.summary,
        body: String::new(),
        content: new.content,
        language: new.language,
        licence: new.licence,
        outcome: new.outcome,
        form: new.form,
        tags: new.tags,
        mentions: Vec::new(),
        picture: new.picture,
        published_at: new.published_at,
        updated_at: new.updated_at,
        revision: 1,
    }
}

fn rewritten(known: Share, new: ReceivedShare) -> Share {
    Share {
        id: known.id,
        public_id: known.public_id,
        revision: known.revision + 1,
        published_at: known.published_at,
        ..begun(PublicId::from_random(0), known.lab, known.author, new)
    }
}
