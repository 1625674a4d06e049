//! One function per rule: a file in, its breaches out, each with the place and the way out.

use super::{
    code::{tokens, without_tests_and_words, without_words},
    tree::Source,
};

/// Who stands on which rung.
const LADDER: [(&str, u8); 14] = [
    ("domain", 1),
    ("config", 2),
    ("i18n", 2),
    ("telemetry", 2),
    ("storage", 3),
    ("usecases", 4),
    ("federation", 5),
    ("mail", 5),
    ("auth", 5),
    ("media", 5),
    ("web", 6),
    ("worker", 6),
    ("cli", 7),
    ("demo", 7),
];

/// The statuses that refuse something.
const REFUSING: [&str; 17] = [
    "BadRequest",
    "Unauthorized",
    "Forbidden",
    "NotFound",
    "MethodNotAllowed",
    "NotAcceptable",
    "Conflict",
    "Gone",
    "PayloadTooLarge",
    "UnsupportedMediaType",
    "UnprocessableEntity",
    "TooManyRequests",
    "InternalServerError",
    "NotImplemented",
    "BadGateway",
    "ServiceUnavailable",
    "GatewayTimeout",
];

pub fn imports_point_down(source: &Source) -> Vec<String> {
    let Some(layer) = source.layer() else { return Vec::new() };
    let Some(own) = rung(layer) else { return vec![format!("{}: give the folder a rung in the ladder", source.path)] };
    let code = without_tests_and_words(&source.text);
    let wrong = imported(&code, source.is_root_of_its_layer())
        .into_iter()
        .filter(|named| named != layer && rung(named).is_none_or(|other| other >= own));
    wrong.map(|named| format!("{}: imports {named}, which is not below {layer}", source.path)).collect()
}

pub fn diesel_stays_in_storage(source: &Source) -> Vec<String> {
    if source.layer() == Some("storage") {
        Vec::new()
    } else {
        names(source, &["diesel", "diesel_migrations"], "belongs in storage")
    }
}

pub fn actix_stays_in_the_web(source: &Source) -> Vec<String> {
    if source.layer() == Some("web") {
        Vec::new()
    } else {
        names(source, &["actix_web", "actix_multipart", "actix"], "belongs in web")
    }
}

pub fn core_is_not_async(source: &Source) -> Vec<String> {
    if is_core(source) { names(source, &["async", "await"], "waits: do that on a higher rung") } else { Vec::new() }
}

pub fn core_takes_nothing_from_the_air(source: &Source) -> Vec<String> {
    if !is_core(source) {
        return Vec::new();
    }
    let air = ["Utc::now", "Local::now", "SystemTime::now", "Instant::now", "rand::", "Clock", "Chance"];
    names(source, &air, "comes from the air: let it be passed in")
}

pub fn statuses_have_one_home(source: &Source) -> Vec<String> {
    let home = "is decided in web/error.rs";
    match source.layer() {
        Some("web") if source.path != "src/web/error.rs" && !source.path.starts_with("src/web/error/") => {
            let spelt = REFUSING.iter().flat_map(|name| {
                [format!("HttpResponse::{name}"), format!("Error{name}"), format!("StatusCode::{}", shouted(name))]
            });
            let spelt: Vec<String> = spelt.chain(["StatusCode::from_u16".to_owned()]).collect();
            names(source, &spelt.iter().map(String::as_str).collect::<Vec<_>>(), home)
        }
        // What a peer answers is read from its status; no visitor gets to see it.
        Some("federation") => {
            let read = without_tests_and_words(&source.text).contains("reqwest::");
            if read { Vec::new() } else { names(source, &["StatusCode"], "is a peer's only where it comes from reqwest") }
        }
        Some("web") => Vec::new(),
        _ => names(source, &["StatusCode", "HttpResponse"], home),
    }
}

pub fn paths_climb_one_step(source: &Source) -> Vec<String> {
    names(source, &["super::super"], "climbs too far: name it from crate::")
}

pub fn files_are_introduced_and_short(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    let long = (lines > 400).then(|| format!("{}: {lines} lines; split it into two things", source.path));
    let silent = (!source.text.starts_with("//! ")).then(|| format!("{}: open with //! and what it is for", source.path));
    long.into_iter().chain(silent).collect()
}

pub fn files_have_names_that_say_something(source: &Source) -> Vec<String> {
    const EMPTY: [&str; 8] = ["utils", "util", "common", "helpers", "types", "manager", "core", "misc"];
    let named = source.path.split('/').map(|part| part.trim_end_matches(".rs")).find(|part| EMPTY.contains(part));
    named.map(|name| format!("{}: {name} says nothing; name the thing", source.path)).into_iter().collect()
}

pub fn functions_are_short(source: &Source) -> Vec<String> {
    let code = without_words(&source.text);
    let lines: Vec<&str> = code.lines().collect();
    let mut long = Vec::new();
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| tokens(line).contains(&"fn")) {
        let length = length_of_function(&lines[number..]);
        if length > 80 {
            long.push(format!("{}:{}: {length} lines; {}", source.path, number + 1, line.trim()));
        }
    }
    long
}

pub fn nothing_unwraps(source: &Source) -> Vec<String> {
    let banned = [".unwrap()", ".expect(", "todo!", "unimplemented!", "#[allow", "#![allow", "#[ignore"];
    names(source, &banned, "hides a failure: return it, or say why with #[expect]")
}

pub fn tests_stand_last(source: &Source) -> Vec<String> {
    let code = without_words(&source.text);
    let Some((_, tail)) = code.split_once("\n#[cfg(test)]\n") else { return Vec::new() };
    let is_module = tail.trim_start_matches("pub(super) ").starts_with("mod tests");
    let ends = tail.lines().position(|line| line == "}" || line == "mod tests;").map_or(0, |end| end + 1);
    let nothing_follows = tail.lines().skip(ends).all(|line| line.trim().is_empty());
    let breach = format!("{}: mod tests is the last thing of a file, and the only one under cfg(test)", source.path);
    if is_module && nothing_follows { Vec::new() } else { vec![breach] }
}

/// `NotFound` as `NOT_FOUND`.
fn shouted(name: &str) -> String {
    let spaced: String =
        name.chars().flat_map(|letter| letter.is_uppercase().then_some('_').into_iter().chain([letter])).collect();
    spaced.trim_start_matches('_').to_uppercase()
}

fn rung(layer: &str) -> Option<u8> {
    LADDER.iter().find(|(name, _)| *name == layer).map(|(_, rung)| *rung)
}

fn is_core(source: &Source) -> bool {
    matches!(source.layer(), Some("domain" | "usecases"))
}

/// What follows `crate::`, one by one also where it is grouped; in the root of a layer also what follows `super::`.
fn imported(code: &str, super_is_crate: bool) -> Vec<String> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    for at in 0..tokens.len().saturating_sub(2) {
        let whole = tokens[at] == "crate" || (super_is_crate && tokens[at] == "super");
        if whole && tokens[at + 1] == "::" {
            found.extend(first_segments(&tokens[at + 2..]).into_iter().map(str::to_owned));
        }
    }
    found
}

fn first_segments<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    if tokens.first() != Some(&"{") {
        return tokens.iter().take(1).copied().collect();
    }
    let mut found = Vec::new();
    let mut depth = 0;
    for pair in tokens.windows(2) {
        match pair[0] {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        let begins = depth == 1 && matches!(pair[0], "{" | ",");
        if begins && pair[1] != "}" {
            found.push(pair[1]);
        }
    }
    found
}

/// From the line with `fn` to the line with its closing brace; 1 where it has no body.
fn length_of_function(lines: &[&str]) -> usize {
    let mut depth = 0_usize;
    let mut parameters = 0_usize;
    for (number, line) in lines.iter().enumerate() {
        let from = if number == 0 { line.find("fn ").unwrap_or(0) } else { 0 };
        for letter in line[from..].chars() {
            match letter {
                '(' | '[' => parameters += 1,
                ')' | ']' => parameters = parameters.saturating_sub(1),
                ';' if depth == 0 && parameters == 0 => return 1,
                '{' => depth += 1,
                '}' if depth <= 1 => return number + 1,
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    lines.len()
}

/// Every line in which one of these paths is named, whole word by whole word.
fn names(source: &Source, banned: &[&str], why: &str) -> Vec<String> {
    let banned: Vec<Vec<&str>> = banned.iter().map(|path| tokens(path)).collect();
    let code = without_tests_and_words(&source.text);
    let is_named = |line: &str| {
        let line = tokens(line);
        banned.iter().any(|path| line.windows(path.len()).any(|part| part == path.as_slice()))
    };
    code.lines().enumerate().filter(|(_, line)| is_named(line)).map(|(number, _)| breach(source, number, why)).collect()
}

fn breach(source: &Source, number: usize, why: &str) -> String {
    let line = source.text.lines().nth(number).unwrap_or_default();
    format!("{}:{}: `{}` {why}", source.path, number + 1, line.trim())
}
