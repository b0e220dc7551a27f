//! The sensor's program and a centre that speaks the real protocol over real TLS.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod authority;
mod book;
mod capture;
mod centre;
mod disk;
mod enrolment;
mod field;
mod ground;
mod interface;
mod killed;
mod load;
mod program;
mod sending;
mod stopped;
mod watching;

use std::time::{Duration, Instant};

/// Other people's work may keep the machine busy for so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until something holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(10));
    }
}
