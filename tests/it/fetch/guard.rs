//! As in production: no address but those of the internet is ever connected to, whichever way we come to it.

use archipel::{
    config::Settings,
    domain::{
        actor::{Actor, ActorKind},
        audience::FollowState,
        peer::{Account, Node, canonical_host},
        reading::{Answer, ReadingKind},
    },
    federation::{Federation, wire},
    storage::{actor, audience, peer},
};
use url::Url;

use crate::{
    reading,
    support::{
        Engine, cast,
        instance::{Instance, draft},
    },
};

/// Loopback and private addresses in all their spellings, and URLs that are read in two ways.
const BARRED: [&str; 34] = [
    "http://bravo.example/",
    "https://bravo.example:22/",
    "https://bravo.example:8080/",
    "https://127.0.0.1/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.0.1/",
    "https://169.254.169.254/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://192.0.0.1/",
    "https://198.18.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://224.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://①②⑦.0.0.1/",
    "https://127。0。0。1/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001::1]/",
    "https://[fc00::1]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://good@bravo.example/",
];

/// What one reader of URLs takes for another address than the next.
const AMBIGUOUS: [&str; 8] = [
    "https://good@bravo.example/",
    "https://bravo.example\\@127.0.0.1/",
    "https://bravo.example/\tx",
    "https://bravo\n.example/",
    "https://bravo.example%00.evil.example/",
    " https://bravo.example/",
    "ftp://bravo.example/",
    "//bravo.example/",
];

fn in_production() -> (Instance, Federation) {
    let ours = Instance::open(Engine::Sqlite);
    let settings = Settings { development: false, ..ours.store.settings.clone() };
    let federation = Federation::open(&settings, (*ours.store).clone(), ours.store.clock.clone()).unwrap();
    (ours, federation)
}

#[test]
fn what_can_be_read_in_two_ways_is_no_url() {
    for text in AMBIGUOUS {
        assert!(wire::parse_url(text).is_none(), "{text:?}");
    }
    assert_eq!(wire::parse_url("https://BRAVO.example:443/x").unwrap().as_str(), "https://bravo.example/x");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_read_at_an_address_that_is_not_of_the_internet() {
    let (ours, federation) = in_production();
    let spoor = ours.add_lab("spoor", "Spoor");
    for (number, text) in BARRED.into_iter().enumerate() {
        let url = Url::parse(text).unwrap();
        for told in [federation.fetch(&url).await.unwrap_err(), federation.fetch_actor(&url).await.unwrap_err()] {
            assert!(told.to_string().contains("may not be opened"), "{text}: {told}");
        }
        let lab =
            Actor { outbox: Some(url.clone()), ..cast::a_remote_actor(ActorKind::Lab, &format!("lab{number}"), "bravo.example") };
        let lab = ours.store.commit(|tx| actor::save(tx, &lab));
        let now = ours.store.now();
        ours.store.commit(|tx| audience::save(tx, spoor.id, lab, text, FollowState::Accepted, now));
        ours.store.commit(|tx| peer::save(tx, &canonical_host(&url), &Node::default(), now));
        ours.store.commit(|tx| peer::connect(tx, &canonical_host(&url), Some((lab, &url)), now));
        for kind in ReadingKind::ALL.into_iter().filter(|kind| *kind != ReadingKind::Actor) {
            let answer = federation.read(&reading::leased(kind, url.clone(), lab)).await;
            let Answer::Useless(told) = answer else { panic!("the {} at {text}: {answer:?}", kind.code()) };
            assert!(told.contains("may not be opened"), "the {} at {text}: {told}", kind.code());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_asked_who_an_address_is_at_such_a_host() {
    let (_ours, federation) = in_production();
    let object = cast::url("https://alpha.example/labs/spoor");
    for host in ["127.0.0.1", "[::1]", "10.0.0.1", "bravo.example:8080", "2130706433", "localhost"] {
        let account = Account::parse(&format!("mallory@{host}")).unwrap();
        assert!(federation.find_follow_screen(&account, &object).await.is_err(), "{host}");
        let address = archipel::domain::peer::Address::Account(account);
        assert!(federation.resolve(&address).await.is_err(), "{host}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_with_such_an_address_is_not_connected_to() {
    let (_ours, federation) = in_production();
    let told = federation.fetch(&cast::url("https://localhost/")).await.unwrap_err().to_string();
    assert!(told.contains("no address that may be connected to"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_delivered_to_an_inbox_at_such_an_address() {
    let (ours, federation) = in_production();
    let lab = ours.add_lab("spoor", "Spoor");
    let now = ours.store.now();
    for (number, text) in BARRED.into_iter().enumerate() {
        let (inbox, handle) = (Url::parse(text).unwrap(), format!("bo{number}"));
        let follower = cast::a_remote_actor(ActorKind::Member, &handle, "bravo.example");
        let shared_inbox = (number % 2 == 0).then(|| inbox.clone());
        let follower = ours.store.commit(|tx| actor::save(tx, &Actor { inbox, shared_inbox, ..follower }));
        let follow = format!("https://bravo.example/follows/{number}");
        ours.commit(|tx| Ok(archipel::usecases::audience::be_followed(tx, now, follower, lab.id, &follow)?));
    }
    ours.publish("k3v9x2mqa7", "spoor", "lab", draft("De tweede brief", "Wat werkte, en wat niet."));
    archipel::worker::Worker::new(federation).work_off().await.unwrap();
    let ends = ours.store.pairs("SELECT inbox AS one, state AS other FROM deliveries");
    assert!(ends.len() >= BARRED.len() && ends.iter().all(|(_, state)| state == "refused"), "{ends:?}");
}
