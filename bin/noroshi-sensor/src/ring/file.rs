//! The files of the ring: how they are called, and what is known of each without opening it.

use noroshi_telescope::batch::{BootId, Gap, GapReason, Hash, Header, Limits, Unverified, hash_of};
use std::{fs, io, os::unix::fs::MetadataExt as _, path::Path};

/// What a disk gives at least.
const BLOCK_BYTES: u64 = 4_096;

/// A batch that waits in the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// Its place in the order in which batches were kept, over all runs.
    pub(super) index: u64,
    pub(super) boot: BootId,
    pub(super) sequence: u64,
    /// What its file takes on the disk.
    pub(super) bytes: u64,
    pub(super) opened_us: i64,
    pub(super) closed_us: i64,
    pub(super) packets: u64,
    /// It tells gaps, which are untold again when it is dropped.
    pub(super) tells: bool,
}

impl Waiting {
    pub(super) fn new(index: u64, header: &Header, length: usize) -> Self {
        Self {
            index,
            boot: header.boot,
            sequence: header.sequence,
            bytes: on_disk(length),
            opened_us: header.opened.wall_us,
            closed_us: header.closed.wall_us,
            packets: header.counts.kept,
            tells: !header.gaps.is_empty(),
        }
    }

    pub(super) fn name(&self) -> String {
        Name { index: self.index, boot: self.boot, sequence: self.sequence }.to_string()
    }

    /// What is missing when it goes.
    pub(super) fn as_gap(&self, reason: GapReason) -> Gap {
        Gap { reason, from_us: self.opened_us, to_us: self.closed_us, packets: Some(self.packets), batches: Some((self.boot, self.sequence, self.sequence)) }
    }
}

/// What so many bytes take on a disk.
pub(super) fn on_disk(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX).div_ceil(BLOCK_BYTES).saturating_mul(BLOCK_BYTES)
}

/// The name of a batch's file: `NNNNNNNNNNNN-BOOT-SEQUENCE.batch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) index: u64,
    pub(super) boot: BootId,
    pub(super) sequence: u64,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:012}-{}-{}.batch", self.index, self.boot, self.sequence)
    }
}

impl Name {
    pub(super) fn read(name: &str) -> Option<Self> {
        let mut parts = name.strip_suffix(".batch")?.split('-');
        let (index, boot, sequence) = (parts.next()?, parts.next()?, parts.next()?);
        let name = Self { index: index.parse().ok()?, boot: boot.parse().ok()?, sequence: sequence.parse().ok()? };
        parts.next().is_none().then_some(name)
    }
}

/// The batches of a folder in their order; and what was left half-written.
pub(super) fn list(folder: &Path) -> io::Result<(Vec<Name>, Vec<String>)> {
    let (mut names, mut unfinished) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        if name.ends_with(crate::disk::UNFINISHED) {
            unfinished.push(name);
        } else if let Some(name) = Name::read(&name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok((names, unfinished))
}

/// What a file holds: a batch of this name, or why it is none.
pub(super) fn read(folder: &Path, name: Name) -> Result<(Vec<u8>, Header, Hash), String> {
    let path = folder.join(name.to_string());
    let length = fs::metadata(&path).map_err(|error| error.to_string())?.size();
    if length > Limits::default().batch_bytes as u64 {
        return Err("it is too large".to_owned());
    }
    let bytes = fs::read(&path).map_err(|error| error.to_string())?;
    let header = Unverified::read(&bytes, Limits::default()).map_err(|reason| reason.to_string())?.claims().clone();
    if (header.boot, header.sequence) != (name.boot, name.sequence) {
        return Err("it holds another batch than its name says".to_owned());
    }
    let hash = hash_of(&bytes);
    Ok((bytes, header, hash))
}

/// When a file was written, in microseconds since 1970.
pub(super) fn written_us(folder: &Path, name: Name) -> Option<i64> {
    let file = fs::metadata(folder.join(name.to_string())).ok()?;
    file.mtime().checked_mul(1_000_000)?.checked_add(file.mtime_nsec() / 1_000)
}
