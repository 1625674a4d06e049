//! How many deliveries are in each state, as a bar for whoever would rather look than read. It counts nothing.

use crate::domain::delivery::DeliveryState;

/// The width of the whole bar.
const WIDTH: i64 = 1_000;

/// What is there at all can be seen.
const LEAST: i64 = 11;

/// What keeps two parts apart.
const GAP: i64 = 3;

/// The bar: a part for each state.
pub struct Picture {
    /// One for each state that there is, also where it is empty.
    pub parts: Vec<Part>,
    /// How many deliveries there are.
    pub total: i64,
}

/// A part of the bar.
pub struct Part {
    /// Which state.
    pub state: DeliveryState,
    /// How many.
    pub count: i64,
    /// Where it begins.
    pub x: i64,
    /// How wide it is; 0 where it is empty.
    pub width: i64,
}

impl Picture {
    /// Draws these.
    pub fn of(counts: &[(DeliveryState, i64)]) -> Self {
        let total: i64 = counts.iter().map(|(_, count)| count).sum();
        let wish = |count: i64| if count == 0 { 0 } else { (count.saturating_mul(WIDTH) / total.max(1)).max(LEAST) };
        let wished: i64 = counts.iter().map(|(_, count)| wish(*count)).sum();
        let mut x = 0;
        let mut parts = Vec::with_capacity(counts.len());
        for (state, count) in counts {
            // What the smallest were given is taken from all.
            let width = wish(*count) * WIDTH / wished.max(1);
            parts.push(Part { state: *state, count: *count, x, width: (width - GAP).max(0) });
            x += width;
        }
        Self { parts, total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_there_can_be_seen_and_fits() {
        use DeliveryState::{Blocked, Delivered, Gone, Waiting};
        let picture = Picture::of(&[(Waiting, 1), (Delivered, 1_000_000), (Gone, 0), (Blocked, 2)]);
        let widths: Vec<i64> = picture.parts.iter().map(|part| part.width).collect();
        assert!(widths[0] >= 7 && widths[1] > 900 && widths[2] == 0 && widths[3] >= 7, "{widths:?}");
        assert!(picture.parts.iter().all(|part| part.x + part.width <= WIDTH));
        assert_eq!(picture.total, 1_000_003);
        assert!(Picture::of(&[(Waiting, 0)]).parts.iter().all(|part| part.width == 0));
    }
}
