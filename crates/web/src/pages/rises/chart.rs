//! A service's packets around a rise, drawn, with the rise marked.

use crate::{failure::Failure, pages::observe::standpoint, web::Web, words::Words};
use noroshi_document::{
    chart::{Chart, Kind, Series},
    html,
    model::Block,
    number,
    table::{Cell, Column, Row, Table},
};
use noroshi_kernel::{access::Actor, moment::Moment};
use noroshi_observation::{
    series::{self, Bucket, Question},
    service::{
        course::{self, Lasted},
        rises::Rise,
    },
};

/// So many days before a rise are shown, and after it.
const BEFORE_DAYS: i64 = 42;
const AFTER_DAYS: usize = 7;
/// The most days of a picture; of a rise that lasts longer the begin is shown.
const MOST_DAYS: i64 = 200;

/// The window that is looked at.
pub(super) fn window(rise: &Rise) -> (Moment, Moment) {
    let from = Moment(rise.from).plus_days(-BEFORE_DAYS);
    (from, from.plus_days(MOST_DAYS))
}

/// A rise, drawn.
pub(super) struct Drawn {
    /// Picture and table.
    pub(super) written: (String, String),
    /// Until when it lasted; none when its days cannot be asked any more.
    pub(super) lasted: Option<Lasted>,
}

/// The picture, its table, and until when the rise lasted by its days.
pub(super) async fn drawn(web: &Web, actor: &Actor, words: Words, rise: &Rise) -> Result<Option<Drawn>, Failure> {
    let Some(selection) = rise.selection() else { return Ok(None) };
    let service = super::service_name(&rise.service, words);
    let name = match &rise.country {
        Some(country) => words.with("rise-chart-from", &[("what", service.into()), ("country", super::country_name(country, words).into())]),
        None => service,
    };
    let (from, to) = window(rise);
    let to = to.min(web.ledger.now());
    let answer = series::series(&web.observatory, actor, standpoint(web), &Question { selection, from, to, bucket: Bucket::Day }).await;
    let rows = match answer {
        Ok(series) => series.rows,
        // Packets that are gone, or too many to be asked: the evidence stands by itself.
        Err(noroshi_observation::ObservationError::Refused(_)) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    let zone = &web.reckoning.zone;
    let at = |row: &series::Row| row.at.parse::<jiff::Timestamp>().map(Moment::from).ok();
    let mut days: Vec<(Moment, &series::Row)> = rows.iter().filter_map(|row| Some((at(row)?, row))).collect();
    let lasted = course::lasted(&web.observatory, actor, standpoint(web), rise, web.ledger.now()).await?;
    let first = days.partition_point(|(at, _)| at.plus_days(1).0 <= rise.from);
    let end = lasted.map_or(first + 1, |lasted| days.partition_point(|(at, _)| *at <= lasted.last));
    days.truncate(end + AFTER_DAYS);
    let date = |at: Moment| zone.minute(at).get(..10).unwrap_or_default().to_owned();
    let label = |(place, (at, _)): (usize, &(Moment, _))| if place % 7 == 0 { date(*at).get(5..).unwrap_or_default().to_owned() } else { String::new() };
    let labels: Vec<String> = days.iter().enumerate().map(label).collect();
    let values = days.iter().map(|(_, row)| row.average_per_sensor).collect();
    let internal = |error| Failure::Internal(Box::new(error));
    let mut chart = Chart::new("rise", words.about("rise-chart", &name), Kind::Lines, labels, vec![Series::new(name, values)])
        .map_err(internal)?
        .points(days.iter().map(|(at, _)| date(*at)).collect())
        .map_err(internal)?
        .unit(words.say("rise-chart-unit"))
        .table("rise-days")
        .caption(words.say(if rise.evidence.at_sensors.is_empty() { "rise-chart-caption" } else { "rise-chart-caption-some" }));
    if first < end.min(days.len()) {
        chart = chart.span(first..end.min(days.len()), words.say("rise-span")).map_err(internal)?;
    }
    let unknown = || Cell::Text("\u{2013}".into());
    let counted = |count: Option<u64>| count.map_or_else(unknown, |count| Cell::Text(number::grouped(i64::try_from(count).unwrap_or(i64::MAX))));
    let average = |average: Option<f64>| average.map_or_else(unknown, |average| Cell::Text(format!("{average:.1}")));
    let row = |(at, row): &(Moment, &series::Row)| Row::named(date(*at), [average(row.average_per_sensor), counted(row.packets), counted(row.sources)]);
    let table = Table {
        id: "rise-days".into(),
        title: words.say("rise-days"),
        columns: vec![
            Column::left(words.say("sensor-day")),
            Column::right(words.say("rise-average")),
            Column::right(words.say("sensor-packets")),
            Column::right(words.say("rise-sources")),
        ],
        rows: days.iter().rev().map(row).collect(),
        unit: None,
        total: None,
        notes: Vec::new(),
        empty: None,
    };
    let written = (html::blocks(&[Block::Chart(chart)], words.language), html::blocks(&[Block::Table(table)], words.language));
    Ok(Some(Drawn { written, lasted }))
}
