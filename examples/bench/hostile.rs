//! Half of the inbox is hostile: what that does to how long the others wait, and how cheaply it is refused (P05).

use super::{
    Measured,
    inbox::{PATIENT, Scene},
    letter::Letter,
    number,
    report::{Figure, quantile},
    sender::Sent,
};

/// Measures good letters alone, then the same among as many bad ones, then bad ones alone at full speed.
pub fn measure(scene: &Scene<'_>, first: usize, fastest: f64) -> Measured<()> {
    let (writer, pace, count) = (scene.writer(PATIENT)?, fastest * 0.35, scene.letters);
    let alone = wait_of_good(scene, &writer.write(first, count)?, pace)?;
    let mixed = interleave(writer.write(first + count, count)?, writer.write_bad(first + count, count)?);
    let among = wait_of_good(scene, &mixed, pace * 2.0)?;
    let (p99_alone, p99_among) = (quantile(&alone, 0.99), quantile(&among, 0.99));
    let report = &scene.bench.report;
    report.note("p99 of good ones alone", &Figure::one(p99_alone, "ms"));
    report.note("p99 of good ones where half are hostile", &Figure::one(p99_among, "ms"));
    report.at_most("p99 where half are hostile against alone", &Figure::one(p99_among / p99_alone, ""), 1.5);
    measure_refusals(scene, &writer.write_bad(first, count)?)
}

fn measure_refusals(scene: &Scene<'_>, letters: &[Letter]) -> Measured<()> {
    let before = scene.cpu()?;
    let (sent, _) = scene.send(letters, None)?;
    let cpu = scene.cpu()? - before;
    require_refused(letters, &sent)?;
    scene.bench.report.note("refusals", &Figure::one(number(sent.len()) / cpu, "per CPU second"));
    Ok(())
}

fn wait_of_good(scene: &Scene<'_>, letters: &[Letter], pace: f64) -> Measured<Vec<f64>> {
    let (sent, _) = scene.send(letters, Some(pace))?;
    require_refused(letters, &sent)?;
    Ok(sent.iter().filter(|sent| letters[sent.number].good).map(Sent::millis).collect())
}

fn require_refused(letters: &[Letter], sent: &[Sent]) -> Measured<()> {
    let wrong = sent.iter().find(|sent| !letters[sent.number].good && !(400..600).contains(&sent.status));
    wrong.map_or(Ok(()), |wrong| Err(format!("a bad letter was answered with {}", wrong.status).into()))
}

fn interleave(good: Vec<Letter>, bad: Vec<Letter>) -> Vec<Letter> {
    good.into_iter().zip(bad).flat_map(|(good, bad)| [good, bad]).collect()
}
