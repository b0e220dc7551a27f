//! Packets, bounded.

use noroshi_kernel::reason::Reason;
use pgp::{
    packet::{Packet, PacketParser},
    types::Tag,
};
use std::io::Read as _;

/// The most packets of a certificate or of one layer of a message.
pub(super) const MOST_PACKETS: usize = 1_000;

/// A packet; or what stood there and cannot be read, when at least its kind is known.
pub(super) type Read = Result<Packet, Option<Tag>>;

/// Reads the packets of one layer. Each body is read to its end before it is looked at, so that nothing within one is taken for the next.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Read>, Reason> {
    read_most(bytes, MOST_PACKETS)
}

/// As [`read`], with another bound.
pub(super) fn read_most(bytes: &[u8], most: usize) -> Result<Vec<Read>, Reason> {
    let mut packets = Vec::new();
    let mut parser = PacketParser::new(bytes);
    while let Some(next) = parser.next_ref() {
        if packets.len() >= most {
            return Err(too_many(most));
        }
        let Ok(mut body) = next else {
            packets.push(Err(None));
            break;
        };
        let (header, mut content) = (body.packet_header(), Vec::new());
        if body.read_to_end(&mut content).is_err() {
            packets.push(Err(None));
            break;
        }
        packets.push(Packet::from_reader(header, &content[..]).map_err(|_| Some(header.tag())));
    }
    Ok(packets)
}

pub(super) fn too_many(most: usize) -> Reason {
    Reason::new("pgp-packets", format!("OpenPGP のパケットが {most} 個を超えています。"), format!("the OpenPGP material has more than {most} packets"))
}
