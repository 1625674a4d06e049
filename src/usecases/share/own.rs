//! What members do with shares of this instance.

use url::Url;

use crate::{
    domain::{
        actor::{Actor, ActorKind},
        change::{Change, WithdrawnShare},
        links::Links,
        membership::{Action, Member, Standing, require},
        moment::Moment,
        refusal::Refused,
        share::{Draft, Mention, PublicId, Share, Voice},
        text,
    },
    storage::{Tx, actor, queue, share, tombstone},
    usecases::{Outcome, lab as labs, membership as members},
};

/// What changes of a share; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Revision {
    /// A whole new draft; its picture replaces the old one, and none takes it away.
    pub draft: Option<Draft>,
    /// A new title.
    pub title: Option<String>,
    /// A new text.
    pub body: Option<String>,
}

/// Publishes a share in a lab, with the voice of the lab, the organisation or a member.
///
/// # Errors
/// `Refused` where the lab or the member is unknown, or the member may not.
pub fn publish(
    tx: &mut Tx<'_>,
    now: Moment,
    links: &Links,
    id: PublicId,
    by: Option<&Member>,
    (lab, voice, draft): (&str, &Voice, Draft),
) -> Outcome<Share> {
    let lab = labs::find(tx, lab)?;
    let standing = labs::standing(tx, by, &lab.actor)?;
    require(standing, Action::PublishShare)?;
    labs::require_open(&lab)?;
    let lab = lab.actor;
    let author = find_voice(tx, &lab, by, standing, voice)?;
    let mut share = begin(links, id, &lab, &author, &draft, now);
    write(tx, links, &mut share, draft)?;
    share.id = share::add(tx, &share)?.ok_or_else(|| Refused::conflict("share-exists"))?;
    queue::record(tx, &Change::SharePublished { share: share.id }, now)?;
    Ok(share)
}

/// Corrects a share; its address stays.
///
/// # Errors
/// `Refused` where it is unknown or withdrawn, or the member may not.
pub fn revise(
    tx: &mut Tx<'_>,
    now: Moment,
    links: &Links,
    by: Option<&Member>,
    id: &PublicId,
    revision: Revision,
) -> Outcome<Share> {
    let mut share = find_own(tx, links, id)?;
    require_in_lab(tx, by, &share, Action::ReviseShare)?;
    let mut draft = revision.draft.unwrap_or_else(|| draft_of(&share));
    draft.title = revision.title.unwrap_or(draft.title);
    draft.body = revision.body.unwrap_or(draft.body);
    // Peers compare whole seconds and ignore what is not newer.
    share.updated_at = now.max(share.updated_at + chrono::TimeDelta::seconds(1));
    share.revision += 1;
    write(tx, links, &mut share, draft)?;
    share::update(tx, &share)?;
    queue::record(tx, &Change::ShareRevised { share: share.id }, now)?;
    Ok(share)
}

/// Withdraws a share for good: a tombstone stays at its address.
///
/// # Errors
/// `Refused` where it is unknown or withdrawn, or the member may not.
pub fn withdraw(tx: &mut Tx<'_>, now: Moment, links: &Links, by: Option<&Member>, id: &PublicId) -> Outcome<Share> {
    let share = find_own(tx, links, id)?;
    require_in_lab(tx, by, &share, Action::WithdrawShare)?;
    share::remove(tx, share.id)?;
    tombstone::add(tx, share.uri.as_str(), share.form.code(), now)?;
    let withdrawn = WithdrawnShare {
        uri: share.uri.to_string(),
        lab: share.lab,
        author: share.author,
        former_type: share.form.code().to_owned(),
        mentions: share.mentions.iter().map(|mention| mention.uri.to_string()).collect(),
    };
    queue::record(tx, &Change::ShareWithdrawn(withdrawn), now)?;
    Ok(share)
}

/// The share of ours at this address.
///
/// # Errors
/// `Refused` where there is none, or it was withdrawn, or it is another instance's.
pub fn find_own(tx: &mut Tx<'_>, links: &Links, id: &PublicId) -> Outcome<Share> {
    let unknown = || Refused::unknown("share-unknown").with("id", id.as_str());
    match share::find_by_public_id(tx, id)? {
        Some(share) if share.local => Ok(share),
        Some(_) => Err(Refused::not_allowed("share-elsewhere").into()),
        None if tombstone::find(tx, links.share(id).as_str())?.is_some() => Err(Refused::gone("share-withdrawn").into()),
        None => Err(unknown().into()),
    }
}

fn find_voice(tx: &mut Tx<'_>, lab: &Actor, by: Option<&Member>, standing: Standing, voice: &Voice) -> Outcome<Actor> {
    match voice {
        Voice::Lab => Ok(lab.clone()),
        Voice::Organisation => {
            require(standing, Action::SpeakForOrganisation)?;
            let organisation = actor::find_local_of_kind(tx, ActorKind::Organisation)?;
            organisation.ok_or_else(|| Refused::unknown("instance").into())
        }
        Voice::Member(handle) => {
            let author = members::find(tx, handle.as_str())?.actor;
            match by {
                Some(member) if member.actor.id != author.id => Err(Refused::not_allowed("voice-of-another").into()),
                _ => Ok(author),
            }
        }
    }
}

fn begin(links: &Links, id: PublicId, lab: &Actor, author: &Actor, draft: &Draft, now: Moment) -> Share {
    let uri = links.share(&id);
    Share {
        id: 0,
        public_id: id,
        page: uri.clone(),
        uri,
        lab: lab.id,
        author: author.id,
        local: true,
        kind: draft.kind,
        title: String::new(),
        summary: String::new(),
        body: String::new(),
        content: text::Html::default(),
        language: draft.language.clone(),
        licence: Some(draft.licence),
        outcome: draft.outcome,
        form: draft.form(),
        tags: Vec::new(),
        mentions: Vec::new(),
        picture: None,
        published_at: now,
        updated_at: now,
        revision: 1,
    }
}

/// What is written becomes what is read: HTML, summary, hashtags and mentions.
fn write(tx: &mut Tx<'_>, links: &Links, share: &mut Share, draft: Draft) -> Outcome<()> {
    share.mentions = find_mentions(tx, &draft.body)?;
    let rendered = text::render(&draft.body, links, &share.mentions);
    share.form = draft.form();
    share.summary = text::excerpt(&rendered.content.lead(), 280);
    share.content = rendered.content;
    share.tags = rendered.tags;
    share.kind = draft.kind;
    share.language = draft.language;
    share.licence = Some(draft.licence);
    share.outcome = draft.outcome;
    share.picture = draft.picture;
    share.title = draft.title;
    share.body = draft.body;
    Ok(())
}

fn find_mentions(tx: &mut Tx<'_>, body: &str) -> Outcome<Vec<Mention>> {
    let mut mentions = Vec::new();
    for account in text::mentions(body) {
        if let Some(known) = actor::find_by_address(tx, &account.handle, &account.host)? {
            let page: Url = known.page.clone();
            mentions.push(Mention { address: known.address(), uri: known.uri, page });
        }
    }
    Ok(mentions)
}

fn draft_of(share: &Share) -> Draft {
    Draft {
        kind: share.kind,
        title: share.title.clone(),
        body: share.body.clone(),
        language: share.language.clone(),
        licence: share.licence.unwrap_or(crate::domain::share::Licence::CcBy),
        outcome: share.outcome,
        picture: share.picture.clone(),
    }
}

fn require_in_lab(tx: &mut Tx<'_>, by: Option<&Member>, share: &Share, action: Action) -> Outcome<()> {
    let lab = actor::find(tx, share.lab)?.ok_or_else(|| Refused::unknown("share-unknown"))?;
    let standing = labs::standing(tx, by, &lab)?;
    Ok(require(standing, action)?)
}
