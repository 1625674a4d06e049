//! A query: whatever anybody types becomes words, phrases and the beginning of a word. Nothing is refused; what is too much is left out.

use super::{
    AnyOf, Sign, Thing,
    word::{Tongue, is_small, mark, stems, words},
};
use crate::domain::{
    actor::ActorId,
    language::LanguageTag,
    share::{Outcome, ShareKind},
    text,
};

/// Most letters of what is typed that are read.
const MOST_LETTERS: usize = 300;
/// Most words and phrases that are looked for.
const MOST_PARTS: usize = 10;
/// Most words of a phrase.
const MOST_IN_A_PHRASE: usize = 8;
/// Most followed actors that one look asks for.
const MOST_FOLLOWED: usize = 300;

/// What somebody typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    typed: String,
    parts: Vec<Part>,
}

/// A word, a phrase, or a word that may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// As it was typed.
    pub(super) said: String,
    /// The stems it may have, each a row of words that follow each other.
    pub(super) ways: Vec<Vec<String>>,
    /// How its word begins, where it may go on.
    pub(super) open: Option<String>,
}

impl Query {
    /// Reads what was typed, whatever it is.
    #[must_use]
    pub fn read(typed: &str) -> Self {
        let short: String = typed.chars().take(MOST_LETTERS).collect();
        let typed = text::one_line(&short.replace('\0', " "));
        let mut parts = Vec::new();
        for (number, piece) in typed.split(['"', '“', '”', '„']).enumerate() {
            if number % 2 == 1 {
                parts.extend(phrase(piece));
            } else {
                parts.extend(each_word(piece));
            }
        }
        if parts.iter().any(|part| !part.is_small()) {
            parts.retain(|part| !part.is_small());
        }
        parts.truncate(MOST_PARTS);
        if !short.ends_with(char::is_whitespace)
            && let Some(last) = parts.last_mut()
        {
            last.open = Some(last.said.clone()).filter(|said| is_open(&typed, said));
        }
        Self { typed, parts }
    }

    /// What was typed, on one line and not too long.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether there is no word in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The words and phrases, as they were typed.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.said.as_str())
    }

    /// The same with one of its parts alone.
    #[must_use]
    pub fn only(&self, number: usize) -> Self {
        let parts: Vec<Part> = self.parts.get(number).cloned().into_iter().collect();
        Self { typed: parts.first().map_or_else(String::new, |part| part.said.clone()), parts }
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What a document must have to be found.
    fn anywhere(&self) -> Vec<AnyOf> {
        self.parts.iter().map(|part| AnyOf(part.signs())).collect()
    }

    /// The same in its title.
    fn in_the_title(&self) -> Vec<AnyOf> {
        let title = |part: &Part| {
            let words = part.ways.iter().flatten().map(|stem| Sign::word(mark('t', stem)));
            AnyOf(words.chain(part.beginning()).collect())
        };
        self.parts.iter().map(title).collect()
    }
}

impl Part {
    fn word(folded: String) -> Self {
        Self { ways: stems(&folded).into_iter().map(|stem| vec![stem]).collect(), said: folded, open: None }
    }

    fn is_small(&self) -> bool {
        is_small(&self.said)
    }

    fn signs(&self) -> Vec<Sign> {
        self.ways.iter().cloned().map(Sign::Words).chain(self.beginning()).collect()
    }

    fn beginning(&self) -> Option<Sign> {
        let open = self.open.as_deref()?;
        // How words begin with three or four letters is kept ready; there are too many of them to be gathered each time.
        let sign = if open.chars().count() > 4 { Sign::Beginning(mark('w', open)) } else { Sign::word(mark('p', open)) };
        Some(sign)
    }
}

/// A phrase in each language; one word is a word that does not go on.
fn phrase(piece: &str) -> Option<Part> {
    let folded: Vec<String> = words(piece).map(|word| word.folded).take(MOST_IN_A_PHRASE).collect();
    let stemmed: Vec<[String; 3]> = folded.iter().map(|word| in_each_language(word)).collect();
    let mut ways: Vec<Vec<String>> = Vec::new();
    for language in 0..3 {
        let way: Vec<String> = stemmed.iter().map(|word| word[language].clone()).collect();
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    (!folded.is_empty()).then(|| Part { said: folded.join(" "), ways, open: None })
}

fn in_each_language(folded: &str) -> [String; 3] {
    [Tongue::Dutch, Tongue::English, Tongue::Other].map(|tongue| tongue.stem(folded))
}

/// Words on their own; those that hang together by hyphens follow each other, or are one.
fn each_word(piece: &str) -> Vec<Part> {
    let (mut parts, mut hanging): (Vec<Part>, Vec<String>) = (Vec::new(), Vec::new());
    for word in words(piece) {
        let goes_on = word.hyphened;
        hanging.push(word.folded);
        if goes_on && hanging.len() < MOST_IN_A_PHRASE {
            continue;
        }
        let one = hanging.concat();
        if hanging.len() > 1 {
            let mut part = phrase(&hanging.join(" ")).unwrap_or_else(|| Part::word(one.clone()));
            part.ways.extend(stems(&one).into_iter().map(|stem| vec![stem]));
            parts.push(part);
        } else {
            parts.push(Part::word(one));
        }
        hanging.clear();
    }
    parts
}

/// Whether the last word may go on: it is one word, long enough, and the last thing that was typed.
fn is_open(typed: &str, said: &str) -> bool {
    let ends = words(typed).last().is_some_and(|word| word.folded == said && word.place.end == typed.len());
    ends && said.chars().count() >= 3
}

/// How far somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Everything that is known here.
    #[default]
    All,
    /// What is followed.
    Followed,
    /// What is ours.
    Here,
}

impl Scope {
    /// Every scope, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Here, Self::Followed, Self::All];

    /// As a link says it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Followed => "followed",
            Self::Here => "here",
        }
    }

    /// Reads a scope; anything else means everything.
    #[must_use]
    pub fn read(code: &str) -> Self {
        Self::ALL.into_iter().find(|scope| scope.code() == code).unwrap_or_default()
    }
}

/// What somebody looks for, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The words.
    pub query: Query,
    /// How far.
    pub scope: Scope,
    /// What it is.
    pub thing: Option<Thing>,
    /// The kind of share.
    pub kind: Option<ShareKind>,
    /// How it went.
    pub outcome: Option<Outcome>,
    /// The language it is in.
    pub language: Option<LanguageTag>,
    /// The organisation, by its host.
    pub host: Option<String>,
    /// Whom somebody follows; asked for where the scope is what is followed.
    pub followed: Vec<ActorId>,
}

impl Wanted {
    /// What a document must have to be found.
    #[must_use]
    pub fn anywhere(&self) -> Vec<AnyOf> {
        self.query.anywhere().into_iter().chain(self.facets()).collect()
    }

    /// What a document must have to be found by its title; empty where nothing was typed.
    #[must_use]
    pub fn in_the_title(&self) -> Vec<AnyOf> {
        if self.query.is_empty() { Vec::new() } else { self.query.in_the_title().into_iter().chain(self.facets()).collect() }
    }

    fn facets(&self) -> Vec<AnyOf> {
        let language = self.language.as_ref().map(LanguageTag::as_str);
        let chosen = [
            ('k', self.thing.map(Thing::code)),
            ('s', self.kind.map(ShareKind::code)),
            ('o', self.outcome.map(Outcome::code)),
            ('l', language),
            ('h', self.host.as_deref()),
            ('i', Some("here").filter(|_| self.scope == Scope::Here)),
        ];
        let one = |(facet, value): (char, Option<&str>)| Some(AnyOf(vec![Sign::word(mark(facet, value?))]));
        let mut all: Vec<AnyOf> = chosen.into_iter().filter_map(one).collect();
        if self.scope == Scope::Followed {
            let followed = self.followed.iter().take(MOST_FOLLOWED).map(|actor| actor.0.to_string());
            // Who follows nobody finds nothing: no row has this number.
            let followed = followed.chain(["0".to_owned()]).map(|number| Sign::word(mark('g', &number)));
            all.push(AnyOf(followed.collect()));
        }
        if self.query.is_empty() && all.is_empty() {
            all.push(AnyOf(Thing::ALL.map(|thing| Sign::word(mark('k', thing.code()))).into()));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(typed: &str) -> Vec<String> {
        Query::read(typed).said().map(str::to_owned).collect()
    }

    #[test]
    fn words_and_phrases_are_told_apart() {
        assert_eq!(said("klare \"taal voor iedereen\" brief"), ["klare", "taal voor iedereen", "brief"]);
        assert_eq!(said("\"open eind"), ["open eind"]);
        assert_eq!(said("de brief van de gemeente"), ["brief", "gemeente"]);
        assert_eq!(said("van de"), ["van", "de"]);
        assert_eq!(said("co-creatie"), ["co creatie"]);
    }

    #[test]
    fn only_the_last_word_goes_on_and_only_while_it_is_typed() {
        let open = |typed: &str| Query::read(typed).parts.iter().map(|part| part.open.clone()).collect::<Vec<_>>();
        assert_eq!(open("klare ta"), [None, None]);
        assert_eq!(open("klare taal"), [None, Some("taal".into())]);
        assert_eq!(open("klare taal "), [None, None]);
        assert_eq!(open("\"klare taal\""), [None]);
        assert_eq!(Query::read("taal").parts[0].beginning(), Some(Sign::word("_p_taal")));
        assert_eq!(Query::read("taalm").parts[0].beginning(), Some(Sign::Beginning("_w_taalm".into())));
    }

    #[test]
    fn rx17_any_bytes_are_a_query_of_bounded_size() {
        let many = "woord ".repeat(1_000);
        let long = "x".repeat(10_000);
        for typed in
            ["", "*", "\"", "\"\"\"", "NEAR(a b, 3)", "a AND OR NOT", "\0\0", "{title}: x", "' | & ! <->", "^-+*:", &many, &long]
        {
            let query = Query::read(typed);
            assert!(query.parts.len() <= MOST_PARTS && query.typed.chars().count() <= MOST_LETTERS, "{typed}");
            let mut signs = query.parts.iter().flat_map(|part| part.ways.iter().flatten());
            assert!(signs.all(|word| !word.is_empty() && word.chars().all(char::is_alphanumeric)), "{typed}");
        }
        assert!(Query::read("* \" ' -- \0").is_empty());
    }

    #[test]
    fn who_wants_nothing_in_particular_wants_everything() {
        assert_eq!(Wanted::default().anywhere().len(), 1);
        let followed = Wanted { scope: Scope::Followed, ..Wanted::default() };
        assert_eq!(followed.anywhere(), [AnyOf(vec![Sign::word("_g_0")])]);
    }
}
