//! The index of what can be found: written with rows of labs and shares, and without them where that is asked for.

use archipel::{
    domain::{
        actor::Actor,
        search::{Query, Wanted, keys},
        share::Share,
    },
    storage::{actor, search, share},
};

use crate::support::{cast, on_both_engines, store};

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
