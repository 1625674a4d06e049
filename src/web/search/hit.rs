//! Something that was found, as the page shows it: where it says what was looked for, from whom it is, and how fresh.

use crate::{
    domain::{
        actor::Actor,
        moment::Moment,
        register::Mark,
        search::{Candidate, Piece, Query, headline, snippet},
        share::{Outcome, Share},
        text,
    },
    storage::{Failed, Tx, actor, share},
    web::card,
};

/// Something that was found.
pub(super) struct Hit {
    pub(super) path: String,
    /// The kind of the share; empty for a lab.
    pub(super) kind: String,
    pub(super) outcome: Option<Outcome>,
    pub(super) language: String,
    pub(super) title: Vec<Piece>,
    pub(super) text: Vec<Piece>,
    /// The lab of a share, with its page here; the address of a lab.
    pub(super) of: String,
    pub(super) of_path: String,
    /// The organisation, where we know it.
    pub(super) organisation: String,
    pub(super) host: String,
    pub(super) local: bool,
    /// To whom its host is registered; read for all that were found at once.
    pub(super) mark: Option<Mark>,
    /// When it was published, or when a lab elsewhere was last read.
    pub(super) at: Moment,
}

impl Hit {
    /// Reads what was found; `None` where it is gone meanwhile.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub(super) fn read(tx: &mut Tx<'_>, found: &Candidate, query: &Query, ours: &str) -> Result<Option<Self>, Failed> {
        if let Some(id) = found.lab {
            return Ok(match actor::find(tx, id)? {
                Some(lab) => Some(Self { organisation: organisation(tx, &lab, ours)?, ..Self::of_lab(&lab, query) }),
                None => None,
            });
        }
        let Some(share) = found.share.map(|id| share::find(tx, id)).transpose()?.flatten() else { return Ok(None) };
        let Some(lab) = actor::find(tx, share.lab)? else { return Ok(None) };
        Ok(Some(Self { organisation: organisation(tx, &lab, ours)?, ..Self::of_share(&share, &lab, query) }))
    }

    fn of_lab(lab: &Actor, query: &Query) -> Self {
        Self {
            path: card::lab_path(lab),
            kind: String::new(),
            outcome: None,
            language: String::new(),
            title: headline(&lab.name, "", query),
            text: snippet(&lab.summary.to_plain(), "", query),
            of: format!("@{}", lab.address()),
            of_path: String::new(),
            organisation: String::new(),
            host: lab.host.clone(),
            local: lab.local,
            mark: None,
            at: lab.fetched_at.max(lab.updated_at),
        }
    }

    fn of_share(share: &Share, lab: &Actor, query: &Query) -> Self {
        let (language, words) = (share.language.as_str(), share.content.to_plain());
        let title = if share.title.is_empty() { text::excerpt(&words, 80) } else { share.title.clone() };
        Self {
            path: format!("/shares/{}", share.public_id.as_str()),
            kind: share.kind.code().to_owned(),
            outcome: share.outcome,
            language: language.to_owned(),
            title: headline(&title, language, query),
            text: snippet(&words, language, query),
            of: lab.name.clone(),
            of_path: card::lab_path(lab),
            organisation: String::new(),
            host: lab.host.clone(),
            local: share.local,
            mark: None,
            at: share.published_at,
        }
    }
}

fn organisation(tx: &mut Tx<'_>, lab: &Actor, ours: &str) -> Result<String, Failed> {
    match &lab.parent {
        _ if lab.local => Ok(ours.to_owned()),
        Some(uri) => Ok(actor::find_by_uri(tx, uri.as_str())?.map_or_else(String::new, |parent| parent.name)),
        None => Ok(String::new()),
    }
}
