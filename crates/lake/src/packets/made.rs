//! Packets made for tests, of documentation addresses.

use super::{Country, Fragment, Kind, StoredPacket, Tcp, TcpOptions, Tool, Transport};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// 2023-11-14T22:13:20.123456789Z.
pub(crate) const AT_NS: i64 = 1_700_000_000_123_456_789;

/// A SYN from 192.0.2.1 to 198.51.100.7.
pub(crate) fn syn(at_ns: i64, port: u16) -> StoredPacket<'static> {
    StoredPacket {
        at_ns,
        sensor: 7,
        source: Ipv4Addr::new(192, 0, 2, 1).into(),
        destination: Some(Ipv4Addr::new(198, 51, 100, 7).into()),
        protocol: 6,
        ttl: 52,
        ip_id: Some(1),
        fragment: Fragment::Whole,
        transport: Transport::Tcp(Tcp {
            source_port: 40_000,
            destination_port: port,
            flags: 2,
            window: 1024,
            sequence: 9,
            acknowledgment: 0,
            options: TcpOptions { order: 3, segment_bytes: Some(1460), window_scale: None },
        }),
        wire_bytes: 58,
        payload: None,
        country: Country::new(*b"JP"),
        asn: Some(64_496),
        tool: Tool::Zmap,
        kind: Kind::Scan,
    }
}

/// An echo request to the same.
pub(crate) fn echo(at_ns: i64) -> StoredPacket<'static> {
    StoredPacket { protocol: 1, transport: Transport::Icmp { kind: 8, code: 0 }, payload: Some(b"abc"), ..syn(at_ns, 0) }
}

/// A packet and what it carried.
pub(crate) type Made = (StoredPacket<'static>, Option<Vec<u8>>);

pub(crate) fn whole(made: &Made) -> StoredPacket<'_> {
    StoredPacket { payload: made.1.as_deref(), ..made.0 }
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![any::<u32>().prop_map(|bits| Ipv4Addr::from(bits).into()), any::<u128>().prop_map(|bits| Ipv6Addr::from(bits).into())]
}

fn options() -> impl Strategy<Value = TcpOptions> {
    let letters = prop::collection::vec(1..16_u64, 0..=16);
    (letters, any::<u16>(), any::<u8>()).prop_map(|(letters, segment, scale)| TcpOptions {
        order: letters.iter().enumerate().fold(0, |order, (place, letter)| order | letter << (4 * place)),
        segment_bytes: letters.contains(&3).then_some(segment),
        window_scale: letters.contains(&4).then_some(scale),
    })
}

fn transport() -> impl Strategy<Value = Transport> {
    let port = || prop_oneof![Just(23_u16), Just(0), Just(u16::MAX), any::<u16>()];
    prop_oneof![
        (port(), port(), any::<u16>(), any::<u16>(), any::<u32>(), any::<u32>(), options()).prop_map(
            |(source_port, destination_port, flags, window, sequence, acknowledgment, options)| {
                Transport::Tcp(Tcp { source_port, destination_port, flags, window, sequence, acknowledgment, options })
            }
        ),
        (port(), port(), any::<u32>()).prop_map(|(source_port, destination_port, sequence)| Transport::TcpBegun { source_port, destination_port, sequence }),
        (port(), port()).prop_map(|(source_port, destination_port)| Transport::Ports { source_port, destination_port }),
        (any::<u8>(), any::<u8>()).prop_map(|(kind, code)| Transport::Icmp { kind, code }),
        Just(Transport::Other),
    ]
}

/// Any packet of the day of [`AT_NS`].
pub(crate) fn any_packet() -> impl Strategy<Value = Made> {
    const BEGAN_NS: i64 = 1_699_920_000_000_000_000;
    let ip = (address(), prop::option::of(address()), prop_oneof![Just(6_u8), Just(1), any::<u8>()], any::<u8>(), prop::option::of(any::<u16>()));
    let fragment = prop::sample::select(vec![Fragment::Whole, Fragment::First, Fragment::Later]);
    let country = prop::option::of(prop::sample::select(vec![*b"JP", *b"ZZ", *b"AA"])).prop_map(|letters| letters.and_then(Country::new));
    let added = (country, prop::option::of(any::<u32>()), prop::sample::select(Tool::ALL.to_vec()), prop::sample::select(Kind::ALL.to_vec()));
    let payload = prop::option::of(prop::collection::vec(any::<u8>(), 0..40));
    (BEGAN_NS..BEGAN_NS + 86_400_000_000_000, any::<u32>(), ip, fragment, transport(), any::<u32>(), payload, added).prop_map(
        |(at_ns, sensor, (source, destination, protocol, ttl, ip_id), fragment, transport, wire_bytes, payload, (country, asn, tool, kind))| {
            let packet = StoredPacket {
                at_ns,
                sensor,
                source,
                destination,
                protocol,
                ttl,
                ip_id,
                fragment,
                transport,
                wire_bytes,
                payload: None,
                country,
                asn,
                tool,
                kind,
            };
            (packet, payload)
        },
    )
}
