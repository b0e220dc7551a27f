//! Rings of who this sensor was before it enrolled anew: what waits there was sealed by a key that is gone, and no centre takes it any more.

use super::{OpenError, Ring, file, gaps::Gaps};
use noroshi_telescope::batch::{GapReason, SensorId};
use serde::Serialize;
use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

/// How the folder of a ring begins; the sensor's id follows.
pub(crate) const BEGINS: &str = "ring-";
/// How a ring's folder ends whose batches were told as refused.
const ABANDONED: &str = ".abandoned";

impl Ring {
    /// Takes over what older rings beside this one would have told, and tells all that waits there as refused by the centre; then moves them out of
    /// the way. What is told stands in this ring before an older one is moved: wherever the process ends, it is told, and twice as the same.
    ///
    /// # Errors
    /// When another process uses one of them, or this ring's state cannot be written. One that cannot be read is left for the next start.
    pub fn take_over_older(&mut self) -> Result<(), OpenError> {
        let state = self.folder.parent().map(Path::to_owned).unwrap_or_default();
        let failed = |error| OpenError::Disk(state.clone(), error);
        for folder in beside(&self.folder).map_err(failed)? {
            match Self::open_on(self.disk.clone(), &folder, self.limits) {
                Ok(older) => self.take_over(&older, &state).map_err(failed)?,
                Err(used @ OpenError::Used(_)) => return Err(used),
                Err(error) => tracing::error!("{error}; what waits there is told after the next start"),
            }
        }
        Ok(())
    }

    fn take_over(&mut self, older: &Self, state: &Path) -> io::Result<()> {
        let mut gaps = Gaps::kept(older.untold().to_vec());
        for batch in &older.waiting {
            older.told_by(batch).into_iter().for_each(|gap| gaps.add(gap));
            gaps.add(batch.as_gap(GapReason::Refused));
        }
        let packets: u64 = older.waiting.iter().map(|batch| batch.packets).sum();
        // What was noted before the process ended, and before the older ring was moved, is there.
        let new = gaps.all().iter().filter(|gap| !self.untold().contains(gap)).cloned().collect::<Vec<_>>();
        new.into_iter().for_each(|gap| self.note(gap));
        self.save()?;
        let place = free(&older.folder)?;
        if !older.is_empty() {
            let (batches, place) = (older.len(), place.display());
            tracing::warn!(
                "{batches} batches of an identity before cannot be sent any more, and lie in {place}: the centre is told that {packets} packets are missing"
            );
        }
        let moved = self.disk.rename(&older.folder, &place).and_then(|()| self.disk.sync(state));
        // Then it is told again after the next start, as the same.
        moved.unwrap_or_else(|error| tracing::error!("{} cannot be moved out of the way: {error}", older.folder.display()));
        Ok(())
    }
}

/// What of identities before lies in a folder of state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Older {
    /// Batches that the next run will tell as refused.
    pub waiting: u64,
    /// Batches that were told as refused, and that nobody needs any more.
    pub abandoned: u64,
    /// What both take on the disk, in bytes.
    pub bytes: u64,
}

impl Older {
    /// Looks beside a ring.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn beside(ring: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        for folder in beside(ring)? {
            found.waiting += found.count(&folder)?;
        }
        for folder in folders(ring, |name| name.contains(ABANDONED))? {
            found.abandoned += found.count(&folder)?;
        }
        Ok(found)
    }

    fn count(&mut self, folder: &Path) -> io::Result<u64> {
        let names = file::list(folder)?.0;
        for name in &names {
            let length = fs::metadata(folder.join(name.to_string())).map_or(0, |file| file.len());
            self.bytes += file::on_disk(usize::try_from(length).unwrap_or(usize::MAX));
        }
        Ok(u64::try_from(names.len()).unwrap_or(u64::MAX))
    }
}

/// The rings of other identities beside one, in their order.
fn beside(ring: &Path) -> io::Result<Vec<PathBuf>> {
    folders(ring, |name| name.parse::<SensorId>().is_ok())
}

/// The other folders beside a ring whose name goes on in some way.
fn folders(ring: &Path, is: impl Fn(&str) -> bool) -> io::Result<Vec<PathBuf>> {
    let Some(state) = ring.parent() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in fs::read_dir(state)? {
        let entry = entry?;
        let name = entry.file_name();
        let fits = name.to_str().and_then(|name| name.strip_prefix(BEGINS)).is_some_and(&is);
        if fits && entry.file_type()?.is_dir() && Some(name.as_os_str()) != ring.file_name() {
            found.push(entry.path());
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// A name for a ring out of the way that nothing has.
fn free(ring: &Path) -> io::Result<PathBuf> {
    let name = ring.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let mut place = ring.with_file_name(format!("{name}{ABANDONED}"));
    let mut number = 2;
    while place.try_exists()? {
        place = ring.with_file_name(format!("{name}{ABANDONED}-{number}"));
        number += 1;
    }
    Ok(place)
}
