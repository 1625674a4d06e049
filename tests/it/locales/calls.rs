//! Where the code and the templates name a message, found by reading their text.

use std::{collections::BTreeSet, path::Path};

/// A place that names a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The key, or the beginning of several.
    pub key: String,
    /// Whether the key is only the beginning.
    pub is_family: bool,
    /// The arguments, where they stand beside the key.
    pub arguments: Option<BTreeSet<String>>,
    path: String,
}

impl Call {
    /// For whoever has to write the message.
    pub fn describe(&self) -> String {
        format!("{}{} ({})", self.key, if self.is_family { "..." } else { "" }, self.path)
    }
}

/// Every place in `src` outside tests, and in templates.
pub fn in_the_repository() -> Vec<Call> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "templates"].map(|folder| root.join(folder)).iter().filter(|folder| folder.is_dir()) {
        walk(folder, &mut |path| {
            let text = std::fs::read_to_string(path).unwrap();
            let named = path.strip_prefix(root).unwrap().display().to_string();
            found.extend(in_text(&named, text.split("\n#[cfg(test)]").next().unwrap_or_default()));
        });
    }
    found
}

/// Whether this can stand in a key.
pub fn is_of_a_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn in_text(path: &str, text: &str) -> Vec<Call> {
    let mut found = Vec::new();
    let call = |key: String, arguments| Call { is_family: false, key, arguments, path: path.to_owned() };
    for way in ["say(", "visit.tell(", "visit.count(", "message(", "mistake(", "Mistake("] {
        found.extend(after(text, way).filter_map(literal).map(|key| call(key.to_owned(), None)));
    }
    // The key of `say_with` comes second.
    let second = after(text, "say_with(").filter_map(|rest| literal(rest.split_once(',')?.1));
    found.extend(second.map(|key| call(key.to_owned(), None)));
    for way in ["invalid(", "not_allowed(", "unknown(", "gone(", "conflict("].map(|way| format!("Refused::{way}")) {
        let refused = after(text, &way).filter_map(|rest| Some((literal(rest)?, with(rest))));
        found.extend(refused.map(|(key, arguments)| call(format!("refused-{key}"), Some(arguments))));
    }
    // The macro that declares words refuses other words under its second argument.
    let words =
        after(text, "words! {").filter_map(|rest| rest.split('"').nth(1)).filter(|_| text.contains("Refused::invalid($key)"));
    found.extend(words.map(|key| call(format!("refused-{key}"), None)));
    let chosen = after(text, "\"cli-").map(|rest| format!("cli-{}", rest.split('"').next().unwrap_or_default()));
    found.extend(chosen.filter(|key| key.bytes().all(is_of_a_key)).map(|key| call(key, None)));
    found.extend(families(text).map(|key| Call { is_family: true, ..call(key, None) }));
    found.retain(|call| call.key.bytes().all(is_of_a_key));
    found
}

/// `word("share-kind", ...)` and `say(&format!("month-{}", ...))` name the beginnings of keys.
fn families(text: &str) -> impl Iterator<Item = String> {
    let words = after(text, "word(").filter_map(literal).map(|group| format!("{group}-"));
    let formats = ["say(&format!(", "say(format!("].into_iter().flat_map(|way| after(text, way)).filter_map(literal);
    words.chain(formats.filter_map(|key| key.split_once('{')).map(|(begin, _)| begin.to_owned()))
}

/// What follows each time this is called.
fn after<'a>(text: &'a str, way: &'a str) -> impl Iterator<Item = &'a str> {
    let is_whole = move |at: usize| {
        !way.starts_with(|letter: char| letter.is_alphabetic())
            || !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
    };
    text.match_indices(way).filter(move |(at, _)| is_whole(*at)).map(move |(at, _)| &text[at + way.len()..])
}

fn literal(rest: &str) -> Option<&str> {
    rest.trim_start().strip_prefix('"')?.split('"').next()
}

/// The names in `.with("name", ...)` up to the end of the statement or the next refusal.
fn with(rest: &str) -> BTreeSet<String> {
    let end = [";", "Refused::", "\n    }"].iter().filter_map(|stop| rest.find(stop)).min().unwrap_or(rest.len());
    after(&rest[..end], "with(").filter_map(literal).map(str::to_owned).collect()
}

/// Shows every text below a folder to somebody.
pub fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_text = path.extension().is_some_and(|ending| ["rs", "html", "xml", "txt"].iter().any(|known| ending == *known));
        match path.is_dir() {
            true => walk(&path, visit),
            false if is_text => visit(&path),
            false => {}
        }
    }
}

#[test]
fn a_key_is_found_however_it_is_named() {
    let text = r#"
        {{ visit.say("home") }} visit.tell( "hello", "name", x) say_with(language, "bye", &[]) essay("no") say(key)
        Err(Refused::invalid("title-too-long").with("limit", 200).with("length", 300));
        Refused::unknown("lab") visit.word("share-kind", code) say(&format!("month-{}", 1)) let key = "cli-followed";"#;
    let found = in_text("a.html", text);
    let keys: BTreeSet<&str> = found.iter().map(|call| call.key.as_str()).collect();
    let expected = ["bye", "cli-followed", "hello", "home", "month-", "refused-lab", "refused-title-too-long", "share-kind-"];
    assert_eq!(keys, BTreeSet::from(expected));
    let refused = found.iter().find(|call| call.key == "refused-title-too-long").unwrap();
    assert_eq!(refused.arguments, Some(BTreeSet::from(["length".to_owned(), "limit".to_owned()])));
}
