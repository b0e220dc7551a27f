//! PPP (RFC 1661, 1662) and the sessions of PPPoE (RFC 2516).

use super::{mpls, take};
use crate::packet::NoRecord;

/// PPP, with or without address and control, its protocol in one byte or two.
pub(super) fn network(bytes: &[u8]) -> Result<&[u8], NoRecord> {
    let bytes = match bytes {
        [0xff, 0x03, rest @ ..] => rest,
        _ => bytes,
    };
    let (protocol, rest) = match bytes {
        // The beginning of an address.
        [0xff] => return Err(NoRecord::Truncated),
        // The last byte of a protocol is odd, so an odd first byte is the only one.
        [first, rest @ ..] if first & 1 == 1 => (u16::from(*first), rest),
        [first, second, rest @ ..] => (u16::from_be_bytes([*first, *second]), rest),
        _ => return Err(NoRecord::Truncated),
    };
    match protocol {
        0x0021 | 0x0057 => Ok(rest),
        0x0281 | 0x0283 => mpls::network(rest),
        _ => Err(NoRecord::NotIp),
    }
}

/// The header of a PPPoE session, then PPP.
pub(super) fn session(bytes: &[u8]) -> Result<&[u8], NoRecord> {
    match take::<6>(bytes)? {
        ([0x11, 0, ..], rest) => network(rest),
        _ => Err(NoRecord::NotIp),
    }
}
