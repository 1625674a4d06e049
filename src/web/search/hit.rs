//! Something that was found, as the page shows it: where it says what was looked for, from whom it is, and how fresh.

use std::collections::{BTreeSet, HashMap};

use crate::{
    domain::{
        actor::Actor,
        moment::Moment,
        register::Mark,
        search::{Candidate, Piece, Query, headline, snippet},
        share::{Outcome, Share},
        text,
    },
    storage::{Failed, Tx, actor, organisation, share},
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
    /// Reads what was found, in its order; what is gone meanwhile is left out. A fixed number of queries, however much that is.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub(super) fn list(tx: &mut Tx<'_>, found: &[Candidate], query: &Query, ours: &str) -> Result<Vec<Self>, Failed> {
        let ids: Vec<i64> = found.iter().filter_map(|candidate| candidate.share).collect();
        let shares: HashMap<i64, Share> = share::list(tx, &ids)?.into_iter().map(|share| (share.id, share)).collect();
        let labs = found.iter().filter_map(|candidate| candidate.lab).chain(shares.values().map(|share| share.lab));
        let labs = actor::list(tx, labs)?;
        let parents: BTreeSet<String> = labs.values().filter_map(|lab| lab.parent.as_ref()).map(ToString::to_string).collect();
        let known = organisation::list_by_uri(tx, &parents.into_iter().collect::<Vec<_>>())?;
        let hit = |candidate: &Candidate| {
            let share = candidate.share.and_then(|id| shares.get(&id));
            let lab = labs.get(&candidate.lab.or_else(|| share.map(|share| share.lab))?)?;
            let hit = share.map_or_else(|| Self::of_lab(lab, query), |share| Self::of_share(share, lab, query));
            let parent = lab.parent.as_ref().and_then(|uri| known.iter().find(|known| known.uri == *uri));
            let name = if lab.local { ours } else { parent.map_or("", |known| known.name.as_str()) };
            Some(Self { organisation: name.to_owned(), ..hit })
        };
        Ok(found.iter().filter_map(hit).collect())
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
