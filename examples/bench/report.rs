//! What was measured, as a table for people and as raw figures for programs: each with its spread, its aim, and whether it
//! met it. It measures nothing.

use std::{cell::RefCell, path::Path};

use serde_json::{Value, json};

use super::Measured;

/// A figure, with all its repeats.
#[derive(Debug, Clone)]
pub struct Figure {
    samples: Vec<f64>,
    unit: &'static str,
}

impl Figure {
    /// A figure that was measured several times.
    pub fn of(samples: Vec<f64>, unit: &'static str) -> Self {
        Self { samples, unit }
    }

    /// A figure that was measured once.
    pub fn one(value: f64, unit: &'static str) -> Self {
        Self::of(vec![value], unit)
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        quantile(&self.samples, 0.5)
    }

    fn describe(&self) -> String {
        let (least, most) = (quantile(&self.samples, 0.0), quantile(&self.samples, 1.0));
        let spread = if self.samples.len() > 1 { format!(" ({} to {})", write(least), write(most)) } else { String::new() };
        format!("{}{spread} {}", write(self.median()), self.unit).trim_end().to_owned()
    }
}

/// The value below which this part of the samples lies; 0 where there are none.
pub fn quantile(samples: &[f64], part: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a list")]
    let place = (part * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}

/// What all scenarios came to.
#[derive(Debug)]
pub struct Report {
    judges: bool,
    scenario: RefCell<&'static str>,
    rows: RefCell<Vec<Value>>,
}

impl Report {
    /// A report that says whether aims are met, or leaves that open.
    pub fn new(judges: bool) -> Self {
        Self { judges, scenario: RefCell::default(), rows: RefCell::default() }
    }

    /// The rows that follow are of this scenario.
    pub fn begin(&self, scenario: &'static str) {
        self.scenario.replace(scenario);
        println!("\n| {scenario} | figure | aim | |\n| --- | --- | --- | --- |");
    }

    /// A figure without an aim.
    pub fn note(&self, what: &str, figure: &Figure) {
        self.row(what, figure, "-", None);
    }

    /// A figure that should not be less.
    pub fn at_least(&self, what: &str, figure: &Figure, aim: f64) {
        self.row(what, figure, &format!("at least {} {}", write(aim), figure.unit), Some(figure.median() >= aim));
    }

    /// A figure that should not be more.
    pub fn at_most(&self, what: &str, figure: &Figure, aim: f64) {
        self.row(what, figure, &format!("at most {} {}", write(aim), figure.unit), Some(figure.median() <= aim));
    }

    /// Something to know about the figures above.
    pub fn say(&self, what: &str, told: &str) {
        println!("| {what} | {told} | - | |");
        self.rows.borrow_mut().push(json!({"scenario": *self.scenario.borrow(), "what": what, "told": told}));
    }

    /// Keeps everything in a file, with what there is to know about the run.
    pub fn write(&self, path: &Path, run: &Value) -> Measured<()> {
        let rows: &[Value] = &self.rows.borrow();
        Ok(std::fs::write(path, serde_json::to_string_pretty(&json!({"run": run, "rows": rows}))?)?)
    }

    fn row(&self, what: &str, figure: &Figure, aim: &str, met: Option<bool>) {
        let met = met.filter(|_| self.judges);
        let verdict = met.map_or("", |met| if met { "met" } else { "missed" });
        println!("| {what} | {} | {} | {verdict} |", figure.describe(), aim.trim_end());
        self.rows.borrow_mut().push(json!({
            "scenario": *self.scenario.borrow(), "what": what, "median": figure.median(), "samples": figure.samples,
            "unit": figure.unit, "aim": aim.trim_end(), "met": met,
        }));
    }
}

/// Three digits or so.
fn write(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 || value.fract() == 0.0 => format!("{value:.1}").trim_end_matches(".0").to_owned(),
        _ => format!("{value:.2}"),
    }
}
