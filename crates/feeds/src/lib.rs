//! Feed formats to typed rows, and the canonical form of what they report.
//!
//! Feeds come from outside and may be hostile: every reader here works in bounded memory, never panics, and gives a
//! [`Problem`](problem::Problem) with its place for whatever it cannot read. No row is dropped silently.
//!
//! # To add a feed format
//!
//! 1. Write one file per format, named after it, beside [`phishurl`]. Rows are typed: a struct holds what the format tells,
//!    times as [`Moment`](noroshi_kernel::moment::Moment), targets in [`canonical`] form, the words as they were written.
//! 2. Build on [`delimited::RowReader`] when it is a table. Give every row its line, offset, length and hash, and its content as a
//!    `Result` whose error says what is wrong, where, and what to do. A broken row must not hurt the next one.
//! 3. Test it on files from the field, on `tests/hostile.rs`' inputs, and with arbitrary bytes (proptest).
//! 4. Name it in `incident::service::import`, which stores what it reads.
//!
//! **Architecture invariant:** nothing here asks the clock, the network or the database; the zone and the latest time that is
//! believed come in as parameters.

pub mod canonical;
pub mod charset;
pub mod defang;
pub mod delimited;
pub mod digest;
pub mod extract;
pub mod finding;
mod json;
pub mod notice;
pub mod phishurl;
pub mod problem;
pub mod row;
pub mod shadowserver;
mod table;
pub mod time;
pub mod xarf;
