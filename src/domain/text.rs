//! Prose: Markdown of ours to HTML, HTML of strangers to what is safe, and plain text out of either.
//! What is an `Html` has been sanitised; there is no other way to make one.

mod fold;
mod markdown;
mod sanitise;

pub use fold::fold;
pub use markdown::{Rendered, has_structure, mentions, render};
pub use sanitise::Html;

/// Unix line ends, no control characters but newline and tab, no invisible text direction overrides, trimmed.
#[must_use]
pub fn normalise(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = unified.chars().filter(|letter| !is_unwanted(*letter)).collect();
    kept.trim().to_owned()
}

/// The same on one line, with single spaces.
#[must_use]
pub fn one_line(text: &str) -> String {
    normalise(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether there is nothing to see: only space, and letters that have no shape of their own.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    let shapeless = |letter: char| {
        matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{ffa0}'
        ) || matches!(letter, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
    };
    text.chars().all(|letter| letter.is_whitespace() || letter.is_control() || shapeless(letter))
}

/// The first sentences of a plain text, at most `limit` characters, cut at a word.
#[must_use]
pub fn excerpt(text: &str, limit: usize) -> String {
    let line = one_line(text);
    if line.chars().count() <= limit {
        return line;
    }
    let cut: String = line.chars().take(limit).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    format!("{}…", whole.trim_end_matches([',', ';', ':', '.', '-', ' ']))
}

fn is_unwanted(letter: char) -> bool {
    let control = letter.is_control() && letter != '\n' && letter != '\t';
    control || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_at_a_word() {
        assert_eq!(excerpt("Een twee drie vier", 12), "Een twee…");
        assert_eq!(excerpt("Kort", 12), "Kort");
    }

    #[test]
    fn rx10_what_has_no_shape_is_blank() {
        for blank in ["", " \t", "\u{200b}\u{200d}", "\u{3164}", "\u{2800} \u{feff}", "\u{e0041}\u{202e}"] {
            assert!(is_blank(blank), "{blank:?}");
        }
        assert!(!is_blank("é") && !is_blank("\u{200f}ا") && !is_blank("👩\u{200d}🔬"));
    }

    #[test]
    fn direction_overrides_and_controls_are_dropped() {
        assert_eq!(normalise(" a\u{202e}b\u{0}c\r\nd "), "abc\nd");
    }
}
