//! Transport headers.

mod flags;
mod options;
mod tcp;

#[cfg(test)]
mod tests;

pub use flags::TcpFlags;
pub use options::{Letter, TcpOptions};

use super::{Fragment, Malformed, NoRecord, Transport, ip::Body, record::protocol};

/// Reads the header of a protocol. ICMP's and ICMPv6's numbers are understood over both versions of IP, as they are routed.
#[inline]
pub(super) fn read(number: u8, body: Body<'_>, fragment: Fragment) -> Result<Transport<'_>, NoRecord> {
    match number {
        protocol::TCP => tcp::read(body, fragment),
        protocol::UDP => udp(body),
        protocol::ICMP => {
            let ([kind, code, ..], rest) = body.take::<4>()?;
            Ok(Transport::Icmp { kind: *kind, code: *code, payload: rest.bytes })
        }
        protocol::ICMPV6 => {
            let ([kind, code, ..], rest) = body.take::<4>()?;
            Ok(Transport::Icmpv6 { kind: *kind, code: *code, payload: rest.bytes })
        }
        _ => Ok(Transport::Other),
    }
}

/// UDP's own length ends the payload when it is shorter than IP's; 0 leaves that to IP (RFC 2675, and network cards).
#[inline]
fn udp(body: Body<'_>) -> Result<Transport<'_>, NoRecord> {
    let (head, rest) = body.take::<8>()?;
    let payload = match usize::from(u16::from_be_bytes([head[4], head[5]])) {
        0 => rest.bytes,
        1..8 => return Err(NoRecord::Malformed(Malformed::UdpLength)),
        length => rest.bytes.get(..length - 8).unwrap_or(rest.bytes),
    };
    Ok(Transport::Udp { source_port: u16::from_be_bytes([head[0], head[1]]), destination_port: u16::from_be_bytes([head[2], head[3]]), payload })
}
