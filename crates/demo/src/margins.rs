//! Margins: the figures of periods as a report printed them, from which records are generated.

mod cell;
mod check;
mod read;

pub use cell::Cell;
pub use check::check;
pub use read::read;

use noroshi_incident::model::Scheme;
use noroshi_kernel::period::Period;
use std::collections::BTreeMap;

/// The greatest figure that is taken: a generator of records, not a way to fill a disk.
pub const GREATEST: u64 = 5_000_000;

/// The named figures of one period. What is not named is free.
#[derive(Clone, Debug)]
pub struct PeriodMargins {
    /// The period.
    pub period: Period,
    /// The scheme by which the figures are counted.
    pub scheme: &'static Scheme,
    /// The figures.
    pub cells: BTreeMap<Cell, u64>,
}

impl PeriodMargins {
    /// The named value of a figure.
    #[must_use]
    pub fn get(&self, cell: &Cell) -> Option<u64> {
        self.cells.get(cell).copied()
    }

    /// The sum of the named figures that `part` picks.
    #[must_use]
    pub fn sum(&self, part: impl Fn(&Cell) -> bool) -> u64 {
        self.cells.iter().filter(|(cell, _)| part(cell)).map(|(_, count)| count).sum()
    }
}

/// The figures of several periods, in the order of time.
#[derive(Clone, Debug, Default)]
pub struct Margins {
    /// The periods; no two share a month.
    pub periods: Vec<PeriodMargins>,
    /// Keys that nothing here understands, as paths: `2013Q4.incident.foo`.
    pub unknown: Vec<String>,
    /// What a person should know, though it is no error.
    pub warnings: Vec<String>,
}

/// Why margins cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MarginsError {
    /// The file is no JSON.
    #[error("the margins are no JSON: {0}")]
    NoJson(#[from] serde_json::Error),
    /// A value is wrong.
    #[error("{place}: {reason}")]
    Wrong {
        /// Where: `2013Q4 incident.by_category.scan`.
        place: String,
        /// What is wrong and what to do.
        reason: String,
    },
}

impl MarginsError {
    pub(crate) fn wrong(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Wrong { place: place.into(), reason: reason.into() }
    }
}
