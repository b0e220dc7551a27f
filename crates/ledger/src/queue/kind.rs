//! Kinds of jobs: how many at once, for how long, how often.

use std::time::Duration;

/// A kind of job, declared as a `const` by the crate that owns it.
///
/// ```
/// use noroshi_ledger::queue::{Backoff, Kind};
/// use std::time::Duration;
/// const DELIVER: Kind = Kind {
///     at_once: 4,
///     backoff: Backoff { first: Duration::from_secs(60), most: Duration::from_secs(4 * 3_600) },
///     attempts_most: 60,
///     ..Kind::named("mailroom.deliver")
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name, which begins with the crate's: `mailroom.deliver`. It never changes: jobs that wait bear it.
    pub name: &'static str,
    /// How many of its jobs one server runs at once. At most one over all servers is what a job's key is for.
    pub at_once: usize,
    /// For how long a worker that is not heard of keeps a job. It is renewed three times as often.
    pub lease: Duration,
    /// How long one attempt may take. What takes longer is ended and has failed.
    pub time_most: Duration,
    /// How long a job that failed waits.
    pub backoff: Backoff,
    /// After so many attempts a job that fails is dead. Attempts count when they begin.
    pub attempts_most: u32,
    /// A job is dead when its next attempt would come so much later than its first.
    pub age_most: Duration,
}

impl Kind {
    /// A kind with what suits most: one at once, a minute's lease, a quarter of an hour's time, 25 attempts in five days.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            at_once: 1,
            lease: Duration::from_secs(60),
            time_most: Duration::from_secs(15 * 60),
            backoff: Backoff { first: Duration::from_secs(10), most: Duration::from_secs(3_600) },
            attempts_most: 25,
            age_most: Duration::from_secs(5 * 86_400),
        }
    }
}

/// Waiting twice as long after each failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
}

impl Backoff {
    /// The wait after the failure of an attempt (the first is 1). Up to a quarter is taken off by `seed`, so that jobs which
    /// failed together do not come back together.
    #[must_use]
    pub fn wait(self, attempt: u32, seed: u64) -> Duration {
        let doubled = self.first.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX));
        let whole = doubled.min(self.most);
        whole - whole / 4 * u32::from(scatter(seed ^ u64::from(attempt))) / u32::from(u16::MAX)
    }
}

/// Two bytes that look like chance (the finaliser of SplitMix64).
fn scatter(seed: u64) -> u16 {
    let mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let [.., high, low] = mixed.to_le_bytes();
    u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BACKOFF: Backoff = Backoff { first: Duration::from_secs(10), most: Duration::from_secs(3_600) };

    #[test]
    fn jobs_that_failed_together_come_back_apart() {
        let waits: std::collections::HashSet<_> = (0..100).map(|seed| BACKOFF.wait(3, seed)).collect();
        assert!(waits.len() > 90, "{} different waits", waits.len());
    }

    proptest! {
        #[test]
        fn waits_double_up_to_the_longest(attempt in 1..u32::MAX, seed: u64) {
            let whole = BACKOFF.first.saturating_mul(2_u32.saturating_pow(attempt - 1)).min(BACKOFF.most);
            let wait = BACKOFF.wait(attempt, seed);
            prop_assert!(wait <= whole && wait >= whole * 3 / 4, "{wait:?} of {whole:?}");
        }
    }
}
