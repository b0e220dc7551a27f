//! Ports: what was asked for most.

use super::told::{Told, none, thousandth};
use crate::{
    ReportingError,
    graph::{self, Axis},
};
use noroshi_catalogue::service_name;
use noroshi_document::{
    heat::{Heat, HeatRow},
    model::Block,
    prose::Prose,
    table::{Cell, Column, Row, Table},
};
use noroshi_observation::{
    ask::Selection,
    ranks::{Ranked, of_key},
    series::{Bucket, Series},
    top::By,
};

/// So many lines can be told apart in one chart.
const LINES: usize = 5;

pub(super) fn blocks(told: &Told<'_>) -> Result<Vec<Block>, ReportingError> {
    let mut blocks = vec![Block::Heading { level: 2, text: told.title("obs-section-ports"), id: told.id("ports") }];
    blocks.extend(sentences(told));
    let rows = &told.part.ports.rows;
    for (ranks, id, key) in
        [(rows.get(..LINES.min(rows.len())), "chart-ports-first", "obs-chart-ports-first"), (rows.get(LINES..), "chart-ports-next", "obs-chart-ports-next")]
    {
        let drawn = ranks.unwrap_or_default().iter().filter_map(|ranked| line(told, ranked));
        let chart = told.chart((id, told.title(key)), "obs-unit-sensor-day", drawn, |row| row.per_sensor_day)?;
        blocks.extend(chart.map(|chart| Block::Chart(chart.table(told.id("table-ports")))));
    }
    blocks.push(Block::Table(table(told)));
    if told.part.bucket == Bucket::Week {
        blocks.extend(heat(told)?.map(Block::Heat));
    }
    Ok(blocks)
}

fn line<'a>(told: &Told<'_>, ranked: &'a Ranked) -> Option<(String, &'a Series, Selection)> {
    Some((name(told, &ranked.row.key), ranked.series.as_ref()?, selection(ranked)?))
}

fn selection(ranked: &Ranked) -> Option<Selection> {
    of_key(By::Port, &Selection::default(), &ranked.row.key)
}

/// What leads, how it changed, and what is new among the first ten.
fn sentences(told: &Told<'_>) -> Option<Block> {
    let first = told.part.ports.rows.first()?;
    let of = selection(first)?;
    let average = told.average(first.row.per_sensor_day?, &of);
    let port: Prose = graph::named(told.words, By::Port, &first.row.key).into();
    let lead = match told.change(&first.row, first.previous.as_ref(), &of) {
        Some(change) => told.words.prose("obs-sentence-first", [("port", port), ("average", average.into()), ("change", change)]),
        None => told.words.prose("obs-sentence-first-alone", [("port", port), ("average", average.into())]),
    };
    let is_new = |ranked: &&Ranked| told.has_before() && ranked.previous_rank.is_none_or(|rank| rank > *super::figures::RANKS.end());
    let new: Vec<String> = told.part.ports.rows.iter().filter(is_new).map(|ranked| name(told, &ranked.row.key)).collect();
    let joined = new.join(&told.words.get("obs-and"));
    let came = if new.is_empty() { Prose::default() } else { told.words.prose("obs-sentence-new", [("ports", joined.into())]) };
    Some(Block::Paragraph(told.sentences([lead, came])))
}

/// A port as it is read.
fn name(told: &Told<'_>, key: &str) -> String {
    graph::name(told.words, By::Port, key)
}

fn table(told: &Told<'_>) -> Table {
    let words = told.words;
    let row = |ranked: &Ranked| {
        let of = selection(ranked).unwrap_or_default();
        let [average, change] = told.compared(&ranked.row, ranked.previous.as_ref(), &of);
        let before = ranked.previous_rank.map_or_else(none, |rank| Cell::Text(rank.to_string()));
        let sources = ranked.row.sources.map_or_else(none, |sources| Cell::Number(told.row(sources, By::Port, &ranked.row.key)));
        let service = Cell::Text(service_name(&ranked.row.key).unwrap_or_default().to_owned());
        let packets = Cell::Number(told.row(ranked.row.packets, By::Port, &ranked.row.key));
        let rank = Cell::Text(ranked.rank.to_string());
        Row::named(name(told, &ranked.row.key), [service, rank, before, average, change, packets, sources])
    };
    let change = words.with("obs-column-change", &[("kind", &words.kind(told.part.period))]);
    let mut notes = vec![words.get("obs-note-change")];
    if !told.has_before() {
        notes.push(words.with("obs-note-unwatched-before", &[("kind", &words.kind(told.part.period))]));
    }
    if told.has_before() && !told.has_enough_before() {
        notes.push(words.with("obs-note-short-before", &[("kind", &words.kind(told.part.period))]));
    }
    if !told.part.ports.ranking.sources_are_exact {
        notes.push(words.get("obs-note-estimate"));
    }
    Table {
        id: told.id("table-ports"),
        title: told.title("obs-table-ports"),
        unit: None,
        columns: vec![
            Column::left(words.get("obs-column-port")),
            Column::left(words.get("obs-column-service")),
            Column::right(words.get("obs-column-rank")),
            Column::right(words.get("obs-column-before")),
            Column::right(words.get("obs-column-average")),
            Column::right(change),
            Column::right(words.get("obs-column-packets")),
            Column::right(words.get("obs-column-sources")),
        ],
        rows: told.part.ports.rows.iter().map(row).collect(),
        total: None,
        notes,
        empty: Some(words.get("obs-none")),
    }
}

/// The ten ports by week.
fn heat(told: &Told<'_>) -> Result<Option<Heat>, ReportingError> {
    let (view, mut axis, mut rows) = (told.view(), None, Vec::new());
    for (name, series, selection) in told.part.ports.rows.iter().filter_map(|ranked| line(told, ranked)) {
        axis.get_or_insert_with(|| Axis::of(told.hand(), series));
        let view = view.series(selection);
        let values = series.rows.iter().map(|row| row.per_sensor_day.map(thousandth)).collect();
        rows.push(HeatRow { name, values, href: Some(view.href()), query: view.query() });
    }
    let Some(axis) = axis else { return Ok(None) };
    let heat = Heat::new(told.id("heat-ports"), told.title("obs-heat-ports"), axis.labels, rows)?.points(axis.points)?;
    Ok(Some(heat.unit(told.words.get("obs-unit-sensor-day")).table(told.id("table-ports"))))
}
