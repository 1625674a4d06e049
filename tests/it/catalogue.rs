//! The attack catalogue: what was tried on others, tried on a served instance with real bytes, line by line.
//! `lines` says what is shown where; what it says is checked here, so that it cannot say what is not so.

mod blocked;
mod exhaustion;
mod identity;
mod lines;
mod outside;
mod scene;
mod signature;

use std::{collections::BTreeSet, fs, path::Path};

use lines::{BLOCKS, CONFIDENCES, EXHAUSTIONS, FETCHES, IDENTITIES, Line, SIGNATURES, Shown};

fn lines() -> Vec<Line> {
    [&IDENTITIES[..], &SIGNATURES, &FETCHES, &EXHAUSTIONS, &BLOCKS, &CONFIDENCES].concat()
}

fn source(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(file))
        .unwrap_or_else(|_| panic!("{file} is there"))
}

/// A test with this name, which is not only mentioned.
fn has_test(text: &str, name: &str) -> bool {
    text.lines().map(str::trim).any(|line| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ").and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with('('))
    })
}

/// The ids of cases in a text: `"ID01"` and its like, as a case begins.
fn has_case(text: &str, id: &str) -> bool {
    [format!("(\"{id}\","), format!("\n        \"{id}\","), format!("\"{id}\",\n")]
        .iter()
        .any(|begin| text.contains(begin.as_str()))
        || text.lines().any(|line| line.trim() == format!("\"{id}\","))
}

#[test]
fn every_line_of_the_catalogue_is_shown_where_it_says() {
    let mut wrong = Vec::new();
    for (id, what, shown) in lines() {
        assert!(!what.is_empty() && !shown.is_empty(), "{id}");
        for place in shown {
            match place {
                Shown::Sent(file) if !has_case(&source(file), id) => wrong.push(format!("{id}: {file} has no case of it")),
                Shown::By(file, test) if !has_test(&source(file), test) => wrong.push(format!("{id}: {file} has no test {test}")),
                Shown::Absent(reason) if reason.len() < 10 || shown.len() > 1 => wrong.push(format!("{id}: is it absent?")),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_line_stands_there_once_and_none_is_left_out() {
    let ids: Vec<&str> = lines().iter().map(|(id, ..)| *id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    let counts = |section: &str| ids.iter().filter(|id| id.starts_with(section)).count();
    assert_eq!(["ID", "SG", "FE", "RX", "XO", "CF"].map(counts), [37, 25, 16, 26, 2, 11]);
}

#[test]
fn every_case_belongs_to_a_line() {
    let known: BTreeSet<String> = lines().iter().map(|(id, ..)| (*id).to_owned()).collect();
    for file in
        ["identity.rs", "identity/reading.rs", "signature.rs", "signature/keys.rs", "signature/message.rs", "exhaustion.rs"]
    {
        let text = source(&format!("catalogue/{file}"));
        let quoted = text.split('"').filter(|word| {
            word.len() == 4 && word.chars().take(2).all(|letter| letter.is_ascii_uppercase()) && word[2..].parse::<u8>().is_ok()
        });
        for id in quoted {
            let sent =
                lines().iter().any(|(known, _, shown)| *known == id && shown.iter().any(|place| matches!(place, Shown::Sent(_))));
            assert!(known.contains(id) && sent, "{file}: {id}");
        }
    }
}

#[test]
fn the_attacker_knows_nothing_of_what_it_attacks() {
    let text = source("support/attacker.rs");
    assert!(!text.contains("archipel::") && !text.contains("super::") && !text.contains("crate::"));
}
