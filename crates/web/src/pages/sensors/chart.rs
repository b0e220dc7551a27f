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

/// A day's name: `11-26`; under the chart each seventh one has it.
fn day_name(at: Moment, web: &Web) -> String {
    web.reckoning.zone.minute(at).get(5..10).unwrap_or_default().to_owned()
}

/// Packets by day, as a chart with its table. A day on which the sensor did not watch is a gap, and its packets are unknown, not none.
pub(crate) fn days(detail: &Detail, web: &Web, words: Words) -> Result<String, Failure> {
    let days: Vec<(&Day, i64)> = detail.health.days.iter().zip(detail.packets.iter().copied()).collect();
    let seen = |day: &Day, packets: i64| packets > 0 || day.watched.is_some_and(|part| part > 0.0);
    // Exact to 2^53, which no sensor reaches in a day.
    #[expect(clippy::cast_precision_loss, reason = "as above")]
    let values = days.iter().map(|(day, packets)| seen(day, *packets).then_some(*packets as f64)).collect();
    let labels = days.iter().enumerate().map(|(place, (day, _))| if place % 7 == days.len() % 7 { day_name(day.at, web) } else { String::new() }).collect();
    let series = vec![Series::new(words.say("sensor-packets"), values)];
    let chart = Chart::new("packets", words.say("sensor-chart"), Kind::Lines, labels, series)
        .map_err(|error| Failure::Internal(Box::new(error)))?
        .unit(words.say("sensor-chart-unit"))
        .table("days")
        .caption(words.say("sensor-chart-caption"));
    let unknown = || Cell::Text("\u{2013}".into());
    let row = |(day, packets): &(&Day, i64)| {
        let packets = if seen(day, *packets) { Cell::Text(number::grouped(*packets)) } else { unknown() };
        Row::named(
            web.reckoning.zone.minute(day.at).get(..10).unwrap_or_default(),
            [day.watched.map_or_else(unknown, |part| Cell::Text(share(part, words))), packets],
        )
    };
    let table = Table {
        id: "days".into(),
        title: words.say("sensor-days"),
        columns: vec![Column::left(words.say("sensor-day")), Column::right(words.say("sensor-watched")), Column::right(words.say("sensor-packets"))],
        rows: days.iter().rev().map(row).collect(),
        unit: None,
        total: None,
        notes: Vec::new(),
        empty: None,
    };
    Ok(html::blocks(&[Block::Chart(chart), Block::Table(table)], words.language))
}
