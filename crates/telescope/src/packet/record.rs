//! What is kept of a packet.

use super::{TcpFlags, TcpOptions};
use std::net::IpAddr;

/// Numbers of protocols above IP that are told apart here (IANA, Assigned Internet Protocol Numbers).
pub mod protocol {
    /// ICMP (RFC 792).
    pub const ICMP: u8 = 1;
    /// TCP (RFC 9293).
    pub const TCP: u8 = 6;
    /// UDP (RFC 768).
    pub const UDP: u8 = 17;
    /// ICMPv6 (RFC 4443).
    pub const ICMPV6: u8 = 58;
}

/// One packet over IP. Times, addresses and numbers are values; payloads are slices of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub at_ns: i64,
    /// The length on the wire, with the link layer's header.
    pub wire_bytes: u32,
    /// Who says to have sent it.
    pub source: IpAddr,
    /// To whom it goes.
    pub destination: IpAddr,
    /// The protocol above IP and its extension headers.
    pub protocol: u8,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// IPv4's identification; `None` with IPv6.
    pub ip_id: Option<u16>,
    /// Which part of a datagram it is.
    pub fragment: Fragment,
    /// What the transport header says.
    pub transport: Transport<'a>,
}

/// Which part of a datagram a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fragment {
    /// All of it.
    Whole,
    /// Its beginning, with the transport header.
    First,
    /// A later part, without ports.
    Later,
}

/// What a transport header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport<'a> {
    /// TCP.
    Tcp(Tcp),
    /// The beginning of a TCP header in a first fragment that is too short for all of it, as `nmap -f` sends.
    TcpBegun {
        /// The source port.
        source_port: u16,
        /// The destination port.
        destination_port: u16,
        /// The sequence number.
        sequence: u32,
    },
    /// UDP.
    Udp {
        /// The source port.
        source_port: u16,
        /// The destination port.
        destination_port: u16,
        /// What was captured behind the header.
        payload: &'a [u8],
    },
    /// ICMP.
    Icmp {
        /// The type.
        kind: u8,
        /// The code.
        code: u8,
        /// What was captured behind the checksum.
        payload: &'a [u8],
    },
    /// ICMPv6.
    Icmpv6 {
        /// The type.
        kind: u8,
        /// The code.
        code: u8,
        /// What was captured behind the checksum.
        payload: &'a [u8],
    },
    /// Another protocol, or a later fragment.
    Other,
}

/// A TCP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp {
    /// The source port.
    pub source_port: u16,
    /// The destination port.
    pub destination_port: u16,
    /// The sequence number.
    pub sequence: u32,
    /// The acknowledgment number, whether the flag says that it counts or not.
    pub acknowledgment: u32,
    /// The flags.
    pub flags: TcpFlags,
    /// The window as it stands in the header, unscaled.
    pub window: u16,
    /// The options.
    pub options: TcpOptions,
}

impl<'a> Packet<'a> {
    /// The source and the destination port.
    #[must_use]
    pub fn ports(&self) -> Option<(u16, u16)> {
        match self.transport {
            Transport::Tcp(Tcp { source_port, destination_port, .. })
            | Transport::TcpBegun { source_port, destination_port, .. }
            | Transport::Udp { source_port, destination_port, .. } => Some((source_port, destination_port)),
            _ => None,
        }
    }

    /// The whole TCP header.
    #[must_use]
    pub fn tcp(&self) -> Option<&Tcp> {
        if let Transport::Tcp(tcp) = &self.transport { Some(tcp) } else { None }
    }

    /// TCP's sequence number.
    #[must_use]
    pub fn sequence(&self) -> Option<u32> {
        match self.transport {
            Transport::Tcp(Tcp { sequence, .. }) | Transport::TcpBegun { sequence, .. } => Some(sequence),
            _ => None,
        }
    }

    /// Type and code of ICMP or ICMPv6; [`protocol`](Self::protocol) tells which.
    #[must_use]
    pub fn icmp(&self) -> Option<(u8, u8)> {
        match self.transport {
            Transport::Icmp { kind, code, .. } | Transport::Icmpv6 { kind, code, .. } => Some((kind, code)),
            _ => None,
        }
    }

    /// At most so many captured payload bytes of UDP, ICMP or ICMPv6; none of other protocols.
    #[must_use]
    pub fn payload(&self, most: usize) -> &'a [u8] {
        match self.transport {
            Transport::Udp { payload, .. } | Transport::Icmp { payload, .. } | Transport::Icmpv6 { payload, .. } => payload.get(..most).unwrap_or(payload),
            _ => &[],
        }
    }
}
