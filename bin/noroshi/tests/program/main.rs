//! The program as a person or a script meets it: typed commands, exit codes, and the power switch.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

mod brands;
mod browser;
mod contract;
mod desk;
mod doctor;
mod exploring;
mod field;
mod fresh;
mod hostile;
mod hostile_mail;
mod kev;
mod keys;
mod kill;
mod letters;
mod mapping;
mod observe;
mod place;
mod post;
mod publish;
mod round;
mod server;
mod share;
mod sql;
mod stopping;
mod wire;
