//! A window on a file: what is looked at lies in one piece.

use super::{
    Limits, Packing,
    broken::{self, Broken},
    packed::{Fault, Source},
};
use noroshi_kernel::reason::Reason;
use std::io::Read;

/// How much is read at once; fits into a core's own cache.
const READ_BYTES: usize = 256 << 10;

/// The part of a source that is in memory.
#[derive(Debug)]
pub(super) struct Window<R: Read> {
    source: Source<R>,
    limits: Limits,
    bytes: Vec<u8>,
    from: usize,
    to: usize,
    /// Bytes of the source before `bytes`.
    before: u64,
}

impl<R: Read> Window<R> {
    pub(super) fn open(source: R, limits: Limits) -> Result<Self, Broken> {
        let source = Source::open(source).map_err(|error| Broken { offset: 0, unpacked: false, reason: broken::unreadable(&error) })?;
        Ok(Self { source, limits, bytes: Vec::new(), from: 0, to: 0, before: 0 })
    }

    /// Where the window begins.
    pub(super) fn offset(&self) -> u64 {
        self.before + self.from as u64
    }

    /// Nothing is left in the window.
    pub(super) fn is_empty(&self) -> bool {
        self.from == self.to
    }

    pub(super) fn packing(&self) -> Packing {
        self.source.packing()
    }

    pub(super) fn source_bytes(&self) -> u64 {
        self.source.taken()
    }

    /// What is in the window.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.from..self.to).unwrap_or_default()
    }

    /// The first `N` bytes, when they are in the window.
    #[inline]
    pub(super) fn head<const N: usize>(&self) -> Option<&[u8; N]> {
        self.bytes().first_chunk()
    }

    /// Makes sure that `count` bytes are in the window; false when the source ends before.
    #[inline]
    pub(super) fn want(&mut self, count: usize) -> Result<bool, Broken> {
        if self.to - self.from >= count { Ok(true) } else { self.fill(count) }
    }

    #[cold]
    fn fill(&mut self, count: usize) -> Result<bool, Broken> {
        self.bytes.copy_within(self.from..self.to, 0);
        self.before += self.from as u64;
        self.to -= self.from;
        self.from = 0;
        if self.bytes.len() < count.max(READ_BYTES) {
            self.bytes.resize(count.max(READ_BYTES), 0);
        }
        while self.to < count {
            let room = self.bytes.get_mut(self.to..).unwrap_or_default();
            match self.source.read(room, &self.limits) {
                Ok(0) => return Ok(false),
                Ok(read) => self.to += read,
                Err(fault) => {
                    let reason = match fault {
                        Fault::Source(error) => broken::unreadable(&error),
                        Fault::Packing(error) => broken::packing(&error),
                        Fault::Growth => broken::growth(self.limits.growth),
                        Fault::Length => broken::unpacked_bytes(self.limits.unpacked_bytes),
                    };
                    return Err(self.broken(self.before + self.to as u64, reason));
                }
            }
        }
        Ok(true)
    }

    /// Gives the next `count` bytes, which are in the window, and goes behind them.
    #[inline]
    pub(super) fn pass(&mut self, count: usize) -> &[u8] {
        let from = self.from;
        self.from = (from + count).min(self.to);
        self.bytes.get(from..self.from).unwrap_or_default()
    }

    /// Goes behind the next `count` bytes, in the window or not; false when the source ends before.
    pub(super) fn skip(&mut self, mut count: usize) -> Result<bool, Broken> {
        while count > 0 {
            if !self.want(1)? {
                return Ok(false);
            }
            count -= self.pass(count).len();
        }
        Ok(true)
    }

    /// What is wrong at an offset.
    pub(super) fn broken(&self, offset: u64, reason: Reason) -> Broken {
        Broken { offset, unpacked: self.packing() != Packing::Plain, reason }
    }

    /// What is wrong where the window begins.
    pub(super) fn broken_here(&self, reason: Reason) -> Broken {
        self.broken(self.offset(), reason)
    }
}
