//! Pages of shares: one share with what it called forth, and all with a hashtag.

mod editor;
mod form;
mod tried;
mod withdraw;

use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;

pub use editor::{create, edit, new, revise};
pub use withdraw::{ask, withdraw};

use super::{
    activitypub,
    card::{self, ShareList},
    error::{self, Error},
    linked_data,
    page::Problem,
    request::{AskedPart, Visit},
};
use crate::{
    domain::{
        actor::Actor,
        audience::Counts,
        links::Links,
        membership::{Action, Member, may},
        refusal::Refused,
        register::Mark,
        reply::Reply,
        share::{PublicId, Share},
        slice::{Cursor, Slice},
    },
    storage::{Failed, Tx, actor, register, reply, share, tombstone},
    usecases,
};

/// How many replies a share's page shows: the newest, or those before a cursor.
pub(super) const REPLIES: i64 = 50;

#[derive(Template)]
#[template(path = "share/show.html")]
struct SharePage<'a> {
    visit: &'a Visit,
    story: Story,
    answer: String,
    problem: Problem,
}

/// A share with everything its page shows.
struct Story {
    share: Share,
    headline: String,
    lab: Actor,
    lab_path: String,
    /// To whom the lab's host is registered.
    mark: Option<Mark>,
    author: Actor,
    author_path: String,
    corrected: bool,
    counts: Counts,
    replies: Vec<Reply>,
    /// Where earlier replies begin.
    earlier: Option<Cursor>,
    is_newest: bool,
    may_revise: bool,
}

impl Story {
    fn linked_data(&self) -> String {
        linked_data::of_share(&self.share, &self.headline, &self.author, &self.lab)
    }
}

/// A share's page, or its ActivityPub document.
pub async fn show(visit: Visit, id: Path<String>, asked: Query<AskedPart>) -> Result<HttpResponse, Error> {
    let id = PublicId::parse(&id).ok_or_else(|| Refused::unknown("share-unknown"))?;
    if visit.wants_activity {
        return activitypub::share(&visit.state, &id).await;
    }
    page(&visit, id, asked.of(REPLIES), String::new(), None).await
}

/// A share's page with a reply that has to be mended.
pub(super) async fn page(
    visit: &Visit,
    id: PublicId,
    slice: Slice,
    answer: String,
    refused: Option<Refused>,
) -> Result<HttpResponse, Error> {
    let (member, links) = (visit.member().cloned(), visit.state.links().clone());
    let story = visit.state.store().read(move |tx| read(tx, &links, &id, slice, member.as_ref())).await?;
    let problem = refused.as_ref().map(|refused| Problem::of(visit, refused)).unwrap_or_default();
    let page = SharePage { visit, story, answer, problem };
    match refused {
        Some(refused) => visit.page_with(error::status(refused.reason), &page),
        None => visit.page(&page),
    }
}

fn read(tx: &mut Tx<'_>, links: &Links, id: &PublicId, slice: Slice, member: Option<&Member>) -> usecases::Outcome<Story> {
    let share = find(tx, links, id)?;
    let unknown = || Refused::unknown("share-unknown");
    let lab = actor::find(tx, share.lab)?.ok_or_else(unknown)?;
    let author = actor::find(tx, share.author)?.ok_or_else(unknown)?;
    let may_revise = match member {
        Some(_) if share.local => may(usecases::lab::standing(tx, member, &lab)?, Action::ReviseShare),
        _ => false,
    };
    let (replies, earlier) = read_replies(tx, share.id, slice)?;
    Ok(Story {
        headline: card::headline(&share),
        corrected: share.updated_at > share.published_at,
        counts: share::counts(tx, share.id)?,
        replies,
        earlier,
        is_newest: slice.is_first(),
        lab_path: card::lab_path(&lab),
        mark: register::find_mark(tx, &lab.host)?,
        author_path: card::lab_path(&author),
        lab,
        author,
        may_revise,
        share,
    })
}

/// Oldest first, so the one too many stands at the beginning.
fn read_replies(tx: &mut Tx<'_>, share: i64, slice: Slice) -> Result<(Vec<Reply>, Option<Cursor>), Failed> {
    let mut replies = reply::list(tx, share, slice.and_one())?;
    replies.reverse();
    let earlier = slice.cut(&mut replies, |reply| Cursor::of(reply.published_at, reply.id));
    replies.reverse();
    Ok((replies, earlier))
}

fn find(tx: &mut Tx<'_>, links: &Links, id: &PublicId) -> usecases::Outcome<Share> {
    match share::find_by_public_id(tx, id)? {
        Some(share) => Ok(share),
        None if tombstone::find(tx, links.share(id).as_str())?.is_some() => Err(Refused::gone("share-withdrawn").into()),
        None => Err(Refused::unknown("share-unknown").into()),
    }
}

#[derive(Template)]
#[template(path = "share/tag.html")]
struct TagPage<'a> {
    visit: &'a Visit,
    tag: String,
    shares: ShareList,
}

/// All shares with a hashtag, newest first.
pub async fn tag(visit: Visit, tag: Path<String>, asked: Query<AskedPart>) -> Result<HttpResponse, Error> {
    let tag = tag.trim_start_matches('#').to_lowercase();
    let (wanted, slice) = (tag.clone(), asked.of(40));
    let list = move |tx: &mut Tx<'_>, slice| share::list_of_tag(tx, &wanted, slice);
    let shares: Result<_, Failed> = visit.state.store().read(move |tx| ShareList::read(tx, slice, list)).await;
    visit.page(&TagPage { visit: &visit, tag, shares: shares? })
}
