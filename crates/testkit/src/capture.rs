//! Captures as tcpdump writes them, of packets that a test makes: raw IPv4, in a pcap file.

use std::net::Ipv4Addr;

/// The identification that [`syn`] and [`ipv4`] write: no tool's mark.
const IP_ID: u16 = 7;
/// TCP's flag of a connection's begin.
pub const SYN: u8 = 2;

/// A pcap file of packets, each with its time in microseconds since 1970.
#[must_use]
pub fn pcap(packets: impl IntoIterator<Item = (i64, Vec<u8>)>) -> Vec<u8> {
    let mut file = Vec::new();
    let word = |file: &mut Vec<u8>, word: u32| file.extend(word.to_le_bytes());
    for one in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 101] {
        word(&mut file, one);
    }
    for (at_us, bytes) in packets {
        let length = u32::try_from(bytes.len()).expect("a packet is short");
        for one in [u32::try_from(at_us / 1_000_000).expect("a time of pcap"), u32::try_from(at_us % 1_000_000).expect("a part of it"), length, length] {
            word(&mut file, one);
        }
        file.extend(bytes);
    }
    file
}

/// A packet of a protocol.
#[must_use]
pub fn ipv4(source: Ipv4Addr, destination: Ipv4Addr, protocol: u8, transport: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(20 + transport.len()).expect("a packet is short").to_be_bytes();
    let [id_high, id_low] = IP_ID.to_be_bytes();
    let head = [0x45, 0, high, low, id_high, id_low, 0, 0, 57, protocol, 0, 0];
    [&head[..], &source.octets(), &destination.octets(), transport].concat()
}

/// A segment of TCP, with flags, from port 40000.
#[must_use]
pub fn tcp(source: Ipv4Addr, destination: Ipv4Addr, port: u16, flags: u8) -> Vec<u8> {
    let [high, low] = port.to_be_bytes();
    ipv4(source, destination, 6, &[0x9c, 0x40, high, low, 1, 2, 3, 4, 0, 0, 0, 0, 0x50, flags, 4, 0, 0, 0, 0, 0])
}

/// A SYN.
#[must_use]
pub fn syn(source: Ipv4Addr, destination: Ipv4Addr, port: u16) -> Vec<u8> {
    tcp(source, destination, port, SYN)
}

/// A datagram of UDP.
#[must_use]
pub fn udp(source: Ipv4Addr, destination: Ipv4Addr, port: u16, payload: &[u8]) -> Vec<u8> {
    let ([high, low], [length_high, length_low]) = (port.to_be_bytes(), u16::try_from(8 + payload.len()).expect("a packet is short").to_be_bytes());
    ipv4(source, destination, 17, &[&[0x9c, 0x40, high, low, length_high, length_low, 0, 0][..], payload].concat())
}

/// The same packet with another identification: 54321 is ZMap's.
#[must_use]
pub fn identified(mut packet: Vec<u8>, ip_id: u16) -> Vec<u8> {
    packet.splice(4..6, ip_id.to_be_bytes());
    packet
}
