//! Catching up (P08): what gathered in a day becomes due at once, for one peer of a hundred and then for all of them, while
//! the lab goes on as usual: how fast the backlog goes, how long others wait meanwhile, and what it takes in memory.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use archipel::{config::Clock, usecases};

use super::{
    Bench, Measured,
    instance::Instance,
    ledger::{Arrival, mark},
    number, pause, process,
    report::{Figure, quantile},
    sink::Sink,
    stage::{self, Follower},
    visitor::{Published, Visitor},
};

/// Deliveries in a second of an ordinary day on which a million go out.
const LIVE_RATE: f64 = 1_000_000.0 / 86_400.0;

/// Hosts that hear the shares of today, whatever waits for others.
const LIVE_HOSTS: usize = 10;

/// Measures the return of one peer, and of all at once.
pub fn measure(bench: &Bench) -> Measured<()> {
    let peers = bench.options.pick(100, 10);
    catch_up(bench, peers, 1)?;
    catch_up(bench, peers, peers)
}

fn catch_up(bench: &Bench, peers: usize, returning: usize) -> Measured<()> {
    let sink = Sink::start(&bench.runtime)?;
    let instance = bench.found()?;
    let mut day = Day { bench, visitor: Visitor::sign_in(&instance, &bench.keys)?, instance, sink, sent: 0, before: 0 };
    day.gather(peers, returning)?;
    // What is kept open or in memory on an ordinary day is so by now.
    day.go_on(Duration::from_secs(bench.options.pick(5, 0)), usize::MAX)?;
    day.before = day.sink.received();
    let (usual, _) = day.go_on(Duration::from_secs(bench.options.pick(30, 1)), usize::MAX)?;
    day.instance.stop()?;
    let shares = bench.options.backlog().div_ceil(peers);
    day.pile_up(shares)?;
    // What arrives while the program starts counts as well.
    day.before = day.sink.received();
    day.instance.start()?;
    day.visitor.reconnect()?;
    let (meanwhile, rate) = day.go_on(Duration::from_secs(bench.options.pick(60, 4)), shares * returning)?;
    let peak = process::peak_kilobytes(day.instance.pid()?)? / 1_024.0;
    let (of, report) = (format!("{returning} of {peers} peers"), &bench.report);
    report.note(&format!("{of} return: backlog"), &Figure::one(rate, "per second"));
    report.at_least(&format!("{of} return: against the live rate"), &Figure::one(rate / LIVE_RATE, "times"), 10.0);
    report.note("live deliveries before, p95", &Figure::one(quantile(&usual, 0.95), "ms"));
    report.note("live deliveries meanwhile, p95", &Figure::one(quantile(&meanwhile, 0.95), "ms"));
    let ratio = quantile(&meanwhile, 0.95) / quantile(&usual, 0.95);
    report.at_most(&format!("{of} return: live p95 against before"), &Figure::one(ratio, ""), 1.5);
    report.at_most(&format!("{of} return: memory at the peak"), &Figure::one(peak, "MB"), 256.0);
    day.instance.stop()?;
    day.require_all()
}

/// An instance on a day on which someone returns.
struct Day<'a> {
    bench: &'a Bench,
    instance: Instance,
    sink: Sink,
    visitor: Visitor,
    /// Everything that there was to deliver.
    sent: usize,
    /// What had arrived before the part that is measured.
    before: usize,
}

impl Day<'_> {
    /// A lab with followers who are there, and one whose followers were away for a day; some of them stay away.
    fn gather(&self, peers: usize, returning: usize) -> Measured<()> {
        let (federation, keys) = (self.instance.federation(), &self.bench.keys);
        let follower = |host: String, number| Follower { shared_inbox: self.sink.shared_inbox(&host), number };
        stage::open_lab(federation, keys, "today")?;
        let live: Vec<Follower> = (0..LIVE_HOSTS).map(|number| follower(format!("live{number}"), number)).collect();
        stage::gather(federation, "today", &live)?;
        let name = |number| if number < returning { format!("back{number}") } else { format!("away{number}") };
        let others: Vec<Follower> = (0..peers).map(|number| follower(name(number), number)).collect();
        stage::gather(federation, "bench", &others)?;
        self.sink.send_away(Some("away"));
        Ok(())
    }

    /// Shares that nobody was sent yet.
    fn pile_up(&mut self, shares: usize) -> Measured<()> {
        let federation = self.instance.federation();
        for first in (0..shares).step_by(500) {
            federation.store.write_now::<_, usecases::Error>(|tx| {
                (first..shares.min(first + 500))
                    .try_for_each(|_| stage::publish(federation, tx, "bench", Clock::System.now()).map(|_| ()))
            })?;
        }
        stage::react(federation)?;
        self.sent += stage::tally(federation)?.1;
        Ok(())
    }

    /// Shares of today at the usual rate, for so long or until the backlog has gone: how long each delivery of today took, in
    /// milliseconds, and how many of the backlog went in a second.
    fn go_on(&mut self, time: Duration, backlog: usize) -> Measured<(Vec<f64>, f64)> {
        let (begun, mut published) = (Instant::now(), Vec::<Published>::new());
        let pace = Duration::from_secs_f64(number(LIVE_HOSTS) / LIVE_RATE).mul_f64(self.bench.options.pick(1.0, 0.3));
        while begun.elapsed() < time && self.sink.count(self.before, is_of_backlog) < backlog {
            published.push(self.visitor.publish("today")?);
            let due = begun + pace.mul_f64(number(published.len()));
            pause(due.saturating_duration_since(Instant::now()));
        }
        let arrived = self.sink.arrivals(self.before);
        let last = arrived.iter().filter(|arrival| is_of_backlog(arrival)).map(|arrival| arrival.at).max();
        let took = last.map_or(time, |last| last.saturating_duration_since(begun)).as_secs_f64();
        let rate = number(arrived.iter().filter(|arrival| is_of_backlog(arrival)).count()) / took;
        self.sent += published.len() * LIVE_HOSTS;
        Ok((self.wait_for_live(&published)?, rate))
    }

    /// How long each of these took to each of today's hosts.
    fn wait_for_live(&self, published: &[Published]) -> Measured<Vec<f64>> {
        let posted: HashMap<u64, Instant> = published.iter().map(|share| (mark(&share.uri), share.posted)).collect();
        let (begun, wanted) = (Instant::now(), published.len() * LIVE_HOSTS);
        while self.sink.count(self.before, |arrival| posted.contains_key(&arrival.object)) < wanted {
            if begun.elapsed() > self.bench.limit() {
                return Err(format!("LOST: not all of today's {wanted} arrived").into());
            }
            pause(Duration::from_millis(50));
        }
        let arrived = self.sink.arrivals(self.before);
        let took = arrived.iter().filter_map(|arrival| Some(arrival.at.saturating_duration_since(*posted.get(&arrival.object)?)));
        Ok(took.map(|took| took.as_secs_f64() * 1_000.0).collect())
    }

    /// What arrived, arrived once, and is what the database says was delivered; the rest still waits.
    fn require_all(&self) -> Measured<()> {
        stage::require_all(self.instance.federation(), &self.sink, self.sent)
    }
}

fn is_of_backlog(arrival: &Arrival) -> bool {
    !arrival.host.starts_with("live")
}
