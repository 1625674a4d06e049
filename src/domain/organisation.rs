//! What an organisation is, and the identifier that the public register of organisations gives it. It proves nothing by itself.

use std::fmt;

use url::Url;

use super::refusal::Refused;

/// The kinds of organisation (design, section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrganisationKind {
    /// A ministry.
    Ministry,
    /// An agency that carries out policy.
    Agency,
    /// A municipality.
    Municipality,
    /// A province.
    Province,
    /// A water authority.
    WaterAuthority,
    /// A university, an institute, a school.
    KnowledgeInstitution,
    /// A company.
    Company,
    /// A society or foundation.
    Society,
}

impl OrganisationKind {
    /// Every kind, in the order people choose from.
    pub const ALL: [Self; 8] = [
        Self::Ministry,
        Self::Agency,
        Self::Municipality,
        Self::Province,
        Self::WaterAuthority,
        Self::KnowledgeInstitution,
        Self::Company,
        Self::Society,
    ];

    /// As stored, on the wire, in a link and in the settings.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ministry => "ministry",
            Self::Agency => "agency",
            Self::Municipality => "municipality",
            Self::Province => "province",
            Self::WaterAuthority => "water_authority",
            Self::KnowledgeInstitution => "knowledge_institution",
            Self::Company => "company",
            Self::Society => "society",
        }
    }

    /// The type that schema.org has for it.
    #[must_use]
    pub const fn schema_type(self) -> &'static str {
        match self {
            Self::KnowledgeInstitution => "EducationalOrganization",
            Self::Company => "Corporation",
            Self::Society => "NGO",
            _ => "GovernmentOrganization",
        }
    }

    /// Reads a kind.
    ///
    /// # Errors
    /// `Refused` for a word that is no kind of organisation.
    pub fn parse(code: &str) -> Result<Self, Refused> {
        let known = Self::ALL.into_iter().find(|kind| kind.code() == code);
        known.ok_or_else(|| Refused::invalid("organisation-kind").with("given", code))
    }
}

/// The URI by which the Dutch register of public organisations (TOOI) names one:
/// `https://identifier.overheid.nl/tooi/id/gemeente/gm0363`. Only its shape is checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tooi(String);

impl Tooi {
    const ROOT: &'static str = "https://identifier.overheid.nl/tooi/id/";

    /// Reads an identifier.
    ///
    /// # Errors
    /// `Refused` where it is not of that shape.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = text.trim();
        let named = text.strip_prefix(Self::ROOT).and_then(|rest| rest.split_once('/'));
        let word = |part: &str| {
            let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
            (1..=60).contains(&part.len()) && part.bytes().all(allowed)
        };
        match named {
            Some((kind, name)) if word(kind) && word(name) => Ok(Self(text.to_owned())),
            _ => Err(Refused::invalid("tooi").with("given", text)),
        }
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tooi {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What an organisation says that it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Organisation {
    /// Its kind.
    pub kind: Option<OrganisationKind>,
    /// What the register calls it.
    pub tooi: Option<Tooi>,
}

/// An organisation to choose from: those that we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOrganisation {
    /// Its id on the wire.
    pub uri: Url,
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub host: String,
    /// What it says that it is.
    pub is: Organisation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_of_the_register_has_a_kind_and_a_name() {
        let amsterdam = "https://identifier.overheid.nl/tooi/id/gemeente/gm0363";
        assert_eq!(Tooi::parse(&format!(" {amsterdam} ")).unwrap().as_str(), amsterdam);
        for wrong in [
            "",
            "gm0363",
            "http://identifier.overheid.nl/tooi/id/gemeente/gm0363",
            "https://identifier.overheid.nl/tooi/id/gemeente",
            "https://identifier.overheid.nl/tooi/id/gemeente/gm0363/x",
            "https://identifier.overheid.nl/tooi/id//gm0363",
            "https://identifier.overheid.nl/tooi/id/gemeente/<b>",
        ] {
            assert!(Tooi::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_kind_is_read_as_it_was_written() {
        for kind in OrganisationKind::ALL {
            assert_eq!(OrganisationKind::parse(kind.code()), Ok(kind));
        }
        assert!(OrganisationKind::parse("ministerie").is_err());
    }
}
