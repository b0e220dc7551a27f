//! A decoded packet as it is stored, with what a packet alone tells of its sender.

use crate::geography::Geography;
use noroshi_lake::packets::{Fragment, Kind, PacketBuffer, StoredPacket, Tcp, TcpOptions, Tool, Transport};
use noroshi_telescope::{
    batch::Record,
    kind,
    packet::{self, Packet},
    tool,
};

/// The packet of a sensor.
#[inline]
pub(super) fn stored<'a>(record: &Record<'a>, sensor: u32, geography: &Geography) -> StoredPacket<'a> {
    let packet = &record.packet;
    let payload = packet.payload(PacketBuffer::MOST_PAYLOAD_BYTES);
    StoredPacket {
        at_ns: packet.at_ns,
        sensor,
        source: packet.source,
        destination: Some(packet.destination).filter(|_| !record.masked),
        protocol: packet.protocol,
        ttl: packet.ttl,
        ip_id: packet.ip_id,
        fragment: match packet.fragment {
            packet::Fragment::Whole => Fragment::Whole,
            packet::Fragment::First => Fragment::First,
            packet::Fragment::Later => Fragment::Later,
        },
        transport: transport(packet),
        wire_bytes: packet.wire_bytes,
        payload: Some(payload).filter(|payload| record.with_payload && !payload.is_empty()),
        country: geography.country(packet.source),
        asn: geography.network(packet.source),
        tool: match record.tool.unwrap_or_else(|| tool::Tool::of(packet)) {
            tool::Tool::Zmap => Tool::Zmap,
            tool::Tool::Masscan => Tool::Masscan,
            tool::Tool::Mirai => Tool::Mirai,
            tool::Tool::Unknown => Tool::Unknown,
        },
        kind: match kind::Kind::of(packet) {
            kind::Kind::Scan => Kind::Scan,
            kind::Kind::Backscatter => Kind::Backscatter,
            kind::Kind::Other => Kind::Other,
        },
    }
}

fn transport(packet: &Packet<'_>) -> Transport {
    match packet.transport {
        packet::Transport::Tcp(tcp) => Transport::Tcp(Tcp {
            source_port: tcp.source_port,
            destination_port: tcp.destination_port,
            flags: tcp.flags.0,
            window: tcp.window,
            sequence: tcp.sequence,
            acknowledgment: tcp.acknowledgment,
            options: TcpOptions { order: tcp.options.order, segment_bytes: tcp.options.segment_bytes, window_scale: tcp.options.window_scale },
        }),
        packet::Transport::TcpBegun { source_port, destination_port, sequence } => Transport::TcpBegun { source_port, destination_port, sequence },
        packet::Transport::Udp { source_port, destination_port, .. } => Transport::Ports { source_port, destination_port },
        packet::Transport::Icmp { kind, code, .. } | packet::Transport::Icmpv6 { kind, code, .. } => Transport::Icmp { kind, code },
        packet::Transport::Other => Transport::Other,
    }
}
