//! One share to many followers (P01): what a delivery costs against what OpenSSL can sign on the same core and against the
//! federation library's own queue, and how soon whoever publishes is answered.

use std::time::{Duration, Instant};

use super::{
    Bench, Measured,
    instance::Instance,
    library_queue, number, process,
    reference::signs_per_cpu_second,
    report::{Figure, quantile},
    sink::Sink,
    stage::{self, Follower},
    visitor::Visitor,
};

/// Shared inboxes that all followers are reached through.
const HOSTS: usize = 1_000;

/// Measures the growth curve, the answers to whoever publishes, and the library's queue.
pub fn measure(bench: &Bench) -> Measured<()> {
    let sink = Sink::start(&bench.runtime)?;
    let instance = bench.found()?;
    let mut stand = Stand { bench, visitor: Visitor::sign_in(&instance, &bench.keys)?, instance, sink, followers: 0, sent: 0 };
    let (mut answers, mut per_cpu_second) = (Vec::new(), 0.0);
    let sizes = sizes(bench.options.followers());
    for (place, followers) in sizes.iter().enumerate() {
        stand.grow(*followers)?;
        let fastest = stand.measure_deliveries()?;
        if *followers <= HOSTS {
            per_cpu_second = fastest;
        }
        if place == 0 || place + 1 == sizes.len() {
            answers.push(stand.measure_answers()?);
        }
    }
    if let [few, many] = answers[..] {
        bench.report.at_most("publish answered, many followers against few", &Figure::one(many / few, ""), 1.3);
    }
    stage::require_all(stand.instance.federation(), &stand.sink, stand.sent)?;
    stand.compare_with_library(per_cpu_second)
}

/// 10, 100 and so on.
fn sizes(most: usize) -> Vec<usize> {
    let growing = std::iter::successors(Some(10), |size| Some(size * 10)).take_while(|size| *size < most);
    growing.chain([most]).collect()
}

/// An instance with followers.
struct Stand<'a> {
    bench: &'a Bench,
    instance: Instance,
    sink: Sink,
    visitor: Visitor,
    followers: usize,
    sent: usize,
}

impl Stand<'_> {
    fn grow(&mut self, followers: usize) -> Measured<()> {
        let shared_inbox = |number: usize| self.sink.shared_inbox(&format!("peer{}", number % HOSTS));
        let new: Vec<Follower> =
            (self.followers..followers).map(|number| Follower { shared_inbox: shared_inbox(number), number }).collect();
        stage::gather(self.instance.federation(), "bench", &new)?;
        self.followers = followers;
        Ok(())
    }

    fn inboxes(&self) -> usize {
        self.followers.min(HOSTS)
    }

    /// Shares in a row, enough to be measured; how many deliveries a second of CPU paid for.
    fn measure_deliveries(&mut self) -> Measured<f64> {
        let (mut ratios, mut costs, mut speeds) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.bench.options.repeats() {
            let time = self.bench.options.pick(Duration::from_millis(500), Duration::from_millis(100));
            let before = signs_per_cpu_second(&self.bench.keys, time)?;
            let (per_cpu_second, per_second) = self.send()?;
            let signs = before.midpoint(signs_per_cpu_second(&self.bench.keys, time)?);
            ratios.push(per_cpu_second / signs);
            costs.push(per_cpu_second);
            speeds.push(per_second);
        }
        let (report, of) = (&self.bench.report, format!("{} followers at {} inboxes", self.followers, self.inboxes()));
        let cost = Figure::of(costs, "per CPU second");
        report.at_least(&format!("{of}: deliveries against signatures"), &Figure::of(ratios, ""), 0.70);
        report.note(&format!("{of}: deliveries"), &cost);
        report.note(&format!("{of}: deliveries by the clock"), &Figure::of(speeds, "per second"));
        Ok(cost.median())
    }

    fn send(&mut self) -> Measured<(f64, f64)> {
        let shares = self.bench.options.pick(4_000, 30_usize).div_ceil(self.inboxes());
        let count = shares * self.inboxes();
        let (cpu, begun) = (process::cpu_seconds(self.instance.pid()?)?, Instant::now());
        for _ in 0..shares {
            stage::publish_now(self.instance.federation(), "bench")?;
        }
        self.sent += count;
        self.sink.wait_for(self.sent, self.bench.limit())?;
        let seconds = begun.elapsed().as_secs_f64();
        stage::wait_until_settled(self.instance.federation())?;
        let used = (process::cpu_seconds(self.instance.pid()?)? - cpu).max(0.01);
        Ok((number(count) / used, number(count) / seconds))
    }

    /// How long whoever posts the form waits, in milliseconds; the p95.
    fn measure_answers(&mut self) -> Measured<f64> {
        let mut times = Vec::new();
        self.visitor.reconnect()?;
        for _ in 0..self.bench.options.pick(40, 3) {
            times.push(self.visitor.publish("bench")?.took.as_secs_f64() * 1_000.0);
            self.sent += self.inboxes();
            self.sink.wait_for(self.sent, self.bench.limit())?;
            stage::wait_until_settled(self.instance.federation())?;
        }
        let (report, of) = (&self.bench.report, format!("{} followers: publish answered", self.followers));
        let p95 = quantile(&times, 0.95);
        report.note(&of, &Figure::of(times, "ms"));
        report.at_most(&format!("{of}, p95"), &Figure::one(p95, "ms"), 20.0);
        Ok(p95)
    }

    fn compare_with_library(&mut self, per_cpu_second: f64) -> Measured<()> {
        self.visitor.reconnect()?;
        let uri = self.visitor.publish("bench")?.uri;
        self.sent += self.inboxes();
        self.sink.wait_for(self.sent, self.bench.limit())?;
        let costs = library_queue::measure(self.bench, &self.instance, &uri, self.inboxes())?;
        let compared = costs.iter().map(|cost| per_cpu_second / cost).collect();
        self.bench.report.note("the library's own queue: deliveries", &Figure::of(costs, "per CPU second"));
        self.bench.report.at_least("deliveries against the library's own queue", &Figure::of(compared, "times"), 5.0);
        Ok(())
    }
}
