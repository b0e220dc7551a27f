//! Marks that scanning tools leave in a packet. A mark is a lower bound: who does not want to be known changes it, and newer versions may not
//! leave it; and of packets without a tool one in 65,536 bears one of sixteen bits by chance. Only probes are judged ([`Kind::Scan`]).

use crate::{
    kind::Kind,
    packet::{Letter, Packet, Tcp, TcpFlags},
};
use std::net::{IpAddr, Ipv4Addr};

/// The tool that a packet's marks speak of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// None of the marks known here.
    #[default]
    Unknown,
    /// ZMap.
    Zmap,
    /// Masscan.
    Masscan,
    /// The Mirai botnet and what was made of its source.
    Mirai,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Zmap, Self::Masscan, Self::Mirai];

    /// Judges a packet; of several marks the one that chance imitates least often counts.
    #[must_use]
    #[inline]
    pub fn of(packet: &Packet<'_>) -> Self {
        if Kind::of(packet) != Kind::Scan {
            Self::Unknown
        } else if sequence_is_destination(packet) {
            Self::Mirai
        } else if identification_is_folded(packet) || header_is_masscans(packet) {
            Self::Masscan
        } else if identification_is_zmaps(packet) {
            Self::Zmap
        } else {
            Self::Unknown
        }
    }

    /// A short name for tables and filters.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Zmap => "zmap",
            Self::Masscan => "masscan",
            Self::Mirai => "mirai",
        }
    }
}

fn to_v4(packet: &Packet<'_>) -> Option<Ipv4Addr> {
    if let IpAddr::V4(address) = packet.destination { Some(address) } else { None }
}

/// ZMap's IP-ID is 54321, whatever the protocol (Durumeric, Bailey, Halderman: An Internet-Wide View of Internet-Wide Scanning, USENIX Security
/// 2014). Since March 2024 its packets bear random ones.
#[must_use]
#[inline]
pub fn identification_is_zmaps(packet: &Packet<'_>) -> bool {
    packet.ip_id == Some(54_321)
}

/// Masscan's first sign: the IP-ID of a TCP probe is destination address xor destination port xor sequence number, of which the lower sixteen
/// bits have room (the same paper; `templ-pkt.c` of its source).
#[must_use]
#[inline]
pub fn identification_is_folded(packet: &Packet<'_>) -> bool {
    let (Some(tcp), Some(address), Some(identification)) = (packet.tcp(), to_v4(packet), packet.ip_id) else { return false };
    let folded = u32::from(address) ^ u32::from(tcp.destination_port) ^ tcp.sequence;
    let [.., high, low] = folded.to_be_bytes();
    u16::from_be_bytes([high, low]) == identification
}

/// Masscan's second sign: its template of a SYN (`templ-pkt.c` of its source). It begins with a TTL of 255, has a window of 1024 (1025 in its latest source)
/// and no options, or a segment size of 1460 alone. Nmap's probes have that window, too, and a TTL that began below 64.
#[must_use]
#[inline]
pub fn header_is_masscans(packet: &Packet<'_>) -> bool {
    /// No path on the Internet is longer than 63 routers, and no system but few begins at 255.
    const LEAST_TTL: u8 = 255 - 63;
    let Some(Tcp { flags: TcpFlags::SYN, acknowledgment: 0, window: 1024 | 1025, options, .. }) = packet.tcp() else { return false };
    let options_fit = options.order == 0 || (options.order == Letter::SegmentSize as u64 && options.segment_bytes == Some(1460));
    packet.ttl >= LEAST_TTL && options_fit && to_v4(packet).is_some()
}

/// Mirai's SYN has the destination address as its sequence number (Antonakakis et al.: Understanding the Mirai Botnet, USENIX Security 2017).
#[must_use]
#[inline]
pub fn sequence_is_destination(packet: &Packet<'_>) -> bool {
    packet.tcp().is_some_and(|tcp| tcp.flags.has(TcpFlags::SYN) && to_v4(packet).is_some_and(|address| u32::from(address) == tcp.sequence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::{self, Syn};

    /// A SYN to 198.51.100.7:23 with no mark.
    const PLAIN: Syn = Syn { ip_id: 1, ttl: 52, sequence: 0x1234_5678, window: 65_535, flags: 2, options: &[] };

    fn tool(syn: Syn) -> Tool {
        made::with(&made::syn(syn), Tool::of)
    }

    #[test]
    fn each_mark_is_found() {
        let address = u32::from(Ipv4Addr::new(198, 51, 100, 7));
        let folded = u16::try_from((address ^ 23 ^ PLAIN.sequence) & 0xffff).unwrap();
        let masscan = Syn { window: 1024, ttl: 240, ..PLAIN };
        for (syn, expected) in [
            (PLAIN, Tool::Unknown),
            (Syn { ip_id: 54_321, ..PLAIN }, Tool::Zmap),
            (Syn { ip_id: folded, ..PLAIN }, Tool::Masscan),
            (masscan, Tool::Masscan),
            (Syn { window: 1025, options: &[2, 4, 0x05, 0xb4], ..masscan }, Tool::Masscan),
            (Syn { sequence: address, ..PLAIN }, Tool::Mirai),
            // The folded number is then the port.
            (Syn { sequence: address, ip_id: 23, ..PLAIN }, Tool::Mirai),
            // Nmap: the same window and segment size, another TTL.
            (Syn { ttl: 50, options: &[2, 4, 0x05, 0xb4], ..masscan }, Tool::Unknown),
            (Syn { options: &[2, 4, 0x05, 0xa0], ..masscan }, Tool::Unknown),
            (Syn { options: &[2, 4, 0x05, 0xb4, 1, 3, 3, 7], ..masscan }, Tool::Unknown),
        ] {
            assert_eq!(tool(syn), expected, "{syn:?}");
        }
    }

    #[test]
    fn answers_bear_no_marks() {
        assert_eq!(tool(Syn { ip_id: 54_321, flags: 0x12, ..PLAIN }), Tool::Unknown);
        assert_eq!(tool(Syn { ip_id: 54_321, flags: 0x04, ..PLAIN }), Tool::Unknown);
    }

    #[test]
    fn keys_are_their_own() {
        let keys: std::collections::BTreeSet<_> = Tool::ALL.iter().map(|tool| tool.key()).collect();
        assert_eq!(keys.len(), Tool::ALL.len());
    }
}
