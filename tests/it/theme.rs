//! Themes: what an administrator changes, and how two organisations' words for one thing meet.

use archipel::{
    domain::{
        actor::ActorKind,
        links::Links,
        profile::{Profile, Said},
        refusal::Reason,
        theme::{Described, Labels, Slug, Theme, ThemeId},
    },
    storage::{listing, membership, theme},
    usecases::{self, peer, theme as themes},
};

use crate::support::{TestStore, cast, on_both_engines, store};

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn links() -> Links {
    Links::new(cast::url("https://alpha.example"))
}

fn with_vocabulary(engine: crate::support::Engine) -> TestStore {
    let store = store(engine);
    store.write_now(|tx| themes::begin(tx, &links())).expect("themes");
    store
}

/// A lab of another organisation works on what that calls so.
fn works_on(store: &TestStore, handle: &str, uri: &str, nl: &str, same_as: &str) {
    let same_as = if same_as.is_empty() { Vec::new() } else { vec![cast::url(same_as)] };
    let theme = Theme { id: ThemeId(0), uri: cast::url(uri), slug: None, labels: Labels::told(nl, ""), same_as };
    let said = Said::Lab(Box::new(Profile { themes: vec![theme], ..Profile::default() }));
    let lab = cast::a_remote_actor(ActorKind::Lab, handle, "bravo.example");
    let lab = store.commit(|tx| peer::learn(tx, &lab, Some(&said)));
    store.commit(|tx| listing::confirm(tx, &lab, None, store.now()));
}

fn count(store: &TestStore, of: &str) -> i64 {
    let id = store.commit(|tx| theme::find(tx, &slug(of))).expect("a theme").id;
    store.commit(theme::count_labs).get(&id).copied().unwrap_or(0)
}

on_both_engines! {
    fn ai_and_kunstmatige_intelligentie_meet_by_identifier_by_label_and_by_our_own_address(engine) {
        let store = with_vocabulary(engine);
        works_on(&store, "een", "https://bravo.example/themes/slim", "Slimme machines", "http://www.wikidata.org/entity/Q11660");
        works_on(&store, "twee", "https://bravo.example/themes/ki", "kunstmatige Intelligentie", "");
        works_on(&store, "drie", "https://alpha.example/themes/ai", "", "");
        works_on(&store, "vier", "https://bravo.example/themes/soep", "Soep", "");
        assert_eq!(count(&store, "ai"), 3);
        // What meets nothing yet does once an administrator says what it is.
        let described = Described::parse("Soep en zo", "Soup", "https://bravo.example/themes/soep").unwrap();
        store.write_now(|tx| themes::add(tx, &links(), None, &slug("soup"), described)).expect("a theme");
        assert_eq!(count(&store, "soup"), 1);
        let less = Described::parse("Iets anders", "Something else", "").unwrap();
        store.write_now(|tx| themes::revise(tx, None, &slug("soup"), less)).expect("a theme");
        assert_eq!(count(&store, "soup"), 0);
    }

    fn two_themes_become_one_and_the_word_of_the_other_is_not_used_again(engine) {
        let store = with_vocabulary(engine);
        works_on(&store, "een", "https://alpha.example/themes/data", "", "");
        works_on(&store, "twee", "https://bravo.example/themes/cijfers", "Data en statistiek", "");
        store.write_now(|tx| themes::merge(tx, None, &slug("data"), &slug("ai"))).expect("one theme");
        assert_eq!(count(&store, "ai"), 2);
        assert_eq!(store.commit(|tx| theme::find(tx, &slug("data"))), None);
        let again = store.write_now(|tx| themes::add(tx, &links(), None, &slug("data"), Described::parse("a", "b", "").unwrap()));
        assert!(matches!(again, Err(usecases::Error::Refused(refused)) if refused.reason == Reason::Conflict));
        assert!(store.write_now(|tx| themes::merge(tx, None, &slug("ai"), &slug("ai"))).is_err());
    }

    fn only_whoever_looks_after_the_instance_changes_themes_and_a_vocabulary_is_given_once(engine) {
        let store = with_vocabulary(engine);
        store.commit(|tx| membership::add(tx, &cast::noor(), "hash", false));
        let noor = store.commit(|tx| membership::find(tx, "noor")).unwrap();
        let described = || Described::parse("a", "b", "").unwrap();
        for done in [
            store.write_now(|tx| themes::add(tx, &links(), Some(&noor), &slug("own"), described())),
            store.write_now(|tx| themes::revise(tx, Some(&noor), &slug("ai"), described())),
            store.write_now(|tx| themes::merge(tx, Some(&noor), &slug("ai"), &slug("data"))),
        ] {
            assert!(matches!(done, Err(usecases::Error::Refused(refused)) if refused.reason == Reason::NotAllowed));
        }
        let before = store.commit(theme::list);
        store.write_now(|tx| themes::begin(tx, &links())).expect("nothing new");
        assert_eq!(store.commit(theme::list), before);
    }
}
