//! One row of a feed: where it stands, by what it is known again, and what it tells.

use crate::{
    delimited::{RawRow, RowBody, refusal::Fault},
    digest::{self, Digest},
    finding::Finding,
    problem::Problem,
};

/// One row of a feed, good or broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<T = Finding> {
    /// The physical line at which it begins, from 1.
    pub line: u64,
    /// The byte of the file at which it begins, from 0.
    pub offset: u64,
    /// Its bytes in the file, without the line end.
    pub length: u64,
    /// The digest of these bytes, by which a row that comes again is known.
    pub raw_hash: Digest,
    /// What it tells, or why that cannot be told.
    pub content: Result<T, Problem>,
}

impl<T> Row<T> {
    /// The row of a table, with what was made of it.
    pub(crate) fn of(raw: &RawRow<'_>, content: Result<T, Fault>) -> Self {
        let raw_hash = hash_of(raw);
        let content = content.map_err(|(column, reason)| Problem { line: raw.line, column, reason });
        Self { line: raw.line, offset: raw.offset, length: raw.length, raw_hash, content }
    }
}

/// The digest of a row's bytes.
pub(crate) fn hash_of(raw: &RawRow<'_>) -> Digest {
    match raw.body {
        RowBody::Complete(bytes) | RowBody::OpenQuote { bytes, .. } => digest::of(bytes),
        RowBody::TooLong { hash, .. } => hash,
    }
}
