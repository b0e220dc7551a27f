//! Capture files: pcap and pcapng, plain or packed, frame by frame in bounded memory.

mod broken;
mod gzip;
mod order;
mod packed;
mod pcap;
mod pcapng;
mod window;
mod zstd;

#[cfg(test)]
mod tests;

pub use broken::Broken;
pub use packed::{Packing, unpacked};
pub use pcapng::Blocks;

use super::{Frame, LinkType};
use pcap::Pcap;
use pcapng::Pcapng;
use std::io::Read;
use window::Window;

/// How much a capture file may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest captured packet, in bytes.
    pub packet_bytes: u32,
    /// The longest block of a pcapng file, in bytes.
    pub block_bytes: u32,
    /// The most interfaces of a section.
    pub interfaces: usize,
    /// The most bytes that come out of a packed file.
    pub unpacked_bytes: u64,
    /// How many bytes may come out for each byte of a packed file, beside [`free_bytes`](Self::free_bytes).
    pub growth: u64,
    /// So many may come out of however few.
    pub free_bytes: u64,
}

impl Default for Limits {
    /// What tcpdump and Wireshark bear: packets of 256 KiB, blocks of 16 MiB; a tebibyte unpacked, 256 bytes for one.
    fn default() -> Self {
        Self { packet_bytes: 256 << 10, block_bytes: 16 << 20, interfaces: 4_096, unpacked_bytes: 1 << 40, growth: 256, free_bytes: 64 << 20 }
    }
}

/// What a capture file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The classic format; how finely it tells time.
    Pcap {
        /// Nanoseconds instead of microseconds.
        nano: bool,
    },
    /// The format of blocks.
    Pcapng,
}

/// Reads a capture file from its first byte to its last.
#[derive(Debug)]
pub struct CaptureFile<R: Read> {
    window: Window<R>,
    layout: Layout,
    limits: Limits,
    /// Where the last frame begins.
    place: u64,
    /// Nothing more can be read.
    over: bool,
}

#[derive(Debug)]
enum Layout {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

/// Where in the window the next packet lies; the window holds all of it.
struct Found {
    at_ns: Option<i64>,
    link: LinkType,
    wire_bytes: u32,
    /// The packet's bytes begin so many bytes further on.
    skip: usize,
    captured: usize,
    /// Bytes from here to the next packet or block.
    length: usize,
}

impl<R: Read> CaptureFile<R> {
    /// Begins to read a file, which may be packed by gzip or Zstandard; its first bytes tell.
    ///
    /// # Errors
    /// [`Broken`] when it is no capture, or cannot be read.
    pub fn open(source: R, limits: Limits) -> Result<Self, Broken> {
        let mut window = Window::open(source, limits)?;
        if !window.want(4)? {
            return Err(window.broken(0, if window.is_empty() { broken::empty() } else { broken::no_capture() }));
        }
        let layout = match Pcap::open(&mut window)? {
            Some(pcap) => Layout::Pcap(pcap),
            None => Layout::Pcapng(Pcapng::open(&window)?),
        };
        Ok(Self { window, layout, limits, place: 0, over: false })
    }

    /// Gives the next packet as it was captured; `None` at the end, and after an error.
    ///
    /// # Errors
    /// [`Broken`] tells where the file breaks. All frames before stand.
    #[inline]
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Broken> {
        if self.over {
            return Ok(None);
        }
        let found = match &mut self.layout {
            Layout::Pcap(pcap) => pcap.find(&mut self.window, &self.limits),
            Layout::Pcapng(pcapng) => pcapng.find(&mut self.window, &self.limits),
        };
        match found {
            Ok(Some(found)) => {
                self.place = self.window.offset();
                let Found { at_ns, link, wire_bytes, skip, captured, length } = found;
                let bytes = self.window.pass(length).get(skip..skip + captured).unwrap_or_default();
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                Ok(Some(Frame { at_ns, link, wire_bytes: wire_bytes.max(length), bytes }))
            }
            Ok(None) => {
                self.over = true;
                Ok(None)
            }
            Err(broken) => {
                self.over = true;
                Err(broken)
            }
        }
    }

    /// What the file is written in.
    #[must_use]
    pub fn format(&self) -> Format {
        match &self.layout {
            Layout::Pcap(pcap) => Format::Pcap { nano: pcap.nano() },
            Layout::Pcapng(_) => Format::Pcapng,
        }
    }

    /// What it is packed by.
    #[must_use]
    pub fn packing(&self) -> Packing {
        self.window.packing()
    }

    /// Where the last frame's header begins, in bytes of what is unpacked.
    #[must_use]
    pub fn place(&self) -> u64 {
        self.place
    }

    /// How many bytes were taken from the source so far; for progress.
    #[must_use]
    pub fn source_bytes(&self) -> u64 {
        self.window.source_bytes()
    }

    /// The blocks met so far, when they are pcapng's.
    #[must_use]
    pub fn blocks(&self) -> Option<&Blocks> {
        match &self.layout {
            Layout::Pcap(_) => None,
            Layout::Pcapng(pcapng) => Some(pcapng.blocks()),
        }
    }
}
