//! IPv6 with its extension headers (RFC 8200, 7045).

use super::{AUTHENTICATION, Body, authentication_bytes};
use crate::packet::{Fragment, Malformed, NoRecord, Packet, Transport, transport};
use std::net::{IpAddr, Ipv6Addr};

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const DESTINATION_OPTIONS: u8 = 60;
const MOST_EXTENSIONS: usize = 16;

#[inline]
pub(super) fn packet(bytes: &[u8], at_ns: i64, wire_bytes: u32) -> Result<Packet<'_>, NoRecord> {
    let Some((head, carried)) = bytes.split_first_chunk::<40>() else { return Err(NoRecord::Truncated) };
    let announced = match u16::from_be_bytes([head[4], head[5]]) {
        // A jumbogram (RFC 2675), or the length was left to the network card.
        0 => carried.len(),
        length => usize::from(length),
    };
    let body = Body { bytes: carried.get(..announced).unwrap_or(carried), announced };
    let (protocol, fragment, body) = extensions(head[6], body)?;
    let transport = if fragment == Fragment::Later { Transport::Other } else { transport::read(protocol, body, fragment)? };
    Ok(Packet {
        at_ns,
        wire_bytes,
        source: address(head.get(8..24)),
        destination: address(head.get(24..40)),
        protocol,
        ttl: head[7],
        ip_id: None,
        fragment,
        transport,
    })
}

#[inline]
fn address(bytes: Option<&[u8]>) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from(bytes.and_then(|bytes| bytes.first_chunk::<16>()).copied().unwrap_or_default()))
}

/// Walks over extension headers to the protocol above. Mobility, HIP and Shim6 are protocols here: nothing follows them in practice.
#[inline]
fn extensions(mut next: u8, mut body: Body<'_>) -> Result<(u8, Fragment, Body<'_>), NoRecord> {
    let mut fragment = Fragment::Whole;
    for number in 0..=MOST_EXTENSIONS {
        match next {
            HOP_BY_HOP if number > 0 => return Err(NoRecord::Malformed(Malformed::HopByHop)),
            HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS => {
                let ([following, length], _) = body.take::<2>()?;
                (next, body) = (*following, body.skip((usize::from(*length) + 1) * 8)?);
            }
            FRAGMENT => {
                let (head, rest) = body.take::<8>()?;
                let (offset, more) = (u16::from_be_bytes([head[2], head[3]]) >> 3, head[3] & 1 == 1);
                (next, body) = (head[0], rest);
                if offset > 0 {
                    return Ok((next, Fragment::Later, body));
                }
                if more {
                    fragment = Fragment::First;
                }
            }
            AUTHENTICATION => {
                let ([following, length], _) = body.take::<2>()?;
                (next, body) = (*following, body.skip(authentication_bytes(*length)?)?);
            }
            protocol => return Ok((protocol, fragment, body)),
        }
    }
    Err(NoRecord::Malformed(Malformed::Extensions))
}
