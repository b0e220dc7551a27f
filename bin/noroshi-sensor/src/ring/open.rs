//! The ring as it was left: what was begun is brought to its end.

use super::{
    Limits, Ring, STATE, aside,
    file::{self, Name, Waiting},
    slots::Slots,
    state::{Head, State},
};
use crate::disk::Disk;
use noroshi_telescope::batch::{Gap, GapReason};
use std::{
    collections::VecDeque,
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// The ring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("another noroshi-sensor runs on {0}: end it first, or give this one its own --state")]
    Used(PathBuf),
    /// The disk refuses.
    #[error("the ring in {0} cannot be opened: {1}")]
    Disk(PathBuf, io::Error),
}

impl Ring {
    /// Opens a ring, for this process alone; makes it when it is not there.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(folder: &Path, limits: Limits) -> Result<Self, OpenError> {
        Self::open_on(Disk::default(), folder, limits)
    }

    pub(super) fn open_on(disk: Disk, folder: &Path, limits: Limits) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Disk(folder.to_owned(), error);
        disk.folder(folder).map_err(failed)?;
        let lock = lock(folder)?;
        let (names, unfinished) = file::list(folder).map_err(failed)?;
        for name in unfinished {
            disk.remove(&folder.join(name)).map_err(failed)?;
        }
        let (slots, state) = Slots::open(&disk, folder, STATE).map_err(failed)?;
        let mut ring = Self {
            folder: folder.to_owned(),
            limits,
            disk,
            slots,
            state: state.unwrap_or_default(),
            waiting: VecDeque::with_capacity(names.len()),
            bytes: 0,
            next: 0,
            dropping: false,
            in_flight: None,
            machine: None,
            _lock: lock,
        };
        ring.take_in(names).map_err(failed)?;
        Ok(ring)
    }

    fn take_in(&mut self, names: Vec<Name>) -> io::Result<()> {
        let State { head, gaps, .. } = &self.state;
        let (covered, standing): (Vec<Name>, Vec<Name>) = names.into_iter().partition(|name| gaps.covering(name.boot, name.sequence).is_some());
        let known = head.map(|head| head.index);
        self.next = standing.iter().chain(&covered).map(|name| name.index).chain(known).max().map_or(0, |index| index + 1);
        for name in covered {
            // It is not taken in again; when the disk refuses, the next start tries once more.
            self.finish_losing(name).unwrap_or_else(|error| tracing::error!("{name}, which is told as lost, cannot be removed: {error}"));
        }
        let mut unreadable = Vec::new();
        let mut last_us = None;
        for name in standing {
            match file::read(&self.folder, name) {
                Ok((bytes, header, hash)) => {
                    let waiting = Waiting::new(name.index, &header, bytes.len());
                    last_us = Some(waiting.closed_us);
                    self.bytes += waiting.bytes;
                    self.waiting.push_back(waiting);
                    if known.is_none_or(|known| name.index > known) {
                        // The state was not written any more. One run is of one boot; of another nothing is known.
                        if self.state.head.is_none_or(|head| head.boot != header.boot) {
                            self.state.machine = None;
                        }
                        self.state.head = Some(Head::new(name.index, &header, hash));
                        self.state.gaps.were_told(&header.gaps);
                    }
                }
                Err(why) => {
                    tracing::error!("{name} cannot be read ({why}); it is moved aside, and the centre is told");
                    let to_us = file::written_us(&self.folder, name).or(last_us).unwrap_or_default();
                    let from_us = last_us.unwrap_or(to_us).min(to_us);
                    let gap = Gap { reason: GapReason::Unreadable, from_us, to_us, packets: None, batches: Some((name.boot, name.sequence, name.sequence)) };
                    self.state.gaps.add(gap);
                    unreadable.push(name);
                }
            }
        }
        self.save()?;
        for name in unreadable {
            let kept = aside::keep(&self.disk, &self.folder, aside::UNREADABLE, &name.to_string(), self.limits.aside_bytes);
            kept.unwrap_or_else(|error| tracing::error!("{name}, which cannot be read, cannot be moved aside: {error}"));
        }
        self.disk.sync(&self.folder)
    }

    /// A batch that was told as lost, or will be, and was not let go any more.
    fn finish_losing(&self, name: Name) -> io::Result<()> {
        let aside = match self.state.gaps.covering(name.boot, name.sequence).map(|gap| gap.reason) {
            Some(GapReason::Refused) => aside::REFUSED,
            Some(GapReason::Unreadable) => aside::UNREADABLE,
            _ => return self.disk.remove(&self.folder.join(name.to_string())),
        };
        aside::keep(&self.disk, &self.folder, aside, &name.to_string(), self.limits.aside_bytes)
    }
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let failed = |error| OpenError::Disk(folder.to_owned(), error);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(folder.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Used(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
