//! Packets that wait to be written, without an allocation for each.
//!
//! Each is one line of the processor's cache: packets are gathered in the order of their services, which is none of memory's, and a structure of arrays
//! would wait for memory once for each column.

use super::{Fragment, Kind, StoredPacket, Tcp, TcpOptions, Tool, Transport, sort};
use hashbrown::HashMap;
use std::{net::IpAddr, sync::Arc};

/// There is no room for another packet; write what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the buffer is full: write it and clear it")]
pub struct Full;

/// What of a packet is there, a bit each.
pub(super) mod has {
    pub(crate) const SOURCE_V6: u16 = 1;
    pub(crate) const DESTINATION_V6: u16 = 1 << 1;
    pub(crate) const DESTINATION_V4: u16 = 1 << 2;
    pub(crate) const PORTS: u16 = 1 << 3;
    pub(crate) const ICMP: u16 = 1 << 4;
    pub(crate) const SEQUENCE: u16 = 1 << 5;
    pub(crate) const TCP: u16 = 1 << 6;
    pub(crate) const IP_ID: u16 = 1 << 7;
    pub(crate) const PAYLOAD: u16 = 1 << 8;
    pub(crate) const COUNTRY: u16 = 1 << 9;
    pub(crate) const ASN: u16 = 1 << 10;
    pub(crate) const FRAGMENT: u16 = 1 << 11;
    pub(crate) const EDITION: u16 = 1 << 12;
}

/// A packet, packed: [`has`] says which of the numbers count.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(super) struct Packed {
    pub(super) at_ns: i64,
    /// IPv4, or a place in [`PacketBuffer::wide`].
    pub(super) source: u32,
    pub(super) destination: u32,
    pub(super) sequence: u32,
    pub(super) acknowledgment: u32,
    pub(super) asn: u32,
    /// A place in [`PacketBuffer::option_sets`].
    pub(super) options: u32,
    pub(super) wire_bytes: u32,
    pub(super) sensor: u32,
    pub(super) has: u16,
    /// A place in [`PacketBuffer::editions`].
    pub(super) edition: u16,
    pub(super) source_port: u16,
    /// The destination port, or ICMP's type and code.
    pub(super) number: u16,
    pub(super) flags: u16,
    pub(super) window: u16,
    pub(super) ip_id: u16,
    pub(super) country: [u8; 2],
    pub(super) protocol: u8,
    pub(super) ttl: u8,
    /// Fragment, tool and kind, two bits each.
    pub(super) marks: u8,
}

/// Packets of one day: 64 bytes each, and the payloads.
#[derive(Debug, Default)]
pub struct PacketBuffer {
    most: usize,
    pub(super) packets: Vec<Packed>,
    /// Addresses of IPv6.
    pub(super) wide: Vec<[u8; 16]>,
    /// What told countries and autonomous systems, and which of them does now.
    pub(super) editions: Vec<Arc<str>>,
    edition_now: Option<u16>,
    pub(super) option_sets: Vec<TcpOptions>,
    option_places: HashMap<TcpOptions, u32>,
    /// Payloads behind each other; `payload` has a place and a length for each packet, or is empty when none has any.
    pub(super) payload_bytes: Vec<u8>,
    pub(super) payload: Vec<(u32, u16)>,
}

impl PacketBuffer {
    /// As many packets as sort and write well at once: 64 MiB.
    pub const USUAL_PACKETS: usize = 1 << 20;
    /// Most payload bytes of one packet.
    pub const MOST_PAYLOAD_BYTES: usize = u16::MAX as usize;
    /// Most payload bytes of all.
    const MOST_PAYLOADS_BYTES: usize = 256 << 20;

    /// Room for at most so many packets (16,777,216 are the most), with the name of the database, and its version, that tells countries and
    /// autonomous systems.
    #[must_use]
    pub fn new(most: usize, edition: Option<&str>) -> Self {
        let mut buffer = Self { most: most.min(1 << 24), ..Self::default() };
        buffer.set_edition(edition);
        buffer
    }

    /// How many packets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packets.len()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    /// The next packet may not find room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= self.most || self.payload_bytes.len() > Self::MOST_PAYLOADS_BYTES - Self::MOST_PAYLOAD_BYTES
    }

    /// Times of the first and the last packet.
    #[must_use]
    pub fn span_ns(&self) -> Option<(i64, i64)> {
        let times = || self.packets.iter().map(|packet| packet.at_ns);
        Some((times().min()?, times().max()?))
    }

    /// Takes one packet. Payloads are cut to [`MOST_PAYLOAD_BYTES`](Self::MOST_PAYLOAD_BYTES).
    ///
    /// # Errors
    /// [`Full`], and the packet is not taken.
    #[inline]
    pub fn push(&mut self, packet: &StoredPacket<'_>) -> Result<(), Full> {
        if self.is_full() {
            return Err(Full);
        }
        let mut has = 0;
        let source = match packet.source {
            IpAddr::V4(address) => u32::from(address),
            IpAddr::V6(address) => {
                has |= has::SOURCE_V6;
                self.keep_wide(address.octets())
            }
        };
        let destination = match packet.destination {
            None => 0,
            Some(IpAddr::V4(address)) => {
                has |= has::DESTINATION_V4;
                u32::from(address)
            }
            Some(IpAddr::V6(address)) => {
                has |= has::DESTINATION_V6;
                self.keep_wide(address.octets())
            }
        };
        let mut tcp = Tcp { source_port: 0, destination_port: 0, flags: 0, window: 0, sequence: 0, acknowledgment: 0, options: TcpOptions::default() };
        match packet.transport {
            Transport::Tcp(whole) => {
                has |= has::PORTS | has::SEQUENCE | has::TCP;
                tcp = whole;
            }
            Transport::TcpBegun { source_port, destination_port, sequence } => {
                has |= has::PORTS | has::SEQUENCE;
                tcp = Tcp { source_port, destination_port, sequence, ..tcp };
            }
            Transport::Ports { source_port, destination_port } => {
                has |= has::PORTS;
                tcp = Tcp { source_port, destination_port, ..tcp };
            }
            Transport::Icmp { kind, code } => {
                has |= has::ICMP;
                tcp.destination_port = u16::from_be_bytes([kind, code]);
            }
            Transport::Other => {}
        }
        if self.edition_now.is_some() {
            has |= has::EDITION;
        }
        let options = self.keep_options(tcp.options);
        if packet.ip_id.is_some() {
            has |= has::IP_ID;
        }
        if packet.country.is_some() {
            has |= has::COUNTRY;
        }
        if packet.asn.is_some() {
            has |= has::ASN;
        }
        if packet.fragment != Fragment::Whole {
            has |= has::FRAGMENT;
        }
        if let Some(payload) = packet.payload {
            has |= has::PAYLOAD;
            self.keep_payload(payload);
        } else if !self.payload.is_empty() {
            self.payload.push((0, 0));
        }
        self.packets.push(Packed {
            at_ns: packet.at_ns,
            source,
            destination,
            sequence: tcp.sequence,
            acknowledgment: tcp.acknowledgment,
            asn: packet.asn.unwrap_or_default(),
            options,
            wire_bytes: packet.wire_bytes,
            sensor: packet.sensor,
            has,
            edition: self.edition_now.unwrap_or_default(),
            source_port: tcp.source_port,
            number: tcp.destination_port,
            flags: tcp.flags,
            window: tcp.window,
            ip_id: packet.ip_id.unwrap_or_default(),
            country: packet.country.map(super::Country::letters).unwrap_or_default(),
            protocol: packet.protocol,
            ttl: packet.ttl,
            marks: packet.fragment as u8 | (packet.tool as u8) << 2 | (packet.kind as u8) << 4,
        });
        Ok(())
    }

    /// Forgets the packets and keeps the room.
    pub fn clear(&mut self) {
        self.packets.clear();
        self.wide.clear();
        self.option_sets.clear();
        self.option_places.clear();
        self.payload_bytes.clear();
        self.payload.clear();
    }

    /// From now on another database tells countries and autonomous systems. Of more than 65,536 the last ones are not told apart.
    pub fn set_edition(&mut self, edition: Option<&str>) {
        self.edition_now = edition.map(|edition| {
            let place = self.editions.iter().position(|known| **known == *edition).unwrap_or_else(|| {
                self.editions.push(Arc::from(edition));
                self.editions.len() - 1
            });
            u16::try_from(place).unwrap_or(u16::MAX)
        });
    }

    /// The order in which files hold them: places, by protocol, port or ICMP's type, and time.
    pub(super) fn order(&self) -> Vec<u32> {
        sort::order(&self.packets)
    }

    fn keep_wide(&mut self, address: [u8; 16]) -> u32 {
        self.wide.push(address);
        // Twice as many as packets at most.
        u32::try_from(self.wide.len() - 1).unwrap_or_default()
    }

    #[inline]
    fn keep_options(&mut self, options: TcpOptions) -> u32 {
        // Probes of one tool come in rows.
        if let Some(last) = self.packets.last()
            && self.option_sets.get(last.options as usize) == Some(&options)
        {
            return last.options;
        }
        let next = u32::try_from(self.option_sets.len()).unwrap_or_default();
        *self.option_places.entry(options).or_insert_with(|| {
            self.option_sets.push(options);
            next
        })
    }

    fn keep_payload(&mut self, payload: &[u8]) {
        let payload = payload.get(..Self::MOST_PAYLOAD_BYTES).unwrap_or(payload);
        self.payload.resize(self.packets.len(), (0, 0));
        let start = u32::try_from(self.payload_bytes.len()).unwrap_or_default();
        self.payload_bytes.extend_from_slice(payload);
        self.payload.push((start, u16::try_from(payload.len()).unwrap_or_default()));
    }
}

/// What [`PacketBuffer`] packs into one byte.
pub(super) fn unpack(marks: u8) -> (Fragment, Tool, Kind) {
    let fragment = [Fragment::Whole, Fragment::First, Fragment::Later].get(usize::from(marks & 3)).copied().unwrap_or_default();
    let tool = Tool::ALL.get(usize::from(marks >> 2 & 3)).copied().unwrap_or_default();
    (fragment, tool, Kind::ALL.get(usize::from(marks >> 4 & 3)).copied().unwrap_or_default())
}
