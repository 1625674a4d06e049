//! What a lab says of itself beside its name and description: where it stands, where it is, what it is open to. The same of labs
//! here and elsewhere; what another says badly is left out, what a steward fills in badly is refused.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use url::Url;

use super::{lab::LabKind, language::LanguageTag, organisation::Organisation, refusal::Refused, text, theme::Theme};

/// Most themes of one lab.
pub const THEMES: usize = 8;

/// Most languages of one lab.
pub const LANGUAGES: usize = 6;

/// Where a lab stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum State {
    /// It is being set up.
    Starting,
    /// It works.
    #[default]
    Active,
    /// It rests.
    Dormant,
    /// It has ended; what it learned stays.
    Ended,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 4] = [Self::Starting, Self::Active, Self::Dormant, Self::Ended];

    /// As stored, on the wire and in a form.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Active => "active",
            Self::Dormant => "dormant",
            Self::Ended => "ended",
        }
    }

    /// Reads a state.
    ///
    /// # Errors
    /// `Refused` for a word that is no state.
    pub fn parse(code: &str) -> Result<Self, Refused> {
        let known = Self::ALL.into_iter().find(|state| state.code() == code);
        known.ok_or_else(|| Refused::invalid("lab-state").with("given", code))
    }
}

/// What others may come for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OpenTo {
    /// Visits.
    Visits,
    /// Questions.
    Questions,
    /// Joint work.
    JointWork,
}

impl OpenTo {
    /// Everything that a lab can be open to.
    pub const ALL: [Self; 3] = [Self::Visits, Self::Questions, Self::JointWork];

    /// As on the wire and in a form.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Questions => "questions",
            Self::JointWork => "joint_work",
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// `Refused` for another word.
    pub fn parse(code: &str) -> Result<Self, Refused> {
        let known = Self::ALL.into_iter().find(|open| open.code() == code);
        known.ok_or_else(|| Refused::invalid("open-to").with("given", code))
    }
}

/// A line of plain text of at most so many characters; empty where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Line<const LIMIT: usize>(String);

/// Where a lab is: a town, a region, "online".
pub type Place = Line<80>;

/// By whose order, and with what room, a lab works.
pub type Mandate = Line<300>;

impl<const LIMIT: usize> Line<LIMIT> {
    /// Reads what was filled in.
    ///
    /// # Errors
    /// `Refused` under this key where it is too long.
    pub fn parse(given: &str, key: &'static str) -> Result<Self, Refused> {
        let line = text::one_line(given);
        if line.chars().count() > LIMIT { Err(Refused::invalid(key).with("limit", LIMIT)) } else { Ok(Self(line)) }
    }

    /// What another says, as far as it fits.
    #[must_use]
    pub fn told(given: &str) -> Self {
        Self(text::excerpt(given, LIMIT - 1))
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is said.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const LIMIT: usize> fmt::Display for Line<LIMIT> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A day, as a lab was founded or ended on: `2026-09-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// The day of a moment.
    #[must_use]
    pub fn of(moment: super::moment::Moment) -> Self {
        Self(moment.date_naive())
    }

    /// Reads a day, or the day of a moment; `None` for anything else, and for a year outside 1500 to 2200.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let day = NaiveDate::parse_from_str(text.trim().get(..10)?, "%Y-%m-%d").ok()?;
        (1_500..=2_200).contains(&day.year()).then_some(Self(day))
    }

    /// Reads what was filled in; nothing is no day.
    ///
    /// # Errors
    /// `Refused` where it is no day.
    pub fn parse(given: &str) -> Result<Option<Self>, Refused> {
        match given.trim() {
            "" => Ok(None),
            text => match Self::read(text) {
                Some(day) if text.len() == 10 => Ok(Some(day)),
                _ => Err(Refused::invalid("day").with("given", text)),
            },
        }
    }

    /// The moment at which it begins.
    #[must_use]
    pub fn begins(self) -> super::moment::Moment {
        self.0.and_time(chrono::NaiveTime::MIN).and_utc()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.format("%Y-%m-%d"))
    }
}

/// A lab's profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// What kind of group it is, where that is known.
    pub kind: Option<LabKind>,
    /// Where it stands.
    pub state: State,
    /// Where it is.
    pub place: Place,
    /// The languages it works in.
    pub languages: Vec<LanguageTag>,
    /// What others may come for, each once, in order.
    pub open_to: Vec<OpenTo>,
    /// By whose order it works.
    pub mandate: Mandate,
    /// What it works on.
    pub themes: Vec<Theme>,
    /// When it was founded.
    pub founded: Option<Day>,
    /// When it ended.
    pub ended: Option<Day>,
    /// The lab that goes on with its work.
    pub successor: Option<Url>,
    /// Where it went, with its followers.
    pub moved_to: Option<Url>,
    /// Under which ids it was known before; who follows it there may be brought here.
    pub known_as: Vec<Url>,
}

/// The fields of a form, as they were filled in.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// A code of [`LabKind`].
    pub kind: String,
    /// A code of [`State`]; empty for active.
    pub state: String,
    /// A place.
    pub place: String,
    /// Language tags with space or a comma between them.
    pub languages: String,
    /// Codes of [`OpenTo`].
    pub open_to: Vec<String>,
    /// A mandate.
    pub mandate: String,
    /// A day.
    pub founded: String,
}

impl Profile {
    /// Reads a form, but for its themes; how a lab ends is said elsewhere.
    ///
    /// # Errors
    /// `Refused` for the first field that cannot be used.
    pub fn parse(filled: &Filled) -> Result<Self, Refused> {
        let mut open_to = filled.open_to.iter().map(|code| OpenTo::parse(code)).collect::<Result<Vec<_>, _>>()?;
        open_to.sort_unstable();
        open_to.dedup();
        Ok(Self {
            kind: Some(LabKind::parse(&filled.kind)?),
            state: if filled.state.is_empty() { State::default() } else { State::parse(&filled.state)? },
            place: Place::parse(&filled.place, "place-too-long")?,
            languages: parse_languages(&filled.languages)?,
            open_to,
            mandate: Mandate::parse(&filled.mandate, "mandate-too-long")?,
            founded: Day::parse(&filled.founded)?,
            ..Self::default()
        })
    }

    /// The same as a form holds it.
    #[must_use]
    pub fn fill(&self) -> Filled {
        Filled {
            kind: self.kind.map(LabKind::code).unwrap_or_default().to_owned(),
            state: self.state.code().to_owned(),
            place: self.place.to_string(),
            languages: self.languages.iter().map(LanguageTag::as_str).collect::<Vec<_>>().join(" "),
            open_to: self.open_to.iter().map(|open| open.code().to_owned()).collect(),
            mandate: self.mandate.to_string(),
            founded: self.founded.map(|day| day.to_string()).unwrap_or_default(),
        }
    }
}

/// What an actor elsewhere says of itself beside what every actor says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A lab's profile.
    Lab(Box<Profile>),
    /// What an organisation is.
    Organisation(Organisation),
}

fn parse_languages(given: &str) -> Result<Vec<LanguageTag>, Refused> {
    let mut tags = Vec::new();
    for given in given.split([' ', ',', ';']).filter(|part| !part.trim().is_empty()) {
        let tag = LanguageTag::parse(given)?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > LANGUAGES { Err(Refused::invalid("languages-many").with("limit", LANGUAGES)) } else { Ok(tags) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_and_filled_in_again() {
        let filled = Filled {
            kind: "doetank".into(),
            state: "starting".into(),
            place: " Den   Haag ".into(),
            languages: "nl, EN nl".into(),
            open_to: vec!["questions".into(), "visits".into(), "questions".into()],
            mandate: "Eigen agenda".into(),
            founded: "2024-02-29".into(),
        };
        let profile = Profile::parse(&filled).unwrap();
        assert_eq!(profile.open_to, [OpenTo::Visits, OpenTo::Questions]);
        assert_eq!((profile.place.as_str(), profile.languages.len()), ("Den Haag", 2));
        assert_eq!(Profile::parse(&profile.fill()), Ok(profile));
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_field() {
        let filled = || Filled { kind: "lab".into(), ..Filled::default() };
        for (wrong, key) in [
            (Filled { state: "asleep".into(), ..filled() }, "lab-state"),
            (Filled { place: "x".repeat(81), ..filled() }, "place-too-long"),
            (Filled { mandate: "x".repeat(301), ..filled() }, "mandate-too-long"),
            (Filled { languages: "dutch".into(), ..filled() }, "language"),
            (Filled { languages: "aa bb cc dd ee ff gg".into(), ..filled() }, "languages-many"),
            (Filled { open_to: vec!["all".into()], ..filled() }, "open-to"),
            (Filled { founded: "2024-02-30".into(), ..filled() }, "day"),
            (Filled { founded: "2024-02-01T12:00:00Z".into(), ..filled() }, "day"),
            (Filled { founded: "0001-01-01".into(), ..filled() }, "day"),
        ] {
            assert_eq!(Profile::parse(&wrong).unwrap_err().key, key);
        }
    }

    #[test]
    fn what_another_says_is_cut_where_it_is_too_long() {
        assert_eq!(Place::told(&"x".repeat(500)).as_str().chars().count(), 80);
        assert_eq!(Day::read("2024-02-01T12:00:00Z").map(|day| day.to_string()).as_deref(), Some("2024-02-01"));
        assert_eq!(Day::read("é024-02-01"), None);
    }
}
