//! One packet as it is stored.

use super::TcpOptions;
use std::net::IpAddr;

/// A packet over IP with what the centre adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredPacket<'a> {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub at_ns: i64,
    /// The sensor's number in the registry.
    pub sensor: u32,
    /// Who says to have sent it.
    pub source: IpAddr,
    /// To whom it went; `None` when the sensor masks its own address.
    pub destination: Option<IpAddr>,
    /// The protocol above IP and its extension headers (IANA).
    pub protocol: u8,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// IPv4's identification.
    pub ip_id: Option<u16>,
    /// Which part of a datagram it is.
    pub fragment: Fragment,
    /// What the transport header says.
    pub transport: Transport,
    /// The length on the wire, with the link layer's header.
    pub wire_bytes: u32,
    /// The first bytes behind the header of UDP, ICMP or ICMPv6, at most [`PacketBuffer::MOST_PAYLOAD_BYTES`](super::PacketBuffer::MOST_PAYLOAD_BYTES).
    pub payload: Option<&'a [u8]>,
    /// The source's country.
    pub country: Option<Country>,
    /// The source's autonomous system.
    pub asn: Option<u32>,
    /// The tool whose marks it bears.
    pub tool: Tool,
    /// Why it may have come.
    pub kind: Kind,
}

impl StoredPacket<'_> {
    /// The packet without what it carried.
    #[must_use]
    pub(super) fn without_payload(self) -> StoredPacket<'static> {
        let Self { at_ns, sensor, source, destination, protocol, ttl, ip_id, fragment, transport, wire_bytes, payload: _, country, asn, tool, kind } = self;
        StoredPacket { at_ns, sensor, source, destination, protocol, ttl, ip_id, fragment, transport, wire_bytes, payload: None, country, asn, tool, kind }
    }
}

/// What a transport header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A whole TCP header.
    Tcp(Tcp),
    /// The beginning of one, in a first fragment that is too short for all of it.
    TcpBegun {
        /// The source port.
        source_port: u16,
        /// The destination port.
        destination_port: u16,
        /// The sequence number.
        sequence: u32,
    },
    /// Ports alone: UDP.
    Ports {
        /// The source port.
        source_port: u16,
        /// The destination port.
        destination_port: u16,
    },
    /// ICMP or ICMPv6.
    Icmp {
        /// The type.
        kind: u8,
        /// The code.
        code: u8,
    },
    /// Nothing that is told apart here.
    Other,
}

/// A TCP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp {
    /// The source port.
    pub source_port: u16,
    /// The destination port.
    pub destination_port: u16,
    /// The twelve bits of flags and reserved ones.
    pub flags: u16,
    /// The window, unscaled.
    pub window: u16,
    /// The sequence number.
    pub sequence: u32,
    /// The acknowledgment number.
    pub acknowledgment: u32,
    /// The options.
    pub options: TcpOptions,
}

/// Which part of a datagram a packet is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fragment {
    /// All of it.
    #[default]
    Whole,
    /// Its beginning.
    First,
    /// A later part.
    Later,
}

/// A country: two capital letters (ISO 3166-1 alpha-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// Two capital letters, or `None`.
    #[must_use]
    pub const fn new(letters: [u8; 2]) -> Option<Self> {
        if letters[0].is_ascii_uppercase() && letters[1].is_ascii_uppercase() { Some(Self(letters)) } else { None }
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) const fn letters(self) -> [u8; 2] {
        self.0
    }
}

/// The tool whose marks a packet bears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// None that is known.
    #[default]
    Unknown,
    /// ZMap.
    Zmap,
    /// Masscan.
    Masscan,
    /// Mirai and its kin.
    Mirai,
}

impl Tool {
    /// Every tool; the place of each is its number in a batch's dictionary.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Zmap, Self::Masscan, Self::Mirai];

    /// How files name it.
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

/// Why a packet may have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A question.
    Scan,
    /// An answer to a question that was never asked from here.
    Backscatter,
    /// Either, or neither.
    #[default]
    Other,
}

impl Kind {
    /// Every kind; the place of each is its number in a batch's dictionary.
    pub const ALL: [Self; 3] = [Self::Scan, Self::Backscatter, Self::Other];

    /// How files name it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Backscatter => "backscatter",
            Self::Other => "other",
        }
    }
}
