//! What is looked for, how much, by whom, and how that changed within the year: the background, and what rose out of it.

use super::sources;
use noroshi_lake::packets::{Service, Tool};
use std::net::Ipv4Addr;

/// Scans that are of one kind.
pub(super) struct Stream {
    pub(super) probe: Probe,
    /// How many in an hour, in thousandths.
    pub(super) per_hour: u64,
    /// How that changed: in thousandths so many days ago, in a straight line between two of them.
    pub(super) shape: &'static [(i64, u64)],
    pub(super) from: From,
    /// What they are sent by.
    pub(super) tools: &'static [(Tool, u64)],
    pub(super) to: To,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// A SYN to a port.
    Tcp(u16),
    /// A datagram to a port.
    Udp(u16),
    /// A SYN, or a datagram, to one of many ports that are hardly looked for twice.
    TcpAnywhere,
    UdpAnywhere,
    /// The answer of a server to whom somebody forged our address.
    Answer(u16),
    /// A message of ICMP, by its type.
    Icmp(u8),
    /// A packet of another protocol.
    Protocol(u8),
    /// Over IPv6: a SYN to a port, an echo request.
    TcpV6(u16),
    EchoV6,
}

/// From where it is sent.
#[derive(Clone, Copy)]
pub(super) enum From {
    /// From countries, as often as said, by so many sources in each at a time.
    Countries(&'static [([u8; 2], u64)], u64),
    /// From one source.
    One(Ipv4Addr, [u8; 2]),
}

/// To whom it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// One sensor in eight at a time; those of tools that scan fast, one in four.
    Some,
    /// All.
    All,
    /// One alone: its place.
    Only(usize),
}

impl Probe {
    /// The service as which it counts, given a port where there are many.
    pub(super) fn service(self, port: u16) -> Service {
        match self {
            Self::Tcp(port) | Self::TcpV6(port) => Service::Port { protocol: 6, port },
            Self::Udp(port) => Service::Port { protocol: 17, port },
            Self::TcpAnywhere | Self::Answer(_) => Service::Port { protocol: 6, port },
            Self::UdpAnywhere => Service::Port { protocol: 17, port },
            Self::Icmp(kind) => Service::Icmp { protocol: 1, kind },
            Self::EchoV6 => Service::Icmp { protocol: 58, kind: 128 },
            Self::Protocol(protocol) => Service::Protocol(protocol),
        }
    }

    pub(super) const fn is_v6(self) -> bool {
        matches!(self, Self::TcpV6(_) | Self::EchoV6)
    }
}

impl Stream {
    /// The factor of a day, in thousandths.
    pub(super) fn factor(&self, days_ago: i64) -> u64 {
        let before = self.shape.iter().rfind(|(ago, _)| *ago >= days_ago);
        let after = self.shape.iter().find(|(ago, _)| *ago < days_ago);
        match (before, after) {
            (Some((from, begin)), Some((to, end))) => {
                let (all, gone) = ((from - to).unsigned_abs(), (from - days_ago).unsigned_abs());
                (begin * (all - gone) + end * gone) / all.max(1)
            }
            (Some((_, only)), None) | (None, Some((_, only))) => *only,
            (None, None) => 1_000,
        }
    }
}

const WORLD: &[([u8; 2], u64)] = &[
    (*b"CN", 24),
    (*b"US", 18),
    (*b"RU", 10),
    (*b"NL", 7),
    (*b"DE", 5),
    (*b"BR", 6),
    (*b"IN", 6),
    (*b"VN", 5),
    (*b"KR", 4),
    (*b"TW", 3),
    (*b"JP", 3),
    (*b"GB", 2),
    (*b"FR", 2),
    (*b"ID", 2),
    (*b"HK", 2),
    (*b"BG", 1),
];
/// Where appliances with the maker's password are many.
const APPLIANCES: &[([u8; 2], u64)] = &[(*b"CN", 22), (*b"BR", 18), (*b"IN", 16), (*b"VN", 12), (*b"TW", 9), (*b"KR", 8), (*b"RU", 8), (*b"ID", 7)];
/// Where worms of old systems live on.
const WORMS: &[([u8; 2], u64)] = &[(*b"VN", 16), (*b"IN", 16), (*b"ID", 13), (*b"RU", 13), (*b"CN", 12), (*b"BR", 10), (*b"TW", 7), (*b"US", 6), (*b"JP", 4)];
/// Where machines are rented by the hour.
const RENTED: &[([u8; 2], u64)] = &[(*b"US", 30), (*b"NL", 22), (*b"RU", 14), (*b"DE", 12), (*b"GB", 8), (*b"FR", 6), (*b"BG", 5), (*b"HK", 3)];
const CHINA: &[([u8; 2], u64)] = &[(*b"CN", 1)];
const EAST: &[([u8; 2], u64)] = &[(*b"CN", 60), (*b"KR", 12), (*b"HK", 10), (*b"TW", 8), (*b"US", 10)];

const BARE: &[(Tool, u64)] = &[(Tool::Unknown, 1)];
const MIRAI: &[(Tool, u64)] = &[(Tool::Mirai, 7), (Tool::Unknown, 3)];
const FAST: &[(Tool, u64)] = &[(Tool::Unknown, 5), (Tool::Masscan, 3), (Tool::Zmap, 2)];
const ZMAP: &[(Tool, u64)] = &[(Tool::Unknown, 6), (Tool::Zmap, 4)];

const LEVEL: &[(i64, u64)] = &[(0, 1_000)];

const fn background(probe: Probe, per_hour: u64, from: &'static [([u8; 2], u64)], sources: u64, tools: &'static [(Tool, u64)]) -> Stream {
    changing(probe, per_hour, LEVEL, from, sources, tools)
}

const fn changing(
    probe: Probe,
    per_hour: u64,
    shape: &'static [(i64, u64)],
    from: &'static [([u8; 2], u64)],
    sources: u64,
    tools: &'static [(Tool, u64)],
) -> Stream {
    Stream { probe, per_hour, shape, from: From::Countries(from, sources), tools, to: To::Some }
}

/// All of it. What rises is told in the manual (`docs/src/first-steps.md`).
#[rustfmt::skip]
pub(super) const STREAMS: &[Stream] = &[
    // Slow trends.
    changing(Probe::Tcp(445), 22_000, &[(366, 1_250), (0, 780)], WORMS, 60, BARE),
    changing(Probe::Tcp(23), 24_000, &[(366, 700), (240, 1_100), (180, 900), (60, 1_300), (0, 1_200)], APPLIANCES, 70, MIRAI),
    changing(Probe::Tcp(5900), 2_000, &[(250, 600), (60, 2_600), (0, 2_600)], RENTED, 12, FAST),
    changing(Probe::Tcp(3389), 8_000, &[(366, 850), (120, 1_200), (0, 1_000)], RENTED, 30, FAST),
    // The background.
    background(Probe::Tcp(22), 12_000, WORLD, 30, ZMAP),
    background(Probe::Tcp(80), 9_000, WORLD, 20, ZMAP),
    background(Probe::Tcp(443), 5_000, RENTED, 20, ZMAP),
    background(Probe::Tcp(8080), 7_000, WORLD, 20, MIRAI),
    background(Probe::Tcp(2323), 4_000, APPLIANCES, 20, MIRAI),
    background(Probe::Tcp(1433), 7_000, EAST, 30, FAST),
    background(Probe::Tcp(135), 3_000, WORMS, 12, BARE),
    background(Probe::Tcp(139), 2_500, WORMS, 12, BARE),
    background(Probe::Tcp(3306), 2_500, EAST, 12, FAST),
    background(Probe::Tcp(6379), 3_000, EAST, 12, FAST),
    background(Probe::Tcp(5555), 2_500, APPLIANCES, 12, MIRAI),
    background(Probe::Tcp(25), 1_500, RENTED, 8, ZMAP),
    background(Probe::Tcp(21), 1_500, WORLD, 8, ZMAP),
    background(Probe::Udp(5060), 5_000, RENTED, 12, BARE),
    background(Probe::Udp(53), 3_000, RENTED, 10, ZMAP),
    background(Probe::Udp(123), 2_500, RENTED, 10, ZMAP),
    background(Probe::Udp(1900), 2_000, WORLD, 10, ZMAP),
    background(Probe::Udp(161), 1_500, RENTED, 8, ZMAP),
    background(Probe::Udp(389), 1_000, RENTED, 6, BARE),
    background(Probe::TcpAnywhere, 6_000, WORLD, 20, FAST),
    background(Probe::UdpAnywhere, 1_500, WORLD, 10, BARE),
    background(Probe::Answer(80), 2_000, EAST, 8, BARE),
    background(Probe::Answer(443), 1_000, RENTED, 6, BARE),
    background(Probe::Icmp(3), 2_000, WORLD, 10, BARE),
    background(Probe::Protocol(47), 300, WORLD, 4, BARE),
    background(Probe::TcpV6(22), 400, RENTED, 4, BARE),
    background(Probe::EchoV6, 600, RENTED, 6, BARE),
    // Scanned every night by people who study the Internet and say so.
    Stream { probe: Probe::Tcp(443), per_hour: 400, shape: LEVEL, from: From::One(sources::RESEARCHER, *b"US"), tools: &[(Tool::Zmap, 1)], to: To::All },
    // ICMP fourfold for three weeks.
    changing(Probe::Icmp(8), 9_000, &[(217, 1_000), (216, 4_000), (196, 4_000), (195, 1_000)], WORLD, 30, BARE),
    // An old hole that somebody writes a worm for.
    changing(Probe::Tcp(2967), 500, &[(300, 200), (286, 7_000), (246, 6_000), (236, 300)], WORMS, 14, BARE),
    // A port that nobody looked for before.
    changing(Probe::Tcp(5168), 900, &[(131, 0), (130, 400), (120, 1_000), (0, 800)], EAST, 8, BARE),
    // Suddenly, and from one country.
    changing(Probe::Tcp(1433), 7_000, &[(76, 0), (75, 5_000), (67, 4_000), (27, 400), (0, 200)], CHINA, 120, FAST),
    // Days of looking for amplifiers.
    changing(Probe::Udp(11_211), 400, &[(22, 1_000), (21, 9_000), (18, 9_000), (17, 1_000)], RENTED, 12, ZMAP),
    // Threefold for a day, of which the packets are there.
    changing(Probe::Tcp(6379), 1_000, &[(3, 0), (2, 10_000), (1, 0)], APPLIANCES, 60, BARE),
    // One loud source: no rise.
    Stream { probe: Probe::Udp(5060), per_hour: 10_000, shape: &[(167, 0), (166, 1_000), (161, 1_000), (160, 0)], from: From::One(sources::CALLER, *b"FR"), tools: BARE, to: To::Some },
    // One odd sensor: no rise either.
    Stream { probe: Probe::Tcp(8080), per_hour: 60_000, shape: &[(46, 0), (45, 1_000), (43, 1_000), (42, 0)], from: From::Countries(WORLD, 40), tools: BARE, to: To::Only(16) },
    // A machine at home that tries passwords.
    Stream { probe: Probe::Tcp(22), per_hour: 4_000, shape: &[(4, 0), (3, 1_000), (1, 1_000), (0, 0)], from: From::One(sources::AT_HOME, *b"JP"), tools: BARE, to: To::Some },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_goes_straight_from_one_day_to_the_next() {
        let rising = changing(Probe::Tcp(22), 1, &[(10, 0), (5, 1_000), (0, 500)], WORLD, 1, BARE);
        let factors = [20, 10, 8, 5, 4, 0].map(|ago| rising.factor(ago));
        assert_eq!(factors, [0, 0, 400, 1_000, 900, 500]);
        assert_eq!(background(Probe::Tcp(22), 1, WORLD, 1, BARE).factor(300), 1_000);
    }
}
