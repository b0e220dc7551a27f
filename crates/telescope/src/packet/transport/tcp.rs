//! TCP (RFC 9293).

use super::{TcpFlags, TcpOptions};
use crate::packet::{Fragment, Malformed, NoRecord, Transport, ip::Body, record::Tcp};

const HEADER_BYTES: usize = 20;

#[inline]
pub(super) fn read(body: Body<'_>, fragment: Fragment) -> Result<Transport<'_>, NoRecord> {
    let Some((head, rest)) = body.bytes.split_first_chunk::<HEADER_BYTES>() else { return begun(body, fragment) };
    let header_bytes = usize::from(head[12] >> 4) * 4;
    let options = if header_bytes == HEADER_BYTES {
        TcpOptions::default()
    } else if header_bytes < HEADER_BYTES {
        return Err(NoRecord::Malformed(Malformed::TcpHeaderLength));
    } else if header_bytes > body.announced && fragment == Fragment::Whole {
        return Err(NoRecord::Malformed(Malformed::BeyondIp));
    } else {
        let bytes = header_bytes - HEADER_BYTES;
        // Options that were not captured are no reason to forget the rest.
        rest.get(..bytes).map_or_else(|| TcpOptions::read(rest, true), |options| TcpOptions::read(options, false))
    };
    Ok(Transport::Tcp(Tcp {
        source_port: u16::from_be_bytes([head[0], head[1]]),
        destination_port: u16::from_be_bytes([head[2], head[3]]),
        sequence: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
        acknowledgment: u32::from_be_bytes([head[8], head[9], head[10], head[11]]),
        flags: TcpFlags(u16::from_be_bytes([head[12] & 0x0f, head[13]])),
        window: u16::from_be_bytes([head[14], head[15]]),
        options,
    }))
}

/// A header that is not there to its end; a first fragment may be that short on the wire.
#[cold]
fn begun(body: Body<'_>, fragment: Fragment) -> Result<Transport<'_>, NoRecord> {
    if fragment != Fragment::First || body.announced >= HEADER_BYTES {
        return Err(body.lacks(HEADER_BYTES));
    }
    let (head, _) = body.take::<8>()?;
    Ok(Transport::TcpBegun {
        source_port: u16::from_be_bytes([head[0], head[1]]),
        destination_port: u16::from_be_bytes([head[2], head[3]]),
        sequence: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
    })
}
