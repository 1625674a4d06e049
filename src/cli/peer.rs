//! `archipel peer`: the instances that this one knows. Adding one says who it is first; many are added from a file, one by one.

use std::{fs, path::PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::{
    Installation, build_runtime, say,
    table::{self, Row},
    trouble::Trouble,
    warn,
};
use crate::{
    domain::{
        moment::to_wire,
        peer::{Peer, Policy, read_list},
    },
    federation::peer::Sighting,
    storage::{listing, peer},
    usecases::peer as peers,
};

/// What can be done with peers.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Connect with another instance, or list an actor elsewhere as a lab
    #[command(after_help = "Examples:\n  archipel peer add labs.example.net\n  archipel peer add @lab@social.example.org")]
    Add {
        /// A host, or the address of an actor
        address: String,
    },
    /// Connect with every address of a file, one a line; what follows a # is left out
    Import {
        /// The file
        file: PathBuf,
    },
    /// Set what an instance may do here
    Set {
        /// Its host
        host: String,
        /// open or limited
        policy: String,
    },
    /// Want nothing of an instance any more
    Remove {
        /// Its host
        host: String,
    },
    /// List the instances that we know
    List {
        /// An array of objects
        #[arg(long)]
        json: bool,
    },
}

/// Most peers that are listed.
const MOST: i64 = 10_000;

/// Runs one of these commands.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn run(command: Command, installation: &Installation) -> Result<(), Trouble> {
    let now = installation.now();
    match command {
        Command::Add { address } => add(installation, &address),
        Command::Import { file } => import(installation, &file),
        Command::Set { host, policy } => {
            let policy = Policy::read(&policy);
            installation.write(|tx| peers::set_policy(tx, None, &host, policy))?;
            say(installation.message("cli-peer-set", &[("host", host), ("policy", policy.code().to_owned())]));
            Ok(())
        }
        Command::Remove { host } => {
            installation.write(|tx| peers::disconnect(tx, now, None, &host))?;
            say(installation.message("cli-peer-removed", &[("host", host)]));
            Ok(())
        }
        Command::List { json } => list(installation, json),
    }
}

fn add(installation: &Installation, address: &str) -> Result<(), Trouble> {
    let seen = build_runtime()?.block_on(installation.federation.look_at(address))?;
    let (now, links, arguments) = (installation.now(), &installation.federation.links, describe(&seen));
    let key = if seen.directory.is_some() { "cli-peer-added" } else { "cli-peer-listed" };
    let wanted = peers::Wanted { actor: seen.actor, node: seen.node, directory: seen.directory };
    installation.write(|tx| peers::connect(tx, now, links, None, &wanted))?;
    say(installation.message(key, &arguments));
    Ok(())
}

fn describe(seen: &Sighting) -> [(&'static str, String); 3] {
    let labs = seen.labs.map_or_else(|| "?".to_owned(), |labs| labs.to_string());
    [("name", seen.actor.name.clone()), ("address", format!("@{}", seen.actor.address())), ("labs", labs)]
}

/// One that cannot be reached does not keep the others away.
fn import(installation: &Installation, file: &PathBuf) -> Result<(), Trouble> {
    let unreadable = |error: std::io::Error| Trouble::mistake("cli-file").with("path", file.display()).with("error", error);
    let text = fs::read_to_string(file).map_err(unreadable)?;
    let (mut added, mut failed) = (0, 0);
    for address in read_list(&text) {
        match add(installation, &address) {
            Ok(()) => added += 1,
            Err(trouble) => {
                failed += 1;
                warn(format!("{address}: {}", trouble.explain(installation.settings.language)));
            }
        }
    }
    say(installation.message("cli-peer-imported", &[("added", added.to_string()), ("failed", failed.to_string())]));
    Ok(())
}

fn list(installation: &Installation, json: bool) -> Result<(), Trouble> {
    let rows = installation.read(|tx| {
        let mut rows = Vec::new();
        for known in peer::list(tx, "", MOST)? {
            let labs = listing::count_at(tx, &known.host)?;
            rows.push(row(known, labs));
        }
        Ok(rows)
    })?;
    table::show(&rows, json)
}

/// A peer in the list.
#[derive(Debug, Serialize)]
struct PeerRow {
    host: String,
    policy: &'static str,
    connected: bool,
    software: String,
    version: String,
    labs: i64,
    failing_since: Option<String>,
    problem: Option<String>,
}

impl Row for PeerRow {
    const HEADINGS: &'static [&'static str] = &["host", "policy", "connected", "software", "labs", "failing since", "problem"];

    fn cells(&self) -> Vec<String> {
        let or_nothing = |text: &Option<String>| text.clone().unwrap_or_default();
        let (connected, software) = (self.connected.to_string(), format!("{} {}", self.software, self.version));
        let (since, problem) = (or_nothing(&self.failing_since), or_nothing(&self.problem));
        vec![self.host.clone(), self.policy.to_owned(), connected, software, self.labs.to_string(), since, problem]
    }
}

fn row(known: Peer, labs: i64) -> PeerRow {
    PeerRow {
        policy: known.policy.code(),
        connected: known.connected_at.is_some(),
        software: known.software,
        version: known.version,
        labs,
        failing_since: known.failing_since.map(to_wire),
        problem: known.round.problem,
        host: known.host,
    }
}
