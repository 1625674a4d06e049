//! The story of a store: every function of `src/storage`, on both engines, chapter by chapter.

mod audience;
mod blocks;
mod changes;
mod deliveries;
mod directory;
mod dispatches;
mod features;
mod lanes;
mod looks;
mod peers;
mod people;
mod readings;
mod registers;
mod searches;
mod shares;
mod tables;
mod tokens;
mod transactions;

use std::path::Path;

const CHAPTERS: [&str; 18] = [
    include_str!("story/audience.rs"),
    include_str!("story/blocks.rs"),
    include_str!("story/changes.rs"),
    include_str!("story/deliveries.rs"),
    include_str!("story/directory.rs"),
    include_str!("story/dispatches.rs"),
    include_str!("story/features.rs"),
    include_str!("story/lanes.rs"),
    include_str!("story/looks.rs"),
    include_str!("story/peers.rs"),
    include_str!("story/people.rs"),
    include_str!("story/readings.rs"),
    include_str!("story/registers.rs"),
    include_str!("story/searches.rs"),
    include_str!("story/shares.rs"),
    include_str!("story/tables.rs"),
    include_str!("story/tokens.rs"),
    include_str!("story/transactions.rs"),
];

#[test]
fn the_story_leaves_no_function_of_the_storage_out() {
    let mut missing = Vec::new();
    let mut count = 0;
    for (module, text) in modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/storage")) {
        for function in public_functions(&text) {
            count += 1;
            if !is_told(&module, &function) {
                missing.push(format!("{module}::{function}"));
            }
        }
    }
    assert!(count > 70, "only {count} functions were found: the reading of the files is wrong");
    assert_eq!(missing, Vec::<String>::new(), "no chapter calls these");
}

/// Each file with the name under which its functions are called: what stands in a folder is called by the folder's.
fn modules(folder: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            all.extend(modules(&path).into_iter().map(|(_, text)| (name.clone(), text)));
        } else {
            all.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    all
}

/// Free functions over a transaction, and methods; those of `connection.rs` are reached through the store alone.
fn public_functions(text: &str) -> Vec<String> {
    let declared = text.lines().filter_map(|line| line.trim_start().strip_prefix("pub "));
    let named = declared.filter_map(|line| line.trim_start_matches("const ").trim_start_matches("async ").strip_prefix("fn "));
    named.map(|rest| rest.split(['(', '<']).next().unwrap_or_default().to_owned()).collect()
}

fn is_told(module: &str, function: &str) -> bool {
    let free = ["(", ")"].map(|end| format!("{module}::{function}{end}"));
    let calls =
        [format!(".{function}("), format!("Store::{function}("), format!("Wake::{function}("), format!("Failed::{function}(")];
    let of_a_type = matches!(module, "mod" | "wake" | "connection");
    let told = |call: &String| CHAPTERS.iter().any(|chapter| chapter.contains(call.as_str()));
    free.iter().any(told) || (of_a_type && calls.iter().any(told))
}

#[test]
fn a_function_that_no_chapter_calls_is_noticed() {
    assert_eq!(public_functions("pub fn forget(tx: &mut Tx<'_>) {\n    pub async fn read<T>(&self"), ["forget", "read"]);
    assert!(!is_told("share", "forget") && is_told("share", "add"));
}
