use super::cells::{Layout, changed, number};
use noroshi_document::{
    model::Block,
    table::{Better, Cell, Column, Row, Table},
};
use noroshi_incident::{model::DomainUnit, selection::Selection, stats};

/// The domains that are listed.
const MOST_DOMAINS: usize = 10;

pub(super) fn blocks(layout: &Layout<'_>) -> Vec<Block> {
    let words = layout.words;
    let domains = &layout.now.reporter_tld;
    let unit = words.get(match layout.scheme.domain_unit {
        DomainUnit::Report => "unit-report",
        DomainUnit::Correspondence => "unit-correspondence",
    });
    let mut columns = vec![Column::left(words.get("column-domain"))];
    columns.extend([words.get("column-count"), layout.previous_head(), words.get("column-change")].map(Column::right));
    let row = |domain: &stats::TldCount| {
        let of = |selection: Selection| Selection { tld: Some(domain.tld.clone()), ..selection };
        let previous = layout.previous.reporter_tld.iter().find(|one| one.tld == domain.tld).map_or(0, |one| one.count);
        let name = if domain.tld == "unknown" { Cell::Text(words.get("tld-unknown")) } else { Cell::Code(domain.tld.clone()) };
        Row {
            cells: vec![
                name,
                number(domain.count, &of(stats::domain_selection(layout.now.period, layout.scheme))),
                number(previous, &of(stats::domain_selection(layout.previous.period, layout.previous_scheme))),
                changed(domain.count, Some(previous), Better::Neither),
            ],
            header: true,
        }
    };
    let rows: Vec<_> = domains.iter().take(MOST_DOMAINS).map(row).collect();
    let notes = if domains.len() > rows.len() {
        vec![words.with("note-domain-scope", &[("shown", &rows.len().to_string()), ("all", &domains.len().to_string())])]
    } else {
        Vec::new()
    };
    let table = Table {
        id: "table-domain".into(),
        title: words.get("table-domain"),
        unit: Some(unit),
        columns,
        rows,
        total: None,
        notes,
        empty: Some(words.get("none-domain")),
    };
    vec![Block::Heading { level: 2, text: words.get("section-domain"), id: "domain".into() }, Block::Table(table)]
}
