//! The order of what was found, and how much of it there is of each kind. Only candidates are looked at, and these are few.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    Thing,
    query::{Part, Query},
};
use crate::domain::{
    actor::ActorId,
    moment::{Moment, from_millis},
};

/// A document that was found, with what decides its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its row; the newer, the higher.
    pub id: i64,
    /// The share, where it is one.
    pub share: Option<i64>,
    /// The lab, where it is one.
    pub lab: Option<ActorId>,
    /// Its kind, how it went, its language and its host, as stored, with a space between each two. One text rather than four: hundreds
    /// of these are read for each question.
    pub facts: String,
    /// The stems of its title.
    pub title: String,
    /// The stems of its lead.
    pub lead: String,
}

impl Candidate {
    /// How many rows each millisecond has.
    pub const ROWS: i64 = 4_096;

    /// The lowest row of what began at a moment. Rows are numbered by time, so that looking at the newest is looking at the highest.
    #[must_use]
    pub fn first_row(at: Moment) -> i64 {
        const LATEST: i64 = 253_402_300_799_000;
        at.timestamp_millis().clamp(0, LATEST) * Self::ROWS
    }

    /// What it is.
    #[must_use]
    pub const fn thing(&self) -> Thing {
        if self.lab.is_some() { Thing::Lab } else { Thing::Share }
    }

    /// When it began.
    #[must_use]
    pub fn at(&self) -> Moment {
        from_millis(self.id / Self::ROWS)
    }
}

/// How many there are of each value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// Labs and shares.
    pub things: BTreeMap<String, usize>,
    /// Kinds of share.
    pub kinds: BTreeMap<String, usize>,
    /// How it went.
    pub outcomes: BTreeMap<String, usize>,
    /// Languages.
    pub languages: BTreeMap<String, usize>,
    /// Organisations, by their hosts.
    pub hosts: BTreeMap<String, usize>,
}

impl Facets {
    /// Counts.
    #[must_use]
    pub fn count(candidates: &[Candidate]) -> Self {
        let mut facets = Self::default();
        for one in candidates {
            let mut facts = one.facts.split(' ');
            let mut next = || facts.next().unwrap_or_default();
            let (kind, outcome, language, host) = (next(), next(), next(), next());
            let kind = if one.thing() == Thing::Share { kind } else { "" };
            for (counts, value) in [
                (&mut facets.things, one.thing().code()),
                (&mut facets.kinds, kind),
                (&mut facets.outcomes, outcome),
                (&mut facets.languages, language),
                (&mut facets.hosts, host),
            ] {
                match counts.get_mut(value) {
                    Some(count) => *count += 1,
                    None if value.is_empty() => {}
                    None => {
                        counts.insert(value.to_owned(), 1);
                    }
                }
            }
        }
        facets
    }
}

/// Puts the best first: what says it in its title, then in its lead, then the newest.
pub fn order(candidates: &mut [Candidate], query: &Query, now: Moment) {
    candidates.sort_by_cached_key(|candidate| (Reverse(score(candidate, query, now)), Reverse(candidate.id)));
}

fn score(candidate: &Candidate, query: &Query, now: Moment) -> i64 {
    let days = (now - candidate.at()).num_days().max(0);
    let fresh = 20 * 365 / (365 + days);
    if query.is_empty() {
        return fresh;
    }
    let (title, lead): (Vec<&str>, Vec<&str>) = (candidate.title.split(' ').collect(), candidate.lead.split(' ').collect());
    let parts = query.parts();
    let count = i64::try_from(parts.len()).unwrap_or(1).max(1);
    let weights = parts.iter().map(|part| weigh(part, &title, &lead));
    let said: i64 = weights.clone().sum::<i64>() / count;
    let all_in_title = if weights.clone().all(|weight| weight >= 50) { 40 } else { 0 };
    // A short title that says it is about it; a long one mentions it.
    let length = i64::try_from(title.len()).unwrap_or(i64::MAX).max(1);
    let dense = if all_in_title > 0 { (20 * count / length).min(20) } else { 0 };
    let named = if all_in_title > 0 && candidate.thing() == Thing::Lab { 10 } else { 0 };
    said + all_in_title + dense + named + in_order(parts, &title) + fresh
}

fn weigh(part: &Part, title: &[&str], lead: &[&str]) -> i64 {
    let begins = |words: &[&str]| part.open.as_deref().is_some_and(|open| words.iter().any(|word| word.starts_with(open)));
    if part.ways.iter().any(|way| find(way, title).is_some()) {
        60
    } else if begins(title) {
        50
    } else if part.ways.iter().any(|way| find(way, lead).is_some()) {
        20
    } else {
        0
    }
}

/// More where the words of a query follow each other in the title as they were typed.
fn in_order(parts: &[Part], title: &[&str]) -> i64 {
    let places = parts.iter().map(|part| part.ways.iter().find_map(|way| find(way, title).map(|place| (place, way.len()))));
    let places: Option<Vec<(usize, usize)>> = places.collect();
    let follow = |places: Vec<(usize, usize)>| places.windows(2).all(|two| two[0].0 + two[0].1 == two[1].0);
    if parts.len() > 1 && places.is_some_and(follow) { 20 } else { 0 }
}

/// Where these words stand in a row.
fn find(way: &[String], words: &[&str]) -> Option<usize> {
    words.windows(way.len().max(1)).position(|some| some.iter().zip(way).all(|(one, other)| one == other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(days: i64, title: &str, lead: &str) -> Candidate {
        let at = from_millis(1_790_000_000_000) - chrono::TimeDelta::days(days);
        Candidate {
            id: Candidate::first_row(at),
            share: Some(days),
            lab: None,
            facts: "story worked nl alpha.example".into(),
            title: title.into(),
            lead: lead.into(),
        }
    }

    fn ordered(typed: &str, mut candidates: Vec<Candidate>) -> Vec<Option<i64>> {
        order(&mut candidates, &Query::read(typed), from_millis(1_790_000_000_000));
        candidates.into_iter().map(|candidate| candidate.share).collect()
    }

    #[test]
    fn the_title_weighs_more_than_the_lead_and_that_more_than_a_year() {
        let all = vec![candidate(1, "iets ander", ""), candidate(400, "", "brief"), candidate(800, "de brief", "")];
        assert_eq!(ordered("brieven", all), [Some(800), Some(400), Some(1)]);
    }

    #[test]
    fn the_newest_is_first_where_nothing_else_decides() {
        assert_eq!(ordered("brief", vec![candidate(9, "brief", ""), candidate(2, "brief", "")]), [Some(2), Some(9)]);
        assert_eq!(ordered("", vec![candidate(9, "", ""), candidate(2, "", "")]), [Some(2), Some(9)]);
        assert_eq!(candidate(0, "", "").at(), from_millis(1_790_000_000_000));
    }

    #[test]
    fn words_in_the_order_they_were_typed_in_weigh_more() {
        let all = vec![candidate(1, "gemeent brief", ""), candidate(2, "brief gemeent", "")];
        assert_eq!(ordered("brief gemeente", all), [Some(2), Some(1)]);
    }

    #[test]
    fn what_is_found_is_counted_by_every_facet() {
        let facets = Facets::count(&[candidate(1, "", ""), candidate(2, "", "")]);
        assert_eq!((facets.kinds["story"], facets.hosts["alpha.example"], facets.things["share"]), (2, 2, 2));
    }
}
