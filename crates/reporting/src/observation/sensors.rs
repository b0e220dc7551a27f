//! Sensors that watched: how many, where, and what each region's saw.

use super::{
    figures::Part,
    told::{Told, none},
};
use crate::graph;
use noroshi_catalogue::region_name;
use noroshi_document::{
    model::Block,
    table::{Cell, Column, Row, Table},
};
use noroshi_observation::{
    ask::{Selection, Sensors},
    top::{By, Ranking},
};
use std::collections::BTreeMap;

/// So many sensors stand beside each other.
const BESIDE: usize = 5;

/// What the sensors of a region come to.
#[derive(Default)]
struct Region {
    sensors: u64,
    days: f64,
    packets: u64,
}

pub(super) fn blocks(told: &Told<'_>) -> Vec<Block> {
    let words = told.words;
    let row = |(name, region): (&String, &Region)| {
        let of = Selection { sensors: Sensors::Region(name.clone()), ..Selection::default() };
        let shown = if name.is_empty() { words.get("obs-unnamed-region") } else { region_name(name, words.0).into_owned() };
        let average = average(region).map_or_else(none, |value| Cell::Measure(told.average(value, &of)));
        let numbers = [region.sensors, region.packets].map(|value| Cell::Number(told.count(value, By::Sensor, &of)));
        let [sensors, packets] = numbers;
        Row::named(shown, [sensors, packets, average])
    };
    let regions = regions(told.part);
    let all = Selection::default();
    let sensors = regions.values().map(|region| region.sensors).sum();
    let whole = Region { sensors, days: told.part.ports.ranking.sensor_days, packets: told.part.ports.ranking.packets };
    let total = [whole.sensors, whole.packets].map(|value| Cell::Number(told.count(value, By::Sensor, &all)));
    let average = average(&whole).map_or_else(none, |value| Cell::Measure(told.average(value, &all)));
    let table = Table {
        id: told.id("table-sensors"),
        title: told.title("obs-table-sensors"),
        unit: None,
        columns: vec![
            Column::left(words.get("obs-column-region")),
            Column::right(words.get("obs-column-sensors")),
            Column::right(words.get("obs-column-packets")),
            Column::right(words.get("obs-column-average")),
        ],
        rows: regions.iter().map(row).collect(),
        total: Some(Row::named(words.get("obs-total"), total.into_iter().chain([average]))),
        notes: vec![words.get("obs-note-sensors")],
        empty: Some(words.get("obs-none")),
    };
    let mut blocks = vec![Block::Heading { level: 2, text: told.title("obs-section-sensors"), id: told.id("sensors") }, Block::Table(table)];
    let mut tables: Vec<Table> = told.part.top_by_sensor.chunks(BESIDE).enumerate().map(|(place, some)| top_ports(told, place, some)).collect();
    let not_told = told.part.watched.len().saturating_sub(told.part.top_by_sensor.len());
    if let Some(last) = tables.last_mut().filter(|_| not_told > 0) {
        last.notes.push(words.with("obs-note-sensors-more", &[("sensors", &not_told.to_string())]));
    }
    blocks.extend(tables.into_iter().map(Block::Table));
    blocks
}

/// The first ten ports of some sensors beside each other.
fn top_ports(told: &Told<'_>, place: usize, some: &[(String, Ranking)]) -> Table {
    let words = told.words;
    let rank = |rank: usize| {
        let cell = |(_, ranking): &(String, Ranking)| ranking.rows.get(rank).map_or_else(none, |row| Cell::Code(graph::name(words, By::Port, &row.key)));
        Row::named((rank + 1).to_string(), some.iter().map(cell).collect::<Vec<_>>())
    };
    let longest = some.iter().map(|(_, ranking)| ranking.rows.len()).max().unwrap_or(0);
    let id = if place == 0 { "table-top-by-sensor".to_owned() } else { format!("table-top-by-sensor-{}", place + 1) };
    let title = if place == 0 {
        told.title("obs-table-top-by-sensor")
    } else {
        words.with("obs-table-continued", &[("title", &told.title("obs-table-top-by-sensor"))])
    };
    Table {
        id: told.id(&id),
        title,
        unit: None,
        columns: std::iter::once(Column::right(words.get("obs-column-rank"))).chain(some.iter().map(|(name, _)| Column::left(name.clone()))).collect(),
        rows: (0..longest).map(rank).collect(),
        total: None,
        notes: Vec::new(),
        empty: Some(words.get("obs-none")),
    }
}

/// The number of regions that have a name.
pub(super) fn named_regions(part: &Part) -> u64 {
    regions(part).keys().filter(|name| !name.is_empty()).count() as u64
}

/// Sensors by region. What came from one that is not known any more counts without a region.
fn regions(part: &Part) -> BTreeMap<String, Region> {
    let mut regions = BTreeMap::<String, Region>::new();
    for watched in &part.watched {
        let region = regions.entry(watched.sensor.region.clone()).or_default();
        region.sensors += 1;
        region.days += watched.days;
    }
    for row in &part.by_sensor.rows {
        let sensor = part.watched.iter().find(|watched| watched.sensor.name == row.key);
        regions.entry(sensor.map_or_else(String::new, |watched| watched.sensor.region.clone())).or_default().packets += row.packets;
    }
    regions
}

#[expect(clippy::cast_precision_loss, reason = "an average is rounded anyway")]
fn average(region: &Region) -> Option<f64> {
    (region.days > 0.0).then(|| region.packets as f64 / region.days)
}
