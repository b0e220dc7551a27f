//! The fuzz targets of `fuzz/` over their seeds and some thousand variations, so that a reader that breaks is seen without fuzzing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "../../../fuzz/src/bounded.rs"]
mod bounded;
#[path = "../../../fuzz/src/sensor.rs"]
mod sensor;
#[path = "../../../fuzz/src/target.rs"]
mod target;
#[path = "../../../fuzz/src/telescope.rs"]
mod telescope;

#[test]
fn every_target_bears_variations_of_its_seeds() {
    for target in telescope::TARGETS.iter().chain(sensor::TARGETS) {
        bounded::run(target, 2_000);
    }
}
