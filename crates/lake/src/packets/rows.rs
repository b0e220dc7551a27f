//! From a record batch back to packets.

use super::{Country, Fragment, Kind, StoredPacket, Tcp, TcpOptions, Tool, Transport};
use crate::{LakeError, schema::Column};
use arrow_array::{
    Array, BinaryArray, DictionaryArray, FixedSizeBinaryArray, RecordBatch, StringArray, TimestampNanosecondArray, UInt8Array, UInt16Array, UInt32Array,
    types::Int32Type,
};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
    sync::Arc,
};

/// A column of the batch as its own type.
pub(super) fn column<'a, A: Array + 'static>(path: &Path, batch: &'a RecordBatch, column: Column) -> Result<&'a A, LakeError> {
    let name = column.name();
    batch.column_by_name(name).and_then(|array| array.as_any().downcast_ref()).ok_or_else(|| LakeError::column(path, name))
}

/// A text column: its values, each read once, and a key for each row.
pub(super) struct Named<'a, T> {
    keys: &'a DictionaryArray<Int32Type>,
    values: Vec<Option<T>>,
}

impl<'a, T: Clone> Named<'a, T> {
    pub(super) fn new(path: &Path, batch: &'a RecordBatch, which: Column, read: impl Fn(&str) -> Option<T>) -> Result<Self, LakeError> {
        let keys: &DictionaryArray<Int32Type> = column(path, batch, which)?;
        let texts = keys.values().as_any().downcast_ref::<StringArray>().ok_or_else(|| LakeError::column(path, which.name()))?;
        Ok(Self { keys, values: texts.iter().map(|text| text.and_then(&read)).collect() })
    }

    pub(super) fn get(&self, row: usize) -> Option<T> {
        self.values.get(self.keys.key(row)?)?.clone()
    }
}

/// The packets of a whole batch, as they stand in files.
pub struct Rows<'a> {
    packets: usize,
    at: &'a TimestampNanosecondArray,
    sensor: &'a UInt32Array,
    source: Address<'a>,
    destination: Address<'a>,
    protocol: &'a UInt8Array,
    source_port: &'a UInt16Array,
    destination_port: &'a UInt16Array,
    icmp_type: &'a UInt8Array,
    icmp_code: &'a UInt8Array,
    ttl: &'a UInt8Array,
    ip_id: &'a UInt16Array,
    fragment: Named<'a, Fragment>,
    flags: &'a UInt16Array,
    window: &'a UInt16Array,
    sequence: &'a UInt32Array,
    acknowledgment: &'a UInt32Array,
    options: Named<'a, TcpOptions>,
    wire_bytes: &'a UInt32Array,
    payload: &'a BinaryArray,
    country: Named<'a, Country>,
    edition: Named<'a, Arc<str>>,
    asn: &'a UInt32Array,
    tool: Named<'a, Tool>,
    kind: Named<'a, Kind>,
}

/// An address in its two columns.
pub(super) struct Address<'a> {
    v4: &'a UInt32Array,
    v6: &'a FixedSizeBinaryArray,
}

impl<'a> Address<'a> {
    pub(super) fn source(path: &Path, batch: &'a RecordBatch) -> Result<Self, LakeError> {
        Ok(Self { v4: column(path, batch, Column::SourceV4)?, v6: column(path, batch, Column::SourceV6)? })
    }

    fn destination(path: &Path, batch: &'a RecordBatch) -> Result<Self, LakeError> {
        Ok(Self { v4: column(path, batch, Column::DestinationV4)?, v6: column(path, batch, Column::DestinationV6)? })
    }

    pub(super) fn get(&self, row: usize) -> Option<IpAddr> {
        if let Some(address) = some(self.v4, row, UInt32Array::value) {
            return Some(Ipv4Addr::from(address).into());
        }
        let octets: [u8; 16] = some(self.v6, row, FixedSizeBinaryArray::value)?.try_into().ok()?;
        Some(Ipv6Addr::from(octets).into())
    }
}

/// A row's value, or none where there is null.
#[inline]
pub(super) fn some<'a, A: Array, T>(array: &'a A, row: usize, value: impl Fn(&'a A, usize) -> T) -> Option<T> {
    (row < array.len() && array.is_valid(row)).then(|| value(array, row))
}

impl<'a> Rows<'a> {
    /// Looks at a batch that has every column.
    ///
    /// # Errors
    /// When a column is not there or of another type; `path` is what the error names.
    pub fn new(path: &Path, batch: &'a RecordBatch) -> Result<Self, LakeError> {
        Ok(Self {
            packets: batch.num_rows(),
            at: column(path, batch, Column::At)?,
            sensor: column(path, batch, Column::Sensor)?,
            source: Address::source(path, batch)?,
            destination: Address::destination(path, batch)?,
            protocol: column(path, batch, Column::Protocol)?,
            source_port: column(path, batch, Column::SourcePort)?,
            destination_port: column(path, batch, Column::DestinationPort)?,
            icmp_type: column(path, batch, Column::IcmpType)?,
            icmp_code: column(path, batch, Column::IcmpCode)?,
            ttl: column(path, batch, Column::Ttl)?,
            ip_id: column(path, batch, Column::IpId)?,
            fragment: Named::new(path, batch, Column::Fragment, |text| match text {
                "first" => Some(Fragment::First),
                "later" => Some(Fragment::Later),
                _ => None,
            })?,
            flags: column(path, batch, Column::TcpFlags)?,
            window: column(path, batch, Column::TcpWindow)?,
            sequence: column(path, batch, Column::TcpSequence)?,
            acknowledgment: column(path, batch, Column::TcpAcknowledgment)?,
            options: Named::new(path, batch, Column::TcpOptions, TcpOptions::parse)?,
            wire_bytes: column(path, batch, Column::WireBytes)?,
            payload: column(path, batch, Column::Payload)?,
            country: Named::new(path, batch, Column::Country, |text| Country::new(text.as_bytes().try_into().ok()?))?,
            edition: Named::new(path, batch, Column::CountryEdition, |text| Some(Arc::from(text)))?,
            asn: column(path, batch, Column::Asn)?,
            tool: Named::new(path, batch, Column::Tool, |text| Tool::ALL.into_iter().find(|tool| tool.key() == text))?,
            kind: Named::new(path, batch, Column::Kind, |text| Kind::ALL.into_iter().find(|kind| kind.key() == text))?,
        })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packets
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packets == 0
    }

    /// One packet; `None` beyond the last, and for one without a source, which we do not write.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<StoredPacket<'a>> {
        Some(StoredPacket {
            at_ns: some(self.at, row, TimestampNanosecondArray::value)?,
            sensor: some(self.sensor, row, UInt32Array::value)?,
            source: self.source.get(row)?,
            destination: self.destination.get(row),
            protocol: some(self.protocol, row, UInt8Array::value)?,
            ttl: some(self.ttl, row, UInt8Array::value)?,
            ip_id: some(self.ip_id, row, UInt16Array::value),
            fragment: self.fragment.get(row).unwrap_or_default(),
            transport: self.transport(row),
            wire_bytes: some(self.wire_bytes, row, UInt32Array::value)?,
            payload: some(self.payload, row, BinaryArray::value),
            country: self.country.get(row),
            asn: some(self.asn, row, UInt32Array::value),
            tool: self.tool.get(row).unwrap_or_default(),
            kind: self.kind.get(row).unwrap_or_default(),
        })
    }

    /// What told one packet's country and autonomous system.
    #[must_use]
    pub fn edition(&self, row: usize) -> Option<Arc<str>> {
        self.edition.get(row)
    }

    fn transport(&self, row: usize) -> Transport {
        let port = |array| some(array, row, UInt16Array::value);
        let number = |array| some(array, row, UInt32Array::value);
        let Some((source_port, destination_port)) = port(self.source_port).zip(port(self.destination_port)) else {
            let byte = |array| some(array, row, UInt8Array::value);
            return byte(self.icmp_type).zip(byte(self.icmp_code)).map_or(Transport::Other, |(kind, code)| Transport::Icmp { kind, code });
        };
        let Some(sequence) = number(self.sequence) else { return Transport::Ports { source_port, destination_port } };
        let Some(flags) = port(self.flags) else { return Transport::TcpBegun { source_port, destination_port, sequence } };
        Transport::Tcp(Tcp {
            source_port,
            destination_port,
            flags,
            window: port(self.window).unwrap_or_default(),
            sequence,
            acknowledgment: number(self.acknowledgment).unwrap_or_default(),
            options: self.options.get(row).unwrap_or_default(),
        })
    }
}
