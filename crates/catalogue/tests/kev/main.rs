//! The catalogue of known exploited vulnerabilities: read, kept and searched.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

mod example;
mod field;
mod hostile;
mod kept;
mod suggested;
