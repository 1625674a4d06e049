//! `archipel reading`: what is read at other hosts in the background, when, and what stands in the way.

use std::collections::BTreeMap;

use clap::Subcommand;
use serde::Serialize;

use super::{
    Installation, say,
    table::{self, Row},
    trouble::Trouble,
};
use crate::{
    domain::{
        moment::to_wire,
        reading::{Reading, ReadingKind},
    },
    storage::{Failed, Tx, host, reading},
};

/// What can be looked at.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List what is to be read, first what is due first
    #[command(after_help = "Example:\n  archipel reading list --kind outbox")]
    List {
        /// actor, outbox, object, conversation or reply
        #[arg(long)]
        kind: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 1_000)]
        limit: usize,
        /// An array of objects
        #[arg(long)]
        json: bool,
    },
    /// How much there is of each kind, and the hosts at which most is to be read
    Stats {
        /// One object
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
        Command::List { kind, limit, json } => {
            let kind = kind.map(|word| parse_kind(&word)).transpose()?;
            let most = i64::try_from(limit).unwrap_or(i64::MAX);
            let readings = installation.read(|tx| Ok(reading::list(tx, kind, most)?))?;
            let rows: Vec<ReadingRow> = readings.into_iter().map(row).collect();
            table::show(&rows, json)?;
            table::note_limit(installation, rows.len(), limit);
            Ok(())
        }
        Command::Stats { json } => show_stats(&installation.read(|tx| Ok(summarise(tx)?))?, json),
    }
}

/// How many hosts are shown.
const HOSTS: i64 = 20;

/// How readings stand.
#[derive(Debug, Serialize)]
struct Stats {
    kinds: BTreeMap<&'static str, Count>,
    next_due: Option<String>,
    hosts: Vec<HostRow>,
}

/// How many of a kind there are, and how many of them failed last.
#[derive(Debug, Serialize)]
struct Count {
    readings: i64,
    failing: i64,
}

/// A host at which something is to be read.
#[derive(Debug, Serialize)]
struct HostRow {
    host: String,
    readings: i64,
    failures: i32,
    due: String,
}

impl Row for HostRow {
    const HEADINGS: &'static [&'static str] = &["host", "readings", "failures", "due"];

    fn cells(&self) -> Vec<String> {
        vec![self.host.clone(), self.readings.to_string(), self.failures.to_string(), self.due.clone()]
    }
}

fn summarise(tx: &mut Tx<'_>) -> Result<Stats, Failed> {
    let mut kinds = BTreeMap::new();
    for kind in ReadingKind::ALL {
        let (readings, failing) = reading::count(tx, kind)?;
        kinds.insert(kind.code(), Count { readings, failing });
    }
    let hosts = host::list(tx, HOSTS)?.into_iter();
    let hosts = hosts.map(|waiting| HostRow {
        host: waiting.host,
        readings: waiting.readings,
        failures: waiting.failures,
        due: to_wire(waiting.due_at),
    });
    Ok(Stats { kinds, next_due: host::next_due(tx)?.map(to_wire), hosts: hosts.collect() })
}

fn show_stats(stats: &Stats, json: bool) -> Result<(), Trouble> {
    if json {
        return table::show_json(stats);
    }
    let cells = |(kind, count): (&&str, &Count)| vec![(*kind).to_owned(), count.readings.to_string(), count.failing.to_string()];
    say(table::lay_out(&["kind", "readings", "failing"], &stats.kinds.iter().map(cells).collect::<Vec<_>>()));
    if let Some(due) = &stats.next_due {
        say(format!("\nnext due  {due}\n"));
        table::show(&stats.hosts, false)?;
    }
    Ok(())
}

fn parse_kind(word: &str) -> Result<ReadingKind, Trouble> {
    let kinds = ReadingKind::ALL.map(ReadingKind::code).join(", ");
    let unknown = || Trouble::mistake("cli-reading-kind").with("given", word).with("kinds", kinds);
    ReadingKind::parse(word).ok_or_else(unknown)
}

/// A reading in the list.
#[derive(Debug, Serialize)]
struct ReadingRow {
    kind: &'static str,
    url: String,
    due: String,
    times: i32,
    failures: i32,
    read: Option<String>,
    last_error: Option<String>,
}

impl Row for ReadingRow {
    const HEADINGS: &'static [&'static str] = &["kind", "due", "read", "failures", "url", "last error"];

    fn cells(&self) -> Vec<String> {
        let (read, error) = (self.read.clone().unwrap_or_default(), self.last_error.clone().unwrap_or_default());
        vec![self.kind.to_owned(), self.due.clone(), read, self.failures.to_string(), self.url.clone(), error]
    }
}

fn row(reading: Reading) -> ReadingRow {
    ReadingRow {
        kind: reading.kind.code(),
        url: reading.url,
        due: to_wire(reading.due_at),
        times: reading.times,
        failures: reading.failures,
        read: reading.read_at.map(to_wire),
        last_error: reading.last_error,
    }
}
