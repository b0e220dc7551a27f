//! Home beside abroad: what the sensors here saw, and those elsewhere.

use super::told::{Told, none};
use crate::{ReportingError, graph};
use noroshi_document::{
    model::Block,
    prose::Prose,
    table::{Cell, Column, Row, Table},
};
use noroshi_observation::{ask::Selection, ranks::of_key, top::By};

pub(super) fn blocks(told: &Told<'_>) -> Result<Vec<Block>, ReportingError> {
    let words = told.words;
    let mut blocks = vec![Block::Heading { level: 2, text: told.title("obs-section-sides"), id: told.id("sides") }];
    let sides = || told.part.sides.iter().zip(["obs-home", "obs-abroad"]);
    if sides().any(|(side, _)| side.ports.sensor_days <= 0.0) {
        let silent: Vec<String> = sides().filter(|(side, _)| side.ports.sensor_days <= 0.0).map(|(_, name)| words.get(name)).collect();
        blocks.push(Block::Note(words.with("obs-note-one-side", &[("sensors", &silent.join(&words.get("obs-and")))])));
        return Ok(blocks);
    }
    let selection = |side: &super::figures::Side| Selection { sensors: side.sensors.clone(), ..Selection::default() };
    let average = |side: &super::figures::Side| -> Prose {
        let average = average_of(side);
        told.average(average, &selection(side)).into()
    };
    let [home, abroad] = &told.part.sides;
    blocks.push(Block::Paragraph(words.prose("obs-sentence-sides", [("home", average(home)), ("abroad", average(abroad))])));
    let drawn = sides().map(|(side, name)| (words.get(name), &side.all, selection(side)));
    let chart = told.chart(("chart-sides", told.title("obs-chart-sides")), "obs-unit-sensor-day", drawn, |row| row.per_sensor_day)?;
    blocks.extend(chart.map(|chart| Block::Chart(chart.table(told.id("table-sides")))));
    let rank = |place: usize| {
        let cells = told.part.sides.iter().flat_map(|side| match side.ports.rows.get(place) {
            Some(row) => {
                let of = of_key(By::Port, &selection(side), &row.key).unwrap_or_default();
                [Cell::Code(graph::name(words, By::Port, &row.key)), row.per_sensor_day.map_or_else(none, |value| Cell::Measure(told.average(value, &of)))]
            }
            None => [none(), none()],
        });
        Row { cells: std::iter::once(Cell::Text((place + 1).to_string())).chain(cells).collect(), header: false }
    };
    let longest = told.part.sides.iter().map(|side| side.ports.rows.len()).max().unwrap_or(0);
    blocks.push(Block::Table(Table {
        id: told.id("table-sides"),
        title: told.title("obs-table-sides"),
        unit: Some(words.get("obs-unit-sensor-day")),
        columns: vec![
            Column::right(words.get("obs-column-rank")),
            Column::left(words.get("obs-home")),
            Column::right(words.get("obs-column-average")),
            Column::left(words.get("obs-abroad")),
            Column::right(words.get("obs-column-average")),
        ],
        rows: (0..longest).map(rank).collect(),
        total: None,
        notes: Vec::new(),
        empty: Some(words.get("obs-none")),
    }));
    Ok(blocks)
}

/// All packets for each sensor and day.
#[expect(clippy::cast_precision_loss, reason = "an average is rounded anyway")]
fn average_of(side: &super::figures::Side) -> f64 {
    side.ports.packets as f64 / side.ports.sensor_days
}
