//! The messages of `locales/`: the same in both languages, complete, and with what their sentences need.

mod calls;

use std::collections::{BTreeMap, BTreeSet};

use archipel::{
    domain::{
        delivery::DeliveryState,
        lab::LabKind,
        language::Language,
        share::{Licence, Outcome, ShareKind},
    },
    i18n,
};
use calls::Call;
pub use calls::walk;
use fluent_bundle::FluentResource;

/// The variables of each message, by key.
type Messages = BTreeMap<String, BTreeSet<String>>;

#[test]
fn both_languages_can_be_read_without_an_error() {
    for language in Language::ALL {
        let read = FluentResource::try_new(i18n::source(language).to_owned());
        assert!(read.is_ok(), "{language}: {:?}", read.err().map(|(_, errors)| errors));
    }
    assert!(FluentResource::try_new("hello = { $name".to_owned()).is_err());
}

#[test]
fn both_languages_say_the_same_things_with_the_same_variables() {
    let [dutch, english] = Language::ALL.map(|language| read(i18n::source(language)));
    let differences: Vec<&String> =
        dutch.keys().chain(english.keys()).filter(|key| dutch.get(*key) != english.get(*key)).collect();
    assert!(differences.is_empty(), "these differ, or stand in one language only: {differences:?}");
    let planted =
        read("# Said once.\nnew = { $count ->\n    [one] One lab\n   *[other] { $count } labs of { $name }\n}\nold =\n    Old\n");
    assert_eq!(planted.keys().collect::<Vec<_>>(), ["new", "old"]);
    assert_eq!(planted["new"], BTreeSet::from(["count".to_owned(), "name".to_owned()]));
}

#[test]
fn no_key_is_given_twice() {
    for language in Language::ALL {
        let mut seen = BTreeSet::new();
        let twice: Vec<&str> = keys(i18n::source(language)).filter(|key| !seen.insert(*key)).collect();
        assert!(twice.is_empty(), "{language}: {twice:?}");
    }
}

#[test]
fn every_key_that_is_used_is_said() {
    let known = read(i18n::source(Language::En));
    let used = calls::in_the_repository();
    assert!(used.len() > 20, "only {} keys were found in use: the reading is wrong", used.len());
    let missing: BTreeSet<String> = used.iter().filter(|call| !is_said(&known, call)).map(Call::describe).collect();
    assert!(missing.is_empty(), "{} are not in locales/:\n{}", missing.len(), missing.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_refusal_carries_every_variable_of_its_message() {
    let known = read(i18n::source(Language::En));
    let lacking = calls::in_the_repository().into_iter().filter_map(|call| {
        let given = call.arguments.as_ref()?;
        let lacks: Vec<_> = known.get(&call.key)?.difference(given).cloned().collect();
        (!lacks.is_empty()).then(|| format!("{} lacks {}", call.describe(), lacks.join(", ")))
    });
    let lacking: Vec<String> = lacking.collect();
    assert!(lacking.is_empty(), "\n{}", lacking.join("\n"));
}

/// Where one word of an enum has a message, each has one.
#[test]
fn a_family_of_words_is_complete() {
    let known = read(i18n::source(Language::En));
    let mut missing = Vec::new();
    for group in calls::in_the_repository().iter().filter(|call| call.is_family).map(|call| call.key.trim_end_matches('-')) {
        for family in families() {
            let keys: Vec<String> =
                family.iter().map(|code| format!("{group}-{}", code.to_lowercase().replace(['_', '.'], "-"))).collect();
            if keys.iter().any(|key| known.contains_key(key)) {
                missing.extend(keys.into_iter().filter(|key| !known.contains_key(key)));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

fn families() -> Vec<Vec<String>> {
    let own = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<String>>();
    vec![
        own(&LabKind::ALL.map(LabKind::code)),
        own(&DeliveryState::ALL.map(DeliveryState::code)),
        ShareKind::ALL.iter().map(|kind| kind.code().to_owned()).collect(),
        Outcome::ALL.iter().map(|outcome| outcome.code().to_owned()).collect(),
        Licence::ALL.iter().map(|licence| licence.code().to_owned()).collect(),
        own(&["steward", "editor"]),
        own(&["requested", "accepted", "rejected"]),
        (1..=12).map(|month| month.to_string()).collect(),
    ]
}

fn is_said(known: &Messages, call: &Call) -> bool {
    if call.is_family { known.keys().any(|key| key.starts_with(&call.key)) } else { known.contains_key(&call.key) }
}

fn read(source: &str) -> Messages {
    let mut messages = Messages::new();
    let mut current = None;
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        current = keys(line).next().map(str::to_owned).or(current);
        if let Some(key) = &current {
            messages.entry(key.clone()).or_default().extend(variables(line));
        }
    }
    messages
}

fn keys(source: &str) -> impl Iterator<Item = &str> {
    let heads = source.lines().filter_map(|line| line.split_once('=')).map(|(head, _)| head.trim_end());
    heads.filter(|head| head.starts_with(|letter: char| letter.is_ascii_alphabetic()) && head.bytes().all(calls::is_of_a_key))
}

fn variables(line: &str) -> impl Iterator<Item = String> {
    line.split('$')
        .skip(1)
        .map(|rest| rest.chars().take_while(|letter| u8::try_from(*letter).is_ok_and(calls::is_of_a_key)).collect())
}
