//! The program as a person or a script meets it: typed commands, exit codes, and the power switch.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

mod browser;
mod contract;
mod field;
mod hostile;
mod kill;
mod place;
mod server;
