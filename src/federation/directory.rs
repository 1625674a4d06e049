//! Reads the labs that an organisation lists: page by page, each a reading of its own, so that it goes on where it was after any
//! restart. A lab is listed where it names the organisation too, by the word of its own host; what is not named any more goes.

use serde_json::Value;
use url::Url;

use super::{
    Federation,
    fetch::{Fetched, Unfetched},
    profile,
    reading::{plan, plan_actor, plan_outbox},
    wire,
};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        moment::Moment,
        peer::{Peer, same_origin},
        reading::{Answer, ReadingKind, Validators},
    },
    storage::{
        self, Failed, Tx, block, listing, peer,
        reading::{self, Leased, NewReading},
    },
    usecases,
};

/// Most pages of a directory that are read; who has more labs than they hold is told.
pub const PAGES: usize = 40;

impl Federation {
    /// The directory itself: how much it holds, and where its first page is.
    ///
    /// # Errors
    /// [`Unfetched`] where it cannot be read.
    pub(super) async fn read_directory(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        let Some((_, known)) = self.find_lister(leased).await? else {
            return Ok(Answer::Ended("its directory is not wanted here"));
        };
        let before = if known.round.is_under_way() { Validators::default() } else { leased.validators.clone() };
        let (collection, validators) = match self.fetch_if_changed(&leased.url, &before).await? {
            Fetched::New(collection, validators) => (collection, validators),
            Fetched::Unchanged => return Ok(Answer::Unchanged),
        };
        let (organisation, now) = (leased.actor, self.clock.now());
        let labs = collection.get("totalItems").and_then(Value::as_i64);
        self.store.write(move |tx| peer::begin_round(tx, organisation, labs, now)).await?;
        match wire::one(&collection, "first") {
            Some(first) if first.get("orderedItems").is_none() => self.turn_to(first, leased).await?,
            Some(first) => self.take_page(first, leased).await?,
            None => self.take_page(&collection, leased).await?,
        }
        Ok(Answer::Read(validators))
    }

    /// One page of it.
    ///
    /// # Errors
    /// [`Unfetched`] where it cannot be read.
    pub(super) async fn read_directory_page(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        if self.find_lister(leased).await?.is_none() {
            return Ok(Answer::Ended("its directory is not wanted here"));
        }
        let page = self.fetch(&leased.url).await?;
        self.take_page(&page, leased).await?;
        Ok(Answer::Read(Validators::default()))
    }

    /// One lab that an organisation lists, at the lab's own host.
    ///
    /// # Errors
    /// [`Unfetched`] where it cannot be read.
    pub(super) async fn read_listing(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        let Some((organisation, _)) = self.find_lister(leased).await? else {
            return Ok(Answer::Ended("its directory is not wanted here"));
        };
        let document = match self.fetch(&leased.url).await {
            Ok(document) => document,
            Err(Unfetched::Gone(_) | Unfetched::Absent(_)) => {
                self.doubt(&organisation, &leased.url, "is not there").await?;
                return Ok(Answer::Ended("it is gone"));
            }
            Err(error) => return Err(error),
        };
        self.take_lab(&document, &organisation, leased).await?;
        Ok(Answer::Read(Validators::default()))
    }

    /// Where an actor says that it went: those of ours who follow it go along where that one says it was known as this one.
    ///
    /// # Errors
    /// [`Unfetched`] where it cannot be read.
    pub(super) async fn read_move(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        let id = leased.actor;
        let Some(from) = self.store.read(move |tx| storage::actor::find(tx, id)).await? else {
            return Ok(Answer::Ended("it is gone"));
        };
        let document = self.fetch(&leased.url).await?;
        if !profile::known_as(&document).contains(&from.uri) {
            return Ok(Answer::Ended("the other does not say that it is the same"));
        }
        let told = self.read_actor(&document).filter(|told| told.uri == leased.url);
        let told = told.ok_or_else(|| Unfetched::Unusable(leased.url.clone(), "is no actor we understand"))?;
        let to = self.learn(told, &document).await?;
        let (leased, now) = (leased.clone(), self.clock.now());
        let go = move |tx: &mut Tx<'_>| {
            if !reading::holds(tx, &leased)? {
                return Ok(());
            }
            if listing::find_organisation(tx, from.id)? == Some(None) {
                listing::confirm(tx, &to, None, now)?;
                listing::remove(tx, from.id, None)?;
                plan_outbox(tx, &to, now)?;
            }
            usecases::audience::follow_along(tx, now, &from, &to).map(|_| ())
        };
        self.store.write(go).await?;
        Ok(Answer::Read(Validators::default()))
    }

    async fn take_page(&self, page: &Value, leased: &Leased) -> Result<(), Unfetched> {
        let Some((organisation, _)) = self.find_lister(leased).await? else { return Ok(()) };
        for item in ["orderedItems", "items"].into_iter().flat_map(|name| wire::many(page, name)) {
            self.take_item(item, &organisation, leased).await?;
        }
        match wire::one(page, "next") {
            Some(next) => self.turn_to(next, leased).await,
            None => Ok(self.end_round(leased).await?),
        }
    }

    /// A lab that its own host describes is taken as it stands; any other is read where it lives.
    async fn take_item(&self, item: &Value, organisation: &Actor, leased: &Leased) -> Result<(), Unfetched> {
        let Some(id) = wire::id(item).and_then(wire::parse_url).filter(|id| !self.links.owns(id)) else { return Ok(()) };
        if item.get("inbox").is_some() && same_origin(&id, &leased.url) {
            return self.take_lab(item, organisation, leased).await;
        }
        let (organisation, now) = (organisation.id, self.clock.now());
        let look = move |tx: &mut Tx<'_>| {
            if block::find_covering(tx, &id)?.is_some() || listing::see_again(tx, id.as_str(), organisation, now)? {
                return Ok(());
            }
            plan(tx, &step(ReadingKind::Listing, id, organisation, Vec::new(), now), now)
        };
        Ok(self.store.write(look).await?)
    }

    async fn take_lab(&self, document: &Value, organisation: &Actor, leased: &Leased) -> Result<(), Unfetched> {
        let Some(lab) = self.read_actor(document).filter(|lab| lab.kind == ActorKind::Lab) else {
            return Ok(self.doubt(organisation, &leased.url, "is no lab that we understand").await?);
        };
        if lab.parent.as_ref() != Some(&organisation.uri) {
            let named = "does not name this organisation as its own";
            return Ok(self.doubt(organisation, &lab.uri, named).await?);
        }
        let (said, organisation, leased, now) =
            (profile::read(document, &lab), organisation.id, leased.clone(), self.clock.now());
        let list = move |tx: &mut Tx<'_>| {
            if !reading::holds(tx, &leased)? || block::find_covering(tx, &lab.uri)?.is_some() {
                return Ok(());
            }
            let lab = usecases::peer::learn(tx, &lab, said.as_ref())?;
            if listing::confirm(tx, &lab, Some(organisation), now)? {
                plan_outbox(tx, &lab, now)?;
            }
            plan_actor(tx, &lab, now)
        };
        Ok(self.store.write(list).await?)
    }

    /// The next page, unless it leads in a circle, elsewhere, or too far.
    async fn turn_to(&self, link: &Value, leased: &Leased) -> Result<(), Unfetched> {
        let next = wire::id(link).and_then(wire::parse_url).filter(|next| same_origin(next, &leased.url));
        let mut path = leased.path.clone();
        path.push(leased.url.clone());
        let problem = match &next {
            None => Some("goes on at an address that is not its own"),
            Some(next) if path.contains(next) => Some("leads in a circle"),
            Some(_) if path.len() > PAGES => Some("has more pages than are read"),
            Some(_) => None,
        };
        let (organisation, now) = (leased.actor, self.clock.now());
        let turn = move |tx: &mut Tx<'_>| match (problem, next) {
            (None, Some(next)) => plan(tx, &step(ReadingKind::DirectoryPage, next, organisation, path, now), now),
            // What was not seen stays: it may stand on the pages that were not read.
            (problem, _) => {
                peer::end_round(tx, organisation, now)?;
                peer::note_problem(tx, organisation, &format!("Its directory {}.", problem.unwrap_or_default()))
            }
        };
        Ok(self.store.write(turn).await?)
    }

    async fn end_round(&self, leased: &Leased) -> Result<(), Failed> {
        let (leased, now) = (leased.clone(), self.clock.now());
        self.store
            .write(move |tx| {
                if !reading::holds(tx, &leased)? {
                    return Ok(());
                }
                let began = peer::find_of(tx, leased.actor)?.and_then(|peer| peer.round.began_at);
                let gone = listing::remove_unseen(tx, leased.actor, began.unwrap_or(now))?;
                tracing::info!(organisation = leased.actor.0, gone = gone.len(), "a directory was read to its end");
                peer::end_round(tx, leased.actor, now)
            })
            .await
    }

    /// What was listed is not, or not any more, and the administrator can see why.
    async fn doubt(&self, organisation: &Actor, lab: &Url, reason: &str) -> Result<(), Failed> {
        let (organisation, lab, problem) = (organisation.id, lab.clone(), format!("{lab} {reason}."));
        self.store
            .write(move |tx| {
                if let Some(known) = storage::actor::find_by_uri(tx, lab.as_str())? {
                    listing::remove(tx, known.id, Some(organisation))?;
                }
                peer::note_problem(tx, organisation, &problem)
            })
            .await
    }

    /// On whose account a directory is read, while it is wanted here.
    async fn find_lister(&self, leased: &Leased) -> Result<Option<(Actor, Peer)>, Failed> {
        let id = leased.actor;
        let find = move |tx: &mut Tx<'_>| {
            let organisation = storage::actor::find(tx, id)?.filter(|organisation| organisation.gone_at.is_none());
            let known = peer::find_of(tx, id)?.filter(|peer| peer.connected_at.is_some());
            Ok(organisation.zip(known))
        };
        self.store.read(find).await
    }
}

fn step(kind: ReadingKind, url: Url, organisation: ActorId, path: Vec<Url>, now: Moment) -> NewReading {
    NewReading { kind, url, actor: organisation, share: None, path, due_at: now }
}
