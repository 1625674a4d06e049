//! Themes: the small vocabulary of an instance. Each has an identifier, a label in both languages, and the identifiers that others
//! give to the same thing, so that one organisation's "AI" and another's "kunstmatige intelligentie" meet.

use std::fmt;

use url::Url;

use super::{language::Language, refusal::Refused, text};

/// Most identifiers that one theme is known by elsewhere.
pub const SAME_AS_LIMIT: usize = 12;

/// Most characters of a label.
const LABEL: usize = 60;

/// A theme's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThemeId(pub i64);

/// The last part of a theme's address: 2 to 60 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slug(String);

impl Slug {
    /// Reads a slug; capitals are forgiven.
    ///
    /// # Errors
    /// `Refused` where it is too short or long, or has other characters.
    pub fn parse(given: &str) -> Result<Self, Refused> {
        let slug = given.trim().to_ascii_lowercase();
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let whole = (2..=60).contains(&slug.len()) && slug.bytes().all(allowed) && !slug.starts_with('-');
        if whole && slug != "new" { Ok(Self(slug)) } else { Err(Refused::invalid("theme-slug").with("given", given.trim())) }
    }

    /// The slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a theme is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Labels {
    /// In Dutch; empty where nobody said.
    pub nl: String,
    /// In English; empty where nobody said.
    pub en: String,
}

impl Labels {
    /// Reads what an administrator calls a theme.
    ///
    /// # Errors
    /// `Refused` where one of them is blank or longer than 60 characters.
    pub fn parse(nl: &str, en: &str) -> Result<Self, Refused> {
        let read = |label: &str| {
            let label = text::one_line(label);
            match label.chars().count() {
                0 => Err(Refused::invalid("theme-label-blank")),
                1..=LABEL => Ok(label),
                _ => Err(Refused::invalid("theme-label-too-long").with("limit", LABEL)),
            }
        };
        Ok(Self { nl: read(nl)?, en: read(en)? })
    }

    /// What another calls a theme, as far as it fits.
    #[must_use]
    pub fn told(nl: &str, en: &str) -> Self {
        Self { nl: text::excerpt(nl, LABEL), en: text::excerpt(en, LABEL) }
    }

    /// The label in a language, or in the other where that is all there is.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Nl if !self.nl.is_empty() => &self.nl,
            Language::En if self.en.is_empty() => &self.nl,
            _ => &self.en,
        }
    }

    /// The hashtags that stand for this theme: its labels folded, without anything between the words.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        let tag = |label: &String| text::fold(label).chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
        let mut tags: Vec<String> = [&self.nl, &self.en].into_iter().map(tag).filter(|tag| !tag.is_empty()).collect();
        tags.dedup();
        tags
    }
}

/// A theme: ours, which has a slug, or one that a lab elsewhere works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Its row; zero before it has one.
    pub id: ThemeId,
    /// Its identifier, which is an address where it is ours.
    pub uri: Url,
    /// The last part of its address, where it is ours.
    pub slug: Option<Slug>,
    /// What it is called.
    pub labels: Labels,
    /// What others call the same thing.
    pub same_as: Vec<Url>,
}

impl Theme {
    /// Our theme's page, or nothing where it is another's.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        self.slug.as_ref().map(|slug| format!("/themes/{slug}"))
    }
}

/// What an administrator fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// What it is called.
    pub labels: Labels,
    /// What others call the same thing.
    pub same_as: Vec<Url>,
}

impl Described {
    /// Reads what was filled in: labels, and identifiers with space between them.
    ///
    /// # Errors
    /// `Refused` where a label is blank or long, or an identifier is no http(s) URL.
    pub fn parse(nl: &str, en: &str, same_as: &str) -> Result<Self, Refused> {
        let read = |given: &str| {
            let url = Url::parse(given).ok().filter(|url| matches!(url.scheme(), "http" | "https") && given.len() <= 500);
            url.ok_or_else(|| Refused::invalid("theme-same-as").with("given", given))
        };
        let same_as = same_as.split_whitespace().map(read).collect::<Result<Vec<_>, _>>()?;
        if same_as.len() > SAME_AS_LIMIT {
            return Err(Refused::invalid("theme-same-as-many").with("limit", SAME_AS_LIMIT));
        }
        Ok(Self { labels: Labels::parse(nl, en)?, same_as })
    }
}

/// What a new instance begins with: slug, Dutch, English, and what the whole world calls it. An administrator changes it at will.
pub const BEGINNING: [(&str, &str, &str, &str); 14] = [
    ("ai", "Kunstmatige intelligentie", "Artificial intelligence", "http://www.wikidata.org/entity/Q11660"),
    ("data", "Data en statistiek", "Data and statistics", "http://www.wikidata.org/entity/Q42848"),
    ("plain-language", "Begrijpelijke taal", "Plain language", "http://www.wikidata.org/entity/Q1364577"),
    ("participation", "Inwoners doen mee", "Citizen participation", "http://www.wikidata.org/entity/Q1054371"),
    ("services", "Dienstverlening", "Public services", "http://www.wikidata.org/entity/Q161837"),
    ("digital-skills", "Digitale inclusie", "Digital inclusion", "http://www.wikidata.org/entity/Q5276131"),
    ("privacy", "Privacy en ethiek", "Privacy and ethics", "http://www.wikidata.org/entity/Q188728"),
    ("open-source", "Open source", "Open source", "http://www.wikidata.org/entity/Q39162"),
    ("climate", "Klimaat en energie", "Climate and energy", "http://www.wikidata.org/entity/Q125928"),
    ("mobility", "Mobiliteit", "Mobility", "http://www.wikidata.org/entity/Q1936183"),
    ("housing", "Wonen en leefomgeving", "Housing and surroundings", "http://www.wikidata.org/entity/Q1247867"),
    ("care", "Zorg en welzijn", "Care and welfare", "http://www.wikidata.org/entity/Q31207"),
    ("procurement", "Inkoop", "Procurement", "http://www.wikidata.org/entity/Q829492"),
    ("learning", "Leren en ontwikkelen", "Learning and development", "http://www.wikidata.org/entity/Q133500"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_for_the_hashtags_that_say_the_same() {
        let labels = Labels::parse("Kunstmatige intelligentie", "Artificial intelligence").unwrap();
        assert_eq!(labels.tags(), ["kunstmatigeintelligentie", "artificialintelligence"]);
        assert_eq!(Labels::parse("Open source", "Open source").unwrap().tags(), ["opensource"]);
    }

    #[test]
    fn a_label_in_one_language_serves_for_both() {
        let dutch = Labels::told("Zorg", "");
        assert_eq!((dutch.of(Language::En), dutch.of(Language::Nl)), ("Zorg", "Zorg"));
    }

    #[test]
    fn what_a_new_instance_begins_with_is_valid() {
        for (slug, nl, en, same_as) in BEGINNING {
            assert_eq!(Slug::parse(slug).unwrap().as_str(), slug);
            assert_eq!(Described::parse(nl, en, same_as).unwrap().same_as.len(), 1);
        }
    }

    #[test]
    fn an_identifier_is_an_address_and_there_are_not_many() {
        assert!(Described::parse("a", "b", "urn:x:y").is_err());
        assert!(Described::parse("a", "b", &"https://a.example/ ".repeat(13)).is_err());
        assert!(Slug::parse("Plain-Language").is_ok() && Slug::parse("a b").is_err() && Slug::parse("new").is_err());
    }
}
