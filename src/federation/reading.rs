//! Reads in the background: one thing at one host, asked for only where it changed, and what becomes of the answer.
//! What is read here names what is read next; nothing waits for an answer but the reading itself.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use url::Url;

use super::{
    Federation, actor,
    client::Barred,
    fetch::{Fetched, Unfetched},
    profile, wire,
};
use crate::{
    domain::{
        actor::{Actor, ActorId},
        moment::Moment,
        peer::same_origin,
        reading::{Answer, ReadingKind},
    },
    storage::{
        self, Failed, Tx, listing,
        reading::{self, Leased, NewReading},
        share,
    },
    usecases::peer,
};

/// How long a host is left in peace between two requests.
pub const PAUSE: Duration = Duration::from_millis(200);

/// How long one reading may take, with all of its requests: well within its lease.
const DEADLINE: Duration = Duration::from_mins(1);

/// How old our copy of an actor becomes before it is read again.
const DAILY: TimeDelta = TimeDelta::days(1);

/// How long a share stands before its conversation is read for the first time.
const FIRST_REPLIES: TimeDelta = TimeDelta::hours(1);

impl Federation {
    /// Asks for one thing, and lets what its host says have its effect.
    pub async fn read(&self, leased: &Leased) -> Answer {
        match tokio::time::timeout(DEADLINE, self.ask(leased)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => judge(&error),
            Err(_) => Answer::Failed { error: "it took too long".to_owned(), retry_after: None },
        }
    }

    async fn ask(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        if self.is_blocked(&leased.url).await? {
            return Ok(Answer::Ended("it is blocked here"));
        }
        if !self.strangers.admits_reading(&leased.host, self.clock.now()) {
            return Ok(Answer::Held(TimeDelta::minutes(1)));
        }
        match leased.kind {
            ReadingKind::Actor => self.read_again(leased).await,
            ReadingKind::Outbox => self.read_outbox(leased).await,
            ReadingKind::Object => self.read_announced(leased).await,
            ReadingKind::Conversation => self.read_conversation(leased).await,
            ReadingKind::Reply => self.read_reply(leased).await,
            ReadingKind::Node => self.read_node(leased).await,
            ReadingKind::Directory => self.read_directory(leased).await,
            ReadingKind::DirectoryPage => self.read_directory_page(leased).await,
            ReadingKind::Listing => self.read_listing(leased).await,
            ReadingKind::OutboxPage => self.read_outbox_page(leased).await,
            ReadingKind::Move => self.read_move(leased).await,
        }
    }

    /// An actor's own document: what changed is learned, and one that is gone departs.
    async fn read_again(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        let Some(known) = self.find_wanted(leased.actor).await? else { return Ok(Answer::Ended("nobody here asks for it")) };
        let now = self.clock.now();
        let (document, validators) = match self.fetch_if_changed(&known.uri, &leased.validators).await {
            Ok(Fetched::New(document, validators)) => (document, validators),
            Ok(Fetched::Unchanged) => {
                self.store.write(move |tx| storage::actor::confirm(tx, known.id, now)).await?;
                return Ok(Answer::Unchanged);
            }
            Err(Unfetched::Gone(_)) => {
                self.store.write(move |tx| peer::depart(tx, known.id, known.uri.as_str(), now)).await?;
                return Ok(Answer::Ended("it is gone"));
            }
            Err(error) => return Err(error),
        };
        // What a document does not date is as old as we know it to be: else it would look new each day.
        let told = actor::read(&document, known.created_at).filter(|told| told.uri == known.uri);
        let told = told.ok_or_else(|| Unfetched::Unusable(known.uri.clone(), "is not that actor any more"))?;
        let told = actor::with_key(Actor { fetched_at: now, ..told }, &document, &known.key_uri);
        self.take_in(known, told, &document).await?;
        Ok(Answer::Read(validators))
    }

    async fn take_in(&self, known: Actor, told: Actor, document: &Value) -> Result<(), Unfetched> {
        let now = self.clock.now();
        let same = Actor { id: known.id, fetched_at: known.fetched_at, ..told.clone() } == known;
        let (held, said) = (known.clone(), profile::read(document, &told));
        let known_said = self.store.read(move |tx| peer::find_said(tx, &held)).await?;
        if same && profile::is_same(said.as_ref(), known_said.as_ref(), &told) {
            return Ok(self.store.write(move |tx| storage::actor::confirm(tx, known.id, now)).await?);
        }
        let learned = self.learn(told, document).await?;
        if learned.outbox == known.outbox {
            return Ok(());
        }
        Ok(self.store.write(move |tx| plan_outbox(tx, &learned, now)).await?)
    }

    /// The actor of a reading, where somebody here follows it or its shares are shown.
    async fn find_wanted(&self, id: ActorId) -> Result<Option<Actor>, Failed> {
        let find = move |tx: &mut Tx<'_>| match storage::actor::find(tx, id)? {
            Some(known) if !known.local && known.gone_at.is_none() && is_wanted(tx, &known)? => Ok(Some(known)),
            _ => Ok(None),
        };
        self.store.read(find).await
    }
}

fn is_wanted(tx: &mut Tx<'_>, actor: &Actor) -> Result<bool, Failed> {
    Ok(listing::is_read_here(tx, actor.id)?
        || share::count_of_author(tx, actor.id)? > 0
        || share::count_of_lab(tx, actor.id)? > 0)
}

/// What a failure means: a host that says no to this may say yes to something else; one that does not answer rests.
fn judge(error: &Unfetched) -> Answer {
    let told = error.to_string();
    match error {
        Unfetched::Gone(_) => Answer::Ended("it is gone"),
        Unfetched::Denied(_, status, retry_after) => {
            let passes = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
            if passes { Answer::Failed { error: told, retry_after: *retry_after } } else { Answer::Useless(told) }
        }
        Unfetched::Barred(Barred::Unreachable(..) | Barred::Closed(..)) | Unfetched::Failed(_) => {
            Answer::Failed { error: told, retry_after: None }
        }
        Unfetched::Barred(_) | Unfetched::Absent(_) | Unfetched::Unusable(..) => Answer::Useless(told),
    }
}

/// Somebody elsewhere is followed from here now: what it published before, and itself from time to time.
pub(super) fn plan_followed(tx: &mut Tx<'_>, followee: ActorId, now: Moment) -> Result<(), Failed> {
    let Some(followee) = storage::actor::find(tx, followee)? else { return Ok(()) };
    plan_actor(tx, &followee, now)?;
    plan_outbox(tx, &followee, now)
}

/// What a lab announced is read at its origin.
pub(super) fn plan_announced(tx: &mut Tx<'_>, lab: ActorId, object: Url, now: Moment) -> Result<(), Failed> {
    let new = NewReading { kind: ReadingKind::Object, url: object, actor: lab, share: None, path: Vec::new(), due_at: now };
    plan(tx, &new, now)
}

/// What a share that was just kept makes us read later: its author and lab again, and its conversation, where its own host has one.
pub(super) fn plan_after(tx: &mut Tx<'_>, object: &Value, now: Moment) -> Result<(), Failed> {
    let Some(uri) = wire::id(object).and_then(wire::parse_url) else { return Ok(()) };
    let Some(kept) = share::find_by_uri(tx, uri.as_str())?.filter(|kept| !kept.local) else { return Ok(()) };
    for id in if kept.author == kept.lab { vec![kept.author] } else { vec![kept.author, kept.lab] } {
        if let Some(known) = storage::actor::find(tx, id)?.filter(|known| !known.local) {
            plan_actor(tx, &known, now)?;
        }
    }
    let Some(url) = wire::url(object, "replies").filter(|replies| same_origin(replies, &kept.uri)) else { return Ok(()) };
    let due_at = now.max(kept.published_at + FIRST_REPLIES);
    let kind = ReadingKind::Conversation;
    plan(tx, &NewReading { kind, url, actor: kept.author, share: Some(kept.id), path: Vec::new(), due_at }, now)
}

/// Plans a reading; one too many is left out, with a line in the log.
pub(super) fn plan(tx: &mut Tx<'_>, new: &NewReading, now: Moment) -> Result<(), Failed> {
    if !reading::plan(tx, new, now)? {
        tracing::info!(url = %new.url, actor = new.actor.0, "too much is to be read for this actor already; this is not");
    }
    Ok(())
}

pub(super) fn plan_actor(tx: &mut Tx<'_>, known: &Actor, now: Moment) -> Result<(), Failed> {
    let due_at = (known.fetched_at + DAILY).max(now + TimeDelta::hours(1));
    plan(tx, &new_of(ReadingKind::Actor, known, known.uri.clone(), due_at), now)
}

/// The outbox of an actor that is followed from here, where it has one.
pub(super) fn plan_outbox(tx: &mut Tx<'_>, known: &Actor, now: Moment) -> Result<(), Failed> {
    match &known.outbox {
        Some(outbox) if listing::is_read_here(tx, known.id)? => {
            plan(tx, &new_of(ReadingKind::Outbox, known, outbox.clone(), now), now)
        }
        _ => Ok(()),
    }
}

/// A reading on account of an actor, of something at this address.
pub(super) fn new_of(kind: ReadingKind, known: &Actor, url: Url, due_at: Moment) -> NewReading {
    NewReading { kind, url, actor: known.id, share: None, path: Vec::new(), due_at }
}
