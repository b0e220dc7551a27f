//! A sensor's packets by day, drawn and in a table, and what it saw most.

use super::shown::share;
use crate::{failure::Failure, web::Web, words::Words};
use noroshi_document::{
    chart::{Chart, Kind, Series},
    html,
    model::Block,
    number,
    table::{Cell, Column, Row, Table},
};
use noroshi_kernel::moment::Moment;
use noroshi_observation::service::health::{Day, Detail};

/// The days of a sensor with their packets: none where it did not watch, as these are unknown and not none.
fn days(detail: &Detail) -> impl DoubleEndedIterator<Item = (&Day, Option<i64>)> + ExactSizeIterator {
    let seen = |(day, packets): (&'_ Day, i64)| packets > 0 || day.watched.is_some_and(|part| part > 0.0);
    detail.health.days.iter().zip(detail.packets.iter().copied()).map(move |(day, packets)| (day, Some(packets).filter(|_| seen((day, packets)))))
}

/// Packets by day, drawn: whole days, as today's would look like a fall. Each seventh day is named.
pub(crate) fn drawn(detail: &Detail, web: &Web, words: Words) -> Result<String, Failure> {
    let whole = days(detail).len().saturating_sub(1);
    let name = |at: Moment| web.reckoning.zone.minute(at).get(5..10).unwrap_or_default().to_owned();
    let label = |(place, (day, _)): (usize, (&Day, _))| if place % 7 == whole % 7 { name(day.at) } else { String::new() };
    // Exact to 2^53, which no sensor reaches in a day.
    #[expect(clippy::cast_precision_loss, reason = "as above")]
    let values = days(detail).take(whole).map(|(_, packets)| packets.map(|packets| packets as f64)).collect();
    let labels = days(detail).take(whole).enumerate().map(label).collect();
    let chart = Chart::new("packets", words.say("sensor-chart"), Kind::Lines, labels, vec![Series::new(words.say("sensor-packets"), values)])
        .map_err(|error| Failure::Internal(Box::new(error)))?
        .unit(words.say("sensor-chart-unit"))
        .table("days")
        .caption(words.say("sensor-chart-caption"));
    Ok(html::blocks(&[Block::Chart(chart)], words.language))
}

/// Packets by day, in a table, today's last line first.
pub(crate) fn table(detail: &Detail, web: &Web, words: Words) -> String {
    let unknown = || Cell::Text("\u{2013}".into());
    let row = |(place, (day, packets)): (usize, (&Day, Option<i64>))| {
        let name = web.reckoning.zone.minute(day.at).get(..10).unwrap_or_default().to_owned();
        let name = if place == 0 { words.about("sensor-day-so-far", &name) } else { name };
        let watched = day.watched.map_or_else(unknown, |part| Cell::Text(share(part, words)));
        Row::named(name, [watched, packets.map_or_else(unknown, |packets| Cell::Text(number::grouped(packets)))])
    };
    let table = Table {
        id: "days".into(),
        title: words.say("sensor-days"),
        columns: vec![Column::left(words.say("sensor-day")), Column::right(words.say("sensor-watched")), Column::right(words.say("sensor-packets"))],
        rows: days(detail).rev().enumerate().map(row).collect(),
        unit: None,
        total: None,
        notes: Vec::new(),
        empty: None,
    };
    html::blocks(&[Block::Table(table)], words.language)
}
