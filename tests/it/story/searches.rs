//! The index of what can be found: written with rows of labs and shares, and without them where that is asked for.

use archipel::{
    domain::{
        actor::Actor,
        search::{Query, Wanted, keys},
        share::Share,
        text::Html,
    },
    storage::{actor, search, share},
};
use chrono::TimeDelta;

use crate::support::{Engine, cast, on_both_engines, store};

on_both_engines! {
    fn a_lab_and_its_share_are_indexed_found_and_forgotten(engine) {
        let store = store(engine);
        let lab = cast::spoor();
        let lab = Actor { id: store.commit(|tx| actor::save(tx, &lab)), ..lab };
        let new = cast::a_share(1, &lab, &lab);
        let share = Share { id: store.commit(|tx| share::add(tx, &new)).expect("a new share"), ..new };
        let wanted = Wanted { query: Query::read("spoor"), ..Wanted::default() };
        let find = |wanted: &Wanted| store.commit(|tx| search::find(tx, wanted, store.now(), 0, 10));
        assert_eq!(find(&wanted).hits[0].lab, Some(lab.id));
        store.commit(|tx| search::remove_lab(tx, lab.id));
        assert_eq!(find(&wanted).hits.iter().filter(|hit| hit.lab.is_some()).count(), 0);
        store.commit(|tx| search::index_lab(tx, lab.id, &lab));
        assert_eq!(find(&wanted).hits[0].lab, Some(lab.id));
        let renamed = Share { title: "Getijden".into(), ..share.clone() };
        store.commit(|tx| search::index_share(tx, share.id, &renamed));
        let tides = Wanted { query: Query::read("getijde"), ..Wanted::default() };
        let found = find(&tides);
        assert_eq!((found.hits[0].share, found.total, found.is_cut), (Some(share.id), 1, false));
        assert_eq!(store.commit(|tx| search::explain(tx, &tides))[0].1, 1);
        assert_eq!(store.commit(|tx| search::similar(tx, &keys("Getijden", ""), None, 3)), [share.id]);
        assert_eq!(store.commit(|tx| search::guess(tx, "sporo")), Some("spoor".to_owned()));
        assert_eq!(store.commit(|tx| search::index_missing(tx, (0, 0), 10)), None);
    }
}

#[test]
fn postgres_keeps_the_words_of_a_long_share_beside_its_row_and_unpacked() {
    let store = store(Engine::Postgres);
    let lab = cast::spoor();
    let lab = Actor { id: store.commit(|tx| actor::save(tx, &lab)), ..lab };
    let words: Vec<String> = (0..400).map(|number| format!("woord{number}")).collect();
    let long = Share { content: Html::sanitise(&format!("<p>{}</p>", words.join(" "))), ..cast::a_share(1, &lab, &lab) };
    store.commit(|tx| share::add(tx, &long)).expect("a new share");
    let packed = "SELECT (pg_column_size(words) > 2100)::text AS one, COALESCE(pg_column_compression(words), 'none') AS other \
         FROM search_index ORDER BY pg_column_size(words) DESC LIMIT 1";
    assert_eq!(store.pairs(packed), [("true".to_owned(), "none".to_owned())]);
    let beside = "SELECT c.relname::text AS one, (pg_relation_size(c.reltoastrelid) > 0)::text AS other FROM pg_class c WHERE relname = 'search_index'";
    assert_eq!(store.pairs(beside), [("search_index".to_owned(), "true".to_owned())]);
}

#[test]
fn postgres_finds_the_newest_whether_many_or_few_have_the_word() {
    let store = store(Engine::Postgres);
    let lab = cast::spoor();
    let lab = Actor { id: store.commit(|tx| actor::save(tx, &lab)), ..lab };
    let shares: Vec<i64> = (1..=60)
        .map(|number| {
            let rare = if number % 20 == 0 { "veerpont" } else { "brug" };
            let content = Html::sanitise(&format!("<p>Gemeente en {rare}</p>"));
            let share = Share {
                content,
                published_at: store.now() - TimeDelta::minutes(60 - i64::from(number)),
                ..cast::a_share(number, &lab, &lab)
            };
            store.commit(|tx| share::add(tx, &share)).expect("a new share")
        })
        .collect();
    let newest = |word: &str| -> Vec<Option<i64>> {
        let wanted = Wanted { query: Query::read(word), ..Wanted::default() };
        store.commit(|tx| search::find(tx, &wanted, store.now(), 0, 3)).hits.iter().map(|hit| hit.share).collect()
    };
    let expected = |numbers: [usize; 3]| numbers.map(|number| Some(shares[number - 1])).to_vec();
    for known in [false, true] {
        if known {
            store.execute("ANALYZE search_index");
        }
        assert_eq!(newest("gemeente"), expected([60, 59, 58]), "statistics: {known}");
        assert_eq!(newest("veerpont"), expected([60, 40, 20]), "statistics: {known}");
    }
}
