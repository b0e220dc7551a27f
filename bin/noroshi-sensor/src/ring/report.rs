//! What can be said of a ring from outside, also while another process uses it.

use super::{
    STATE,
    file::{self, Name},
    slots,
    state::{Acknowledged, Head, State},
};
use noroshi_telescope::batch::Gap;
use serde::Serialize;
use std::{fs, io, path::Path};

/// How a ring stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many batches wait.
    pub batches: u64,
    /// What they take on the disk, in bytes.
    pub bytes: u64,
    /// When the oldest began, by the wall clock: microseconds since 1970.
    pub oldest_us: Option<i64>,
    /// How many lie aside because the centre refused them.
    pub refused: u64,
    /// How many lie aside because they cannot be read.
    pub unreadable: u64,
    /// The last batch that was kept.
    pub head: Option<Head>,
    /// The last receipt.
    pub acknowledged: Option<Acknowledged>,
    /// What was lost and is not told yet.
    pub untold: Vec<Gap>,
}

impl Report {
    /// Looks at a ring; one that is not there is empty.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(folder: &Path) -> io::Result<Self> {
        if !folder.try_exists()? {
            return Ok(Self::default());
        }
        let state: State = if folder.join(STATE).try_exists()? { slots::read(&folder.join(STATE))?.unwrap_or_default() } else { State::default() };
        let (names, _) = file::list(folder)?;
        let mut report = Self {
            head: state.head,
            acknowledged: state.acknowledged,
            untold: state.gaps.all().to_vec(),
            refused: count(folder, super::aside::REFUSED)?,
            unreadable: count(folder, super::aside::UNREADABLE)?,
            ..Self::default()
        };
        for name in names {
            // What is acknowledged meanwhile is gone.
            let Ok(file) = fs::metadata(folder.join(name.to_string())) else { continue };
            report.batches += 1;
            report.bytes += file::on_disk(usize::try_from(file.len()).unwrap_or(usize::MAX));
            if report.oldest_us.is_none() {
                report.oldest_us = opened(folder, name);
            }
        }
        Ok(report)
    }
}

fn opened(folder: &Path, name: Name) -> Option<i64> {
    file::read(folder, name).ok().map(|(_, header, _)| header.opened.wall_us)
}

fn count(folder: &Path, aside: &str) -> io::Result<u64> {
    let folder = folder.join(aside);
    if folder.try_exists()? { Ok(u64::try_from(file::list(&folder)?.0.len()).unwrap_or(u64::MAX)) } else { Ok(0) }
}
