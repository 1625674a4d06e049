//! Profiles on the wire: what one instance says of a lab is what another keeps of it, and nonsense is left out.

use archipel::{
    domain::{
        lab::LabKind,
        language::LanguageTag,
        links::Links,
        organisation::{Organisation, OrganisationKind, Tooi},
        profile::{Day, Mandate, OpenTo, Place, Profile, Said, State},
        theme::{Labels, Theme, ThemeId},
    },
    federation::{actor as actors, profile as profiles},
    storage::{profile, theme},
    usecases::peer,
};
use serde_json::json;

use crate::support::{cast, on_both_engines, store};

fn full() -> Profile {
    Profile {
        kind: Some(LabKind::Network),
        state: State::Ended,
        place: Place::told("Den Haag"),
        languages: ["en", "nl"].map(|tag| LanguageTag::parse(tag).unwrap()).to_vec(),
        open_to: vec![OpenTo::Visits, OpenTo::JointWork],
        mandate: Mandate::told("Eigen agenda."),
        themes: vec![Theme {
            id: ThemeId(0),
            uri: cast::url("https://bravo.example/themes/ki"),
            slug: None,
            labels: Labels { nl: "Kunstmatige intelligentie".into(), en: "AI".into() },
            same_as: vec![cast::url("https://names.example/ai")],
        }],
        founded: Day::read("2020-02-29"),
        ended: Day::read("2026-01-31"),
        successor: Some(cast::url("https://alpha.example/labs/verder")),
        moved_to: Some(cast::url("https://bravo.example/labs/verder")),
        known_as: vec![cast::url("https://charlie.example/labs/eerder")],
    }
}

#[test]
fn what_an_instance_says_of_a_lab_is_what_another_reads() {
    let (lab, links) = (cast::klare_taal(), Links::new(cast::url("https://bravo.example")));
    let said = Said::Lab(Box::new(full()));
    let document = actors::write(&lab, Some(&said), &links);
    assert_eq!(profiles::read(&document, &lab), Some(said));
    let bravo = cast::a_remote_actor(archipel::domain::actor::ActorKind::Organisation, "bravo", "bravo.example");
    let tooi = Tooi::parse("https://identifier.overheid.nl/tooi/id/gemeente/gm0363").ok();
    let said = Said::Organisation(Organisation { kind: Some(OrganisationKind::Municipality), tooi });
    assert_eq!(profiles::read(&actors::write(&bravo, Some(&said), &links), &bravo), Some(said));
}

#[test]
fn what_cannot_be_used_of_a_profile_is_left_out_and_the_rest_is_read() {
    let lab = cast::klare_taal();
    let many: Vec<_> =
        (0..500).map(|number| json!({"id": format!("https://b.example/{number}"), "name": "x".repeat(5_000)})).collect();
    let document = json!({
        "kind": 7, "state": "asleep", "openTo": ["everything", 3, "visits", "visits"], "location": {"name": ["Utrecht"]},
        "inLanguage": ["nl", "dutch", "nl", null], "mandate": {"a": 1}, "theme": many, "foundingDate": "long ago",
        "dissolutionDate": "2026-01-31T10:00:00Z", "successor": lab.uri.as_str(),
    });
    let Some(Said::Lab(read)) = profiles::read(&document, &lab) else { panic!("no profile") };
    assert_eq!((read.kind, read.state, read.founded, &read.successor), (None, State::Active, None, &None));
    assert_eq!((read.open_to.as_slice(), read.place.as_str(), read.languages.len()), ([OpenTo::Visits].as_slice(), "Utrecht", 1));
    assert_eq!((read.themes.len(), read.themes[0].labels.en.chars().count()), (8, 61));
    assert_eq!(read.ended, Day::read("2026-01-31"));
    for nonsense in [json!({}), json!([]), json!(null), json!({"theme": {"id": []}, "location": 3, "openTo": {}})] {
        assert_eq!(profiles::read(&nonsense, &lab), Some(Said::Lab(Box::default())), "{nonsense}");
    }
}

on_both_engines! {
    fn a_profile_is_kept_with_its_lab_and_another_hosts_theme_keeps_its_names(engine) {
        let store = store(engine);
        let taal = cast::klare_taal();
        let learned = store.commit(|tx| peer::learn(tx, &taal, Some(&Said::Lab(Box::new(full())))));
        let known = store.commit(|tx| peer::find_said(tx, &learned));
        assert!(matches!(&known, Some(Said::Lab(profile)) if profile.place == full().place && profile.themes.len() == 1));
        // A stranger can name the same theme, and changes nothing of it.
        let other = cast::a_remote_actor(archipel::domain::actor::ActorKind::Lab, "ander", "charlie.example");
        let mut lies = full();
        lies.themes[0].labels = Labels { nl: "Onzin".into(), en: "Nonsense".into() };
        let stranger = store.commit(|tx| peer::learn(tx, &other, Some(&Said::Lab(Box::new(lies)))));
        let themed = store.commit(|tx| theme::list_of_labs(tx, &[stranger.id]));
        assert_eq!(themed[0].1.labels.en, "AI");
        let silent = store.commit(|tx| peer::learn(tx, &taal, Some(&Said::Lab(Box::default()))));
        assert_eq!(store.commit(|tx| profile::find(tx, silent.id)), Some(Profile::default()));
    }
}
