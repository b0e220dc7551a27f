//! Packets become columns.

use crate::{
    packet::{Fragment, Packet, Transport},
    tool::{Tool, identification_is_folded, sequence_is_destination},
};
use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{BinaryBuilder, FixedSizeBinaryBuilder, Int64Builder, UInt8Builder, UInt16Builder, UInt32Builder, UInt64Builder},
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use std::{
    net::IpAddr,
    sync::{Arc, LazyLock},
};

/// The columns of a batch. Addresses of IPv4 and IPv6 stand in columns of their own: one of `::ffff:0:0/96` is seen on wires, too.
pub(super) static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let always = |name: &str, kind| Field::new(name, kind, false);
    let maybe = |name: &str, kind| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![
        always("at_ns", DataType::Int64),
        always("wire_bytes", DataType::UInt32),
        maybe("source_v4", DataType::UInt32),
        maybe("source_v6", DataType::FixedSizeBinary(16)),
        maybe("destination_v4", DataType::UInt32),
        maybe("destination_v6", DataType::FixedSizeBinary(16)),
        always("protocol", DataType::UInt8),
        always("ttl", DataType::UInt8),
        always("fragment", DataType::UInt8),
        maybe("ip_id", DataType::UInt16),
        maybe("source_port", DataType::UInt16),
        maybe("destination_port", DataType::UInt16),
        maybe("sequence", DataType::UInt32),
        maybe("acknowledgment", DataType::UInt32),
        maybe("flags", DataType::UInt16),
        maybe("window", DataType::UInt16),
        maybe("options", DataType::UInt64),
        maybe("segment_bytes", DataType::UInt16),
        maybe("window_scale", DataType::UInt8),
        maybe("icmp_type", DataType::UInt8),
        maybe("icmp_code", DataType::UInt8),
        maybe("payload", DataType::Binary),
        maybe("tool", DataType::UInt8),
    ]))
});

/// What of a packet is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// So many of the first payload bytes of UDP, ICMP and ICMPv6; none with `mask`, for payload may quote the sensor's own addresses.
    pub payload_bytes: usize,
    /// The sensor's own addresses stay with it.
    pub mask: bool,
}

/// Collects the packets of a batch.
#[derive(Debug, Default)]
pub struct Recorder {
    recording: Recording,
    most: usize,
    rows: usize,
    at_ns: Int64Builder,
    wire_bytes: UInt32Builder,
    source: Addresses,
    destination: Addresses,
    protocol: UInt8Builder,
    ttl: UInt8Builder,
    fragment: UInt8Builder,
    ip_id: UInt16Builder,
    source_port: UInt16Builder,
    destination_port: UInt16Builder,
    sequence: UInt32Builder,
    acknowledgment: UInt32Builder,
    flags: UInt16Builder,
    window: UInt16Builder,
    options: UInt64Builder,
    segment_bytes: UInt16Builder,
    window_scale: UInt8Builder,
    icmp_type: UInt8Builder,
    icmp_code: UInt8Builder,
    payload: BinaryBuilder,
    tool: UInt8Builder,
}

/// The addresses of one side.
#[derive(Debug)]
struct Addresses {
    v4: UInt32Builder,
    v6: FixedSizeBinaryBuilder,
}

impl Default for Addresses {
    fn default() -> Self {
        Self { v4: UInt32Builder::new(), v6: FixedSizeBinaryBuilder::new(16) }
    }
}

impl Addresses {
    fn push(&mut self, address: Option<IpAddr>) -> Result<(), ArrowError> {
        self.v4.append_option(address.and_then(|address| if let IpAddr::V4(v4) = address { Some(u32::from(v4)) } else { None }));
        match address {
            Some(IpAddr::V6(v6)) => self.v6.append_value(v6.octets()),
            _ => {
                self.v6.append_null();
                Ok(())
            }
        }
    }
}

/// The batch holds as many packets as it may: seal it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the batch is full")]
pub struct Full;

impl Recorder {
    /// Begins one that holds at most so many packets.
    #[must_use]
    pub fn new(recording: Recording, most: usize) -> Self {
        Self { recording, most, ..Self::default() }
    }

    /// How many packets it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Records a packet.
    ///
    /// # Errors
    /// [`Full`]; the packet is not in it then.
    pub fn push(&mut self, packet: &Packet<'_>) -> Result<(), Full> {
        if self.rows >= self.most {
            return Err(Full);
        }
        let Recording { payload_bytes, mask } = self.recording;
        self.rows += 1;
        self.at_ns.append_value(packet.at_ns);
        self.wire_bytes.append_value(packet.wire_bytes);
        // Sixteen bytes go into a column of sixteen.
        let _ = self.source.push(Some(packet.source));
        let _ = self.destination.push(Some(packet.destination).filter(|_| !mask));
        self.protocol.append_value(packet.protocol);
        self.ttl.append_value(packet.ttl);
        self.fragment.append_value(match packet.fragment {
            Fragment::Whole => 0,
            Fragment::First => 1,
            Fragment::Later => 2,
        });
        // Two tools write the destination, or half of it, where other things belong: what bears their mark keeps that from the centre, too.
        let (ip_id_tells, sequence_tells) = (mask && identification_is_folded(packet), mask && sequence_is_destination(packet));
        self.ip_id.append_option(packet.ip_id.filter(|_| !ip_id_tells));
        let ports = packet.ports();
        self.source_port.append_option(ports.map(|(source, _)| source));
        self.destination_port.append_option(ports.map(|(_, destination)| destination));
        self.sequence.append_option(packet.sequence().map(|sequence| if sequence_tells { 0 } else { sequence }));
        let tcp = packet.tcp();
        self.acknowledgment.append_option(tcp.map(|tcp| tcp.acknowledgment));
        self.flags.append_option(tcp.map(|tcp| tcp.flags.0));
        self.window.append_option(tcp.map(|tcp| tcp.window));
        self.options.append_option(tcp.map(|tcp| tcp.options.order));
        self.segment_bytes.append_option(tcp.and_then(|tcp| tcp.options.segment_bytes));
        self.window_scale.append_option(tcp.and_then(|tcp| tcp.options.window_scale));
        let icmp = packet.icmp();
        self.icmp_type.append_option(icmp.map(|(kind, _)| kind));
        self.icmp_code.append_option(icmp.map(|(_, code)| code));
        // Errors of ICMP quote our packets, neighbours are asked for by their address, SIP names whom it calls.
        let carries = payload_bytes > 0 && !mask && matches!(packet.transport, Transport::Udp { .. } | Transport::Icmp { .. } | Transport::Icmpv6 { .. });
        self.payload.append_option(carries.then(|| packet.payload(payload_bytes)));
        // Two of the marks are told by the destination, which the centre does not learn.
        self.tool.append_option(mask.then(|| code(Tool::of(packet))));
        Ok(())
    }

    /// Gives what was recorded, and begins anew.
    ///
    /// # Errors
    /// When the columns do not fit together, which is a defect.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.at_ns.finish()),
            Arc::new(self.wire_bytes.finish()),
            Arc::new(self.source.v4.finish()),
            Arc::new(self.source.v6.finish()),
            Arc::new(self.destination.v4.finish()),
            Arc::new(self.destination.v6.finish()),
            Arc::new(self.protocol.finish()),
            Arc::new(self.ttl.finish()),
            Arc::new(self.fragment.finish()),
            Arc::new(self.ip_id.finish()),
            Arc::new(self.source_port.finish()),
            Arc::new(self.destination_port.finish()),
            Arc::new(self.sequence.finish()),
            Arc::new(self.acknowledgment.finish()),
            Arc::new(self.flags.finish()),
            Arc::new(self.window.finish()),
            Arc::new(self.options.finish()),
            Arc::new(self.segment_bytes.finish()),
            Arc::new(self.window_scale.finish()),
            Arc::new(self.icmp_type.finish()),
            Arc::new(self.icmp_code.finish()),
            Arc::new(self.payload.finish()),
            Arc::new(self.tool.finish()),
        ];
        RecordBatch::try_new(Arc::clone(&SCHEMA), columns)
    }
}

/// A tool's place in [`Tool::ALL`], which is only ever added to.
fn code(tool: Tool) -> u8 {
    Tool::ALL.iter().position(|known| *known == tool).and_then(|place| u8::try_from(place).ok()).unwrap_or_default()
}
