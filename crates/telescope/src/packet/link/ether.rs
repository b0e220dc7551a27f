//! Ethernet and EtherTypes: tags of VLANs, and what they announce.

use super::{mpls, ppp, take};
use crate::packet::{Malformed, NoRecord};

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// IEEE 802.1Q, 802.1ad, and the numbers that vendors used for outer tags before it.
const VLAN: [u16; 5] = [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300];
const MPLS: [u16; 2] = [0x8847, 0x8848];
const PPPOE_SESSION: u16 = 0x8864;
/// Up to here the number is a length, and a header of IEEE 802.2 follows.
const LARGEST_LENGTH: u16 = 1500;
const MOST_TAGS: usize = 16;

/// An Ethernet frame.
#[inline]
pub(super) fn frame(bytes: &[u8]) -> Result<&[u8], NoRecord> {
    let (head, rest) = take::<14>(bytes)?;
    match u16::from_be_bytes([head[12], head[13]]) {
        IPV4 | IPV6 => Ok(rest),
        kind => network(kind, rest),
    }
}

/// What an EtherType announces.
pub(super) fn network(mut kind: u16, mut bytes: &[u8]) -> Result<&[u8], NoRecord> {
    for _ in 0..=MOST_TAGS {
        match kind {
            IPV4 | IPV6 => return Ok(bytes),
            PPPOE_SESSION => return ppp::session(bytes),
            kind if MPLS.contains(&kind) => return mpls::network(bytes),
            0..=LARGEST_LENGTH => return llc(bytes),
            kind if VLAN.contains(&kind) => {}
            _ => return Err(NoRecord::NotIp),
        }
        let (tag, rest) = take::<4>(bytes)?;
        (kind, bytes) = (u16::from_be_bytes([tag[2], tag[3]]), rest);
    }
    Err(NoRecord::Malformed(Malformed::Tags))
}

/// IEEE 802.2 with SNAP of EtherTypes (RFC 1042).
pub(super) fn llc(bytes: &[u8]) -> Result<&[u8], NoRecord> {
    let (head, _) = take::<3>(bytes)?;
    if *head != [0xaa, 0xaa, 0x03] {
        return Err(NoRecord::NotIp);
    }
    match take::<8>(bytes)? {
        ([_, _, _, 0, 0, 0, high, low], rest) => match u16::from_be_bytes([*high, *low]) {
            // A length within what announces a type would lead in circles.
            0..=LARGEST_LENGTH => Err(NoRecord::NotIp),
            kind => network(kind, rest),
        },
        _ => Err(NoRecord::NotIp),
    }
}
