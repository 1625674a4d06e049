//! Search: both databases find the same in the same order, whatever is typed; nothing is found that should not be.

mod pages;
mod scene;

use archipel::{
    domain::{
        actor::Actor,
        block::Blockable,
        search::{Candidate, Query, Scope, Thing, Wanted, keys},
        share::{Outcome, Share, ShareKind},
    },
    storage::{actor, listing, search, share, tombstone},
    usecases::{block as blocks, peer},
};
use scene::{LIBRARY, Scene, wanted};

use crate::support::{Engine, cast, on_both_engines};

const TYPED: [&str; 34] = [
    "",
    "gemeente",
    "gemeenten",
    "onderzoek",
    "onderzoeken",
    "experiment",
    "experiments",
    "experimenten",
    "brief gemeente",
    "brieven gemeenten",
    "\"klare taal\"",
    "\"taal klare\"",
    "klare taal",
    "taalm",
    "gem",
    "geme",
    "gemeen",
    "onderzoeksv",
    "de",
    "the",
    "van de",
    "reïntegratie",
    "REINTEGRATIE",
    "cocreatie",
    "co-creatie",
    "foto's",
    "nergens",
    "brief nergens",
    "learning cities",
    "city",
    "NEAR(brief gemeente)",
    "title: brief",
    "\"",
    "brief* OR gemeente",
];

#[test]
fn both_databases_find_the_same_in_the_same_order() {
    let scenes = [Engine::Sqlite, Engine::Postgres].map(|engine| Scene::set(engine, 400));
    let mut found_something = 0;
    for typed in TYPED {
        let [one, other] = [&scenes[0], &scenes[1]].map(|scene| scene.find(&wanted(typed)));
        assert_eq!(one, other, "{typed:?}");
        found_something += usize::from(one.total > 0);
        for narrowed in scene::narrowed(typed, &scenes[0]) {
            let [one, other] = [&scenes[0], &scenes[1]].map(|scene| scene.find(&narrowed));
            assert_eq!(one, other, "{narrowed:?}");
        }
        let [one, other] = [&scenes[0], &scenes[1]].map(|scene| scene.store.commit(|tx| search::explain(tx, &wanted(typed))));
        assert_eq!(one, other, "{typed:?}");
    }
    assert!(found_something > 25, "only {found_something} of the queries found anything");
    for (title, text) in LIBRARY {
        let keys = keys(title, text);
        let [one, other] = [&scenes[0], &scenes[1]].map(|scene| scene.store.commit(|tx| search::similar(tx, &keys, None, 5)));
        assert_eq!(one, other, "{title}");
        assert!(title.is_empty() || !one.is_empty(), "{title}");
    }
}

on_both_engines! {
    fn words_are_found_whatever_their_ending_accents_or_capitals(engine) {
        let scene = Scene::set(engine, 0);
        for (title, language, typed) in [
            ("Onderzoeken met inwoners", "nl", "onderzoek inwoner"),
            ("Een onderzoek", "nl", "ONDERZOEKEN"),
            ("Gemeenten leren", "nl", "gemeente"),
            ("De brief herschreven", "nl", "brieven"),
            ("Reïntegratie één", "nl", "reintegratie"),
            ("Reintegratie", "nl", "reïntegratie"),
            ("Two experiments", "en", "experiment"),
            ("One experiment", "en", "experiments"),
            ("Foto's van het spoor", "nl", "foto’s"),
            ("Co-creatie", "nl", "cocreatie"),
            ("Cocreatie", "nl", "co-creatie"),
            ("Taalmodellen", "nl", "taalmo"),
            ("Burgerberaad", "nl", "burg"),
            ("Straßenbahn", "de", "strassenbahn"),
        ] {
            let share = scene.add(&Share { title: title.into(), language: scene::language(language), ..scene.a_share() });
            assert_eq!(scene.shares(typed), [share.id], "{title}: {typed}");
            scene.store.commit(|tx| share::remove(tx, share.id));
            assert_eq!(scene.shares(typed), [0; 0], "{title}: {typed}");
        }
    }

    fn a_phrase_is_found_only_as_it_stands(engine) {
        let scene = Scene::set(engine, 0);
        let share = scene.add(&Share { title: "Klare taal voor gemeenten".into(), ..scene.a_share() });
        for (typed, found) in [("\"klare taal\"", true), ("\"taal klare\"", false), ("taal klare", true), ("\"taal voor gemeente\"", true)] {
            assert_eq!(scene.shares(typed).contains(&share.id), found, "{typed}");
        }
        // No phrase reaches from the title into the text.
        assert_eq!(scene.shares("\"gemeenten leert\""), [0; 0]);
    }

    fn a_correction_is_found_by_its_new_words_alone(engine) {
        let scene = Scene::set(engine, 0);
        let share = scene.add(&Share { title: "Loket".into(), ..scene.a_share() });
        let later = Share { title: "Balie".into(), kind: ShareKind::Result, outcome: Some(Outcome::Stopped), ..share.clone() };
        scene.store.commit(|tx| share::update(tx, &later));
        assert_eq!((scene.shares("loket"), scene.shares("balie")), (vec![], vec![share.id]));
        let stopped = Wanted { outcome: Some(Outcome::Stopped), kind: Some(ShareKind::Result), ..wanted("balie") };
        assert_eq!(scene.find(&stopped).total, 1);
        assert_eq!(scene.find(&Wanted { outcome: Some(Outcome::Worked), ..wanted("balie") }).total, 0);
    }

    fn cf13_what_is_withdrawn_forgotten_or_gone_leaves_no_word_behind(engine) {
        let scene = Scene::set(engine, 0);
        let elsewhere = scene.meet(&Actor { name: "Getijdenlab".into(), ..cast::klare_taal() });
        let theirs = scene.add(&Share { title: "Springtij".into(), ..cast::a_share(901, &elsewhere, &elsewhere) });
        let ours = scene.add(&Share { title: "Doodtij".into(), ..scene.a_share() });
        assert_eq!(scene.shares("springtij"), [theirs.id]);
        assert_eq!(scene.find(&wanted("getijdenlab")).hits[0].lab, Some(elsewhere.id));
        scene.store.commit(|tx| share::remove(tx, ours.id));
        scene.store.commit(|tx| tombstone::add(tx, ours.uri.as_str(), "Note", cast::october(9)));
        scene.store.commit(|tx| actor::mark_gone(tx, elsewhere.id, cast::october(9)));
        assert_eq!((scene.find(&wanted("getijdenlab")).total, scene.shares("doodtij")), (0, vec![]));
        assert_eq!(scene.shares("springtij"), [theirs.id], "what a lab shared stays readable");
        scene.store.commit(|tx| archipel::storage::block::forget_actors(tx, &[elsewhere.id]));
        assert_eq!(scene.shares("springtij"), [0; 0]);
        assert_eq!(scene.left_in_the_index(), scene.labs());
    }

    fn xo14_a_block_closes_the_search_at_once_and_what_is_read_again_is_found_again(engine) {
        let scene = Scene::set(engine, 0);
        let elsewhere = scene.meet(&cast::klare_taal());
        let theirs = cast::a_share(901, &elsewhere, &elsewhere);
        scene.add(&Share { title: "Springtij".into(), ..theirs.clone() });
        let (links, subject) = (scene.store.settings.links(), Blockable::parse("bravo.example").unwrap());
        scene.store.write_now(|tx| blocks::block(tx, cast::october(9), &links, None, &subject, None)).unwrap();
        assert_eq!((scene.shares("springtij"), scene.find(&wanted("klare taal")).total), (vec![], 0));
        scene.store.write_now(|tx| blocks::unblock(tx, None, &subject)).unwrap();
        let again = scene.store.commit(|tx| peer::learn(tx, &cast::klare_taal(), None));
        scene.add(&Share { title: "Springtij".into(), ..cast::a_share(902, &again, &again) });
        assert_eq!((scene.shares("springtij").len(), scene.find(&wanted("klare taal")).total), (1, 0), "it is known, and not listed yet");
        scene.store.commit(|tx| listing::confirm(tx, &again, None, cast::october(9)));
        assert_eq!(scene.find(&wanted("klare taal")).total, 1);
    }

    fn cf01_people_are_not_found(engine) {
        let scene = Scene::set(engine, 0);
        scene.meet(&Actor { name: "Eenhoorn".into(), ..cast::bo() });
        scene.meet(&Actor { name: "Eenhoorn".into(), handle: "eenhoorn".into(), ..cast::noor() });
        assert_eq!(scene.find(&wanted("eenhoorn")).total, 0);
        // Who becomes a person is not found any more either.
        let lab = scene.meet(&Actor { name: "Narwal".into(), ..cast::klare_taal() });
        assert_eq!(scene.find(&wanted("narwal")).total, 1);
        scene.meet(&Actor { kind: archipel::domain::actor::ActorKind::Member, name: "Narwal".into(), ..lab });
        assert_eq!(scene.find(&wanted("narwal")).total, 0);
    }

    fn scopes_and_facets_narrow_what_is_found(engine) {
        let scene = Scene::set(engine, 60);
        let all = scene.find(&Wanted::default());
        assert_eq!(all.total, scene.labs() + 60);
        assert_eq!(all.facets.things["share"], 60);
        for (host, count) in &all.facets.hosts {
            let there = scene.find(&Wanted { host: Some(host.clone()), ..Wanted::default() });
            assert_eq!(there.total, *count, "{host}");
        }
        for (code, count) in &all.facets.outcomes {
            let wanted = Wanted { outcome: Outcome::parse(code).ok(), ..Wanted::default() };
            assert_eq!(scene.find(&wanted).total, *count, "{code}");
        }
        let here = scene.find(&Wanted { scope: Scope::Here, thing: Some(Thing::Share), ..Wanted::default() });
        assert!(here.total > 0 && here.facets.hosts.keys().all(|host| host == "alpha.example"), "{:?}", here.facets);
        let nobody = Wanted { scope: Scope::Followed, ..Wanted::default() };
        assert_eq!(scene.find(&nobody).total, 0);
        let many: Vec<_> = (1_000..2_000).map(archipel::domain::actor::ActorId).collect();
        let followed = [vec![scene.elsewhere.id], many].concat();
        let followed = scene.find(&Wanted { followed, ..nobody });
        assert!(followed.total > 1 && followed.facets.hosts.keys().all(|host| host == "bravo.example"));
    }

    fn things_that_began_in_one_moment_are_all_found_also_where_their_places_are_the_same(engine) {
        let scene = Scene::set(engine, 0);
        let at = cast::october(2);
        let add = |number| {
            let tags = Vec::new();
            scene.add(&Share { published_at: at, updated_at: at, tags, ..cast::a_share(number, &scene.ours, &scene.ours) })
        };
        let (one, other) = (add(901), add(902));
        scene.store.execute("DELETE FROM search_documents");
        scene.store.execute("DELETE FROM search_index");
        scene.store.execute(&format!("UPDATE shares SET id = {} WHERE id = {}", one.id + Candidate::ROWS, other.id));
        scene.store.commit(|tx| search::index_missing(tx, (0, 0), 100));
        let found = scene.find(&Wanted { thing: Some(Thing::Share), ..Wanted::default() });
        assert_eq!(found.hits.iter().filter_map(|hit| hit.share).collect::<Vec<_>>(), [one.id + Candidate::ROWS, one.id]);
    }

    fn rows_of_before_are_indexed_later_in_batches_that_can_be_stopped(engine) {
        let scene = Scene::set(engine, 50);
        let before = scene.find(&wanted("gemeente"));
        scene.store.execute("DELETE FROM search_documents");
        assert_eq!((scene.find(&Wanted::default()).total, scene.left_in_the_index()), (0, 0));
        let mut after = (0, 0);
        for _ in 0..3 {
            after = scene.store.commit(|tx| search::index_missing(tx, after, 10)).expect("more to do");
        }
        assert_eq!(scene.find(&Wanted { thing: Some(Thing::Share), ..Wanted::default() }).total, 30);
        // Stopped here, and begun again: what is done is passed over.
        let (mut after, mut batches) = ((0, 0), 0);
        while let Some(done) = scene.store.commit(|tx| search::index_missing(tx, after, 10)) {
            (after, batches) = (done, batches + 1);
        }
        assert_eq!(batches, 2);
        assert_eq!(scene.find(&wanted("gemeente")), before);
        scene.store.execute("UPDATE search_documents SET version = 0");
        while let Some(done) = scene.store.commit(|tx| search::index_missing(tx, (0, 0), 30)) {
            assert!(done.1 > 0);
        }
        assert_eq!(scene.find(&wanted("gemeente")), before);
    }

    fn what_was_tried_elsewhere_is_found_by_a_draft(engine) {
        let scene = Scene::set(engine, 40);
        let tried = Share { title: "Een chatbot aan het loket".into(), outcome: Some(Outcome::DidNotWork), ..scene.a_share() };
        let tried = scene.add(&tried);
        let keys = keys("Chatbots voor het loket van morgen", "Wij bouwen iets nieuws.");
        assert_eq!(scene.store.commit(|tx| search::similar(tx, &keys, None, 5))[0], tried.id);
        assert!(!scene.store.commit(|tx| search::similar(tx, &keys, Some(tried.id), 5)).contains(&tried.id));
    }

    fn a_word_that_is_nowhere_is_told_apart_and_its_neighbour_is_named(engine) {
        let scene = Scene::set(engine, 20);
        scene.add(&Share { title: "Zeewier op het dak".into(), ..scene.a_share() });
        let told = scene.store.commit(|tx| search::explain(tx, &wanted("zeewier walrus")));
        let told: Vec<(&str, usize)> = told.iter().map(|(query, count)| (query.typed(), *count)).collect();
        assert_eq!(told, [("zeewier", 1), ("walrus", 0)]);
        assert_eq!(scene.store.commit(|tx| search::guess(tx, "zeeweir")), Some("zeewier".to_owned()));
        assert_eq!(scene.store.commit(|tx| search::guess(tx, "walrus")), None);
        assert_eq!(scene.store.commit(|tx| search::guess(tx, "w")), None);
    }

    fn rx17_whatever_is_typed_is_answered(engine) {
        let scene = Scene::set(engine, 10);
        let long = [&"x".repeat(10_000), "woord ".repeat(1_000).as_str(), &"\" ".repeat(500), &"a-".repeat(500)].map(str::to_owned);
        for typed in long.iter().map(String::as_str).chain(["\0", "a\0b", "'; --", "\\", "' | '", "!", "()", "a:*", "{words}: a", "^a"]) {
            let query = Query::read(typed);
            scene.find(&Wanted { query, ..Wanted::default() });
        }
    }
}
