//! Regions from which packets came.

use super::told::{Told, none};
use crate::{ReportingError, graph};
use noroshi_document::{
    model::Block,
    share,
    table::{Cell, Column, Row, Table},
};
use noroshi_observation::{
    ask::Selection,
    ranks::{Ranked, of_key},
    series::Series,
    top::By,
};

/// So many lines can be told apart in one chart.
const LINES: usize = 5;

pub(super) fn blocks(told: &Told<'_>) -> Result<Vec<Block>, ReportingError> {
    let mut blocks = vec![Block::Heading { level: 2, text: told.title("obs-section-regions"), id: told.id("regions") }];
    let drawn = told.part.regions.rows.iter().take(LINES).filter_map(|ranked| line(told, ranked));
    let chart = told.chart(("chart-regions", told.title("obs-chart-regions")), "obs-unit-sensor-day", drawn, |row| row.per_sensor_day)?;
    blocks.extend(chart.map(|chart| Block::Chart(chart.table(told.id("table-regions")))));
    blocks.push(Block::Table(table(told)));
    Ok(blocks)
}

fn line<'a>(told: &Told<'_>, ranked: &'a Ranked) -> Option<(String, &'a Series, Selection)> {
    Some((name(told, &ranked.row.key), ranked.series.as_ref()?, selection(&ranked.row.key)?))
}

fn selection(key: &str) -> Option<Selection> {
    of_key(By::Country, &Selection::default(), key)
}

/// A country as it is read.
fn name(told: &Told<'_>, key: &str) -> String {
    graph::name(told.words, By::Country, key)
}

fn table(told: &Told<'_>) -> Table {
    let words = told.words;
    let regions = &told.part.regions;
    let shown: u64 = regions.rows.iter().map(|ranked| ranked.row.packets).sum();
    let rest = regions.ranking.packets.saturating_sub(shown);
    let parts: Vec<u64> = regions.rows.iter().map(|ranked| ranked.row.packets).chain([rest]).collect();
    let shares = share::largest_remainder(&parts);
    let percent = |place: usize| Cell::Share { percent: shares.get(place).and_then(|share| i64::try_from(*share).ok()).unwrap_or(0) };
    let row = |(place, ranked): (usize, &Ranked)| {
        let of = selection(&ranked.row.key).unwrap_or_default();
        let [average, change] = told.compared(&ranked.row, ranked.previous.as_ref(), &of);
        let before = ranked.previous_rank.map_or_else(none, |rank| Cell::Text(rank.to_string()));
        let sources = ranked.row.sources.map_or_else(none, |sources| Cell::Number(told.row(sources, By::Country, &ranked.row.key)));
        let packets = Cell::Number(told.row(ranked.row.packets, By::Country, &ranked.row.key));
        let rank = Cell::Text(ranked.rank.to_string());
        Row::named(name(told, &ranked.row.key), [rank, before, average, change, packets, percent(place), sources])
    };
    let all = Selection::default();
    let mut rows: Vec<Row> = regions.rows.iter().enumerate().map(row).collect();
    if rest > 0 {
        let packets = Cell::Number(told.count(rest, By::Country, &all));
        rows.push(Row::named(words.get("obs-others"), [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, packets, percent(regions.rows.len())]));
    }
    let total = Cell::Number(told.count(regions.ranking.packets, By::Country, &all));
    let total = Row::named(words.get("obs-total"), [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, total, Cell::Share { percent: 100 }]);
    let change = words.with("obs-column-change", &[("kind", &words.kind(told.part.period))]);
    Table {
        id: told.id("table-regions"),
        title: told.title("obs-table-regions"),
        unit: None,
        columns: vec![
            Column::left(words.get("obs-column-region")),
            Column::right(words.get("obs-column-rank")),
            Column::right(words.get("obs-column-before")),
            Column::right(words.get("obs-column-average")),
            Column::right(change),
            Column::right(words.get("obs-column-packets")),
            Column::right(words.get("obs-column-share")),
            Column::right(words.get("obs-column-sources")),
        ],
        total: (!rows.is_empty()).then_some(total),
        rows,
        notes: vec![words.get("obs-note-regions")],
        empty: Some(words.get("obs-none")),
    }
}
