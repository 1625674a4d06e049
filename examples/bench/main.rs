//! Measures the program from outside, on this machine. Each scenario is a file with one `measure`, listed here once.
//! Everything stays on loopback, is bounded in count and time, and is gone afterwards.

mod archive;
mod backfill;
mod catch_up;
mod directory;
mod fan_out;
mod far_peer;
mod hostile;
mod inbox;
mod instance;
mod ledger;
mod letter;
mod library_queue;
mod options;
mod peers;
mod postgres;
mod process;
mod reference;
mod report;
mod search;
mod sender;
mod sink;
mod stage;
mod start;
mod visitor;

use std::{error::Error, num::NonZero, process::ExitCode, time::Duration};

use archipel::{federation::key, usecases::KeyPair};
use clap::Parser;
use instance::Instance;
use options::{Engine, Options};
use report::Report;
use serde_json::json;
use tokio::runtime::Runtime;

type Measured<T> = Result<T, Box<dyn Error>>;

type Scenario = (&'static str, fn(&Bench) -> Measured<()>);

/// What can be measured, in this order: its name on the command line, and how.
const SCENARIOS: &[Scenario] = &[
    ("start", start::measure),
    ("fan-out", fan_out::measure),
    ("peers", peers::measure),
    ("far-peer", far_peer::measure),
    ("catch-up", catch_up::measure),
    ("inbox", inbox::measure),
    ("directory", directory::measure),
    ("search", search::measure),
    ("backfill", backfill::measure),
];

/// What every scenario works with.
struct Bench {
    options: Options,
    runtime: Runtime,
    keys: KeyPair,
    report: Report,
}

fn main() -> Measured<ExitCode> {
    let options = Options::parse();
    if let Some(unknown) = options.scenarios.iter().find(|name| SCENARIOS.iter().all(|(known, _)| known != name)) {
        let known: Vec<&str> = SCENARIOS.iter().map(|(name, _)| *name).collect();
        return Err(format!("{unknown} is no scenario; there are: {}", known.join(" ")).into());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if let Some(port) = options.library_queue {
        return runtime.block_on(library_queue::run(port)).map(|()| ExitCode::SUCCESS);
    }
    let report = Report::new(!options.quick);
    let bench = Bench { options, runtime, keys: key::generate()?, report };
    println!("{}", bench.introduce());
    let mut broken = false;
    for (name, measure) in SCENARIOS.iter().filter(|(name, _)| bench.is_wanted(name)) {
        if let Err(error) = bench.run(name, *measure) {
            println!("\n{name} FAILED: {error}");
            broken = true;
        }
    }
    if let Some(path) = &bench.options.json {
        bench.report.write(path, &json!({"introduced": bench.introduce(), "engine": bench.options.engine.name()}))?;
    }
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Bench {
    /// What kind of run this is.
    fn introduce(&self) -> String {
        let (version, engine) = (env!("CARGO_PKG_VERSION"), self.options.engine.name());
        let build = if cfg!(debug_assertions) { "a debug build" } else { "a release build" };
        let cores = std::thread::available_parallelism().map_or(0, NonZero::get);
        let small = if self.options.quick { "; everything is small, and no figure says anything about speed" } else { "" };
        format!("Archipel {version}, {build}, {engine}, {cores} cores{small}.")
    }

    /// The longest that anything may be waited for.
    const fn limit(&self) -> Duration {
        self.options.pick(Duration::from_mins(5), Duration::from_secs(30))
    }

    /// An instance on the engine that was asked for.
    fn found(&self) -> Measured<Instance> {
        Instance::found_on(if self.options.engine == Engine::Postgres { Some(postgres::start()?) } else { None })
    }

    fn is_wanted(&self, name: &str) -> bool {
        self.options.scenarios.is_empty() || self.options.scenarios.iter().any(|wanted| wanted == name)
    }

    /// One scenario, between two measurements of what it is compared with.
    fn run(&self, name: &'static str, measure: fn(&Self) -> Measured<()>) -> Measured<()> {
        let time = self.options.pick(Duration::from_secs(1), Duration::from_millis(200));
        let before = reference::signs_per_cpu_second(&self.keys, time)?;
        self.report.begin(name);
        measure(self)?;
        let after = reference::signs_per_cpu_second(&self.keys, time)?;
        self.report.say("reference before and after", &reference::describe_move(before, after));
        Ok(())
    }
}

/// A count to calculate with.
#[expect(clippy::cast_precision_loss, reason = "nothing here is counted that far")]
const fn number(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::disallowed_methods, reason = "a benchmark waits on purpose, in its own thread")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
