//! Packets: a frame becomes a record, or one of three reasons why not.

mod ip;
mod link;
mod malformed;
mod record;
mod transport;

pub use malformed::Malformed;
pub use record::{Fragment, Packet, Tcp, Transport, protocol};
pub use transport::{Letter, TcpFlags, TcpOptions};

use crate::capture::Frame;

/// Why a frame is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoRecord {
    /// It carries another protocol than IP.
    NotIp,
    /// Its headers were not captured to their end. (A payload that is cut does no harm.)
    Truncated,
    /// Its headers contradict themselves or their standard.
    Malformed(Malformed),
}

/// The times that are believed, in nanoseconds since 1970: to the year before that in which a number of 64 bits ends (2262).
pub const TIMES: std::ops::Range<i64> = 0..9_214_646_400_000_000_000;

/// Reads the headers of a frame. Nothing is copied; nothing is looked at behind the transport header.
///
/// A packet within a packet (IP in IP, GRE, 6in4) is the outer packet's payload: who sent it is what the outer header says.
///
/// # Errors
/// [`NoRecord`]: every frame is a record or exactly one of its three.
#[inline]
pub fn decode<'a>(frame: &Frame<'a>) -> Result<Packet<'a>, NoRecord> {
    let bytes = link::network(frame.link, frame.bytes)?;
    let at_ns = frame.at_ns.filter(|at| TIMES.contains(at)).ok_or(NoRecord::Malformed(Malformed::Time))?;
    ip::packet(bytes, at_ns, frame.wire_bytes)
}
