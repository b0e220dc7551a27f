//! The graphs of a section: the first five services, and the next five.

use super::{Line, Section, shown};
use crate::{SiteError, words::Words};
use noroshi_document::{
    chart::{Chart, Kind, Series},
    html,
    model::Block,
};
use noroshi_kernel::moment::Zone;
use noroshi_observation::public::Span;

/// Days between two names under the axis of a quarter.
const DAYS_BETWEEN: usize = 14;

/// The graphs of a section as a piece of a page.
pub(super) fn drawn(section: &Section, zone: &Zone, words: Words) -> Result<String, SiteError> {
    let mut blocks = Vec::new();
    for (place, lines) in section.lines.chunks(Chart::MOST_SERIES).enumerate() {
        let (first, last) = (place * Chart::MOST_SERIES + 1, place * Chart::MOST_SERIES + lines.len());
        let span = section.span.key();
        let title = words.with("graph-title", &[("first", &first.to_string()), ("last", &last.to_string())]);
        let series = lines.iter().map(|line| Series::new(shown::service(&line.key), line.points.iter().map(|point| point.per_sensor_hour).collect())).collect();
        let chart = Chart::new(format!("{span}-{first}"), title, Kind::Lines, labels(section, lines, zone, words), series)
            .map_err(|error| SiteError::Page(error.to_string()))?
            .points(names(lines, zone, words))
            .map_err(|error| SiteError::Page(error.to_string()))?
            .unit(words.say(if section.span == Span::Year { "graph-unit-week" } else { "graph-unit-day" }))
            .table(format!("table-{span}"))
            .caption(words.say(&format!("graph-caption-{span}")));
        blocks.push(Block::Chart(chart));
    }
    Ok(html::blocks(&blocks, words.0))
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
