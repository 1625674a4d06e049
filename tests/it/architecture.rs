//! The rules of the house that a machine can decide, over every file of `src`. Taste stays with people.

mod code;
mod rules;
mod tree;

use code::without_tests_and_words;
use tree::{Source, sources};

/// Fails with every breach that a rule finds in `src`.
fn holds(rule: fn(&Source) -> Vec<String>) {
    let all = sources();
    assert!(all.len() > 30, "only {} files were found: the walk is wrong", all.len());
    let breaches: Vec<String> = all.iter().flat_map(rule).collect();
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

/// Whether the rule finds something in a planted file.
fn finds(rule: fn(&Source) -> Vec<String>, path: &str, text: &str) -> bool {
    !rule(&Source { path: path.to_owned(), text: text.to_owned() }).is_empty()
}

#[test]
fn imports_point_down_the_ladder() {
    holds(rules::imports_point_down);
    let up = [
        ("src/domain/lab.rs", "use crate::storage::Store;"),
        ("src/storage/lab.rs", "fn a() { crate::usecases::lab::add(); }"),
        ("src/usecases/lab.rs", "use crate::{domain::lab, federation::actor};"),
        ("src/federation/actor.rs", "use crate::{\n    mail::Letter,\n};"),
        ("src/config/mod.rs", "use super::storage::Store;"),
        ("src/telemetry.rs", "use super::storage::Store;"),
        ("src/domain/lab.rs", "use crate::{domain::{self, actor}, storage};"),
        ("src/domain/lab.rs", "use crate::Store;"),
        ("src/unheard_of/lab.rs", "//! A folder without a rung."),
    ];
    for (path, text) in up {
        assert!(finds(rules::imports_point_down, path, text), "{path}: {text}");
    }
    let down = "//! crate::cli\nuse crate::{domain::{self, lab}, storage::Failed, web::page};\nuse super::page;\nlet a = \"crate::cli\";";
    assert!(!finds(rules::imports_point_down, "src/web/lab.rs", down));
    assert!(!finds(rules::imports_point_down, "src/main.rs", "fn main() { archipel::cli::run() }"));
}

#[test]
fn only_storage_knows_diesel() {
    holds(rules::diesel_stays_in_storage);
    assert!(finds(rules::diesel_stays_in_storage, "src/usecases/lab.rs", "use diesel::prelude::*;"));
    assert!(!finds(rules::diesel_stays_in_storage, "src/storage/lab.rs", "use diesel::prelude::*;"));
    assert!(!finds(rules::diesel_stays_in_storage, "src/usecases/lab.rs", "// diesel::prelude would be wrong here"));
}

#[test]
fn only_the_web_knows_actix() {
    holds(rules::actix_stays_in_the_web);
    assert!(finds(rules::actix_stays_in_the_web, "src/federation/inbox.rs", "use actix_web::web;"));
    assert!(finds(rules::actix_stays_in_the_web, "src/cli/serve.rs", "#[actix_web::main]"));
    assert!(!finds(rules::actix_stays_in_the_web, "src/web/inbox.rs", "use actix_web::web;"));
}

#[test]
fn the_domain_and_the_use_cases_wait_for_nothing() {
    holds(rules::core_is_not_async);
    assert!(finds(rules::core_is_not_async, "src/usecases/lab.rs", "pub async fn add() {}"));
    assert!(!finds(rules::core_is_not_async, "src/usecases/lab.rs", "/// Not async.\npub fn asynchronous() {}"));
    assert!(!finds(rules::core_is_not_async, "src/federation/fetch.rs", "pub async fn fetch() {}"));
}

#[test]
fn the_domain_and_the_use_cases_are_told_the_time_and_the_dice() {
    holds(rules::core_takes_nothing_from_the_air);
    for planted in [
        "Utc::now()",
        "std::time::SystemTime::now()",
        "Instant::now()",
        "rand::random::<u64>()",
        "Clock::System",
        "Chance.token()",
    ] {
        let text = format!("fn a() {{ {planted}; }}");
        assert!(finds(rules::core_takes_nothing_from_the_air, "src/domain/lab.rs", &text), "{planted}");
    }
    assert!(!finds(rules::core_takes_nothing_from_the_air, "src/usecases/lab.rs", "fn a(now: Moment, operand::Kind: u8) {}"));
}

#[test]
fn only_one_file_turns_a_refusal_into_a_status() {
    holds(rules::statuses_have_one_home);
    for planted in
        ["StatusCode::NOT_FOUND", "HttpResponse::NotFound()", "HttpResponse::InternalServerError()", "ErrorBadRequest(x)"]
    {
        let text = format!("fn a() {{ {planted}; }}");
        assert!(finds(rules::statuses_have_one_home, "src/web/lab.rs", &text), "{planted}");
        assert!(!finds(rules::statuses_have_one_home, "src/web/error.rs", &text), "{planted}");
    }
    assert!(!finds(
        rules::statuses_have_one_home,
        "src/web/lab.rs",
        "fn a(status: StatusCode) { HttpResponse::Accepted(); StatusCode::SEE_OTHER; }"
    ));
    assert!(!finds(
        rules::statuses_have_one_home,
        "src/federation/fetch.rs",
        "use reqwest::StatusCode; fn a() { StatusCode::GONE; }"
    ));
    assert!(finds(rules::statuses_have_one_home, "src/federation/fetch.rs", "use http::StatusCode;"));
}

#[test]
fn a_path_climbs_one_step_at_most() {
    holds(rules::paths_climb_one_step);
    assert!(finds(rules::paths_climb_one_step, "src/web/page/lab.rs", "use super::super::error;"));
    assert!(!finds(rules::paths_climb_one_step, "src/web/page/lab.rs", "use super::error;"));
}

#[test]
fn a_file_opens_with_what_it_is_for_and_stays_within_four_hundred_lines() {
    holds(rules::files_are_introduced_and_short);
    assert!(finds(rules::files_are_introduced_and_short, "src/web/lab.rs", "use std::fmt;"));
    assert!(finds(rules::files_are_introduced_and_short, "src/web/lab.rs", &format!("//! A lab.\n{}", "\n".repeat(400))));
    assert!(!finds(rules::files_are_introduced_and_short, "src/web/lab.rs", &format!("//! A lab.\n{}", "\n".repeat(399))));
}

#[test]
fn a_file_is_named_after_a_thing() {
    holds(rules::files_have_names_that_say_something);
    for planted in [
        "src/web/utils.rs",
        "src/common/mod.rs",
        "src/domain/helpers.rs",
        "src/web/types.rs",
        "src/core.rs",
        "src/lab/manager.rs",
    ] {
        assert!(finds(rules::files_have_names_that_say_something, planted, ""), "{planted}");
    }
    assert!(!finds(rules::files_have_names_that_say_something, "src/domain/lab.rs", ""));
}

#[test]
fn a_function_has_eighty_lines_at_most() {
    holds(rules::functions_are_short);
    let long =
        |lines: usize| format!("//! A.\npub fn a(x: [u8; 3]) -> impl Fn(u8) {{\n{}}}\n", "    b(\"}\");\n".repeat(lines - 2));
    assert!(finds(rules::functions_are_short, "src/web/lab.rs", &long(81)));
    assert!(!finds(rules::functions_are_short, "src/web/lab.rs", &long(80)));
    assert!(!finds(rules::functions_are_short, "src/web/lab.rs", "trait A { fn b(&self); fn c(); }\n".repeat(90).as_str()));
}

#[test]
fn nothing_unwraps_outside_tests() {
    holds(rules::nothing_unwraps);
    assert!(finds(rules::nothing_unwraps, "src/web/lab.rs", "fn a() { b().unwrap(); }"));
    assert!(finds(rules::nothing_unwraps, "src/web/lab.rs", "fn a() { b()\n        .expect(\"c\"); }"));
    assert!(finds(rules::nothing_unwraps, "src/web/lab.rs", "fn a() { todo!() }"));
    assert!(finds(rules::nothing_unwraps, "src/web/lab.rs", "#[allow(dead_code)]\nfn a() {}"));
    let tested = "#[expect(dead_code)]\nfn a() { b().unwrap_or(1); }\n#[cfg(test)]\nmod tests {\n fn c() { d().unwrap(); }\n}\n";
    assert!(!finds(rules::nothing_unwraps, "src/web/lab.rs", tested));
}

#[test]
fn tests_stand_at_the_end_of_their_file() {
    holds(rules::tests_stand_last);
    assert!(finds(rules::tests_stand_last, "src/web/lab.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n}\n\nfn hidden() {}\n"));
    assert!(finds(rules::tests_stand_last, "src/web/lab.rs", "fn a() {}\n#[cfg(test)]\nfn seam() {}\n"));
    assert!(!finds(rules::tests_stand_last, "src/web/lab.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n"));
}

#[test]
fn every_migration_has_its_twin() {
    assert_eq!(tree::names_in("migrations/sqlite"), tree::names_in("migrations/postgres"));
    assert!(!tree::names_in("migrations/sqlite").is_empty());
    for step in tree::names_in("migrations/sqlite") {
        for engine in ["sqlite", "postgres"] {
            assert_eq!(tree::names_in(&format!("migrations/{engine}/{step}")), ["down.sql", "up.sql"]);
        }
    }
}

#[test]
fn what_is_said_in_comments_words_and_tests_is_no_code() {
    let text = "let a = \"x::y{\"; // z {\n/* q { */ let b = '{'; let c: &'a str = r#\"\"{\"#; let d = b'\\'';\n#[cfg(test)]\nmod tests {}";
    let code = without_tests_and_words(text);
    assert!(!code.contains(['{', 'x', 'z', 'q']) && code.contains("let c: &'a str") && code.contains("let d"), "{code}");
    assert_eq!(code.lines().count(), 2);
}
