//! RFC 9421, SG26: message signatures that prove nothing, and those that do.

use super::{
    super::scene::{Case, Left, Scene, with},
    like,
};
use crate::support::attacker::{Letter, Message, seconds};

pub async fn a_message_signature_proves_what_it_covers_and_nothing_else(scene: &Scene) {
    let (good, key) = (Message::of(&scene.alice), scene.alice["publicKey"]["id"].as_str().unwrap().to_owned());
    let parameters =
        |created: &str, more: &str| Message { parameters: format!(";created={created};keyid=\"{key}\"{more}"), ..good.clone() };
    let components = |text: &str| Message { components: text.into(), ..good.clone() };
    let not_covered = (401, "not-covered");
    let cases = [
        ("the digest not signed", components(r#""@method" "@target-uri""#), not_covered),
        ("the method not signed", components(r#""@target-uri" "content-digest""#), not_covered),
        ("the path not signed", components(r#""@method" "@authority" "content-digest""#), not_covered),
        ("the host not signed", components(r#""@method" "@path" "content-digest""#), not_covered),
        ("what is not derived", components(r#""@method" "@target-uri" "content-digest" "@unheard-of""#), not_covered),
        (
            "a header that is not there",
            components(r#""@method" "@target-uri" "content-digest" "x-none""#),
            (401, "header-absent"),
        ),
        ("a component twice", components(r#""@method" "@method" "@target-uri" "content-digest""#), (400, "signature-headers")),
        ("a component of the request", components(r#""@method";req "@target-uri" "content-digest""#), (400, "signature-form")),
        ("no time", Message { parameters: format!(";keyid=\"{key}\""), ..good.clone() }, (401, "date")),
        ("a time long past", parameters(&seconds(-400), ""), (401, "date")),
        ("a time to come", parameters(&seconds(400), ""), (401, "date")),
        ("a time beyond numbers", parameters("99999999999999999999", ""), (401, "date")),
        ("an end that is past", parameters(&seconds(-5), &format!(";expires={}", seconds(-1))), (401, "expired")),
        ("an end before the beginning", parameters(&seconds(60), &format!(";expires={}", seconds(30))), (401, "expired")),
        ("an unknown algorithm", parameters(&seconds(0), ";alg=\"hmac-sha256\""), (401, "algorithm")),
        (
            "nobody's key",
            Message { parameters: format!(";created={}", seconds(0)), ..good.clone() },
            (401, "signature-incomplete"),
        ),
    ];
    let mut sent: Vec<Case> = cases
        .into_iter()
        .map(|(what, with, refused)| {
            let mut letter = Letter::to(scene.server.host(), &like(scene));
            with.sign(&mut letter);
            Case::refused("SG26", what, letter, refused)
        })
        .collect();
    for components in [
        r#""@method" "@target-uri" "content-digest" "content-type""#,
        r#""@method" "@authority" "@path" "content-digest""#,
        r#""@method" "@authority" "@path" "host" "date" "content-digest""#,
    ] {
        let mut letter = Letter::to(scene.server.host(), &with(like(scene), "type", "View"));
        letter.set("digest", None);
        Message { components: components.into(), ..good.clone() }.sign(&mut letter);
        sent.push(Case::taken("SG26", components, letter, Left::Its));
    }
    scene.judge(sent).await;
}

pub async fn a_message_signature_bent_afterwards_is_refused(scene: &Scene) {
    let good = Message::of(&scene.alice);
    let (mut two, mut other) = (Letter::to(scene.server.host(), &like(scene)), Letter::to(scene.server.host(), &like(scene)));
    good.sign(&mut two);
    Message { label: "sig2".into(), ..good.clone() }.sign(&mut other);
    for name in ["signature-input", "signature"] {
        let both = format!("{}, {}", two.header(name), other.header(name));
        two.set(name, Some(&both));
    }
    let mut sent = vec![Case::refused("SG26", "two labels", two, (401, "signature-labels"))];
    for (name, value, refused) in [
        ("content-digest", None, (401, "digest-missing")),
        ("content-digest", Some("sha-256=:AAAA:"), (401, "digest")),
        ("content-digest", Some("sha-512=:AAAA:"), (400, "digest")),
        ("signature", None, (401, "signature-missing")),
        ("signature", Some("sig9=:AAAA:"), (400, "signature-form")),
        ("host", Some("bravo.example"), (401, "host")),
    ] {
        let mut letter = Letter::to(scene.server.host(), &like(scene));
        good.sign(&mut letter);
        letter.set(name, value);
        sent.push(Case::refused("SG26", &format!("{name}: {value:?}"), letter, refused));
    }
    scene.judge(sent).await;
}
