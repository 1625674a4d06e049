//! An instance of ours without a server: the organisation at alpha.example in development, whose peers live on this machine.

use archipel::{
    domain::{
        actor::{Actor, Handle},
        delivery::DeliveryState,
        lab::{LabProfile, NewLab},
        language::Language,
        membership::Member,
        share::{Draft, Licence, PublicId, Share, ShareKind, Voice},
    },
    federation::{Federation, inbox::Rejection, key, signature::SignedRequest},
    storage::{self, Failed, Tx, delivery, queue},
    usecases::{self, KeyPair, instance, lab, membership, share},
    worker::Worker,
};
use serde_json::Value;

use super::{Engine, TestStore, cast, signer, store};

/// Opened, founded, and working only when told to.
pub struct Instance {
    pub store: TestStore,
    pub federation: Federation,
    keys: fn() -> KeyPair,
}

impl Instance {
    /// All actors here have the key of the cast.
    pub fn open(engine: Engine) -> Self {
        Self::with_keys(engine, || KeyPair { private: cast::private_key().into(), public: cast::public_key().into() })
    }

    /// Each actor here has a key of its own.
    pub fn with_own_keys(engine: Engine) -> Self {
        Self::with_keys(engine, || key::generate().expect("a key"))
    }

    fn with_keys(engine: Engine, keys: fn() -> KeyPair) -> Self {
        let mut store = store(engine);
        store.settings.development = true;
        let (links, now) = (store.settings.links(), store.now());
        let organisation = (&store.settings.organisation_handle, store.settings.organisation_name.as_str());
        store.write_now(|tx| instance::found(tx, now, &links, organisation, [keys(), keys()])).expect("a founded instance");
        let federation = Federation::open(&store.settings, (*store).clone(), store.clock.clone()).expect("an open instance");
        Self { store, federation, keys }
    }

    /// A lab of ours.
    pub fn add_lab(&self, handle: &str, name: &str) -> Actor {
        let profile = LabProfile::parse(name, "lab", "We try things, and tell.").expect("a profile");
        let new = NewLab { handle: Handle::parse(handle).expect("a handle"), profile };
        let (now, keys) = (self.store.now(), (self.keys)());
        self.commit(|tx| lab::register(tx, now, &self.federation.links, &keys, None, new)).actor
    }

    /// A member of ours.
    pub fn add_member(&self, handle: &str, name: &str) -> Member {
        let handle = Handle::parse(handle).expect("a handle");
        let new = membership::NewMember { handle, name: name.into(), password_hash: "none".into(), administrator: false };
        let (now, keys) = (self.store.now(), (self.keys)());
        self.commit(|tx| membership::add(tx, now, &self.federation.links, &keys, &new))
    }

    /// Publishes in a lab; `voice` as on the command line.
    pub fn publish(&self, id: &str, lab: &str, voice: &str, draft: Draft) -> Share {
        let (voice, id) = (Voice::parse(voice).expect("a voice"), PublicId::parse(id).expect("an id"));
        let now = self.store.now();
        self.commit(|tx| share::publish(tx, now, &self.federation.links, id, None, (lab, &voice, draft)))
    }

    /// Does this in one transaction, which must succeed.
    pub fn commit<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> usecases::Outcome<T>) -> T {
        self.store.write_now(work).expect("the transaction commits")
    }

    /// Reads this.
    pub fn look<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failed>) -> T {
        self.store.read_now(work).expect("the database answers")
    }

    /// Takes an activity signed by `actor` as Mastodon signs, with the key that its document names.
    pub async fn receive(&self, activity: &Value, actor: &Value) -> Result<(), Rejection> {
        let key_id = actor["publicKey"]["id"].as_str().expect("a key");
        let mut request = signer::letter(activity, self.store.now());
        signer::Cavage::new(key_id).sign(&mut request);
        self.take(request).await
    }

    /// Takes a request as it is.
    pub async fn take(&self, request: SignedRequest) -> Result<(), Rejection> {
        self.federation.receive(request).await
    }

    /// Reads an actor at its origin.
    pub async fn meet(&self, actor: &Value) -> Actor {
        let uri = cast::url(actor["id"].as_str().expect("an id"));
        self.federation.find_actor(&uri).await.expect("an actor that can be read")
    }

    /// Lets the worker do everything that is due.
    pub async fn work_off(&self) {
        Worker::new(self.federation.clone()).work_off().await.expect("the queue is worked");
    }

    /// Nothing is left to do, now or later.
    pub fn assert_idle(&self) {
        assert_eq!(self.look(queue::count), (0, 0), "changes wait, or are parked");
        assert_eq!(self.look(|tx| delivery::count(tx, DeliveryState::Waiting)), 0, "deliveries wait");
    }

    /// The actor with this id, as we know it.
    pub fn known(&self, uri: &str) -> Option<Actor> {
        self.look(|tx| storage::actor::find_by_uri(tx, uri))
    }

    /// Everything that a peer can change here, to be compared: kind of thing, its id, and what is said of it.
    pub fn state(&self) -> Vec<(String, String)> {
        let queries = [
            "SELECT uri AS one, content AS other FROM replies",
            "SELECT uri AS one, state AS other FROM follows",
            "SELECT uri AS one, kind AS other FROM reactions",
            "SELECT uri AS one, title || content AS other FROM shares",
            "SELECT uri AS one, former_type AS other FROM tombstones",
            "SELECT uri AS one, name || public_key AS other FROM actors WHERE gone_at IS NULL",
            "SELECT change AS one, change AS other FROM jobs",
        ];
        let mut state: Vec<_> = queries.iter().flat_map(|query| self.store.pairs(query)).collect();
        state.sort();
        state
    }
}

/// A draft in Dutch.
pub fn draft(title: &str, body: &str) -> Draft {
    Draft::parse(ShareKind::Story, title, body, Language::Nl.into(), Licence::CcBy).expect("a draft")
}
