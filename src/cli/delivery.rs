//! `archipel delivery`: what was sent to other servers, what waits, and trying again. Nothing is dropped silently.

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
        delivery::{Delivery, DeliveryState},
        dispatch::{Again, Selection},
        moment::to_wire,
        slice::Slice,
    },
    storage::{Failed, Tx, dispatch, lane},
    usecases,
};

/// What can be done with deliveries.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List deliveries, newest first
    #[command(after_help = "Example:\n  archipel delivery list --state waiting")]
    List {
        /// waiting, delivered, gone, refused, expired, superseded or blocked
        #[arg(long)]
        state: Option<String>,
        /// For this host only
        #[arg(long)]
        host: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 1_000)]
        limit: usize,
        /// An array of objects
        #[arg(long)]
        json: bool,
    },
    /// Try everything that was not delivered again, now
    #[command(after_help = "Example:\n  archipel delivery retry --host labs.example.org")]
    Retry {
        /// For this host only
        #[arg(long)]
        host: Option<String>,
    },
    /// How many are in each state, and the hosts that most waits for
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
        Command::List { state, host, limit, json } => {
            let state = state.map(|word| parse_state(&word)).transpose()?;
            let wanted = Selection { state, ..Selection::read("", &host.unwrap_or_default()) };
            let most = Slice::from(i64::try_from(limit).unwrap_or(i64::MAX));
            let found = installation.read(|tx| Ok(dispatch::list(tx, &wanted, most)?))?;
            let rows: Vec<DeliveryRow> = found.into_iter().map(|dispatch| row(dispatch.delivery)).collect();
            table::show(&rows, json)?;
            table::note_limit(installation, rows.len(), limit);
        }
        Command::Retry { host } => {
            let which = Selection::read("", &host.unwrap_or_default()).host.map_or(Again::Everything, Again::Host);
            let retried = installation.write(|tx| usecases::delivery::retry(tx, installation.now(), None, &which))?;
            say(installation.message("cli-delivery-retried", &[("count", retried.to_string())]));
        }
        Command::Stats { json } => show_stats(&installation.read(|tx| Ok(summarise(tx)?))?, json)?,
    }
    Ok(())
}

/// How many hosts are shown.
const HOSTS: i64 = 20;

/// How deliveries stand.
#[derive(Debug, Serialize)]
struct Stats {
    states: BTreeMap<&'static str, i64>,
    oldest_due: Option<String>,
    hosts: Vec<HostRow>,
}

/// A host that something waits for.
#[derive(Debug, Serialize)]
struct HostRow {
    host: String,
    waiting: i64,
    failures: i32,
    rests_until: String,
}

impl Row for HostRow {
    const HEADINGS: &'static [&'static str] = &["host", "waiting", "failures", "rests until"];

    fn cells(&self) -> Vec<String> {
        vec![self.host.clone(), self.waiting.to_string(), self.failures.to_string(), self.rests_until.clone()]
    }
}

fn summarise(tx: &mut Tx<'_>) -> Result<Stats, Failed> {
    let states = dispatch::count(tx, None)?.into_iter().map(|(state, count)| (state.code(), count)).collect();
    let oldest_due = lane::find_oldest_due(tx)?.map(to_wire);
    let hosts = lane::list(tx, HOSTS)?.into_iter();
    let hosts = hosts.map(|lane| HostRow {
        host: lane.host,
        waiting: lane.waiting,
        failures: lane.failures,
        rests_until: to_wire(lane.rests_until),
    });
    Ok(Stats { states, oldest_due, hosts: hosts.collect() })
}

fn show_stats(stats: &Stats, json: bool) -> Result<(), Trouble> {
    if json {
        return table::show_json(stats);
    }
    let counts: Vec<Vec<String>> =
        stats.states.iter().map(|(state, count)| vec![(*state).to_owned(), count.to_string()]).collect();
    say(table::lay_out(&["state", "count"], &counts));
    if let Some(due) = &stats.oldest_due {
        say(format!("\noldest due  {due}\n"));
        table::show(&stats.hosts, false)?;
    }
    Ok(())
}

fn parse_state(word: &str) -> Result<DeliveryState, Trouble> {
    let states = DeliveryState::ALL.map(DeliveryState::code).join(", ");
    let unknown = || Trouble::mistake("cli-delivery-state").with("given", word).with("states", states);
    DeliveryState::parse(word).ok_or_else(unknown)
}

/// A delivery in the list.
#[derive(Debug, Serialize)]
struct DeliveryRow {
    activity: String,
    inbox: String,
    state: &'static str,
    attempts: i32,
    due: String,
    last_error: Option<String>,
}

impl Row for DeliveryRow {
    const HEADINGS: &'static [&'static str] = &["state", "attempts", "due", "inbox", "activity", "last error"];

    fn cells(&self) -> Vec<String> {
        let (attempts, error) = (self.attempts.to_string(), self.last_error.clone().unwrap_or_default());
        vec![self.state.to_owned(), attempts, self.due.clone(), self.inbox.clone(), self.activity.clone(), error]
    }
}

fn row(delivery: Delivery) -> DeliveryRow {
    DeliveryRow {
        activity: delivery.activity,
        inbox: delivery.inbox,
        state: delivery.state.code(),
        attempts: delivery.attempts,
        due: to_wire(delivery.due_at),
        last_error: delivery.last_error,
    }
}
