//! What stands around us: proxies in the environment, and our own address. FE17 and FE18.

use archipel::{domain::peer::Account, federation::Federation};
use serde_json::json;

use crate::support::{
    Server,
    attacker::{Cavage, Letter},
    cast,
    instance::Instance,
    on_both_engines,
    peer::Peer,
    script::Script,
};

on_both_engines! {
    async fn a_proxy_in_the_environment_is_not_used(engine) {
        let (proxy, peer) = (Script::start().await, Peer::start().await);
        let at = proxy.at("");
        let mut server = Server::prepare(engine, "Ministerie van Voorbeelden");
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            server = server.with(name, &at);
        }
        server.serve().await;
        let alice = peer.person("alice");
        let view = json!({"id": peer.at("/views/1"), "type": "View", "actor": alice["id"], "object": server.at("/actor")});
        let mut letter = Letter::to(server.host(), &view);
        Cavage::of(&alice).sign(&mut letter);
        let answer = letter.send(server.listen()).await;
        assert_eq!(answer.status, 202, "FE18: {answer:?}");
        assert_eq!((peer.requests().len(), proxy.heard().len()), (1, 0), "her server was asked, and no proxy");
    }

    async fn an_address_here_is_not_asked_for_over_the_network(engine) {
        let ours = Instance::open(engine);
        let lab = ours.add_lab("spoor", "Spoor");
        let federation: &Federation = &ours.federation;
        let account = Account::parse("noor@alpha.example").unwrap();
        let screen = federation.find_follow_screen(&account, &lab.uri).await.unwrap().expect("a screen of ours");
        assert_eq!(screen.as_str(), "https://alpha.example/authorize_interaction?uri=https%3A%2F%2Falpha.example%2Flabs%2Fspoor");
        // A WebFinger that is answered elsewhere may not lead back to us either.
        let host = Script::start().await;
        let name = host.at("").trim_start_matches("http://").to_owned();
        let target = format!("/.well-known/webfinger?resource=acct%3Anoor%40{}", name.replace(':', "%3a")).to_lowercase();
        let back = format!("location: {}", cast::url("http://alpha.example/.well-known/webfinger"));
        host.answer(&target, 302, &[&back], "");
        let account = Account::parse(&format!("noor@{name}")).unwrap();
        assert!(federation.find_follow_screen(&account, &lab.uri).await.is_err());
    }
}
