//! What anyone may see of labs, shares and organisations, by what they are: nothing of what the directory hides.

use archipel::{
    domain::{
        actor::{Actor, ActorKind},
        directory::Whose,
        lab::LabKind,
        organisation::{Organisation, OrganisationKind},
        peer::{Node, Policy},
        share::{Outcome, Share, ShareKind, Wanted},
        slice::{Cursor, Slice},
    },
    storage::{actor, directory, lab, listing, organisation, peer, share},
};

use crate::support::{cast, list_lab, on_both_engines, store};

on_both_engines! {
    fn shares_are_looked_for_by_what_they_are_and_those_of_hidden_labs_are_not_found(engine) {
        let store = store(engine);
        let spoor = Actor { id: store.commit(|tx| lab::add(tx, &cast::spoor(), LabKind::Lab, "")), ..cast::spoor() };
        let listed = Actor { id: list_lab(&store, &cast::klare_taal()), ..cast::klare_taal() };
        let hidden = cast::a_remote_actor(ActorKind::Lab, "stil", "charlie.example");
        let hidden = Actor { id: list_lab(&store, &hidden), ..hidden };
        store.commit(|tx| listing::hide_at(tx, "charlie.example", true));
        let shown = |lab: &Actor| store.commit(|tx| directory::is_shown(tx, lab.id));
        assert!(shown(&spoor) && shown(&listed) && !shown(&hidden));
        for (number, lab) in [(1, &spoor), (2, &listed), (3, &hidden), (4, &spoor)] {
            let new = Share { tags: vec![format!("tag{number}")], ..cast::a_share(number, lab, lab) };
            let new = if number == 4 { Share { kind: ShareKind::Idea, outcome: None, ..new } } else { new };
            store.commit(|tx| share::add(tx, &new));
        }
        let look = |wanted: Wanted, slice: Slice| {
            let found = store.commit(|tx| share::look_for(tx, &wanted, slice));
            found.iter().map(|share| share.title.rsplit(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let all = |wanted| look(wanted, Slice::from(10));
        assert_eq!(all(Wanted::default()), ["4", "2", "1"]);
        assert_eq!(all(Wanted { whose: Whose::Own, ..Wanted::default() }), ["4", "1"]);
        assert_eq!(all(Wanted { whose: Whose::Elsewhere, ..Wanted::default() }), ["2"]);
        assert_eq!(all(Wanted { lab: Some(hidden.id), ..Wanted::default() }), [""; 0]);
        assert_eq!(all(Wanted { host: Some("bravo.example".into()), ..Wanted::default() }), ["2"]);
        assert_eq!(all(Wanted { kind: Some(ShareKind::Idea), ..Wanted::default() }), ["4"]);
        assert_eq!(all(Wanted { outcome: Some(Outcome::Partly), ..Wanted::default() }), ["2", "1"]);
        assert_eq!(all(Wanted { tag: Some("tag1".into()), ..Wanted::default() }), ["1"]);
        let english = archipel::domain::language::Language::En.into();
        assert_eq!(all(Wanted { language: Some(english), ..Wanted::default() }), [""; 0]);
        let first = store.commit(|tx| share::look_for(tx, &Wanted::default(), Slice::from(1)));
        let before = Cursor::of(first[0].published_at, first[0].id);
        assert_eq!(look(Wanted::default(), Slice { before, limit: 1 }), ["2"]);
    }

    fn organisations_are_looked_for_by_name_and_hidden_where_their_host_is_limited(engine) {
        let store = store(engine);
        let ids = ["alpha", "bravo", "charlie"].map(|name| {
            let one = cast::a_remote_actor(ActorKind::Organisation, name, &format!("{name}.example"));
            store.commit(|tx| actor::save(tx, &one))
        });
        let is = Organisation { kind: Some(OrganisationKind::Province), tooi: None };
        store.commit(|tx| organisation::save(tx, ids[1], &is));
        list_lab(&store, &cast::klare_taal());
        let look = |kind, after: Option<(&str, i64)>| {
            let found = store.commit(|tx| organisation::look_for(tx, kind, after, 10));
            found.into_iter().map(|(one, _)| one.name).collect::<Vec<_>>()
        };
        assert_eq!(look(None, None), ["alpha", "bravo", "charlie"]);
        assert_eq!(look(None, Some(("alpha", ids[0].0))), ["bravo", "charlie"]);
        assert_eq!(look(Some(OrganisationKind::Province), None), ["bravo"]);
        let (bravo, said) = store.commit(|tx| organisation::find_at(tx, "bravo.example")).expect("an organisation");
        assert_eq!((bravo.id, said.kind), (ids[1], is.kind));
        let counts = store.commit(|tx| organisation::count_labs(tx, &[bravo.uri.to_string()]));
        assert_eq!(counts[bravo.uri.as_str()], 1);
        store.commit(|tx| peer::save(tx, "bravo.example", &Node::default(), store.now()));
        store.commit(|tx| peer::set_policy(tx, "bravo.example", Policy::Limited));
        assert_eq!(look(None, None), ["alpha", "charlie"]);
        assert_eq!(store.commit(|tx| organisation::find_at(tx, "bravo.example")), None);
    }
}
