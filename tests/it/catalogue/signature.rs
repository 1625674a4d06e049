//! Signatures, SG01 to SG29: what proves who speaks, and the many things that do not. Nothing is read for what is not well-formed.

mod forgery;
mod keys;
mod message;

use serde_json::Value;

use super::scene::{Case, Left, Scene, with};
use crate::support::{
    attacker::{Cavage, Letter, http_date, seconds, tell},
    on_both_engines,
    patience::wait_for,
};

const DATED: &str = "(request-target) host date digest";
const CREATED: &str = "(request-target) host (created) digest";

type Bend = Box<dyn Fn(&mut Cavage, &mut Letter)>;

/// The `Signature` header, bent.
type After = fn(&str) -> String;

/// Of the catalogue; what is bent, and how; the reason's code of a 401.
type Bent = (&'static str, String, Bend, &'static str);

fn bent(id: &'static str, what: &str, bend: impl Fn(&mut Cavage, &mut Letter) + 'static, code: &'static str) -> Bent {
    (id, what.to_owned(), Box::new(bend), code)
}

fn like(scene: &Scene) -> Value {
    scene.by(&scene.alice, "Like", scene.share.as_str())
}

/// Refused with 401, or 400 where it says that something is malformed.
fn refusals(scene: &Scene, cases: impl IntoIterator<Item = Bent>) -> Vec<Case> {
    let refused = |(id, what, bend, code): Bent| {
        let status = if ["digest-form", "signature-headers"].contains(&code) { 400 } else { 401 };
        let code = if code == "digest-form" { "digest" } else { code };
        Case::refused(id, &what, scene.bent(&scene.alice, &like(scene), bend), (status, code))
    };
    cases.into_iter().map(refused).collect()
}

on_both_engines! {
    async fn what_proves_nothing_is_refused_unread(engine) {
        let scene = Scene::set(engine).await;
        good_signatures_of_every_kind_are_accepted(&scene).await;
        a_cavage_signature_that_proves_nothing_is_refused_unread(&scene).await;
        a_cavage_signature_of_another_time_is_refused_unread(&scene).await;
        a_header_that_decides_and_stands_twice_is_malformed(&scene).await;
        message::a_message_signature_proves_what_it_covers_and_nothing_else(&scene).await;
        message::a_message_signature_bent_afterwards_is_refused(&scene).await;
        a_signature_bent_afterwards_is_refused(&scene).await;
    }

    async fn what_was_proven_once_is_no_proof_of_anything_else(engine) {
        let scene = Scene::set(engine).await;
        a_signature_over_another_path_or_method_does_not_verify(&scene).await;
        what_stands_behind_one_letter_is_no_second_letter(&scene).await;
        a_replay_has_no_second_effect_at_any_inbox(&scene).await;
        who_is_blocked_or_gone_proves_nothing_any_more(&scene).await;
    }

    async fn only_the_right_key_proves_anything(engine) {
        let scene = Scene::set(engine).await;
        keys::only_a_sensible_rsa_key_proves_anything(&scene).await;
        keys::a_signature_made_of_padding_is_refused(&scene).await;
        keys::a_changed_key_is_read_once_and_a_bad_signature_causes_no_storm(&scene).await;
        keys::a_departure_is_believed_when_the_server_says_gone(&scene).await;
        keys::who_cannot_be_asked_for_a_key_is_asked_to_send_it_again(&scene).await;
    }
}

async fn good_signatures_of_every_kind_are_accepted(scene: &Scene) {
    let actor = scene.alice["id"].as_str().unwrap().to_owned();
    let cases: Vec<(&str, &str, Bend)> = vec![
        ("SG16", "rsa-sha256", Box::new(|_, _| {})),
        ("SG16", "hs2019", Box::new(|with, _| (with.algorithm, with.covered) = (Some("hs2019"), DATED.into()))),
        ("SG16", "no algorithm", Box::new(|with, _| with.algorithm = None)),
        (
            "SG10",
            "the time it was made, and an end to come",
            Box::new(|with, _| {
                (with.algorithm, with.covered) = (Some("hs2019"), CREATED.into());
                with.parameters = [("created", seconds(-10)), ("expires", seconds(60))].into();
            }),
        ),
        ("SG09", "nearly five minutes old", Box::new(|_, letter| letter.set("date", Some(&http_date(-290))))),
        (
            "SG03",
            "with two digests",
            Box::new(|_, letter| {
                let digest = letter.header("digest");
                letter.set("digest", Some(&format!("SHA-512=AAAA,{digest}")));
            }),
        ),
        ("SG05", "the actor's id as its key's", Box::new(move |with, _| with.key_id.clone_from(&actor))),
        (
            "SG14",
            "headers in capitals",
            Box::new(|_, letter| {
                letter.headers.iter_mut().for_each(|(name, _)| *name = name.to_uppercase());
            }),
        ),
    ];
    let letters = cases.into_iter().map(|(id, what, bend)| {
        Case::taken(id, what, scene.bent(&scene.alice, &with(like(scene), "type", "View"), bend), Left::Its)
    });
    scene.judge(letters.collect()).await;
}

async fn a_cavage_signature_that_proves_nothing_is_refused_unread(scene: &Scene) {
    let not_covered = "not-covered";
    let names = (0..500).map(|number| format!("x-{number}")).collect::<Vec<_>>().join(" ");
    let cases = vec![
        bent("SG02", "no digest", |_, letter| letter.set("digest", None), "digest-missing"),
        bent("SG03", "another body's digest", |_, letter| letter.set("digest", Some("SHA-256=AAAA")), "digest"),
        bent("SG03", "only a digest of another kind", |_, letter| letter.set("digest", Some("SHA-512=AAAA")), "digest-form"),
        bent("SG03", "a body changed after hashing", |_, letter| letter.body.push(b' '), "digest"),
        bent("SG04", "the digest not signed", |with, _| with.covered = "(request-target) host date".into(), not_covered),
        bent("SG05", "the target not signed", |with, _| with.covered = "host date digest".into(), not_covered),
        bent("SG06", "the host not signed", |with, _| with.covered = "(request-target) date digest".into(), not_covered),
        bent("SG07", "another server's host", |_, letter| letter.set("host", Some("bravo.example")), "host"),
        bent("SG07", "our host at another port", |_, letter| letter.set("host", Some("127.0.0.1:1")), "host"),
        bent("SG08", "no date signed", |with, _| with.covered = "(request-target) host digest".into(), not_covered),
        bent("SG08", "(created) without its value", |with, _| with.covered = CREATED.into(), not_covered),
        bent("SG16", "HMAC with the public key", |with, _| with.algorithm = Some("hmac-sha256"), "algorithm"),
        bent("SG16", "none", |with, _| with.algorithm = Some("none"), "algorithm"),
        bent("SG16", "SHA-1", |with, _| with.algorithm = Some("rsa-sha1"), "algorithm"),
        bent("SG16", "unheard of", |with, _| with.algorithm = Some("rot13"), "algorithm"),
        bent("SG17", "nothing covered", |with, _| with.covered = String::new(), not_covered),
        bent("SG17", "a header covered twice", |with, _| with.covered = format!("{DATED} host"), "signature-headers"),
        bent("SG17", "500 headers covered", move |with, _| with.covered = format!("{DATED} {names}"), "signature-headers"),
        bent("SG17", "a header that is not there", |with, _| with.covered = format!("{DATED} x-none"), "header-absent"),
        bent("SG17", "an unknown word in brackets", |with, _| with.covered = format!("{DATED} (unheard-of)"), "header-absent"),
    ];
    scene.judge(refusals(scene, cases)).await;
}

async fn a_cavage_signature_of_another_time_is_refused_unread(scene: &Scene) {
    let today = http_date(0);
    let dates = [
        http_date(-360),
        http_date(-3_601),
        http_date(360),
        "Fri, 01 Jan 2100 00:00:00 GMT".into(),
        "yesterday".into(),
        String::new(),
        format!("{today}, 2026-11-01T09:00:00Z"),
        "2026-11-01T09:00:00Z".into(),
        format!("{today} {today}"),
        "Thu, 01 Jan 1970 00:00:00 GMT".into(),
    ];
    let dates =
        dates.map(|date| bent("SG09", &format!("dated {date:?}"), move |_, letter| letter.set("date", Some(&date)), "date"));
    let ages = [
        seconds(400),
        seconds(-400),
        u64::MAX.to_string(),
        i64::MAX.to_string(),
        i64::MIN.to_string(),
        "-5".into(),
        "1.5".into(),
        "1e9".into(),
        "NaN".into(),
        String::new(),
        "\"\"".into(),
        " ".into(),
    ];
    let ages = ages.map(|age| {
        bent(
            "SG10",
            &format!("created {age:?}"),
            move |with, _| {
                with.covered = CREATED.into();
                with.parameters.insert("created", age.clone());
            },
            "date",
        )
    });
    let ends = [(seconds(0), seconds(-1)), (seconds(100), seconds(50)), (seconds(0), i64::MIN.to_string())];
    let ends = ends.map(|(from, to)| {
        bent(
            "SG10",
            &format!("from {from} to {to}"),
            move |with, _| {
                with.covered = CREATED.into();
                with.parameters = [("created", from.clone()), ("expires", to.clone())].into();
            },
            "expired",
        )
    });
    scene.judge(refusals(scene, dates.into_iter().chain(ages).chain(ends))).await;
}

async fn a_signature_bent_afterwards_is_refused(scene: &Scene) {
    let (form, encoding, incomplete) = ((400, "signature-form"), (401, "signature-encoding"), (401, "signature-incomplete"));
    let cases: [(&str, &str, After, (u16, &str)); 13] = [
        ("SG17", "no key id", |text| text.replacen("keyId", "nobody", 1), incomplete),
        ("SG17", "no list of headers", |text| text.replacen("headers", "covers", 1), incomplete),
        ("SG20", "no signature in it", |text| text.replacen("signature=", "sig=", 1), incomplete),
        (
            "SG20",
            "nothing in the signature",
            |text| format!("{}signature=\"\"", text.split("signature=").next().unwrap()),
            (401, "signature"),
        ),
        ("SG14", "two key ids", |text| format!("keyId=\"https://mallory.example/#main-key\",{text}"), form),
        ("SG14", "two signatures in one", |text| format!("{text},signature=\"AAAA\""), form),
        ("SG17", "an open quote", |text| text.trim_end_matches('"').to_owned(), form),
        ("SG17", "no form at all", |_| "Basic bWFsbG9yeTp4".into(), form),
        ("SG20", "base64 for URLs", |text| text.replacen("signature=\"", "signature=\"-_-_", 1), encoding),
        ("SG20", "wrong padding", |text| text.replace("==\"", "=\""), encoding),
        (
            "SG20",
            "more than a key can make",
            |text| text.replacen("signature=\"", &format!("signature=\"{}", "A".repeat(4_000)), 1),
            encoding,
        ),
        (
            "SG20",
            "a megabyte",
            |text| text.replacen("signature=\"", &format!("signature=\"{}", "A".repeat(1_000_000)), 1),
            (0, ""),
        ),
        ("SG01", "an empty one", |_| String::new(), incomplete),
    ];
    let mut sent = Vec::new();
    for (id, what, bend, refused) in cases {
        let mut letter = scene.signed(&scene.alice, &like(scene));
        let signed = letter.header("signature");
        letter.set("signature", Some(&bend(&signed)));
        if what == "a megabyte" {
            let answer = letter.send(scene.server.listen()).await;
            assert!([0, 400, 413, 431].contains(&answer.status), "a head of a megabyte is cut: {answer:?}");
            continue;
        }
        // An empty signature is well-formed; nobody's key made it, and the one look for another key is not worth it.
        let reads = usize::from(what == "nothing in the signature");
        sent.push(Case::refused(id, what, letter, refused).reading(reads));
    }
    let unsigned = Letter::to(scene.server.host(), &like(scene));
    sent.push(Case::refused("SG01", "no signature", unsigned.clone(), (401, "signature-missing")));
    let mut bearer = unsigned;
    bearer.set("authorization", Some("Bearer x"));
    sent.push(Case::refused("SG01", "another kind of proof", bearer, (401, "signature-missing")));
    scene.judge(sent).await;
}

async fn a_header_that_decides_and_stands_twice_is_malformed(scene: &Scene) {
    let good = scene.signed(&scene.alice, &like(scene));
    let mut cases = Vec::new();
    for name in ["date", "digest", "content-digest", "signature", "signature-input", "content-type", "authorization"] {
        let own = good.header(name);
        for second in [own.as_str(), "another"] {
            for (first, spelt) in [(true, name.to_owned()), (false, name.to_uppercase()), (true, title(name))] {
                let mut letter = good.clone();
                if own.is_empty() {
                    letter.headers.push((name.into(), "one".into()));
                }
                let at = if first { 0 } else { letter.headers.len() };
                letter.headers.insert(at, (spelt.clone(), second.to_owned()));
                cases.push(Case::refused("SG14", &format!("{spelt}, first: {first}"), letter, (400, "header-repeated")));
            }
        }
    }
    scene.judge(cases).await;
    for (name, value) in
        [("host", scene.server.host()), ("host", "bravo.example"), ("content-length", "2"), ("digest", "a\r\n b")]
    {
        let mut letter = good.clone();
        letter.headers.push((name.into(), value.into()));
        if name == "content-length" {
            letter.headers.push((name.into(), letter.body.len().to_string()));
        }
        let before = scene.server.everything();
        let answer = letter.send(scene.server.listen()).await;
        assert_eq!(answer.status, 400, "a second {name}, {value:?}: {answer:?}");
        assert_eq!(scene.server.everything(), before, "{name}");
    }
}

async fn a_replay_has_no_second_effect_at_any_inbox(scene: &Scene) {
    let follow = scene.by(&scene.mallory, "Follow", scene.lab());
    // It is still good for a few seconds.
    let letter = scene.bent(&scene.mallory, &follow, |_, letter| letter.set("date", Some(&http_date(-296))));
    scene.judge(vec![Case::taken("SG11", "the first time", letter.clone(), Left::Effect)]).await;
    assert_eq!(scene.rows("follows").len(), 2, "Alice is followed, the lab is");
    let mut again = vec![Case::taken("SG11", "once more", scene.signed(&scene.mallory, &follow), Left::Nothing)];
    for inbox in ["/labs/spoor/inbox", "/organisation/inbox", "/actor/inbox"] {
        let personal = scene.bent(&scene.mallory, &follow, |_, letter| letter.target = inbox.into());
        again.push(Case::taken("SG12", inbox, personal, Left::Nothing));
    }
    let nobody = scene.bent(&scene.mallory, &follow, |_, letter| letter.target = "/labs/nobody/inbox".into());
    again.push(Case::refused("SG12", "at the inbox of nobody", nobody, (404, "no-such-actor")));
    scene.judge(again).await;
    wait_for("a letter that is too old", 15, async || {
        let answer = letter.send(scene.server.listen()).await;
        assert!([202, 401].contains(&answer.status), "{answer:?}");
        (answer.status == 401 && answer.code() == "date").then_some(())
    })
    .await;
}

async fn a_signature_over_another_path_or_method_does_not_verify(scene: &Scene) {
    let mut cases = Vec::new();
    for (number, target) in ["/labs/spoor/inbox", "/inbox?x=1", "/inbox?", "/%69nbox"].into_iter().enumerate() {
        let person = scene.person(&format!("sg27-{number}")).await;
        let mut letter = scene.signed(&person, &scene.by(&person, "Like", scene.share.as_str()));
        letter.target = target.into();
        if number == 3 {
            assert_ne!(letter.send(scene.server.listen()).await.status, 202, "another spelling of the path");
            continue;
        }
        cases.push(Case::refused("SG27", target, letter, (401, "signature")).reading(1));
    }
    scene.judge(cases).await;
    let mut put = scene.signed(&scene.alice, &like(scene));
    put.method = "PUT".into();
    let before = scene.server.everything();
    let status = put.send(scene.server.listen()).await.status;
    assert!(matches!(status, 404 | 405) && scene.server.everything() == before, "{status}");
}

async fn what_stands_behind_one_letter_is_no_second_letter(scene: &Scene) {
    let second = scene.signed(&scene.mallory, &scene.by(&scene.mallory, "Follow", scene.lab())).bytes();
    let mut first = scene.signed(&scene.alice, &like(scene));
    let length = first.body.len();
    first.headers.push(("content-length".into(), length.to_string()));
    first.headers.push(("transfer-encoding".into(), "chunked".into()));
    let before = scene.server.everything();
    let answer = tell(scene.server.listen(), &[first.bytes(), second].concat()).await;
    assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(scene.server.everything(), before);
}

async fn who_is_blocked_or_gone_proves_nothing_any_more(scene: &Scene) {
    let instance = scene.peer.actor("Application", "instance");
    let (gone, id28) = (scene.person("gone").await, scene.person("id28").await);
    scene.take(&gone, &scene.by(&gone, "Delete", gone["id"].clone())).await;
    scene.peer.answer_get(gone["id"].as_str().unwrap(), 410, Value::Null);
    scene.server.run(&["block", "add", scene.elsewhere.host()]).await;
    let dora = scene.elsewhere.person("dora");
    let likes = |actor: &Value| scene.by(actor, "Like", scene.share.as_str());
    let create = scene.by(&id28, "Create", scene.note(&id28, "/notes/28", "x"));
    scene
        .judge(vec![
            Case::refused("SG28", "a Create signed by its server", scene.signed(&instance, &create), (401, "signature"))
                .reading(1),
            Case::refused(
                "SG28",
                "the same as if it were the server's",
                scene.signed(&instance, &with(create.clone(), "actor", instance["id"].clone())),
                (403, "author-is-another"),
            )
            .reading(1),
            Case::refused("SG29", "by whom we blocked", scene.signed(&scene.victor, &likes(&scene.victor)), (403, "blocked")),
            Case::refused("SG29", "by a stranger at a blocked host", scene.signed(&dora, &likes(&dora)), (403, "blocked")),
            Case::refused("SG29", "by who is gone", scene.signed(&gone, &likes(&gone)), (401, "actor-unusable")).reading(1),
        ])
        .await;
}

fn title(name: &str) -> String {
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}
