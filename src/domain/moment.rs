//! An instant in UTC, to the millisecond: what every table, document and page agrees on (decision 0004).
//! It never reads a clock; the present is passed in.

use chrono::{DateTime, Utc};

/// An instant in UTC.
pub type Moment = DateTime<Utc>;

/// Milliseconds since 1970, as stored.
#[must_use]
pub fn to_millis(moment: Moment) -> i64 {
    moment.timestamp_millis()
}

/// The instant of a stored number of milliseconds; the epoch where the number is out of range.
#[must_use]
pub fn from_millis(millis: i64) -> Moment {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// The wire's form: RFC 3339, in seconds, with `Z`.
#[must_use]
pub fn to_wire(moment: Moment) -> String {
    moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Reads a date as peers write them (RFC 3339); `None` for anything else or a year beyond 1970..=9998.
#[must_use]
pub fn parse_wire(text: &str) -> Option<Moment> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    let sensible = 0..253_370_764_800_000;
    sensible.contains(&moment.timestamp_millis()).then_some(moment)
}
