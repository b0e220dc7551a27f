//! Packets made for tests, of documentation addresses.

use crate::{
    capture::{Frame, LinkType},
    packet::{NoRecord, Packet, decode},
};

/// When they were captured.
pub(crate) const AT_NS: i64 = 1_700_000_000_123_456_789;

/// What varies in a TCP packet of IPv4 from 192.0.2.1:40000 to 198.51.100.7:23.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syn {
    pub(crate) ip_id: u16,
    pub(crate) ttl: u8,
    pub(crate) sequence: u32,
    pub(crate) window: u16,
    pub(crate) flags: u8,
    /// A multiple of four bytes.
    pub(crate) options: &'static [u8],
}

fn length(bytes: usize) -> [u8; 2] {
    u16::try_from(bytes).unwrap().to_be_bytes()
}

/// An IPv4 packet with a payload.
pub(crate) fn v4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let [high, low] = length(20 + payload.len());
    let mut bytes = vec![0x45, 0, high, low, 0xab, 0xcd, 0, 0, 57, protocol, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7];
    bytes.extend(payload);
    bytes
}

/// An IPv6 packet with a payload.
pub(crate) fn v6(next: u8, payload: &[u8]) -> Vec<u8> {
    let [high, low] = length(payload.len());
    let mut bytes = vec![0x60, 0, 0, 0, high, low, next, 58];
    for last in [1, 7] {
        bytes.extend([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    }
    bytes.extend(payload);
    bytes
}

/// A UDP header and a payload.
pub(crate) fn udp(from: u16, to: u16, payload: &[u8]) -> Vec<u8> {
    [&from.to_be_bytes(), &to.to_be_bytes(), &length(8 + payload.len()), &[0, 0], payload].concat()
}

/// A TCP header of 40000 to 23.
pub(crate) fn tcp(syn: Syn) -> Vec<u8> {
    let words = u8::try_from(5 + syn.options.len() / 4).unwrap();
    [&[0x9c, 0x40, 0, 23][..], &syn.sequence.to_be_bytes(), &[0; 4], &[words << 4, syn.flags], &syn.window.to_be_bytes(), &[0; 4], syn.options].concat()
}

/// A TCP packet.
pub(crate) fn syn(syn: Syn) -> Vec<u8> {
    let mut bytes = v4(6, &tcp(syn));
    bytes[4..6].copy_from_slice(&syn.ip_id.to_be_bytes());
    bytes[8] = syn.ttl;
    bytes
}

/// Bytes that were captured whole on a link.
pub(crate) fn frame(link: LinkType, bytes: &[u8]) -> Frame<'_> {
    Frame { at_ns: Some(AT_NS), link, wire_bytes: u32::try_from(bytes.len()).unwrap(), bytes }
}

/// What bytes from an IP header on decode to.
pub(crate) fn decoded(bytes: &[u8]) -> Result<Packet<'_>, NoRecord> {
    decode(&frame(LinkType::RAW, bytes))
}

/// What is said of the packet that bytes hold.
pub(crate) fn with<T>(bytes: &[u8], judge: impl Fn(&Packet<'_>) -> T) -> T {
    judge(&decoded(bytes).unwrap())
}
