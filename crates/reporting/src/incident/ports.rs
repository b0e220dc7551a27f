use super::cells::{Counted, Layout, figure};
use noroshi_document::{
    model::Block,
    table::{Cell, Column, Figure, Row, Table},
};
use noroshi_incident::{
    model::Category,
    selection::{Records, Selection},
    stats,
};

/// The ports that are listed.
const MOST_PORTS: usize = 15;

/// The scans of a port in a period.
fn scans(counted: &Counted<'_>, port: &str) -> Figure {
    let count = counted.figures.scan_ports.iter().find(|one| one.port == port).map_or(0, |one| one.count);
    figure(count, &Selection { category: Some(Category::Scan), port: Some(port.to_owned()), ..counted.select(Records::Incidents) })
}

pub(super) fn blocks(layout: &Layout<'_>) -> Vec<Block> {
    let words = layout.words;
    let ports = &layout.now.figures.scan_ports;
    let mut columns = vec![Column::left(words.get("column-port")), Column::right(words.get("column-count"))];
    columns.extend(layout.compared_heads());
    let row = |port: &stats::PortCount| {
        let mark = if port.worm { words.get("worm-mark") } else { String::new() };
        let name = match port.port.as_str() {
            "multiple" => Cell::Text(words.get("port-multiple")),
            "unknown" => Cell::Text(words.get("port-unknown")),
            number => Cell::Code(format!("{number}{mark}")),
        };
        let mut cells = vec![name, Cell::Number(scans(&layout.now, &port.port))];
        cells.extend(layout.compared(|counted| Some(scans(counted, &port.port))));
        Row { cells, header: true }
    };
    let rows: Vec<_> = ports.iter().take(MOST_PORTS).map(row).collect();
    let mut notes = Vec::new();
    if ports.iter().take(MOST_PORTS).any(|port| port.worm) {
        notes.push(words.get("note-worm"));
    }
    notes.extend(layout.scope("note-port-scope", rows.len(), ports.len()));
    let table = Table {
        id: "table-scan".into(),
        title: words.get("table-scan"),
        unit: Some(layout.unit()),
        columns,
        rows,
        total: None,
        notes,
        empty: Some(words.get("none-scan")),
    };
    vec![Block::Heading { level: 2, text: words.get("section-scan"), id: "scan".into() }, Block::Table(table)]
}
