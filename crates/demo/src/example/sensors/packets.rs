//! A scan's packets at one host, with the marks of the tool that sends them.

use super::{hosts::Host, scans::Scan, streams::Probe};
use crate::dice::Chance;
use noroshi_lake::packets::Tool;
use noroshi_telescope::packet::{Fragment, Packet, Tcp, TcpFlags, TcpOptions, Transport, protocol};
use std::net::{IpAddr, Ipv4Addr};

/// What a caller over SIP begins with.
const SIP: &[u8] = b"OPTIONS sip:100@192.0.2.1 SIP/2.0";
const WINDOWS: [u16; 4] = [8_192, 14_600, 29_200, 65_535];

/// The packets that a scan sends to a host, within [`SCAN_US`](super::scans::SCAN_US).
pub(super) fn of(scan: &Scan, host: &Host, into: &mut Vec<Packet<'static>>) {
    let is_v6 = scan.probe.is_v6();
    let mut chance = Chance::new(scan.seed, host.number.into());
    // One path and one port for all of it, as most have.
    let (hops, source_port) = (5 + chance.below(20), u16::try_from(1_024 + chance.below(64_000)).unwrap_or(u16::MAX));
    for time in 0..scan.times {
        for place in 0..host.addresses(is_v6) {
            let at = scan.at + i64::try_from(time * 2_500_000 + place * 40_000 + chance.below(30_000)).unwrap_or_default();
            let destination = if is_v6 { host.v6().into() } else { host.v4(place).into() };
            into.push(packet(scan, destination, at * 1_000, hops, source_port, &mut chance));
        }
    }
}

fn packet(scan: &Scan, destination: IpAddr, at_ns: i64, hops: u64, source_port: u16, chance: &mut Chance) -> Packet<'static> {
    let begins_at = match scan.tool {
        Tool::Zmap | Tool::Masscan => 255,
        _ if scan.seed.is_multiple_of(3) => 128,
        _ => 64,
    };
    let (wire_bytes, number, transport) = match scan.probe {
        Probe::Tcp(_) | Probe::TcpAnywhere | Probe::TcpV6(_) => (60, protocol::TCP, Transport::Tcp(syn(scan, destination, source_port, chance))),
        Probe::Answer(from) => (
            54,
            protocol::TCP,
            Transport::Tcp(Tcp {
                source_port: from,
                flags: TcpFlags::SYN.and(TcpFlags::ACK),
                acknowledgment: low(chance),
                ..syn(scan, destination, from, chance)
            }),
        ),
        Probe::Udp(5060) => (75, protocol::UDP, Transport::Udp { source_port: 5_060, destination_port: scan.port, payload: SIP }),
        Probe::Udp(_) | Probe::UdpAnywhere => (60, protocol::UDP, Transport::Udp { source_port, destination_port: scan.port, payload: b"\0\0\0\0" }),
        Probe::Icmp(kind) => (70, protocol::ICMP, Transport::Icmp { kind, code: if kind == 3 { 3 } else { 0 }, payload: b"" }),
        Probe::EchoV6 => (70, protocol::ICMPV6, Transport::Icmpv6 { kind: 128, code: 0, payload: b"" }),
        Probe::Protocol(number) => (60, number, Transport::Other),
    };
    let ip_id = match (scan.tool, transport, destination) {
        (_, _, IpAddr::V6(_)) => None,
        (Tool::Zmap, ..) => Some(54_321),
        (Tool::Masscan, Transport::Tcp(tcp), IpAddr::V4(to)) => Some(folded(to, &tcp)),
        // None bears a tool's mark by chance.
        (_, Transport::Tcp(tcp), IpAddr::V4(to)) => Some(unmarked(chance)).map(|id| if id == folded(to, &tcp) { id + 1 } else { id }),
        _ => Some(unmarked(chance)),
    };
    Packet {
        at_ns,
        wire_bytes,
        source: scan.source,
        destination,
        protocol: number,
        ttl: u8::try_from(begins_at - hops).unwrap_or(u8::MAX),
        ip_id,
        fragment: Fragment::Whole,
        transport,
    }
}

fn syn(scan: &Scan, destination: IpAddr, source_port: u16, chance: &mut Chance) -> Tcp {
    let sequence = match (scan.tool, destination) {
        (Tool::Mirai, IpAddr::V4(to)) => to.into(),
        _ => low(chance),
    };
    let window = match scan.tool {
        Tool::Masscan => 1_024,
        Tool::Zmap => 65_535,
        _ => WINDOWS.into_iter().cycle().nth(usize::try_from(scan.seed % 4).unwrap_or_default()).unwrap_or(8_192),
    };
    Tcp { source_port, destination_port: scan.port, sequence, acknowledgment: 0, flags: TcpFlags::SYN, window, options: TcpOptions::default() }
}

/// An identification below ZMap's.
fn unmarked(chance: &mut Chance) -> u16 {
    u16::try_from(chance.below(50_000)).unwrap_or_default()
}

/// Masscan's IP-ID.
fn folded(to: Ipv4Addr, tcp: &Tcp) -> u16 {
    let [.., high, low] = (u32::from(to) ^ u32::from(tcp.destination_port) ^ tcp.sequence).to_be_bytes();
    u16::from_be_bytes([high, low])
}

fn low(chance: &mut Chance) -> u32 {
    u32::try_from(chance.next() & u64::from(u32::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::sensors::{Volume, hosts, scans::Scans, year::Year};
    use noroshi_kernel::moment::Zone;
    use noroshi_lake::packets::Kind;
    use noroshi_telescope::{kind, tool};
    use std::sync::Arc;

    #[test]
    fn packets_are_judged_as_the_year_before_counts_them() {
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let now = zone.moment(jiff::civil::date(2026, 11, 20).at(12, 0, 0, 0)).expect("a time");
        let year = Arc::new(Year::ending(now, &zone));
        let scans = Scans::new(year.clone(), hosts::hosts("JP", &year).into(), Volume::USUAL);
        let (mut judged, mut packets) = (0, Vec::new());
        for day in [year.days[20], year.days[200], year.days[363]] {
            for scan in day.hours().take(6).flat_map(|begin| scans.of_hour(day, begin)) {
                let group = scans.group(&scan);
                packets.clear();
                scans.reached(&scan).for_each(|(_, host)| of(&scan, host, &mut packets));
                assert_eq!(packets.len() as u64, group.as_ref().map_or(0, |group| group.sensors.iter().map(|(_, packets)| packets).sum()), "{scan:?}");
                let Some(group) = group else { continue };
                for packet in &packets {
                    assert!((scan.at..scan.at + super::super::scans::SCAN_US).contains(&(packet.at_ns / 1_000)), "{packet:?}");
                    assert_eq!(tool::Tool::of(packet).key(), group.tool.key(), "{packet:?}");
                    let kind = Kind::ALL.into_iter().find(|known| known.key() == kind::Kind::of(packet).key());
                    assert_eq!(kind, Some(group.kind), "{packet:?}");
                    judged += 1;
                }
            }
        }
        assert!(judged > 50_000, "{judged}");
    }
}
