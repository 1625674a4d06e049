//! A document: a lab or a share as it can be found, and the words and marks that stand for it in the index.
//! It is made of what anybody may read, and of nothing else.

use std::collections::{BTreeSet, HashMap};

use super::{
    Thing,
    word::{Tongue, mark, words},
};
use crate::domain::{
    actor::{Actor, ActorId},
    lab::LabKind,
    moment::Moment,
    peer::canonical_host,
    share::{Outcome, Share},
};

/// One more each time that the same text would give other words: what was indexed before is then indexed again.
pub const VERSION: i32 = 1;

/// Most words of a text that are indexed, and how often one of them; PostgreSQL keeps no more places of a word.
const MOST_WORDS: usize = 8_000;
const MOST_TIMES: usize = 250;

/// Most words of the title and of the lead that weigh more than others.
const TITLE_WORDS: usize = 40;
const LEAD_WORDS: usize = 60;

/// What stands between parts of a document, so that no phrase reaches from one into the next.
const GAP: &str = "_";

/// A lab or a share as it can be found.
#[derive(Debug, Clone)]
pub struct Document {
    /// What it is.
    pub thing: Thing,
    /// Its kind, as stored; empty where it is not known.
    pub kind: String,
    /// How it went; empty where that is not said.
    pub outcome: String,
    /// The language it is written in; empty where that is not known.
    pub language: String,
    /// The host that it lives at.
    pub host: String,
    /// Whether that is ours.
    pub here: bool,
    /// Who has to be followed for this to count as followed: its lab, its author, or itself.
    pub followable: Vec<ActorId>,
    /// When it began.
    pub at: Moment,
    /// Its title or name.
    pub title: String,
    /// What says in short what it is about.
    pub lead: String,
    /// Words by which it goes that stand in none of its texts.
    pub tags: String,
    /// Everything else.
    pub body: String,
}

/// A document as it stands in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The stems of its title.
    pub title: String,
    /// The stems of its lead and its hashtags.
    pub lead: String,
    /// The stems of all its words, in order; a gap keeps a place free.
    pub words: Vec<String>,
    /// What is found but has no place in the text: values of facets, words of the title, beginnings of words.
    pub marks: BTreeSet<String>,
}

impl Document {
    /// A share.
    #[must_use]
    pub fn of_share(share: &Share) -> Self {
        Self {
            thing: Thing::Share,
            kind: share.kind.code().to_owned(),
            outcome: share.outcome.map_or("", Outcome::code).to_owned(),
            language: share.language.as_str().split('-').next().unwrap_or_default().to_owned(),
            host: canonical_host(&share.uri),
            here: share.local,
            followable: vec![share.lab, share.author],
            at: share.published_at,
            title: share.title.clone(),
            lead: share.summary.clone(),
            tags: share.tags.join(" "),
            body: share.content.to_plain(),
        }
    }

    /// A lab.
    #[must_use]
    pub fn of_lab(lab: &Actor, kind: Option<LabKind>) -> Self {
        let body = lab.summary.to_plain();
        Self {
            thing: Thing::Lab,
            kind: kind.map_or("", LabKind::code).to_owned(),
            outcome: String::new(),
            language: String::new(),
            host: lab.host.clone(),
            here: lab.local,
            followable: vec![lab.id],
            at: lab.created_at,
            title: lab.name.clone(),
            lead: body.chars().take(280).collect(),
            tags: lab.handle.replace('_', " "),
            body,
        }
    }

    /// What stands for it in the index.
    #[must_use]
    pub fn index(&self) -> Entry {
        let mut entry = Entry { title: String::new(), lead: String::new(), words: Vec::new(), marks: self.facets() };
        for tongue in self.tongues() {
            let title: Vec<String> = stems(&self.title, tongue).take(TITLE_WORDS).collect();
            let lead: Vec<String> = stems(&self.lead, tongue).chain(stems(&self.tags, tongue)).take(LEAD_WORDS).collect();
            entry.marks.extend(title.iter().map(|stem| mark('t', stem)));
            add_words(&mut entry.words, title.iter().cloned());
            add_words(&mut entry.words, stems(&self.tags, tongue));
            add_words(&mut entry.words, stems(&self.body, tongue));
            for (part, stems) in [(&mut entry.title, title), (&mut entry.lead, lead)] {
                let gap = if part.is_empty() || stems.is_empty() { "" } else { " _ " };
                part.push_str(&format!("{gap}{}", stems.join(" ")));
            }
            for text in [&self.title, &self.tags, &self.body] {
                entry.marks.extend(compounds(text).map(|word| tongue.stem(&word)));
            }
        }
        for text in [&self.title, &self.lead, &self.tags] {
            let spoken = words(text).map(|word| word.folded).take(TITLE_WORDS + LEAD_WORDS);
            entry.marks.extend(spoken.chain(compounds(text)).flat_map(|word| beginnings(&word)));
        }
        entry
    }

    /// What language its words are read in: that of a lab is not told, so it is read in both.
    fn tongues(&self) -> Vec<Tongue> {
        if self.language.is_empty() { vec![Tongue::Dutch, Tongue::English] } else { vec![Tongue::of(&self.language)] }
    }

    /// The values by which it can be filtered. A new facet is one more line here, and one in `Wanted`.
    fn facets(&self) -> BTreeSet<String> {
        let valued =
            [('k', self.thing.code()), ('s', &self.kind), ('o', &self.outcome), ('l', &self.language), ('h', &self.host)];
        let valued = valued.into_iter().filter(|(_, value)| !value.is_empty()).map(|(facet, value)| mark(facet, value));
        let followable = self.followable.iter().map(|actor| mark('g', &actor.0.to_string()));
        let here = self.here.then(|| mark('i', "here"));
        valued.chain(followable).chain(here).collect()
    }
}

/// The words of a text without their endings.
fn stems(text: &str, tongue: Tongue) -> impl Iterator<Item = String> {
    words(text).map(move |word| tongue.stem(&word.folded))
}

/// Words that are written with a hyphen, as if they were written without.
fn compounds(text: &str) -> impl Iterator<Item = String> {
    let mut joined = String::new();
    words(text).take(MOST_WORDS).filter_map(move |word| {
        let (begun, goes_on) = (!joined.is_empty(), word.hyphened);
        if begun || goes_on {
            joined.push_str(&word.folded);
        }
        if goes_on { None } else { Some(std::mem::take(&mut joined)).filter(|joined| begun && joined.len() <= 80) }
    })
}

/// The word itself and how it begins, for those who are still typing it.
pub(super) fn beginnings(word: &str) -> Vec<String> {
    let begin = |letters| word.char_indices().nth(letters).map_or(word, |(end, _)| &word[..end]);
    if word.chars().count() < 3 {
        return Vec::new();
    }
    vec![mark('p', begin(3)), mark('p', begin(4)), mark('w', word)]
}

fn add_words(all: &mut Vec<String>, stems: impl Iterator<Item = String>) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for word in all.iter() {
        *times.entry(word.clone()).or_default() += 1;
    }
    if !all.is_empty() {
        all.push(GAP.to_owned());
    }
    for stem in stems.take(MOST_WORDS.saturating_sub(all.len())) {
        let seen = times.entry(stem.clone()).or_default();
        *seen += 1;
        all.push(if *seen > MOST_TIMES { GAP.to_owned() } else { stem });
    }
}

impl Entry {
    /// Tells whether two are the same, without keeping either.
    #[must_use]
    pub fn fingerprint(&self) -> i64 {
        let lists = [&self.title, &self.lead].into_iter().chain(&self.words).chain(&self.marks);
        let bytes = lists.flat_map(|text| text.bytes().chain([0]));
        let sum = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        i64::from_ne_bytes(sum.to_ne_bytes())
    }

    /// The words with the places they stand at, from 1; what keeps a place free is left out.
    pub fn placed(&self) -> impl Iterator<Item = (usize, &str)> {
        self.words.iter().enumerate().filter(|(_, word)| *word != GAP).map(|(place, word)| (place + 1, word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(title: &str, body: &str) -> Document {
        Document {
            thing: Thing::Share,
            kind: "story".into(),
            outcome: String::new(),
            language: "nl".into(),
            host: "alpha.example:8080".into(),
            here: true,
            followable: vec![ActorId(7)],
            at: Moment::default(),
            title: title.into(),
            lead: "Kort gezegd.".into(),
            tags: "leren".into(),
            body: body.into(),
        }
    }

    #[test]
    fn the_parts_of_a_document_keep_a_place_between_them() {
        let entry = document("Brieven van gemeenten", "Wij herschreven ze.").index();
        assert_eq!(entry.title, "brief van gemeent");
        assert_eq!(entry.words[..5], ["brief", "van", "gemeent", "_", "ler"]);
        assert_eq!(entry.placed().nth(3), Some((5, "ler")));
        for mark in
            ["_h_alpha_example_8080", "_i_here", "_g_7", "_k_share", "_s_story", "_l_nl", "_t_brief", "_w_brieven", "_p_bri"]
        {
            assert!(entry.marks.contains(mark), "{mark}: {:?}", entry.marks);
        }
    }

    #[test]
    fn a_word_with_a_hyphen_is_also_one_word() {
        let entry = document("Co-creatie", "Een e-mail-adres.").index();
        assert!(
            entry.marks.contains("cocreatie") && entry.marks.contains("emailadres") && entry.words.contains(&"co".to_owned())
        );
    }

    #[test]
    fn no_text_makes_an_entry_without_bounds() {
        let entry = document("Titel", &"gemeente ".repeat(40_000)).index();
        assert!(entry.words.len() <= MOST_WORDS + 1);
        assert_eq!(entry.placed().filter(|(_, word)| *word == "gemeent").count(), MOST_TIMES);
        assert!(
            entry
                .words
                .iter()
                .chain(&entry.marks)
                .all(|word| word.chars().all(|letter| letter.is_alphanumeric() || letter == '_'))
        );
    }
}
