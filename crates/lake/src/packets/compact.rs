//! Several files of a day become one: sorted as each of them is, read and written piece by piece.

use super::{
    Filter, PacketBuffer, Rows,
    buffer::has,
    properties::PAGE_PACKETS,
    read::{self, Batches},
    row::{StoredPacket, Transport},
    rows::{column, some},
    sort::SortKey,
    write::{Writing, Written},
};
use crate::{
    LakeError,
    folder::{FileName, Folder},
    schema::Column,
};
use arrow_array::BinaryArray;
use noroshi_kernel::reason::Reason;
use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Packets of each file that are read at once.
const INPUT_PACKETS: usize = 1 << 11;
/// Files that are merged at once: each holds some pages in memory.
const MOST_FILES: usize = 64;

/// Merges published (or committed and still staged) files of a day into a new staged one. In the manifest the new name then takes the place of the old
/// ones in one transaction, the old ones become retired; after that [`Folder::retire`] the old ones and [`Folder::publish`] the new one.
///
/// # Errors
/// When there are more than 64 files, or one of another day, or one cannot be read, or the disk does not take the new one.
pub fn compact(folder: &Folder, files: &[FileName], into: &FileName) -> Result<Written, LakeError> {
    if files.len() > MOST_FILES || files.iter().any(|file| file.day() != into.day()) {
        return Err(LakeError::new(
            &folder.staged(into),
            Reason::new(
                "lake-compact",
                format!("一度にまとめられるのは、同じ日のファイル {MOST_FILES} 個までです。"),
                format!("at most {MOST_FILES} files are merged at once, and all of them of one day"),
            ),
        ));
    }
    let mut inputs = Vec::with_capacity(files.len());
    let mut heap = BinaryHeap::new();
    for file in files {
        let mut input = Input::open(folder.find(file)?);
        if let Some(place) = input.place()? {
            heap.push(Reverse((place, inputs.len())));
        }
        inputs.push(input);
    }
    let mut out = Merged { writing: Writing::begin(folder, into)?, buffer: PacketBuffer::new(PAGE_PACKETS, None), edition: None, span: None };
    while let Some(Reverse((_, which))) = heap.pop() {
        // As long as this file's packets come before all others'.
        let bound = heap.peek().map(|Reverse(next)| *next);
        let Some(input) = inputs.get_mut(which) else { break };
        loop {
            input.take(&mut out)?;
            match input.place()? {
                None => break,
                Some(place) if bound.is_none_or(|bound| (place, which) < bound) => {}
                Some(place) => {
                    heap.push(Reverse((place, which)));
                    break;
                }
            }
        }
    }
    out.flush()?;
    out.writing.finish(out.span)
}

/// Where a packet stands in the order of files.
type Place = (SortKey, i64);

fn place(packet: &StoredPacket<'_>) -> Place {
    let (has, number) = match packet.transport {
        Transport::Tcp(tcp) => (has::PORTS, tcp.destination_port),
        Transport::TcpBegun { destination_port, .. } | Transport::Ports { destination_port, .. } => (has::PORTS, destination_port),
        Transport::Icmp { kind, code } => (has::ICMP, u16::from_be_bytes([kind, code])),
        Transport::Other => (0, 0),
    };
    (SortKey::new(packet.protocol, has, number), packet.at_ns)
}

/// One of the files, at one of its packets.
struct Input {
    batches: Batches,
    lines: Vec<Line>,
    payload: Option<BinaryArray>,
    next: usize,
}

/// A packet of a batch; what it carried is looked up there.
struct Line {
    place: Place,
    packet: StoredPacket<'static>,
    edition: Option<Arc<str>>,
}

impl Input {
    fn open(path: PathBuf) -> Self {
        Self { batches: read::read(vec![path], &Column::ALL, &Filter::default()).of(INPUT_PACKETS), lines: Vec::new(), payload: None, next: 0 }
    }

    /// The next packet's place; `None` at the end.
    fn place(&mut self) -> Result<Option<Place>, LakeError> {
        while self.next >= self.lines.len() {
            let last = self.lines.last().map(|line| line.place);
            let Some(batch) = self.batches.next().transpose()? else { return Ok(None) };
            let path = self.batches.path();
            let rows = Rows::new(path, &batch)?;
            self.lines.clear();
            self.next = 0;
            for row in 0..rows.len() {
                let packet = rows.get(row).ok_or_else(|| LakeError::parquet(path, "a packet lacks its source"))?;
                self.lines.push(Line { place: place(&packet), packet: packet.without_payload(), edition: rows.edition(row) });
            }
            if !self.lines.is_sorted_by_key(|line| line.place) || last > self.lines.first().map(|line| line.place) {
                return Err(unsorted(path));
            }
            self.payload = column::<BinaryArray>(path, &batch, Column::Payload).ok().cloned();
        }
        Ok(self.lines.get(self.next).map(|line| line.place))
    }

    /// Moves one packet.
    fn take(&mut self, out: &mut Merged<'_>) -> Result<(), LakeError> {
        if let Some(line) = self.lines.get(self.next) {
            let payload = self.payload.as_ref().and_then(|payload| some(payload, self.next, BinaryArray::value));
            out.push(&StoredPacket { payload, ..line.packet }, line.edition.as_ref())?;
        }
        self.next += 1;
        Ok(())
    }
}

fn unsorted(path: &Path) -> LakeError {
    LakeError::new(
        path,
        Reason::new(
            "lake-unsorted",
            "パケットの並びが正しくありません。noroshi が書いたファイルではありません。",
            "its packets are not sorted; this is no file that noroshi wrote",
        ),
    )
}

/// The new file.
struct Merged<'a> {
    writing: Writing<'a>,
    buffer: PacketBuffer,
    edition: Option<Arc<str>>,
    span: Option<(i64, i64)>,
}

impl Merged<'_> {
    fn push(&mut self, packet: &StoredPacket<'_>, edition: Option<&Arc<str>>) -> Result<(), LakeError> {
        if self.buffer.is_full() {
            self.flush()?;
        }
        if edition != self.edition.as_ref() {
            self.buffer.set_edition(edition.map(|edition| &**edition));
            self.edition = edition.cloned();
        }
        self.span = Some(self.span.map_or((packet.at_ns, packet.at_ns), |(first, last)| (first.min(packet.at_ns), last.max(packet.at_ns))));
        // There is room: it was flushed when it was full.
        let _ = self.buffer.push(packet);
        Ok(())
    }

    /// Packets come sorted.
    fn flush(&mut self) -> Result<(), LakeError> {
        if !self.buffer.is_empty() {
            let places: Vec<u32> = (0..u32::try_from(self.buffer.len()).unwrap_or_default()).collect();
            let batch = self.buffer.batch(&places).map_err(|error| LakeError::parquet(Path::new("memory"), error))?;
            self.writing.batch(&batch)?;
            self.buffer.clear();
        }
        Ok(())
    }
}
