//! The example team, and the generator of records with given margins.
//!
//! Data goes one way: a file of [`margins`] (the figures that a report printed) becomes a [`plan`] (which records to make, pure
//! and the same every time), and [`generate`](mod@generate) writes them as if they had come in. Nothing of the margins is kept:
//! the figures are then counted from the records like any others. [`example`] fills a fresh machine the same way.
//!
//! To add a figure: give it a [`Cell`](margins::Cell), read it in `margins/read.rs`, name the total that it is a part of in
//! `margins/check.rs`, and make the plan obey it; the property test in `tests/plan.rs` counts it back.
//!
//! **Architecture invariant:** nothing here writes a total, and nothing here holds SQL: records go through the services of the
//! desks.

mod brands;
mod claim;
mod dice;
mod error;
pub mod example;
pub mod generate;
pub mod margins;
pub mod plan;

pub use claim::claim;
pub use error::DemoError;
pub use generate::generate;
