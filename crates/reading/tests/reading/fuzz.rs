//! The fuzz target of `fuzz/` over its seeds and some hundred variations, so that a reader that breaks is seen without fuzzing.

#[path = "../../../../fuzz/src/bounded.rs"]
mod bounded;
#[path = "../../../../fuzz/src/reading.rs"]
mod letters;
#[path = "../../../../fuzz/src/target.rs"]
mod target;

#[test]
fn every_target_bears_variations_of_its_seeds() {
    for target in letters::TARGETS {
        bounded::run(target, 500);
    }
}
