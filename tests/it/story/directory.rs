//! The directory: profiles, themes and organisations, and what can be asked of them.

use std::collections::HashMap;

use archipel::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        audience::FollowState,
        directory::{Place, Sort, Wanted, Whose},
        lab::LabKind,
        language::LanguageTag,
        membership::Role,
        organisation::{Organisation, OrganisationKind, Tooi},
        profile::{Day, Mandate, OpenTo, Place as Where, Profile, State},
        theme::{Labels, Slug, Theme, ThemeId},
    },
    storage::{actor, audience, directory, lab, membership, organisation, profile, share, theme},
};

use crate::support::{TestStore, cast, list_lab, on_both_engines, store};

fn a_theme(slug: Option<&str>, name: &str) -> Theme {
    let (host, last) = slug.map_or(("bravo", name), |slug| ("alpha", slug));
    Theme {
        id: ThemeId(0),
        uri: cast::url(&format!("https://{host}.example/themes/{last}")),
        slug: slug.map(|slug| Slug::parse(slug).unwrap()),
        labels: Labels { nl: name.into(), en: format!("{name} in English") },
        same_as: vec![cast::url("https://names.example/1"), cast::url("https://names.example/2")],
    }
}

fn added(store: &TestStore, theme: Theme, meets: Option<ThemeId>) -> Theme {
    Theme { id: store.commit(|tx| theme::add(tx, &theme, meets)), ..theme }
}

fn full(themes: Vec<Theme>) -> Profile {
    Profile {
        kind: Some(LabKind::Network),
        state: State::Dormant,
        place: Where::told("Den Haag"),
        languages: ["en", "nl"].map(|tag| LanguageTag::parse(tag).unwrap()).to_vec(),
        open_to: vec![OpenTo::Visits, OpenTo::JointWork],
        mandate: Mandate::told("Eigen agenda."),
        themes,
        founded: Day::read("2020-02-29"),
        ended: Day::read("2026-01-31"),
        successor: Some(cast::url("https://bravo.example/labs/verder")),
        moved_to: Some(cast::url("https://bravo.example/labs/verder")),
        known_as: vec![cast::url("https://charlie.example/labs/eerder")],
    }
}

on_both_engines! {
    fn a_profile_is_kept_whole_and_forgets_what_was_dropped(engine) {
        let store = store(engine);
        let lab = store.commit(|tx| actor::save(tx, &cast::klare_taal()));
        let bo = store.commit(|tx| actor::save(tx, &cast::bo()));
        assert_eq!(store.commit(|tx| profile::find(tx, lab)), Some(Profile::default()));
        assert_eq!(store.commit(|tx| profile::find(tx, bo)), None);
        let said = full(vec![added(&store, a_theme(None, "taal"), None)]);
        store.commit(|tx| profile::save(tx, lab, &said));
        store.commit(|tx| actor::save(tx, &Actor { name: "Heldere Taal".into(), ..cast::klare_taal() }));
        assert_eq!(store.commit(|tx| profile::find(tx, lab)), Some(said));
        store.commit(|tx| profile::save(tx, lab, &Profile::default()));
        let listed = store.commit(|tx| profile::list(tx, &[lab, bo]));
        assert_eq!(listed.get(&lab).map(|kept| (&kept.profile, kept.active_at)), Some((&Profile::default(), None)));
        assert_eq!(store.commit(|tx| theme::find_by_uri(tx, "https://bravo.example/themes/taal")), None, "nobody works on it");
    }

    fn an_organisation_says_what_it_is_and_is_listed_by_name(engine) {
        let store = store(engine);
        let bravo = Actor { name: "Bravo".into(), ..cast::a_remote_actor(ActorKind::Organisation, "bravo", "bravo.example") };
        let silent = Actor { name: "Zwijg".into(), ..cast::a_remote_actor(ActorKind::Organisation, "zwijg", "charlie.example") };
        let [id, other] = [&bravo, &silent].map(|one| store.commit(|tx| actor::save(tx, one)));
        let tooi = Tooi::parse("https://identifier.overheid.nl/tooi/id/gemeente/gm0363").ok();
        let is = Organisation { kind: Some(OrganisationKind::Municipality), tooi };
        store.commit(|tx| organisation::save(tx, id, &Organisation::default()));
        store.commit(|tx| organisation::save(tx, id, &is));
        assert_eq!(store.commit(|tx| organisation::find(tx, id)), Some(is.clone()));
        assert_eq!(store.commit(|tx| organisation::find(tx, other)), None);
        let listed = store.commit(|tx| organisation::list(tx, 5));
        assert_eq!(listed.iter().map(|known| (known.name.as_str(), known.is.kind)).collect::<Vec<_>>(), [("Bravo", is.kind), ("Zwijg", None)]);
        assert_eq!(store.commit(|tx| organisation::list_by_uri(tx, &[bravo.uri.to_string(), "https://x.example/".into()])), listed[..1]);
    }

    fn themes_of_others_meet_ours_and_labs_are_shown_under_what_they_meet(engine) {
        let store = store(engine);
        let [one, two] = ["een", "twee"].map(|slug| added(&store, a_theme(Some(slug), slug), None));
        let other = added(&store, a_theme(None, "anders"), None);
        let lab = list_lab(&store, &cast::klare_taal());
        let working = Profile { themes: vec![two.clone(), other.clone()], ..Profile::default() };
        store.commit(|tx| profile::save(tx, lab, &working));
        assert_eq!(store.commit(|tx| theme::find(tx, &Slug::parse("een").unwrap())), Some(one.clone()));
        assert_eq!(store.commit(theme::list), [one.clone(), two.clone()]);
        assert_eq!(store.commit(|tx| theme::list_of_others(tx, 5)), [(other.clone(), None)]);
        assert_eq!(store.commit(theme::count_labs), HashMap::from([(two.id, 1), (other.id, 1)]));
        store.commit(|tx| theme::update(tx, &Theme { labels: Labels::told("Nieuw", "New"), ..other.clone() }, Some(one.id)));
        assert_eq!(store.commit(|tx| theme::find_by_uri(tx, other.uri.as_str())).map(|(theme, meets)| (theme.labels.nl, meets)), Some(("Nieuw".into(), Some(one.id))));
        let shown = |labs: Vec<(ActorId, Theme)>| labs.into_iter().map(|(_, theme)| theme.id).collect::<Vec<_>>();
        assert_eq!(shown(store.commit(|tx| theme::list_shown(tx, &[lab]))), [one.id, two.id]);
        assert_eq!(shown(store.commit(|tx| theme::list_of_labs(tx, &[lab]))), [two.id, other.id]);
        assert_eq!(store.commit(|tx| theme::list_overlaps(tx, one.id)), HashMap::from([(two.id, 1)]));
        store.commit(|tx| theme::merge(tx, &one, two.id));
        assert_eq!(shown(store.commit(|tx| theme::list_shown(tx, &[lab]))), [two.id]);
        let merged = store.commit(|tx| theme::list_merged(tx, "https://alpha.example/themes/"));
        assert_eq!(merged, [(Theme { slug: None, ..one }, two.id)]);
        assert_eq!(store.commit(theme::list), [two]);
    }

    fn every_filter_finds_what_it_says_and_nothing_else(engine) {
        let store = store(engine);
        let town = Organisation { kind: Some(OrganisationKind::Municipality), tooi: None };
        let bravo = store.commit(|tx| actor::save(tx, &cast::a_remote_actor(ActorKind::Organisation, "bravo", "bravo.example")));
        store.commit(|tx| organisation::save(tx, bravo, &town));
        let parent = Some(cast::url("https://bravo.example/organisation"));
        let taal = list_lab(&store, &Actor { parent, ..cast::klare_taal() });
        let wide = Actor { name: "Één 100% lab".into(), ..cast::a_remote_actor(ActorKind::Lab, "wide", "charlie.example") };
        list_lab(&store, &wide);
        let gone = Actor { gone_at: Some(cast::october(4)), ..cast::a_remote_actor(ActorKind::Lab, "oud", "charlie.example") };
        list_lab(&store, &gone);
        store.commit(|tx| lab::add(tx, &cast::spoor(), LabKind::Doetank, ""));
        let theme = added(&store, a_theme(Some("taal"), "Taal"), None);
        store.commit(|tx| profile::save(tx, taal, &full(vec![theme])));
        let look = |query: &[(&str, &str)]| {
            let wanted = Wanted { sort: Sort::Name, ..Wanted::read(query.iter().copied()) };
            let found = store.commit(|tx| directory::look_for(tx, &wanted, &Place::Begin, 10));
            let named = |(id, _): &(ActorId, Place)| store.commit(|tx| actor::find(tx, *id)).unwrap().handle;
            found.iter().map(named).collect::<Vec<_>>()
        };
        assert_eq!(look(&[]), ["wide", "klare_taal", "spoor"]);
        for (name, value) in [
            ("q", "klare_taal@bravo"), ("kind", "network"), ("theme", "taal"), ("organisation_kind", "municipality"),
            ("organisation", "bravo.example"), ("place", "den  HAAG"), ("language", "nl"), ("state", "dormant"), ("open_to", "visits"),
            ("open_to", "joint_work"), ("letter", "k"),
        ] {
            assert_eq!(look(&[(name, value)]), ["klare_taal"], "{name}={value}");
        }
        for (name, value) in [
            ("q", "r_t"), ("q", "50%"), ("kind", "campaign"), ("theme", "ai"), ("organisation_kind", "company"), ("organisation", "x.example"),
            ("place", "Haag"), ("language", "fr"), ("state", "ended"), ("open_to", "questions"), ("letter", "q"),
        ] {
            assert_eq!(look(&[(name, value)]), [""; 0], "{name}={value}");
        }
        assert_eq!((look(&[("q", "SPOO")]), look(&[("q", "100%")]), look(&[("q", "één lab")])), (vec!["spoor".into()], vec!["wide".into()], vec!["wide".into()]));
        assert_eq!((look(&[("where", "own")]), look(&[("where", "elsewhere")]).len(), look(&[("q", "hardop LEERT")]).len()), (vec!["spoor".into()], 2, 3));
        assert_eq!(store.commit(|tx| directory::list_places(tx, 5)), ["Den Haag"]);
        assert_eq!(store.commit(|tx| directory::list_languages(tx, 5)), ["en", "nl"]);
    }

    fn each_order_goes_on_where_it_was_cut(engine) {
        let store = store(engine);
        for number in 0..7_u32 {
            let lab = cast::a_remote_actor(ActorKind::Lab, &format!("eiland_{number}"), "bravo.example");
            let lab = Actor { name: format!("Eiland {}", number / 3), created_at: cast::october(1 + number / 2), ..lab };
            let id = list_lab(&store, &lab);
            if number > 2 {
                let made = cast::a_share(number, &Actor { id, ..lab.clone() }, &Actor { id, ..lab });
                store.commit(|tx| share::add(tx, &made));
            }
        }
        for sort in Sort::ALL {
            let wanted = Wanted { sort: *sort, whose: Whose::Elsewhere, ..Wanted::default() };
            let look = |after: &Place, limit| store.commit(|tx| directory::look_for(tx, &wanted, after, limit));
            let all = look(&Place::Begin, 10);
            assert_eq!(all.len(), 7);
            for cut in 0..7 {
                assert_eq!(look(&all[cut].1, 10), all[cut + 1..], "{sort:?} after {cut}");
            }
            assert_eq!(look(&Place::Begin, 2), all[..2]);
        }
        assert_eq!(store.commit(share::last_row), 4);
        assert_eq!(store.commit(|tx| share::list_own_pages(tx, 0..10)).len(), 0, "they are others'");
        let tags = ["leren".to_owned(), "nergens".to_owned()];
        assert_eq!(store.commit(|tx| share::list_of_tags(tx, &tags, 10)).len(), 4);
    }

    fn audiences_are_counted_apart_and_together(engine) {
        let store = store(engine);
        let spoor = store.commit(|tx| lab::add(tx, &cast::spoor(), LabKind::Lab, ""));
        let noor = store.commit(|tx| membership::add(tx, &cast::noor(), "hash", false));
        let [bo, taal] = [cast::bo(), cast::klare_taal()].map(|one| store.commit(|tx| actor::save(tx, &one)));
        store.commit(|tx| {
            membership::set_role(tx, noor, spoor, Role::Steward, store.now())?;
            audience::save(tx, bo, spoor, "https://mastodon.example/1", FollowState::Accepted, store.now())?;
            audience::save(tx, noor, taal, "https://alpha.example/2", FollowState::Requested, store.now())
        });
        assert_eq!(store.commit(|tx| audience::count_followers_of_each(tx, &[spoor, taal])), HashMap::from([(spoor, 1)]));
        assert_eq!(store.commit(|tx| membership::count_of_each(tx, &[spoor, taal])), HashMap::from([(spoor, 1)]));
    }
}
