//! Packets grouped by one key, with their distinct sources: the first form of ranks over raw packets, without an engine.

use super::{
    Country, Filter, Service, Tool, read,
    rows::{Address, Named, column, some},
};
use crate::{LakeError, schema::Column};
use arrow_array::{RecordBatch, UInt8Array, UInt16Array, UInt32Array};
use hashbrown::{HashMap, HashSet};
use ipnet::IpNet;
use noroshi_kernel::reason::Reason;
use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

/// By what packets are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Port, ICMP type, or protocol alone.
    Service,
    /// The source's country.
    Country,
    /// Sensor.
    Sensor,
    /// Tool.
    Tool,
    /// Network of the source: /24 of IPv4, /48 of IPv6.
    Network,
}

/// One value of a [`Key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyValue {
    /// Port, ICMP type, or a protocol that has neither.
    Service(Service),
    /// The source's country, when it is known.
    Country(Option<Country>),
    /// Sensor.
    Sensor(u32),
    /// Tool.
    Tool(Tool),
    /// Network of the source.
    Network(IpNet),
}

/// How much memory a count may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most values of the key, about 64 bytes each.
    pub keys: usize,
    /// Most pairs of value and source that are told apart, about 16 bytes each of IPv4, 40 of IPv6.
    pub sources: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { keys: 1 << 20, sources: 1 << 23 }
    }
}

/// What was counted of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The value.
    pub key: KeyValue,
    /// Packets.
    pub packets: u64,
    /// Distinct sources.
    pub sources: u64,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Most packets first; of as many, in the order of values.
    pub rows: Vec<Count>,
    /// Packets of all values.
    pub packets: u64,
    /// Sources were told apart to the end. Otherwise [`Limits::sources`] was reached, and each number of sources is a lower bound.
    pub sources_are_exact: bool,
}

/// Counts the packets of files by a key.
///
/// # Errors
/// When a file cannot be read, or there are more values than [`Limits::keys`].
pub fn count(paths: Vec<PathBuf>, filter: &Filter, key: Key, limits: Limits) -> Result<Counts, LakeError> {
    let mut columns = vec![Column::SourceV4, Column::SourceV6];
    match key {
        Key::Service => columns.extend([Column::Protocol, Column::DestinationPort, Column::IcmpType]),
        Key::Network => {}
        Key::Country => columns.push(Column::Country),
        Key::Sensor => columns.push(Column::Sensor),
        Key::Tool => columns.push(Column::Tool),
    }
    let mut batches = read::read(paths, &columns, filter);
    let mut counting = Counting { limits, exact: true, ..Counting::default() };
    while let Some(batch) = batches.next() {
        counting.batch(batches.path(), &batch?, key)?;
    }
    Ok(counting.finish())
}

/// The network of an address: /24 of IPv4, /48 of IPv6.
#[must_use]
pub fn network(address: IpAddr) -> IpNet {
    let bits = if address.is_ipv4() { 24 } else { 48 };
    IpNet::new(address, bits).map_or_else(|_| address.into(), |network| network.trunc())
}

#[derive(Default)]
struct Counting {
    limits: Limits,
    places: HashMap<KeyValue, u32>,
    rows: Vec<Count>,
    /// Place of the value, and source.
    v4: HashSet<u64>,
    v6: HashSet<(u32, u128)>,
    exact: bool,
}

impl Counting {
    fn batch(&mut self, path: &Path, batch: &RecordBatch, key: Key) -> Result<(), LakeError> {
        let sources = Address::source(path, batch)?;
        match key {
            Key::Service => {
                let protocol: &UInt8Array = column(path, batch, Column::Protocol)?;
                let port: &UInt16Array = column(path, batch, Column::DestinationPort)?;
                let kind: &UInt8Array = column(path, batch, Column::IcmpType)?;
                self.rows(path, batch.num_rows(), &sources, |row| {
                    let protocol = some(protocol, row, UInt8Array::value).unwrap_or_default();
                    let port = some(port, row, UInt16Array::value).map(|port| Service::Port { protocol, port });
                    let icmp = || some(kind, row, UInt8Array::value).map(|kind| Service::Icmp { protocol, kind });
                    Some(KeyValue::Service(port.or_else(icmp).unwrap_or(Service::Protocol(protocol))))
                })
            }
            Key::Network => self.rows(path, batch.num_rows(), &sources, |row| sources.get(row).map(network).map(KeyValue::Network)),
            Key::Country => {
                let country = Named::new(path, batch, Column::Country, |text| Country::new(text.as_bytes().try_into().ok()?))?;
                self.rows(path, batch.num_rows(), &sources, |row| Some(KeyValue::Country(country.get(row))))
            }
            Key::Sensor => {
                let sensor: &UInt32Array = column(path, batch, Column::Sensor)?;
                self.rows(path, batch.num_rows(), &sources, |row| some(sensor, row, UInt32Array::value).map(KeyValue::Sensor))
            }
            Key::Tool => {
                let tool = Named::new(path, batch, Column::Tool, |text| Tool::ALL.into_iter().find(|tool| tool.key() == text))?;
                self.rows(path, batch.num_rows(), &sources, |row| Some(KeyValue::Tool(tool.get(row).unwrap_or_default())))
            }
        }
    }

    fn rows(&mut self, path: &Path, packets: usize, sources: &Address<'_>, key: impl Fn(usize) -> Option<KeyValue>) -> Result<(), LakeError> {
        // Files are sorted by service: the last value is often the next one.
        let mut last: Option<(KeyValue, u32)> = None;
        for row in 0..packets {
            let Some(value) = key(row) else { continue };
            let place = match last {
                Some((known, place)) if known == value => place,
                _ => self.place(path, value)?,
            };
            last = Some((value, place));
            let is_new = match sources.get(row) {
                Some(source) => self.is_new(place, source),
                None => false,
            };
            if let Some(count) = self.rows.get_mut(place as usize) {
                count.packets += 1;
                count.sources += u64::from(is_new);
            }
        }
        Ok(())
    }

    fn place(&mut self, path: &Path, value: KeyValue) -> Result<u32, LakeError> {
        if let Some(place) = self.places.get(&value) {
            return Ok(*place);
        }
        if self.rows.len() >= self.limits.keys {
            let most = self.limits.keys;
            return Err(LakeError::new(
                path,
                Reason::new(
                    "lake-keys",
                    format!("集計の項目が {most} 種類を超えました。期間やポートを絞ってください。"),
                    format!("there are more than {most} values to count by; narrow the time or name a port"),
                ),
            ));
        }
        let place = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(Count { key: value, packets: 0, sources: 0 });
        self.places.insert(value, place);
        Ok(place)
    }

    fn is_new(&mut self, place: u32, source: IpAddr) -> bool {
        let full = self.v4.len() + self.v6.len() >= self.limits.sources;
        let is_new = match source {
            IpAddr::V4(source) => {
                let pair = u64::from(place) << 32 | u64::from(u32::from(source));
                if full { !self.v4.contains(&pair) } else { self.v4.insert(pair) }
            }
            IpAddr::V6(source) => {
                let pair = (place, u128::from(source));
                if full { !self.v6.contains(&pair) } else { self.v6.insert(pair) }
            }
        };
        // One that is not known and finds no room may have been met before.
        self.exact &= !(full && is_new);
        is_new && !full
    }

    fn finish(self) -> Counts {
        let mut rows = self.rows;
        rows.sort_unstable_by(|a, b| b.packets.cmp(&a.packets).then(a.key.cmp(&b.key)));
        let packets = rows.iter().map(|row| row.packets).sum();
        Counts { rows, packets, sources_are_exact: self.exact }
    }
}
