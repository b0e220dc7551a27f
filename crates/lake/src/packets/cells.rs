//! Packets of files added up into cells, by keys that the caller makes of each packet: what rollups are made of.

use super::{
    Country, Filter, Kind, Service, Tool, read,
    rows::{Address, Named, column, some},
};
use crate::{LakeError, schema::Column, sketch::Sketch};
use arrow_array::{RecordBatch, TimestampNanosecondArray, UInt8Array, UInt16Array, UInt32Array};
use hashbrown::HashMap;
use std::{
    collections::BTreeMap,
    hash::Hash,
    net::IpAddr,
    path::{Path, PathBuf},
};

/// What of a packet tells where it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Nanoseconds since 1970.
    pub at_ns: i64,
    /// The sensor's number.
    pub sensor: u32,
    /// Who says to have sent it.
    pub source: IpAddr,
    /// To what it was sent.
    pub service: Service,
    /// The source's country.
    pub country: Option<Country>,
    /// The tool whose marks it bears.
    pub tool: Tool,
    /// Why it may have come.
    pub kind: Kind,
}

/// What was counted of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Packets by sensor.
    pub sensors: BTreeMap<u32, u64>,
    /// Distinct sources.
    pub sources: Sketch,
}

impl Cell {
    /// Packets of all sensors.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.sensors.values().sum()
    }

    /// Adds another cell of the same key.
    pub fn merge(&mut self, other: &Self) {
        for (sensor, packets) in &other.sensors {
            *self.sensors.entry(*sensor).or_default() += packets;
        }
        self.sources.merge(&other.sources);
    }
}

/// Adds up the packets of files that a filter lets through; `keys` says in which cells a packet counts.
///
/// # Errors
/// When a file cannot be read.
pub fn tabulate<K: Copy + Eq + Hash>(paths: Vec<PathBuf>, filter: &Filter, mut keys: impl FnMut(&Seen, &mut Vec<K>)) -> Result<HashMap<K, Cell>, LakeError> {
    let (mut cells, mut wanted) = (HashMap::<K, Cell>::new(), Vec::new());
    visit(paths, filter, |seen| {
        keys(&seen, &mut wanted);
        for key in wanted.drain(..) {
            let cell = cells.entry(key).or_default();
            *cell.sensors.entry(seen.sensor).or_default() += 1;
            cell.sources.add(seen.source);
        }
    })?;
    Ok(cells)
}

/// Looks at the packets of files that a filter lets through, one after the other.
///
/// # Errors
/// When a file cannot be read.
pub fn visit(paths: Vec<PathBuf>, filter: &Filter, mut act: impl FnMut(Seen)) -> Result<(), LakeError> {
    const COLUMNS: [Column; 10] = [
        Column::At,
        Column::Sensor,
        Column::SourceV4,
        Column::SourceV6,
        Column::Protocol,
        Column::DestinationPort,
        Column::IcmpType,
        Column::Country,
        Column::Tool,
        Column::Kind,
    ];
    let mut batches = read::read(paths, &COLUMNS, filter);
    while let Some(batch) = batches.next() {
        each(batches.path(), &batch?, &mut act)?;
    }
    Ok(())
}

fn each(path: &Path, batch: &RecordBatch, mut act: impl FnMut(Seen)) -> Result<(), LakeError> {
    let at: &TimestampNanosecondArray = column(path, batch, Column::At)?;
    let sensor: &UInt32Array = column(path, batch, Column::Sensor)?;
    let source = Address::source(path, batch)?;
    let protocol: &UInt8Array = column(path, batch, Column::Protocol)?;
    let port: &UInt16Array = column(path, batch, Column::DestinationPort)?;
    let icmp: &UInt8Array = column(path, batch, Column::IcmpType)?;
    let country = Named::new(path, batch, Column::Country, |text| Country::new(text.as_bytes().try_into().ok()?))?;
    let tool = Named::new(path, batch, Column::Tool, |text| Tool::ALL.into_iter().find(|tool| tool.key() == text))?;
    let kind = Named::new(path, batch, Column::Kind, |text| Kind::ALL.into_iter().find(|kind| kind.key() == text))?;
    for row in 0..batch.num_rows() {
        let of = || {
            let protocol = some(protocol, row, UInt8Array::value)?;
            let port = some(port, row, UInt16Array::value).map(|port| Service::Port { protocol, port });
            let icmp = || some(icmp, row, UInt8Array::value).map(|kind| Service::Icmp { protocol, kind });
            Some(Seen {
                at_ns: some(at, row, TimestampNanosecondArray::value)?,
                sensor: some(sensor, row, UInt32Array::value)?,
                source: source.get(row)?,
                service: port.or_else(icmp).unwrap_or(Service::Protocol(protocol)),
                country: country.get(row),
                tool: tool.get(row).unwrap_or_default(),
                kind: kind.get(row).unwrap_or_default(),
            })
        };
        // We write none that lacks one of these.
        if let Some(seen) = of() {
            act(seen);
        }
    }
    Ok(())
}
