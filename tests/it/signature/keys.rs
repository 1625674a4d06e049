//! Keys of others: which are keys at all, and what happens when one changes.

use openssl::{
    ec::{EcGroup, EcKey},
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
};
use serde_json::json;

use super::scene::{LAB, Scene};
use crate::support::{
    on_both_engines,
    signer::{Cavage, key, letter},
};

on_both_engines! {
    async fn keys_are_rsa_of_a_sensible_size(engine) {
        let scene = Scene::set(engine).await;
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let curve = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let rsa = |bits: u32| PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
        let (short, shortest, good) = (rsa(1_024), rsa(512), rsa(2_048));
        let spki = |key: &PKey<Private>| String::from_utf8(key.public_key_to_pem().unwrap()).unwrap();
        let pkcs1 = String::from_utf8(good.rsa().unwrap().public_key_to_pem_pkcs1().unwrap()).unwrap();
        let junk = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".to_owned();
        let huge = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", "A".repeat(5_000));
        for (number, (what, key, pem, accepted)) in [
            ("1024 bits", &short, spki(&short), false),
            ("512 bits", &shortest, spki(&shortest), false),
            ("an elliptic curve", &good, spki(&curve), false),
            ("no key at all", &good, junk, false),
            ("a key too long to be one", &good, huge, false),
            ("PKCS#1", &good, pkcs1, true),
        ]
        .into_iter()
        .enumerate()
        {
            let name = format!("kim{number}");
            let mut kim = scene.peer.person(&name);
            kim["publicKey"]["publicKeyPem"] = pem.into();
            scene.peer.serve(&kim);
            let follow =
                json!({"id": scene.peer.at(&format!("/follows/{name}")), "type": "Follow", "actor": kim["id"], "object": LAB});
            let mut request = letter(&follow, scene.ours.store.now());
            let with = Cavage { key: key.clone(), ..Cavage::new(kim["publicKey"]["id"].as_str().unwrap()) };
            with.sign(&mut request);
            let taken = scene.ours.take(request).await;
            assert_eq!(
                taken.as_ref().err().map(ToString::to_string),
                (!accepted).then(|| "not proven: signature".to_owned()),
                "{what}"
            );
        }
        assert_eq!(scene.followers(), 1);
    }

    async fn a_changed_key_is_read_once_and_a_bad_signature_causes_no_storm(engine) {
        let scene = Scene::set(engine).await;
        let (old, new, wrong) = (
            key(),
            PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap(),
            PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap(),
        );
        let mut alice = scene.alice.clone();
        alice["publicKey"]["publicKeyPem"] = String::from_utf8(new.public_key_to_pem().unwrap()).unwrap().into();
        scene.peer.serve(&alice);
        let signed = |number: usize, key: &PKey<Private>| {
            let mut request = scene.follow(number);
            Cavage { key: key.clone(), ..Cavage::new(&scene.key_id()) }.sign(&mut request);
            request
        };
        let reads = || scene.peer.reads_of(scene.alice["id"].as_str().unwrap());
        scene.ours.take(signed(1, &new)).await.expect("the new key, after one look");
        assert_eq!(reads(), 1);
        for (number, key) in [(2, &old), (3, &wrong), (4, &wrong)] {
            assert_eq!(
                scene.ours.take(signed(number, key)).await.expect_err("no key of hers").to_string(),
                "not proven: signature"
            );
        }
        assert_eq!(reads(), 1, "no further look within five minutes");
        scene.ours.take(signed(5, &new)).await.expect("the new key is known");
        scene.ours.store.clock.advance(chrono::TimeDelta::minutes(5));
        assert!(scene.ours.take(signed(6, &wrong)).await.is_err());
        assert_eq!(reads(), 2, "one look more after five minutes");
    }
}
