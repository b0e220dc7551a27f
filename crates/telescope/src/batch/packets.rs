//! The packets of a batch, unpacked.

use super::{header::Header, read::no_batch, record::SCHEMA};
use crate::{
    packet::{Fragment, Packet, TIMES, Tcp, TcpFlags, TcpOptions, Transport, protocol},
    tool::Tool,
};
use arrow_array::{
    Array, BinaryArray, FixedSizeBinaryArray, PrimitiveArray, RecordBatch,
    cast::AsArray as _,
    types::{ArrowPrimitiveType, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type},
};
use arrow_buffer::Buffer;
use arrow_ipc::{MessageHeader, reader::StreamDecoder, root_as_message};
use noroshi_kernel::reason::Reason;
use std::{
    io::Read as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    panic::{AssertUnwindSafe, catch_unwind},
};

/// The packets of a batch.
#[derive(Debug)]
pub struct Packets {
    rows: usize,
    /// `None` when there are none.
    columns: Option<Columns>,
    masked: bool,
}

/// One packet of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The packet. When the sensor masks its addresses, its destination is unspecified.
    pub packet: Packet<'a>,
    /// Whether its destination was masked.
    pub masked: bool,
    /// The tool that it looked like to a sensor that masks its addresses.
    pub tool: Option<Tool>,
    /// Whether its payload was recorded, as far as there is one.
    pub with_payload: bool,
}

/// A packet of a capture: nothing of it is masked, and its payload stays where it is.
impl<'a> From<Packet<'a>> for Record<'a> {
    fn from(packet: Packet<'a>) -> Self {
        Self { packet, masked: false, tool: None, with_payload: false }
    }
}

/// The columns, each of its type.
#[derive(Debug)]
struct Columns {
    at_ns: PrimitiveArray<Int64Type>,
    wire_bytes: PrimitiveArray<UInt32Type>,
    source: Addresses,
    destination: Addresses,
    protocol: PrimitiveArray<UInt8Type>,
    ttl: PrimitiveArray<UInt8Type>,
    fragment: PrimitiveArray<UInt8Type>,
    ip_id: PrimitiveArray<UInt16Type>,
    source_port: PrimitiveArray<UInt16Type>,
    destination_port: PrimitiveArray<UInt16Type>,
    sequence: PrimitiveArray<UInt32Type>,
    acknowledgment: PrimitiveArray<UInt32Type>,
    flags: PrimitiveArray<UInt16Type>,
    window: PrimitiveArray<UInt16Type>,
    options: PrimitiveArray<UInt64Type>,
    segment_bytes: PrimitiveArray<UInt16Type>,
    window_scale: PrimitiveArray<UInt8Type>,
    icmp_type: PrimitiveArray<UInt8Type>,
    icmp_code: PrimitiveArray<UInt8Type>,
    payload: BinaryArray,
    tool: PrimitiveArray<UInt8Type>,
}

#[derive(Debug)]
struct Addresses {
    v4: PrimitiveArray<UInt32Type>,
    v6: FixedSizeBinaryArray,
}

impl Packets {
    /// Unpacks them. Every packet is looked at: what this gives can be read to its end.
    pub(super) fn unpack(packed: &[u8], header: &Header, most_bytes: usize) -> Result<Self, Reason> {
        let kept = usize::try_from(header.counts.kept).map_err(|_| no_batch("パケットが多すぎます", "it holds too many packets"))?;
        if packed.is_empty() {
            return if kept == 0 { Ok(Self { rows: 0, columns: None, masked: header.masked }) } else { Err(another_number()) };
        }
        let stream = unzip(packed, most_bytes)?;
        // The reader checks what it reads; a defect of it must not end the centre.
        let read = catch_unwind(AssertUnwindSafe(|| read(stream))).unwrap_or_else(|_| Err(no_arrow()))?;
        if read.num_rows() != kept {
            return Err(another_number());
        }
        let packets = Self { rows: kept, columns: Some(Columns::of(&read).ok_or_else(no_arrow)?), masked: header.masked };
        match (0..kept).find(|row| packets.get(*row).is_none()) {
            Some(row) => Err(no_batch(&format!("パケット {row} の項目が矛盾しています"), &format!("the fields of packet {row} contradict each other"))),
            None => Ok(packets),
        }
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// All of them, in the order in which they were seen.
    pub fn iter(&self) -> impl Iterator<Item = Record<'_>> {
        (0..self.rows).filter_map(|row| self.get(row))
    }

    fn get(&self, row: usize) -> Option<Record<'_>> {
        let columns = self.columns.as_ref()?;
        let source = columns.source.get(row)?;
        let destination = columns.destination.get(row);
        if destination.is_none() != self.masked || destination.is_some_and(|destination| destination.is_ipv4() != source.is_ipv4()) {
            return None;
        }
        let tool = match get(&columns.tool, row) {
            Some(code) if self.masked => Some(*Tool::ALL.get(usize::from(code))?),
            None if !self.masked => None,
            _ => return None,
        };
        let packet = Packet {
            at_ns: get(&columns.at_ns, row).filter(|at| TIMES.contains(at))?,
            wire_bytes: get(&columns.wire_bytes, row)?,
            source,
            destination: destination.unwrap_or(if source.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() }),
            protocol: get(&columns.protocol, row)?,
            ttl: get(&columns.ttl, row)?,
            ip_id: get(&columns.ip_id, row),
            fragment: match get(&columns.fragment, row)? {
                0 => Fragment::Whole,
                1 => Fragment::First,
                2 => Fragment::Later,
                _ => return None,
            },
            transport: columns.transport(row)?,
        };
        Some(Record { packet, masked: self.masked, tool, with_payload: columns.payload.is_valid(row) })
    }
}

impl Columns {
    fn of(read: &RecordBatch) -> Option<Self> {
        fn column<T: ArrowPrimitiveType>(read: &RecordBatch, name: &str) -> Option<PrimitiveArray<T>> {
            read.column_by_name(name)?.as_primitive_opt::<T>().cloned()
        }
        let addresses = |v4: &str, v6: &str| Some(Addresses { v4: column(read, v4)?, v6: read.column_by_name(v6)?.as_fixed_size_binary_opt()?.clone() });
        Some(Self {
            at_ns: column(read, "at_ns")?,
            wire_bytes: column(read, "wire_bytes")?,
            source: addresses("source_v4", "source_v6")?,
            destination: addresses("destination_v4", "destination_v6")?,
            protocol: column(read, "protocol")?,
            ttl: column(read, "ttl")?,
            fragment: column(read, "fragment")?,
            ip_id: column(read, "ip_id")?,
            source_port: column(read, "source_port")?,
            destination_port: column(read, "destination_port")?,
            sequence: column(read, "sequence")?,
            acknowledgment: column(read, "acknowledgment")?,
            flags: column(read, "flags")?,
            window: column(read, "window")?,
            options: column(read, "options")?,
            segment_bytes: column(read, "segment_bytes")?,
            window_scale: column(read, "window_scale")?,
            icmp_type: column(read, "icmp_type")?,
            icmp_code: column(read, "icmp_code")?,
            payload: read.column_by_name("payload")?.as_binary_opt::<i32>()?.clone(),
            tool: column(read, "tool")?,
        })
    }

    /// What the transport header said; `None` when the fields contradict each other.
    fn transport(&self, row: usize) -> Option<Transport<'_>> {
        let ports = get(&self.source_port, row).zip(get(&self.destination_port, row));
        let icmp = get(&self.icmp_type, row).zip(get(&self.icmp_code, row));
        let payload = if self.payload.is_null(row) { &[] } else { self.payload.value(row) };
        Some(match (get(&self.protocol, row)?, ports, get(&self.sequence, row), icmp) {
            (protocol::TCP, Some((source_port, destination_port)), Some(sequence), None) => match get(&self.flags, row) {
                None => Transport::TcpBegun { source_port, destination_port, sequence },
                Some(flags) => Transport::Tcp(Tcp {
                    source_port,
                    destination_port,
                    sequence,
                    acknowledgment: get(&self.acknowledgment, row)?,
                    flags: TcpFlags(flags),
                    window: get(&self.window, row)?,
                    options: TcpOptions {
                        order: get(&self.options, row)?,
                        segment_bytes: get(&self.segment_bytes, row),
                        window_scale: get(&self.window_scale, row),
                    },
                }),
            },
            (protocol::UDP, Some((source_port, destination_port)), None, None) => Transport::Udp { source_port, destination_port, payload },
            (protocol::ICMP, None, None, Some((kind, code))) => Transport::Icmp { kind, code, payload },
            (protocol::ICMPV6, None, None, Some((kind, code))) => Transport::Icmpv6 { kind, code, payload },
            (_, None, None, None) => Transport::Other,
            _ => return None,
        })
    }
}

impl Addresses {
    fn get(&self, row: usize) -> Option<IpAddr> {
        match (get(&self.v4, row), self.v6.is_valid(row).then(|| self.v6.value(row))) {
            (Some(v4), None) => Some(Ipv4Addr::from(v4).into()),
            (None, Some(v6)) => <[u8; 16]>::try_from(v6).ok().map(|octets| Ipv6Addr::from(octets).into()),
            _ => None,
        }
    }
}

fn get<T: ArrowPrimitiveType>(column: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    column.is_valid(row).then(|| column.value(row))
}

/// One zstd frame, and nothing behind it.
fn unzip(packed: &[u8], most_bytes: usize) -> Result<Vec<u8>, Reason> {
    /// The window that our sensors use at most, and a little more: 8 MiB.
    const WINDOW_LOG: u32 = 23;
    let broken = |_| no_batch("zstd として読めません", "its packets are no zstd frame");
    let mut rest = packed;
    let mut decoder = zstd::Decoder::with_buffer(&mut rest).map_err(broken)?.single_frame();
    decoder.window_log_max(WINDOW_LOG).map_err(broken)?;
    let mut stream = Vec::new();
    let most = u64::try_from(most_bytes).unwrap_or(u64::MAX);
    (&mut decoder).take(most.saturating_add(1)).read_to_end(&mut stream).map_err(broken)?;
    if stream.len() > most_bytes {
        let most = most_bytes >> 20;
        return Err(Reason::new(
            "batch-bomb",
            format!("展開すると {most} MiB を超えます。展開をやめました。"),
            format!("it unpacks to more than {most} MiB, and was not unpacked further"),
        ));
    }
    drop(decoder);
    if rest.is_empty() { Ok(stream) } else { Err(no_batch("zstd のあとに余分なバイトがあります", "bytes follow its packets")) }
}

/// Reads the one record batch. The decoder that is used here takes memory for bytes that are there, not for bytes that a length promises.
fn read(stream: Vec<u8>) -> Result<RecordBatch, Reason> {
    let broken = |_| no_arrow();
    if !is_plain(&stream) {
        return Err(no_arrow());
    }
    let (mut decoder, mut stream) = (StreamDecoder::new(), Buffer::from_vec(stream));
    let read = decoder.decode(&mut stream).map_err(broken)?.ok_or_else(no_arrow)?;
    if decoder.schema().as_ref() != Some(&*SCHEMA) {
        return Err(no_batch("列が決められたものと違います", "its columns are not those of the format"));
    }
    if decoder.decode(&mut stream).map_err(broken)?.is_some() {
        return Err(no_arrow());
    }
    decoder.finish().map_err(broken)?;
    Ok(read)
}

/// Whether a stream is a schema and a record batch whose buffers are not packed a second time: what they would unpack to stands in the
/// stream, and is believed by whoever unpacks them.
fn is_plain(mut stream: &[u8]) -> bool {
    for expected in [MessageHeader::Schema, MessageHeader::RecordBatch] {
        let Some((&[0xff, 0xff, 0xff, 0xff, a, b, c, d], rest)) = stream.split_first_chunk::<8>() else { return false };
        let Some((metadata, rest)) = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok().and_then(|length| rest.split_at_checked(length)) else {
            return false;
        };
        let Ok(message) = root_as_message(metadata) else { return false };
        let is_packed = message.header_as_record_batch().is_some_and(|batch| batch.compression().is_some() || !is_inside(&batch, message.bodyLength()));
        let body = usize::try_from(message.bodyLength()).ok().and_then(|length| rest.split_at_checked(length));
        match body {
            Some((_, rest)) if message.header_type() == expected && !is_packed => stream = rest,
            _ => return false,
        }
    }
    true
}

/// Whether every buffer of a record batch lies in its body, and every column says to be as long as the batch: the decoder counts on it.
fn is_inside(batch: &arrow_ipc::RecordBatch<'_>, body: i64) -> bool {
    let buffers = batch.buffers().is_some_and(|buffers| {
        buffers.iter().all(|buffer| buffer.offset() >= 0 && buffer.length() >= 0 && buffer.offset().checked_add(buffer.length()).is_some_and(|end| end <= body))
    });
    let rows = batch.length();
    buffers && batch.nodes().is_some_and(|nodes| nodes.iter().all(|node| node.length() == rows && (0..=rows).contains(&node.null_count())))
}

fn no_arrow() -> Reason {
    no_batch("Arrow IPC として読めません", "its packets are no Arrow IPC stream of one record batch")
}

fn another_number() -> Reason {
    no_batch("パケットの数がヘッダーと違います", "it holds another number of packets than its header says")
}
