//! The graphs of a section: the first five services, and the next five; the first five countries of sources.

use super::{Line, Section, shown};
use crate::{SiteError, words::Words};
use noroshi_document::{
    chart::{Chart, Kind, Series},
    html,
    model::Block,
    number,
    table::{Cell, Column, Row, Table},
};
use noroshi_kernel::moment::Zone;
use noroshi_observation::public::Span;

/// Days between two names under the axis of a quarter.
const DAYS_BETWEEN: usize = 14;

/// What is drawn of a section.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Ports,
    Regions,
}

impl Of {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Ports => "ports",
            Self::Regions => "regions",
        }
    }

    /// What a rank is called.
    pub(super) fn name(self, key: &str, words: Words) -> String {
        match self {
            Self::Ports => shown::service(key),
            Self::Regions => shown::region(key, words),
        }
    }
}

/// The graphs of a part of a section, and the table of their values, each as a piece of a page.
pub(super) fn drawn(section: &Section, of: Of, lines: &[Line], zone: &Zone, words: Words) -> Result<(String, String), SiteError> {
    let wrong = |error: noroshi_document::chart::NoChart| SiteError::Page(error.to_string());
    let (span, unit) = (section.span.key(), words.say(if section.span == Span::Year { "graph-unit-week" } else { "graph-unit-day" }));
    let mut blocks = Vec::new();
    for (place, some) in lines.chunks(Chart::MOST_SERIES).enumerate() {
        let (first, last) = (place * Chart::MOST_SERIES + 1, place * Chart::MOST_SERIES + some.len());
        let title = words.with(&format!("graph-title-{}", of.key()), &[("first", &first.to_string()), ("last", &last.to_string())]);
        let series = some.iter().map(|line| Series::new(of.name(&line.key, words), line.points.iter().map(|point| point.per_sensor_day).collect())).collect();
        let chart = Chart::new(format!("{span}-{}-{first}", of.key()), title, Kind::Lines, labels(section, some, zone, words), series)
            .map_err(wrong)?
            .points(names(some, zone, words))
            .map_err(wrong)?
            .unit(unit.clone())
            .table(format!("table-{span}-{}", of.key()))
            .caption(words.say(&format!("graph-caption-{}-{span}", of.key())));
        blocks.push(Block::Chart(chart));
    }
    let values = Block::Table(values(section, of, lines, zone, words, unit));
    Ok((html::blocks(&blocks, words.0), html::blocks(&[values], words.0)))
}

/// Every value that is drawn, the last first.
fn values(section: &Section, of: Of, lines: &[Line], zone: &Zone, words: Words, unit: String) -> Table {
    let cell = |value: Option<f64>| Cell::Text(value.map_or_else(|| "\u{2013}".to_owned(), number::average));
    let row = |(place, name): (usize, String)| {
        Row::named(name, lines.iter().map(|line| cell(line.points.get(place).and_then(|point| point.per_sensor_day))).collect::<Vec<_>>())
    };
    Table {
        id: format!("values-{}-{}", section.span.key(), of.key()),
        title: words.say(&format!("values-{}", of.key())),
        columns: std::iter::once(Column::left(words.say(if section.span == Span::Year { "column-week" } else { "column-day" })))
            .chain(lines.iter().map(|line| Column::right(of.name(&line.key, words))))
            .collect(),
        rows: names(lines, zone, words).into_iter().enumerate().map(row).rev().collect(),
        unit: Some(unit),
        total: None,
        notes: Vec::new(),
        empty: None,
    }
}

/// What each point is called, for whoever points at it.
fn names(lines: &[Line], zone: &Zone, words: Words) -> Vec<String> {
    let points = lines.first().map_or(&[][..], |line| &line.points);
    points.iter().map(|point| shown::day(zone.wall(point.at).date(), words)).collect()
}

/// What stands under the axis: of a quarter a day every two weeks, of a year the months.
fn labels(section: &Section, lines: &[Line], zone: &Zone, words: Words) -> Vec<String> {
    let points = lines.first().map_or(&[][..], |line| &line.points);
    let mut month = None;
    let label = |(place, point): (usize, &noroshi_observation::public::Point)| {
        let day = zone.wall(point.at).date();
        if section.span == Span::Year {
            let is_new = month.is_some_and(|month| month != day.month());
            month = Some(day.month());
            return if is_new && day.month() % 2 == 0 { words.say(&format!("month-short-{}", day.month())) } else { String::new() };
        }
        if place % DAYS_BETWEEN == 0 { words.with("graph-day", &[("month", &day.month().to_string()), ("day", &day.day().to_string())]) } else { String::new() }
    };
    points.iter().enumerate().map(label).collect()
}
