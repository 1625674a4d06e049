//! The register of organisations and their domains: a file taken in whole or not at all, and the mark on every page where its hosts show.

use std::path::PathBuf;

use archipel::{
    domain::{
        actor::{Actor, ActorKind},
        profile::Day,
        register::{Export, Source},
        share::PublicId,
    },
    storage::{Failed, actor, listing, peer, register, share},
    usecases::{self, register as registers},
};

use crate::support::{Engine, Server, TestStore, cast, on_both_engines, server::outside, store, visitor::Visitor};

const SAMPLE: &str = include_str!("../register/sample.xml");
const BRAVO: &str = "Gemeente Zandvliet &#38; Noord";

fn take_in(store: &TestStore, text: &str, given: Option<Day>) -> usecases::Outcome<registers::Imported> {
    let now = store.now();
    store.write_now(|tx| {
        let mut export = Export::open(text.as_bytes(), Day::of(now))?;
        registers::import(tx, now, None, &mut export, (Source::told("sample.xml"), given))
    })
}

fn know(store: &TestStore, host: &str) {
    store.commit(|tx| actor::save(tx, &cast::a_remote_actor(ActorKind::Lab, "een", host)));
}

fn holder(store: &TestStore, host: &str) -> Option<String> {
    store.commit(|tx| register::find_mark(tx, host)).map(|mark| mark.registrant.name)
}

fn refused(outcome: usecases::Outcome<registers::Imported>) -> &'static str {
    match outcome {
        Err(usecases::Error::Refused(refused)) => refused.key,
        other => panic!("{other:?}"),
    }
}

fn hosts(imported: &registers::Imported) -> Vec<&str> {
    imported.gained.iter().map(|(host, _)| host.as_str()).collect()
}

on_both_engines! {
    fn an_import_marks_the_hosts_that_are_known_and_the_next_one_takes_away_what_it_does_not_list(engine) {
        let store = store(engine);
        store.commit(|tx| actor::save(tx, &cast::a_local_actor(ActorKind::Organisation, "alpha")));
        for host in ["labs.bravo.example", "ponton.example", "betwist.example", "kust.rijk.example", "afscheid.example", "social.example"] {
            know(&store, host);
        }
        let first = take_in(&store, SAMPLE, None).expect("an import");
        assert_eq!(hosts(&first), ["alpha.example", "labs.bravo.example", "ponton.example"], "ours too, and nobody else");
        assert_eq!((first.register.organisations, first.register.names, first.doubted), (4, 8, 2));
        let without = SAMPLE.replace("ponton.example", "elders.example").replace("Gemeente Zandvliet", "Gemeente Zandvliet aan Zee");
        let second = take_in(&store, &without, None).expect("another");
        assert_eq!((hosts(&second), second.kept, &second.lost), (vec![], 2, &vec!["ponton.example".to_owned()]));
        assert_eq!(holder(&store, "labs.bravo.example").as_deref(), Some("Gemeente Zandvliet aan Zee & Noord"), "one identifier, one organisation");
        know(&store, "nieuw.elders.example");
        assert_eq!(holder(&store, "nieuw.elders.example").as_deref(), Some("Dienst Ponton"), "a host that becomes known later");
        store.write_now(|tx| registers::remove(tx, None)).expect("it is forgotten");
        assert_eq!(holder(&store, "labs.bravo.example"), None);
    }

    fn a_file_that_cannot_be_used_changes_nothing(engine) {
        let store = store(engine);
        know(&store, "bravo.example");
        take_in(&store, SAMPLE, None).expect("an import");
        let before = store.commit(register::find);
        let other = "<overheidsorganisaties><organisaties><organisatie><naam>X</naam><contact><url>x.example</url></contact></organisatie></organisaties></overheidsorganisaties>";
        let undated = SAMPLE.replace("p:timestamp", "p:made");
        let tomorrow = SAMPLE.replace("2026-10-30", "2026-11-09");
        for (text, key) in [
            (other, "register-empty"),
            ("<html><body>Not found</body></html>", "register-empty"),
            (&SAMPLE[..SAMPLE.len() - 400], "register-cut"),
            (&undated, "register-undated"),
            (&tomorrow, "register-from-tomorrow"),
        ] {
            assert_eq!(refused(take_in(&store, text, None)), key);
            assert_eq!(store.commit(register::find), before);
            assert_eq!(holder(&store, "bravo.example").as_deref(), Some("Gemeente Zandvliet & Noord"));
        }
        let given = take_in(&store, &undated, Day::read("2026-10-01")).expect("the day was given");
        assert_eq!(Some(given.register.dated), Day::read("2026-10-01"));
    }

    fn an_organisation_that_the_file_names_twice_is_one_and_two_of_one_name_are_two(engine) {
        let store = store(engine);
        know(&store, "een.example");
        know(&store, "twee.example");
        let of = |id: &str, name: &str, domain: &str| format!("<organisatie systeemId='{id}'><naam>{name}</naam><domeinen><domein><url>{domain}</url></domein></domeinen></organisatie>");
        let file = |parts: &[String]| format!("<r timestamp='2026-10-30'>{}</r>", parts.concat());
        let same = file(&[of("1", "X", "een.example"), of("1", "X", "een.example"), of("1", "X", "twee.example")]);
        let imported = take_in(&store, &same, None).expect("an import");
        assert_eq!((imported.register.organisations, imported.register.names, imported.doubted), (1, 2, 0));
        let two = file(&[of("1", "X", "een.example"), of("2", "X", "een.example")]);
        let imported = take_in(&store, &two, None).expect("an import");
        assert_eq!((imported.register.organisations, imported.doubted, imported.gained.len()), (2, 1, 0));
    }

    async fn the_mark_stands_wherever_the_host_does_and_nowhere_by_its_own_word(engine) {
        let server = with_neighbours(engine).await;
        let story = format!("/shares/{}", PublicId::from_random(1).as_str());
        for path in ["/labs", "/labs/een@labs.bravo.example", &story, "/search?q=grote+gedachte"] {
            assert!(!server.page(path).await.contains("domain registered to"), "{path}: what it says of itself is no proof");
        }
        let file = sample(&server);
        let said = server.run(&["register", "import", &file, "--source", "https://register.example/export.xml"]).await;
        assert!(said.contains("4 organisations with 8 names") && said.contains("+ labs.bravo.example  Gemeente Zandvliet & Noord"), "{said}");
        let mark = format!("domain registered to {BRAVO}");
        for path in ["/labs", "/labs/een@labs.bravo.example", &story, "/search?q=grote+gedachte"] {
            let page = server.page(path).await;
            assert!(page.contains(&mark) && page.contains("register of 30 October 2026"), "{path}: {page}");
            assert!(page.contains("https://identifier.overheid.nl/tooi/id/gemeente/gm9901"), "{path}");
        }
        let page = server.page("/labs/een@labs.bravo.example").await;
        assert!(page.contains("href=\"https://register.example/export.xml\"") && page.contains("<span>Municipality</span>"), "{page}");
        assert_eq!(server.page("/labs").await.matches("domain registered to").count(), 1, "and not on the others");
        let json: serde_json::Value = serde_json::from_str(&text(&server, "/labs.json?q=een").await).expect("JSON");
        let registered = &json["labs"][0]["domainRegistered"];
        assert_eq!((&registered["domain"], &registered["date"]), (&"bravo.example".into(), &"2026-10-30".into()));
        assert!(text(&server, "/labs.csv?q=een").await.contains("\"Gemeente Zandvliet & Noord\",\"https://identifier.overheid.nl/tooi/id/gemeente/gm9901\",\"2026-10-30\""));
        server.run(&["register", "remove"]).await;
        assert!(!server.page("/labs").await.contains("domain registered to"));
    }

    async fn the_command_line_says_whose_a_host_is_and_what_is_wrong_with_a_file(engine) {
        let server = Server::prepare(engine, "Ministry of Alpha");
        let refused = |output: std::process::Output| (output.status.code(), String::from_utf8(output.stderr).expect("text"));
        let (code, said) = refused(server.command(&["register", "show", "bravo.example"]).output().await.expect("a command"));
        assert_eq!((code, said.contains("There is no register here.")), (Some(2), true), "{said}");
        let broken = std::env::temp_dir().join(format!("{}-broken.xml", server.host().replace(':', "-")));
        std::fs::write(&broken, "<!DOCTYPE a [<!ENTITY b 'b'>]><a>&b;</a>").expect("a file");
        let (code, said) = refused(server.command(&["register", "import", &broken.display().to_string()]).output().await.expect("a command"));
        assert_eq!((code, said.contains("declares things of its own")), (Some(2), true), "{said}");
        std::fs::remove_file(broken).expect("it was there");
        server.run(&["register", "import", &sample(&server)]).await;
        for (host, told) in [
            ("labs.Bravo.example", "domain registered to Gemeente Zandvliet & Noord, by bravo.example"),
            ("betwist.example", "several organisations list betwist.example"),
            ("kust.rijk.example", "what lies below it is not one organisation's"),
            ("oud.example", "Neither it nor a name above it"),
        ] {
            let said = server.run(&["register", "show", host]).await;
            assert!(said.contains(told), "{said}");
        }
        let json: serde_json::Value = serde_json::from_str(&server.run(&["register", "show", "www.bravo.example", "--json"]).await).expect("JSON");
        assert_eq!((&json["marked"], &json["organisations"][0]["kind"]), (&true.into(), &"municipality".into()));
        let (code, _) = refused(server.command(&["register", "show", "10.0.0.1"]).output().await.expect("a command"));
        assert_eq!(code, Some(2));
    }

    async fn an_administrator_takes_a_register_in_on_its_page(engine) {
        let server = with_neighbours(engine).await;
        let admin = Visitor::join(&server, "noor", "Noor").await;
        let member = Visitor::join(&server, "bo", "Bo").await;
        assert_eq!(member.status("/register").await, 404);
        assert!(admin.page("/peers").await.contains("href=\"/register\""));
        let token = admin.token("/register").await;
        let answer = admin.send_file("/register", &token, &[], ("export.xml", b"<a/>")).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.expect("a page");
        assert!(page.contains("Not a single organisation with a domain was found") && page.contains("id=\"file-problem\""), "{page}");
        let undated = SAMPLE.replace("p:timestamp", "p:made");
        let answer = admin.send_file("/register", &token, &[], ("export.xml", undated.as_bytes())).await;
        assert!(answer.text().await.expect("a page").contains("id=\"date-problem\""));
        let answer = admin.send_file("/register", &token, &[("date", "2026-06-01")], ("export.xml", undated.as_bytes())).await;
        assert_eq!(answer.status(), 303);
        let page = admin.page("/register").await;
        for shown in ["1 June 2026", "export.xml", "4 organisations, 8 names", "2 that have ended", "labs.bravo.example", BRAVO] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert!(page.contains("No mark: two organisations list betwist.example."), "{page}");
        admin.send("/register", "/register/remove", &[]).await;
        assert!(admin.page("/register").await.contains("No register yet"));
    }
}

/// Labs of an organisation that stands in the register, of one that is disputed, and of one that only says that it is somebody.
async fn with_neighbours(engine: Engine) -> Server {
    let server = Server::start(engine, "Ministry of Alpha").await;
    let wrote = server.open().store.write_now(|tx| {
        for host in ["labs.bravo.example", "betwist.example", "social.example"] {
            let lab = Actor { name: format!("Een of {host}"), ..cast::a_remote_actor(ActorKind::Lab, "een", host) };
            let lab = Actor { id: actor::save(tx, &lab)?, ..lab };
            listing::confirm(tx, &lab, None, cast::october(3))?;
            if host == "labs.bravo.example" {
                share::add(
                    tx,
                    &archipel::domain::share::Share { title: "Grote gedachte".into(), ..cast::a_share(1, &lab, &lab) },
                )?;
            }
        }
        peer::save(tx, "labs.bravo.example", &archipel::domain::peer::Node::default(), cast::october(3))?;
        Ok::<_, Failed>(())
    });
    wrote.expect("labs elsewhere");
    server
}

fn sample(_: &Server) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/register/sample.xml").display().to_string()
}

async fn text(server: &Server, path: &str) -> String {
    outside().get(server.at(path)).send().await.expect("an answer").text().await.expect("a text")
}
