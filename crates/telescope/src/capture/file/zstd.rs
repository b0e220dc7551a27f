//! Zstandard: frames one behind the other, those between that are to be skipped, and their checksums.

use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};
use std::io::{self, BufRead, Read};

/// Unpacks a source of frames. The library bounds the memory of a frame: its window may be 100 MiB.
pub(super) struct Zstd<R> {
    source: R,
    decoder: FrameDecoder,
    /// Within a frame.
    open: bool,
    /// Why nothing more comes.
    broken: Option<io::Error>,
}

impl<R> std::fmt::Debug for Zstd<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zstd").field("open", &self.open).finish_non_exhaustive()
    }
}

impl<R> Zstd<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, decoder: FrameDecoder::new(), open: false, broken: None }
    }

    pub(super) fn get_ref(&self) -> &R {
        &self.source
    }
}

impl<R: BufRead> Zstd<R> {
    /// Goes to the next frame; false at the end.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => {
                    self.open = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    if io::copy(&mut self.source.by_ref().take(length), &mut io::sink())? < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }

    /// Has the library let go of what it keeps for later blocks to refer to: an empty last block, and whatever for a checksum.
    fn give_up(&mut self, error: io::Error) -> io::Result<()> {
        const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];
        let ended = self.decoder.decode_blocks(&mut &LAST_BLOCK[..], BlockDecodingStrategy::All);
        if ended.is_err() || !self.decoder.is_finished() {
            return Err(error);
        }
        self.broken = Some(error);
        Ok(())
    }

    /// Ends a frame, which says what its content adds up to.
    fn end(&mut self) -> io::Result<()> {
        self.open = false;
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(told), Some(found)) if told != found => Err(io::Error::new(io::ErrorKind::InvalidData, "a frame's checksum is wrong")),
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.open && !self.begin()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                if let Err(error) = self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1)) {
                    self.give_up(io::Error::other(error))?;
                }
            }
            match (self.decoder.read(into)?, self.broken.take()) {
                (0, Some(error)) => return Err(error),
                (0, None) => self.end()?,
                (read, broken) => {
                    self.broken = broken;
                    return Ok(read);
                }
            }
        }
    }
}
