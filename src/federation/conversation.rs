//! Reads what was said about shares elsewhere: the replies that a share's own host lists, and what stands between a reply and its
//! share. Each reply is believed at its own host alone; how far, how much and how many hosts are bounded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use url::Url;

use super::{
    Federation,
    fetch::{Fetched, Unfetched},
    reading::{PAUSE, plan},
    reply, share, wire,
};
use crate::{
    domain::{
        actor::ActorId,
        moment::Moment,
        peer::{canonical_host, same_origin},
        reading::{Answer, ReadingKind, Validators},
    },
    storage::{
        self, Failed, Tx, block,
        reading::{self, Leased, NewReading},
        tombstone,
    },
    usecases::{self, reply::find_conversation},
};

/// Most pages of a conversation that are read at a time.
const PAGES: usize = 5;

/// Most replies of a conversation that are looked at, at a time.
const REPLIES: usize = 100;

/// Most hosts that one reading of a conversation leads to.
const HOSTS: usize = 20;

/// Most steps from a reply up to its share.
const DEPTH: usize = 10;

/// What a reply is to us.
enum Taken {
    /// It stands in its conversation.
    Kept,
    /// It answers something that we do not know.
    Orphan(Url),
    /// It is no reply, or nothing that we keep.
    Useless,
}

impl Federation {
    /// Reads the replies that a share's host lists; those that live elsewhere are read there, later.
    ///
    /// # Errors
    /// [`Unfetched`] where the collection itself cannot be read.
    pub(super) async fn read_conversation(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        let (collection, validators) = match self.fetch_if_changed(&leased.url, &leased.validators).await? {
            Fetched::New(collection, validators) => (collection, validators),
            Fetched::Unchanged => return Ok(Answer::Unchanged),
        };
        let listed = self.list_replies(collection, &leased.url).await;
        let unknown = self.leave_unknown(listed).await?;
        for (id, item) in unknown {
            let told = item.is_object() && same_origin(&id, &leased.url);
            let taken = if told { self.take_reply(&item, leased).await.ok() } else { None };
            match taken {
                Some(Taken::Kept | Taken::Useless) => {}
                Some(Taken::Orphan(above)) => self.read_later(above, vec![id], leased).await?,
                None => self.read_later(id, Vec::new(), leased).await?,
            }
        }
        Ok(Answer::Read(validators))
    }

    /// Reads one reply. What it answers is read before it, where that is unknown; what waited for it is read after it.
    ///
    /// # Errors
    /// [`Unfetched`] where it cannot be read.
    pub(super) async fn read_reply(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        let object = self.fetch(&leased.url).await?;
        match self.take_reply(&object, leased).await? {
            Taken::Kept => {
                let mut path = leased.path.clone();
                if let Some(waiting) = path.pop() {
                    self.read_later(waiting, path, leased).await?;
                }
            }
            Taken::Orphan(above) => {
                let mut path = leased.path.clone();
                path.push(leased.url.clone());
                if path.len() <= DEPTH && !path.contains(&above) {
                    self.read_later(above, path, leased).await?;
                }
            }
            Taken::Useless => {}
        }
        Ok(Answer::Read(Validators::default()))
    }

    /// The items of a collection, page by page; one page that cannot be read is the end of it.
    async fn list_replies(&self, collection: Value, at: &Url) -> Vec<Value> {
        let mut listed = Vec::new();
        let mut page = collection;
        for number in 0..PAGES {
            listed.extend(["items", "orderedItems"].into_iter().flat_map(|name| wire::many(&page, name)).cloned());
            let next = ["first", "next"].into_iter().find_map(|name| wire::one(&page, name)).cloned();
            page = match next {
                Some(inside @ Value::Object(_)) if inside.get("id").is_none() || inside.get("items").is_some() => inside,
                Some(link) if number + 1 < PAGES && listed.len() < REPLIES => match self.turn_page(&link, at).await {
                    Some(page) => page,
                    None => break,
                },
                _ => break,
            };
        }
        listed.truncate(REPLIES);
        listed
    }

    async fn turn_page(&self, link: &Value, at: &Url) -> Option<Value> {
        let url = wire::id(link).and_then(wire::parse_url).filter(|url| same_origin(url, at))?;
        tokio::time::sleep(PAUSE).await;
        let page = self.fetch(&url).await;
        page.inspect_err(|error| tracing::info!(%error, "a page of a conversation could not be read")).ok()
    }

    /// Each reply that is not here and was not deleted, once, ordered by host: of so many hosts.
    async fn leave_unknown(&self, listed: Vec<Value>) -> Result<Vec<(Url, Value)>, Failed> {
        let (mut hosts, mut unknown) = (BTreeSet::new(), BTreeMap::new());
        for item in listed {
            let id = wire::id(&item).and_then(wire::parse_url).filter(|id| !self.links.owns(id));
            let Some(id) = id else { continue };
            let host = canonical_host(&id);
            if hosts.contains(&host) || hosts.len() < HOSTS {
                hosts.insert(host.clone());
                unknown.entry((host, id)).or_insert(item);
            }
        }
        let missing = |tx: &mut Tx<'_>| {
            let mut missing = Vec::new();
            for ((_, id), item) in unknown {
                if !is_known(tx, &id)? {
                    missing.push((id, item));
                }
            }
            Ok(missing)
        };
        self.store.read(missing).await
    }

    /// Keeps a reply as its own host tells it.
    async fn take_reply(&self, object: &Value, leased: &Leased) -> Result<Taken, Unfetched> {
        let read = reply::read(object, self.clock.now()).zip(share::author(object));
        let Some((new, claimed)) = read.filter(|(new, author)| same_origin(author, &new.uri)) else { return Ok(Taken::Useless) };
        let author = self.find_actor(&claimed).await?;
        if author.uri != claimed {
            return Ok(Taken::Useless);
        }
        let leased = leased.clone();
        let keep = move |tx: &mut Tx<'_>| {
            if !reading::holds(tx, &leased)? || block::find_covering(tx, &author.uri)?.is_some() {
                return Ok(Taken::Useless);
            }
            if find_conversation(tx, new.in_reply_to.as_str())?.is_none() {
                return Ok(Taken::Orphan(new.in_reply_to));
            }
            usecases::reply::receive(tx, author.id, new).map(|_| Taken::Kept)
        };
        Ok(self.store.write(keep).await?)
    }

    async fn read_later(&self, url: Url, path: Vec<Url>, leased: &Leased) -> Result<(), Failed> {
        if self.links.owns(&url) {
            return Ok(());
        }
        let (now, kind) = (self.clock.now(), ReadingKind::Reply);
        let new = NewReading { kind, url, actor: leased.actor, share: leased.share, path, due_at: now };
        let leased = leased.clone();
        self.store
            .write(move |tx| {
                let wanted = reading::holds(tx, &leased)? && block::find_covering(tx, &new.url)?.is_none();
                if wanted { plan(tx, &new, now) } else { Ok(()) }
            })
            .await
    }
}

/// A reply came whose place is unknown, and it is addressed to somebody here: what it answers is read, and then the reply.
pub(super) fn plan_above(tx: &mut Tx<'_>, (child, above): (Url, Url), actor: ActorId, now: Moment) -> Result<(), Failed> {
    if block::find_covering(tx, &above)?.is_some() {
        return Ok(());
    }
    let new = NewReading { kind: ReadingKind::Reply, url: above, actor, share: None, path: vec![child], due_at: now };
    plan(tx, &new, now)
}

fn is_known(tx: &mut Tx<'_>, id: &Url) -> Result<bool, Failed> {
    let id = id.as_str();
    Ok(storage::reply::find_share_of(tx, id)?.is_some()
        || storage::share::find_by_uri(tx, id)?.is_some()
        || tombstone::find(tx, id)?.is_some())
}
