//! How long nothing was recorded between two runs, whatever the clock showed in between.

use crate::clock::{jumped, unset};
use noroshi_telescope::batch::{Clocks, Gap, GapReason};
use std::time::Duration;

/// The gap between the last batch of one run, which ended at `last`, and the first of the next, which began at `opened`.
///
/// It begins where that batch ended, by the clock of then. While the machine goes on (`same_boot`), its second clock tells how long it lasted,
/// and a wall clock that was set meanwhile changes nothing. Who booted in between has the wall clock alone: it may stand before the end of the
/// last batch, or hardly after it. Then the gap still covers what the run before may have `held` in memory when it ended.
///
/// `None` when no time went by. A gap ends after it begins.
#[must_use]
pub fn stopped(last: Clocks, opened: Clocks, same_boot: bool, held: Duration) -> Option<Gap> {
    let to_us = if same_boot && opened.monotonic_us >= last.monotonic_us {
        // A clock that is slewed shows a little more or less than the other: as long as it is ahead, the next batch begins where the gap ends.
        if jumped(last, opened) || opened.wall_us <= last.wall_us { unset(last, opened).wall_us } else { opened.wall_us }
    } else {
        opened.wall_us.max(last.wall_us.saturating_add(i64::try_from(held.as_micros()).unwrap_or(i64::MAX)))
    };
    (to_us > last.wall_us).then_some(Gap { reason: GapReason::Stopped, from_us: last.wall_us, to_us, packets: None, batches: None })
}
