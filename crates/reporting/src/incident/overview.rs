use super::cells::{Counted, Layout, figure};
use crate::ReportingError;
use noroshi_document::{
    chart::{Chart, Kind, Series},
    model::Block,
    prose::Prose,
    table::{Cell, Column, Figure, Row, Table},
};
use noroshi_incident::{
    selection::{About, Records, Selection},
    stats::{Figures, MonthFigures},
};

/// One line of the overview.
struct Item {
    key: &'static str,
    records: Records,
    total: fn(&Figures) -> i64,
    month: fn(&MonthFigures) -> i64,
}

const REPORTS: Item = Item { key: "row-reports", records: Records::Reports, total: |f| f.reports, month: |m| m.reports };
const INCIDENTS: Item = Item { key: "row-incidents", records: Records::Incidents, total: |f| f.incidents, month: |m| m.incidents };
const COORDINATIONS: Item = Item { key: "row-coordinations", records: Records::Coordinations, total: |f| f.coordinations, month: |m| m.coordinations };
const ITEMS: [Item; 3] = [REPORTS, INCIDENTS, COORDINATIONS];

impl Item {
    fn of(&self, counted: &Counted<'_>) -> Figure {
        figure((self.total)(counted.figures), &counted.select(self.records))
    }
}

fn correspondence(counted: &Counted<'_>) -> Figure {
    figure(counted.figures.correspondence, &counted.select(Records::Correspondence))
}

fn inquiries(counted: &Counted<'_>) -> Figure {
    figure(counted.figures.inquiries, &Selection { about: Some(About::Inquiry), ..counted.select(Records::Correspondence) })
}

fn addresses(counted: &Counted<'_>) -> Figure {
    figure(counted.figures.addresses, &counted.select(Records::Addresses))
}

/// The sentence at the head of the report.
pub(super) fn lead(layout: &Layout<'_>, team: &str, span: &str) -> Prose {
    layout.words.prose(
        "incident-lead",
        [
            ("team", team.into()),
            ("span", span.into()),
            ("reports", REPORTS.of(&layout.now).into()),
            ("incidents", INCIDENTS.of(&layout.now).into()),
            ("unit", layout.unit().into()),
            ("coordinations", COORDINATIONS.of(&layout.now).into()),
        ],
    )
}

pub(super) fn blocks(layout: &Layout<'_>, span: &str) -> Result<Vec<Block>, ReportingError> {
    let words = layout.words;
    let mut blocks = vec![Block::Heading { level: 2, text: words.get("section-overview"), id: "overview".into() }];
    blocks.extend(layout.paragraph([
        layout.sentence("sentence-reports", |counted| REPORTS.of(counted)),
        layout.sentence("sentence-incidents", |counted| INCIDENTS.of(counted)),
        layout.sentence("sentence-coordinations", |counted| COORDINATIONS.of(counted)),
        letters(layout),
        words.prose("sentence-addresses", [("addresses", addresses(&layout.now).into())]),
    ]));
    if layout.months().len() > 1 {
        blocks.push(Block::Chart(chart(layout, span)?));
    }
    blocks.push(Block::Table(table(layout)));
    blocks.push(Block::Table(beside(layout)));
    Ok(blocks)
}

/// The sentence about letters, when any came in: a period that only feeds report of has none.
fn letters(layout: &Layout<'_>) -> Prose {
    let (correspondence, inquiries) = (correspondence(&layout.now), inquiries(&layout.now));
    if correspondence.value == 0 {
        return Prose::default();
    }
    layout.words.prose("sentence-correspondence", [("correspondence", correspondence.into()), ("inquiries", inquiries.into())])
}

fn table(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let mut columns = vec![Column::left(words.get("column-item"))];
    columns.extend(layout.month_heads());
    columns.push(Column::right(words.get("column-total")));
    columns.extend(layout.compared_heads());
    let row = |item: &Item| {
        let mut cells: Vec<Cell> = layout.monthly(&layout.now.select(item.records), item.month).into_iter().map(Cell::Number).collect();
        cells.push(Cell::Number(item.of(&layout.now)));
        cells.extend(layout.compared(|counted| Some(item.of(counted))));
        Row::named(words.get(item.key), cells)
    };
    let other_scheme = layout.earlier().filter(|earlier| earlier.scheme.key != layout.now.scheme.key);
    let note = |earlier: &Counted<'_>| words.with("note-scheme-earlier", &[("period", &earlier.figures.period.to_string()), ("scheme", &earlier.scheme.key)]);
    Table {
        id: "table-overview".into(),
        title: words.get("table-overview"),
        unit: None,
        columns,
        rows: ITEMS.iter().map(row).collect(),
        total: None,
        notes: other_scheme.map(note).collect(),
        empty: None,
    }
}

/// What is counted beside them, over the whole period: letters and addresses.
fn beside(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let mut columns = vec![Column::left(words.get("column-item")), Column::right(words.get("column-count"))];
    columns.extend(layout.compared_heads());
    let row = |key: &str, read: fn(&Counted<'_>) -> Figure| {
        let mut cells = vec![Cell::Number(read(&layout.now))];
        cells.extend(layout.compared(|counted| Some(read(counted))));
        Row::named(words.get(key), cells)
    };
    Table {
        id: "table-beside".into(),
        title: words.get("table-beside"),
        unit: None,
        columns,
        rows: vec![row("row-correspondence", correspondence), row("row-inquiries", inquiries), row("row-addresses", addresses)],
        total: None,
        notes: Vec::new(),
        empty: None,
    }
}

fn chart(layout: &Layout<'_>, span: &str) -> Result<Chart, ReportingError> {
    let words = layout.words;
    let labels = layout.months().into_iter().map(|month| words.month(month)).collect();
    let series = |item: &Item| Series::counted(words.get(item.key), layout.monthly(&layout.now.select(item.records), item.month));
    let chart = Chart::new("chart-overview", words.get("chart-overview"), Kind::Bars, labels, ITEMS.iter().map(series).collect())?;
    Ok(chart.unit(words.get("unit-count")).table("table-overview").caption(words.with("chart-overview-caption", &[("span", span)])))
}
