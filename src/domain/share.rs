//! A share: something learned, written down, with one author (its voice), an outcome and a licence.

mod wanted;

use url::Url;

use super::{
    actor::{ActorId, Handle},
    language::LanguageTag,
    moment::Moment,
    picture::Picture,
    refusal::Refused,
    text::{self, Html},
};
pub use wanted::Wanted;

/// The random part of a share's address: ten of `a-z` and `0-9`, never reused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct PublicId(String);

impl PublicId {
    const ALPHABET: &'static [u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    const LENGTH: usize = 10;

    /// Makes an id from random bits; 52 of them are used.
    #[must_use]
    pub fn from_random(mut bits: u64) -> Self {
        let mut id = String::with_capacity(Self::LENGTH);
        for _ in 0..Self::LENGTH {
            id.push(char::from(Self::ALPHABET[usize::try_from(bits % 36).unwrap_or(0)]));
            bits /= 36;
        }
        Self(id)
    }

    /// Reads an id; `None` for anything that cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == Self::LENGTH && text.bytes().all(|byte| Self::ALPHABET.contains(&byte));
        fits.then(|| Self(text.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A share as we keep it; of ours, or read from another instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Our row.
    pub id: i64,
    /// The random part of its address here.
    pub public_id: PublicId,
    /// Its id on the wire.
    pub uri: Url,
    /// Where people read it at its origin.
    pub page: Url,
    /// The lab it belongs to.
    pub lab: ActorId,
    /// The one author.
    pub author: ActorId,
    /// Whether it was written here.
    pub local: bool,
    /// What kind of share it is.
    pub kind: ShareKind,
    /// Its title; empty for a short one from elsewhere.
    pub title: String,
    /// One or two plain sentences.
    pub summary: String,
    /// Its text as written (Markdown); empty for one from elsewhere.
    pub body: String,
    /// Its text, sanitised.
    pub content: Html,
    /// The language it is written in.
    pub language: LanguageTag,
    /// What others may do with it, where known.
    pub licence: Option<Licence>,
    /// How it went.
    pub outcome: Option<Outcome>,
    /// Long or short on the wire.
    pub form: Form,
    /// Hashtags without the sign, lower case.
    pub tags: Vec<String>,
    /// Actors named in it.
    pub mentions: Vec<Mention>,
    /// Its picture.
    pub picture: Option<Picture>,
    /// When it was published.
    pub published_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// 1 when published, one more at each correction.
    pub revision: i32,
}

/// An actor named in a text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mention {
    /// Its id.
    pub uri: Url,
    /// Its page.
    pub page: Url,
    /// `handle@host`.
    pub address: String,
}

/// What a member fills in to publish or correct a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What kind of share it is.
    pub kind: ShareKind,
    /// Its title.
    pub title: String,
    /// Its text (Markdown).
    pub body: String,
    /// The language it is written in.
    pub language: LanguageTag,
    /// What others may do with it.
    pub licence: Licence,
    /// How it went, where that can be said.
    pub outcome: Option<Outcome>,
    /// Its picture.
    pub picture: Option<Picture>,
}

impl Draft {
    /// Most characters of a title.
    pub const TITLE_LIMIT: usize = 200;
    /// Most characters of a text.
    pub const BODY_LIMIT: usize = 50_000;

    /// Reads the title and the text; the rest is parsed already.
    ///
    /// # Errors
    /// `Refused` for a blank or too long title or text.
    pub fn parse(kind: ShareKind, title: &str, body: &str, language: LanguageTag, licence: Licence) -> Result<Self, Refused> {
        Ok(Self { kind, title: parse_title(title)?, body: parse_body(body)?, language, licence, outcome: None, picture: None })
    }

    /// Long or short on the wire: over 800 characters, or a heading, picture or table, is an Article (design, section 2).
    #[must_use]
    pub fn form(&self) -> Form {
        let long = self.body.chars().count() > 800 || self.picture.is_some() || text::has_structure(&self.body);
        if long { Form::Article } else { Form::Note }
    }
}

/// A title of 1 to 200 characters on one line.
///
/// # Errors
/// `Refused` where it is blank or too long.
pub fn parse_title(title: &str) -> Result<String, Refused> {
    let title = text::one_line(title);
    match title.chars().count() {
        0 => Err(Refused::invalid("title-blank")),
        1..=Draft::TITLE_LIMIT => Ok(title),
        length => Err(Refused::invalid("title-too-long").with("limit", Draft::TITLE_LIMIT).with("length", length)),
    }
}

/// A text of 1 to 50 000 characters.
///
/// # Errors
/// `Refused` where it is blank or too long.
pub fn parse_body(body: &str) -> Result<String, Refused> {
    let body = text::normalise(body);
    match body.chars().count() {
        0 => Err(Refused::invalid("body-blank")),
        1..=Draft::BODY_LIMIT => Ok(body),
        length => Err(Refused::invalid("body-too-long").with("limit", Draft::BODY_LIMIT).with("length", length)),
    }
}

/// Whose voice a share has: who its one author is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// The lab itself; its followers see a native post.
    Lab,
    /// The organisation; the lab announces it.
    Organisation,
    /// A member; the lab announces it.
    Member(Handle),
}

impl Voice {
    /// Reads `lab`, `organisation` or a member's handle.
    ///
    /// # Errors
    /// `Refused` for what is none of these.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        match text.trim() {
            "lab" | "" => Ok(Self::Lab),
            "organisation" => Ok(Self::Organisation),
            handle => Handle::parse(handle).map(Self::Member),
        }
    }
}

/// Long or short on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// With a title, a summary and the full text.
    Article,
    /// Without name or summary: all of it shows in a timeline.
    Note,
}

impl Form {
    /// The ActivityStreams type, and as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Article => "Article",
            Self::Note => "Note",
        }
    }

    /// Reads what was stored.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        if code == "Note" { Self::Note } else { Self::Article }
    }
}

/// Declares an enum of words: every value, its code, and reading it back.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $key:literal, $($(#[$variant_doc:meta])* $variant:ident = $code:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every value, in the order people choose from.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As stored, on the wire and in a form.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// Reads a code.
            ///
            /// # Errors
            /// `Refused` for a word that is none of these.
            pub fn parse(code: &str) -> Result<Self, Refused> {
                let known = Self::ALL.iter().find(|value| value.code() == code.trim());
                known.copied().ok_or_else(|| Refused::invalid($key).with("given", code))
            }
        }
    };
}

words! {
    /// The kinds of share (design, section 1).
    ShareKind, "share-kind",
    /// News of ongoing work.
    Update = "update",
    /// What happened, told by someone.
    Story = "story",
    /// What came out.
    Result = "result",
    /// What was found out.
    Research = "research",
    /// How to do something.
    Method = "method",
    /// What one wants to know.
    Question = "question",
    /// What one would like to try.
    Idea = "idea",
    /// What a word means here.
    Term = "term",
    /// A collection of shares.
    Issue = "issue",
}

words! {
    /// How something went: what did not work counts as much as what did.
    Outcome, "outcome",
    /// It worked.
    Worked = "worked",
    /// In part.
    Partly = "partly",
    /// It did not work.
    DidNotWork = "did_not_work",
    /// It was stopped.
    Stopped = "stopped",
}

words! {
    /// What others may do with a share, by SPDX identifier.
    Licence, "licence",
    /// Attribution.
    CcBy = "CC-BY-4.0",
    /// Attribution, share alike.
    CcBySa = "CC-BY-SA-4.0",
    /// Public domain.
    Cc0 = "CC0-1.0",
    /// For code.
    Eupl = "EUPL-1.2",
}

impl Licence {
    /// The page that states the licence.
    #[must_use]
    pub const fn url(self) -> &'static str {
        match self {
            Self::CcBy => "https://creativecommons.org/licenses/by/4.0/",
            Self::CcBySa => "https://creativecommons.org/licenses/by-sa/4.0/",
            Self::Cc0 => "https://creativecommons.org/publicdomain/zero/1.0/",
            Self::Eupl => "https://eupl.eu/1.2/en/",
        }
    }

    /// The licence that a URL on the wire stands for.
    #[must_use]
    pub fn from_url(url: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|licence| licence.url() == url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(body: &str) -> Draft {
        let language = LanguageTag::parse("nl").unwrap();
        Draft::parse(ShareKind::Update, "Titel", body, language, Licence::CcBy).unwrap()
    }

    #[test]
    fn a_short_plain_text_is_a_note_and_a_structured_or_long_one_an_article() {
        assert_eq!(draft("Kort bericht.").form(), Form::Note);
        assert_eq!(draft("# Kop\n\nTekst").form(), Form::Article);
        assert_eq!(draft("| a | b |\n|---|---|\n| 1 | 2 |").form(), Form::Article);
        assert_eq!(draft(&"woord ".repeat(140)).form(), Form::Article);
    }

    #[test]
    fn a_title_that_is_too_long_says_the_limit() {
        let refused = parse_title(&"x".repeat(201)).unwrap_err();
        assert_eq!(refused.key, "title-too-long");
        assert_eq!(refused.arguments[0], ("limit", "200".to_owned()));
    }

    #[test]
    fn a_public_id_reads_back_what_it_wrote() {
        let id = PublicId::from_random(0x1234_5678_9abc_def0);
        assert_eq!(PublicId::parse(id.as_str()), Some(id));
        assert_eq!(PublicId::parse("ABC"), None);
    }
}
