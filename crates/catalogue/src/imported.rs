//! What became of the entries of a catalogue's file.

use noroshi_kernel::setaside::SetAside;
use serde::Serialize;

/// Entries that are named with a reason; further ones are counted.
pub const MOST_REASONS: usize = 1_000;

/// Counts: `read` is the sum of the four that follow it. These are keys that scripts rely on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Entries in the files. A file of which nothing can be read counts as one.
    pub read: u64,
    /// Those that are new.
    pub stored: u64,
    /// Those that were there as they are.
    pub unchanged: u64,
    /// Those that were there and said something else.
    pub updated: u64,
    /// Those that were set aside.
    pub set_aside: u64,
    /// Entries of ours that a newer catalogue no longer holds. They stay, marked.
    pub withdrawn: u64,
    /// Why entries were set aside, at most [`MOST_REASONS`].
    pub reasons: Vec<SetAside>,
}

impl Imported {
    /// Adds what became of another file.
    pub fn add(&mut self, other: Self) {
        self.read += other.read;
        self.stored += other.stored;
        self.unchanged += other.unchanged;
        self.updated += other.updated;
        self.set_aside += other.set_aside;
        self.withdrawn += other.withdrawn;
        let room = MOST_REASONS.saturating_sub(self.reasons.len());
        self.reasons.extend(other.reasons.into_iter().take(room));
    }
}
