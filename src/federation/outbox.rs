//! Reads what others published: the newest things of whom we follow, everything of a lab that was just listed, one object that a
//! lab announced. Only what its own host says is kept; how many things and pages are looked at is bounded.

use serde_json::Value;
use url::Url;

use super::{
    Federation,
    fetch::{Fetched, Unfetched},
    reading::{PAUSE, plan, plan_after, plan_announced, plan_outbox},
    share, wire,
};
use crate::{
    domain::{
        actor::Actor,
        peer::same_origin,
        reading::{Answer, ReadingKind, Validators},
    },
    storage::{
        self, Failed, Tx, block, listing,
        reading::{self, Leased, NewReading},
    },
    usecases,
};

/// Most things of an outbox that are read, but of a lab that was just listed.
const LIMIT: usize = 20;

/// Most further pages that are read of a lab that was just listed.
const PAGES: usize = 40;

impl Federation {
    /// Reads the newest things in an actor's outbox, oldest first; what cannot be read is left out.
    ///
    /// # Errors
    /// [`Unfetched`] where the outbox itself cannot be read.
    pub(super) async fn read_outbox(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        let Some(actor) = self.find_followed(leased).await? else { return Ok(Answer::Ended("nobody here asks for it")) };
        let actor_id = actor.id;
        if actor.outbox.as_ref() != Some(&leased.url) {
            let now = self.clock.now();
            self.store.write(move |tx| plan_outbox(tx, &actor, now)).await?;
            return Ok(Answer::Ended("its actor has another"));
        }
        let (collection, validators) = match self.fetch_if_changed(&leased.url, &leased.validators).await? {
            Fetched::New(collection, validators) => (collection, validators),
            Fetched::Unchanged => return Ok(Answer::Unchanged),
        };
        let inline = wire::one(&collection, "orderedItems").is_some();
        // A collection that tells neither its things nor their number may look the same for ever.
        let telling = inline || collection.get("totalItems").is_some();
        let items = if inline { collection } else { self.first_page(&collection, &actor).await? };
        let whole = leased.past.0 == 0 && self.store.read(move |tx| listing::is_listed(tx, actor_id)).await?;
        self.read_items(&items, if whole { usize::MAX } else { LIMIT }, &actor, leased).await;
        if whole {
            let further = if inline { "first" } else { "next" };
            self.turn_outbox(wire::one(&items, further), leased).await?;
        }
        Ok(Answer::Read(if telling { validators } else { Validators::default() }))
    }

    /// A further page of the outbox of a lab that was just listed.
    ///
    /// # Errors
    /// [`Unfetched`] where it cannot be read.
    pub(super) async fn read_outbox_page(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        let Some(actor) = self.find_followed(leased).await? else { return Ok(Answer::Ended("nobody here asks for it")) };
        let page = self.fetch(&leased.url).await?;
        self.read_items(&page, usize::MAX, &actor, leased).await;
        self.turn_outbox(wire::one(&page, "next"), leased).await?;
        Ok(Answer::Read(Validators::default()))
    }

    /// Things of a page, the oldest first; what cannot be read is left out.
    async fn read_items(&self, page: &Value, limit: usize, actor: &Actor, leased: &Leased) {
        let things: Vec<&Value> = wire::many(page, "orderedItems").take(limit).collect();
        for thing in things.into_iter().rev() {
            if let Err(error) = self.read_item(thing, actor, leased).await {
                tracing::info!(lab = %actor.uri, %error, "something in an outbox could not be read");
            }
        }
    }

    /// Plans the next page: not in a circle, not elsewhere, not for ever.
    async fn turn_outbox(&self, next: Option<&Value>, leased: &Leased) -> Result<(), Failed> {
        let next = next.and_then(wire::id).and_then(wire::parse_url).filter(|next| same_origin(next, &leased.url));
        let mut path = leased.path.clone();
        path.push(leased.url.clone());
        let Some(url) = next.filter(|next| !path.contains(next) && path.len() <= PAGES) else { return Ok(()) };
        let (actor, now) = (leased.actor, self.clock.now());
        let new = NewReading { kind: ReadingKind::OutboxPage, url, actor, share: None, path, due_at: now };
        self.store.write(move |tx| plan(tx, &new, now)).await
    }

    /// Reads what a lab announced, at its origin, and keeps it as a share of that lab; what is gone there goes here.
    ///
    /// # Errors
    /// [`Unfetched`] where it cannot be read.
    pub(super) async fn read_announced(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        match self.fetch(&leased.url).await {
            Ok(object) => self.keep(&object, leased).await.map(|()| Answer::Read(Validators::default())),
            Err(Unfetched::Absent(_) | Unfetched::Gone(_)) => {
                self.forget(leased.url.clone()).await?;
                Ok(Answer::Ended("it is gone"))
            }
            Err(error) => Err(error),
        }
    }

    async fn find_followed(&self, leased: &Leased) -> Result<Option<Actor>, Failed> {
        let id = leased.actor;
        let find = move |tx: &mut Tx<'_>| match storage::actor::find(tx, id)? {
            Some(actor) if actor.gone_at.is_none() && listing::is_read_here(tx, id)? => Ok(Some(actor)),
            _ => Ok(None),
        };
        self.store.read(find).await
    }

    async fn first_page(&self, collection: &Value, actor: &Actor) -> Result<Value, Unfetched> {
        match wire::one(collection, "first") {
            Some(page @ Value::Object(_)) if page.get("orderedItems").is_some() => Ok(page.clone()),
            Some(link) => match wire::id(link).and_then(wire::parse_url).filter(|page| same_origin(page, &actor.uri)) {
                Some(page) => {
                    tokio::time::sleep(PAUSE).await;
                    self.fetch(&page).await
                }
                None => Ok(Value::Null),
            },
            None => Ok(Value::Null),
        }
    }

    /// What the actor's own host says of the actor's own things is believed; anything else is read where it lives, later.
    async fn read_item(&self, item: &Value, actor: &Actor, leased: &Leased) -> Result<(), Unfetched> {
        let Some(object) = wire::one(item, "object") else { return Ok(()) };
        let own = wire::is_any(item, &["Create"]) && share::author(object).is_some_and(|author| author == actor.uri);
        let at_home = wire::id(object).and_then(wire::parse_url).is_some_and(|id| same_origin(&id, &actor.uri));
        if own && at_home {
            return self.keep(object, leased).await;
        }
        let inner = if wire::is_any(object, &["Create"]) { wire::one(object, "object") } else { Some(object) };
        match inner.and_then(wire::id).and_then(wire::parse_url) {
            Some(url) if wire::is_any(item, &["Create", "Announce"]) => Ok(self.read_where_it_lives(url, leased).await?),
            _ => Ok(()),
        }
    }

    /// What is here under this lab already is not read again; its author says when it changes.
    async fn read_where_it_lives(&self, url: Url, leased: &Leased) -> Result<(), Failed> {
        if self.links.owns(&url) {
            return Ok(());
        }
        let (lab, now) = (leased.actor, self.clock.now());
        self.store
            .write(move |tx| {
                let known = storage::share::find_by_uri(tx, url.as_str())?;
                let is_here = known.is_some_and(|known| known.local || known.lab == lab || known.lab != known.author);
                if is_here || block::find_covering(tx, &url)?.is_some() {
                    return Ok(());
                }
                plan_announced(tx, lab, url, now)
            })
            .await
    }

    async fn keep(&self, object: &Value, leased: &Leased) -> Result<(), Unfetched> {
        let now = self.clock.now();
        let read = share::read(object, now).filter(|_| wire::one(object, "inReplyTo").is_none());
        let Some((new, author)) = read.zip(share::author(object)) else { return Ok(()) };
        if !same_origin(&author, &new.uri) {
            return Ok(());
        }
        let claimed = author;
        let author = self.find_actor(&claimed).await?;
        // Its address may lead to somebody else, who wrote nothing of this.
        if author.uri != claimed {
            return Ok(());
        }
        let (id, object, leased) = (self.chance.public_id(), object.clone(), leased.clone());
        self.store
            .write(move |tx| {
                if !reading::holds(tx, &leased)? || block::find_covering(tx, &author.uri)?.is_some() {
                    return Ok(());
                }
                let changed = usecases::share::receive(tx, id, leased.actor, author.id, new)?;
                if changed { plan_after(tx, &object, now) } else { Ok(()) }
            })
            .await
            .map_err(Unfetched::Failed)
    }

    async fn forget(&self, url: Url) -> Result<(), Failed> {
        self.store
            .write(move |tx| match storage::share::find_by_uri(tx, url.as_str())? {
                Some(known) => usecases::share::remove(tx, known.author, url.as_str()).map(|_| ()),
                None => Ok(()),
            })
            .await
    }
}
