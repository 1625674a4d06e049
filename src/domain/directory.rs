//! The directory of labs: what someone looks for in it, in which order, and the place in it where the next part begins.
//! All of it stands in the address, so that what was found can be passed on.

use std::{fmt, str::FromStr};

use super::{
    lab::LabKind,
    language::LanguageTag,
    organisation::OrganisationKind,
    profile::{OpenTo, State},
    text,
    theme::Slug,
};

/// Whose labs are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// Everyone's.
    #[default]
    All,
    /// Those of this instance.
    Own,
    /// Those that we know of other instances.
    Elsewhere,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Who shared something last comes first.
    #[default]
    Activity,
    /// By name.
    Name,
    /// Who began last comes first.
    Newest,
}

/// How labs are laid out on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Cards.
    #[default]
    List,
    /// Names, letter by letter.
    Alphabet,
    /// Rows and columns.
    Table,
}

/// Reads and writes a choice of words; anything else is the first of them.
macro_rules! words {
    ($choice:ty, $($case:ident => $code:literal),+) => {
        impl $choice {
            /// Every choice, in the order people choose from.
            pub const ALL: &[Self] = &[$(Self::$case),+];

            /// As a link says it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$case => $code),+ }
            }

            /// Reads a choice; anything else is the one that need not be said.
            #[must_use]
            pub fn read(code: &str) -> Self {
                Self::ALL.iter().copied().find(|choice| choice.code() == code).unwrap_or_default()
            }
        }
    };
}
words!(Whose, All => "all", Own => "own", Elsewhere => "elsewhere");
words!(Sort, Activity => "activity", Name => "name", Newest => "newest");
words!(View, List => "list", Alphabet => "alphabet", Table => "table");

/// What someone looks for. What is empty narrows nothing down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// What stands in the name, the address, the place or the beginning of the description.
    pub text: String,
    /// Whose they are.
    pub whose: Whose,
    /// Their kind.
    pub kind: Option<LabKind>,
    /// What they work on: one of our themes, and what others call the same.
    pub theme: Option<Slug>,
    /// The kind of their organisation.
    pub organisation_kind: Option<OrganisationKind>,
    /// The host of their organisation.
    pub host: String,
    /// Where they are.
    pub place: String,
    /// A language they work in.
    pub language: Option<LanguageTag>,
    /// Where they stand.
    pub state: Option<State>,
    /// What they are open to.
    pub open_to: Option<OpenTo>,
    /// The letter their name begins with; `#` for what is no letter.
    pub letter: Option<char>,
    /// In which order.
    pub sort: Sort,
}

/// Most characters of a text that is looked for.
const TEXT: usize = 100;

impl Wanted {
    /// Whether everything is wanted, in whatever order.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        Self { sort: Sort::default(), ..self.clone() } == Self::default()
    }

    /// Reads the pairs of an address; what makes no sense narrows nothing down.
    pub fn read<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut wanted = Self::default();
        for (name, value) in pairs {
            match name {
                "q" => wanted.text = clean(value.trim().trim_start_matches('@')),
                "where" => wanted.whose = Whose::read(value),
                "kind" => wanted.kind = LabKind::parse(value).ok(),
                "theme" => wanted.theme = Slug::parse(value).ok(),
                "organisation_kind" => wanted.organisation_kind = OrganisationKind::parse(value).ok(),
                "organisation" => wanted.host = clean(&value.to_ascii_lowercase()),
                "place" => wanted.place = clean(value),
                "language" => wanted.language = LanguageTag::parse(value).ok(),
                "state" => wanted.state = State::parse(value).ok(),
                "open_to" => wanted.open_to = OpenTo::parse(value).ok(),
                "letter" => wanted.letter = read_letter(value),
                "sort" => wanted.sort = Sort::read(value),
                _ => {}
            }
        }
        wanted
    }

    /// The same as pairs of an address; only what narrows down, or is not in the order that need not be said.
    #[must_use]
    pub fn write(&self) -> Vec<(&'static str, String)> {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let code = |code: Option<&str>| code.map(str::to_owned);
        let pairs = [
            ("q", text(&self.text)),
            ("where", code(Some(self.whose.code()).filter(|_| self.whose != Whose::All))),
            ("theme", code(self.theme.as_ref().map(Slug::as_str))),
            ("kind", code(self.kind.map(LabKind::code))),
            ("organisation_kind", code(self.organisation_kind.map(OrganisationKind::code))),
            ("organisation", text(&self.host)),
            ("place", text(&self.place)),
            ("language", code(self.language.as_ref().map(LanguageTag::as_str))),
            ("state", code(self.state.map(State::code))),
            ("open_to", code(self.open_to.map(OpenTo::code))),
            ("letter", self.letter.map(String::from)),
            ("sort", code(Some(self.sort.code()).filter(|_| self.sort != Sort::default()))),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

fn clean(value: &str) -> String {
    value.trim().chars().filter(|letter| !letter.is_control()).take(TEXT).collect()
}

fn read_letter(value: &str) -> Option<char> {
    let folded = text::fold(value);
    let mut letters = folded.chars();
    let letter = letters.next().filter(|letter| letter.is_ascii_lowercase() || *letter == '#')?;
    letters.next().is_none().then_some(letter)
}

/// A place in the directory: what comes after it in the same order is the next part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Before everything.
    Begin,
    /// After a name, folded, and a row.
    Name(String, i64),
    /// After milliseconds since 1970, and a row.
    Time(i64, i64),
}

/// `n-12-spoor`, `t-12-1793523660000`.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begin => Ok(()),
            Self::Name(name, id) => write!(formatter, "n-{id}-{name}"),
            Self::Time(at, id) => write!(formatter, "t-{id}-{at}"),
        }
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(given: &str) -> Result<Self, ()> {
        let mut parts = given.splitn(3, '-');
        let kind = parts.next();
        let id = parts.next().and_then(|id| id.parse().ok()).ok_or(())?;
        let rest = parts.next().filter(|rest| !rest.contains('\0') && rest.len() <= 1_000).ok_or(())?;
        match kind {
            Some("n") => Ok(Self::Name(rest.to_owned(), id)),
            Some("t") => rest.parse().map(|at| Self::Time(at, id)).map_err(|_| ()),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for place in [Place::Name("klare-taal".into(), 12), Place::Time(1_793_523_660_000, 4), Place::Time(-1, 4)] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for other in ["", "n", "n-", "n-1", "n-a-b", "m-1-a", "n-1-a\0", "t-1-a", "t-1-99999999999999999999"] {
            assert_eq!(other.parse::<Place>(), Err(()), "{other:?}");
        }
    }

    #[test]
    fn what_is_wanted_is_read_as_it_was_written_and_nonsense_narrows_nothing_down() {
        let pairs = [
            ("q", "wind"),
            ("where", "elsewhere"),
            ("theme", "plain-language"),
            ("kind", "doetank"),
            ("organisation_kind", "water_authority"),
            ("organisation", "bravo.example"),
            ("place", "Den Haag"),
            ("language", "nl"),
            ("state", "dormant"),
            ("open_to", "joint_work"),
            ("letter", "k"),
            ("sort", "name"),
        ];
        let wanted = Wanted::read(pairs.into_iter());
        assert_eq!(wanted.write(), pairs.map(|(name, value)| (name, value.to_owned())));
        let nonsense = pairs.map(|(name, _)| (name, "\u{0}"));
        assert_eq!(Wanted::read(nonsense.into_iter()), Wanted::default());
        assert_eq!(Wanted::read([("letter", "É"), ("letter", "#")].into_iter()).letter, Some('#'));
    }
}
