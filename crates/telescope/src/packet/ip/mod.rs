//! IP of both versions.

mod body;
mod v4;
mod v6;

#[cfg(test)]
mod tests;

pub(super) use body::Body;

use super::{Malformed, NoRecord, Packet};

/// Reads from the IP header on. Its own version counts, not what the link layer called it.
#[inline]
pub(super) fn packet(bytes: &[u8], at_ns: i64, wire_bytes: u32) -> Result<Packet<'_>, NoRecord> {
    match bytes.first().map(|first| first >> 4) {
        Some(4) => v4::packet(bytes, at_ns, wire_bytes),
        Some(6) => v6::packet(bytes, at_ns, wire_bytes),
        Some(_) => Err(NoRecord::Malformed(Malformed::Version)),
        None => Err(NoRecord::Truncated),
    }
}

/// The length of an authentication header (RFC 4302), by its second byte.
fn authentication_bytes(length: u8) -> Result<usize, NoRecord> {
    // At least the sequence number stands behind what the length leaves out.
    if length == 0 { Err(NoRecord::Malformed(Malformed::Authentication)) } else { Ok((usize::from(length) + 2) * 4) }
}

const AUTHENTICATION: u8 = 51;
