//! Packets of one day to one staged file.

use super::{
    PacketBuffer,
    group::Grouped,
    properties::{PAGE_PACKETS, properties},
};
use crate::{
    LakeError,
    folder::{FileName, Folder},
};
use arrow_array::RecordBatch;
use noroshi_kernel::reason::Reason;
use std::path::PathBuf;

/// What a staged file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Packets.
    pub packets: u64,
    /// The file's size.
    pub bytes: u64,
    /// The first packet's time.
    pub first_ns: i64,
    /// The last packet's time.
    pub last_ns: i64,
}

/// Sorts the packets and writes them to a staged file, durably. Without [`Folder::publish`] no reader finds it.
///
/// # Errors
/// When there are none, when one is of another day than the name tells, or when the disk does not take them; nothing is left behind then.
pub fn write(folder: &Folder, name: &FileName, buffer: &PacketBuffer) -> Result<Written, LakeError> {
    let span = buffer.span_ns();
    let mut writing = Writing::begin(folder, name)?;
    writing.check(span)?;
    let order = buffer.order();
    for places in order.chunks(PAGE_PACKETS) {
        let batch = buffer.batch(places).map_err(|error| writing.error(error))?;
        writing.batch(&batch)?;
    }
    writing.finish(span)
}

/// A staged file that is being written; dropped before its end it is removed.
pub(super) struct Writing<'a> {
    folder: &'a Folder,
    name: &'a FileName,
    path: PathBuf,
    writer: Option<Grouped>,
    packets: u64,
}

impl<'a> Writing<'a> {
    pub(super) fn begin(folder: &'a Folder, name: &'a FileName) -> Result<Self, LakeError> {
        let (path, file) = folder.stage(name)?;
        let mut writing = Self { folder, name, path, writer: None, packets: 0 };
        let properties = properties().map_err(|error| writing.error(error))?;
        writing.writer = Some(Grouped::begin(file, properties).map_err(|error| writing.error(error))?);
        Ok(writing)
    }

    /// Times lie within the file's day.
    pub(super) fn check(&self, span: Option<(i64, i64)>) -> Result<(), LakeError> {
        let day = self.name.span_ns();
        match span {
            Some((first, last)) if day.contains(&first) && day.contains(&last) => Ok(()),
            None => Err(LakeError::new(&self.path, Reason::new("lake-empty", "パケットがありません。", "there are no packets to write"))),
            Some(_) => Err(LakeError::new(
                &self.path,
                Reason::new(
                    "lake-day",
                    format!("{} (UTC) 以外のパケットがあります。日ごとに分けてください。", self.name.day()),
                    format!("there are packets of other days than {} (UTC); write each day for itself", self.name.day()),
                ),
            )),
        }
    }

    /// Takes a batch of at most a page.
    pub(super) fn batch(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.packets += batch.num_rows() as u64;
        match self.writer.as_mut().map(|writer| writer.batch(batch)) {
            None | Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(self.error(error)),
        }
    }

    pub(super) fn finish(mut self, span: Option<(i64, i64)>) -> Result<Written, LakeError> {
        self.check(span)?;
        let (first_ns, last_ns) = span.unwrap_or_default();
        let Some(writer) = self.writer.as_mut() else { return Err(self.error("it was finished before")) };
        writer.finish().map_err(|error| LakeError::parquet(&self.path, error))?;
        let file = writer.file();
        self.folder.settle(self.name, file)?;
        let bytes = file.metadata().map_err(|error| LakeError::io(&self.path, &error))?.len();
        self.writer = None;
        Ok(Written { packets: self.packets, bytes, first_ns, last_ns })
    }

    fn error(&self, error: impl std::fmt::Display) -> LakeError {
        LakeError::parquet(&self.path, error)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            // The sweep removes what cannot be removed now.
            let _ = self.folder.discard(self.name);
        }
    }
}
