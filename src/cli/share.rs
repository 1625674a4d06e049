//! `archipel share`: publish, revise, withdraw and list shares. Nothing is written before everything given was understood.

use std::{collections::HashMap, io::Read};

use clap::{Args, Subcommand};
use serde::Serialize;
use url::Url;

use super::{
    Installation,
    picture::Upload,
    say,
    table::{self, Row},
    trouble::Trouble,
    warn,
};
use crate::{
    domain::{
        actor::ActorId,
        language::LanguageTag,
        links::{Links, Place},
        moment::to_wire,
        refusal::Refused,
        share::{Draft, Licence, Outcome, PublicId, Share, ShareKind, Voice, parse_body, parse_title},
    },
    storage::{Failed, Tx, lab, share},
    usecases::{
        lab as labs,
        share::{self as shares, Revision},
    },
};

/// What can be done with shares.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Publish a share in a lab. Prints its address
    #[command(after_help = "Example:\n  archipel share publish --lab wind --kind story --title 'First measurements' \\\n      \
                            --language en --licence CC-BY-4.0 --file measurements.md")]
    Publish(Publication),
    /// Correct a share; its address stays, and what is left out stays
    #[command(after_help = "Example:\n  archipel share revise https://labs.example.org/shares/k3v9x2m4qa --file better.md")]
    Revise {
        /// Its address
        url: String,
        /// A new title
        #[arg(long)]
        title: Option<String>,
        /// A file with the new text, or - for standard input
        #[arg(long)]
        file: Option<String>,
    },
    /// Withdraw a share for good, here and everywhere it was sent
    Withdraw {
        /// Its address
        url: String,
    },
    /// List our shares, newest first, with replies, likes and boosts
    List {
        /// Only of this lab
        #[arg(long)]
        lab: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 1_000)]
        limit: usize,
        /// An array of objects
        #[arg(long)]
        json: bool,
    },
}

/// What is needed to publish a share.
#[derive(Debug, Args)]
pub struct Publication {
    /// The lab's handle
    #[arg(long)]
    lab: String,
    /// update, story, result, research, method, question, idea, term or issue
    #[arg(long)]
    kind: String,
    /// A title on one line
    #[arg(long)]
    title: String,
    /// The language it is written in, such as nl or en; the one of this instance where left out
    #[arg(long)]
    language: Option<String>,
    /// CC-BY-4.0, CC-BY-SA-4.0, CC0-1.0 or EUPL-1.2
    #[arg(long, default_value = "CC-BY-4.0")]
    licence: String,
    /// worked, partly, `did_not_work` or stopped
    #[arg(long)]
    outcome: Option<String>,
    /// A file with the text, Markdown or plain, or - for standard input
    #[arg(long)]
    file: String,
    /// Who speaks: lab, organisation, or the handle of a member
    #[arg(long, default_value = "lab")]
    voice: String,
    #[command(flatten)]
    picture: Upload,
}

/// Runs one of these commands.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn run(command: Command, installation: &Installation) -> Result<(), Trouble> {
    match command {
        Command::Publish(publication) => publish(installation, &publication),
        Command::Revise { url, title, file } => revise(installation, &url, title, file),
        Command::Withdraw { url } => withdraw(installation, &url),
        Command::List { lab, limit, json } => list(installation, lab.as_deref(), limit, json),
    }
}

fn publish(installation: &Installation, publication: &Publication) -> Result<(), Trouble> {
    let (draft, voice) = read_draft(installation, publication)?;
    let (now, federation) = (installation.now(), &installation.federation);
    let id = federation.chance.public_id();
    let lab = &publication.lab;
    let share = publication.picture.keep_for(installation, |picture| {
        let draft = Draft { picture, ..draft };
        installation.write(|tx| shares::publish(tx, now, &federation.links, id, None, (lab, &voice, draft)))
    })?;
    say(&share.uri);
    Ok(())
}

fn read_draft(installation: &Installation, publication: &Publication) -> Result<(Draft, Voice), Trouble> {
    let language = match &publication.language {
        Some(tag) => LanguageTag::parse(tag)?,
        None => installation.settings.language.into(),
    };
    let kind = ShareKind::parse(&publication.kind)?;
    let licence = Licence::parse(&publication.licence)?;
    let voice = Voice::parse(&publication.voice)?;
    let outcome = publication.outcome.as_deref().map(Outcome::parse).transpose()?;
    let body = read_text(&publication.file)?;
    let draft = Draft::parse(kind, &publication.title, &body, language, licence)?;
    Ok((Draft { outcome, ..draft }, voice))
}

fn revise(installation: &Installation, url: &str, title: Option<String>, file: Option<String>) -> Result<(), Trouble> {
    if title.is_none() && file.is_none() {
        return Err(Trouble::mistake("cli-nothing-to-change").with("options", "--title, --file"));
    }
    let (now, links) = (installation.now(), &installation.federation.links);
    let id = read_id(links, url)?;
    let title = title.map(|title| parse_title(&title)).transpose()?;
    let body = match file {
        Some(file) => Some(parse_body(&read_text(&file)?)?),
        None => None,
    };
    let revision = Revision { draft: None, title, body };
    let share = installation.write(|tx| shares::revise(tx, now, links, None, &id, revision))?;
    say(&share.uri);
    Ok(())
}

fn withdraw(installation: &Installation, url: &str) -> Result<(), Trouble> {
    let (now, links) = (installation.now(), &installation.federation.links);
    let id = read_id(links, url)?;
    let share = installation.write(|tx| shares::withdraw(tx, now, links, None, &id))?;
    warn(installation.message("cli-share-withdrawn", &[("title", share.title)]));
    Ok(())
}

/// The id in an address of ours, or an id by itself.
fn read_id(links: &Links, given: &str) -> Result<PublicId, Trouble> {
    let given = given.trim();
    let place = Url::parse(given).ok().and_then(|url| links.read(&url));
    let id = match place {
        Some(Place::Share(id)) => Some(id),
        _ => PublicId::parse(given),
    };
    id.ok_or_else(|| Refused::unknown("share-unknown").with("id", given).into())
}

/// Far more than a share may hold; what is longer is not even read.
const FILE_LIMIT: u64 = 1024 * 1024;

fn read_text(file: &str) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin().lock().take(FILE_LIMIT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(FILE_LIMIT + 1).read_to_end(&mut bytes))
    };
    let name = if file == "-" { "standard input" } else { file };
    let length = read.map_err(|error| Trouble::mistake("cli-unreadable").with("file", name).with("cause", error))?;
    if length as u64 > FILE_LIMIT {
        return Err(Trouble::mistake("cli-too-large").with("file", name));
    }
    let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    text.ok_or_else(|| Trouble::mistake("cli-not-text").with("file", name))
}

/// A share in the list.
#[derive(Debug, Serialize)]
struct ShareRow {
    url: String,
    title: String,
    lab: String,
    kind: &'static str,
    language: String,
    published: String,
    replies: i64,
    likes: i64,
    boosts: i64,
}

impl Row for ShareRow {
    const HEADINGS: &'static [&'static str] =
        &["published", "lab", "kind", "language", "replies", "likes", "boosts", "url", "title"];

    fn cells(&self) -> Vec<String> {
        let [replies, likes, boosts] = [self.replies, self.likes, self.boosts].map(|count| count.to_string());
        let (published, lab, kind) = (self.published.clone(), self.lab.clone(), self.kind.to_owned());
        vec![published, lab, kind, self.language.clone(), replies, likes, boosts, self.url.clone(), self.title.clone()]
    }
}

fn list(installation: &Installation, lab: Option<&str>, limit: usize, json: bool) -> Result<(), Trouble> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<ShareRow> = installation.read(|tx| {
        let shares = match lab {
            Some(handle) => {
                let lab = labs::find(tx, handle)?;
                share::list_of_lab(tx, lab.actor.id, most)?
            }
            None => share::list_newest(tx, true, most)?,
        };
        let labs = lab::list(tx)?.into_iter().map(|lab| (lab.actor.id, lab.actor.handle)).collect();
        Ok(shares.into_iter().map(|share| row(tx, share, &labs)).collect::<Result<_, _>>()?)
    })?;
    table::show(&rows, json)?;
    table::note_limit(installation, rows.len(), limit);
    Ok(())
}

fn row(tx: &mut Tx<'_>, share: Share, labs: &HashMap<ActorId, String>) -> Result<ShareRow, Failed> {
    let counts = share::counts(tx, share.id)?;
    Ok(ShareRow {
        url: share.uri.into(),
        title: share.title,
        lab: labs.get(&share.lab).cloned().unwrap_or_default(),
        kind: share.kind.code(),
        language: share.language.as_str().to_owned(),
        published: to_wire(share.published_at),
        replies: counts.replies,
        likes: counts.likes,
        boosts: counts.boosts,
    })
}
