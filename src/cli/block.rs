//! `archipel block`: whom this instance has nothing to do with. It says what a block took away, and warns of one that is wide.

use clap::Subcommand;
use serde::Serialize;

use super::{
    Installation, say,
    table::{self, Row},
    trouble::Trouble,
    warn,
};
use crate::{
    domain::{
        block::{Block, Blockable},
        moment::to_wire,
    },
    storage::block,
    usecases::block as blocks,
};

/// What can be done with blocks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Block a host with its subdomains, or one actor; what we kept of it is removed
    #[command(after_help = "Examples:\n  archipel block add spam.example --reason 'Sends advertisements'\n  \
                            archipel block add https://labs.example.net/people/mallory")]
    Add {
        /// A host, the address of an actor, or @name@host of one we know
        subject: String,
        /// Why, for other administrators
        #[arg(long)]
        reason: Option<String>,
    },
    /// Take a block back; what was removed is read again when it is met again
    Remove {
        /// As it was blocked
        subject: String,
    },
    /// List blocks
    List {
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
    match command {
        Command::Add { subject, reason } => add(installation, &read_subject(installation, &subject)?, reason.as_deref()),
        Command::Remove { subject } => {
            let subject = read_subject(installation, &subject)?;
            installation.write(|tx| blocks::unblock(tx, None, &subject))?;
            say(installation.message("cli-block-removed", &[("subject", subject.to_string())]));
            Ok(())
        }
        Command::List { json } => {
            let rows: Vec<BlockRow> = installation.read(|tx| Ok(block::list(tx)?))?.into_iter().map(row).collect();
            table::show(&rows, json)
        }
    }
}

fn add(installation: &Installation, subject: &Blockable, reason: Option<&str>) -> Result<(), Trouble> {
    let (now, links) = (installation.now(), &installation.federation.links);
    let closed = installation.write(|tx| blocks::block(tx, now, links, None, subject, reason))?;
    let arguments =
        [("subject", subject.to_string()), ("actors", closed.actors.to_string()), ("deliveries", closed.deliveries.to_string())];
    say(installation.message("cli-block-added", &arguments));
    if subject.is_shared_by_many() {
        warn(installation.message("cli-block-shared", &[("subject", subject.to_string())]));
    }
    Ok(())
}

fn read_subject(installation: &Installation, text: &str) -> Result<Blockable, Trouble> {
    installation.read(|tx| blocks::read_subject(tx, text))
}

/// A block in the list.
#[derive(Debug, Serialize)]
struct BlockRow {
    subject: String,
    kind: &'static str,
    reason: Option<String>,
    since: String,
}

impl Row for BlockRow {
    const HEADINGS: &'static [&'static str] = &["subject", "kind", "reason", "since"];

    fn cells(&self) -> Vec<String> {
        vec![self.subject.clone(), self.kind.to_owned(), self.reason.clone().unwrap_or_default(), self.since.clone()]
    }
}

fn row(block: Block) -> BlockRow {
    BlockRow { kind: block.subject.kind(), subject: block.subject.to_string(), reason: block.reason, since: to_wire(block.since) }
}
