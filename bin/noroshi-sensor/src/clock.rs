//! The two clocks of a machine, read at once.

use nix::time::{ClockId, clock_gettime};
use noroshi_telescope::batch::Clocks;
use std::time::Duration;

/// So much may the wall clock move against the other before it counts as a jump, in microseconds.
const JUMP_US: i64 = 1_000_000;

/// Tells both times. What needs them takes a clock, so that a test can set it.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Clocks;
}

/// The machine's clocks: `CLOCK_REALTIME`, and `CLOCK_BOOTTIME`, which goes on while the machine sleeps.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Clocks {
        let read = |clock| clock_gettime(clock).map(Duration::from).unwrap_or_default().as_micros();
        Clocks {
            wall_us: i64::try_from(read(ClockId::CLOCK_REALTIME)).unwrap_or(i64::MAX),
            monotonic_us: u64::try_from(read(ClockId::CLOCK_BOOTTIME)).unwrap_or(u64::MAX),
        }
    }
}

/// What the wall clock would show if nobody had set it since another reading.
#[must_use]
pub fn unset(since: Clocks, now: Clocks) -> Clocks {
    let elapsed = i64::try_from(now.monotonic_us.saturating_sub(since.monotonic_us)).unwrap_or(i64::MAX);
    Clocks { wall_us: since.wall_us.saturating_add(elapsed), monotonic_us: now.monotonic_us.max(since.monotonic_us) }
}

/// Whether somebody set the wall clock between two readings.
#[must_use]
pub fn jumped(before: Clocks, now: Clocks) -> bool {
    now.wall_us.saturating_sub(unset(before, now).wall_us).saturating_abs() > JUMP_US
}
