//! Reads what others published before we heard of them: a lab's outbox after a follow, one object that was announced.
//! Bounded and polite: one request at a time, at most twenty things.

use serde_json::Value;
use url::Url;

use super::{Federation, fetch::Unfetched, share, wire};
use crate::{
    domain::{
        actor::{Actor, ActorId},
        peer::same_origin,
    },
    storage::{self, Failed},
    usecases,
};

/// Most things of an outbox that are read.
const LIMIT: usize = 20;

impl Federation {
    /// Reads the newest things in an actor's outbox, oldest first; what cannot be read is left out.
    ///
    /// # Errors
    /// [`Unfetched`] where the outbox itself cannot be read now; one that is not there will not be read later either.
    pub async fn read_outbox(&self, of: ActorId) -> Result<(), Unfetched> {
        match self.read_newest(of).await {
            Err(error @ (Unfetched::Absent(_) | Unfetched::Unusable(..))) => {
                tracing::info!(%error, "an outbox cannot be read");
                Ok(())
            }
            read => read,
        }
    }

    async fn read_newest(&self, of: ActorId) -> Result<(), Unfetched> {
        let actor = self.store.read(move |tx| storage::actor::find(tx, of)).await?;
        let Some((actor, outbox)) = actor.and_then(|actor| actor.outbox.clone().map(|outbox| (actor, outbox))) else {
            return Ok(());
        };
        let collection = self.fetch(&outbox).await?;
        let inline = wire::one(&collection, "orderedItems").is_some();
        let items = if inline { collection } else { self.first_page(&collection, &actor).await? };
        let things: Vec<&Value> = wire::many(&items, "orderedItems").take(LIMIT).collect();
        for thing in things.into_iter().rev() {
            if let Err(error) = self.read_item(thing, &actor).await {
                tracing::info!(lab = %actor.uri, %error, "something in an outbox could not be read");
            }
        }
        Ok(())
    }

    /// Reads what a lab announced, at its origin, and keeps it as a share of that lab; what is gone there goes here.
    ///
    /// # Errors
    /// [`Unfetched`] where its origin cannot be reached now.
    pub async fn read_announced(&self, lab: ActorId, uri: &str) -> Result<(), Unfetched> {
        let Some(url) = wire::parse_url(uri) else { return Ok(()) };
        match self.fetch(&url).await {
            Ok(object) => self.keep(&object, lab).await,
            Err(Unfetched::Absent(_)) => Ok(self.forget(url).await?),
            Err(Unfetched::Unusable(at, reason)) => {
                tracing::info!(%at, reason, "something announced cannot be used");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn first_page(&self, collection: &Value, actor: &Actor) -> Result<Value, Unfetched> {
        match wire::one(collection, "first") {
            Some(page @ Value::Object(_)) if page.get("orderedItems").is_some() => Ok(page.clone()),
            Some(link) => match wire::id(link).and_then(wire::parse_url).filter(|page| same_origin(page, &actor.uri)) {
                Some(page) => self.fetch(&page).await,
                None => Ok(Value::Null),
            },
            None => Ok(Value::Null),
        }
    }

    /// What the actor's own host says of the actor's own things is believed; anything else is read where it lives.
    async fn read_item(&self, item: &Value, actor: &Actor) -> Result<(), Unfetched> {
        let Some(object) = wire::one(item, "object") else { return Ok(()) };
        let own = wire::is_any(item, &["Create"]) && share::author(object).is_some_and(|author| author == actor.uri);
        let at_home = wire::id(object).and_then(wire::parse_url).is_some_and(|id| same_origin(&id, &actor.uri));
        if own && at_home {
            return self.keep(object, actor.id).await;
        }
        let inner = if wire::is_any(object, &["Create"]) { wire::one(object, "object") } else { Some(object) };
        match inner.and_then(wire::id) {
            Some(uri) if wire::is_any(item, &["Create", "Announce"]) => self.read_announced(actor.id, uri).await,
            _ => Ok(()),
        }
    }

    async fn keep(&self, object: &Value, lab: ActorId) -> Result<(), Unfetched> {
        let read = share::read(object, self.clock.now()).filter(|_| wire::one(object, "inReplyTo").is_none());
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
        let id = self.chance.public_id();
        self.store
            .write(move |tx| match storage::block::find_covering(tx, &author.uri)? {
                Some(_) => Ok(false),
                None => usecases::share::receive(tx, id, lab, author.id, new),
            })
            .await?;
        Ok(())
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
