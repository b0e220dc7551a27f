use super::cells::{Counted, Layout, figure};
use noroshi_document::{
    model::Block,
    table::{Cell, Column, Figure, Row, Table},
};
use noroshi_incident::{model::DomainUnit, selection::Selection, stats};

/// The domains that are listed.
const MOST_DOMAINS: usize = 10;

/// What came from a domain in a period.
fn from(counted: &Counted<'_>, tld: &str) -> Figure {
    let count = counted.figures.reporter_tld.iter().find(|one| one.tld == tld).map_or(0, |one| one.count);
    figure(count, &Selection { tld: Some(tld.to_owned()), ..stats::domain_selection(counted.figures.period, counted.scheme) })
}

pub(super) fn blocks(layout: &Layout<'_>) -> Vec<Block> {
    let words = layout.words;
    let domains = &layout.now.figures.reporter_tld;
    let unit = words.get(match layout.now.scheme.domain_unit {
        DomainUnit::Report => "unit-report",
        DomainUnit::Correspondence => "unit-correspondence",
    });
    let mut columns = vec![Column::left(words.get("column-domain")), Column::right(words.get("column-count"))];
    columns.extend(layout.compared_heads());
    let row = |domain: &stats::TldCount| {
        let name = if domain.tld == "unknown" { Cell::Text(words.get("tld-unknown")) } else { Cell::Code(domain.tld.clone()) };
        let mut cells = vec![name, Cell::Number(from(&layout.now, &domain.tld))];
        cells.extend(layout.compared(|counted| Some(from(counted, &domain.tld))));
        Row { cells, header: true }
    };
    let rows: Vec<_> = domains.iter().take(MOST_DOMAINS).map(row).collect();
    let table = Table {
        id: "table-domain".into(),
        title: words.get("table-domain"),
        unit: Some(unit),
        columns,
        notes: layout.scope("note-domain-scope", rows.len(), domains.len()).into_iter().collect(),
        rows,
        total: None,
        empty: Some(words.get("none-domain")),
    };
    vec![Block::Heading { level: 2, text: words.get("section-domain"), id: "domain".into() }, Block::Table(table)]
}
