//! The fuzz targets of `fuzz/` over their seeds and some thousand variations, so that a reader that breaks is seen without fuzzing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "../../../fuzz/src/bounded.rs"]
mod bounded;
#[path = "../../../fuzz/src/post.rs"]
mod post;
#[path = "../../../fuzz/src/target.rs"]
mod target;
#[path = "../../../fuzz/src/tnef.rs"]
mod tnef;

#[test]
fn every_target_bears_variations_of_its_seeds() {
    for target in post::TARGETS {
        // Without optimisation, public keys take their time.
        let count = if matches!(target.name, "armour" | "sealed") { 300 } else { 2_000 };
        let begun = std::time::Instant::now();
        bounded::run(target, count);
        println!("{} {:?}", target.name, begun.elapsed());
    }
}
