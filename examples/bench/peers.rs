//! Many peers (P02): from one host to a thousand, each at a distance, some of them dead: how the time grows, what a peer costs
//! in memory, and what the dead cost the others.

use std::time::{Duration, Instant};

use super::{
    Bench, Measured,
    instance::Instance,
    number, pause, process,
    report::{Figure, quantile},
    sink::Sink,
    stage::{self, Follower},
};

/// How far away each host is.
const ROUND_TRIP: Duration = Duration::from_millis(50);

/// Longer than an attempt at a host that never answers.
const DEAD_AIR: Duration = Duration::from_secs(11);

/// Measures growth, memory, and the dead.
pub fn measure(bench: &Bench) -> Measured<()> {
    let sink = Sink::start_at(&bench.runtime, ROUND_TRIP)?;
    let stand = Stand { bench, instance: bench.found()?, sink };
    stand.measure_growth()?;
    stand.measure_dead()?;
    stand.sink.require_order()
}

struct Stand<'a> {
    bench: &'a Bench,
    instance: Instance,
    sink: Sink,
}

impl Stand<'_> {
    fn measure_growth(&self) -> Measured<()> {
        let most = self.bench.options.hosts();
        let (mut points, mut before) = (Vec::new(), 0.0);
        for hosts in std::iter::successors(Some(1), |hosts| Some(hosts * 10)).take_while(|hosts| *hosts <= most) {
            let lab = format!("peers{hosts}");
            self.open(&lab, hosts, &[])?;
            let times = (0..self.bench.options.repeats()).map(|_| Ok(seconds(&self.publish(&lab, hosts)?)));
            let times = Figure::of(times.collect::<Measured<Vec<_>>>()?, "s");
            points.push((number(hosts).ln(), times.median().max(0.001).ln()));
            self.bench.report.note(&format!("one share to {hosts} hosts"), &times);
            if hosts == 1 {
                before = process::resident_kilobytes(self.instance.pid()?)?;
                process::forget_peak(self.instance.pid()?)?;
            }
        }
        let grown = process::peak_kilobytes(self.instance.pid()?)? - before;
        self.bench.report.at_most("growth of the time, log-log slope", &Figure::one(slope(&points), ""), 1.05);
        self.bench.report.at_most("memory per peer, at the peak", &Figure::one(grown / number(most), "kB"), 20.0);
        Ok(())
    }

    /// The same living hosts, beside a tenth of others that live as well, and beside as many that nobody knew to be dead.
    fn measure_dead(&self) -> Measured<()> {
        let dead = (self.bench.options.hosts() / 10).max(1);
        let living = self.bench.options.hosts() - dead;
        let others: Vec<String> = (0..dead).map(|number| self.sink.shared_inbox(&format!("other{number}"))).collect();
        self.open("living", living, &others)?;
        self.publish("living", living + dead)?;
        let (mut without, mut with, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..self.bench.options.repeats() {
            let lab = format!("dead{round}");
            let inboxes: Vec<String> =
                (0..dead).map(|number| self.sink.dead_inbox(&format!("dead{round}-{number}"), number)).collect();
            self.open(&lab, living, &inboxes)?;
            let (healthy, ailing) = (p99(&self.publish("living", living + dead)?), p99(&self.publish(&lab, living)?));
            without.push(healthy);
            with.push(ailing);
            ratios.push(ailing / healthy);
            pause(self.bench.options.pick(DEAD_AIR, Duration::ZERO));
        }
        let report = &self.bench.report;
        report.note(&format!("p99 of {living} hosts beside {dead} living ones"), &Figure::of(without, "ms"));
        report.note(&format!("p99 of {living} hosts beside {dead} dead ones"), &Figure::of(with, "ms"));
        report.at_most("p99 beside dead hosts against living ones", &Figure::of(ratios, ""), 1.10);
        Ok(())
    }

    fn open(&self, lab: &str, living: usize, others: &[String]) -> Measured<()> {
        let federation = self.instance.federation();
        stage::open_lab(federation, &self.bench.keys, lab)?;
        let hosts = (0..living).map(|number| self.sink.shared_inbox(&format!("peer{number}")));
        let followers = hosts.chain(others.iter().cloned()).enumerate();
        let followers: Vec<Follower> = followers.map(|(number, shared_inbox)| Follower { shared_inbox, number }).collect();
        stage::gather(federation, lab, &followers)
    }

    /// Publishes a share, which so many living hosts hear; how long it took to those that are the same in every lab.
    fn publish(&self, lab: &str, living: usize) -> Measured<Vec<Duration>> {
        let before = self.sink.received();
        stage::publish_now(self.instance.federation(), lab)?;
        let committed = Instant::now();
        self.sink.wait_for(before + living, self.bench.limit())?;
        pause(ROUND_TRIP * 2);
        let arrived = self.sink.arrivals(before);
        if arrived.len() != living {
            return Err(format!("{} arrived at {living} hosts", arrived.len()).into());
        }
        let same = arrived.iter().filter(|arrival| arrival.host.starts_with("peer"));
        Ok(same.map(|arrival| arrival.at.saturating_duration_since(committed)).collect())
    }
}

fn seconds(times: &[Duration]) -> f64 {
    times.iter().max().map_or(0.0, Duration::as_secs_f64)
}

/// In milliseconds.
fn p99(times: &[Duration]) -> f64 {
    quantile(&times.iter().map(|time| time.as_secs_f64() * 1_000.0).collect::<Vec<_>>(), 0.99)
}

/// Of the straight line that lies nearest to these points.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = number(points.len());
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let across: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    if across > 0.0 { along / across } else { 0.0 }
}
