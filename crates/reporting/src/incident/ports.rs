use super::cells::{Layout, changed, number};
use noroshi_document::{
    model::Block,
    table::{Better, Cell, Column, Row, Table},
};
use noroshi_incident::{
    model::Category,
    selection::{Records, Selection},
    stats,
};

/// The ports that are listed.
const MOST_PORTS: usize = 15;

pub(super) fn blocks(layout: &Layout<'_>) -> Vec<Block> {
    let words = layout.words;
    let ports = &layout.now.scan_ports;
    let mut columns = vec![Column::left(words.get("column-port"))];
    columns.extend([words.get("column-count"), layout.previous_head(), words.get("column-change")].map(Column::right));
    let row = |port: &stats::PortCount| {
        let of = |selection: Selection| Selection { category: Some(Category::Scan), port: Some(port.port.clone()), ..selection };
        let previous = layout.previous.scan_ports.iter().find(|one| one.port == port.port).map_or(0, |one| one.count);
        let mark = if port.worm { words.get("worm-mark") } else { String::new() };
        let name = match port.port.as_str() {
            "multiple" => Cell::Text(words.get("port-multiple")),
            "unknown" => Cell::Text(words.get("port-unknown")),
            number => Cell::Code(format!("{number}{mark}")),
        };
        Row {
            cells: vec![
                name,
                number(port.count, &of(layout.select(Records::Incidents))),
                number(previous, &of(layout.select_previous(Records::Incidents))),
                changed(port.count, Some(previous), Better::Less),
            ],
            header: true,
        }
    };
    let rows: Vec<_> = ports.iter().take(MOST_PORTS).map(row).collect();
    let mut notes = Vec::new();
    if ports.iter().take(MOST_PORTS).any(|port| port.worm) {
        notes.push(words.get("note-worm"));
    }
    if ports.len() > rows.len() {
        notes.push(words.with("note-port-scope", &[("shown", &rows.len().to_string()), ("all", &ports.len().to_string())]));
    }
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
