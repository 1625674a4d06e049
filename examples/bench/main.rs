//! Measures a release build on this machine: start, rest, one delivery, many deliveries. Prints figures and ratios.
//! Everything stays on loopback, is bounded in count and time, and is gone afterwards.

mod instance;
mod sink;

use std::{
    error::Error,
    time::{Duration, Instant},
};

use archipel::{federation::key, usecases::KeyPair};
use instance::Instance;
use openssl::{hash::MessageDigest, pkey::PKey, sign::Signer};
use sink::Sink;

/// Hosts of the fan-out, and inboxes at each.
const HOSTS: usize = 100;
const INBOXES: usize = 20;

type Measured<T> = Result<T, Box<dyn Error>>;

fn main() -> Measured<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let sink = Sink::start(&runtime)?;
    let keys = key::generate()?;
    let mut instance = Instance::found()?;
    println!("| what | figure | aim |\n| --- | --- | --- |");
    measure_start(&mut instance)?;
    measure_rest(&instance)?;
    measure_one_delivery(&instance, &sink, &keys)?;
    measure_fan_out(&instance, &sink, &keys)?;
    Ok(())
}

/// From starting the process to its first answer, with an existing database.
fn measure_start(instance: &mut Instance) -> Measured<()> {
    let mut times = Vec::new();
    for _ in 0..5 {
        instance.stop()?;
        times.push(instance.start()?);
    }
    let median = median(&mut times);
    row("first answer after start", &format!("{} ms", median.as_millis()), "at most 300 ms");
    Ok(())
}

/// What an instance takes while nothing happens.
fn measure_rest(instance: &Instance) -> Measured<()> {
    instance.get("/")?;
    instance.get("/labs")?;
    pause(Duration::from_secs(6));
    let (kilobytes, ticks) = (instance.resident_kilobytes()?, instance.cpu_ticks()?);
    pause(Duration::from_secs(5));
    row("resident while idle", &format!("{} MB", kilobytes / 1_024), "at most 40 MB");
    row("CPU while idle", &format!("{} ms per second", (instance.cpu_ticks()? - ticks) * 10 / 5), "-");
    Ok(())
}

/// From the commit of a share to its first byte at a follower.
fn measure_one_delivery(instance: &Instance, sink: &Sink, keys: &KeyPair) -> Measured<()> {
    instance.add_followers(keys, &[sink.inbox("first", 0)])?;
    instance.work_off(sink)?;
    let mut times = Vec::new();
    for _ in 0..10 {
        let before = sink.received();
        instance.publish()?;
        let committed = Instant::now();
        sink.wait_for(before + 1, Duration::from_secs(20))?;
        times.push(committed.elapsed());
    }
    let slowest = times.iter().max().copied().unwrap_or_default();
    row("commit to first byte, median", &format!("{} ms", median(&mut times).as_millis()), "at most 1000 ms");
    row("commit to first byte, slowest of 10", &format!("{} ms", slowest.as_millis()), "at most 1000 ms");
    Ok(())
}

/// One share to many inboxes, against what OpenSSL can sign on the same core in the same run.
fn measure_fan_out(instance: &Instance, sink: &Sink, keys: &KeyPair) -> Measured<()> {
    let inboxes: Vec<String> =
        (0..HOSTS * INBOXES).map(|number| sink.inbox(&format!("peer{}", number % HOSTS), number)).collect();
    instance.add_followers(keys, &inboxes)?;
    instance.work_off(sink)?;
    let signs = signs_per_second(keys)?;
    let (before, ticks, begun) = (sink.received(), instance.cpu_ticks()?, Instant::now());
    instance.publish()?;
    sink.wait_for(before + inboxes.len() + 1, Duration::from_mins(2))?;
    let seconds = begun.elapsed().as_secs_f64();
    pause(Duration::from_millis(500));
    let cpu = ticks_to_seconds(instance.cpu_ticks()? - ticks);
    let count = f64::from(u32::try_from(inboxes.len() + 1)?);
    let per_core = count / cpu;
    row("OpenSSL RSA-2048 signatures", &format!("{signs:.0} per second and core"), "-");
    row("deliveries, wall clock", &format!("{:.0} per second", count / seconds), "-");
    row("deliveries per CPU second", &format!("{per_core:.0}"), "-");
    row("deliveries against signatures", &format!("{:.2}", per_core / signs), "0.70 (a later issue)");
    Ok(())
}

fn signs_per_second(keys: &KeyPair) -> Measured<f64> {
    let key = PKey::private_key_from_pem(keys.private.as_bytes())?;
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < Duration::from_secs(2) {
        Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(b"(request-target): post /inbox")?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

fn ticks_to_seconds(ticks: u64) -> f64 {
    Duration::from_millis(ticks * 10).as_secs_f64()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn row(what: &str, figure: &str, aim: &str) {
    println!("| {what} | {figure} | {aim} |");
}

#[expect(clippy::disallowed_methods, reason = "a benchmark waits on purpose, in its own thread")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
