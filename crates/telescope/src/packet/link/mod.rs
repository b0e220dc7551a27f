//! Link layers: from a frame's first byte to its IP header.

mod cooked;
mod ether;
mod mpls;
mod null;
mod ppp;

#[cfg(test)]
mod tests;

use super::{Malformed, NoRecord};
use crate::capture::LinkType;

/// Gives the bytes from the IP header on.
#[inline]
pub(super) fn network(link: LinkType, bytes: &[u8]) -> Result<&[u8], NoRecord> {
    match link {
        LinkType::ETHERNET => ether::frame(bytes),
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD | LinkType::IPV4 | LinkType::IPV6 => Ok(bytes),
        LinkType::LINUX_SLL => cooked::first(bytes),
        LinkType::LINUX_SLL2 => cooked::second(bytes),
        LinkType::NULL | LinkType::LOOP => null::network(bytes),
        LinkType::PPP | LinkType::PPP_HDLC => ppp::network(bytes),
        LinkType::PPP_ETHER => ppp::session(bytes),
        _ => Err(NoRecord::Malformed(Malformed::LinkType)),
    }
}

/// Takes a header of fixed size off.
#[inline]
fn take<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), NoRecord> {
    bytes.split_first_chunk().ok_or(NoRecord::Truncated)
}
