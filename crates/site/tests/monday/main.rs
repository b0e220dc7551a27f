//! The observation page of a Monday: what is on it, what never is, and what an interrupted publication leaves.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test ends where it is surprised")]

mod page;
mod secret;
mod world;
