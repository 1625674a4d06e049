//! Connecting with many organisations at once: their directories and everything that their labs shared come here while people go on
//! reading. Then the same many peers while nothing happens.

use std::time::{Duration, Instant};

use archipel::{
    config::Clock,
    storage::{peer, share},
    usecases::{self, peer as peers},
};

use super::{
    Bench, Measured,
    archive::{Archive, Size},
    instance::Instance,
    number, pause, process,
    report::{Figure, quantile},
};

/// How far away each organisation is.
const ROUND_TRIP: Duration = Duration::from_millis(20);

/// How often the page that people read is asked for.
const PACE: Duration = Duration::from_millis(100);

/// Measures the filling, and what it costs those who read meanwhile.
pub fn measure(bench: &Bench) -> Measured<()> {
    let (organisations, size) =
        (bench.options.organisations(), Size { labs: bench.options.pick(100, 4), shares: bench.options.pick(10, 3) });
    let archive = Archive::start(&bench.runtime, size, &bench.keys.public, ROUND_TRIP)?;
    let mut instance = bench.found()?;
    instance.get("/labs")?;
    let quiet = bench.options.pick(Duration::from_secs(20), Duration::from_secs(1));
    let before = read_for(&instance, quiet, || Ok(false))?;
    process::forget_peak(instance.pid()?)?;
    let (begun, cpu) = (Instant::now(), process::cpu_seconds(instance.pid()?)?);
    connect(bench, &instance, &archive, organisations)?;
    let wanted = organisations * size.labs * size.shares;
    let meanwhile = read_for(&instance, bench.limit() * 4, || Ok(count(&instance, organisations, &archive)? >= wanted))?;
    let seconds = begun.elapsed().as_secs_f64();
    let arrived = count(&instance, organisations, &archive)?;
    if arrived < wanted {
        return Err(format!("LOST: {arrived} of {wanted} shares were read in {seconds:.0} s").into());
    }
    report(bench, &instance, (organisations, wanted), (seconds, cpu))?;
    let asked = archive.asked();
    bench.report.note("requests to each organisation", &Figure::one(number(asked) / number(organisations), ""));
    process::come_to_rest(instance.pid()?)?;
    compare(bench, &before, &meanwhile, &read_for(&instance, quiet, || Ok(false))?);
    rest(bench, &mut instance, organisations)
}

fn report(
    bench: &Bench,
    instance: &Instance,
    (organisations, shares): (usize, usize),
    (seconds, cpu): (f64, f64),
) -> Measured<()> {
    let used = process::cpu_seconds(instance.pid()?)? - cpu;
    let peak = process::peak_kilobytes(instance.pid()?)? / 1_024.0;
    bench.report.note(&format!("{organisations} organisations, {shares} shares: read whole in"), &Figure::one(seconds, "s"));
    bench.report.note("shares read", &Figure::one(number(shares) / seconds, "per second"));
    bench.report.note("shares read, by cost", &Figure::one(number(shares) / used.max(0.01), "per CPU second"));
    bench.report.at_most("memory at the peak", &Figure::one(peak, "MB"), 120.0);
    Ok(())
}

/// What the page took before any lab stood on it, while all came, and when all were there and nothing happened: the last two are alike.
fn compare(bench: &Bench, before: &[f64], meanwhile: &[f64], after: &[f64]) {
    let figure = |took: &[f64]| Figure::one(quantile(took, 0.95), "ms");
    bench.report.note("reading a page before, without a lab, p95", &figure(before));
    bench.report.note("reading a page meanwhile, p95", &figure(meanwhile));
    bench.report.note("reading a page after, with all labs, p95", &figure(after));
    let ratio = quantile(meanwhile, 0.95) / quantile(after, 0.95);
    bench.report.at_most("reading a page meanwhile against after", &Figure::one(ratio, ""), 1.5);
}

/// All of them, as fast as an administrator's starter list would.
fn connect(bench: &Bench, instance: &Instance, archive: &Archive, organisations: usize) -> Measured<()> {
    let federation = instance.federation();
    for host in (0..organisations).map(|number| archive.host(number)) {
        let seen = bench.runtime.block_on(federation.look_at(&host)).map_err(|error| format!("{host}: {error}"))?;
        let wanted = peers::Wanted { actor: seen.actor, node: seen.node, directory: seen.directory };
        let now = Clock::System.now();
        federation.store.write_now::<_, usecases::Error>(|tx| peers::connect(tx, now, &federation.links, None, &wanted))?;
    }
    Ok(())
}

/// Reads the directory at a steady pace until it is over: how long each answer took, in milliseconds.
fn read_for(instance: &Instance, longest: Duration, mut is_over: impl FnMut() -> Measured<bool>) -> Measured<Vec<f64>> {
    let (begun, mut took, mut turn) = (Instant::now(), Vec::new(), 0_usize);
    while begun.elapsed() < longest {
        let asked = Instant::now();
        took.push(instance.time("/labs")?);
        turn += 1;
        if turn.is_multiple_of(10) && is_over()? {
            break;
        }
        pause(PACE.saturating_sub(asked.elapsed()));
    }
    Ok(took)
}

fn count(instance: &Instance, organisations: usize, archive: &Archive) -> Measured<usize> {
    let mut all = 0;
    instance.federation().store.read_now(|tx| {
        for number in 0..organisations {
            all += share::count_at(tx, &archive.host(number))?;
        }
        Ok::<_, archipel::storage::Failed>(())
    })?;
    Ok(usize::try_from(all)?)
}

/// How long nothing happens until what was only needed for work has been given back.
const REST: Duration = Duration::from_secs(100);

/// Everybody is known, and nothing happens: what that takes, soon after so much was read in, and of a process that did not read it.
fn rest(bench: &Bench, instance: &mut Instance, organisations: usize) -> Measured<()> {
    let known = bench.options.pick(1_000, organisations);
    know_more(instance, organisations, known)?;
    pause(bench.options.pick(REST, Duration::from_secs(1)));
    let resident = process::resident_kilobytes(instance.pid()?)? / 1_024.0;
    bench.report.note(&format!("{known} peers known, after reading in: resident"), &Figure::one(resident, "MB"));
    instance.stop()?;
    instance.start()?;
    instance.get("/labs")?;
    pause(bench.options.pick(Duration::from_secs(20), Duration::from_secs(1)));
    let time = bench.options.pick(Duration::from_mins(1), Duration::from_secs(2));
    let (cpu, wakes) = (process::cpu_seconds(instance.pid()?)?, process::wakes(instance.pid()?)?);
    pause(time);
    let used = (process::cpu_seconds(instance.pid()?)? - cpu) * 1_000.0 / time.as_secs_f64();
    let woken = (process::wakes(instance.pid()?)? - wakes) * 5.0 / time.as_secs_f64();
    let resident = process::resident_kilobytes(instance.pid()?)? / 1_024.0;
    bench.report.at_most(&format!("{known} peers known, idle: resident"), &Figure::one(resident, "MB"), 60.0);
    bench.report.note(&format!("{known} peers known, idle: CPU"), &Figure::one(used, "ms per second"));
    bench.report.note(&format!("{known} peers known, idle: threads woken in 5 s"), &Figure::one(woken, ""));
    Ok(())
}

/// Peers of which nothing is due for hours.
fn know_more(instance: &Instance, from: usize, to: usize) -> Measured<()> {
    let node = archipel::domain::peer::Node { software: "archive".into(), version: "1".into(), organisation: None, shares: None };
    let now = Clock::System.now();
    instance.federation().store.write_now::<_, archipel::storage::Failed>(|tx| {
        for number in from..to {
            let host = format!("known{number}.bench.example");
            peer::save(tx, &host, &node, now)?;
            peer::connect(tx, &host, None, now)?;
        }
        Ok(())
    })?;
    Ok(())
}
