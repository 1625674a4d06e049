//! Actors, labs, members and their sessions.

use archipel::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        audience::FollowState,
        lab::LabKind,
        membership::Role,
        picture::Picture,
    },
    storage::{actor, audience, directory, lab, membership},
};
use chrono::TimeDelta;

use crate::support::{cast, list_lab, on_both_engines, store};

on_both_engines! {
    fn an_actor_is_saved_whole_and_found_by_everything_that_names_it(engine) {
        let store = store(engine);
        let picture = Some(Picture { url: cast::url("https://mastodon.example/bo.png"), description: "Bo".into() });
        let bo = Actor {
            picture,
            gone_at: Some(cast::october(4)),
            parent: Some(cast::url("https://mastodon.example/")),
            ..cast::bo()
        };
        let id = store.commit(|tx| actor::save(tx, &bo));
        let whole = Actor { id, ..bo };
        assert_eq!(store.commit(|tx| actor::find(tx, id)), Some(whole.clone()));
        assert_eq!(store.commit(|tx| actor::find_by_uri(tx, whole.uri.as_str())), Some(whole.clone()));
        assert_eq!(store.commit(|tx| actor::find(tx, ActorId(id.0 + 1))), None);
        assert_eq!(store.commit(|tx| actor::find_by_uri(tx, "https://mastodon.example/users/wie")), None);
    }

    fn saving_an_actor_again_brings_it_up_to_date_and_clears_what_it_dropped(engine) {
        let store = store(engine);
        let picture = Some(Picture { url: cast::url("https://mastodon.example/bo.png"), description: String::new() });
        let id = store.commit(|tx| actor::save(tx, &Actor { picture, ..cast::bo() }));
        let renamed = Actor { name: "Bo de Boer".into(), shared_inbox: None, updated_at: cast::october(9), ..cast::bo() };
        assert_eq!(store.commit(|tx| actor::save(tx, &renamed)), id);
        assert_eq!(store.commit(|tx| actor::find(tx, id)), Some(Actor { id, ..renamed }));
    }

    fn a_handle_is_unique_over_all_actors_of_ours_and_over_no_others(engine) {
        let store = store(engine);
        store.commit(|tx| actor::save(tx, &cast::a_local_actor(ActorKind::Lab, "spoor")));
        let taken = store.write_now(|tx| actor::save(tx, &cast::a_local_actor(ActorKind::Member, "spoor")));
        assert_eq!(taken.unwrap_err().context, "save an actor");
        store.commit(|tx| actor::save(tx, &cast::a_remote_actor(ActorKind::Lab, "spoor", "bravo.example")));
        assert_eq!(store.commit(|tx| actor::find_local(tx, "spoor")).unwrap().kind, ActorKind::Lab);
        assert_eq!(store.commit(|tx| actor::find_local(tx, "klare_taal")), None);
    }

    fn an_address_finds_whoever_lives_there_and_is_not_gone(engine) {
        let store = store(engine);
        let find = || store.commit(|tx| actor::find_by_address(tx, "bo", "mastodon.example"));
        let id = store.commit(|tx| actor::save(tx, &cast::bo()));
        assert_eq!(find().map(|found| found.id), Some(id));
        assert_eq!(store.commit(|tx| actor::find_by_address(tx, "bo", "bravo.example")), None);
        store.commit(|tx| actor::mark_gone(tx, id, store.now()));
        assert_eq!(find(), None);
        assert_eq!(store.commit(|tx| actor::find(tx, id)).unwrap().gone_at, Some(store.now()));
    }

    fn an_actor_that_is_gone_follows_nobody_and_is_followed_by_nobody(engine) {
        let store = store(engine);
        let [spoor, bo, other] =
            [cast::spoor(), cast::bo(), cast::klare_taal()].map(|one| store.commit(|tx| actor::save(tx, &one)));
        store.commit(|tx| {
            audience::save(tx, bo, spoor, "https://mastodon.example/1", FollowState::Accepted, store.now())?;
            audience::save(tx, spoor, bo, "https://alpha.example/2", FollowState::Accepted, store.now())?;
            audience::save(tx, other, spoor, "https://bravo.example/3", FollowState::Accepted, store.now())?;
            actor::mark_gone(tx, bo, store.now())
        });
        assert_eq!(store.commit(|tx| audience::count_followers(tx, spoor)), 1);
        assert_eq!(store.commit(|tx| audience::count_following(tx, spoor)), 0);
    }

    fn the_instance_and_the_organisation_are_found_by_kind_and_counted(engine) {
        let store = store(engine);
        assert_eq!(store.commit(|tx| actor::find_local_of_kind(tx, ActorKind::Organisation)), None);
        let elsewhere = cast::a_remote_actor(ActorKind::Organisation, "bravo", "bravo.example");
        store.commit(|tx| actor::save(tx, &elsewhere));
        let ours = store.commit(|tx| actor::save(tx, &cast::a_local_actor(ActorKind::Organisation, "alpha")));
        assert_eq!(store.commit(|tx| actor::find_local_of_kind(tx, ActorKind::Organisation)).unwrap().id, ours);
        assert_eq!(store.commit(|tx| actor::count_local(tx, ActorKind::Organisation)), 1);
        assert_eq!(store.commit(|tx| actor::count_local(tx, ActorKind::Lab)), 0);
    }

    fn labs_count_as_known_until_they_are_gone_and_actors_are_listed_by_row(engine) {
        let store = store(engine);
        let gone = Actor { gone_at: Some(cast::october(4)), ..cast::a_remote_actor(ActorKind::Lab, "oud", "charlie.example") };
        let [gone, bo] = [gone, cast::bo()].map(|one| store.commit(|tx| actor::save(tx, &one)));
        let known = list_lab(&store, &cast::klare_taal());
        store.commit(|tx| lab::add(tx, &cast::spoor(), LabKind::Doetank, ""));
        assert_eq!(store.commit(directory::count_known), 1);
        store.commit(|tx| actor::mark_gone(tx, known, store.now()));
        assert_eq!(store.commit(directory::count_known), 0);
        let mut listed: Vec<ActorId> = store.commit(|tx| actor::list(tx, [bo, gone, bo])).values().map(|actor| actor.id).collect();
        listed.sort_unstable();
        assert_eq!(listed, [gone, bo]);
        let ours = Picture { url: cast::url("https://alpha.example/media/a.png"), description: String::new() };
        store.commit(|tx| actor::save(tx, &Actor { picture: Some(ours), ..cast::spoor() }));
        assert_eq!(store.commit(actor::list_pictures), ["https://alpha.example/media/a.png"]);
    }

    fn a_private_key_is_kept_once_apart_from_its_actor(engine) {
        let store = store(engine);
        let id = store.commit(|tx| actor::save(tx, &cast::spoor()));
        assert_eq!(store.commit(|tx| actor::find_key(tx, id)), None);
        store.commit(|tx| actor::add_key(tx, id, cast::private_key()));
        assert_eq!(store.commit(|tx| actor::find_key(tx, id)).as_deref(), Some(cast::private_key()));
        assert!(store.write_now(|tx| actor::add_key(tx, id, "another")).is_err());
        assert_eq!(store.commit(|tx| actor::find_key(tx, id)).as_deref(), Some(cast::private_key()));
    }

    fn a_lab_is_added_updated_found_and_listed_by_name(engine) {
        let store = store(engine);
        let id = store.commit(|tx| lab::add(tx, &cast::spoor(), LabKind::Doetank, "Een *doetank*."));
        let brug = Actor { name: "Brug".into(), ..cast::a_local_actor(ActorKind::Lab, "brug") };
        store.commit(|tx| lab::add(tx, &brug, LabKind::Lab, ""));
        let mut spoor = store.commit(|tx| lab::find(tx, "spoor")).unwrap();
        assert_eq!((spoor.actor.id, spoor.kind(), spoor.description.as_str()), (id, LabKind::Doetank, "Een *doetank*."));
        spoor.actor.name = "Aan het spoor".into();
        spoor.profile.kind = Some(LabKind::Community);
        spoor.description = "Een gemeenschap.".into();
        store.commit(|tx| lab::update(tx, &spoor));
        assert_eq!(store.commit(|tx| lab::find(tx, "spoor")), Some(spoor.clone()));
        assert_eq!(
            store.commit(lab::list).iter().map(|lab| lab.actor.name.as_str()).collect::<Vec<_>>(),
            ["Aan het spoor", "Brug"]
        );
        assert_eq!(store.commit(|tx| lab::find(tx, "noor")), None);
    }

    fn a_member_is_added_found_listed_by_handle_and_counted(engine) {
        let store = store(engine);
        let noor = store.commit(|tx| membership::add(tx, &cast::noor(), "hash", true));
        store.commit(|tx| membership::add(tx, &cast::a_local_actor(ActorKind::Member, "amal"), "hash", false));
        let found = store.commit(|tx| membership::find(tx, "noor")).unwrap();
        assert_eq!((found.actor.id, found.administrator), (noor, true));
        let listed = store.commit(membership::list);
        assert_eq!(listed.iter().map(|member| member.actor.handle.as_str()).collect::<Vec<_>>(), ["amal", "noor"]);
        assert_eq!(store.commit(membership::count), 2);
        assert_eq!(store.commit(|tx| membership::find(tx, "spoor")), None);
    }

    fn a_member_has_one_role_in_a_lab_and_stewards_are_listed_first(engine) {
        let store = store(engine);
        let spoor = store.commit(|tx| lab::add(tx, &cast::spoor(), LabKind::Doetank, ""));
        let noor = store.commit(|tx| membership::add(tx, &cast::noor(), "hash", false));
        let amal = store.commit(|tx| membership::add(tx, &cast::a_local_actor(ActorKind::Member, "amal"), "hash", false));
        assert_eq!(store.commit(|tx| membership::find_role(tx, noor, spoor)), None);
        store.commit(|tx| {
            membership::set_role(tx, amal, spoor, Role::Editor, store.now())?;
            membership::set_role(tx, noor, spoor, Role::Editor, store.now())?;
            membership::set_role(tx, noor, spoor, Role::Steward, store.now())
        });
        assert_eq!(store.commit(|tx| membership::find_role(tx, noor, spoor)), Some(Role::Steward));
        let listed = store.commit(|tx| membership::list_of_lab(tx, spoor));
        let roles: Vec<_> = listed.iter().map(|(actor, role)| (actor.handle.as_str(), *role)).collect();
        assert_eq!(roles, [("noor", Role::Steward), ("amal", Role::Editor)]);
    }

    fn a_session_lasts_until_it_expires_or_is_ended(engine) {
        let store = store(engine);
        let noor = store.commit(|tx| membership::add(tx, &cast::noor(), "hash", false));
        let until = store.now() + TimeDelta::hours(1);
        for token in ["one", "two"] {
            store.commit(|tx| membership::add_session(tx, token, noor, "form", until));
        }
        let find = |token, now| store.commit(|tx| membership::find_by_session(tx, token, now));
        let (member, form) = find("one", store.now()).unwrap();
        assert_eq!((member.actor.handle.as_str(), form.as_str()), ("noor", "form"));
        assert!(find("one", until).is_none() && find("three", store.now()).is_none());
        store.commit(|tx| membership::remove_session(tx, "one", store.now()));
        assert!(find("one", store.now()).is_none() && find("two", store.now()).is_some());
        store.commit(|tx| membership::remove_session(tx, "three", until));
        assert_eq!(store.pairs("SELECT token_hash AS one, form_token AS other FROM sessions"), []);
    }

    fn a_new_password_ends_the_members_sessions_and_nobody_elses(engine) {
        let store = store(engine);
        let noor = store.commit(|tx| membership::add(tx, &cast::noor(), "hash", false));
        let amal = store.commit(|tx| membership::add(tx, &cast::a_local_actor(ActorKind::Member, "amal"), "hash", false));
        let until = store.now() + TimeDelta::hours(1);
        store.commit(|tx| membership::add_session(tx, "noor's", noor, "form", until));
        store.commit(|tx| membership::add_session(tx, "amal's", amal, "form", until));
        store.commit(|tx| membership::set_password_hash(tx, noor, "new"));
        assert_eq!(store.commit(|tx| membership::find_password_hash(tx, noor)).as_deref(), Some("new"));
        assert_eq!(store.commit(|tx| membership::find_password_hash(tx, amal)).as_deref(), Some("hash"));
        assert_eq!(store.commit(|tx| membership::find_password_hash(tx, ActorId(0))), None);
        assert!(store.commit(|tx| membership::find_by_session(tx, "noor's", store.now())).is_none());
        assert!(store.commit(|tx| membership::find_by_session(tx, "amal's", store.now())).is_some());
    }
}
