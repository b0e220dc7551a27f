//! The decoder beside `etherparse`, which was written by others for other ends: on packets that are in order, on broken ones, and on any bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use etherparse::{EtherType, IpFragOffset, IpNumber, LaxLinkExtSlice, LaxNetSlice, LaxSlicedPacket, PacketBuilder, TransportSlice, VlanId};
use noroshi_telescope::{
    capture::{Frame, LinkType},
    packet::{Fragment, Malformed, NoRecord, Packet, Transport, decode},
};
use proptest::prelude::*;
use std::net::IpAddr;

fn ours(link: LinkType, bytes: &[u8]) -> Result<Packet<'_>, NoRecord> {
    decode(&Frame { at_ns: Some(1), link, wire_bytes: u32::try_from(bytes.len()).unwrap(), bytes })
}

/// Compares what both made of the same bytes, as far as both look at it.
fn compare(bytes: &[u8], ours: Result<Packet<'_>, NoRecord>, theirs: &LaxSlicedPacket<'_>) {
    let said = || format!("{ours:?}\n{theirs:?}\n{bytes:02x?}");
    // What MACsec carries in clear is not looked at here.
    if theirs.link_exts.iter().any(|extension| matches!(extension, LaxLinkExtSlice::Macsec(_))) {
        return;
    }
    let Some(net) = &theirs.net else {
        // They know neither MPLS nor PPPoE nor SNAP, and at most three tags.
        let beyond = theirs.link_exts.len() == 3 || beyond_them(theirs);
        assert!(ours.is_err() || beyond, "they find no IP: {}", said());
        return;
    };
    let packet = match ours {
        Ok(packet) => packet,
        // They stopped as well.
        Err(_) if theirs.stop_err.is_some() => return,
        // They take any number of extension headers, and an IPv4 length below the header as none.
        Err(NoRecord::Malformed(Malformed::Extensions | Malformed::Ipv4TotalLength)) => return,
        // They take a length of UDP below its header as none.
        Err(NoRecord::Malformed(Malformed::UdpLength)) if matches!(theirs.transport, Some(TransportSlice::Udp(_))) => return,
        // In first fragments they look at nothing.
        Err(NoRecord::Truncated | NoRecord::Malformed(_)) if net.ip_payload_ref().is_some_and(|payload| payload.fragmented) => return,
        Err(error) => panic!("we refuse it: {error:?} {}", said()),
    };
    let (source, destination, ttl, id, payload) = match net {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            (IpAddr::from(header.source_addr()), IpAddr::from(header.destination_addr()), header.ttl(), Some(header.identification()), ip.payload())
        }
        LaxNetSlice::Ipv6(ip) => {
            let header = ip.header();
            (IpAddr::from(header.source_addr()), IpAddr::from(header.destination_addr()), header.hop_limit(), None, ip.payload())
        }
        LaxNetSlice::Arp(_) => panic!("we find IP where they find ARP: {}", said()),
    };
    assert_eq!((packet.source, packet.destination, packet.ttl, packet.ip_id), (source, destination, ttl, id), "{}", said());
    assert_eq!(packet.fragment == Fragment::Whole, !payload.fragmented, "{}", said());
    if packet.fragment != Fragment::Whole {
        return;
    }
    match (&theirs.transport, packet.transport) {
        (Some(TransportSlice::Tcp(tcp)), Transport::Tcp(own)) => {
            assert_eq!(
                (own.source_port, own.destination_port, own.sequence, own.acknowledgment, own.window),
                (tcp.source_port(), tcp.destination_port(), tcp.sequence_number(), tcp.acknowledgment_number(), tcp.window_size()),
                "{}",
                said()
            );
            let flags = [tcp.fin(), tcp.syn(), tcp.rst(), tcp.psh(), tcp.ack(), tcp.urg(), tcp.ece(), tcp.cwr(), tcp.ns()];
            let flags = flags.iter().enumerate().fold(0_u16, |all, (bit, set)| all | (u16::from(*set) << bit));
            assert_eq!(own.flags.0 & 0x1ff, flags, "{}", said());
            assert_eq!(packet.protocol, 6);
        }
        (Some(TransportSlice::Udp(udp)), Transport::Udp { source_port, destination_port, payload }) => {
            assert_eq!((source_port, destination_port), (udp.source_port(), udp.destination_port()), "{}", said());
            assert_eq!(payload, udp.payload(), "{}", said());
        }
        (Some(TransportSlice::Icmpv4(icmp)), Transport::Icmp { kind, code, payload }) => {
            assert_eq!((kind, code, payload), (icmp.type_u8(), icmp.code_u8(), &icmp.slice()[4..]), "{}", said());
        }
        (Some(TransportSlice::Icmpv6(icmp)), Transport::Icmpv6 { kind, code, payload }) => {
            assert_eq!((kind, code, payload), (icmp.type_u8(), icmp.code_u8(), &icmp.slice()[4..]), "{}", said());
        }
        // They read IGMP, which has neither ports nor a code.
        (Some(TransportSlice::Igmp(_)), Transport::Other) => assert_eq!(packet.protocol, 2, "{}", said()),
        (None, Transport::Other) => assert!(theirs.stop_err.is_some() || payload.ip_number.0 == packet.protocol, "{}", said()),
        // Where they stop over options that were not captured, or an ICMP message shorter than most are, we have what there is.
        (None, Transport::Tcp(_) | Transport::Icmp { .. } | Transport::Icmpv6 { .. }) if theirs.stop_err.is_some() => {}
        _ => panic!("{}", said()),
    }
}

/// What comes behind the last header that they read is what we go on with and they do not.
fn beyond_them(theirs: &LaxSlicedPacket<'_>) -> bool {
    theirs.ether_payload().is_some_and(|payload| matches!(payload.ether_type, EtherType(0..=1500 | 0x8847 | 0x8848 | 0x8864 | 0x9200 | 0x9300)))
}

fn compare_ethernet(bytes: &[u8]) {
    let ours = ours(LinkType::ETHERNET, bytes);
    match LaxSlicedPacket::from_ethernet(bytes) {
        Ok(theirs) => compare(bytes, ours, &theirs),
        Err(_) => assert_eq!(ours, Err(NoRecord::Truncated)),
    }
}

fn compare_ip(bytes: &[u8]) {
    let ours = ours(LinkType::RAW, bytes);
    match LaxSlicedPacket::from_ip(bytes) {
        Ok(theirs) => compare(bytes, ours, &theirs),
        Err(error) => assert!(ours.is_err(), "{error:?} {ours:?} {bytes:02x?}"),
    }
}

/// What a packet is built of.
#[derive(Clone, Debug)]
struct Plan {
    vlans: usize,
    v6: bool,
    transport: u8,
    ports: (u16, u16),
    numbers: (u32, u32),
    flags: u16,
    window: u16,
    options: Vec<u8>,
    ttl: u8,
    payload: Vec<u8>,
}

fn plans() -> impl Strategy<Value = Plan> {
    let transport = (any::<(u16, u16)>(), any::<(u32, u32)>(), 0..512_u16, any::<u16>(), proptest::collection::vec(0..9_u8, 0..10));
    (0..3_usize, any::<bool>(), 0..5_u8, transport, any::<u8>(), proptest::collection::vec(any::<u8>(), 0..80)).prop_map(
        |(vlans, v6, transport, (ports, numbers, flags, window, options), ttl, payload)| Plan {
            vlans,
            // Their writer puts ICMPv6 over IPv6 alone.
            v6: v6 || transport == 2,
            transport,
            ports,
            numbers,
            flags,
            window,
            options: options.repeat(4),
            ttl,
            payload,
        },
    )
}

/// Builds the packet by their writer.
fn built(plan: &Plan) -> Vec<u8> {
    let link = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]);
    let id = |number| VlanId::try_new(number).unwrap();
    let ip = |plan: &Plan| {
        let six = |last| [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
        let mut six = etherparse::Ipv6Header { source: six(1), destination: six(7), hop_limit: plan.ttl, ..Default::default() };
        six.traffic_class = plan.ttl;
        let mut four = etherparse::Ipv4Header::new(0, plan.ttl, IpNumber(0), [192, 0, 2, 1], [198, 51, 100, 7]).unwrap();
        four.identification = plan.window;
        let six = etherparse::IpHeaders::Ipv6(six, Default::default());
        if plan.v6 { six } else { etherparse::IpHeaders::Ipv4(four, Default::default()) }
    };
    let step = match plan.vlans {
        0 => link.ip(ip(plan)),
        1 => link.single_vlan(id(5)).ip(ip(plan)),
        _ => link.double_vlan(id(5), id(6)).ip(ip(plan)),
    };
    let mut bytes = Vec::new();
    let payload = &plan.payload[..];
    match plan.transport {
        0 => step.udp(plan.ports.0, plan.ports.1).write(&mut bytes, payload),
        1 => step.icmpv4_raw(plan.ttl, plan.ports.1.to_be_bytes()[1], [1, 2, 3, 4]).write(&mut bytes, payload),
        2 => step.icmpv6_raw(plan.ttl, plan.ports.1.to_be_bytes()[1], [1, 2, 3, 4]).write(&mut bytes, payload),
        3 => {
            step.write(&mut bytes, IpNumber(47), payload).unwrap();
            return bytes;
        }
        _ => {
            let mut header = etherparse::TcpHeader::new(plan.ports.0, plan.ports.1, plan.numbers.0, plan.window);
            header.acknowledgment_number = plan.numbers.1;
            for (bit, flag) in [
                &mut header.fin,
                &mut header.syn,
                &mut header.rst,
                &mut header.psh,
                &mut header.ack,
                &mut header.urg,
                &mut header.ece,
                &mut header.cwr,
                &mut header.ns,
            ]
            .into_iter()
            .enumerate()
            {
                *flag = plan.flags >> bit & 1 == 1;
            }
            header.set_options_raw(&plan.options).unwrap();
            step.tcp_header(header).write(&mut bytes, payload)
        }
    }
    .unwrap();
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// What their writer makes, we read as they do, and every packet of it is a record.
    #[test]
    fn packets_that_are_in_order_are_read_alike(plan in plans()) {
        let bytes = built(&plan);
        let packet = ours(LinkType::ETHERNET, &bytes).unwrap();
        prop_assert_eq!(packet.ttl, plan.ttl);
        match plan.transport {
            0 => prop_assert_eq!((packet.ports(), packet.payload(99)), (Some(plan.ports), &plan.payload[..])),
            1 | 2 => prop_assert_eq!(packet.icmp(), Some((plan.ttl, plan.ports.1.to_be_bytes()[1]))),
            3 => prop_assert_eq!((packet.protocol, packet.transport), (47, Transport::Other)),
            _ => {
                let tcp = packet.tcp().unwrap();
                prop_assert_eq!((packet.ports(), tcp.sequence, tcp.acknowledgment), (Some(plan.ports), plan.numbers.0, plan.numbers.1));
                prop_assert_eq!((tcp.flags.0, tcp.window), (plan.flags, plan.window));
            }
        }
        compare_ethernet(&bytes);
        compare_ip(&bytes[14 + 4 * plan.vlans..]);
    }

    /// The same, broken in some bytes and cut anywhere.
    #[test]
    fn packets_that_are_broken_are_read_alike(plan in plans(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), end in any::<prop::sample::Index>()) {
        let mut bytes = built(&plan);
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        compare_ethernet(&bytes);
        compare_ethernet(&bytes[..end.index(bytes.len() + 1)]);
        compare_ip(&bytes[14..]);
    }

    /// Headers one behind the other as no writer would put them.
    #[test]
    fn chains_of_extension_headers_are_read_alike(kinds in proptest::collection::vec((prop_oneof![Just(43_u8), Just(44), Just(51), Just(60), Just(0)], 0..3_u8, 0..3_u16), 0..6), last in prop_oneof![Just(6_u8), Just(17), Just(58), Just(59)], tail in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut body = Vec::new();
        let next = |number: usize| kinds.get(number).map_or(last, |(kind, ..)| *kind);
        for (number, (kind, words, offset)) in kinds.iter().enumerate() {
            let length = match kind { 44 => 8, 51 => (usize::from(*words) + 2) * 4, _ => (usize::from(*words) + 1) * 8 };
            let from = body.len();
            body.resize(from + length, 0);
            body[from] = next(number + 1);
            body[from + 1] = *words;
            if *kind == 44 {
                body[from + 2..from + 4].copy_from_slice(&offset.to_be_bytes());
            }
        }
        body.extend(&tail);
        let mut bytes = vec![0x60, 0, 0, 0];
        bytes.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        bytes.extend([next(0), 64]);
        bytes.extend([0x20; 32]);
        bytes.extend(&body);
        compare_ip(&bytes);
    }

    /// Any bytes at all, of any link type: an answer, never a panic; and the same as theirs where they have one.
    #[test]
    fn any_bytes_are_read_alike(link in 0..300_u16, bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = ours(LinkType(link), &bytes);
        compare_ethernet(&bytes);
        compare_ip(&bytes);
    }

    /// Any bytes behind the first ones of an IP header.
    #[test]
    fn any_bytes_that_begin_as_ip_are_read_alike(words in 0..16_u8, v6 in any::<bool>(), protocol in prop_oneof![Just(6_u8), Just(17), Just(1), Just(58), Just(51), any::<u8>()], bytes in proptest::collection::vec(any::<u8>(), 60..160)) {
        let mut bytes = bytes;
        bytes[0] = if v6 { 0x60 } else { 0x40 | words };
        bytes[if v6 { 6 } else { 9 }] = protocol;
        compare_ip(&bytes);
        let whole = u16::try_from(bytes.len() - if v6 { 40 } else { 0 }).unwrap().to_be_bytes();
        bytes[if v6 { 4..6 } else { 2..4 }].copy_from_slice(&whole);
        if !v6 {
            bytes[6..8].copy_from_slice(&[0, 0]);
        }
        compare_ip(&bytes);
    }
}

#[test]
fn a_later_fragment_of_theirs_is_one_of_ours() {
    let mut header = etherparse::Ipv4Header::new(0, 64, IpNumber::UDP, [192, 0, 2, 1], [198, 51, 100, 7]).unwrap();
    header.fragment_offset = IpFragOffset::try_new(9).unwrap();
    let mut bytes = Vec::new();
    header.write(&mut bytes).unwrap();
    compare_ip(&bytes);
    assert_eq!(ours(LinkType::RAW, &bytes).unwrap().fragment, Fragment::Later);
}
