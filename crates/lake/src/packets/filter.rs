//! Which packets are asked for, and which parts of a file cannot hold them.

use super::{
    Country, Tool,
    rows::{Address, Named, column, some},
};
use crate::{LakeError, schema::Column};
use arrow_array::{Array, BooleanArray, RecordBatch, TimestampNanosecondArray, UInt8Array, UInt16Array, UInt32Array};
use ipnet::IpNet;
use std::{collections::BTreeSet, net::IpAddr, path::Path};

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

/// Some values, or all but these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Among<T> {
    /// The values.
    pub values: Vec<T>,
    /// Whether they are wanted; otherwise all others are.
    pub are_wanted: bool,
}

impl<T: PartialEq> Among<T> {
    /// Whether a value is wanted.
    pub fn holds(&self, value: &T) -> bool {
        self.values.contains(value) == self.are_wanted
    }
}

/// Which packets are asked for: those that fit everything that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// From this time on, in nanoseconds since 1970.
    pub from_ns: Option<i64>,
    /// Before this time.
    pub to_ns: Option<i64>,
    /// Sent to this.
    pub service: Option<Service>,
    /// Sent from these countries (`None` is an unknown one).
    pub countries: Option<Among<Option<Country>>>,
    /// Seen by these sensors.
    pub sensors: Option<Among<u32>>,
    /// Bearing this tool's marks.
    pub tool: Option<Tool>,
    /// Sent from an address of this network.
    pub network: Option<IpNet>,
    /// Sent from one of these addresses.
    pub sources: Option<BTreeSet<IpAddr>>,
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
        columns.extend(self.countries.is_some().then_some(Column::Country));
        columns.extend(self.sensors.is_some().then_some(Column::Sensor));
        columns.extend(self.tool.is_some().then_some(Column::Tool));
        if self.network.is_some() || self.sources.is_some() {
            columns.extend([Column::SourceV4, Column::SourceV6]);
        }
        columns
    }

    /// Whether what files say of a column's range tells which parts can hold what is asked for.
    pub(super) const fn prunes_by(column: Column) -> bool {
        matches!(column, Column::At | Column::Protocol | Column::DestinationPort | Column::IcmpType)
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
        if let Some(countries) = &self.countries {
            let country = Named::new(path, batch, Column::Country, |text| Country::new(text.as_bytes().try_into().ok()?))?;
            narrow_rows(&mut fits, |row| countries.holds(&country.get(row)));
        }
        if let Some(sensors) = &self.sensors {
            let sensor: &UInt32Array = column(path, batch, Column::Sensor)?;
            narrow(&mut fits, sensor.values(), |sensor| sensors.holds(&sensor));
        }
        if let Some(wanted) = self.tool {
            let tool = Named::new(path, batch, Column::Tool, |text| Tool::ALL.into_iter().find(|tool| tool.key() == text))?;
            narrow_rows(&mut fits, |row| tool.get(row).unwrap_or_default() == wanted);
        }
        if let Some(network) = self.network {
            let source = Address::source(path, batch)?;
            narrow_rows(&mut fits, |row| source.get(row).is_some_and(|source| network.contains(&source)));
        }
        if let Some(sources) = &self.sources {
            let source = Address::source(path, batch)?;
            narrow_rows(&mut fits, |row| source.get(row).is_some_and(|source| sources.contains(&source)));
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
