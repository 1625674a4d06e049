//! What a link or a form asks of the search, and the links that ask a little more or less. It finds nothing itself.

use std::collections::{BTreeMap, HashMap};

use crate::{
    domain::{
        lab::LabKind,
        language::LanguageTag,
        search::{Facets, Query, Scope, Thing, Wanted},
        share::{Outcome, ShareKind},
    },
    web::request::Visit,
};

/// Most pages: no more is looked at.
const PAGES: usize = 50;
/// Most values of a facet that are offered.
const OFFERED: usize = 8;

/// What is asked, by the names that the address has for it.
const NAMES: [&str; 8] = ["q", "scope", "thing", "kind", "outcome", "language", "host", "page"];

/// What was asked; each name at most once.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked(BTreeMap<&'static str, String>);

/// A link, what it says, and how many are behind it.
pub(super) struct Choice {
    pub(super) label: String,
    pub(super) count: Option<String>,
    pub(super) path: String,
    pub(super) is_current: bool,
}

impl Choice {
    pub(super) const fn new(label: String, count: Option<String>, path: String) -> Self {
        Self { label, count, path, is_current: false }
    }
}

/// Values of one facet.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) choices: Vec<Choice>,
}

impl Asked {
    /// Reads an address; what it does not know, or what says nothing, is left out.
    pub(super) fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if let Some(name) = NAMES.into_iter().find(|known| *known == name) {
                asked.0.entry(name).or_insert_with(|| value.chars().take(300).collect());
            }
        }
        asked.0.retain(|_, value| !value.is_empty());
        asked
    }

    /// Somebody types this, and chooses nothing.
    pub(super) fn of(typed: &str) -> Self {
        Self(BTreeMap::from([("q", typed.to_owned())]))
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn with(&self, name: &'static str, value: &str) -> Self {
        let mut asked = self.clone();
        asked.0.remove("page");
        asked.0.insert(name, value.to_owned());
        asked.0.retain(|_, value| !value.is_empty());
        asked
    }

    /// What was typed.
    pub(super) fn query(&self) -> Query {
        Query::read(self.get("q"))
    }

    /// Which page.
    pub(super) fn page(&self) -> usize {
        self.get("page").parse().unwrap_or(1).clamp(1, PAGES)
    }

    /// What is looked for.
    pub(super) fn wanted(&self) -> Wanted {
        Wanted {
            query: self.query(),
            scope: self.scope(),
            thing: Thing::read(self.get("thing")),
            kind: ShareKind::parse(self.get("kind")).ok(),
            outcome: Outcome::parse(self.get("outcome")).ok(),
            language: LanguageTag::parse(self.get("language")).ok(),
            host: Some(self.get("host").to_owned()).filter(|host| !host.is_empty()),
            followed: Vec::new(),
        }
    }

    fn scope(&self) -> Scope {
        Scope::read(self.get("scope"))
    }

    /// The address that asks this.
    pub(super) fn path(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish();
        if query.is_empty() { "/search".to_owned() } else { format!("/search?{query}") }
    }

    /// The address of another page of this.
    pub(super) fn at_page(&self, page: usize) -> String {
        self.with("page", &if page > 1 { page.to_string() } else { String::new() }).path()
    }

    /// What the form sends along with what is typed.
    pub(super) fn kept(&self) -> Vec<(&'static str, String)> {
        self.0.iter().filter(|(name, _)| !matches!(**name, "q" | "page")).map(|(name, value)| (*name, value.clone())).collect()
    }

    /// The same words with nothing chosen, where something is.
    pub(super) fn wider(&self) -> Option<String> {
        (!self.kept().is_empty()).then(|| Self::of(self.get("q")).path())
    }

    /// How far to look.
    pub(super) fn scopes(&self, visit: &Visit) -> Vec<Choice> {
        let choice = |scope: Scope| {
            let code = if scope == Scope::All { "" } else { scope.code() };
            let label = visit.word("search-scope", scope.code());
            Choice { is_current: scope == self.scope(), ..Choice::new(label, None, self.with("scope", code).path()) }
        };
        Scope::ALL.map(choice).into()
    }

    /// What was chosen, each with a link to the same without it.
    pub(super) fn chosen(&self, visit: &Visit, names: &HashMap<String, String>) -> Vec<Choice> {
        let wanted = self.wanted();
        let values = [
            ("thing", wanted.thing.map(Thing::code)),
            ("kind", wanted.kind.map(ShareKind::code)),
            ("outcome", wanted.outcome.map(Outcome::code)),
            ("language", wanted.language.as_ref().map(LanguageTag::as_str)),
            ("host", wanted.host.as_deref()),
        ];
        let chosen = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
        chosen.map(|(name, value)| Choice::new(label(visit, names, name, value), None, self.with(name, "").path())).collect()
    }

    /// What can be chosen, with how many there are of it; what is chosen already, or would change nothing, is not offered.
    pub(super) fn groups(&self, visit: &Visit, facets: &Facets, names: &HashMap<String, String>) -> Vec<Group> {
        let all = [
            ("thing", &facets.things),
            ("kind", &facets.kinds),
            ("outcome", &facets.outcomes),
            ("language", &facets.languages),
            ("host", &facets.hosts),
        ];
        let open = all.into_iter().filter(|(name, counts)| self.get(name).is_empty() && counts.len() > 1);
        open.map(|(name, counts)| Group {
            name,
            title: visit.word("search-facet", name),
            choices: self.choices(visit, names, name, counts),
        })
        .collect()
    }

    fn choices(
        &self,
        visit: &Visit,
        names: &HashMap<String, String>,
        name: &'static str,
        counts: &BTreeMap<String, usize>,
    ) -> Vec<Choice> {
        let mut most: Vec<(&String, &usize)> = counts.iter().collect();
        most.sort_by(|one, other| other.1.cmp(one.1).then_with(|| one.0.cmp(other.0)));
        let choice = |(value, count): (&String, &usize)| {
            Choice::new(label(visit, names, name, value), Some(count.to_string()), self.with(name, value).path())
        };
        most.into_iter().take(OFFERED).map(choice).collect()
    }
}

/// What a value is called.
fn label(visit: &Visit, names: &HashMap<String, String>, name: &str, value: &str) -> String {
    match name {
        "thing" if value == Thing::Lab.code() => visit.say("search-lab"),
        "thing" => visit.say("search-share"),
        "kind" if ShareKind::parse(value).is_ok() => visit.word("kind", value),
        "kind" if LabKind::parse(value).is_ok() => visit.word("lab-kind", value),
        "outcome" => visit.word("outcome", value),
        "language" => LanguageTag::parse(value).map_or_else(|_| value.to_owned(), |tag| tag.name().to_owned()),
        _ => names.get(value).cloned().unwrap_or_else(|| value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_what_it_says_and_says_it_again() {
        let asked = Asked::read("q=klare+taal&kind=story&kind=idea&page=3&nonsense=1&host=");
        assert_eq!((asked.page(), asked.wanted().kind), (3, Some(ShareKind::Story)));
        assert_eq!(asked.path(), "/search?kind=story&page=3&q=klare+taal");
        assert_eq!(asked.at_page(1), "/search?kind=story&q=klare+taal");
        assert_eq!(asked.wider().as_deref(), Some("/search?q=klare+taal"));
        assert_eq!(asked.with("outcome", "worked").path(), "/search?kind=story&outcome=worked&q=klare+taal");
        assert_eq!(Asked::read("%FF=%00&q=%FF&page=0").page(), 1);
    }
}
