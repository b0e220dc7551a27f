//! The two clocks of a machine, read at once.

use nix::time::{ClockId, clock_gettime};
use noroshi_telescope::batch::Clocks;
use std::{fs, time::Duration};

/// So much may the wall clock move against the other before it counts as a jump, in microseconds.
const JUMP_US: i64 = 1_000_000;

/// Tells both times. What needs them takes a clock, so that a test can set it.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Clocks;

    /// Which boot of the machine its second clock counts from; `None` when that is not known.
    fn machine(&self) -> Option<String>;
}

/// Where the system says which boot this is, for services that do not see the kernel's file (`%b` in a unit of systemd).
const BOOT: &str = "NOROSHI_SENSOR_BOOT";
/// Where the kernel says it.
const BOOT_FILE: &str = "/proc/sys/kernel/random/boot_id";

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

    fn machine(&self) -> Option<String> {
        std::env::var(BOOT).ok().and_then(|text| boot(&text)).or_else(|| boot(&fs::read_to_string(BOOT_FILE).ok()?))
    }
}

/// A boot as the kernel or systemd writes it: with and without dashes it is the same.
fn boot(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    (digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit())).then_some(digits)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_is_the_same_however_it_is_written() {
        let kernel = boot("5bd1f0c1-7a0c-4a44-9f0a-0123456789ab\n").unwrap();
        assert_eq!(boot("5BD1F0C17A0C4A449F0A0123456789AB"), Some(kernel));
        for wrong in ["", "%b", "5bd1f0c1", "5bd1f0c17a0c4a449f0a0123456789ag"] {
            assert_eq!(boot(wrong), None, "{wrong}");
        }
        assert_eq!(SystemClock.machine(), SystemClock.machine());
        assert!(SystemClock.machine().is_some(), "this kernel says it");
    }
}
