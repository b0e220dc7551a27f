//! OpenPGP, against GnuPG and against hostile input.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::print_stdout, reason = "tests")]

mod agreement;
mod gnupg;
mod hostile;
mod judgement;
mod sealed;
mod shape;
