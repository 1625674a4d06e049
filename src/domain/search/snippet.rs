//! The place in a text where it says what was looked for, in pieces: those to be marked, and those between. It writes no HTML.

use super::{
    query::Query,
    word::{Tongue, Word, words},
};

/// Most words of a text that are looked at, and how many are shown.
const MOST_WORDS: usize = 1_500;
const SHOWN: usize = 32;
/// How many words are shown before the first that was looked for.
const BEFORE: usize = 8;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is what was looked for.
    pub marked: bool,
}

/// All of a title, marked.
#[must_use]
pub fn headline(title: &str, language: &str, query: &Query) -> Vec<Piece> {
    let words: Vec<Word> = words(title).take(MOST_WORDS).collect();
    cut(title, &words, &marks(&words, language, query), 0..title.len())
}

/// The part of a text that says most of what was looked for; its beginning where none does.
#[must_use]
pub fn snippet(text: &str, language: &str, query: &Query) -> Vec<Piece> {
    let words: Vec<Word> = words(text).take(MOST_WORDS).collect();
    let marks = marks(&words, language, query);
    let first = best(&marks).saturating_sub(BEFORE).min(words.len().saturating_sub(SHOWN));
    let last = (first + SHOWN).min(words.len());
    let begin = if first == 0 { 0 } else { words[first].place.start };
    let is_whole = last == words.len() && words.len() < MOST_WORDS;
    let end = if is_whole { text.len() } else { words.get(last - 1).map_or(0, |word| word.place.end) };
    let mut pieces = cut(text, &words, &marks, begin..end);
    if begin > 0
        && let Some(piece) = pieces.first_mut()
    {
        piece.text.insert_str(0, "… ");
    }
    if end < text.len()
        && let Some(piece) = pieces.last_mut()
    {
        piece.text.push_str(" …");
    }
    pieces
}

/// Which part of the query each word is, if any.
fn marks(words: &[Word], language: &str, query: &Query) -> Vec<Option<usize>> {
    let tongues = if language.is_empty() { vec![Tongue::Dutch, Tongue::English] } else { vec![Tongue::of(language)] };
    let find = |word: &Word| {
        query.parts().iter().position(|part| {
            let begins = part.open.as_deref().is_some_and(|open| word.folded.starts_with(open));
            // A stem has the first letters of its word; looking at these first spares most words being stemmed.
            let mut stems = part.ways.iter().flatten().filter(|stem| stem.bytes().take(2).eq(word.folded.bytes().take(2)));
            begins || stems.any(|stem| tongues.iter().any(|tongue| tongue.stem(&word.folded) == *stem))
        })
    };
    words.iter().map(find).collect()
}

/// Where the row of words begins that says most different parts.
fn best(marks: &[Option<usize>]) -> usize {
    let marked: Vec<(usize, usize)> = marks.iter().enumerate().filter_map(|(place, part)| Some((place, (*part)?))).collect();
    let mut best = (0, marked.first().map_or(0, |(place, _)| *place));
    for (number, (place, _)) in marked.iter().enumerate() {
        let near = marked[number..].iter().take_while(|(other, _)| other - place < SHOWN - BEFORE);
        let parts = near.fold(0_u64, |parts, (_, part)| parts | 1 << (part % 64)).count_ones();
        if parts > best.0 {
            best = (parts, *place);
        }
    }
    best.1
}

fn cut(text: &str, words: &[Word], marks: &[Option<usize>], shown: std::ops::Range<usize>) -> Vec<Piece> {
    let (mut pieces, mut done) = (Vec::new(), shown.start);
    let mut add = |range: std::ops::Range<usize>, marked| {
        if !range.is_empty() {
            pieces.push(Piece { text: text[range].to_owned(), marked });
        }
    };
    let inside = words.iter().zip(marks).filter(|(word, mark)| mark.is_some() && word.place.start >= shown.start);
    for (word, _) in inside.take_while(|(word, _)| word.place.end <= shown.end) {
        add(done..word.place.start, false);
        add(word.place.clone(), true);
        done = word.place.end;
    }
    add(done..shown.end, false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text.clone() }).collect()
    }

    #[test]
    fn what_was_looked_for_is_marked_in_each_of_its_forms() {
        let query = Query::read("gemeente brie");
        assert_eq!(written(&headline("De Brieven van gemeenten <b>", "nl", &query)), "De [Brieven] van [gemeenten] <b>");
        assert_eq!(written(&headline("Cities", "en", &Query::read("city"))), "[Cities]");
    }

    #[test]
    fn a_snippet_is_where_most_is_said() {
        let text = format!("Een brief. {} Hier herschreef de gemeente een brief. {}", "woord ".repeat(60), "na ".repeat(60));
        let shown = written(&snippet(&text, "nl", &Query::read("brief gemeente")));
        assert!(shown.starts_with("… ") && shown.ends_with(" …"), "{shown}");
        assert!(shown.contains("de [gemeente] een [brief]"), "{shown}");
        assert!(shown.len() < 400);
    }

    #[test]
    fn any_text_can_be_cut() {
        for text in ["", "é", "\u{301}", "😀😀", "a😀", "één 😀"] {
            let pieces = snippet(text, "nl", &Query::read("een"));
            assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
        }
    }
}
