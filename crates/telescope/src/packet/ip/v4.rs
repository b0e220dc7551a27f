//! IPv4 (RFC 791).

use super::{AUTHENTICATION, Body, authentication_bytes};
use crate::packet::{Fragment, Malformed, NoRecord, Packet, Transport, transport};
use std::net::{IpAddr, Ipv4Addr};

const MORE_FRAGMENTS: u16 = 0x2000;
const OFFSET: u16 = 0x1fff;

#[inline]
pub(super) fn packet(bytes: &[u8], at_ns: i64, wire_bytes: u32) -> Result<Packet<'_>, NoRecord> {
    let Some(head) = bytes.first_chunk::<20>() else { return Err(NoRecord::Truncated) };
    let header_bytes = usize::from(head[0] & 0x0f) * 4;
    if header_bytes < 20 {
        return Err(NoRecord::Malformed(Malformed::Ipv4HeaderLength));
    }
    let total_bytes = match u16::from_be_bytes([head[2], head[3]]) {
        // The machine that captured it sent it, and left the length to its network card.
        0 => bytes.len().max(header_bytes),
        total => usize::from(total),
    };
    if total_bytes < header_bytes {
        return Err(NoRecord::Malformed(Malformed::Ipv4TotalLength));
    }
    let Some(carried) = bytes.get(header_bytes..total_bytes.min(bytes.len())) else { return Err(NoRecord::Truncated) };
    let mut body = Body { bytes: carried, announced: total_bytes - header_bytes };
    let parts = u16::from_be_bytes([head[6], head[7]]);
    let fragment = match (parts & OFFSET, parts & MORE_FRAGMENTS) {
        (0, 0) => Fragment::Whole,
        (0, _) => Fragment::First,
        _ => Fragment::Later,
    };
    let mut protocol = head[9];
    let transport = if fragment == Fragment::Later {
        Transport::Other
    } else {
        if protocol == AUTHENTICATION {
            let ([next, length], _) = body.take::<2>()?;
            (protocol, body) = (*next, body.skip(authentication_bytes(*length)?)?);
        }
        transport::read(protocol, body, fragment)?
    };
    Ok(Packet {
        at_ns,
        wire_bytes,
        source: IpAddr::V4(Ipv4Addr::new(head[12], head[13], head[14], head[15])),
        destination: IpAddr::V4(Ipv4Addr::new(head[16], head[17], head[18], head[19])),
        protocol,
        ttl: head[8],
        ip_id: Some(u16::from_be_bytes([head[4], head[5]])),
        fragment,
        transport,
    })
}
