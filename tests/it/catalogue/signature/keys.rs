//! Keys, SG21 to SG25: which are keys at all, what happens when one changes, and when nobody can be asked for one.

use openssl::{
    bn::BigNum,
    ec::{EcGroup, EcKey},
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
};
use serde_json::{Value, json};

use super::{
    super::scene::{Case, Left, Scene},
    forgery,
};
use crate::support::{
    attacker::{Letter, http_date, key, new_key, public},
    script::{Play, Script},
};

/// Somebody whose document holds this key.
fn holder(scene: &Scene, name: &str, pem: &str) -> Value {
    let mut person = scene.peer.person(name);
    person["publicKey"]["publicKeyPem"] = pem.into();
    scene.peer.serve(&person);
    person
}

/// An RSA key of any size whose modulus is no product: only good for being looked at.
fn of_bits(bits: i32, exponent: u32) -> String {
    let (mut modulus, mut one) = (BigNum::new().unwrap(), BigNum::from_u32(1).unwrap());
    modulus.lshift(&one, bits - 1).unwrap();
    one.add_word(forgery::ODD).unwrap();
    let mut sum = BigNum::new().unwrap();
    sum.checked_add(&modulus, &one).unwrap();
    let key = Rsa::from_public_components(sum, BigNum::from_u32(exponent).unwrap()).unwrap();
    String::from_utf8(key.public_key_to_pem().unwrap()).unwrap()
}

pub async fn only_a_sensible_rsa_key_proves_anything(scene: &Scene) {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let curve = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let edwards = PKey::generate_ed25519().unwrap();
    let (shortest, short) = (new_key(512), new_key(1_024));
    let pem = |key: &PKey<Private>| public(key);
    let pkcs1 = String::from_utf8(key().rsa().unwrap().public_key_to_pem_pkcs1().unwrap()).unwrap();
    let private = String::from_utf8(key().private_key_to_pem_pkcs8().unwrap()).unwrap();
    let junk = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".to_owned();
    let huge = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", "A".repeat(7_000));
    let mut cases = Vec::new();
    for (number, (what, with, pem)) in [
        ("512 bits", &shortest, pem(&shortest)),
        ("1024 bits", &short, pem(&short)),
        ("16384 bits", &key(), of_bits(16_384, 65_537)),
        ("4112 bits", &key(), of_bits(4_112, 65_537)),
        ("an exponent of one", &key(), of_bits(2_048, 1)),
        ("an even exponent", &key(), of_bits(2_048, 4)),
        ("an elliptic curve", &key(), pem(&curve)),
        ("Ed25519", &key(), pem(&edwards)),
        ("a private key", &key(), private),
        ("no key at all", &key(), junk),
        ("what is too long to be one", &key(), huge),
        ("no PEM", &key(), "x".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let kim = holder(scene, &format!("kim{number}"), &pem);
        let letter = scene.bent(&kim, &scene.by(&kim, "Like", scene.share.as_str()), |signing, _| signing.key = with.clone());
        // The document is usable and is kept; that its key proves nothing shows when it is used.
        cases.push(Case { left: Left::Effect, ..Case::refused("SG21", what, letter, (401, "signature")).reading(1) });
    }
    let kim = holder(scene, "kim", &pkcs1);
    cases.push(
        Case::taken("SG21", "PKCS#1", scene.signed(&kim, &scene.by(&kim, "Like", scene.share.as_str())), Left::Effect).reading(1),
    );
    let likes = scene.rows("reactions").len();
    scene.judge(cases).await;
    assert_eq!(scene.rows("reactions").len(), likes + 1);
}

pub async fn a_signature_made_of_padding_is_refused(scene: &Scene) {
    let mut cases = Vec::new();
    let weak = forgery::key_with_exponent_three();
    for (number, what) in ["garbage behind the hash", "a short padding", "no padding", "the hash alone"].into_iter().enumerate() {
        let lena = holder(scene, &format!("lena{number}"), &public(&weak));
        let (mut letter, mut with) = (
            Letter::to(scene.server.host(), &scene.by(&lena, "Like", scene.share.as_str())),
            crate::support::attacker::Cavage::of(&lena),
        );
        with.key = weak.clone();
        let forged = forgery::forge(&weak, with.text(&letter).as_bytes(), number);
        with.seal(&mut letter, &forged);
        cases.push(Case { left: Left::Effect, ..Case::refused("SG21", what, letter, (401, "signature")).reading(1) });
    }
    let one = holder(scene, "one", &of_bits(2_048, 1));
    let (mut letter, with) = (
        Letter::to(scene.server.host(), &scene.by(&one, "Like", scene.share.as_str())),
        crate::support::attacker::Cavage::of(&one),
    );
    let padded = forgery::padded(with.text(&letter).as_bytes(), 256);
    with.seal(&mut letter, &padded);
    cases.push(Case {
        left: Left::Effect,
        ..Case::refused("SG21", "an exponent of one, and the padded hash itself", letter, (401, "signature")).reading(1)
    });
    let likes = scene.rows("reactions").len();
    scene.judge(cases).await;
    assert_eq!(scene.rows("reactions").len(), likes);
}

pub async fn a_changed_key_is_read_once_and_a_bad_signature_causes_no_storm(scene: &Scene) {
    let (new, wrong, mut rosa) = (new_key(2_048), new_key(2_048), scene.person("rosa").await);
    rosa["publicKey"]["publicKeyPem"] = public(&new).into();
    scene.peer.serve(&rosa);
    let signed =
        |key: &PKey<Private>| scene.bent(&rosa, &scene.by(&rosa, "Like", scene.share.as_str()), |with, _| with.key = key.clone());
    scene
        .judge(vec![
            Case::taken("SG22", "the new key", signed(&new), Left::Effect).reading(1),
            Case::refused("SG23", "the key before it", signed(&key()), (401, "signature")),
            Case::refused("SG22", "no key of hers", signed(&wrong), (401, "signature")),
            Case::refused("SG22", "no key of hers, again", signed(&wrong), (401, "signature")),
            Case::taken("SG22", "the new key, known now", signed(&new), Left::Effect),
        ])
        .await;
}

pub async fn a_departure_is_believed_when_the_server_says_gone(scene: &Scene) {
    let nel = scene.person("nel").await;
    let likes = scene.rows("reactions").len();
    scene.peer.answer_get(nel["id"].as_str().unwrap(), 410, Value::Null);
    let farewell = scene.by(&nel, "Delete", nel["id"].clone());
    let letter = scene.bent(&nel, &farewell, |with, _| with.key = new_key(2_048));
    scene.judge(vec![Case::taken("SG24", "her key is gone with her", letter, Left::Effect).reading(1)]).await;
    assert_eq!(scene.rows("reactions").len(), likes - 1, "hers is gone, and nobody else's");
}

pub async fn who_cannot_be_asked_for_a_key_is_asked_to_send_it_again(scene: &Scene) {
    let slow = Script::start().await;
    slow.play("/users/slow", Play::Silence);
    slow.answer("/users/down", 503, &[], "");
    let mut sent = Vec::new();
    for name in ["slow", "down"] {
        let actor =
            json!({"id": slow.at(&format!("/users/{name}")), "publicKey": {"id": slow.at(&format!("/users/{name}#main-key"))}});
        let mut letter = scene.signed(&actor, &scene.by(&actor, "Like", scene.share.as_str()));
        letter.set("date", Some(&http_date(0)));
        sent.push(Case::refused("SG25", name, letter, (503, "actor-unreachable")));
    }
    let again = sent.iter().map(|case| case.letter.clone()).collect::<Vec<_>>();
    scene.judge(sent).await;
    let asked = slow.heard().len();
    for letter in again {
        let answer = letter.send(scene.server.listen()).await;
        assert!(answer.status == 503 && answer.head.contains("retry-after: 300"), "{answer:?}");
    }
    assert_eq!(slow.heard().len(), asked, "RX13: not asked again at once");
}
