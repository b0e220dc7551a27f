//! The fuzz targets of `fuzz/` over their seeds and some thousand variations, so that a reader that breaks is seen without fuzzing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "../../../fuzz/src/bounded.rs"]
mod bounded;
#[path = "../../../fuzz/src/feeds.rs"]
mod feeds;
#[path = "../../../fuzz/src/target.rs"]
mod target;

#[test]
fn every_target_bears_variations_of_its_seeds() {
    for target in feeds::TARGETS {
        bounded::run(target, 2_000);
    }
}
