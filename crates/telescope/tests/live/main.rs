//! Frames off an interface: real ones, between network namespaces that the tests make. As root, with iproute2 and tcpdump.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod capture;
mod frames;
mod ground;
mod interface;
mod tun;

use noroshi_telescope::capture::{
    LinkType,
    live::{Live, Reading},
};
use std::time::{Duration, Instant};

/// Other people's work may keep the machine busy for so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A frame that outlives its block.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    at_ns: Option<i64>,
    link: LinkType,
    wire_bytes: u32,
    bytes: Vec<u8>,
}

/// Reads until so many frames have come, and then as long as more do.
fn read_all(live: &mut Live, wanted: usize) -> Vec<Kept> {
    let began = Instant::now();
    let mut all = Vec::new();
    loop {
        match live.read(Duration::from_millis(200)).unwrap() {
            Reading::Frames(frames) => {
                all.extend(frames.map(|frame| Kept { at_ns: frame.at_ns, link: frame.link, wire_bytes: frame.wire_bytes, bytes: frame.bytes.to_vec() }));
            }
            Reading::Quiet if all.len() >= wanted || began.elapsed() > PATIENCE => return all,
            Reading::Quiet => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Waits until something holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(10));
    }
}
