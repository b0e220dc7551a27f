//! What a run tells of the time before it: with clocks that the test sets, and with a program that is killed while its clock is set back.

use crate::{capture::syn, interface::Place, until};
use noroshi_sensor::{
    recording::Span,
    ring::{Limits, Ring},
    spool::{Run, Sealer, Spool},
    stopped::stopped,
};
use noroshi_telescope::batch::{Clocks, Counts, Gap, GapReason, Recorder, Recording, SensorId, SigningKey, Unverified};
use proptest::prelude::*;
use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

const S: i64 = 1_000_000;
const BEGAN: i64 = 1_700_000_000 * S;
const HELD: Duration = Duration::from_secs(10);

/// The wall clock is so many seconds from where it was, and the machine has run for so many.
fn clocks(wall_s: i64, up_s: u64) -> Clocks {
    Clocks { wall_us: BEGAN + wall_s * S, monotonic_us: up_s * 1_000_000 }
}

/// A run of ten seconds from some moment in some boot; gives what its batch tells of the time before it.
fn run(folder: &Path, machine: Option<&str>, opened: Clocks) -> Vec<Gap> {
    let (key, _) = SigningKey::generate().unwrap();
    let spool = Spool::new(Ring::open(folder, Limits::default()).unwrap());
    let mut sealer = Sealer::begin(&spool, &key, SensorId([1; 16]), Run { masked: false, machine: machine.map(str::to_owned), held: HELD }).unwrap();
    let closed = Clocks { wall_us: opened.wall_us + 10 * S, monotonic_us: opened.monotonic_us + 10_000_000 };
    let packets = Recorder::new(Recording::default(), 0).take().unwrap();
    sealer.keep(Span { opened, closed, counts: Counts::default(), gaps: Vec::new(), packets }).unwrap();
    let batch = spool.ring().take().unwrap();
    spool.ring().acknowledge(batch.index, 0);
    Unverified::read(&batch.bytes, noroshi_telescope::batch::Limits::default()).unwrap().claims().gaps.clone()
}

#[test]
fn a_stop_is_told_whatever_the_clock_shows_afterwards() {
    // The first run ends at 10 s by the wall clock, 110 s after the machine booted.
    for (machine, wall_s, up_s, ends_s, what) in [
        (Some("a"), 15, 115, Some(15), "the clock went on"),
        (Some("a"), -3_600, 115, Some(15), "it was set back"),
        (Some("a"), 9, 115, Some(15), "it was set back a little"),
        (Some("a"), 86_400, 115, Some(15), "it was set forward"),
        (Some("a"), 10, 110, None, "nothing lies between"),
        (Some("b"), 600, 30, Some(600), "booted, and the clock is right"),
        (Some("b"), -1_600_000_000, 30, Some(20), "booted without a clock"),
        (Some("b"), -1_600_000_000, 115, Some(20), "booted without a clock, and up for longer than before"),
        (Some("b"), 11, 30, Some(20), "booted with the time that was saved last"),
        (Some("a"), -60, 30, Some(20), "the same name, and another clock"),
        (None, 600, 115, Some(600), "nobody knows whether it was booted"),
        (None, -60, 115, Some(20), "nobody knows whether it was booted, and the clock is behind"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        assert!(run(folder.path(), Some("a"), clocks(0, 100)).is_empty(), "before the first run was none");
        let told = run(folder.path(), machine, clocks(wall_s, up_s));
        let gap = |to_s| Gap { reason: GapReason::Stopped, from_us: BEGAN + 10 * S, to_us: BEGAN + to_s * S, packets: None, batches: None };
        assert_eq!(told, ends_s.map(gap).into_iter().collect::<Vec<_>>(), "{what}");
    }
}

#[test]
fn a_run_in_an_unknown_boot_makes_no_boot_known() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), Some("a"), clocks(0, 100));
    run(folder.path(), None, clocks(100, 200));
    // Were its clock believed, the gap would end at 111 s.
    let told = run(folder.path(), None, clocks(50, 211));
    assert_eq!((told[0].from_us - BEGAN, told[0].to_us - BEGAN), (110 * S, 120 * S));
}

proptest! {
    #[test]
    fn no_gap_is_empty_or_turned_around(last in (-4_000_i64..4_000, 0_u64..4_000), next in (-4_000_i64..4_000, 0_u64..4_000), same_boot in any::<bool>()) {
        let (last, next) = (clocks(last.0, last.1), clocks(next.0, next.1));
        match stopped(last, next, same_boot, HELD) {
            Some(gap) => prop_assert!(gap.from_us == last.wall_us && gap.to_us > gap.from_us, "{gap:?}"),
            None => prop_assert!(same_boot && next.monotonic_us == last.monotonic_us),
        }
    }
}

#[test]
fn what_a_killed_program_held_is_told_although_the_clock_is_behind_afterwards() {
    let place = Place::new();
    let mut number = 0;
    let mut send = || {
        place.sender.send(&syn(number));
        number += 1;
    };
    let stops = || place.centre.book().gaps().into_iter().filter(|gap| gap.reason == GapReason::Stopped).collect::<Vec<_>>();
    let mut behind_s = 0;
    for (round, boot) in ["a", "a", "b"].map(|digit| digit.repeat(32)).iter().enumerate() {
        let before = place.centre.book().batches.last().map(|stored| (stored.header.closed.wall_us, Instant::now()));
        let sensor = place.run_at(-behind_s, boot, &["--batch-seconds", "2", "--heartbeat-seconds", "2"]);
        let stops = stops();
        assert_eq!(stops.len(), round, "one for each run before: {stops:?}");
        if let (Some(gap), Some((closed_us, since))) = (stops.last(), before) {
            assert_eq!(gap.from_us, closed_us, "by the clock of before");
            let lasted = gap.to_us - gap.from_us;
            let most = i64::try_from(since.elapsed().as_micros()).unwrap() + 60 * S;
            assert!((2 * S..most).contains(&lasted), "{gap:?} lasted {lasted}");
        }
        // It arrives; what comes then lies in memory when the program is killed.
        send();
        until("the packet", || place.centre.book().packets().contains(&u32::try_from(round * 2).unwrap()));
        thread::sleep(Duration::from_millis(200));
        send();
        thread::sleep(Duration::from_millis(300));
        sensor.kill();
        thread::sleep(Duration::from_secs(2));
        behind_s += 3_600;
    }
    let book = place.centre.book();
    book.check();
    assert_eq!(book.packets(), [0, 2, 4], "what was held is missing");
}
