//! What is near: the words by which something like a draft is found, and the word that somebody may have meant.

use std::collections::BTreeMap;

use super::{
    AnyOf, Sign, Thing,
    word::{is_small, mark, stems, words},
};

/// Most words by which something alike is looked for.
const MOST_KEYS: usize = 12;
/// Most words of a text that are weighed.
const MOST_WORDS: usize = 2_000;

/// A word by which something alike can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    ways: Vec<String>,
    /// How much it says about the draft.
    pub weight: i64,
}

impl Key {
    /// Shares with it in their title.
    #[must_use]
    pub fn in_the_title(&self) -> Vec<AnyOf> {
        of_shares(self.ways.iter().map(|way| Sign::word(mark('t', way))).collect())
    }

    /// Shares with it anywhere.
    #[must_use]
    pub fn anywhere(&self) -> Vec<AnyOf> {
        of_shares(self.ways.iter().map(Sign::word).collect())
    }

    /// What has a word in its title that begins as this one does, or would without a slip in its first letters; `None` for a
    /// word that is too short.
    #[must_use]
    pub fn beginning(word: &str) -> Option<Vec<AnyOf>> {
        let letters: Vec<char> = word.chars().take(4).collect();
        let orders: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 3], [0, 2, 3], [0, 1, 3]];
        let begins = orders.iter().filter_map(|order| order.iter().map(|place| letters.get(*place)).collect::<Option<String>>());
        let signs: Vec<Sign> = begins.map(|begins| Sign::word(mark('p', &begins))).collect();
        (letters.len() > 2).then(|| vec![AnyOf(signs)])
    }
}

fn of_shares(signs: Vec<Sign>) -> Vec<AnyOf> {
    vec![AnyOf(signs), AnyOf(vec![Sign::word(mark('k', Thing::Share.code()))])]
}

/// The words that a draft is about: those of its title, and those that its text says most often.
#[must_use]
pub fn keys(title: &str, text: &str) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    let mut add = |word: &str, weight| {
        let key = Key { ways: stems(word), weight };
        if keys.len() < MOST_KEYS && keys.iter().all(|known| known.ways[0] != key.ways[0]) {
            keys.push(key);
        }
    };
    words(title).filter(|word| says_something(&word.folded)).for_each(|word| add(&word.folded, 3));
    let least = usize::from(words(title).any(|word| says_something(&word.folded)));
    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    for word in words(text).take(MOST_WORDS).filter(|word| word.folded.len() > 3 && says_something(&word.folded)) {
        *said.entry(word.folded).or_default() += 1;
    }
    let mut said: Vec<(String, usize)> = said.into_iter().filter(|(_, times)| *times > least).collect();
    said.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    for (word, _) in &said {
        add(word, 1);
    }
    keys
}

fn says_something(folded: &str) -> bool {
    folded.chars().count() > 2 && !is_small(folded)
}

/// Of these known words, the one that is nearest to what was typed, where one is near enough.
#[must_use]
pub fn guess(typed: &str, known: &str) -> Option<String> {
    let length = typed.chars().count();
    let most = if length < 5 { 1 } else { 2 };
    let near = words(known).map(|word| word.folded).filter(|word| word.chars().count().abs_diff(length) <= most && word != typed);
    let mut near: Vec<(usize, String)> =
        near.map(|word| (distance(typed, &word), word)).filter(|(far, _)| *far <= most).collect();
    near.sort();
    near.into_iter().next().map(|(_, word)| word)
}

/// How many letters have to be put in, left out, replaced or swapped with the next.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (y, letter) in one.iter().enumerate() {
        let mut row = vec![y + 1];
        for (x, wanted) in other.iter().enumerate() {
            let changed = rows[y][x] + usize::from(letter != wanted);
            let mut least = changed.min(rows[y][x + 1] + 1).min(row[x] + 1);
            if x > 0 && y > 0 && *letter == other[x - 1] && one[y - 1] == *wanted {
                least = least.min(rows[y - 1][x - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_found_by_its_title_and_by_what_it_says_often() {
        let found = keys("Brieven van de gemeente", "Een chatbot. De chatbot antwoordt; brieven niet. Soms wel.");
        let first: Vec<(&str, i64)> = found.iter().map(|key| (key.ways[0].as_str(), key.weight)).collect();
        assert_eq!(first, [("brief", 3), ("gemeent", 3), ("chatbot", 1)]);
        assert!(keys("", "de en van").is_empty());
        assert!(keys(&"een woord nog eentje twaalf dertien ".repeat(50), "").len() <= MOST_KEYS);
    }

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(guess("gemeetne", "Een gemeente en een gebouw").as_deref(), Some("gemeente"));
        assert_eq!(guess("brif", "brief").as_deref(), Some("brief"));
        assert_eq!(guess("brief", "brief"), None);
        assert_eq!(guess("gemeente", "provincie"), None);
    }
}
