//! Rust read just well enough: comments, the insides of literals, and tests are taken out, lines stay where they are.

/// The code before the tests, without comments and without what stands between quotes.
pub fn without_tests_and_words(text: &str) -> String {
    let end = text.find("\n#[cfg(test)]").map_or(text.len(), |at| at + 1);
    without_words(&text[..end])
}

/// The same with the tests.
pub fn without_words(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = length_of_words(rest, code.chars().last());
        if skipped > 0 {
            code.extend(rest[..skipped].chars().filter(|letter| *letter == '\n'));
            rest = &rest[skipped..];
        } else {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    code
}

/// The words in this code, with what joins paths between them: `["use", "crate", "::", "{", "domain", ...]`.
pub fn tokens(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if is_word(first) => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
            _ if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    found
}

/// How many bytes from here are a comment or a literal; 0 for code.
fn length_of_words(rest: &str, before: Option<char>) -> usize {
    let in_word = before.is_some_and(is_word);
    match rest.as_bytes()[0] {
        b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
        b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
        b'"' => 1 + length_until(&rest[1..], '"'),
        b'r' if !in_word => length_of_raw(rest),
        b'\'' => length_of_letter(rest),
        _ => 0,
    }
}

/// To behind the closing sign, minding backslashes.
fn length_until(rest: &str, close: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == close => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `r"..."`, `r#"..."#` and so on.
fn length_of_raw(rest: &str) -> usize {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    if rest.as_bytes().get(1 + hashes) != Some(&b'"') {
        return 0;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let begin = 2 + hashes;
    rest[begin..].find(&close).map_or(rest.len(), |end| begin + end + close.len())
}

/// `'x'` and `'\n'`, and not the lifetime `'a`.
fn length_of_letter(rest: &str) -> usize {
    let mut letters = rest[1..].char_indices();
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), _) => 1 + length_until(&rest[1..], '\''),
        (Some(_), Some((at, '\''))) => 1 + at + 1,
        _ => 0,
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
