//! Packets: captures are read, packets are decoded, and what a packet alone tells of its sender is said. Pure but for
//! [`capture`]'s `live`: bytes in, records out.
//!
//! ```
//! use noroshi_telescope::{capture::{CaptureFile, Limits}, packet, tally::Tally};
//! # fn count(file: impl std::io::Read) -> Result<Tally, noroshi_telescope::capture::Broken> {
//! let mut tally = Tally::default();
//! let mut capture = CaptureFile::open(file, Limits::default())?;
//! while let Some(frame) = capture.next_frame()? {
//!     let outcome = packet::decode(&frame);
//!     tally.add(&frame, &outcome);
//! }
//! # Ok(tally)
//! # }
//! # assert!(count(&b"no capture"[..]).is_err());
//! ```
//!
//! [`capture`] gives [`Frame`](capture::Frame)s: bytes, a time, a link type, wherever they come from. [`packet::decode`] makes of a frame
//! exactly one of four: a [`Packet`](packet::Packet), *not IP*, *truncated*, or *malformed* with its reason; [`tally`] counts them. [`tool`] and
//! [`kind`] judge a packet by itself. Nothing is copied: a packet borrows from its frame, a frame from its file's window.
//!
//! Frames off an interface come from `capture::live` (AF_PACKET, Linux), behind the feature `live`: sensors need it, the centre does not.
//!
//! [`batch`] is what a sensor sends to the centre: its packets, sealed and chained; [`protocol`] what they say to each other.
//!
//! # To add a link type
//!
//! 1. Give it its number (<https://www.tcpdump.org/linktypes.html>) as a constant in [`capture::LinkType`].
//! 2. Write one function `fn(&[u8]) -> Result<&[u8], NoRecord>` in a file of `packet/link` that takes the header off and gives the bytes of the IP
//!    header; hand on to `ether::network` when the header ends in an EtherType, to `ppp::network` when it ends in a PPP protocol. Too few bytes
//!    are [`NoRecord::Truncated`](packet::NoRecord), another protocol is [`NoRecord::NotIp`](packet::NoRecord).
//! 3. Name it in `packet::link::network`, add a row to the table in `packet/link/tests.rs`, and a seed to `fuzz/src/telescope.rs`.
//! 4. Compare with tshark: put a capture into the folder `pcap` of `NOROSHI_FIELD_DATA` and run `tests/field.rs`.
//!
//! **Architecture invariant:** nothing but `capture::live` asks the clock, the network or a file system; nothing panics on any bytes; whatever a length in
//! the bytes says, memory is bounded by [`capture::Limits`].

#![cfg_attr(not(feature = "live"), forbid(unsafe_code))]

#[cfg(all(feature = "live", not(target_os = "linux")))]
compile_error!("the feature `live` needs packet sockets of Linux");

pub mod batch;
pub mod capture;
pub mod kind;
#[cfg(test)]
mod made;
pub mod packet;
pub mod protocol;
pub mod tally;
pub mod tool;
