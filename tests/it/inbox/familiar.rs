//! Who was heard before is heard faster, and no longer than its key counts.

use archipel::{domain::actor::Actor, storage::actor};
use openssl::{pkey::PKey, rsa::Rsa};
use serde_json::Value;

use super::scene::{LAB, Scene, by};
use crate::support::{
    on_both_engines,
    signer::{Cavage, letter},
};

fn id(actor: &Value) -> &str {
    actor["id"].as_str().unwrap()
}

on_both_engines! {
    async fn a_key_that_was_replaced_meanwhile_proves_nothing_any_more(engine) {
        let scene = Scene::set(engine).await;
        let new = PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap();
        let pem = String::from_utf8(new.public_key_to_pem().unwrap()).unwrap();
        let mut alice = scene.alice.clone();
        alice["publicKey"]["publicKeyPem"] = pem.clone().into();
        scene.peer.serve(&alice);
        let known = scene.ours.known(id(&alice)).unwrap();
        scene.ours.commit(|tx| Ok(actor::save(tx, &Actor { public_key: pem, ..known })?));
        let before = scene.ours.state();
        let refused = scene.ours.receive(&scene.by_alice(20, "Follow", LAB.into()), &scene.alice).await.unwrap_err();
        assert_eq!(refused.to_string(), "not proven: signature");
        assert_eq!(scene.ours.state(), before);
        let mut request = letter(&by(&alice, &scene.peer.at("/follows/new"), "Follow", LAB), scene.ours.store.now());
        Cavage { key: new, ..Cavage::new(alice["publicKey"]["id"].as_str().unwrap()) }.sign(&mut request);
        scene.ours.take(request).await.expect("the new key counts");
    }

    async fn whoever_is_gone_or_forgotten_meanwhile_is_not_heard_by_an_old_key(engine) {
        let scene = Scene::set(engine).await;
        let known = scene.ours.known(id(&scene.alice)).unwrap();
        scene.ours.commit(|tx| Ok(actor::mark_gone(tx, known.id, scene.ours.store.now())?));
        scene.peer.answer_get(id(&scene.alice), 404, Value::Null);
        let refused = scene.ours.receive(&scene.by_alice(21, "Follow", LAB.into()), &scene.alice).await.unwrap_err();
        assert_eq!(refused.to_string(), "not proven: actor-unusable");
    }
}
