//! IP headers, whole and broken.

use crate::{
    made::{self, decoded},
    packet::{Fragment, Malformed, NoRecord, Transport},
};
use std::net::IpAddr;

fn malformed(reason: Malformed) -> Result<(), NoRecord> {
    Err(NoRecord::Malformed(reason))
}

fn outcome(bytes: &[u8]) -> Result<(), NoRecord> {
    decoded(bytes).map(|_| ())
}

/// Bytes with one of them changed.
fn changed(bytes: &[u8], at: usize, to: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] = to;
    bytes
}

#[test]
fn a_header_of_version_4_is_read() {
    let bytes = made::v4(17, &made::udp(9, 53, b"payload"));
    let packet = decoded(&bytes).unwrap();
    assert_eq!(packet.source, "192.0.2.1".parse::<IpAddr>().unwrap());
    assert_eq!(packet.destination, "198.51.100.7".parse::<IpAddr>().unwrap());
    assert_eq!((packet.protocol, packet.ttl, packet.ip_id, packet.fragment), (17, 57, Some(0xabcd), Fragment::Whole));
    assert_eq!((packet.ports(), packet.at_ns, packet.wire_bytes), (Some((9, 53)), made::AT_NS, 35));
}

#[test]
fn options_of_version_4_are_gone_over() {
    let plain = made::v4(17, &made::udp(9, 53, b""));
    let mut bytes = changed(&changed(&plain, 0, 0x47), 3, 36);
    bytes.splice(20..20, [1, 1, 1, 0, 0, 0, 0, 0]);
    assert_eq!(decoded(&bytes).unwrap().ports(), Some((9, 53)));
    assert_eq!(outcome(&bytes[..24]), Err(NoRecord::Truncated));
}

#[test]
fn lengths_of_version_4_must_hold() {
    let bytes = made::v4(17, &made::udp(9, 53, b"payload"));
    assert_eq!(outcome(&changed(&bytes, 0, 0x44)), malformed(Malformed::Ipv4HeaderLength));
    assert_eq!(outcome(&changed(&bytes, 3, 19)), malformed(Malformed::Ipv4TotalLength));
    assert_eq!(outcome(&changed(&bytes, 3, 27)), malformed(Malformed::BeyondIp));
    assert_eq!(outcome(&changed(&bytes, 0, 0x55)), malformed(Malformed::Version));
    // Left to the network card.
    assert_eq!(decoded(&changed(&bytes, 3, 0)).unwrap().payload(99), b"payload");
    // What stands behind the total length is the link layer's.
    assert_eq!(decoded(&changed(&bytes, 3, 30)).unwrap().payload(99), b"pa");
    // A payload may be cut.
    assert_eq!(decoded(&bytes[..30]).unwrap().payload(99), b"pa");
}

#[test]
fn only_the_first_fragment_has_ports() {
    let bytes = made::v4(17, &made::udp(9, 53, b"payload!"));
    let first = changed(&bytes, 6, 0x20);
    let packet = decoded(&first).unwrap();
    assert_eq!((packet.fragment, packet.ports()), (Fragment::First, Some((9, 53))));
    let later = changed(&first, 7, 1);
    let packet = decoded(&later).unwrap();
    assert_eq!((packet.fragment, packet.ports(), packet.protocol, packet.transport), (Fragment::Later, None, 17, Transport::Other));
    // May be cut to nothing.
    assert_eq!(outcome(&later[..20]), Ok(()));
    let last = changed(&changed(&bytes, 6, 0), 7, 1);
    assert_eq!(decoded(&last).unwrap().fragment, Fragment::Later);
}

#[test]
fn a_short_first_fragment_of_tcp_has_ports_and_sequence() {
    let tcp = made::tcp(made::Syn { ip_id: 0, ttl: 0, sequence: 77, window: 0, flags: 2, options: &[] });
    let first = changed(&made::v4(6, &tcp[..8]), 6, 0x20);
    let packet = decoded(&first).unwrap();
    assert_eq!((packet.ports(), packet.sequence(), packet.tcp()), (Some((40_000, 23)), Some(77), None));
    // Whole, it is no TCP header.
    assert_eq!(outcome(&made::v4(6, &tcp[..8])), malformed(Malformed::BeyondIp));
    // A longer fragment that was cut is truncated.
    assert_eq!(outcome(&changed(&made::v4(6, &tcp), 6, 0x20)[..30]), Err(NoRecord::Truncated));
}

#[test]
fn an_authentication_header_is_gone_over() {
    let inside = [&[17, 4, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1][..], &[0; 12], &made::udp(9, 53, b"")].concat();
    for bytes in [made::v4(51, &inside), made::v6(51, &inside)] {
        let packet = decoded(&bytes).unwrap();
        assert_eq!((packet.protocol, packet.ports()), (17, Some((9, 53))));
    }
    let broken = changed(&inside, 1, 0);
    assert_eq!(outcome(&made::v4(51, &broken)), malformed(Malformed::Authentication));
    assert_eq!(outcome(&made::v6(51, &broken)), malformed(Malformed::Authentication));
    assert_eq!(outcome(&made::v4(51, &[17, 200, 0, 0])), malformed(Malformed::BeyondIp));
}

#[test]
fn extension_headers_of_version_6_are_gone_over() {
    // Hop-by-hop, destination options, routing, an atomic fragment, destination options, UDP.
    let chain =
        [&[60, 0, 5, 2, 0, 0, 1, 0][..], &[43, 1], &[0; 14], &[44, 0], &[0; 6], &[60, 0, 0, 0, 0, 0, 0, 1], &[17, 0], &[0; 6], &made::udp(9, 53, b"payload")]
            .concat();
    let bytes = made::v6(0, &chain);
    let packet = decoded(&bytes).unwrap();
    assert_eq!((packet.source, packet.destination), ("2001:db8::1".parse().unwrap(), "2001:db8::7".parse().unwrap()));
    assert_eq!((packet.protocol, packet.ttl, packet.ip_id, packet.fragment), (17, 58, None, Fragment::Whole));
    assert_eq!((packet.ports(), packet.payload(3)), (Some((9, 53)), &b"pay"[..]));
    for end in 40..bytes.len() - 7 {
        assert_eq!(outcome(&bytes[..end]), Err(NoRecord::Truncated), "{end} bytes");
    }
}

#[test]
fn fragments_of_version_6_are_told_apart() {
    let udp = made::udp(9, 53, b"");
    for (offset, expected, ports) in
        [([0, 0], Fragment::Whole, Some((9, 53))), ([0, 1], Fragment::First, Some((9, 53))), ([0, 8], Fragment::Later, None), ([1, 1], Fragment::Later, None)]
    {
        let bytes = made::v6(44, &[&[17, 0, offset[0], offset[1], 0, 0, 0, 1], &udp[..]].concat());
        let packet = decoded(&bytes).unwrap();
        assert_eq!((packet.fragment, packet.ports(), packet.protocol), (expected, ports, 17), "{offset:?}");
    }
}

#[test]
fn chains_that_break_the_rules_are_malformed() {
    assert_eq!(outcome(&made::v6(60, &[0, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0])), malformed(Malformed::HopByHop));
    assert_eq!(outcome(&made::v6(60, &[60, 0, 0, 0, 0, 0, 0, 0].repeat(40))), malformed(Malformed::Extensions));
    assert_eq!(outcome(&made::v6(60, &[17, 9, 0, 0, 0, 0, 0, 0])), malformed(Malformed::BeyondIp));
}

#[test]
fn a_protocol_without_ports_is_a_record() {
    for bytes in [made::v4(47, b""), made::v4(4, &made::v4(6, b"")), made::v6(59, b""), made::v6(50, &[0; 8]), made::v6(135, &[59, 0, 0, 0])] {
        let packet = decoded(&bytes).unwrap();
        assert_eq!((packet.transport, packet.ports(), packet.icmp(), packet.payload(9)), (Transport::Other, None, None, &b""[..]));
    }
}

#[test]
fn a_jumbogram_reaches_to_the_end_of_what_was_captured() {
    let bytes = made::v6(0, &[&[17, 0, 0xc2, 4, 0, 1, 0, 0][..], &made::udp(9, 53, b"payload")].concat());
    let jumbo = changed(&changed(&bytes, 4, 0), 5, 0);
    let udp_without_length = changed(&changed(&jumbo, 52, 0), 53, 0);
    assert_eq!(decoded(&udp_without_length).unwrap().payload(99), b"payload");
}
