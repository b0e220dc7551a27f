//! Every link type, around the same IP packet.

use crate::{
    capture::LinkType,
    made,
    packet::{Malformed, NoRecord, decode},
};

const MACS: [u8; 12] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
const OTHER: LinkType = LinkType(105);

fn after(head: &[u8], packet: &[u8]) -> Vec<u8> {
    [head, packet].concat()
}

fn ethernet(head: &[u8], packet: &[u8]) -> Vec<u8> {
    [&MACS, head, packet].concat()
}

/// Headers behind which version 4 stands, and 6.
fn headers() -> Vec<(&'static str, LinkType, Vec<u8>, Vec<u8>)> {
    let cooked = |protocol: [u8; 2]| after(&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], &protocol);
    let cooked2 = |protocol: [u8; 2]| after(&protocol, &[0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
    let ether = |four: &[u8], six: &[u8]| (ethernet(four, &[]), ethernet(six, &[]));
    let mut rows = Vec::new();
    let mut row = |name, link, (four, six): (Vec<u8>, Vec<u8>)| rows.push((name, link, four, six));
    let both = |bytes: &[u8]| (bytes.to_vec(), bytes.to_vec());
    row("ethernet", LinkType::ETHERNET, ether(&[8, 0], &[0x86, 0xdd]));
    row("vlan", LinkType::ETHERNET, ether(&[0x81, 0, 0, 5, 8, 0], &[0x81, 0, 0, 5, 0x86, 0xdd]));
    row("qinq", LinkType::ETHERNET, ether(&[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0], &[0x91, 0, 0, 5, 0x81, 0, 0, 6, 0x86, 0xdd]));
    row(
        "three tags",
        LinkType::ETHERNET,
        ether(&[0x91, 0, 0, 1, 0x91, 0, 0, 2, 0x81, 0, 0, 3, 8, 0], &[0x92, 0, 0, 1, 0x93, 0, 0, 2, 0x81, 0, 0, 3, 0x86, 0xdd]),
    );
    row("mpls", LinkType::ETHERNET, ether(&[0x88, 0x47, 0, 0x3e, 0x81, 0x3f], &[0x88, 0x48, 0, 0x3e, 0x81, 0x3f]));
    row(
        "mpls stack",
        LinkType::ETHERNET,
        ether(&[0x88, 0x47, 0, 1, 0, 64, 0, 2, 0, 64, 0, 0, 0x21, 64], &[0x81, 0, 0, 5, 0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64]),
    );
    row("pppoe", LinkType::ETHERNET, ether(&[0x88, 0x64, 0x11, 0, 0, 1, 0, 30, 0, 0x21], &[0x88, 0x64, 0x11, 0, 0, 1, 0, 30, 0x57]));
    row("snap", LinkType::ETHERNET, ether(&[0, 50, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &[0, 50, 0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd]));
    row("cooked", LinkType::LINUX_SLL, (cooked([8, 0]), cooked([0x86, 0xdd])));
    row("cooked vlan", LinkType::LINUX_SLL, (after(&cooked([0x81, 0]), &[0, 5, 8, 0]), after(&cooked([0x81, 0]), &[0, 5, 0x86, 0xdd])));
    row("cooked 802.2", LinkType::LINUX_SLL, (after(&cooked([0, 4]), &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0]), cooked([0x86, 0xdd])));
    row("cooked2", LinkType::LINUX_SLL2, (cooked2([8, 0]), cooked2([0x86, 0xdd])));
    for link in [LinkType::RAW, LinkType::RAW_BSD, LinkType::RAW_OPENBSD] {
        row("raw", link, both(&[]));
    }
    for inet6 in [10, 24, 28, 30] {
        row("null, little", LinkType::NULL, (vec![2, 0, 0, 0], vec![inet6, 0, 0, 0]));
        row("null, big", LinkType::NULL, (vec![0, 0, 0, 2], vec![0, 0, 0, inet6]));
        row("loop, little", LinkType::LOOP, (vec![2, 0, 0, 0], vec![inet6, 0, 0, 0]));
        row("loop, big", LinkType::LOOP, (vec![0, 0, 0, 2], vec![0, 0, 0, inet6]));
    }
    row("ppp", LinkType::PPP, (vec![0xff, 3, 0, 0x21], vec![0xff, 3, 0, 0x57]));
    row("ppp, short", LinkType::PPP, (vec![0x21], vec![0, 0x57]));
    row("ppp, mpls", LinkType::PPP_HDLC, (vec![0xff, 3, 2, 0x81, 0, 0, 1, 64], vec![0xff, 3, 2, 0x83, 0, 0, 1, 64]));
    row("ppp, ether", LinkType::PPP_ETHER, (vec![0x11, 0, 0, 1, 0, 30, 0, 0x21], vec![0x11, 0, 0, 1, 0, 30, 0, 0x57]));
    rows
}

#[test]
fn behind_every_header_the_same_packet_is_found() {
    let (four, six) = (made::v4(17, &made::udp(9, 53, b"payload")), made::v6(17, &made::udp(9, 53, b"payload")));
    for (name, link, before_four, before_six) in headers() {
        for (before, packet) in [(before_four, &four), (before_six, &six)] {
            let bytes = after(&before, packet);
            let found = decode(&made::frame(link, &bytes)).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let plain = made::decoded(packet).unwrap();
            assert_eq!(found.wire_bytes as usize, bytes.len(), "{name}");
            assert_eq!(crate::packet::Packet { wire_bytes: plain.wire_bytes, ..found }, plain, "{name}");
        }
    }
}

#[test]
fn a_header_that_ends_too_early_is_truncated() {
    let packet = made::v4(17, &made::udp(9, 53, b""));
    for (name, link, before, _) in headers() {
        let bytes = after(&before, &packet);
        for end in 0..bytes.len() {
            assert_eq!(decode(&made::frame(link, &bytes[..end])), Err(NoRecord::Truncated), "{name}, {end} bytes");
        }
    }
}

#[test]
fn what_is_no_ip_is_said_to_be_none() {
    let rest = [0; 60];
    for (name, link, bytes) in [
        ("arp", LinkType::ETHERNET, ethernet(&[8, 6], &rest)),
        ("arp in qinq", LinkType::ETHERNET, ethernet(&[0x81, 0, 0, 100, 0x81, 0, 0, 200, 8, 6], &rest)),
        ("spanning tree", LinkType::ETHERNET, ethernet(&[0, 38, 0x42, 0x42, 3], &rest)),
        ("snap of another organisation", LinkType::ETHERNET, ethernet(&[0, 38, 0xaa, 0xaa, 3, 0, 0, 0xc, 0x20, 0], &rest)),
        ("a length within snap", LinkType::ETHERNET, ethernet(&[0, 38, 0xaa, 0xaa, 3, 0, 0, 0, 0, 38], &rest)),
        ("between lengths and types", LinkType::ETHERNET, ethernet(&[5, 0xdd], &rest)),
        ("pseudowire", LinkType::ETHERNET, ethernet(&[0x88, 0x47, 0, 1, 1, 64], &rest)),
        ("pppoe discovery", LinkType::ETHERNET, ethernet(&[0x88, 0x63, 0x11, 9, 0, 0, 0, 4], &rest)),
        ("pppoe session of another code", LinkType::ETHERNET, ethernet(&[0x88, 0x64, 0x11, 7, 0, 0, 0, 4], &rest)),
        ("link control", LinkType::PPP, after(&[0xff, 3, 0xc0, 0x21], &rest)),
        ("cooked arp", LinkType::LINUX_SLL, after(&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 6], &rest)),
        ("netlink", LinkType::LINUX_SLL, after(&[0, 4, 3, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0], &rest)),
        ("cooked 802.3", LinkType::LINUX_SLL2, after(&[0, 1, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], &rest)),
        ("another family", LinkType::NULL, after(&[7, 0, 0, 0], &rest)),
    ] {
        assert_eq!(decode(&made::frame(link, &bytes)), Err(NoRecord::NotIp), "{name}");
    }
}

#[test]
fn what_has_too_many_tags_or_no_decoder_is_malformed() {
    let malformed = |link, bytes: &[u8], reason| assert_eq!(decode(&made::frame(link, bytes)), Err(NoRecord::Malformed(reason)));
    malformed(LinkType::ETHERNET, &ethernet(&[0x81, 0, 0, 1].repeat(17), &[8, 0, 0x45]), Malformed::Tags);
    malformed(LinkType::ETHERNET, &ethernet(&[0x88, 0x47], &[0, 0, 0, 64].repeat(16)), Malformed::Tags);
    malformed(OTHER, &made::v4(17, &made::udp(9, 53, b"")), Malformed::LinkType);
    let packet = made::v4(17, &made::udp(9, 53, b""));
    let timeless = crate::capture::Frame { at_ns: None, ..made::frame(LinkType::RAW, &packet) };
    assert_eq!(decode(&timeless), Err(NoRecord::Malformed(Malformed::Time)));
}
