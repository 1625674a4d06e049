//! FEDERATION.md promises that what it shows is what we send: each of its examples is an accepted snapshot.

use std::{fs, path::Path};

use serde_json::Value;

/// A block of JSON, with the snapshot that the line above it names.
struct Example {
    snapshot: String,
    shown: Value,
}

#[test]
fn every_example_is_what_we_send() {
    let examples = examples(&read("FEDERATION.md"));
    assert!(examples.len() >= 5, "only {} examples were found", examples.len());
    for example in examples {
        assert_eq!(example.shown, accepted(&example.snapshot), "{}", example.snapshot);
    }
}

#[test]
fn an_example_without_a_snapshot_is_noticed() {
    let text = "[a](tests/it/snapshots/lab.snap)\n\n```json\n{\"a\": 1}\n```\n";
    assert_eq!(examples(text)[0].snapshot, "tests/it/snapshots/lab.snap");
    assert!(std::panic::catch_unwind(|| examples("No link.\n\n```json\n{}\n```\n")).is_err());
}

fn examples(text: &str) -> Vec<Example> {
    let (mut found, mut above, mut rest) = (Vec::new(), "", text.lines());
    while let Some(line) = rest.next() {
        if line == "```json" {
            let shown = rest.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n");
            let shown = serde_json::from_str(&shown).unwrap_or_else(|error| panic!("below {above:?}: {error}"));
            found.push(Example { snapshot: named(above), shown });
        } else if !line.trim().is_empty() {
            above = line;
        }
    }
    found
}

fn named(line: &str) -> String {
    let path = line.rsplit_once("](").and_then(|(_, rest)| rest.split_once(')')).map(|(path, _)| path);
    path.filter(|path| path.contains("/snapshots/")).unwrap_or_else(|| panic!("{line:?} names no snapshot")).to_owned()
}

fn accepted(path: &str) -> Value {
    let text = read(path);
    let body = text.splitn(3, "---\n").nth(2).expect("a snapshot with a heading");
    serde_json::from_str(body).expect("a snapshot of JSON")
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
