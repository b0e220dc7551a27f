//! Which packets are asked for, and which parts of a file cannot hold them.

use super::rows::{column, some};
use crate::{LakeError, schema::Column};
use arrow_array::{Array, BooleanArray, RecordBatch, TimestampNanosecondArray, UInt8Array, UInt16Array};
use std::path::Path;

/// What packets are sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// All of a protocol.
    Protocol(u8),
    /// A port of TCP, UDP or another protocol that has them.
    Port {
        /// IANA's number of the protocol.
        protocol: u8,
        /// The destination port.
        port: u16,
    },
    /// A type of ICMP or ICMPv6.
    Icmp {
        /// 1 or 58.
        protocol: u8,
        /// The type.
        kind: u8,
    },
}

/// Which packets are asked for: those that fit everything that is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// From this time on, in nanoseconds since 1970.
    pub from_ns: Option<i64>,
    /// Before this time.
    pub to_ns: Option<i64>,
    /// Sent to this.
    pub service: Option<Service>,
}

/// The least and the greatest value of a column in a part of a file; `None` when it is not told.
pub(super) type Range = Option<(i64, i64)>;

impl Filter {
    /// The columns that it looks at.
    pub(super) fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        if self.from_ns.is_some() || self.to_ns.is_some() {
            columns.push(Column::At);
        }
        match self.service {
            None => {}
            Some(Service::Protocol(_)) => columns.push(Column::Protocol),
            Some(Service::Port { .. }) => columns.extend([Column::Protocol, Column::DestinationPort]),
            Some(Service::Icmp { .. }) => columns.extend([Column::Protocol, Column::IcmpType]),
        }
        columns
    }

    /// Whether a part of a file can hold what is asked for, by the range of one of its columns.
    pub(super) fn may_hold(&self, column: Column, range: Range) -> bool {
        let Some((least, greatest)) = range else { return true };
        let wanted = match (column, self.service) {
            (Column::At, _) => return self.from_ns.is_none_or(|from| greatest >= from) && self.to_ns.is_none_or(|to| least < to),
            (Column::Protocol, Some(Service::Protocol(protocol) | Service::Port { protocol, .. } | Service::Icmp { protocol, .. })) => i64::from(protocol),
            (Column::DestinationPort, Some(Service::Port { port, .. })) => i64::from(port),
            (Column::IcmpType, Some(Service::Icmp { kind, .. })) => i64::from(kind),
            _ => return true,
        };
        (least..=greatest).contains(&wanted)
    }

    /// Which packets of a batch fit.
    pub(super) fn fits(&self, path: &Path, batch: &RecordBatch) -> Result<BooleanArray, LakeError> {
        let mut fits = vec![true; batch.num_rows()];
        if self.from_ns.is_some() || self.to_ns.is_some() {
            let at: &TimestampNanosecondArray = column(path, batch, Column::At)?;
            narrow(&mut fits, at.values(), |at| self.from_ns.is_none_or(|from| at >= from) && self.to_ns.is_none_or(|to| at < to));
        }
        if let Some(Service::Protocol(wanted) | Service::Port { protocol: wanted, .. } | Service::Icmp { protocol: wanted, .. }) = self.service {
            let protocol: &UInt8Array = column(path, batch, Column::Protocol)?;
            narrow(&mut fits, protocol.values(), |protocol| protocol == wanted);
        }
        match self.service {
            Some(Service::Port { port: wanted, .. }) => {
                let port: &UInt16Array = column(path, batch, Column::DestinationPort)?;
                narrow_rows(&mut fits, |row| some(port, row, UInt16Array::value) == Some(wanted));
            }
            Some(Service::Icmp { kind: wanted, .. }) => {
                let kind: &UInt8Array = column(path, batch, Column::IcmpType)?;
                narrow_rows(&mut fits, |row| some(kind, row, UInt8Array::value) == Some(wanted));
            }
            Some(Service::Protocol(_)) | None => {}
        }
        let fits = BooleanArray::from(fits);
        debug_assert_eq!(fits.null_count(), 0);
        Ok(fits)
    }
}

fn narrow<T: Copy>(fits: &mut [bool], values: &[T], wanted: impl Fn(T) -> bool) {
    for (fits, value) in fits.iter_mut().zip(values) {
        *fits &= wanted(*value);
    }
}

fn narrow_rows(fits: &mut [bool], wanted: impl Fn(usize) -> bool) {
    for (row, fits) in fits.iter_mut().enumerate() {
        *fits = *fits && wanted(row);
    }
}
