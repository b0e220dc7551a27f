//! What an IP header says to carry, and what of it was captured.

use crate::packet::{Malformed, NoRecord};

/// The rest of a packet behind a header.
#[derive(Clone, Copy)]
pub(in crate::packet) struct Body<'a> {
    /// What was captured, without what the link layer put behind.
    pub(in crate::packet) bytes: &'a [u8],
    /// How many bytes there were on the wire; not fewer than were captured.
    pub(in crate::packet) announced: usize,
}

impl<'a> Body<'a> {
    /// Takes a header of fixed size off.
    #[inline]
    pub(in crate::packet) fn take<const N: usize>(self) -> Result<(&'a [u8; N], Self), NoRecord> {
        match self.bytes.split_first_chunk() {
            Some((head, bytes)) => Ok((head, Self { bytes, announced: self.announced.saturating_sub(N) })),
            None => Err(self.lacks(N)),
        }
    }

    /// Goes behind `count` bytes.
    #[inline]
    pub(in crate::packet) fn skip(self, count: usize) -> Result<Self, NoRecord> {
        match self.bytes.get(count..) {
            Some(bytes) => Ok(Self { bytes, announced: self.announced.saturating_sub(count) }),
            None => Err(self.lacks(count)),
        }
    }

    /// Why `count` bytes are not there: they were never announced, or not captured.
    #[cold]
    pub(in crate::packet) fn lacks(self, count: usize) -> NoRecord {
        if count > self.announced { NoRecord::Malformed(Malformed::BeyondIp) } else { NoRecord::Truncated }
    }
}
