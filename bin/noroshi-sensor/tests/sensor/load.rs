//! What a sensor needs at 10,000 packets a second. `scripts/bench sensor` runs it, optimised and alone.

use crate::{
    capture::syn,
    interface::Place,
    program::{Running, status},
};
use std::{
    fs, thread,
    time::{Duration, Instant},
};

const A_SECOND: u32 = 10_000;

/// A SYN with a sequence number of its own, and a source, ports, times to live and windows that differ.
fn scan(number: u32) -> Vec<u8> {
    let mut frame = syn(number);
    let dice = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let [a, b, c, d, e, f, g, h] = (dice ^ (dice >> 29)).to_le_bytes();
    frame[18..20].copy_from_slice(&[g, h]);
    frame[22] = 40 + a % 20;
    frame[26..30].copy_from_slice(&[198, 18 + (b & 1), c, d]);
    frame[34..36].copy_from_slice(&[0x80 | e, f]);
    frame[48..50].copy_from_slice(&[a, b]);
    frame
}

/// Processor time in ticks of a hundredth of a second, and the most memory, in KiB.
fn used(sensor: &Running) -> (u64, u64) {
    let of = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", sensor.id())).unwrap();
    let ticks = of("stat").rsplit(')').next().unwrap().split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    let most = of("status").lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB").parse().unwrap();
    (ticks, most)
}

fn send(place: &Place, seconds: u32, from: u32) {
    let began = Instant::now();
    for number in 0..seconds * A_SECOND {
        if number % 50 == 0 {
            let due = Duration::from_secs(1) * number / A_SECOND;
            thread::sleep(due.saturating_sub(began.elapsed()));
        }
        place.sender.send(&scan(from + number));
    }
}

#[test]
#[ignore = "it measures for two minutes: scripts/bench sensor"]
fn memory_and_processor_time_at_ten_thousand_packets_a_second() {
    let seconds: u32 = std::env::var("SECONDS_OF_LOAD").map_or(60, |text| text.parse().unwrap());
    let mut place = Place::new();
    let sensor = place.run_with(&["--heartbeat-seconds", "2"]);
    let (ticks, most) = used(&sensor);
    eprintln!("at rest: {most} KiB at most");
    send(&place, seconds, 0);
    let (after, most) = used(&sensor);
    eprintln!("centre up: {} packets in {seconds} s, {} ms of processor time, {most} KiB at most", seconds * A_SECOND, (after - ticks) * 10);
    thread::sleep(Duration::from_secs(12));
    let (came, drops, batches) = {
        let book = place.centre.book();
        let drops: u64 = book.batches.iter().map(|stored| stored.header.counts.kernel_drops).sum();
        (book.packets().len(), drops, book.batches.len())
    };
    eprintln!("{came} packets came in {batches} batches, {drops} dropped by the kernel");
    assert_eq!(came as u64 + drops, u64::from(seconds * A_SECOND));
    place.centre.down();
    send(&place, seconds, seconds * A_SECOND);
    let (last, most) = used(&sensor);
    eprintln!("centre down: {} ms of processor time, {most} KiB at most, waiting: {}", (last - after) * 10, status(place.state.path())["ring"]["bytes"]);
    place.centre.up();
    sensor.terminate();
    sensor.end();
    assert!(most < 20 << 10, "{most} KiB are more than the 20 MiB that a sensor may use");
}
