//! `archipel register`: the public register of organisations and their internet domains, as a file. It is taken in whole or not at all,
//! and nothing is fetched.

use std::{
    fs::File,
    io::{BufReader, IsTerminal},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{Installation, say, table, trouble::Trouble, warn};
use crate::{
    domain::{
        organisation::OrganisationKind,
        profile::Day,
        register::{Export, Registrant, Source, Verdict},
    },
    usecases::register::{self as registers, Imported},
};

/// What can be done with the register.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take in the XML export of the register, in place of the former one; says which known hosts are marked by it
    #[command(
        after_help = "Example:\n  archipel register import exportRIO.xml --source https://organisaties.overheid.nl/archive/exportRIO.xml"
    )]
    Import {
        /// The file
        file: PathBuf,
        /// Where it is from, as pages say it; without it the name of the file
        #[arg(long, value_name = "URL")]
        source: Option<String>,
        /// Of which day it is, where the file does not say so: 2026-09-01
        #[arg(long, value_name = "DAY", default_value = "")]
        date: String,
    },
    /// Say whose a host is by the register, known here or not
    Show {
        /// The host
        host: String,
        /// An object
        #[arg(long)]
        json: bool,
    },
    /// Forget the register, and every mark
    Remove,
}

/// From this size on a file is worth a bar.
const LARGE: u64 = 2 * 1024 * 1024;

/// Most hosts that are named one by one.
const NAMED: usize = 50;

/// Runs one of these commands.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn run(command: Command, installation: &Installation) -> Result<(), Trouble> {
    match command {
        Command::Import { file, source, date } => import(installation, &file, source, Day::parse(&date)?),
        Command::Show { host, json } => show(installation, &host, json),
        Command::Remove => {
            installation.write(|tx| registers::remove(tx, None))?;
            say(installation.message("cli-register-removed", &[]));
            Ok(())
        }
    }
}

fn import(installation: &Installation, file: &Path, source: Option<String>, given: Option<Day>) -> Result<(), Trouble> {
    let unreadable = |error: std::io::Error| Trouble::mistake("cli-file").with("path", file.display()).with("error", error);
    let opened = File::open(file).map_err(unreadable)?;
    let bar = progress(opened.metadata().map_err(unreadable)?.len());
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let source = Source::told(&source.unwrap_or(name));
    let now = installation.now();
    let mut export = Export::open(BufReader::with_capacity(128 * 1024, bar.wrap_read(opened)), Day::of(now))?;
    let imported = installation.write(|tx| registers::import(tx, now, None, &mut export, (source, given)));
    bar.finish_and_clear();
    tell(installation, &imported?);
    Ok(())
}

fn progress(length: u64) -> ProgressBar {
    if length < LARGE || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

fn tell(installation: &Installation, imported: &Imported) {
    let register = &imported.register;
    let counts = [
        ("organisations", register.organisations.to_string()),
        ("names", register.names.to_string()),
        ("date", register.dated.to_string()),
        ("source", register.source.to_string()),
    ];
    say(installation.message("cli-register-imported", &counts));
    let left = register.left_out;
    if left.total() > 0 {
        let counts = [
            ("ended", left.ended.to_string()),
            ("pages", left.pages.to_string()),
            ("unreadable", left.no_name.to_string()),
            ("nameless", left.nameless.to_string()),
        ];
        say(installation.message("cli-register-left-out", &counts));
    }
    let counts = [
        ("gained", imported.gained.len().to_string()),
        ("kept", imported.kept.to_string()),
        ("lost", imported.lost.len().to_string()),
        ("doubted", imported.doubted.to_string()),
    ];
    say(installation.message("cli-register-marks", &counts));
    for (host, registrant) in imported.gained.iter().take(NAMED) {
        say(format!("  + {host}  {}", registrant.name));
    }
    for host in imported.lost.iter().take(NAMED) {
        say(format!("  - {host}"));
    }
    table::note_limit(installation, imported.gained.len().max(imported.lost.len()), NAMED + 1);
    let own = installation.federation.links.host();
    match installation.read(|tx| registers::look_up(tx, &own)) {
        Ok((_, _, Verdict::Marked(..), registrants)) => {
            let organisation = registrants.first().map(|registrant| registrant.name.clone()).unwrap_or_default();
            say(installation.message("cli-register-own", &[("host", own), ("organisation", organisation)]));
        }
        _ => warn(installation.message("cli-register-own-not", &[("host", own)])),
    }
}

/// What the register says of a host.
#[derive(Debug, Serialize)]
struct Found {
    host: String,
    marked: bool,
    /// Why there is no mark: unlisted, disputed or shared.
    reason: Option<&'static str>,
    name: Option<String>,
    organisations: Vec<Organisation>,
    source: String,
    date: String,
}

#[derive(Debug, Serialize)]
struct Organisation {
    name: String,
    tooi: Option<String>,
    kind: Option<&'static str>,
}

impl From<Registrant> for Organisation {
    fn from(registrant: Registrant) -> Self {
        let (tooi, kind) = (registrant.tooi.map(|tooi| tooi.to_string()), registrant.kind.map(OrganisationKind::code));
        Self { name: registrant.name, tooi, kind }
    }
}

fn show(installation: &Installation, host: &str, json: bool) -> Result<(), Trouble> {
    let (register, host, verdict, registrants) = installation.read(|tx| registers::look_up(tx, host))?;
    let (name, reason) = match verdict {
        Verdict::Marked(name, _) => (Some(name.to_string()), None),
        Verdict::Doubted(name, doubt) => (Some(name.to_string()), Some(doubt.code())),
        Verdict::Unlisted => (None, Some("unlisted")),
    };
    let found = Found {
        host: host.to_string(),
        marked: reason.is_none(),
        reason,
        name,
        organisations: registrants.into_iter().map(Organisation::from).collect(),
        source: register.source.to_string(),
        date: register.dated.to_string(),
    };
    if json {
        return table::show_json(&found);
    }
    describe(installation, &found);
    Ok(())
}

fn describe(installation: &Installation, found: &Found) {
    let names: Vec<&str> = found.organisations.iter().map(|organisation| organisation.name.as_str()).collect();
    let arguments = [
        ("host", found.host.clone()),
        ("name", found.name.clone().unwrap_or_default()),
        ("organisation", names.join(", ")),
        ("date", found.date.clone()),
        ("source", found.source.clone()),
    ];
    let key = match found.reason {
        None => "cli-register-marked",
        Some("disputed") => "cli-register-disputed",
        Some("shared") => "cli-register-shared",
        Some(_) => "cli-register-unlisted",
    };
    say(installation.message(key, &arguments));
    for organisation in &found.organisations {
        let known = [organisation.kind, organisation.tooi.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ");
        say(format!("  {}  {known}", organisation.name).trim_end());
    }
}
