//! `archipel lab import`: labs from a table, all of it or nothing, and first what it would do.

use std::{fs, io::IsTerminal, path::PathBuf, thread};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    cli::{Installation, say, trouble::Trouble, warn},
    domain::lab::sheet::{CellProblem, Sheet},
    federation::key,
    i18n,
    storage::Failed,
    usecases::{
        KeyPair,
        lab::import::{self as labs, Plan, Planned, Step},
    },
};

/// A table of labs.
#[derive(Debug, Args)]
pub struct Options {
    /// A CSV file in UTF-8, with the headings of the table that `/labs.csv` writes; handle and name will do
    file: PathBuf,
    /// Say what would happen, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Change labs that exist; without this they are a mistake
    #[arg(long)]
    update: bool,
}

/// Takes in a table, or says what is wrong with it.
///
/// # Errors
/// What is wrong with the table, or with us.
pub fn run(options: &Options, installation: &Installation) -> Result<(), Trouble> {
    let unreadable =
        |error: std::io::Error| Trouble::mistake("cli-file").with("path", options.file.display()).with("error", error);
    let sheet = Sheet::parse(&fs::read(&options.file).map_err(unreadable)?)?;
    let links = &installation.federation.links;
    let plan = accept(installation, installation.read(|tx| labs::plan(tx, links, None, &sheet, options.update))?)?;
    if options.dry_run {
        tell(installation, &plan, "cli-labs-would");
        return Ok(());
    }
    let (now, keys) = (installation.now(), make_keys(plan.count_new())?);
    let wanted = (&sheet, options.update);
    let plan = accept(installation, installation.write(|tx| labs::import(tx, now, links, None, wanted, &keys))?)?;
    tell(installation, &plan, "cli-labs-imported");
    Ok(())
}

/// The plan; of a table with mistakes every one is told, row by row.
fn accept(installation: &Installation, planned: Planned) -> Result<Plan, Trouble> {
    let (problems, count) = match planned {
        Ok(plan) => return Ok(plan),
        Err(wrong) => wrong,
    };
    for problem in &problems {
        warn(explain(installation, problem));
    }
    Err(Trouble::mistake("cli-labs-wrong").with("count", count))
}

fn explain(installation: &Installation, problem: &CellProblem) -> String {
    let what = i18n::explain(installation.settings.language, &problem.refused);
    let arguments = [("row", problem.row.to_string()), ("column", problem.heading.to_owned()), ("what", what)];
    let key = if problem.heading.is_empty() { "cli-labs-row" } else { "cli-labs-cell" };
    installation.message(key, &arguments)
}

fn tell(installation: &Installation, plan: &Plan, key: &'static str) {
    for step in &plan.steps {
        match step {
            Step::Register(new, _) => say(format!("+ {}  {}", new.handle, new.profile.name)),
            Step::Describe(handle, profile, _, fields) => say(format!("~ {handle}  {}  ({})", profile.name, fields.join(", "))),
            Step::Leave(handle) => say(format!("= {handle}")),
        }
    }
    let (new, changed) = (plan.count_new(), plan.count_changed());
    let same = plan.steps.len() - new - changed;
    let counts = [("new", new.to_string()), ("changed", changed.to_string()), ("same", same.to_string())];
    say(installation.message(key, &counts));
}

/// A tenth of a second each: on every processor, with a bar where there are many.
fn make_keys(count: usize) -> Result<Vec<KeyPair>, Failed> {
    let bar = if count > 20 && std::io::stderr().is_terminal() { ProgressBar::new(count as u64) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = bar.with_style(style);
    let hands = thread::available_parallelism().map_or(1, usize::from).min(count.max(1));
    let share = |hand: usize| count / hands + usize::from(hand < count % hands);
    let made = thread::scope(|scope| {
        let make = |hand: usize| {
            let bar = bar.clone();
            move || (0..share(hand)).map(|_| key::generate().inspect(|_| bar.inc(1))).collect::<Result<Vec<_>, _>>()
        };
        let working: Vec<_> = (0..hands).map(|hand| scope.spawn(make(hand))).collect();
        let joined =
            working.into_iter().map(|hand| hand.join().unwrap_or_else(|_| Err(Failed::new("make keys", "a thread ended early"))));
        joined.collect::<Result<Vec<_>, _>>()
    });
    bar.finish_and_clear();
    Ok(made?.concat())
}
