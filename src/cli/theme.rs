//! `archipel theme`: the vocabulary of this instance, and how labs elsewhere call the same.

use clap::Subcommand;
use serde::Serialize;
use url::Url;

use super::{
    Installation, say,
    table::{self, Row},
    trouble::Trouble,
};
use crate::{
    domain::theme::{Described, Slug, Theme},
    storage::theme,
    usecases::{feature as features, theme as themes},
};

/// Most themes of others in the list.
const OTHERS: i64 = 1_000;

/// What can be done with themes.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a theme; its address is for good
    #[command(
        after_help = "Example:\n  archipel theme add heat --nl Warmte --en Heat --same-as https://labs.example.org/themes/warmte"
    )]
    Add {
        /// The word in its address: 2 to 60 of a-z, 0-9 and -
        slug: String,
        /// What it is called in Dutch
        #[arg(long)]
        nl: String,
        /// What it is called in English
        #[arg(long)]
        en: String,
        /// An identifier that others give to the same; can be given several times
        #[arg(long, value_name = "URL")]
        same_as: Vec<String>,
    },
    /// Change a theme; what is left out stays
    Describe {
        /// The theme
        slug: String,
        /// A new label in Dutch
        #[arg(long)]
        nl: Option<String>,
        /// A new label in English
        #[arg(long)]
        en: Option<String>,
        /// One more identifier that others give to the same; can be given several times
        #[arg(long, value_name = "URL")]
        same_as: Vec<String>,
    },
    /// Make two themes one; the first one's address leads to the second
    Merge {
        /// The theme that goes
        slug: String,
        /// The theme that stays
        into: String,
    },
    /// Show a theme on the organisation's profile, as a collection of the labs that work on it (Mastodon 4.6 or newer)
    Show {
        /// The theme
        slug: String,
    },
    /// Show it there no longer
    Hide {
        /// The theme
        slug: String,
    },
    /// List our themes with how many labs work on each, and with --others what labs elsewhere call theirs
    List {
        /// Themes of others too
        #[arg(long)]
        others: bool,
        /// An array of objects
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn run(command: Command, installation: &Installation) -> Result<(), Trouble> {
    let links = &installation.federation.links;
    let theme = match command {
        Command::Add { slug, nl, en, same_as } => {
            let (slug, described) = (Slug::parse(&slug)?, Described::parse(&nl, &en, &same_as.join(" "))?);
            installation.write(|tx| themes::add(tx, links, None, &slug, described))?
        }
        Command::Describe { slug, nl, en, same_as } => {
            let slug = Slug::parse(&slug)?;
            installation.write(|tx| {
                let old = themes::find(tx, &slug)?;
                let known = old.same_as.iter().map(Url::to_string).chain(same_as).collect::<Vec<_>>().join(" ");
                let described = Described::parse(&nl.unwrap_or(old.labels.nl), &en.unwrap_or(old.labels.en), &known)?;
                themes::revise(tx, None, &slug, described)
            })?
        }
        Command::Merge { slug, into } => {
            let (slug, into) = (Slug::parse(&slug)?, Slug::parse(&into)?);
            installation.write(|tx| themes::merge(tx, None, &slug, &into))?
        }
        Command::Show { slug } => set_shown(installation, &Slug::parse(&slug)?, true)?,
        Command::Hide { slug } => set_shown(installation, &Slug::parse(&slug)?, false)?,
        Command::List { others, json } => return table::show(&list(installation, others)?, json),
    };
    say(theme.uri);
    Ok(())
}

fn set_shown(installation: &Installation, slug: &Slug, shown: bool) -> Result<Theme, Trouble> {
    let links = &installation.federation.links;
    let now = installation.federation.clock.now();
    installation.write(|tx| {
        features::show_theme(tx, now, links, None, slug, shown)?;
        themes::find(tx, slug)
    })
}

/// A theme in the list.
#[derive(Debug, Serialize)]
struct ThemeRow {
    slug: String,
    nl: String,
    en: String,
    labs: i64,
    url: String,
    /// The slug of ours that another's theme meets.
    meets: String,
}

impl Row for ThemeRow {
    const HEADINGS: &'static [&'static str] = &["slug", "nl", "en", "labs", "meets", "url"];

    fn cells(&self) -> Vec<String> {
        let labs = self.labs.to_string();
        vec![self.slug.clone(), self.nl.clone(), self.en.clone(), labs, self.meets.clone(), self.url.clone()]
    }
}

fn list(installation: &Installation, others: bool) -> Result<Vec<ThemeRow>, Trouble> {
    installation.read(|tx| {
        let (ours, counts) = (theme::list(tx)?, theme::count_labs(tx)?);
        let slug = |theme: &Theme| theme.slug.as_ref().map(ToString::to_string).unwrap_or_default();
        let row = |theme: &Theme, meets: String| ThemeRow {
            slug: slug(theme),
            nl: theme.labels.nl.clone(),
            en: theme.labels.en.clone(),
            labs: counts.get(&theme.id).copied().unwrap_or(0),
            url: theme.uri.to_string(),
            meets,
        };
        let mut rows: Vec<ThemeRow> = ours.iter().map(|theme| row(theme, String::new())).collect();
        if others {
            for (theme, meets) in theme::list_of_others(tx, OTHERS)? {
                let met = ours.iter().find(|ours| Some(ours.id) == meets).map(slug).unwrap_or_default();
                rows.push(row(&theme, met));
            }
        }
        Ok(rows)
    })
}
