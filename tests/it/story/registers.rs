//! The register of organisations and their domains: kept, looked into from below and from above, and what hosts get by it.

use std::collections::BTreeMap;

use archipel::{
    domain::{
        actor::ActorKind,
        organisation::{OrganisationKind, Tooi},
        peer::Node,
        profile::Day,
        register::{DomainName, Doubt, LeftOut, Listed, Register, Registrant, Source, Verdict},
    },
    storage::{actor, peer, register},
};

use crate::support::{TestStore, cast, on_both_engines, store};

fn name(text: &str) -> DomainName {
    DomainName::parse(text).expect("a name")
}

fn registrant(name: &str) -> Registrant {
    let tooi = Tooi::parse("https://identifier.overheid.nl/tooi/id/gemeente/gm9901").expect("an identifier");
    Registrant { name: name.to_owned(), tooi: Some(tooi), kind: Some(OrganisationKind::Municipality) }
}

fn a_register(store: &TestStore) -> Register {
    let left_out = LeftOut { ended: 3, ..LeftOut::default() };
    let (source, dated) = (Source::told("https://register.example/export.xml"), Day::read("2026-10-30").expect("a day"));
    Register { source, dated, imported_at: store.now(), organisations: 2, names: 4, left_out }
}

/// Two organisations: the first holds a name and one below it, which is shared, and both list one.
fn with_register(store: &TestStore) -> Register {
    let known = a_register(store);
    store.commit(|tx| register::add(tx, &known));
    for (id, who, names) in [
        (1, "Gemeente Zandvliet", vec![("bravo.example", true), ("zone.example", true), ("both.example", true)]),
        (2, "Waterschap De Rietkraag", vec![("riet.zone.example", false), ("both.example", false)]),
    ] {
        let names: BTreeMap<DomainName, bool> = names.into_iter().map(|(text, covers)| (name(text), covers)).collect();
        let listed = Listed { registrant: registrant(who), identity: who.to_owned(), names };
        store.commit(|tx| register::add_registrant(tx, id, &listed.registrant));
        assert_eq!(store.commit(|tx| register::add_names(tx, id, &listed)), listed.names.len());
        assert_eq!(store.commit(|tx| register::add_names(tx, id, &listed)), 0, "they are there");
    }
    known
}

fn know(store: &TestStore, host: &str) {
    store.commit(|tx| actor::save(tx, &cast::a_remote_actor(ActorKind::Lab, "een", host)));
}

on_both_engines! {
    fn a_register_is_kept_and_forgotten_with_everything_in_it(engine) {
        let store = store(engine);
        assert_eq!(store.commit(register::find), None);
        let known = with_register(&store);
        assert_eq!(store.commit(register::find), Some(known));
        know(&store, "labs.bravo.example");
        assert!(store.commit(|tx| register::find_mark(tx, "labs.bravo.example")).is_some(), "a host that is new gets its mark");
        assert!(store.commit(register::remove));
        assert!(!store.commit(register::remove), "it is gone");
        assert_eq!((store.commit(register::find), store.commit(|tx| register::find_mark(tx, "labs.bravo.example"))), (None, None));
        assert_eq!(store.pairs("SELECT key AS one, key AS other FROM registered_names"), []);
    }

    fn hosts_are_marked_by_the_nearest_name_or_told_why_not(engine) {
        let store = store(engine);
        let known = with_register(&store);
        let hosts = ["a.both.example", "bravo.example", "labs.bravo.example", "not-bravo.example", "riet.zone.example", "x.zone.example"];
        for host in hosts {
            know(&store, host);
        }
        let node = Node { software: "archipel".into(), version: "1".into(), organisation: None, shares: None };
        store.commit(|tx| peer::save(tx, "zone.example", &node, store.now()));
        let of = |host: &str| store.commit(|tx| register::find_mark(tx, host)).map(|mark| mark.registrant.name);
        assert_eq!(of("zone.example").as_deref(), Some("Gemeente Zandvliet"), "a server without an actor has a mark too");
        let mut all: Vec<String> = hosts.iter().map(ToString::to_string).chain(["zone.example".to_owned()]).collect();
        all.sort();
        assert_eq!(store.commit(register::list_hosts), all);
        for _ in 0..2 {
            let marks = store.commit(|tx| register::list_marks(tx, &hosts));
            assert_eq!(marks.len(), 3);
            let labs = &marks["labs.bravo.example"];
            assert_eq!((&labs.registrant, labs.name.as_str()), (&registrant("Gemeente Zandvliet"), "bravo.example"));
            assert_eq!((&labs.source, labs.dated), (&known.source, known.dated));
            assert_eq!(marks["riet.zone.example"].registrant.name, "Waterschap De Rietkraag");
            let listed = store.commit(|tx| register::list_marked_hosts(tx, "", 10));
            let doubts: Vec<_> = listed.iter().filter_map(|host| Some((host.host.as_str(), host.verdict.clone().err()?))).collect();
            assert_eq!(doubts, [("a.both.example", Doubt::Disputed), ("x.zone.example", Doubt::Shared)]);
            assert_eq!(store.commit(|tx| register::list_marked_hosts(tx, "riet.zone.example", 10)).len(), 2, "a part of the list");
            // Decided anew, it is the same.
            store.commit(|tx| register::mark(tx, &all));
        }
        assert_eq!(store.commit(|tx| register::list_marks(tx, &[])).len(), 0);
    }

    fn what_the_register_says_of_any_host_can_be_asked(engine) {
        let store = store(engine);
        with_register(&store);
        let ask = |host: &str| store.commit(|tx| register::look_up(tx, &name(host)));
        assert_eq!(ask("a.bravo.example"), (Verdict::Marked(name("bravo.example"), 1), vec![registrant("Gemeente Zandvliet")]));
        assert_eq!(ask("other.example"), (Verdict::Unlisted, vec![]));
        let (verdict, both) = ask("both.example");
        assert_eq!((verdict, both.len()), (Verdict::Doubted(name("both.example"), Doubt::Disputed), 2));
    }
}
