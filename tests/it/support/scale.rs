//! How long the long tests are: short where every change is checked, whole where there is time; and dice that can be rolled again.

/// Whether `ARCHIPEL_TEST_WHOLE=1` asks for the whole length.
pub fn is_whole() -> bool {
    variable("ARCHIPEL_TEST_WHOLE").is_some_and(|value| value == "1")
}

/// One of the two, by that.
pub fn either<T>(short: T, whole: T) -> T {
    if is_whole() { whole } else { short }
}

/// What the dice begin with: `ARCHIPEL_TEST_SEED`, else always the same.
pub fn seed() -> u64 {
    variable("ARCHIPEL_TEST_SEED").map_or(1, |seed| seed.parse().expect("ARCHIPEL_TEST_SEED is a number"))
}

/// How many seconds the soak takes: `ARCHIPEL_SOAK_SECONDS`, else twenty.
pub fn soak_seconds() -> u64 {
    variable("ARCHIPEL_SOAK_SECONDS").map_or(20, |seconds| seconds.parse().expect("ARCHIPEL_SOAK_SECONDS is a number"))
}

fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "how long a test takes is said where it is started")]
    std::env::var(name).ok()
}

/// Dice that fall the same way for the same seed, with every version of every library.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below this one.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit.max(1)).expect("a limit")).expect("a number below it")
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// So many different numbers between 1 and `limit`, in order.
    pub fn points(&mut self, count: usize, limit: usize) -> Vec<usize> {
        let mut points = std::collections::BTreeSet::new();
        while points.len() < count.min(limit) {
            points.insert(self.below(limit) + 1);
        }
        points.into_iter().collect()
    }
}
