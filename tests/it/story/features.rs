//! Featured collections: which labs belong there, what each said, and the consent that labs of ours gave.

use archipel::{
    domain::{
        feature::{Consent, OWN_LABS},
        lab::LabKind,
        profile::{Profile, State},
    },
    storage::{actor, feature, lab, listing, profile, theme},
};
use chrono::TimeDelta;

use crate::support::{cast, on_both_engines, store};

on_both_engines! {
    fn a_collection_holds_labs_with_what_each_said(engine) {
        let store = store(engine);
        let now = store.now();
        let ours = store.commit(|tx| lab::add(tx, &cast::spoor(), LabKind::Lab, "We try things."));
        let theirs = store.commit(|tx| actor::save(tx, &cast::klare_taal()));
        store.commit(|tx| feature::add_collection(tx, OWN_LABS, None, now));
        store.commit(|tx| feature::add_collection(tx, OWN_LABS, None, now + TimeDelta::hours(1)));
        let collection = store.commit(|tx| feature::find_collection(tx, OWN_LABS)).expect("the collection");
        assert_eq!((collection.created_at, collection.shown), (now, None));
        assert_eq!(store.commit(feature::list_collections), std::slice::from_ref(&collection));
        let stamp = cast::url("https://bravo.example/stamps/1");
        let item = store.commit(|tx| feature::add_item(tx, collection.id, theirs, None, now)).expect("a row");
        assert_eq!(store.commit(|tx| feature::add_item(tx, collection.id, theirs, Some(&stamp), now)), None, "asked already");
        assert_eq!(store.commit(|tx| feature::list_items(tx, collection.id))[0].consent, Consent::Asked);
        store.commit(|tx| feature::set_consent(tx, item, Some(&stamp), now));
        let found = store.commit(|tx| feature::find_item(tx, item)).expect("the row");
        assert_eq!(found.granted(), Some(&stamp));
        assert_eq!(store.commit(|tx| feature::find_item_by_stamp(tx, theirs, &stamp)), Some(found));
        assert_eq!(store.commit(|tx| feature::find_item_by_stamp(tx, ours, &stamp)), None, "another's stamp");
        store.commit(|tx| feature::set_consent(tx, item, None, now));
        assert_eq!(store.commit(|tx| feature::find_item(tx, item)).expect("the row").consent, Consent::Refused);
        store.commit(|tx| feature::show_collection(tx, collection.id, 3, now));
        assert_eq!(store.commit(|tx| feature::find_collection(tx, OWN_LABS)).expect("the collection").shown, Some(3));
        store.commit(|tx| feature::remove_item(tx, item));
        assert_eq!(store.commit(|tx| feature::list_items(tx, collection.id)), []);
        store.commit(|tx| feature::remove_collection(tx, collection.id));
        assert_eq!(store.commit(feature::list_collections), []);
    }

    fn labs_that_are_listed_and_open_belong_in_it(engine) {
        let store = store(engine);
        let links = store.settings.links();
        store.write_now(|tx| archipel::usecases::theme::begin(tx, &links)).expect("themes");
        let ai = store.commit(theme::list).into_iter().next().expect("a theme");
        let ours = store.commit(|tx| lab::add(tx, &cast::spoor(), LabKind::Lab, "We try things."));
        let theirs = store.commit(|tx| actor::save(tx, &cast::klare_taal()));
        assert_eq!(store.commit(|tx| feature::list_wanted(tx, None, 9)), [ours]);
        let working = Profile { themes: vec![ai.clone()], ..Profile::default() };
        store.commit(|tx| profile::save(tx, theirs, &working));
        assert_eq!(store.commit(|tx| feature::list_wanted(tx, Some(ai.id), 9)), [], "it is in no directory");
        assert!(!store.commit(|tx| profile::is_listed(tx, theirs)));
        let known = store.commit(|tx| actor::find(tx, theirs)).expect("the lab");
        store.commit(|tx| listing::confirm(tx, &known, None, store.now()));
        assert_eq!(store.commit(|tx| feature::list_wanted(tx, Some(ai.id), 9)), [theirs]);
        store.commit(|tx| profile::save(tx, theirs, &Profile { state: State::Ended, ..working.clone() }));
        assert_eq!(store.commit(|tx| feature::list_wanted(tx, Some(ai.id), 9)), [], "it has ended");
    }

    fn a_stamp_is_given_once_and_withdrawn_for_good(engine) {
        let store = store(engine);
        let (now, collection) = (store.now(), cast::url("https://bravo.example/collections/1"));
        let ours = store.commit(|tx| lab::add(tx, &cast::spoor(), LabKind::Lab, "We try things."));
        let owner = store.commit(|tx| actor::save(tx, &cast::klare_taal()));
        let given = store.commit(|tx| feature::give_stamp(tx, ours, (&collection, owner, "https://bravo.example/1"), now));
        let again = store.commit(|tx| feature::give_stamp(tx, ours, (&collection, owner, "https://bravo.example/2"), now));
        assert_eq!((again.id, again.request.as_str()), (given.id, "https://bravo.example/2"));
        assert_eq!(store.commit(|tx| feature::list_stamps(tx, ours, 9)), [again]);
        store.commit(|tx| feature::withdraw_stamp(tx, given.id, now));
        assert_eq!(store.commit(|tx| feature::list_stamps(tx, ours, 9)), []);
        let kept = store.commit(|tx| feature::give_stamp(tx, ours, (&collection, owner, "https://bravo.example/3"), now));
        assert_eq!(kept.withdrawn_at, Some(now));
        assert_eq!(store.commit(|tx| feature::find_stamp(tx, given.id)), Some(kept));
    }
}
