//! `archipel lab`: register, describe, list and show labs.

mod import;

use clap::{Args, Subcommand};
use serde::Serialize;
use url::Url;

use super::{
    Installation, build_runtime,
    picture::Upload,
    say,
    table::{self, Row},
    trouble::Trouble,
    warn,
};
use crate::{
    domain::{
        actor::Handle,
        lab::{Lab, LabProfile, NewLab},
        peer::Address,
        profile::{Day, Filled},
        refusal::Refused,
        theme::Slug,
    },
    federation::key,
    storage::{Failed, Tx, audience, lab, membership, share, theme},
    usecases::lab as labs,
};

/// What can be done with labs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register a lab; its handle is for good. Prints its address
    #[command(after_help = "Example:\n  archipel lab add wind --name 'Lab Wind' --summary 'What we try out with wind.'")]
    Add {
        /// 2 to 40 of a-z, 0-9 and _
        handle: String,
        /// The name people read
        #[arg(long)]
        name: String,
        /// lab, doetank, community, network or campaign
        #[arg(long, default_value = "lab")]
        kind: String,
        /// What it is about, in Markdown
        #[arg(long, default_value = "")]
        summary: String,
        #[command(flatten)]
        said: Said,
    },
    /// Register many labs at once from a CSV file: all of it or nothing
    #[command(after_help = "Example:\n  archipel lab import labs.csv --dry-run")]
    Import(import::Options),
    /// Change what a lab says of itself; what is left out stays
    #[command(
        after_help = "Example:\n  archipel lab describe wind --summary 'What we tried out with wind, and what came of it.'"
    )]
    Describe {
        /// The lab
        handle: String,
        /// A new name
        #[arg(long)]
        name: Option<String>,
        /// A new kind
        #[arg(long)]
        kind: Option<String>,
        /// A new description, in Markdown
        #[arg(long)]
        summary: Option<String>,
        #[command(flatten)]
        said: Said,
        #[command(flatten)]
        picture: Upload,
    },
    /// End a lab; all it learned stays, nothing new is published in it
    #[command(after_help = "Example:\n  archipel lab end wind --successor https://labs.example.org/labs/water")]
    End {
        /// The lab
        handle: String,
        /// The day it ended, such as 2026-09-01; today where it is left out
        #[arg(long, value_name = "DAY", default_value = "")]
        on: String,
        /// Who goes on with its work: the address of a lab's page, or @name@host of one we know
        #[arg(long, value_name = "ADDRESS")]
        successor: Option<String>,
    },
    /// Move a lab elsewhere with its followers; the other must have said `known-as` with this lab's address before
    #[command(after_help = "Example:\n  archipel lab move wind --to https://labs.example.org/labs/wind")]
    Move {
        /// The lab
        handle: String,
        /// Where it goes: @name@host, or the address of a page
        #[arg(long)]
        to: String,
    },
    /// Say under which address a lab was known before, so that it can be moved here
    KnownAs {
        /// The lab
        handle: String,
        /// The address of the earlier one
        address: Url,
    },
    /// Take a lab out of our directory; its page and shares stay
    Unlist {
        /// The lab
        handle: String,
    },
    /// Put a lab back into our directory
    Relist {
        /// The lab
        handle: String,
    },
    /// List our labs, with followers and shares
    List {
        /// An array of objects
        #[arg(long)]
        json: bool,
    },
    /// Show one lab with its members
    Show {
        /// The lab
        handle: String,
        /// An object
        #[arg(long)]
        json: bool,
    },
}

/// What a lab says of itself beside its name, kind and description; what is left out stays.
#[derive(Debug, Args)]
pub struct Said {
    /// starting, active or dormant
    #[arg(long)]
    state: Option<String>,
    /// Where it is
    #[arg(long)]
    place: Option<String>,
    /// The languages it works in, such as 'nl en'
    #[arg(long)]
    languages: Option<String>,
    /// visits, questions or `joint_work`; can be given several times, and '' for nothing
    #[arg(long = "open-to", value_name = "WHAT")]
    open_to: Vec<String>,
    /// By whose order it works
    #[arg(long)]
    mandate: Option<String>,
    /// The day it was founded, such as 2024-09-01
    #[arg(long, value_name = "DAY")]
    founded: Option<String>,
    /// A theme of ours by its slug; can be given several times, and '' for none
    #[arg(long = "theme", value_name = "SLUG")]
    themes: Vec<String>,
}

impl Said {
    fn is_given(&self) -> bool {
        let texts = [&self.state, &self.place, &self.languages, &self.mandate, &self.founded];
        texts.into_iter().any(Option::is_some) || !self.open_to.is_empty() || !self.themes.is_empty()
    }

    /// What is given over what was there.
    fn over(&self, old: Filled) -> Filled {
        let given = |new: &Option<String>, old| new.clone().unwrap_or(old);
        Filled {
            state: given(&self.state, old.state),
            place: given(&self.place, old.place),
            languages: given(&self.languages, old.languages),
            mandate: given(&self.mandate, old.mandate),
            founded: given(&self.founded, old.founded),
            open_to: if self.open_to.is_empty() { old.open_to } else { without_blanks(&self.open_to) },
            ..old
        }
    }

    fn themes(&self, old: Vec<Slug>) -> Result<Vec<Slug>, Refused> {
        if self.themes.is_empty() { Ok(old) } else { without_blanks(&self.themes).iter().map(|slug| Slug::parse(slug)).collect() }
    }
}

fn without_blanks(given: &[String]) -> Vec<String> {
    given.iter().filter(|one| !one.trim().is_empty()).cloned().collect()
}

/// Runs one of these commands.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn run(command: Command, installation: &Installation) -> Result<(), Trouble> {
    match command {
        Command::Add { handle, name, kind, summary, said } => {
            let filled = said.over(Filled { kind, ..Filled::default() });
            let profile = LabProfile::read(&name, &summary, &filled, said.themes(Vec::new())?)?;
            add(installation, NewLab { handle: Handle::parse(&handle)?, profile })
        }
        Command::Describe { handle, name, kind, summary, said, picture } => {
            describe(installation, &handle, [name, kind, summary], &said, &picture)
        }
        Command::Import(options) => import::run(&options, installation),
        Command::End { handle, on, successor } => end(installation, &handle, &on, successor.as_deref()),
        Command::Move { handle, to } => move_away(installation, &handle, &to),
        Command::KnownAs { handle, address } => {
            let lab = installation.write(|tx| labs::be_known_as(tx, installation.now(), None, &handle, &address))?;
            say(installation.message("cli-lab-known-as", &[("lab", lab.actor.name), ("address", address.to_string())]));
            Ok(())
        }
        Command::Unlist { handle } => set_listed(installation, handle, false),
        Command::Relist { handle } => set_listed(installation, handle, true),
        Command::List { json } => table::show(&list(installation)?, json),
        Command::Show { handle, json } => show(installation, &handle, json),
    }
}

fn add(installation: &Installation, new: NewLab) -> Result<(), Trouble> {
    let keys = key::generate()?;
    let links = &installation.federation.links;
    let lab = installation.write(|tx| labs::register(tx, installation.now(), links, &keys, None, new))?;
    say(&lab.actor.uri);
    warn(installation.message("cli-lab-added", &[("address", format!("@{}", lab.actor.address()))]));
    Ok(())
}

fn describe(
    installation: &Installation,
    handle: &str,
    changes: [Option<String>; 3],
    said: &Said,
    picture: &Upload,
) -> Result<(), Trouble> {
    if changes.iter().all(Option::is_none) && !picture.is_given() && !said.is_given() {
        let options =
            "--name, --kind, --summary, --state, --place, --languages, --open-to, --mandate, --founded, --theme, --picture";
        return Err(Trouble::mistake("cli-nothing-to-change").with("options", options));
    }
    let [name, kind, summary] = changes;
    let (now, links) = (installation.now(), &installation.federation.links);
    picture.keep_for(installation, |picture| {
        installation.write(|tx| {
            let lab = labs::find(tx, handle)?;
            let old = lab.profile.fill();
            let filled = said.over(Filled { kind: kind.unwrap_or_else(|| old.kind.clone()), ..old });
            let shown = theme::list_shown(tx, &[lab.actor.id])?.into_iter().filter_map(|(_, theme)| theme.slug);
            let themes = said.themes(shown.collect())?;
            let (name, summary) = (name.unwrap_or(lab.actor.name), summary.unwrap_or(lab.description));
            let profile = LabProfile::read(&name, &summary, &filled, themes)?;
            labs::describe(tx, now, links, None, handle, (profile, picture.or(lab.actor.picture)))
        })
    })?;
    Ok(())
}

fn move_away(installation: &Installation, handle: &str, to: &str) -> Result<(), Trouble> {
    let address = Address::parse(to)?;
    let (target, known_as) = build_runtime()?.block_on(installation.federation.look_again(&address))?;
    let now = installation.now();
    let lab = installation.write(|tx| labs::move_away(tx, now, None, handle, (&target, &known_as)))?;
    say(installation.message("cli-lab-moved", &[("lab", lab.actor.name), ("address", format!("@{}", target.address()))]));
    Ok(())
}

fn set_listed(installation: &Installation, handle: String, listed: bool) -> Result<(), Trouble> {
    let now = installation.now();
    installation.write(|tx| labs::list(tx, now, None, &handle, listed))?;
    say(installation.message(if listed { "cli-lab-listed" } else { "cli-lab-unlisted" }, &[("lab", handle)]));
    Ok(())
}

fn end(installation: &Installation, handle: &str, on: &str, successor: Option<&str>) -> Result<(), Trouble> {
    let (ended, successor) = (Day::parse(on)?, successor.map(Address::parse).transpose()?);
    let now = installation.now();
    let lab = installation.write(|tx| labs::end(tx, now, None, handle, (ended, successor.as_ref())))?;
    let ended = lab.profile.ended.map(|day| day.to_string()).unwrap_or_default();
    say(installation.message("cli-lab-ended", &[("lab", lab.actor.name), ("day", ended)]));
    Ok(())
}

/// A lab in the list.
#[derive(Debug, Serialize)]
struct LabRow {
    handle: String,
    name: String,
    kind: &'static str,
    address: String,
    url: String,
    state: &'static str,
    place: String,
    followers: i64,
    shares: i64,
}

impl Row for LabRow {
    const HEADINGS: &'static [&'static str] = &["handle", "name", "kind", "state", "followers", "shares", "address", "url"];

    fn cells(&self) -> Vec<String> {
        let counts = [self.followers.to_string(), self.shares.to_string()];
        let [followers, shares] = counts;
        let (address, url) = (self.address.clone(), self.url.clone());
        vec![self.handle.clone(), self.name.clone(), self.kind.to_owned(), self.state.to_owned(), followers, shares, address, url]
    }
}

fn list(installation: &Installation) -> Result<Vec<LabRow>, Trouble> {
    installation.read(|tx| {
        let labs = lab::list(tx)?;
        Ok(labs.iter().map(|lab| row(tx, lab)).collect::<Result<_, _>>()?)
    })
}

fn row(tx: &mut Tx<'_>, lab: &Lab) -> Result<LabRow, Failed> {
    Ok(LabRow {
        handle: lab.actor.handle.clone(),
        name: lab.actor.name.clone(),
        kind: lab.kind().code(),
        state: lab.profile.state.code(),
        place: lab.profile.place.to_string(),
        address: format!("@{}", lab.actor.address()),
        url: lab.actor.uri.to_string(),
        followers: audience::count_followers(tx, lab.actor.id)?,
        shares: share::count_of_lab(tx, lab.actor.id)?,
    })
}

/// A lab with all that the command line tells of it.
#[derive(Debug, Serialize)]
struct LabPage {
    #[serde(flatten)]
    row: LabRow,
    summary: String,
    members: Vec<MemberOfLab>,
    following: Vec<Followed>,
}

#[derive(Debug, Serialize)]
struct MemberOfLab {
    handle: String,
    name: String,
    role: &'static str,
}

#[derive(Debug, Serialize)]
struct Followed {
    address: String,
    url: String,
    state: &'static str,
}

fn show(installation: &Installation, handle: &str, json: bool) -> Result<(), Trouble> {
    let page = installation.read(|tx| {
        let lab = labs::find(tx, handle)?;
        Ok(read_page(tx, &lab)?)
    })?;
    if json {
        return table::show_json(&page);
    }
    say(describe_page(&page));
    Ok(())
}

fn read_page(tx: &mut Tx<'_>, lab: &Lab) -> Result<LabPage, Failed> {
    let members = membership::list_of_lab(tx, lab.actor.id)?.into_iter();
    let following = audience::list_following(tx, lab.actor.id)?.into_iter();
    Ok(LabPage {
        row: row(tx, lab)?,
        summary: lab.description.clone(),
        members: members
            .map(|(member, role)| MemberOfLab { handle: member.handle, name: member.name, role: role.code() })
            .collect(),
        following: following
            .map(|(actor, state)| Followed {
                address: format!("@{}", actor.address()),
                url: actor.uri.into(),
                state: state.code(),
            })
            .collect(),
    })
}

fn describe_page(page: &LabPage) -> String {
    let row = &page.row;
    let mut lines = vec![
        format!("{} ({})", row.name, row.kind),
        format!("  page       {}", row.url),
        format!("  to follow  {}", row.address),
        format!("  followers  {}", row.followers),
        format!("  shares     {}", row.shares),
    ];
    lines.extend(page.members.iter().map(|member| format!("  {:9}  {} ({})", member.role, member.name, member.handle)));
    lines.extend(page.following.iter().map(|followed| format!("  follows    {} ({})", followed.address, followed.state)));
    if !page.summary.is_empty() {
        lines.push(format!("\n{}", page.summary));
    }
    lines.join("\n")
}
