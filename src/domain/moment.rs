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

/// Reads a date as peers write them (RFC 3339, and its offset without a colon); `None` for anything else or a year beyond
/// 1970..=9998.
#[must_use]
pub fn parse_wire(text: &str) -> Option<Moment> {
    let offset_without_colon = |_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z");
    let moment = DateTime::parse_from_rfc3339(text).or_else(offset_without_colon).ok()?.with_timezone(&Utc);
    let sensible = 0..253_370_764_800_000;
    sensible.contains(&moment.timestamp_millis()).then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form_that_peers_write() {
        for text in [
            "2026-08-20T15:20:00Z",
            "2026-08-20T17:20:00+02:00",
            "2026-08-20T15:20:00+0000",
            "2026-08-20T15:20:00.000Z",
            "2026-08-20T15:20:00.000000000Z",
        ] {
            assert_eq!(parse_wire(text).map(to_wire).as_deref(), Some("2026-08-20T15:20:00Z"), "{text}");
        }
        for text in
            ["", "2026", "20 August 2026", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z", "2026-08-20 15:20", "1787217360"]
        {
            assert_eq!(parse_wire(text), None, "{text}");
        }
    }
}
