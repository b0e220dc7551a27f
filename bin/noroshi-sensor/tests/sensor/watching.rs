//! When a span ends, and by which clock: with clocks that the test sets.

use crate::capture::{arp, syn};
use noroshi_sensor::recording::{Closing, Passed, Span, Watch};
use noroshi_telescope::{
    batch::{Clocks, GapReason, Recording},
    capture::{Frame, LinkType},
};
use std::time::Duration;

const S: i64 = 1_000_000;
const BEGAN: i64 = 1_700_000_000 * S;

/// The wall clock is so far from where it was, and so much time went by.
fn clocks(wall_us: i64, monotonic_us: i64) -> Clocks {
    Clocks { wall_us: BEGAN + wall_us, monotonic_us: u64::try_from(5 * S + monotonic_us).unwrap() }
}

fn watch() -> Watch {
    Watch::begin(Recording::default(), Closing::default(), clocks(0, 0))
}

fn see(watch: &mut Watch, bytes: &[u8]) -> bool {
    watch.frame(&Frame { at_ns: Some(BEGAN * 1_000), link: LinkType::ETHERNET, wire_bytes: u32::try_from(bytes.len()).unwrap(), bytes })
}

fn look(watch: &mut Watch, now: Clocks) -> Option<Span> {
    watch.look(now, Passed::default()).unwrap()
}

#[test]
fn a_span_with_packets_ends_after_ten_seconds_and_one_without_after_sixty() {
    let mut watch = watch();
    assert!(!see(&mut watch, &syn(1)));
    assert!(look(&mut watch, clocks(9 * S, 9 * S)).is_none());
    let span = look(&mut watch, clocks(10 * S, 10 * S)).unwrap();
    assert_eq!((span.opened, span.closed, span.counts.kept, span.packets.num_rows()), (clocks(0, 0), clocks(10 * S, 10 * S), 1, 1));
    assert!(!see(&mut watch, &arp()));
    assert!(look(&mut watch, clocks(69 * S, 69 * S)).is_none());
    assert_eq!(watch.due_in(clocks(69 * S, 69 * S)), Duration::from_secs(1));
    let heartbeat = look(&mut watch, clocks(70 * S, 70 * S)).unwrap();
    assert_eq!((heartbeat.opened, heartbeat.counts.kept, heartbeat.counts.not_ip), (clocks(10 * S, 10 * S), 0, 1));
}

#[test]
fn a_full_span_says_so_and_takes_no_more() {
    let mut watch = Watch::begin(Recording::default(), Closing { packets: 3, ..Closing::default() }, clocks(0, 0));
    assert_eq!([see(&mut watch, &syn(1)), see(&mut watch, &arp()), see(&mut watch, &syn(2)), see(&mut watch, &syn(3))], [false, false, false, true]);
    let span = watch.close(clocks(S, S), Passed::default()).unwrap();
    assert_eq!((span.counts.kept, span.counts.not_ip), (3, 1));
    assert_eq!(watch.close(clocks(2 * S, 2 * S), Passed::default()).unwrap().counts.kept, 0);
}

#[test]
fn a_clock_that_is_set_ends_the_span_by_the_old_one() {
    for to in [-3_600 * S, 3_600 * S] {
        let mut watch = watch();
        assert!(!see(&mut watch, &syn(1)));
        assert!(look(&mut watch, clocks(2 * S, 2 * S)).is_none());
        let span = look(&mut watch, clocks(to, 3 * S)).unwrap();
        assert_eq!((span.opened, span.closed), (clocks(0, 0), clocks(3 * S, 3 * S)), "set to {to}");
        assert_eq!(span.counts.kept, 1);
        let next = watch.close(clocks(to + S, 4 * S), Passed::default()).unwrap();
        assert_eq!((next.opened, next.closed), (clocks(to, 3 * S), clocks(to + S, 4 * S)));
    }
}

#[test]
fn a_clock_that_is_set_just_before_a_span_is_full_or_the_end_comes_is_seen_then() {
    let mut watch = watch();
    assert!(!see(&mut watch, &syn(1)));
    let span = watch.close(clocks(-100 * S, S), Passed::default()).unwrap();
    assert_eq!((span.closed, span.counts.kept), (clocks(S, S), 1));
    let last = watch.finish(clocks(-99 * S, 2 * S), Passed::default()).unwrap().unwrap();
    assert_eq!((last.opened, last.closed), (clocks(-100 * S, S), clocks(-99 * S, 2 * S)));
}

#[test]
fn a_clock_that_is_slewed_is_not_set() {
    let mut watch = watch();
    // Half a second behind in half a minute.
    for second in 1..=30 {
        assert!(look(&mut watch, clocks(second * S - second * S / 60, second * S)).is_none());
    }
    let mut watch = self::watch();
    let span = watch.close(clocks(-10, 1), Passed::default()).unwrap();
    assert_eq!(span.closed, clocks(0, 1), "no span ends before it begins");
}

#[test]
fn a_machine_that_slept_watched_nothing_new() {
    // The boot clock went on with the wall clock: that is one long span, no jump.
    let mut watch = watch();
    let span = look(&mut watch, clocks(7_200 * S, 7_200 * S)).unwrap();
    assert_eq!(span.closed, clocks(7_200 * S, 7_200 * S));
}

#[test]
fn while_the_interface_is_down_nothing_is_watched() {
    let mut watch = watch();
    assert!(!see(&mut watch, &syn(1)));
    let span = watch.down(clocks(3 * S, 3 * S), Passed::default()).unwrap().unwrap();
    assert_eq!((span.closed, span.counts.kept), (clocks(3 * S, 3 * S), 1));
    assert!(watch.down(clocks(4 * S, 4 * S), Passed::default()).unwrap().is_none());
    assert!(look(&mut watch, clocks(600 * S, 600 * S)).is_none(), "no heartbeat says that it watched");
    watch.up(clocks(900 * S, 900 * S), Passed::default());
    let next = look(&mut watch, clocks(960 * S, 960 * S)).unwrap();
    assert_eq!(next.opened, clocks(900 * S, 900 * S));
    let gap = &next.gaps[0];
    assert_eq!((gap.reason, gap.from_us, gap.to_us, gap.packets), (GapReason::InterfaceDown, BEGAN + 3 * S, BEGAN + 900 * S, None));
    assert!(look(&mut watch, clocks(1_020 * S, 1_020 * S)).unwrap().gaps.is_empty(), "it is told once");
    watch.down(clocks(1_030 * S, 1_030 * S), Passed::default()).unwrap().unwrap();
    assert!(watch.finish(clocks(1_040 * S, 1_040 * S), Passed::default()).unwrap().is_none(), "who ends now watched nothing since");
}

#[test]
fn what_the_system_counted_is_told_once() {
    let mut watch = watch();
    let span = |watch: &mut Watch, second, left_out, kernel_drops| {
        let counts = watch.close(clocks(second * S, second * S), Passed { left_out, kernel_drops }).unwrap().counts;
        (counts.left_out, counts.kernel_drops)
    };
    assert_eq!([span(&mut watch, 1, 5, 0), span(&mut watch, 2, 5, 7), span(&mut watch, 3, 6, 7)], [(5, 0), (0, 7), (1, 0)]);
}
