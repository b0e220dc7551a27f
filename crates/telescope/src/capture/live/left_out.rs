//! What a sensor leaves out of its records: its own traffic with the centre, and that of its management.

use crate::packet::Packet;
use std::net::IpAddr;

/// Traffic with hosts that are not observed but used: the centre, networks of management.
///
/// A packet is left out when one of its ends lies in the network (and, where a port is given, is that port of TCP or UDP; and, where our own
/// address is given, when the other end is that). In doubt it stays: the later fragments of a datagram tell no ports, so a rule with a port
/// does not concern them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    network: IpAddr,
    prefix: u8,
    port: Option<u16>,
    own: Option<IpAddr>,
}

impl LeftOut {
    /// Everything with one host.
    #[must_use]
    pub fn host(host: IpAddr) -> Self {
        Self { network: host.to_canonical(), prefix: u8::MAX, port: None, own: None }
    }

    /// Everything with a network: its first bits, so many. More than the address has mean all of them.
    #[must_use]
    pub fn network(network: IpAddr, prefix: u8) -> Self {
        Self { network, prefix, port: None, own: None }
    }

    /// Only what has this port at the far end.
    #[must_use]
    pub fn at_port(self, port: u16) -> Self {
        Self { port: Some(port), ..self }
    }

    /// Only what has this address of ours at the near end; a sensor that watches whole networks sees what others get from there, too.
    #[must_use]
    pub fn with(self, own: IpAddr) -> Self {
        Self { own: Some(own.to_canonical()), ..self }
    }

    /// The packet is such traffic, in either direction.
    #[must_use]
    pub fn covers(&self, packet: &Packet<'_>) -> bool {
        let (from, to) = packet.ports().map_or((None, None), |(from, to)| (Some(from), Some(to)));
        self.lies_between((packet.source, from), packet.destination) || self.lies_between((packet.destination, to), packet.source)
    }

    fn lies_between(&self, (far, port): (IpAddr, Option<u16>), near: IpAddr) -> bool {
        self.holds(far) && self.port.is_none_or(|wanted| port == Some(wanted)) && self.own.is_none_or(|own| own == near)
    }

    fn holds(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(32_u32.saturating_sub(self.prefix.into())).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(128_u32.saturating_sub(self.prefix.into())).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        capture::LinkType,
        made::{frame, tcp, udp, v4, v6},
        packet::decode,
    };

    /// The packets that are made go from 192.0.2.1 to 198.51.100.7, or from 2001:db8::1 to 2001:db8::7.
    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn tls(ports: (u16, u16)) -> Vec<u8> {
        let mut header = tcp(crate::made::Syn { ip_id: 1, ttl: 64, sequence: 7, window: 1_024, flags: 0x10, options: &[] });
        header[..2].copy_from_slice(&ports.0.to_be_bytes());
        header[2..4].copy_from_slice(&ports.1.to_be_bytes());
        header
    }

    fn fragment(mut packet: Vec<u8>, flags: u8, offset: u8) -> Vec<u8> {
        packet[6..8].copy_from_slice(&[flags, offset]);
        packet
    }

    /// The IPv6 packet's payload, behind a fragment header.
    fn fragment_v6(next: u8, offset: u8, more: u8, payload: &[u8]) -> Vec<u8> {
        v6(44, &[&[next, 0, 0, offset << 3 | more, 0, 0, 0, 1], payload].concat())
    }

    fn ethernet(tags: &[u8], kind: [u8; 2], packet: &[u8]) -> Vec<u8> {
        [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], tags, &kind, packet].concat()
    }

    #[test]
    fn what_is_left_out_and_what_stays() {
        const V4: [u8; 2] = [8, 0];
        const V6: [u8; 2] = [0x86, 0xdd];
        let centre = LeftOut::host(address("192.0.2.1")).at_port(443);
        let centre_v6 = LeftOut::host(address("2001:db8::1")).at_port(443);
        let ours = centre.with(address("198.51.100.7"));
        let others = centre.with(address("198.51.100.8"));
        let management = LeftOut::network(address("192.0.2.128"), 24);
        let half = LeftOut::network(address("192.0.2.128"), 25);
        let tcp_443 = v4(6, &tls((443, 40_000)));
        let from_443 = v6(6, &tls((443, 40_000)));
        let table: &[(&str, LeftOut, Vec<u8>, bool)] = &[
            ("an answer of the centre", centre, ethernet(&[], V4, &tcp_443), true),
            ("what goes to it", LeftOut::host(address("198.51.100.7")).at_port(443), ethernet(&[], V4, &v4(6, &tls((40_000, 443)))), true),
            ("QUIC", centre, ethernet(&[], V4, &v4(17, &udp(443, 40_000, b"x"))), true),
            ("another port of the centre", centre, ethernet(&[], V4, &v4(6, &tls((22, 40_000)))), false),
            ("the centre scans our port 443", centre, ethernet(&[], V4, &v4(6, &tls((40_000, 443)))), false),
            ("the centre pings", centre, ethernet(&[], V4, &v4(1, &[8, 0, 0, 0, 0, 1, 0, 1])), false),
            ("another host's port 443", LeftOut::host(address("192.0.2.2")).at_port(443), ethernet(&[], V4, &tcp_443), false),
            ("to our own address", ours, ethernet(&[], V4, &tcp_443), true),
            ("to an address that is watched", others, ethernet(&[], V4, &tcp_443), false),
            ("in a VLAN", centre, ethernet(&[0x81, 0, 0, 5], V4, &tcp_443), true),
            ("in two", centre, ethernet(&[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6], V4, &tcp_443), true),
            ("another port in a VLAN", centre, ethernet(&[0x81, 0, 0, 5], V4, &v4(6, &tls((22, 40_000)))), false),
            ("a first fragment", centre, ethernet(&[], V4, &fragment(tcp_443.clone(), 0x20, 0)), true),
            ("a later one tells no ports", centre, ethernet(&[], V4, &fragment(tcp_443.clone(), 0, 9)), false),
            ("a later one from a host without a port", LeftOut::host(address("192.0.2.1")), ethernet(&[], V4, &fragment(tcp_443.clone(), 0, 9)), true),
            ("a network", management, ethernet(&[], V4, &v4(1, &[8, 0, 0, 0, 0, 1, 0, 1])), true),
            ("the other half of a network", half, ethernet(&[], V4, &tcp_443), false),
            ("every network", LeftOut::network(address("0.0.0.0"), 0), ethernet(&[], V4, &tcp_443), true),
            ("every network of IPv4 and IPv6", LeftOut::network(address("0.0.0.0"), 0), ethernet(&[], V6, &from_443), false),
            ("IPv6", centre_v6, ethernet(&[], V6, &from_443), true),
            ("another port with IPv6", centre_v6, ethernet(&[], V6, &v6(6, &tls((22, 40_000)))), false),
            ("IPv6 in a VLAN", centre_v6, ethernet(&[0x81, 0, 0, 5], V6, &from_443), true),
            ("a first fragment of IPv6", centre_v6, ethernet(&[], V6, &fragment_v6(6, 0, 1, &tls((443, 40_000)))), true),
            ("a later one of IPv6", centre_v6, ethernet(&[], V6, &fragment_v6(6, 9, 0, &tls((443, 40_000)))), false),
            ("behind an extension header", centre_v6, ethernet(&[], V6, &v6(60, &[&[6, 0, 1, 4, 0, 0, 0, 0][..], &tls((443, 40_000))].concat())), true),
            ("a network of IPv6", LeftOut::network(address("2001:db8:0:0:ffff::"), 64), ethernet(&[], V6, &from_443), true),
            ("the network beside it", LeftOut::network(address("2001:db8:0:1::"), 64), ethernet(&[], V6, &from_443), false),
            ("an address of IPv4 written as one of IPv6", LeftOut::host(address("::ffff:192.0.2.1")), ethernet(&[], V4, &tcp_443), true),
        ];
        for (what, rule, bytes, left_out) in table {
            let packet = decode(&frame(LinkType::ETHERNET, bytes)).unwrap();
            assert_eq!(rule.covers(&packet), *left_out, "{what}");
        }
    }
}
