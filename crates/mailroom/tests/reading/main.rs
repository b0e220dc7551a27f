//! Letters as they come, and what they tell.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, reason = "a test ends where it is surprised")]

mod archives;
mod beside;
#[path = "../../../../fuzz/src/bounded.rs"]
mod bounded;
mod field;
#[path = "../../../../fuzz/src/reading.rs"]
mod fuzz;
mod iodef;
mod letters;
mod limits;
mod notices;
mod packed;
#[path = "../../../../fuzz/src/target.rs"]
mod target;
#[path = "../../../../fuzz/src/tnef.rs"]
#[allow(dead_code, reason = "others use more of it")]
mod tnef;
mod victims;
mod zones;

use noroshi_kernel::moment::Moment;
use noroshi_mailroom::{
    correspondence::Channel,
    reading::{self, Context, Reading},
};
use noroshi_post::threading::Marks;
use std::sync::Arc;

fn context() -> Context {
    let at = Moment(1_800_000_000_000_000);
    Context {
        marks: Marks::new("EXAMPLE-CSIRT", &[7; 32]),
        latest: Moment(1_900_000_000_000_000),
        brands: Arc::default(),
        schema: None,
        at,
        keys: Arc::default(),
    }
}

fn read(raw: &[u8]) -> Reading {
    reading::read(raw, None, Channel::Mail, &context()).expect("a letter")
}

/// The fuzz target over its seeds and some hundred variations, so that a reader that breaks is seen without fuzzing.
#[test]
fn every_target_bears_variations_of_its_seeds() {
    for target in fuzz::TARGETS {
        bounded::run(target, 500);
    }
}
