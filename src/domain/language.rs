//! Languages: the two that pages speak, and the tag that a share is written in.

use std::{fmt, str::FromStr};

use super::refusal::Refused;

/// A language of the pages themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Dutch.
    Nl,
    /// English.
    En,
}

impl Language {
    /// Every language of the pages.
    pub const ALL: [Self; 2] = [Self::Nl, Self::En];

    /// The language's code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    /// The best match for an `Accept-Language` header: the first wanted language that we speak.
    #[must_use]
    pub fn negotiate(header: &str) -> Option<Self> {
        let mut wanted: Vec<(f32, Self)> = header.split(',').take(20).filter_map(read_range).collect();
        wanted.sort_by(|one, other| other.0.total_cmp(&one.0));
        wanted.first().map(|(_, language)| *language)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        match text.to_ascii_lowercase().as_str() {
            "nl" => Ok(Self::Nl),
            "en" => Ok(Self::En),
            _ => Err(Refused::invalid("language").with("given", text)),
        }
    }
}

fn read_range(range: &str) -> Option<(f32, Language)> {
    let mut parts = range.split(';');
    let language = parts.next()?.trim().split('-').next()?.parse().ok()?;
    let quality = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1.0, |value| value.trim().parse().unwrap_or(0.0));
    (quality > 0.0).then_some((quality, language))
}

/// The language a text is written in: a short BCP 47 tag such as `nl` or `pt-br`, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// Reads a tag.
    ///
    /// # Errors
    /// `Refused` where the text is not two or three letters with optional short subtags.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let tag = text.trim().to_ascii_lowercase();
        let mut parts = tag.split('-');
        let primary =
            parts.next().is_some_and(|part| matches!(part.len(), 2 | 3) && part.bytes().all(|byte| byte.is_ascii_lowercase()));
        let rest = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if primary && rest && tag.len() <= 20 { Ok(Self(tag)) } else { Err(Refused::invalid("language").with("given", text)) }
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language's name in itself, where we know it; else the tag.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.0.as_str() {
            "nl" => "Nederlands",
            "en" => "English",
            "de" => "Deutsch",
            "fr" => "Français",
            "fy" => "Frysk",
            other => other,
        }
    }
}

impl From<Language> for LanguageTag {
    fn from(language: Language) -> Self {
        Self(language.code().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_language_of_highest_quality_wins() {
        assert_eq!(Language::negotiate("de, en;q=0.5, nl-NL;q=0.8"), Some(Language::Nl));
        assert_eq!(Language::negotiate("fr"), None);
        assert_eq!(Language::negotiate("en;q=0, nl;q=0.1"), Some(Language::Nl));
    }

    #[test]
    fn a_tag_is_two_or_three_letters_with_short_subtags() {
        assert_eq!(LanguageTag::parse("nl-BE").unwrap().as_str(), "nl-be");
        assert!(LanguageTag::parse("dutch").is_err());
        assert!(LanguageTag::parse("").is_err());
    }
}
