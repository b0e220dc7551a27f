//! What the centre refused for good and what cannot be read: kept for a person to look at, as long as there is room.

use super::file;
use crate::disk::Disk;
use std::{fs, io, path::Path};

/// The folder of what the centre refused.
pub(super) const REFUSED: &str = "refused";
/// The folder of what cannot be read.
pub(super) const UNREADABLE: &str = "unreadable";

/// Moves a file of the ring aside; the oldest there go when they are more than may be.
pub(super) fn keep(disk: &Disk, ring: &Path, aside: &str, name: &str, most_bytes: u64) -> io::Result<()> {
    let folder = ring.join(aside);
    disk.folder(&folder)?;
    disk.rename(&ring.join(name), &folder.join(name))?;
    disk.sync(&folder)?;
    disk.sync(ring)?;
    let mut bytes = 0;
    for name in file::list(&folder)?.0.into_iter().rev() {
        let path = folder.join(name.to_string());
        bytes += file::on_disk(usize::try_from(fs::metadata(&path)?.len()).unwrap_or(usize::MAX));
        if bytes > most_bytes {
            disk.remove(&path)?;
        }
    }
    Ok(())
}
