//! The tray: inputs that could not be used and wait for a person, with the reason in words.

mod store;

pub use store::{count, list, put};

use noroshi_kernel::{
    id::{CorrespondenceId, TrayItemId},
    language::Bilingual,
    moment::Moment,
    reason::Reason,
};

/// An input on its way into the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Tells the same input again: the same row of the same bytes is in the tray once.
    pub row_key: [u8; 16],
    /// The place within the delivery: `line 7, column 2`.
    pub place: Bilingual,
    /// What is wrong and what to do.
    pub reason: Reason,
    /// The first byte within the delivery.
    pub raw_offset: u64,
    /// How many bytes.
    pub raw_length: u64,
    /// How many inputs in a row it stands for.
    pub rows: u64,
    /// The first line of a table that it is about.
    pub first_line: u64,
    /// The last one.
    pub last_line: u64,
}

/// An input in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: TrayItemId,
    /// The delivery that it came in.
    pub correspondence: CorrespondenceId,
    /// The delivery's name.
    pub name: String,
    /// The place within the delivery.
    pub place: Bilingual,
    /// What is wrong and what to do.
    pub reason: Reason,
    /// When it was set aside.
    pub set_aside_at: Moment,
    /// The delivery's blob.
    pub raw_sha256: String,
    /// The first byte within it.
    pub raw_offset: u64,
    /// How many bytes.
    pub raw_length: u64,
    /// How many inputs in a row it stands for.
    pub rows: i64,
}
