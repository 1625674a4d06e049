//! One peer, far away (P03): much that waits for it, a long round trip, and what is said of one thing in the order it was said.

use std::time::{Duration, Instant};

use archipel::{config::Clock, usecases};

use super::{
    Bench, Measured,
    instance::Instance,
    number,
    process::cpu_seconds,
    report::Figure,
    sink::Sink,
    stage::{self, Follower},
};

/// How far away it is.
const ROUND_TRIP: Duration = Duration::from_millis(250);

/// What it should take in a second.
const AIM: f64 = 100.0;

/// Measures how fast it is told, and that nothing is told out of order.
pub fn measure(bench: &Bench) -> Measured<()> {
    let sink = Sink::start_at(&bench.runtime, ROUND_TRIP)?;
    let mut instance = bench.found()?;
    instance.stop()?;
    let waiting = write(&instance, &sink, bench.options.activities())?;
    instance.start()?;
    // Twice the time that it should take.
    let limit = Duration::from_secs_f64((number(waiting) / AIM * 2.0).max(20.0));
    let (begun, cpu) = (Instant::now(), cpu_seconds(instance.pid()?)?);
    let all = sink.wait_at_most(waiting, limit);
    let (seconds, arrived) = (begun.elapsed().as_secs_f64(), number(sink.received()));
    let cost = arrived / (cpu_seconds(instance.pid()?)? - cpu).max(0.01);
    bench.report.at_least("activities to one host", &Figure::one(arrived / seconds, "per second"), AIM);
    bench.report.note("activities to one host, by cost", &Figure::one(cost, "per CPU second"));
    if !all {
        bench.report.say("not all of it was waited for", &format!("{arrived} of {waiting} in {seconds:.0} s"));
    }
    instance.stop()?;
    stage::require_all(instance.federation(), &sink, waiting)
}

/// Shares, and a correction of each soon after it; how many activities now wait.
fn write(instance: &Instance, sink: &Sink, activities: usize) -> Measured<usize> {
    let federation = instance.federation();
    stage::gather(federation, "bench", &[Follower { shared_inbox: sink.shared_inbox("far"), number: 1 }])?;
    let pairs = activities.div_ceil(2);
    for first in (0..pairs).step_by(10) {
        federation.store.write_now::<_, usecases::Error>(|tx| {
            let now = Clock::System.now();
            let some = first..pairs.min(first + 10);
            let shares: Vec<_> = some.map(|_| stage::publish(federation, tx, "bench", now)).collect::<Result<_, _>>()?;
            shares.iter().try_for_each(|share| stage::revise(federation, tx, share, now).map(|_| ()))
        })?;
    }
    stage::react(federation)?;
    let (_, waiting) = stage::tally(federation)?;
    if waiting == pairs * 2 { Ok(waiting) } else { Err(format!("{waiting} wait, and not {}", pairs * 2).into()) }
}
