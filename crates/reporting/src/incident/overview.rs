use super::cells::{Layout, changed, drawn, number};
use crate::ReportingError;
use noroshi_document::{
    chart::{Chart, Kind, Series},
    model::Block,
    table::{Better, Column, Row, Table},
};
use noroshi_incident::{
    selection::{Records, Selection},
    stats::{Figures, MonthFigures},
};

/// One line of the overview.
struct Item {
    key: &'static str,
    records: Records,
    total: fn(&Figures) -> i64,
    month: fn(&MonthFigures) -> i64,
}

const ITEMS: [Item; 3] = [
    Item { key: "row-reports", records: Records::Reports, total: |f| f.reports, month: |m| m.reports },
    Item { key: "row-incidents", records: Records::Incidents, total: |f| f.incidents, month: |m| m.incidents },
    Item { key: "row-coordinations", records: Records::Coordinations, total: |f| f.coordinations, month: |m| m.coordinations },
];

pub(super) fn blocks(layout: &Layout<'_>, span: &str) -> Result<Vec<Block>, ReportingError> {
    let words = layout.words;
    let mut blocks = vec![Block::Heading { level: 2, text: words.get("section-overview"), id: "overview".into() }];
    let (now, previous) = (layout.now, layout.previous);
    blocks.extend(layout.paragraph([
        layout.sentence("sentence-reports", now.reports, previous.reports),
        layout.sentence("sentence-incidents", now.incidents, previous.incidents),
        layout.sentence("sentence-coordinations", now.coordinations, previous.coordinations),
        letters(layout),
        words.with("sentence-addresses", &[("addresses", &words.number(now.addresses))]),
    ]));
    if layout.months().len() > 1 {
        blocks.push(Block::Chart(chart(layout, span)?));
    }
    blocks.push(Block::Table(table(layout)));
    Ok(blocks)
}

/// The sentence about letters, when any came in: a period that only feeds report of has none.
fn letters(layout: &Layout<'_>) -> String {
    let Layout { words, now, .. } = layout;
    let (correspondence, inquiries) = (words.number(now.correspondence), words.number(now.inquiries));
    if now.correspondence == 0 {
        String::new()
    } else {
        words.with("sentence-correspondence", &[("correspondence", &correspondence), ("inquiries", &inquiries)])
    }
}

fn table(layout: &Layout<'_>) -> Table {
    let words = layout.words;
    let months = layout.months();
    let mut columns = vec![Column::left(words.get("column-item"))];
    columns.extend(months.iter().map(|month| Column::right(words.month(*month))));
    columns.extend(
        [words.get("column-total"), layout.previous_head(), words.get("column-change"), words.get("column-year-ago"), words.get("column-change")]
            .map(Column::right),
    );
    let row = |item: &Item| {
        let selection = layout.select(item.records);
        let (total, previous, year_ago) = ((item.total)(layout.now), (item.total)(layout.previous), (item.total)(layout.year_ago));
        let better = if item.records == Records::Incidents { Better::Less } else { Better::Neither };
        let by_month = layout
            .now
            .by_month
            .iter()
            .take(months.len())
            .map(|month| number((item.month)(month), &Selection { month: Some(month.month), ..selection.clone() }));
        let compared = [
            number(total, &selection),
            number(previous, &layout.select_previous(item.records)),
            changed(total, Some(previous), better),
            number(year_ago, &layout.select_year_ago(item.records)),
            changed(total, Some(year_ago), better),
        ];
        Row::named(words.get(item.key), by_month.collect::<Vec<_>>().into_iter().chain(compared))
    };
    let mut notes = Vec::new();
    for (figures, scheme) in [(layout.previous, layout.previous_scheme), (layout.year_ago, layout.year_ago_scheme)] {
        if scheme.key != layout.scheme.key {
            notes.push(words.with("note-scheme-earlier", &[("period", &figures.period.to_string()), ("scheme", &scheme.key)]));
        }
    }
    Table {
        id: "table-overview".into(),
        title: words.get("table-overview"),
        unit: None,
        columns,
        rows: ITEMS.iter().map(row).collect(),
        total: None,
        notes,
        empty: None,
    }
}

fn chart(layout: &Layout<'_>, span: &str) -> Result<Chart, ReportingError> {
    let words = layout.words;
    let labels = layout.months().iter().map(|month| words.month(*month)).collect();
    let series = |item: &Item| {
        let values = layout.now.by_month.iter().map(|month| drawn((item.month)(month))).collect();
        let links = layout.now.by_month.iter().map(|month| Some(Selection { month: Some(month.month), ..layout.select(item.records) }.href()));
        Series::new(words.get(item.key), values).linked(links.collect())
    };
    let chart = Chart::new("chart-overview", words.get("chart-overview"), Kind::Bars, labels, ITEMS.iter().map(series).collect())?;
    Ok(chart.unit(words.get("unit-count")).table("table-overview").caption(words.with("chart-overview-caption", &[("span", span)])))
}
