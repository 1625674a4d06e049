//! What an administrator notices first: how soon the program answers, what it takes at rest, and how soon one share is heard.

use std::time::{Duration, Instant};

use super::{
    Bench, Measured,
    instance::Instance,
    pause,
    process::{cpu_seconds, resident_kilobytes},
    report::Figure,
    sink::Sink,
    stage::{self, Follower},
};

/// Measures start, rest and one delivery.
pub fn measure(bench: &Bench) -> Measured<()> {
    let sink = Sink::start(&bench.runtime)?;
    let mut instance = bench.found()?;
    measure_start(bench, &mut instance)?;
    measure_rest(bench, &instance)?;
    measure_one_delivery(bench, &instance, &sink)
}

/// From starting the process to its first answer, with an existing database.
fn measure_start(bench: &Bench, instance: &mut Instance) -> Measured<()> {
    let mut times = Vec::new();
    for _ in 0..bench.options.pick(5, 2) {
        instance.stop()?;
        times.push(instance.start()?.as_secs_f64() * 1_000.0);
    }
    bench.report.at_most("first answer after start", &Figure::of(times, "ms"), 300.0);
    Ok(())
}

/// What an instance takes while nothing happens.
fn measure_rest(bench: &Bench, instance: &Instance) -> Measured<()> {
    let rest = bench.options.pick(5, 1);
    instance.get("/")?;
    instance.get("/labs")?;
    pause(Duration::from_secs(rest));
    let (kilobytes, cpu, begun) = (resident_kilobytes(instance.pid()?)?, cpu_seconds(instance.pid()?)?, Instant::now());
    pause(Duration::from_secs(rest));
    let per_second = (cpu_seconds(instance.pid()?)? - cpu) * 1_000.0 / begun.elapsed().as_secs_f64();
    bench.report.at_most("resident while idle", &Figure::one(kilobytes / 1_024.0, "MB"), 40.0);
    bench.report.note("CPU while idle", &Figure::one(per_second, "ms per second"));
    Ok(())
}

/// From the commit of a share to its arrival at a follower.
fn measure_one_delivery(bench: &Bench, instance: &Instance, sink: &Sink) -> Measured<()> {
    stage::gather(instance.federation(), "bench", &[Follower { shared_inbox: sink.shared_inbox("first"), number: 1 }])?;
    let mut times = Vec::new();
    for _ in 0..bench.options.pick(20, 3) {
        let before = sink.received();
        stage::publish_now(instance.federation(), "bench")?;
        let committed = Instant::now();
        sink.wait_for(before + 1, Duration::from_secs(20))?;
        times.push(committed.elapsed().as_secs_f64() * 1_000.0);
    }
    let slowest = times.iter().copied().fold(0.0, f64::max);
    bench.report.at_most("commit to arrival", &Figure::of(times, "ms"), 1_000.0);
    bench.report.at_most("commit to arrival, slowest", &Figure::one(slowest, "ms"), 1_000.0);
    Ok(())
}
