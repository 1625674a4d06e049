//! The cast of the demo, as it stands in `assets/demo`: organisations, labs, people and texts that do not exist.

use rust_embed::Embed;
use serde::Deserialize;

use crate::{
    domain::{lab::LabProfile, profile::Filled, refusal::Refused, theme::Slug},
    storage::Failed,
};

/// Everyone.
#[derive(Debug, Clone, Deserialize)]
pub struct Cast {
    /// Each gets an instance of its own.
    pub organisations: Vec<Organisation>,
}

/// An organisation with everything on its instance.
#[derive(Debug, Clone, Deserialize)]
pub struct Organisation {
    /// What other entries call it.
    pub key: String,
    /// Its handle.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// The language of its pages.
    pub language: String,
    /// Its labs.
    pub labs: Vec<Group>,
    /// Its members; the first one is the administrator.
    pub members: Vec<Person>,
    /// Whom its labs and members follow.
    pub follows: Vec<Wish>,
    /// What its labs shared.
    pub shares: Vec<Piece>,
    /// What its members replied elsewhere.
    pub replies: Vec<Answer>,
}

/// A lab.
#[derive(Debug, Clone, Deserialize)]
pub struct Group {
    /// Its handle.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The languages it works in.
    pub languages: Vec<String>,
    /// Where it is.
    pub place: String,
    /// The slugs of what it works on.
    pub themes: Vec<String>,
    /// What others may come for.
    pub open_to: Vec<String>,
    /// The day on which it began.
    pub founded: String,
    /// By whose order it works.
    #[serde(default)]
    pub mandate: String,
    /// Where it stands; active where that is not said.
    #[serde(default)]
    pub state: String,
    /// How it ended.
    pub ended: Option<End>,
    /// Its description.
    pub summary: String,
}

/// The end of a lab.
#[derive(Debug, Clone, Deserialize)]
pub struct End {
    /// How long ago that was.
    pub days_ago: i64,
    /// The lab here that goes on with its work.
    pub successor: String,
}

/// A member.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// The handle.
    pub handle: String,
    /// The name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Post>,
}

/// A role in a lab.
#[derive(Debug, Clone, Deserialize)]
pub struct Post {
    /// The lab's handle.
    pub lab: String,
    /// The role.
    pub role: String,
}

/// A follow that should be.
#[derive(Debug, Clone, Deserialize)]
pub struct Wish {
    /// A lab or member here.
    pub who: String,
    /// `@handle@KEY`.
    pub target: String,
}

/// A share.
#[derive(Debug, Clone, Deserialize)]
pub struct Piece {
    /// The lab's handle.
    pub lab: String,
    /// The kind.
    pub kind: String,
    /// The title.
    pub title: String,
    /// The language it is written in.
    pub language: String,
    /// The licence.
    pub licence: String,
    /// Who speaks.
    pub voice: String,
    /// How it went.
    pub outcome: Option<String>,
    /// How long ago it was published.
    pub days_ago: i64,
    /// The file of its text.
    pub file: String,
}

/// A reply.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    /// The member who replies.
    pub from: String,
    /// `@KEY/file`, without `.md`.
    pub to: String,
    /// How long ago it was written.
    pub days_ago: i64,
    /// What it says.
    pub text: String,
}

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/assets/demo/shares"]
struct Texts;

/// Reads the cast.
///
/// # Errors
/// `Failed` where it cannot be read.
pub fn read() -> Result<Cast, Failed> {
    toml::from_str(include_str!("../../../assets/demo/organisations.toml")).map_err(Failed::because("read the cast of the demo"))
}

impl Group {
    /// What it says of itself.
    ///
    /// # Errors
    /// `Refused` for what a form would not take either.
    pub fn profile(&self) -> Result<LabProfile, Refused> {
        let filled = Filled {
            kind: self.kind.clone(),
            state: self.state.clone(),
            place: self.place.clone(),
            languages: self.languages.join(" "),
            open_to: self.open_to.clone(),
            mandate: self.mandate.clone(),
            founded: self.founded.clone(),
        };
        let themes = self.themes.iter().map(|slug| Slug::parse(slug)).collect::<Result<_, _>>()?;
        LabProfile::read(&self.name, &self.summary, &filled, themes)
    }
}

impl Piece {
    /// Its text, in Markdown.
    ///
    /// # Errors
    /// `Failed` where there is none.
    pub fn text(&self) -> Result<String, Failed> {
        let file = Texts::get(&self.file).ok_or_else(|| Failed::new("read a text of the demo", self.file.clone()))?;
        String::from_utf8(file.data.into_owned()).map_err(Failed::because("read a text of the demo"))
    }

    /// What replies call it, within its organisation.
    pub fn name(&self) -> &str {
        self.file.trim_end_matches(".md")
    }
}

impl Wish {
    /// The handle and the organisation's key.
    pub fn target(&self) -> (&str, &str) {
        self.target.trim_start_matches('@').split_once('@').unwrap_or_default()
    }
}

impl Answer {
    /// The organisation's key and the name of the share.
    pub fn target(&self) -> (&str, &str) {
        self.to.trim_start_matches('@').split_once('/').unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{organisation::OrganisationKind, theme::BEGINNING};

    #[test]
    fn every_text_of_the_cast_is_there() {
        for organisation in read().unwrap().organisations {
            for piece in organisation.shares {
                assert!(!piece.text().unwrap().trim().is_empty(), "{}", piece.file);
            }
        }
    }

    #[test]
    fn every_lab_says_what_a_form_would_take_and_its_successor_is_a_lab_of_the_same_organisation() {
        for organisation in read().unwrap().organisations {
            OrganisationKind::parse(&organisation.kind).unwrap();
            for lab in &organisation.labs {
                lab.profile().unwrap();
                let begins_with = |slug: &String| BEGINNING.iter().any(|(known, ..)| known == slug);
                assert!(lab.themes.iter().all(begins_with), "{}", lab.handle);
                let known = |end: &End| organisation.labs.iter().any(|other| other.handle == end.successor);
                assert!(lab.ended.as_ref().is_none_or(known), "{}", lab.handle);
            }
        }
    }

    /// A share travels to where its lab is followed; only there can it be answered.
    #[test]
    fn every_reply_is_to_a_share_of_a_lab_that_someone_there_follows() {
        let cast = read().unwrap();
        for organisation in &cast.organisations {
            for answer in &organisation.replies {
                let (key, name) = answer.target();
                let origin = cast.organisations.iter().find(|other| other.key == key).unwrap();
                let piece = origin.shares.iter().find(|piece| piece.name() == name).unwrap();
                let followed = organisation.follows.iter().any(|wish| wish.target() == (piece.lab.as_str(), key));
                assert!(
                    followed,
                    "{} answers {}, and nobody at {} follows @{}@{key}",
                    answer.from, answer.to, organisation.key, piece.lab
                );
            }
        }
    }
}
