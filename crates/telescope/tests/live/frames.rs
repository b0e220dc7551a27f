//! Frames of every kind that a sensor meets, of documentation addresses.

const ADDRESSES: [u8; 12] = [0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2];

/// An Ethernet frame with tags of VLANs.
pub(crate) fn ethernet(tags: &[u8], kind: u16, body: &[u8]) -> Vec<u8> {
    [&ADDRESSES[..], tags, &kind.to_be_bytes(), body].concat()
}

/// An IPv4 packet to 192.0.2.7.
pub(crate) fn v4(source: [u8; 4], protocol: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(20 + body.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x45, 0, high, low, 0, 1, 0, 0, 60, protocol, 0, 0];
    packet.extend(source);
    packet.extend([192, 0, 2, 7]);
    packet.extend(body);
    packet
}

/// A TCP header.
pub(crate) fn tcp(from: u16, to: u16, sequence: u32) -> Vec<u8> {
    let mut header = [from.to_be_bytes(), to.to_be_bytes()].concat();
    header.extend(sequence.to_be_bytes());
    header.extend([0, 0, 0, 0, 0x50, 2, 4, 0, 0, 0, 0, 0]);
    header
}

/// A SYN from 198.51.100.1 that bears a number.
pub(crate) fn syn(number: u32) -> Vec<u8> {
    ethernet(&[], 0x0800, &v4([198, 51, 100, 1], 6, &tcp(40_000, 23, number)))
}

/// One of some kinds, by its number.
pub(crate) fn of_every_kind(number: u32) -> Vec<u8> {
    let ip = v4([198, 51, 100, 1], 6, &tcp(40_000, 23, number));
    let length = usize::try_from(number % 1_400).unwrap();
    match number % 9 {
        0 => ethernet(&[0x81, 0x00, 0x60, 0x05], 0x0800, &ip),
        1 => ethernet(&[0x88, 0xa8, 0x00, 0x07, 0x81, 0x00, 0x00, 0x09], 0x0800, &ip),
        // Priority alone: the VLAN's number is 0.
        2 => ethernet(&[0x81, 0x00, 0x00, 0x00], 0x0800, &ip),
        3 => ethernet(&[], 0x0806, &[&[0, 1, 8, 0, 6, 4, 0, 1][..], &[0; 20]].concat()),
        4 => ethernet(&[], 0x0800, &v4([198, 51, 100, 2], 17, &[&[0, 53, 0, 53, 0, 0, 0, 0][..], &vec![0x5a; length]].concat())),
        5 => {
            let mut packet = vec![0x60, 0, 0, 0, 0, 20, 6, 64];
            packet.extend([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
            packet.extend([0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
            packet.extend(tcp(40_000, 22, number));
            ethernet(if number.is_multiple_of(2) { &[] } else { &[0x81, 0x00, 0x00, 0x05] }, 0x86dd, &packet)
        }
        // A length in place of a type.
        6 => ethernet(&[], 38, &[0x42; 60]),
        7 => ethernet(&[0x81, 0x00, 0x00, 0x05], 0x0800, &v4([198, 51, 100, 3], 17, &vec![0x11; length])),
        _ => ethernet(&[], 0x0800, &ip),
    }
}
