//! Packets as a structure of arrays: what comes one by one is kept column by column, without an allocation for each.

use super::{
    Fragment, Kind, StoredPacket, Tcp, TcpOptions, Tool, Transport,
    sort::{self, SortKey},
};
use hashbrown::HashMap;
use std::{net::IpAddr, sync::Arc};

/// There is no room for another packet; write what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the columns are full: write them and clear them")]
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

/// Packets of one day, column by column. About 64 bytes a packet, and the payloads.
#[derive(Debug, Default)]
pub struct PacketColumns {
    most: usize,
    /// What told countries and autonomous systems: names, the place of the one that counts now, and of each packet's, from 1 on.
    pub(super) editions: Vec<Arc<str>>,
    edition_now: u32,
    pub(super) edition: Vec<u32>,
    pub(super) has: Vec<u16>,
    pub(super) at_ns: Vec<i64>,
    pub(super) sensor: Vec<u32>,
    /// IPv4, or a place in `wide`.
    pub(super) source: Vec<u32>,
    pub(super) destination: Vec<u32>,
    pub(super) wide: Vec<[u8; 16]>,
    pub(super) protocol: Vec<u8>,
    pub(super) ttl: Vec<u8>,
    pub(super) ip_id: Vec<u16>,
    pub(super) source_port: Vec<u16>,
    /// Or ICMP's type and code.
    pub(super) number: Vec<u16>,
    pub(super) flags: Vec<u16>,
    pub(super) window: Vec<u16>,
    pub(super) sequence: Vec<u32>,
    pub(super) acknowledgment: Vec<u32>,
    /// A place in `option_sets`.
    pub(super) options: Vec<u32>,
    pub(super) option_sets: Vec<TcpOptions>,
    option_places: HashMap<TcpOptions, u32>,
    pub(super) wire_bytes: Vec<u32>,
    pub(super) country: Vec<[u8; 2]>,
    pub(super) asn: Vec<u32>,
    /// Fragment, tool and kind, two bits each.
    pub(super) marks: Vec<u8>,
    /// Of packets with a payload alone, behind each other; found by `payload`, which is as long as the others when there are any.
    pub(super) payload_bytes: Vec<u8>,
    pub(super) payload: Vec<(u32, u16)>,
}

impl PacketColumns {
    /// As many packets as sort and write well at once: 64 MiB of columns.
    pub const USUAL_PACKETS: usize = 1 << 20;
    /// Most payload bytes of one packet.
    pub const MOST_PAYLOAD_BYTES: usize = u16::MAX as usize;
    /// Most payload bytes of all.
    const MOST_PAYLOADS_BYTES: usize = 256 << 20;

    /// Columns for at most so many packets (16,777,216 are the most), with the name of the database, and its version, that tells countries and
    /// autonomous systems.
    #[must_use]
    pub fn new(most: usize, edition: Option<&str>) -> Self {
        let mut columns = Self { most: most.min(1 << 24), ..Self::default() };
        columns.set_edition(edition);
        columns
    }

    /// How many packets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.has.len()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.has.is_empty()
    }

    /// The next packet may not find room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= self.most || self.payload_bytes.len() > Self::MOST_PAYLOADS_BYTES - Self::MOST_PAYLOAD_BYTES
    }

    /// Times of the first and the last packet.
    #[must_use]
    pub fn span_ns(&self) -> Option<(i64, i64)> {
        Some((self.at_ns.iter().copied().min()?, self.at_ns.iter().copied().max()?))
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
        if self.edition_now != 0 {
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
        self.has.push(has);
        self.at_ns.push(packet.at_ns);
        self.sensor.push(packet.sensor);
        self.source.push(source);
        self.destination.push(destination);
        self.protocol.push(packet.protocol);
        self.ttl.push(packet.ttl);
        self.ip_id.push(packet.ip_id.unwrap_or_default());
        self.source_port.push(tcp.source_port);
        self.number.push(tcp.destination_port);
        self.flags.push(tcp.flags);
        self.window.push(tcp.window);
        self.sequence.push(tcp.sequence);
        self.acknowledgment.push(tcp.acknowledgment);
        self.options.push(options);
        self.wire_bytes.push(packet.wire_bytes);
        self.country.push(packet.country.map(super::Country::letters).unwrap_or_default());
        self.asn.push(packet.asn.unwrap_or_default());
        self.edition.push(self.edition_now);
        self.marks.push(packet.fragment as u8 | (packet.tool as u8) << 2 | (packet.kind as u8) << 4);
        Ok(())
    }

    /// Forgets the packets and keeps the room.
    pub fn clear(&mut self) {
        self.option_places.clear();
        self.option_sets.clear();
        for column in [&mut self.source_port, &mut self.number, &mut self.flags, &mut self.window, &mut self.ip_id, &mut self.has] {
            column.clear();
        }
        for column in [
            &mut self.sensor,
            &mut self.source,
            &mut self.destination,
            &mut self.sequence,
            &mut self.acknowledgment,
            &mut self.options,
            &mut self.wire_bytes,
            &mut self.asn,
            &mut self.edition,
        ] {
            column.clear();
        }
        for column in [&mut self.protocol, &mut self.ttl, &mut self.marks, &mut self.payload_bytes] {
            column.clear();
        }
        self.at_ns.clear();
        self.wide.clear();
        self.country.clear();
        self.payload.clear();
    }

    /// The order in which files hold them: places, by protocol, port or ICMP's type, and time.
    pub(super) fn order(&self) -> Vec<u32> {
        let service = self.has.iter().zip(&self.protocol).zip(&self.number).map(|((has, protocol), number)| SortKey::new(*protocol, *has, *number));
        sort::order(service, &self.at_ns)
    }

    /// From now on another database tells countries and autonomous systems.
    pub fn set_edition(&mut self, edition: Option<&str>) {
        self.edition_now = edition.map_or(0, |edition| {
            let place = self.editions.iter().position(|known| **known == *edition).unwrap_or_else(|| {
                self.editions.push(Arc::from(edition));
                self.editions.len() - 1
            });
            u32::try_from(place + 1).unwrap_or_default()
        });
    }

    fn keep_wide(&mut self, address: [u8; 16]) -> u32 {
        self.wide.push(address);
        // Twice as many as packets at most.
        u32::try_from(self.wide.len() - 1).unwrap_or_default()
    }

    #[inline]
    fn keep_options(&mut self, options: TcpOptions) -> u32 {
        // Probes of one tool come in rows.
        if let Some(last) = self.options.last()
            && self.option_sets.get(*last as usize) == Some(&options)
        {
            return *last;
        }
        let next = u32::try_from(self.option_sets.len()).unwrap_or_default();
        *self.option_places.entry(options).or_insert_with(|| {
            self.option_sets.push(options);
            next
        })
    }

    fn keep_payload(&mut self, payload: &[u8]) {
        let payload = payload.get(..Self::MOST_PAYLOAD_BYTES).unwrap_or(payload);
        self.payload.resize(self.has.len(), (0, 0));
        let start = u32::try_from(self.payload_bytes.len()).unwrap_or_default();
        self.payload_bytes.extend_from_slice(payload);
        self.payload.push((start, u16::try_from(payload.len()).unwrap_or_default()));
    }
}

/// What [`PacketColumns`] packs into one byte.
pub(super) fn unpack(marks: u8) -> (Fragment, Tool, Kind) {
    let fragment = [Fragment::Whole, Fragment::First, Fragment::Later].get(usize::from(marks & 3)).copied().unwrap_or_default();
    let tool = Tool::ALL.get(usize::from(marks >> 2 & 3)).copied().unwrap_or_default();
    (fragment, tool, Kind::ALL.get(usize::from(marks >> 4 & 3)).copied().unwrap_or_default())
}
