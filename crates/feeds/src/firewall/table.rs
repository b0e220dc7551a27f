//! A table whose first row names a destination port and a protocol, separated by commas, semicolons or tabs.

use super::{
    Line,
    protocol::{self, came},
};
use crate::delimited::{Field, fields_by};

const MOST_COLUMNS: usize = 64;
/// The longest name of a column.
const MOST_NAME_BYTES: usize = 60;

const PORTS: [&str; 8] = ["dstport", "destport", "destinationport", "dport", "dpt", "targetport", "port", "宛先ポート"];
const PROTOCOLS: [&str; 6] = ["proto", "protocol", "ipprotocol", "transport", "protocolname", "プロトコル"];
const KINDS: [&str; 2] = ["icmptype", "type"];
const ACTIONS: [&str; 3] = ["action", "disposition", "アクション"];
const COUNTS: [&str; 6] = ["count", "packets", "hits", "hitcount", "件数", "パケット数"];

/// Which column holds what.
#[derive(Debug)]
struct Columns {
    separator: u8,
    port: usize,
    protocol: usize,
    kind: Option<usize>,
    action: Option<usize>,
    count: Option<usize>,
}

/// Reads rows by the last header.
#[derive(Debug, Default)]
pub(super) struct Table {
    columns: Option<Columns>,
    split: Vec<Field>,
}

impl Table {
    pub(super) fn line(&mut self, line: &str) -> Option<Line> {
        if let Some(columns) = self.header(line) {
            self.columns = Some(columns);
            return Some(Line::Nothing);
        }
        let columns = self.columns.as_ref()?;
        if fields_by(line.as_bytes(), columns.separator, MOST_COLUMNS, &mut self.split).is_err() {
            return Some(Line::Broken);
        }
        let cell = |column: usize| {
            let field = self.split.get(column)?;
            Some(String::from_utf8_lossy(&field.text(line.as_bytes())).trim().to_owned())
        };
        let number = |column: Option<usize>| column.and_then(cell).and_then(|text| text.parse().ok());
        if columns.action.and_then(cell).and_then(|action| protocol::lets_through(&action)) == Some(true) {
            return Some(Line::Passed);
        }
        // `445`, or `tcp/445`, or `445/tcp` with the protocol beside.
        let port = cell(columns.port).and_then(|text| text.split('/').find_map(|part| part.parse().ok()));
        let Some(protocol) = cell(columns.protocol).and_then(|name| protocol::named(&name)) else { return Some(Line::Broken) };
        let times = match columns.count {
            Some(_) => match number(columns.count) {
                Some(times) => times,
                None => return Some(Line::Broken),
            },
            None => 1,
        };
        let kind = number(columns.kind).and_then(|kind| u16::try_from(kind).ok());
        Some(came(protocol, port, kind, times))
    }

    /// The columns of a header: a row that names both a port and a protocol, and holds no number.
    fn header(&mut self, line: &str) -> Option<Columns> {
        [b',', b';', b'\t'].into_iter().find_map(|separator| {
            fields_by(line.as_bytes(), separator, MOST_COLUMNS, &mut self.split).ok()?;
            let names: Vec<String> = self.split.iter().map(|field| name(&field.text(line.as_bytes()))).collect();
            let place = |known: &[&str]| known.iter().find_map(|name| names.iter().position(|one| one == name));
            let (port, protocol) = (place(&PORTS)?, place(&PROTOCOLS)?);
            Some(Columns { separator, port, protocol, kind: place(&KINDS), action: place(&ACTIONS), count: place(&COUNTS) })
        })
    }
}

/// A column's name without case and what stands between its words.
fn name(cell: &[u8]) -> String {
    let cell = cell.get(..MOST_NAME_BYTES).unwrap_or(cell);
    String::from_utf8_lossy(cell).chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
