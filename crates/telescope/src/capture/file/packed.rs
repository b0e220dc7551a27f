//! Files that are packed, known by their first bytes.

use super::{Limits, gzip::Gzip, zstd::Zstd};
use std::io::{self, BufReader, Cursor, Read};

/// What a file is packed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Nothing.
    Plain,
    /// gzip (RFC 1952), of any number of members.
    Gzip,
    /// Zstandard (RFC 8878), of any number of frames.
    Zstd,
}

/// Why nothing more comes.
pub(super) enum Fault {
    /// The source itself fails.
    Source(io::Error),
    /// What is packed is broken.
    Packing(io::Error),
    /// More comes out than [`Limits::growth`] and [`Limits::free_bytes`] allow.
    Growth,
    /// More comes out than [`Limits::unpacked_bytes`] allows.
    Length,
}

/// The bytes looked at first, then the rest; counts what is taken.
#[derive(Debug)]
pub(super) struct Counted<R> {
    inner: io::Chain<Cursor<Vec<u8>>, R>,
    taken: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.taken += read as u64;
        Ok(read)
    }
}

/// A source and what unpacks it.
#[derive(Debug)]
pub(super) struct Source<R: Read> {
    unpacker: Unpacker<R>,
    out: u64,
}

#[derive(Debug)]
enum Unpacker<R: Read> {
    Plain(Counted<R>),
    Gzip(Box<Gzip<BufReader<Counted<R>>>>),
    Zstd(Box<Zstd<BufReader<Counted<R>>>>),
}

const BUFFER_BYTES: usize = 64 << 10;

impl<R: Read> Source<R> {
    pub(super) fn open(mut source: R) -> io::Result<Self> {
        let mut first = Vec::new();
        source.by_ref().take(4).read_to_end(&mut first)?;
        let packing = match first.as_slice() {
            [0x1f, 0x8b, ..] => Packing::Gzip,
            // A frame, or one to be skipped.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Packing::Zstd,
            _ => Packing::Plain,
        };
        let counted = Counted { inner: Cursor::new(first).chain(source), taken: 0 };
        let buffered = |counted| BufReader::with_capacity(BUFFER_BYTES, counted);
        let unpacker = match packing {
            Packing::Plain => Unpacker::Plain(counted),
            Packing::Gzip => Unpacker::Gzip(Box::new(Gzip::new(buffered(counted)))),
            Packing::Zstd => Unpacker::Zstd(Box::new(Zstd::new(buffered(counted)))),
        };
        Ok(Self { unpacker, out: 0 })
    }

    pub(super) fn packing(&self) -> Packing {
        match &self.unpacker {
            Unpacker::Plain(_) => Packing::Plain,
            Unpacker::Gzip(_) => Packing::Gzip,
            Unpacker::Zstd(_) => Packing::Zstd,
        }
    }

    /// Bytes taken from the source, packed ones.
    pub(super) fn taken(&self) -> u64 {
        match &self.unpacker {
            Unpacker::Plain(counted) => counted.taken,
            Unpacker::Gzip(gzip) => gzip.get_ref().get_ref().taken,
            Unpacker::Zstd(zstd) => zstd.get_ref().get_ref().taken,
        }
    }

    /// Gives some of what comes next, nothing at the end.
    pub(super) fn read(&mut self, into: &mut [u8], limits: &Limits) -> Result<usize, Fault> {
        if let Unpacker::Plain(counted) = &mut self.unpacker {
            return again(|| counted.read(into)).map_err(Fault::Source);
        }
        // One byte more than is allowed, to know whether there is one.
        let room = limits.unpacked_bytes.saturating_sub(self.out).saturating_add(1);
        let room = usize::try_from(room).unwrap_or(usize::MAX).min(into.len());
        let into = into.get_mut(..room).unwrap_or_default();
        let read = match &mut self.unpacker {
            Unpacker::Plain(counted) => again(|| counted.read(into)),
            Unpacker::Gzip(gzip) => again(|| gzip.read(into)),
            Unpacker::Zstd(zstd) => again(|| zstd.read(into)),
        };
        let read = read.map_err(Fault::Packing)?;
        self.out += read as u64;
        if self.out > limits.unpacked_bytes {
            return Err(Fault::Length);
        }
        if self.out > limits.free_bytes.saturating_add(self.taken().saturating_mul(limits.growth)) {
            return Err(Fault::Growth);
        }
        Ok(read)
    }
}

/// Reads again when the system interrupted it.
fn again(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// What comes out of a file that may be packed: so many bytes at most, and whether that is all of it. What is broken ends where it breaks.
pub fn unpacked(source: impl Read, most: usize, limits: &Limits) -> (Vec<u8>, bool) {
    let Ok(mut source) = Source::open(source) else { return (Vec::new(), false) };
    let (mut out, mut piece) = (Vec::new(), vec![0; BUFFER_BYTES.min(most.saturating_add(1))]);
    loop {
        match source.read(&mut piece, limits) {
            Ok(0) => return (out, true),
            Ok(read) => {
                let room = most.saturating_sub(out.len());
                out.extend_from_slice(piece.get(..read.min(room)).unwrap_or_default());
                if read > room {
                    return (out, false);
                }
            }
            Err(_) => return (out, false),
        }
    }
}
