//! What an unsolicited packet is, as far as it tells by itself.

use crate::packet::{Packet, TcpFlags, Transport};

/// Why a packet may have come to somebody who did not ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A question: somebody looks what is here.
    Scan,
    /// An answer to a question that was never asked from here: somebody forged our address (Moore, Voelker, Savage: Inferring Internet
    /// Denial-of-Service Activity, USENIX Security 2001).
    Backscatter,
    /// It may be either, or neither.
    Other,
}

/// Ports of services over UDP that answer more than they are asked, and are abused for it.
const ANSWERING: [u16; 14] = [17, 19, 53, 69, 111, 123, 137, 161, 389, 520, 1900, 3702, 5353, 11_211];

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Scan, Self::Backscatter, Self::Other];

    /// Judges a packet.
    #[must_use]
    #[inline]
    pub fn of(packet: &Packet<'_>) -> Self {
        match packet.transport {
            Transport::Tcp(tcp) => Self::of_flags(tcp.flags),
            // From where answers come to where questions come from.
            Transport::Udp { source_port, destination_port: 1024.., .. } if ANSWERING.contains(&source_port) => Self::Backscatter,
            Transport::Udp { .. } => Self::Scan,
            // Echo, router, timestamp, information and mask requests; their answers; what routers and hosts complain of.
            Transport::Icmp { kind: 8 | 10 | 13 | 15 | 17, .. } => Self::Scan,
            Transport::Icmp { kind: 0 | 3..=5 | 11 | 12 | 14 | 16 | 18, .. } => Self::Backscatter,
            // Echo and node information; errors and answers. Neighbour discovery and the like are local.
            Transport::Icmpv6 { kind: 128 | 139, .. } => Self::Scan,
            Transport::Icmpv6 { kind: 1..=4 | 129 | 140, .. } => Self::Backscatter,
            Transport::Icmp { .. } | Transport::Icmpv6 { .. } | Transport::TcpBegun { .. } | Transport::Other => Self::Other,
        }
    }

    /// A SYN, or what probes send that no connection begins with (nothing, FIN, FIN with PSH and URG), is a scan. An acknowledgment alone may be
    /// a probe or an answer to forged data.
    fn of_flags(flags: TcpFlags) -> Self {
        if flags.has(TcpFlags::RST) || flags.has(TcpFlags::SYN.and(TcpFlags::ACK)) {
            Self::Backscatter
        } else if flags.has(TcpFlags::ACK) {
            Self::Other
        } else {
            Self::Scan
        }
    }

    /// A short name for tables and filters.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Backscatter => "backscatter",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made;

    #[test]
    fn tcp_is_told_by_its_flags() {
        for (flags, expected) in [
            (0x02, Kind::Scan),
            (0xc2, Kind::Scan),
            (0x00, Kind::Scan),
            (0x01, Kind::Scan),
            (0x29, Kind::Scan),
            (0x12, Kind::Backscatter),
            (0x04, Kind::Backscatter),
            (0x14, Kind::Backscatter),
            (0x10, Kind::Other),
            (0x11, Kind::Other),
            (0x18, Kind::Other),
        ] {
            let syn = made::Syn { ip_id: 1, ttl: 64, sequence: 9, window: 0, flags, options: &[] };
            assert_eq!(made::with(&made::syn(syn), Kind::of), expected, "{flags:#x}");
        }
    }

    #[test]
    fn udp_and_icmp_are_told_by_ports_and_types() {
        let udp = |from, to| made::v4(17, &made::udp(from, to, b""));
        for (packet, expected) in [
            (udp(53, 33_000), Kind::Backscatter),
            (udp(53, 53), Kind::Scan),
            (udp(33_000, 53), Kind::Scan),
            (udp(33_000, 33_001), Kind::Scan),
            (made::v4(1, &[8, 0, 0, 0]), Kind::Scan),
            (made::v4(1, &[0, 0, 0, 0]), Kind::Backscatter),
            (made::v4(1, &[3, 3, 0, 0]), Kind::Backscatter),
            (made::v4(1, &[11, 0, 0, 0]), Kind::Backscatter),
            (made::v4(1, &[9, 0, 0, 0]), Kind::Other),
            (made::v6(58, &[128, 0, 0, 0]), Kind::Scan),
            (made::v6(58, &[1, 4, 0, 0]), Kind::Backscatter),
            (made::v6(58, &[135, 0, 0, 0]), Kind::Other),
            (made::v4(47, &[0; 8]), Kind::Other),
        ] {
            assert_eq!(made::with(&packet, Kind::of), expected, "{packet:?}");
        }
    }
}
