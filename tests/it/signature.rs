//! Signatures of others: what proves who speaks, and the many things that do not. Nothing is read for what is not well-formed.

mod arbitrary;
mod keys;
mod scene;

use archipel::federation::signature::SignedRequest;

use crate::support::{
    on_both_engines,
    signer::{Cavage, Message, set},
};
use scene::Scene;

const DATED: &str = "(request-target) host date digest";
const CREATED: &str = "(request-target) host (created) digest";

type Bend<'a> = &'a dyn Fn(&mut Cavage, &mut SignedRequest);

/// What is bent, how, and what is said of it.
type Case = (String, Box<dyn Fn(&mut Cavage, &mut SignedRequest)>, &'static str);

/// The `Signature` header, bent.
type After = fn(&str) -> String;

on_both_engines! {
    async fn good_signatures_of_every_kind_are_accepted(engine) {
        let scene = Scene::set(engine).await;
        let (id, now) = (scene.key_id(), scene.ours.store.now());
        let cavage: [(&str, Bend<'_>); 7] = [
            ("as Mastodon signs", &|_, _| {}),
            ("as GoToSocial signs", &|with, _| (with.algorithm, with.covered) = (Some("hs2019"), DATED.into())),
            ("without an algorithm", &|with, _| with.algorithm = None),
            ("with the time it was made", &|with, _| {
                with.algorithm = Some("hs2019");
                with.covered = CREATED.into();
                with.parameters = [("created", scene.seconds(-10)), ("expires", scene.seconds(60))].into();
            }),
            ("nearly five minutes old", &|_, request| set(request, "date", Some(&date(now, -295)))),
            ("with two digests", &|_, request| {
                let digest = request.headers.iter().find(|(name, _)| name == "digest").unwrap().1.clone();
                set(request, "digest", Some(&format!("SHA-512=AAAA,{digest}")));
            }),
            ("with the actor's id as its key's", &|with, _| with.key_id = scene.alice["id"].as_str().unwrap().into()),
        ];
        for (number, (what, bend)) in cavage.into_iter().enumerate() {
            let (mut with, mut request) = (Cavage::new(&id), scene.follow(number));
            bend(&mut with, &mut request);
            with.sign(&mut request);
            scene.ours.take(request).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        for (number, components) in [
            r#""@method" "@target-uri" "content-digest" "content-type""#,
            r#""@method" "@authority" "@path" "content-digest""#,
            r#""@method" "@authority" "@path" "host" "date" "content-digest""#,
        ]
        .into_iter()
        .enumerate()
        {
            let mut request = scene.follow(100 + number);
            set(&mut request, "digest", None);
            Message { components: components.into(), ..Message::new(&id, now) }.sign(&mut request);
            scene.ours.take(request).await.unwrap_or_else(|error| panic!("{components}: {error}"));
        }
        assert!(scene.followers() == 1 && scene.peer.requests().is_empty());
    }

    async fn a_cavage_signature_that_proves_nothing_is_refused_unread(engine) {
        let scene = Scene::set(engine).await;
        let not_covered = "not proven: not-covered";
        let names = (0..500).map(|number| format!("x-{number}")).collect::<Vec<_>>().join(" ");
        let cases: Vec<Case> = vec![
            case("no digest", |_, request| set(request, "digest", None), "not proven: digest-missing"),
            case("another body's digest", |_, request| set(request, "digest", Some("SHA-256=AAAA")), "not proven: digest"),
            case("only a digest of another kind", |_, request| set(request, "digest", Some("SHA-512=AAAA")), "malformed: digest"),
            case("a body changed after hashing", |_, request| request.body.push(b' '), "not proven: digest"),
            case("the digest not signed", |with, _| with.covered = "(request-target) host date".into(), not_covered),
            case("the target not signed", |with, _| with.covered = "host date digest".into(), not_covered),
            case("the host not signed", |with, _| with.covered = "(request-target) date digest".into(), not_covered),
            case("no date signed", |with, _| with.covered = "(request-target) host digest".into(), not_covered),
            case("another server's host", |_, request| set(request, "host", Some("bravo.example")), "not proven: host"),
            case("no host", |_, request| set(request, "host", None), "not proven: host"),
            case("nothing covered", |with, _| with.covered = String::new(), not_covered),
            case("a header covered twice", |with, _| with.covered = format!("{DATED} host"), "malformed: signature-headers"),
            case(
                "five hundred headers covered",
                move |with, _| with.covered = format!("{DATED} {names}"),
                "malformed: signature-headers",
            ),
            case(
                "a header that is not there",
                |with, _| with.covered = format!("{DATED} x-unheard-of"),
                "not proven: header-absent",
            ),
            case("(created) without its value", |with, _| with.covered = CREATED.into(), not_covered),
            case("HMAC with the public key", |with, _| with.algorithm = Some("hmac-sha256"), "not proven: algorithm"),
            case("no algorithm by name", |with, _| with.algorithm = Some("none"), "not proven: algorithm"),
            case("SHA-1", |with, _| with.algorithm = Some("rsa-sha1"), "not proven: algorithm"),
            case("an unknown algorithm", |with, _| with.algorithm = Some("rot13"), "not proven: algorithm"),
        ];
        refuse_each(&scene, cases).await;
    }

    async fn a_cavage_signature_of_another_time_is_refused_unread(engine) {
        let scene = Scene::set(engine).await;
        let now = scene.ours.store.now();
        let dates = [
            date(now, -360),
            date(now, -3_601),
            date(now, 360),
            "Fri, 01 Jan 2100 00:00:00 GMT".into(),
            "yesterday".into(),
            String::new(),
            format!("{}, {}", date(now, 0), now.to_rfc3339()),
            now.to_rfc3339(),
        ];
        let dates = dates.map(|date| {
            case(&format!("dated {date:?}"), move |_, request| set(request, "date", Some(&date)), "not proven: date")
        });
        let ages = [
            scene.seconds(400),
            scene.seconds(-400),
            u64::MAX.to_string(),
            i64::MIN.to_string(),
            "-5".into(),
            "1.5".into(),
            String::new(),
            "\"\"".into(),
        ];
        let ages = ages.map(|age| {
            case(
                &format!("created {age:?}"),
                move |with, _| {
                    with.covered = CREATED.into();
                    with.parameters.insert("created", age.clone());
                },
                "not proven: date",
            )
        });
        let ends = [(scene.seconds(0), scene.seconds(-1)), (scene.seconds(100), scene.seconds(50))];
        let ends = ends.map(|(from, to)| {
            case(
                &format!("from {from} to {to}"),
                move |with, _| {
                    with.covered = CREATED.into();
                    with.parameters = [("created", from.clone()), ("expires", to.clone())].into();
                },
                "not proven: expired",
            )
        });
        refuse_each(&scene, dates.into_iter().chain(ages).chain(ends)).await;
    }

    async fn a_signature_bent_afterwards_is_refused(engine) {
        let scene = Scene::set(engine).await;
        let form = "malformed: signature-form";
        let encoding = "not proven: signature-encoding";
        let cases: [(&str, After, &str); 10] = [
            ("no key id", |text| text.replacen("keyId", "nobody", 1), "not proven: signature-incomplete"),
            ("no list of headers", |text| text.replacen("headers", "covers", 1), "not proven: signature-incomplete"),
            ("no signature in it", |text| text.replacen("signature=", "sig=", 1), "not proven: signature-incomplete"),
            ("two key ids", |text| format!("keyId=\"https://mallory.example/#main-key\",{text}"), form),
            ("an open quote", |text| text.trim_end_matches('"').to_owned(), form),
            ("no form at all", |_| "Basic bWFsbG9yeTp4".into(), form),
            ("base64 for URLs", |text| text.replacen("signature=\"", "signature=\"-_-_", 1), encoding),
            ("wrong padding", |text| text.replace("==\"", "=\""), encoding),
            (
                "a megabyte of signature",
                |text| text.replacen("signature=\"", &format!("signature=\"{}", "A".repeat(1_000_000)), 1),
                encoding,
            ),
            ("nothing", |_| String::new(), "not proven: signature-incomplete"),
        ];
        for (what, bend, expected) in cases {
            let mut request = scene.follow(1);
            Cavage::new(&scene.key_id()).sign(&mut request);
            let signed = request.headers.pop().unwrap().1;
            request.headers.push(("signature".into(), bend(&signed)));
            scene.refuses(what, request, expected).await;
        }
        let mut unsigned = scene.follow(1);
        scene.refuses("no signature", unsigned.clone(), "not proven: signature-missing").await;
        unsigned.headers.push(("authorization".into(), "Bearer x".into()));
        scene.refuses("another kind of proof", unsigned, "not proven: signature-missing").await;
    }

    async fn a_header_that_decides_and_stands_twice_is_malformed(engine) {
        let scene = Scene::set(engine).await;
        for name in [
            "host",
            "date",
            "digest",
            "content-digest",
            "signature",
            "signature-input",
            "content-type",
            "content-length",
            "authorization",
        ] {
            for first in [true, false] {
                let mut request = scene.follow(1);
                Cavage::new(&scene.key_id()).sign(&mut request);
                if !request.headers.iter().any(|(known, _)| known == name) {
                    request.headers.push((name.into(), "1".into()));
                }
                let at = if first { 0 } else { request.headers.len() };
                let value = if name == "content-type" { "application/activity+json" } else { "another" };
                request.headers.insert(at, (name.into(), value.into()));
                scene.refuses(name, request, "malformed: header-repeated").await;
            }
        }
    }

    async fn a_message_signature_that_proves_nothing_is_refused_unread(engine) {
        let scene = Scene::set(engine).await;
        let now = scene.ours.store.now();
        let (good, id) = (Message::new(&scene.key_id(), now), scene.key_id());
        let parameters = |created: &str, more: &str| format!(";created={created};keyid=\"{id}\"{more}");
        let components = |text: &str| Message { components: text.into(), ..good.clone() };
        let says = |text: String| Message { parameters: text, ..good.clone() };
        let cases = [
            ("the digest not signed", components(r#""@method" "@target-uri""#), "not proven: not-covered"),
            ("the method not signed", components(r#""@target-uri" "content-digest""#), "not proven: not-covered"),
            ("the path not signed", components(r#""@method" "@authority" "content-digest""#), "not proven: not-covered"),
            ("the host not signed", components(r#""@method" "@path" "content-digest""#), "not proven: not-covered"),
            (
                "something that is not derived",
                components(r#""@method" "@target-uri" "content-digest" "@unheard-of""#),
                "not proven: not-covered",
            ),
            (
                "a header that is not there",
                components(r#""@method" "@target-uri" "content-digest" "x-none""#),
                "not proven: header-absent",
            ),
            (
                "a component twice",
                components(r#""@method" "@method" "@target-uri" "content-digest""#),
                "malformed: signature-headers",
            ),
            (
                "a component of the request",
                components(r#""@method";req "@target-uri" "content-digest""#),
                "malformed: signature-form",
            ),
            ("no time", says(format!(";keyid=\"{id}\"")), "not proven: date"),
            ("a time long past", says(parameters(&scene.seconds(-400), "")), "not proven: date"),
            ("a time to come", says(parameters(&scene.seconds(400), "")), "not proven: date"),
            ("a time beyond numbers", says(parameters("99999999999999999999", "")), "not proven: date"),
            (
                "an end that is past",
                says(parameters(&scene.seconds(-5), &format!(";expires={}", scene.seconds(-1)))),
                "not proven: expired",
            ),
            (
                "an end before the beginning",
                says(parameters(&scene.seconds(60), &format!(";expires={}", scene.seconds(30)))),
                "not proven: expired",
            ),
            ("an unknown algorithm", says(parameters(&scene.seconds(0), ";alg=\"hmac-sha256\"")), "not proven: algorithm"),
            ("nobody's key", says(format!(";created={}", scene.seconds(0))), "not proven: signature-incomplete"),
        ];
        for (what, with, expected) in cases {
            let mut request = scene.follow(1);
            with.sign(&mut request);
            scene.refuses(what, request, expected).await;
        }
    }

    async fn a_message_signature_bent_afterwards_is_refused(engine) {
        let scene = Scene::set(engine).await;
        let good = Message::new(&scene.key_id(), scene.ours.store.now());
        let (mut two, mut other) = (scene.follow(1), scene.follow(1));
        good.sign(&mut two);
        Message { label: "sig2".into(), ..good.clone() }.sign(&mut other);
        for name in ["signature-input", "signature"] {
            let both: Vec<String> = [&two, &other]
                .iter()
                .flat_map(|request| &request.headers)
                .filter(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
                .collect();
            set(&mut two, name, Some(&both.join(", ")));
        }
        scene.refuses("two labels", two, "not proven: signature-labels").await;
        for (name, value, expected) in [
            ("content-digest", None, "not proven: digest-missing"),
            ("content-digest", Some("sha-256=:AAAA:"), "not proven: digest"),
            ("content-digest", Some("sha-512=:AAAA:"), "malformed: digest"),
            ("signature", None, "not proven: signature-missing"),
            ("signature", Some("sig9=:AAAA:"), "malformed: signature-form"),
            ("host", Some("bravo.example"), "not proven: host"),
        ] {
            let mut request = scene.follow(1);
            good.sign(&mut request);
            set(&mut request, name, value);
            scene.refuses(&format!("{name}: {value:?}"), request, expected).await;
        }
    }

    async fn a_signature_over_another_path_or_method_does_not_verify(engine) {
        let scene = Scene::set(engine).await;
        for bend in [
            |request: &mut SignedRequest| request.target = "/labs/spoor/inbox".into(),
            |request: &mut SignedRequest| request.target = "/inbox?x=1".into(),
        ] {
            let (mut cavage, mut message) = (scene.follow(1), scene.follow(1));
            Cavage::new(&scene.key_id()).sign(&mut cavage);
            Message::new(&scene.key_id(), scene.ours.store.now()).sign(&mut message);
            for mut request in [cavage, message] {
                bend(&mut request);
                let before = scene.ours.state();
                assert_eq!(scene.ours.take(request).await.expect_err("another target").to_string(), "not proven: signature");
                assert_eq!(scene.ours.state(), before);
            }
        }
    }
}

async fn refuse_each(scene: &Scene, cases: impl IntoIterator<Item = Case>) {
    for (what, bend, expected) in cases {
        let (mut with, mut request) = (Cavage::new(&scene.key_id()), scene.follow(1));
        bend(&mut with, &mut request);
        with.sign(&mut request);
        scene.refuses(&what, request, expected).await;
    }
}

fn case(what: &str, bend: impl Fn(&mut Cavage, &mut SignedRequest) + 'static, expected: &'static str) -> Case {
    (what.to_owned(), Box::new(bend), expected)
}

fn date(now: archipel::domain::moment::Moment, ahead: i64) -> String {
    httpdate::fmt_http_date((now + chrono::TimeDelta::seconds(ahead)).into())
}
