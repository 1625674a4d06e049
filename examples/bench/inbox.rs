//! The inbox: how many activities from known people one core takes durably, and how long each waits, against how many
//! signatures OpenSSL verifies on the same core in the same run (P04). What hostile ones do to that is next door.

use std::time::Duration;

use archipel::{federation::key, usecases::KeyPair};

use super::{
    Bench, Measured, hostile,
    instance::Instance,
    letter::{Letter, Writer},
    number,
    process::cpu_seconds,
    reference::verifies_per_cpu_second,
    report::{Figure, quantile},
    sender::{Sent, send},
    stage::publish_now,
};

/// How many people write; their keys are known.
const PEOPLE: [usize; 3] = [1, 100, 1_000];

/// How many of them write where it is the wait that counts.
pub const PATIENT: usize = PEOPLE[1];

/// Shares that the letters are about.
const SHARES: i64 = 50;

/// Measures receipts at full speed and at seven tenths of it, then among hostile ones.
pub fn measure(bench: &Bench) -> Measured<()> {
    let scene = Scene::set(bench)?;
    let mut first = 0;
    let mut fastest = 0.0;
    for people in PEOPLE {
        let writer = scene.writer(people)?;
        let mut runs = Vec::new();
        for _ in 0..bench.options.repeats() {
            runs.push(scene.saturate(&writer.write(first, scene.letters)?)?);
            first += scene.letters;
        }
        let pace = scene.tell(people, &runs);
        if people == PATIENT {
            fastest = pace;
        }
    }
    scene.measure_patience(first, fastest)?;
    hostile::measure(&scene, first + 1_000_000, fastest)
}

/// A running instance with shares, and people whom it knows.
pub struct Scene<'a> {
    /// What was asked for.
    pub bench: &'a Bench,
    /// The program.
    pub instance: Instance,
    /// Letters of one run.
    pub letters: usize,
    other: KeyPair,
}

/// One run at full speed.
struct Run {
    verifies: f64,
    per_core: f64,
    per_second: f64,
}

impl<'a> Scene<'a> {
    fn set(bench: &'a Bench) -> Measured<Self> {
        let instance = bench.found()?;
        for _ in 0..SHARES {
            publish_now(instance.federation(), "bench")?;
        }
        let scene = Self { bench, instance, letters: bench.options.pick(4_000, 200), other: key::generate()? };
        // Everybody is met, and the program is warm, before anything is measured.
        let warming = scene.writer(PEOPLE[PEOPLE.len() - 1])?.write(10_000_000, scene.letters)?;
        scene.send(&warming, None)?;
        Ok(scene)
    }

    /// A writer for so many people.
    pub fn writer(&self, people: usize) -> Measured<Writer> {
        let people: Vec<String> = (0..people).map(|number| format!("http://peer{number}.localhost:9/people/{number}")).collect();
        let inboxes: Vec<String> = people.iter().map(|person| format!("{person}/inbox")).collect();
        self.instance.meet(&self.bench.keys, &inboxes)?;
        let shares = self.instance.shares(SHARES)?;
        Writer::new(self.instance.address(), (&self.bench.keys, &self.other), people, shares)
    }

    /// Sends letters, at this pace where one is given; an error unless every good one was taken, and is there afterwards.
    pub fn send(&self, letters: &[Letter], pace: Option<f64>) -> Measured<(Vec<Sent>, Duration)> {
        let sent = send(&self.bench.runtime, self.instance.address(), letters.to_vec(), pace)?;
        self.require_durable(letters, &sent.0)?;
        Ok(sent)
    }

    /// Seconds of CPU that the program has used.
    pub fn cpu(&self) -> Measured<f64> {
        cpu_seconds(self.instance.pid()?)
    }

    fn saturate(&self, letters: &[Letter]) -> Measured<Run> {
        let verifies = verifies_per_cpu_second(&self.bench.keys, self.bench.options.pick(1_000, 100))?;
        let before = self.cpu()?;
        let (sent, took) = self.send(letters, None)?;
        let cpu = self.cpu()? - before;
        Ok(Run { verifies, per_core: number(sent.len()) / cpu, per_second: number(sent.len()) / took.as_secs_f64() })
    }

    /// The median rate by the clock.
    fn tell(&self, people: usize, runs: &[Run]) -> f64 {
        let figure = |of: fn(&Run) -> f64, unit| Figure::of(runs.iter().map(of).collect(), unit);
        let aim = if self.instance.federation().store.has_single_writer() { 0.12 } else { 0.08 };
        let report = &self.bench.report;
        report.at_least(
            &format!("202s of {people} people against verifies"),
            &figure(|run| run.per_core / run.verifies, ""),
            aim,
        );
        report.note(&format!("202s of {people} people"), &figure(|run| run.per_core, "per CPU second"));
        report.note("signatures that OpenSSL verifies", &figure(|run| run.verifies, "per CPU second"));
        let pace = figure(|run| run.per_second, "per second");
        report.note(&format!("202s of {people} people, by the clock"), &pace);
        pace.median()
    }

    fn require_durable(&self, letters: &[Letter], sent: &[Sent]) -> Measured<()> {
        let good = letters.iter().filter(|letter| letter.good).count();
        let taken = sent.iter().filter(|sent| sent.status == 202).map(|sent| &letters[sent.number]);
        let taken: Vec<&String> = taken.filter(|letter| letter.good).map(|letter| &letter.remembered_as).collect();
        let committed = self.instance.count_received(taken.iter().copied())?;
        if committed == taken.len() && taken.len() == good {
            return Ok(());
        }
        Err(format!("LOST: of {good} good letters {} were answered with 202, and {committed} are there", taken.len()).into())
    }

    /// How long one letter waits where seven tenths of what can be taken arrives.
    fn measure_patience(&self, first: usize, fastest: f64) -> Measured<()> {
        let letters = self.writer(PATIENT)?.write(first, self.letters * 2)?;
        let (sent, _) = self.send(&letters, Some(fastest * 0.7))?;
        let waits: Vec<f64> = sent.iter().map(Sent::millis).collect();
        let report = &self.bench.report;
        report.note("wait at 70% load, median", &Figure::one(quantile(&waits, 0.5), "ms"));
        report.at_most("wait at 70% load, p99", &Figure::one(quantile(&waits, 0.99), "ms"), 50.0);
        Ok(())
    }
}
