//! How long to wait before trying again: longer each time, and not all sensors at once.

use ring::rand::{SecureRandom as _, SystemRandom};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);

/// Waits twice as long each time, up to a minute.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// It worked.
    pub(super) fn reset(&mut self) {
        self.tries = 0;
    }

    /// So long: between half and all of the step.
    pub(super) fn next(&mut self) -> Duration {
        let step = FIRST.saturating_mul(2_u32.saturating_pow(self.tries)).min(LONGEST);
        self.tries = self.tries.saturating_add(1);
        let mut dice = [u8::MAX];
        // Without random numbers all wait for the whole step.
        let _ = SystemRandom::new().fill(&mut dice);
        step / 2 + step / 2 * u32::from(dice[0]) / 255
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_to_a_minute_and_begin_anew() {
        let mut backoff = Backoff::default();
        let steps: Vec<_> = (0..40).map(|_| backoff.next()).collect();
        for (step, most) in steps.iter().zip([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000].map(Duration::from_millis).into_iter().chain([LONGEST; 33])) {
            assert!(*step >= most / 2 && *step <= most, "{step:?} {most:?}");
        }
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }
}
