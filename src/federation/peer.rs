//! Other instances: who runs them and with what, looked at before an administrator decides, and every few hours after that.
//! What a server says of itself is shown, never believed.

use serde_json::Value;
use url::Url;

use super::{
    Federation,
    fetch::Unfetched,
    profile,
    reading::{PAUSE, new_of, plan, plan_actor, plan_outbox},
    webfinger, wire,
};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        moment::Moment,
        peer::{Address, Node, read_host, same_origin},
        reading::{Answer, ReadingKind, Validators},
        refusal::Refused,
        text,
    },
    storage::{self, Failed, Tx, peer, reading::Leased},
    usecases,
};

/// Most organisations that a peer may suggest.
const SUGGESTIONS: usize = 100;

/// How many labs are named before the rest is read.
const NAMED: usize = 5;

/// What is seen at an address before an administrator decides.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The organisation, or the actor that would be listed as a lab.
    pub actor: Actor,
    /// What its server says of itself.
    pub node: Node,
    /// Where its labs are listed, where it is an organisation with a directory.
    pub directory: Option<Url>,
    /// How many labs it says it has.
    pub labs: Option<i64>,
    /// Some of their names.
    pub named: Vec<String>,
}

impl Federation {
    /// Looks at what is at an address that an administrator typed: a host, an account or a URL. It keeps nothing but the actor.
    ///
    /// # Errors
    /// `Refused` with what to mend where nobody is there, or it is not clear who is meant.
    pub async fn look_at(&self, typed: &str) -> Result<Sighting, usecases::Error> {
        let (actor, node) = if let Some(host) = read_host(typed) {
            self.look_at_host(&host).await?
        } else {
            let actor = self.resolve(&Address::parse(typed)?).await?;
            let node = self.ask_node(&actor.uri).await.unwrap_or_default();
            (actor, node)
        };
        if actor.local {
            return Err(Refused::invalid("peer-own").into());
        }
        let mut sighting = Sighting { actor, node, directory: None, labs: None, named: Vec::new() };
        if sighting.actor.kind == ActorKind::Organisation {
            self.look_into_directory(&mut sighting).await;
        }
        Ok(sighting)
    }

    /// The actor at an address as its host tells it now, with the ids under which it was known before.
    ///
    /// # Errors
    /// `Refused` where nobody is there.
    pub async fn look_again(&self, address: &Address) -> Result<(Actor, Vec<Url>), usecases::Error> {
        let known = self.resolve(address).await?;
        let told = self.fetch(&known.uri).await.inspect_err(|error| tracing::info!(%error, "an actor could not be read again"));
        let unusable = || Refused::invalid("address-unusable").with("address", known.address());
        let document = told.map_err(|_| unusable())?;
        Ok((known, profile::known_as(&document)))
    }

    async fn look_at_host(&self, host: &str) -> Result<(Actor, Node), usecases::Error> {
        let mut last = Refused::invalid("address-unreachable").with("address", host);
        for scheme in webfinger::schemes(self) {
            let home = Url::parse(&format!("{scheme}://{host}/"));
            let home = home.map_err(|_| Refused::invalid("address").with("given", host))?;
            self.require_open(&home).await?;
            let node = match self.ask_node(&home).await {
                Ok(node) => node,
                Err(Unfetched::Failed(failed)) => return Err(failed.into()),
                Err(error) => {
                    tracing::info!(%host, %error, "a server does not say what it is");
                    continue;
                }
            };
            let Some(organisation) = node.organisation.clone() else {
                last = Refused::invalid("peer-without-organisation").with("host", host).with("software", &node.software);
                break;
            };
            return match self.fetch_actor(&organisation).await {
                Ok(actor) => Ok((actor, node)),
                Err(Unfetched::Failed(failed)) => Err(failed.into()),
                Err(error) => {
                    tracing::info!(%organisation, %error, "an organisation could not be read");
                    Err(Refused::invalid("address-unusable").with("address", host).into())
                }
            };
        }
        Err(last.into())
    }

    async fn look_into_directory(&self, sighting: &mut Sighting) {
        let Ok(document) = self.fetch(&sighting.actor.uri).await else { return };
        let labs = wire::url(&document, "labs").filter(|labs| same_origin(labs, &sighting.actor.uri));
        let Some(labs) = labs else { return };
        if let Ok(collection) = self.fetch(&labs).await {
            sighting.labs = collection.get("totalItems").and_then(Value::as_i64);
            let names = wire::many(&collection, "orderedItems").filter_map(|lab| wire::text(lab, "name"));
            sighting.named = names.take(NAMED).map(|name| text::excerpt(name, 200)).collect();
        }
        sighting.directory = Some(labs);
    }

    /// What the server at this address says of itself (NodeInfo 2.x).
    async fn ask_node(&self, at: &Url) -> Result<Node, Unfetched> {
        let unusable = |what| move || Unfetched::Unusable(at.clone(), what);
        let links = self.get_json(&at.join("/.well-known/nodeinfo").map_err(|_| unusable("is no address")())?).await?;
        let is_known =
            |link: &&Value| wire::text(link, "rel").is_some_and(|rel| rel.contains("nodeinfo") && rel.contains("/schema/"));
        let found = wire::many(&links, "links").filter(is_known).filter_map(|link| wire::url(link, "href")).last();
        let url = found.filter(|url| same_origin(url, at)).ok_or_else(unusable("does not say what it runs"))?;
        let document = self.get_json(&url).await?;
        Ok(read_node(&document, at))
    }

    async fn get_json(&self, url: &Url) -> Result<Value, Unfetched> {
        let (status, body) = webfinger::get(self, url).await?;
        if !status.is_success() {
            return Err(Unfetched::Denied(url.clone(), status, None));
        }
        serde_json::from_slice(&body).map_err(|_| Unfetched::Unusable(url.clone(), "is not JSON"))
    }

    /// What a peer's server runs now, and whom its organisation knows.
    ///
    /// # Errors
    /// [`Unfetched`] where the server does not say what it is.
    pub(super) async fn read_node(&self, leased: &Leased) -> Result<Answer, Unfetched> {
        let host = leased.host.clone();
        let known = self.store.read(move |tx| peer::find(tx, &host)).await?.filter(|peer| peer.connected_at.is_some());
        let Some(known) = known else { return Ok(Answer::Ended("nobody here asks for it")) };
        let node = self.ask_node(&leased.url).await?;
        let (host, now) = (leased.host.clone(), self.clock.now());
        self.store.write(move |tx| peer::save(tx, &host, &node, now)).await?;
        if let Some(organisation) = known.organisation {
            self.read_suggestions(organisation).await?;
        }
        Ok(Answer::Read(Validators::default()))
    }

    /// Whom a peer's organisation knows: read where it says, kept as addresses that an administrator may look at.
    async fn read_suggestions(&self, id: ActorId) -> Result<(), Unfetched> {
        let Some(organisation) = self.store.read(move |tx| storage::actor::find(tx, id)).await? else { return Ok(()) };
        tokio::time::sleep(PAUSE).await;
        let document = self.fetch(&organisation.uri).await?;
        let own = |url: &Url| same_origin(url, &organisation.uri);
        let Some(peers) = wire::url(&document, "peers").filter(own) else { return Ok(()) };
        tokio::time::sleep(PAUSE).await;
        let collection = self.fetch(&peers).await?;
        let named: Vec<Url> = wire::many(&collection, "orderedItems")
            .filter_map(wire::id)
            .filter_map(wire::parse_url)
            .filter(|url| !self.links.owns(url))
            .take(SUGGESTIONS)
            .collect();
        Ok(self.store.write(move |tx| peer::suggest(tx, id, &named)).await?)
    }
}

fn read_node(document: &Value, at: &Url) -> Node {
    let (none, own) = (Value::Null, |url: &Url| same_origin(url, at));
    let of = |name: &str| document.get(name).unwrap_or(&none);
    let of_software = |name: &str| text::excerpt(wire::text(of("software"), name).unwrap_or_default(), 60);
    Node {
        software: of_software("name"),
        version: of_software("version"),
        organisation: wire::url(of("metadata"), "organisation").filter(own),
        shares: of("usage").get("localPosts").and_then(Value::as_i64),
    }
}

/// A directory, or one actor, is wanted here now: what its server is, its labs, and what it published before.
pub(super) fn plan_connected(tx: &mut Tx<'_>, id: ActorId, now: Moment) -> Result<(), Failed> {
    let Some(actor) = storage::actor::find(tx, id)?.filter(|actor| !actor.local && actor.gone_at.is_none()) else {
        return Ok(());
    };
    if let Ok(node) = actor.uri.join("/.well-known/nodeinfo") {
        plan(tx, &new_of(ReadingKind::Node, &actor, node, now), now)?;
    }
    plan_actor(tx, &actor, now)?;
    let directory = peer::find(tx, &actor.host)?.filter(|peer| peer.organisation == Some(id)).and_then(|peer| peer.directory);
    match directory {
        Some(directory) => plan(tx, &new_of(ReadingKind::Directory, &actor, directory, now), now),
        None => plan_outbox(tx, &actor, now),
    }
}
