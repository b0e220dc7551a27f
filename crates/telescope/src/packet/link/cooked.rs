//! Linux «cooked» captures, of both versions.

use super::{ether, take};
use crate::packet::NoRecord;

/// Types of devices (ARPHRD) whose protocol field is none of EtherTypes: netlink, and frames of 802.11 with their own headers.
const NO_ETHER_TYPE: [u16; 4] = [824, 801, 802, 803];
/// In place of an EtherType: a header of IEEE 802.2 follows.
const LLC: u16 = 4;

/// The first version: kind of packet, type of device, its address, protocol.
pub(super) fn first(bytes: &[u8]) -> Result<&[u8], NoRecord> {
    let (head, rest) = take::<16>(bytes)?;
    network(u16::from_be_bytes([head[2], head[3]]), u16::from_be_bytes([head[14], head[15]]), rest)
}

/// The second version: protocol first, then the interface's number, type of device, kind of packet, address.
pub(super) fn second(bytes: &[u8]) -> Result<&[u8], NoRecord> {
    let (head, rest) = take::<20>(bytes)?;
    network(u16::from_be_bytes([head[8], head[9]]), u16::from_be_bytes([head[0], head[1]]), rest)
}

fn network(device: u16, protocol: u16, rest: &[u8]) -> Result<&[u8], NoRecord> {
    match protocol {
        _ if NO_ETHER_TYPE.contains(&device) => Err(NoRecord::NotIp),
        LLC => ether::llc(rest),
        // Numbers of Linux's own, no lengths.
        0..=1500 => Err(NoRecord::NotIp),
        protocol => ether::network(protocol, rest),
    }
}
