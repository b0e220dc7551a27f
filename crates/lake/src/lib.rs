//! Years of packets as Parquet files, one folder a day, that other programs read without asking us.
//!
//! * [`schema`] says what stands in a file, column by column.
//! * [`packets`] collects packets ([`PacketBuffer`](packets::PacketBuffer)), sorts and writes them
//!   ([`packets::write`]), merges the files of a day ([`packets::compact`]), and reads and counts them
//!   ([`packets::read`], [`packets::count`]).
//! * `engine`, a feature, answers SQL over them.
//! * [`folder`] is where files lie: [staged](folder::Folder::staged) under a name that no reader's glob matches, then
//!   [published](folder::Folder::publish) when the manifest has named them.
//!
//! The manifest, which files count, is no business of this crate: it lies in the database, in the crate that uses this one, and
//! is committed together with what else a batch changes. A [`FileName`](folder::FileName) is all that the two share:
//!
//! 1. [`packets::write`] writes and syncs a staged file.
//! 2. The user commits its name to the manifest.
//! 3. [`Folder::publish`](folder::Folder::publish) renames it.
//!
//! What a crash leaves between these steps, [`Folder::sweep`](folder::Folder::sweep) puts right.
//!
//! # To add a column
//!
//! A variant of [`schema::Column`] with its description, a field of [`packets::StoredPacket`], its place in
//! `packets/buffer.rs`, a line each in `packets/arrays.rs` and `packets/rows.rs`, its encoding in `packets/properties.rs` (measure:
//! `cargo run --release -p noroshi-lake --example store_packets`), a line in `docs/src/packets.md`. It must be nullable: older files
//! lack it.

#[cfg(feature = "engine")]
pub mod engine;
pub mod error;
pub mod folder;
pub mod packets;
pub mod schema;
pub mod sketch;

pub use error::LakeError;
