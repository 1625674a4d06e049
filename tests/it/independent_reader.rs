//! Lemmy's own library reads what we write: its types for what its servers need of a group, a person, a post and an Announce,
//! and its check of signatures on what really went over the wire.

use activitypub_federation::{
    actix_web::signing_actor,
    config::{Data, FederationConfig},
    kinds::{
        activity::{AnnounceType, CreateType},
        actor::{GroupType, OrganizationType, PersonType},
        link::MentionType,
        object::ImageType,
    },
    protocol::{
        helpers::{deserialize_one_or_many, deserialize_skip_error},
        public_key::PublicKey,
        values::{MediaTypeHtml, MediaTypeMarkdown},
    },
    traits::{Actor, Object},
};
use actix_web::{HttpRequest, http::Method, test::TestRequest, web::Bytes};
use archipel::{
    config::Clock,
    domain::{
        lab::LabKind,
        profile::{Place, Profile, Said},
    },
    federation::actor as actors,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use crate::support::{
    Engine,
    instance::{Instance, draft},
    peer::{Peer, Request},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    #[expect(dead_code, reason = "must be there")]
    content: String,
    #[expect(dead_code, reason = "must be there")]
    media_type: MediaTypeMarkdown,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "must be there")]
struct Image {
    r#type: ImageType,
    url: Url,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    shared_inbox: Url,
}

/// What Lemmy needs of a community.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    #[expect(dead_code, reason = "must be there")]
    r#type: GroupType,
    #[serde(flatten)]
    actor: AnyActor,
    summary: Option<String>,
    icon: Option<Image>,
    attributed_to: Option<Url>,
    posting_restricted_to_mods: Option<bool>,
    outbox: Url,
    followers: Option<Url>,
    featured: Option<Url>,
    manually_approves_followers: Option<bool>,
    discoverable: Option<bool>,
}

/// What it needs of any actor.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyActor {
    id: Url,
    preferred_username: String,
    inbox: Url,
    name: Option<String>,
    public_key: PublicKey,
    published: Option<DateTime<Utc>>,
    updated: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    #[expect(dead_code, reason = "must be there")]
    r#type: PersonOrOrganisation,
    #[serde(flatten)]
    actor: AnyActor,
    outbox: Url,
    endpoints: Option<Endpoints>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum PersonOrOrganisation {
    Person(PersonType),
    Organisation(OrganizationType),
}

#[derive(Debug, Deserialize)]
enum PageType {
    Page,
    Article,
    Note,
    Video,
    Event,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "must be there")]
struct Mention {
    r#type: MentionType,
    href: Url,
}

#[derive(Debug, Deserialize)]
struct LanguageTag {
    identifier: String,
}

/// What it needs of a post.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    r#type: PageType,
    id: Url,
    attributed_to: Url,
    #[serde(deserialize_with = "deserialize_one_or_many")]
    to: Vec<Url>,
    #[serde(deserialize_with = "deserialize_one_or_many", default)]
    cc: Vec<Url>,
    audience: Option<Url>,
    in_reply_to: Option<Value>,
    name: Option<String>,
    content: Option<String>,
    #[expect(dead_code, reason = "must be there")]
    media_type: Option<MediaTypeHtml>,
    #[serde(deserialize_with = "deserialize_skip_error", default)]
    source: Option<Source>,
    attachment: Vec<Value>,
    tag: Vec<Value>,
    sensitive: Option<bool>,
    published: Option<DateTime<Utc>>,
    language: Option<LanguageTag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    #[expect(dead_code, reason = "must be there")]
    r#type: CreateType,
    id: Url,
    actor: Url,
    #[serde(deserialize_with = "deserialize_one_or_many")]
    to: Vec<Url>,
    #[serde(deserialize_with = "deserialize_one_or_many")]
    cc: Vec<Url>,
    audience: Option<Url>,
    object: Page,
}

#[derive(Debug, Deserialize)]
struct Announce<Inner> {
    #[expect(dead_code, reason = "must be there")]
    r#type: AnnounceType,
    id: Url,
    actor: Url,
    #[serde(deserialize_with = "deserialize_one_or_many")]
    to: Vec<Url>,
    #[serde(deserialize_with = "deserialize_one_or_many")]
    cc: Vec<Url>,
    object: Inner,
}

/// An actor that it has read before.
#[derive(Debug, Clone)]
struct Known(AnyActor);

#[async_trait::async_trait]
impl Object for Known {
    type DataType = Vec<AnyActor>;
    type Kind = Value;
    type Error = activitypub_federation::error::Error;

    fn id(&self) -> &Url {
        &self.0.id
    }

    async fn read_from_id(id: Url, data: &Data<Self::DataType>) -> Result<Option<Self>, Self::Error> {
        Ok(data.iter().find(|actor| actor.id == id).cloned().map(Known))
    }

    async fn into_json(self, _: &Data<Self::DataType>) -> Result<Value, Self::Error> {
        Ok(Value::Null)
    }

    async fn verify(_: &Value, _: &Url, _: &Data<Self::DataType>) -> Result<(), Self::Error> {
        Ok(())
    }

    async fn from_json(_: Value, _: &Data<Self::DataType>) -> Result<Self, Self::Error> {
        Err(Self::Error::NotFound)
    }
}

impl Actor for Known {
    fn public_key_pem(&self) -> &str {
        &self.0.public_key.public_key_pem
    }

    fn private_key_pem(&self) -> Option<String> {
        None
    }

    fn inbox(&self) -> Url {
        self.0.inbox.clone()
    }
}

/// Everything of ours that others read, as it went over the wire or would be served.
struct Scene {
    lab: Value,
    member: Value,
    organisation: Value,
    posts: Vec<Request>,
}

async fn scene() -> Scene {
    let (ours, peer) = (Instance::with_own_keys(Engine::Sqlite), Peer::start().await);
    // The library asks the system what time it is.
    ours.store.clock.advance(Clock::System.now() - ours.store.now());
    let spoor = ours.add_lab("spoor", "Spoor");
    let noor = ours.add_member("noor", "Noor").actor;
    let merel = peer.person("merel");
    for (number, followee) in [&spoor.uri, &noor.uri].into_iter().enumerate() {
        let id = peer.at(&format!("/follows/{number}"));
        let follow = json!({"id": id, "type": "Follow", "actor": merel["id"], "object": followee});
        ours.receive(&follow, &merel).await.expect("a follow");
    }
    ours.work_off().await;
    peer.clear();
    let long = format!("## Wat we deden\n\n{}", "We schreven de brief opnieuw. #duidelijketaal ".repeat(3));
    ours.publish("k3v9x2mqa7", "spoor", "noor", draft("De tweede brief", &long));
    ours.work_off().await;
    let (links, organisation) = (&ours.federation.links, &ours.federation.founded.organisation);
    let said = Said::Lab(Box::new(Profile { kind: Some(LabKind::Lab), place: Place::told("Utrecht"), ..Profile::default() }));
    Scene {
        lab: actors::write(&spoor, Some(&said), links),
        member: actors::write(&noor, None, links),
        organisation: actors::write(organisation, None, links),
        posts: peer.posts(),
    }
}

fn understood<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lemmys_library_reads_our_actors() {
    let scene = scene().await;
    let lab: Group = understood(&scene.lab);
    assert_eq!((lab.actor.preferred_username.as_str(), lab.actor.name.as_deref()), ("spoor", Some("Spoor")));
    assert_eq!(
        (lab.manually_approves_followers, lab.discoverable, lab.posting_restricted_to_mods),
        (Some(false), Some(true), Some(true))
    );
    assert!(lab.summary.is_some() && lab.icon.is_some() && lab.followers.is_some() && lab.featured.is_some());
    assert_eq!(lab.attributed_to.map(String::from).as_deref(), Some("https://alpha.example/labs/spoor/moderators"));
    assert!(lab.outbox.path().ends_with("/outbox") && lab.actor.published.is_some() && lab.actor.updated.is_some());
    for person in [&scene.member, &scene.organisation] {
        let person: Person = understood(person);
        assert_eq!(person.actor.public_key.owner, person.actor.id);
        assert_eq!(person.actor.public_key.id, format!("{}#main-key", person.actor.id));
        assert_eq!(
            person.endpoints.map(|endpoints| endpoints.shared_inbox.to_string()).as_deref(),
            Some("https://alpha.example/inbox")
        );
        assert!(person.outbox.path().ends_with("/outbox"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lemmys_library_reads_our_posts() {
    let scene = scene().await;
    let [create, wrapped, bare] = scene.posts.as_slice() else { panic!("three activities: {:?}", scene.posts) };
    let create: Create = understood(&create.json());
    check_post(&create);
    let announce: Announce<Create> = understood(&wrapped.json());
    check_post(&announce.object);
    let bare: Announce<Url> = understood(&bare.json());
    for (id, actor, to, cc) in
        [(&announce.id, &announce.actor, &announce.to, &announce.cc), (&bare.id, &bare.actor, &bare.to, &bare.cc)]
    {
        assert_eq!((id.host_str(), actor.path()), (actor.host_str(), "/labs/spoor"));
        assert_eq!((to[0].as_str(), cc[0].path()), ("https://www.w3.org/ns/activitystreams#Public", "/labs/spoor/followers"));
    }
    assert_eq!((bare.object, announce.object.actor), (create.object.id, create.object.attributed_to));
}

/// What a Lemmy server checks before it takes a post.
fn check_post(create: &Create) {
    let post = &create.object;
    assert!(matches!(post.r#type, PageType::Article), "{post:?}");
    assert_eq!((&create.actor, create.id.host_str()), (&post.attributed_to, create.actor.host_str()));
    assert_eq!(create.to[0].path(), "/labs/spoor", "the community stands first");
    assert!(!create.cc.is_empty() && post.to == create.to && post.cc == create.cc);
    assert_eq!((&create.audience, &post.audience), (&Some(create.to[0].clone()), &Some(create.to[0].clone())));
    assert!(post.in_reply_to.is_none() && post.content.is_some() && post.source.is_some() && post.attachment.is_empty());
    assert!(
        post.name.as_ref().is_some_and(|name| name.len() <= 200) && post.sensitive == Some(false) && post.published.is_some()
    );
    assert_eq!(post.language.as_ref().map(|language| language.identifier.as_str()), Some("nl"));
    let _: Mention = understood(&post.tag[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lemmys_library_accepts_our_signatures() {
    let scene = scene().await;
    let known: Vec<AnyActor> = [&scene.lab, &scene.member, &scene.organisation].into_iter().map(understood).collect();
    let config = FederationConfig::builder().domain("mastodon.example").app_data(known).build().await.expect("Lemmy's side");
    let data = config.to_request_data();
    for post in &scene.posts {
        let body = Bytes::from(post.body.clone());
        let signer = signing_actor::<Known>(&arrived(post), Some(body), &data).await.expect("a good signature");
        assert_eq!(Some(signer.0.id.as_str()), post.json()["actor"].as_str());
        let bent = Bytes::from([post.body.as_slice(), b" "].concat());
        assert!(signing_actor::<Known>(&arrived(post), Some(bent), &data).await.is_err());
    }
}

fn arrived(post: &Request) -> HttpRequest {
    let bare = TestRequest::with_uri(&post.target).method(Method::POST);
    let with_headers =
        post.headers.iter().fold(bare, |request, (name, value)| request.insert_header((name.as_str(), value.as_str())));
    with_headers.to_http_request()
}
