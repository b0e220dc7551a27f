use super::quantities;
use crate::margins::{Cell, PeriodMargins};
use std::fmt;

/// Figures of a period that cannot hold together, though each may hold without one of the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The period's name.
    pub period: String,
    /// The figures.
    pub figures: Vec<(Cell, u64)>,
    /// The scheme by which they are counted.
    pub scheme: String,
}

impl std::error::Error for Contradiction {}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} incident: no records can be counted to all of these by the scheme {}: ", self.period, self.scheme)?;
        for (index, (cell, count)) in self.figures.iter().enumerate() {
            write!(f, "{}{cell} {count}", if index == 0 { "" } else { ", " })?;
        }
        f.write_str("; change or leave out one of them")
    }
}

impl Contradiction {
    /// Leaves out figures, many at once and then fewer, as long as the rest is still impossible.
    pub(super) fn find(margins: &PeriodMargins) -> Self {
        let mut left = margins.clone();
        let mut part = left.cells.len().div_ceil(2);
        while part > 0 {
            for cells in left.cells.keys().cloned().collect::<Vec<_>>().chunks(part) {
                let mut fewer = left.clone();
                fewer.cells.retain(|cell, _| !cells.contains(cell));
                if quantities::choose(&fewer).is_none() {
                    left = fewer;
                }
            }
            part /= 2;
        }
        Self { period: margins.period.to_string(), figures: left.cells.into_iter().collect(), scheme: margins.scheme.key.clone() }
    }
}
