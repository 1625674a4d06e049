//! Words: where they begin and end in a text, without accents and capitals, and without the endings of their language.
//! It keeps no list of a language's words but the smallest, which say nothing by themselves.

use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Most letters of a word that count.
const LONGEST: usize = 40;

/// Words that stand in nearly every text: they are looked for only where nothing else is.
const SMALL: &str = " de het een en van in is op te dat die voor met zijn aan er niet om ook als bij maar uit wat nog door over naar \
    dan of wij we je jij hij zij ze ik u dit deze hun ons onze wordt worden werd was waren heeft hebben had kan kunnen moet moeten \
    zal zullen zou al wel geen meer hoe waar wie tot toen nu the a an and to it that for on with as are this be by from at or not \
    we you they he she i our their your its was were has have had can could will would do does did what which who how when where \
    but if so than then there into about more no of ";

/// What a text is written in, as far as it changes the endings of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// Dutch.
    Dutch,
    /// English.
    English,
    /// Another one: words are found as they are.
    Other,
}

impl Tongue {
    /// Of a language tag.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        match tag.split('-').next() {
            Some("nl") => Self::Dutch,
            Some("en") => Self::English,
            _ => Self::Other,
        }
    }

    /// A folded word without its ending.
    #[must_use]
    pub fn stem(self, folded: &str) -> String {
        if self == Self::Other || folded.len() < 3 || !folded.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return folded.to_owned();
        }
        if self == Self::English {
            return Stemmer::create(Algorithm::English).stem(folded).into_owned();
        }
        let mut stem = Stemmer::create(Algorithm::Dutch).stem(folded).into_owned();
        // Proeven and proef, huizen and huis: at the end of a word, these are written with the harder letter.
        let harder = match stem.pop() {
            Some('v') => 'f',
            Some('z') => 's',
            Some(other) => other,
            None => return folded.to_owned(),
        };
        stem.push(harder);
        stem
    }
}

/// A word in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Small letters without accents.
    pub folded: String,
    /// Where it stands, in bytes.
    pub place: Range<usize>,
    /// Whether a hyphen alone parts it from the next.
    pub hyphened: bool,
}

/// The words of a text, in order.
pub fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut letters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let begin = loop {
            match letters.next() {
                Some((place, letter)) if letter.is_alphanumeric() => break place,
                Some(_) => {}
                None => return None,
            }
        };
        let mut end = text.len();
        while let Some((place, letter)) = letters.peek().copied() {
            let rest = &text[place + letter.len_utf8()..];
            let joins = matches!(letter, '\'' | '’' | '\u{ad}') && rest.starts_with(char::is_alphanumeric);
            if !letter.is_alphanumeric() && !is_combining_mark(letter) && !joins {
                end = place;
                break;
            }
            letters.next();
        }
        let mut after = text[end..].chars();
        let hyphened = matches!(after.next(), Some('-' | '‐' | '‑')) && after.next().is_some_and(char::is_alphanumeric);
        Some(Word { folded: fold(&text[begin..end]), place: begin..end, hyphened })
    })
    .filter(|word| !word.folded.is_empty())
}

/// Small letters and digits, without accents; at most [`LONGEST`].
#[must_use]
pub fn fold(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return text[..text.len().min(LONGEST)].to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    let plain = text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase);
    for letter in plain.filter(|letter| letter.is_alphanumeric()).take(LONGEST) {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            other => folded.push(other),
        }
    }
    folded
}

/// Whether a folded word says nothing by itself.
#[must_use]
pub fn is_small(folded: &str) -> bool {
    folded.len() <= 7 && SMALL.contains(&format!(" {folded} "))
}

/// The ways in which a folded word may stand in the index, whatever language the document is in.
#[must_use]
pub fn stems(folded: &str) -> Vec<String> {
    let mut ways = vec![Tongue::Dutch.stem(folded)];
    for way in [Tongue::English.stem(folded), folded.to_owned()] {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

/// The name under which a value of a facet stands in the index: nothing that anybody writes is called like it.
#[must_use]
pub fn mark(facet: char, value: &str) -> String {
    let plain: String = value.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
    format!("_{facet}_{plain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).map(|word| word.folded).collect()
    }

    #[test]
    fn accents_capitals_and_signs_make_no_difference() {
        assert_eq!(folded("Één CAFÉ, cafe\u{301}; reïntegratie! Straße"), ["een", "cafe", "cafe", "reintegratie", "strasse"]);
        assert_eq!(folded("foto's, Sam’s & co-creatie"), ["fotos", "sams", "co", "creatie"]);
        assert_eq!(folded("\0 \u{301} -- *\" '"), Vec::<String>::new());
        let hyphened: Vec<bool> = words("co-creatie - nu").map(|word| word.hyphened).collect();
        assert_eq!(hyphened, [true, false, false]);
    }

    #[test]
    fn inflected_words_have_one_stem() {
        for (one, other) in [
            ("onderzoeken", "onderzoek"),
            ("gemeenten", "gemeente"),
            ("brieven", "brief"),
            ("huizen", "huis"),
            ("scholen", "school"),
            ("experimenten", "experiment"),
            ("inwoners", "inwoner"),
        ] {
            assert_eq!(Tongue::Dutch.stem(one), Tongue::Dutch.stem(other), "{one}");
        }
        for (one, other) in [("experiments", "experiment"), ("learning", "learn"), ("cities", "city")] {
            assert_eq!(Tongue::English.stem(one), Tongue::English.stem(other), "{one}");
        }
        assert_eq!(Tongue::of("nl-be"), Tongue::Dutch);
        assert_eq!(Tongue::Other.stem("gemeenten"), "gemeenten");
    }

    #[test]
    fn only_small_words_are_small() {
        assert!(is_small("de") && is_small("the") && is_small("moeten"));
        assert!(!is_small("lab") && !is_small("") && !is_small("e h"));
    }
}
