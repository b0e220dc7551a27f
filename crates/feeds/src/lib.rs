//! Feed formats to typed rows, and the canonical form of what they report.
//!
//! Feeds come from outside and may be hostile: every reader here works in bounded memory, never panics, and gives a
//! [`Problem`](problem::Problem) with its place for whatever it cannot read. No row is dropped silently.
//!
//! # To add a feed format
//!
//! 0. Ask whether a [`mapping`] does: it reads any table and any list of JSON objects without code.
//! 1. Write one file per format, named after it, beside [`shadowserver`]. Rows are typed: a [`Finding`](finding::Finding), or a struct
//!    that holds one with what else the format tells; times by [`time`], targets in [`canonical`] form, the words as they were written.
//! 2. Build on `table::Table` when it is a table with a header, on `json::Values` when it is JSON. Give every row its line, offset, length and hash, and its content as a
//!    `Result` whose error says what is wrong, where, and what to do. A broken row must not hurt the next one.
//! 3. Test it on files from the field, on `tests/hostile.rs`' inputs, and with arbitrary bytes (proptest).
//! 4. Name it in `incident::service::import`, which stores what it reads.
//!
//! **Architecture invariant:** nothing here asks the clock, the network or the database; the zone and the latest time that is
//! believed come in as parameters.

pub mod arf;
pub mod canonical;
pub mod charset;
pub mod defang;
pub mod delimited;
pub mod digest;
pub mod extract;
pub mod finding;
pub mod firewall;
pub mod iodef;
mod json;
pub mod mapping;
pub mod notice;
pub mod phishurl;
pub mod problem;
pub mod row;
pub mod shadowserver;
mod table;
pub mod time;
mod words;
pub mod xarf;
