//! What arrived: counted, timed, and held against two promises: nothing arrives twice, and what is said of one thing arrives
//! at each host in the order it was said in. It only reads.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Instant,
};

use serde_json::Value;

/// Something that arrived for the first time.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When.
    pub at: Instant,
    /// At which host.
    pub host: Arc<str>,
    /// What it is about, as [`mark`] marks it.
    pub object: u64,
}

/// Everything that arrived.
#[derive(Debug, Default)]
pub struct Ledger {
    arrivals: Vec<Arrival>,
    seen: HashSet<u64>,
    newest: HashMap<u64, String>,
    doubled: usize,
    disordered: usize,
}

impl Ledger {
    /// Enters an activity that was posted to an inbox of a host.
    pub fn enter(&mut self, host: &Arc<str>, path: &str, body: &[u8]) {
        let at = Instant::now();
        let Ok(activity) = serde_json::from_slice::<Value>(body) else {
            self.disordered += 1;
            return;
        };
        let text = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_default();
        if !self.seen.insert(mark(&(text(&activity["id"]), host, path))) {
            self.doubled += 1;
            return;
        }
        let object = &activity["object"];
        let about = object.as_str().map_or_else(|| text(&object["id"]), str::to_owned);
        self.place(mark(&(&about, host, path)), version(&activity));
        self.arrivals.push(Arrival { at, host: host.clone(), object: mark(&about) });
    }

    /// What arrived after the first `skipped`.
    pub fn since(&self, skipped: usize) -> &[Arrival] {
        self.arrivals.get(skipped..).unwrap_or_default()
    }

    /// How much arrived, each thing once.
    pub const fn len(&self) -> usize {
        self.arrivals.len()
    }

    /// How much arrived again.
    pub const fn doubled(&self) -> usize {
        self.doubled
    }

    /// How much arrived after something newer of the same thing.
    pub const fn disordered(&self) -> usize {
        self.disordered
    }

    fn place(&mut self, object: u64, version: String) {
        let newest = self.newest.entry(object).or_default();
        if version < *newest {
            self.disordered += 1;
        } else {
            *newest = version;
        }
    }
}

/// A short form of something, to compare it with others.
pub fn mark(thing: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

/// Sorts as what is said of one thing follows on each other: created, changed again and again, deleted.
fn version(activity: &Value) -> String {
    match activity["type"].as_str() {
        Some("Update") => format!("changed {}", activity["object"]["updated"].as_str().unwrap_or_default()),
        Some("Delete") => "deleted".to_owned(),
        _ => String::new(),
    }
}
