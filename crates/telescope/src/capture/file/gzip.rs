//! gzip: members one behind the other (RFC 1952), and what comes out before one breaks. (flate2's own reader drops the latter.)

use flate2::{Decompress, FlushDecompress, Status};
use std::io::{self, BufRead, Read};

/// The largest window that there is, as a power of two.
const WINDOW_BITS: u8 = 15;

/// Unpacks a source of members; zlib checks their sums.
#[derive(Debug)]
pub(super) struct Gzip<R> {
    source: R,
    /// The member that is being read.
    member: Option<Decompress>,
    /// Why nothing more comes.
    broken: Option<io::Error>,
}

impl<R> Gzip<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, member: None, broken: None }
    }

    pub(super) fn get_ref(&self) -> &R {
        &self.source
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !into.is_empty() {
            if let Some(error) = self.broken.take() {
                return Err(error);
            }
            let packed = self.source.fill_buf()?;
            if packed.is_empty() {
                return if self.member.is_some() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(0) };
            }
            let member = self.member.get_or_insert_with(|| Decompress::new_gzip(WINDOW_BITS));
            let (taken, made) = (member.total_in(), member.total_out());
            let status = member.decompress(packed, into, FlushDecompress::None);
            let taken = usize::try_from(member.total_in() - taken).unwrap_or(packed.len());
            let made = usize::try_from(member.total_out() - made).unwrap_or_default();
            match status {
                Ok(Status::StreamEnd) => self.member = None,
                Ok(_) if taken > 0 || made > 0 => {}
                // What zlib says of it hangs on how the bytes came.
                Ok(_) | Err(_) => self.broken = Some(io::Error::new(io::ErrorKind::InvalidData, "a member is no gzip, or its checksum is wrong")),
            }
            self.source.consume(taken);
            if made > 0 {
                return Ok(made);
            }
        }
        Ok(0)
    }
}
