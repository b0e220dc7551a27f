//! Rises: what became more, since when, and why.

use super::{
    figures::Asking,
    stretch::stretch,
    told::{Told, thousandth},
};
use crate::{
    ReportingError,
    graph::{self, Axis, View},
};
use noroshi_document::{
    chart::{Chart, Kind, Series as Line},
    model::Block,
    prose::Prose,
    table::{Figure, Measure},
};
use noroshi_kernel::{moment::Moment, period::Period};
use noroshi_observation::{
    ask::Selection,
    rise::State,
    series::{self, Bucket, Series},
    service::{
        course::{self, Lasted},
        rises::{Rise, begun},
    },
    top::By,
};
use serde_json::Value;
use std::ops::Range;

/// So many rises are drawn; what comes behind them is told in words.
const DRAWN: usize = 12;
/// A rise that began so many days before a period may go on in it.
const LONGEST_DAYS: i64 = 366;

/// A rise with how it went.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The rise.
    pub rise: Rise,
    selection: Selection,
    series: Series,
    /// Until when it lasted, by what was known at the period's end; none when its days cannot be asked any more.
    lasted: Option<Lasted>,
}

/// The rises that somebody has published and that began in a period or went on in it, by their begin, with how each went.
///
/// # Errors
/// [`ReportingError::Observation`] as the desk's questions.
pub async fn published(asking: Asking<'_>, period: Period) -> Result<Vec<Drawn>, ReportingError> {
    let (from, to) = period.bounds(asking.standpoint.zone);
    let mut rises = begun(&asking.place.ledger, asking.actor, from.plus_days(-LONGEST_DAYS), to).await?;
    rises.retain(|rise| rise.state == State::Published);
    rises.sort_by_key(|rise| (rise.from, rise.number));
    let mut drawn = Vec::new();
    for rise in rises {
        let Some(selection) = rise.selection() else { continue };
        let lasted = course::lasted(asking.place, asking.actor, asking.standpoint, &rise, to).await?;
        // One that began before is of this period when it lasted into it.
        if rise.from < from.0 && lasted.is_none_or(|lasted| lasted.last < from) {
            continue;
        }
        let question = series::Question { selection: selection.clone(), from, to, bucket: Bucket::Day };
        let series = series::series(asking.place, asking.actor, asking.standpoint, &question).await?;
        drawn.push(Drawn { rise, selection, series, lasted });
    }
    Ok(drawn)
}

pub(super) fn blocks(told: &Told<'_>, rises: &[Drawn]) -> Result<Vec<Block>, ReportingError> {
    let mut blocks = vec![Block::Heading { level: 2, text: told.title("obs-section-rises"), id: told.id("rises") }];
    if rises.is_empty() {
        blocks.push(Block::Note(told.words.get("obs-no-rises")));
    }
    for (place, one) in rises.iter().enumerate() {
        let id = told.id(&format!("rise-{}", one.rise.number));
        blocks.push(Block::Heading { level: 3, text: name(told, &one.rise), id });
        blocks.push(Block::Paragraph(sentences(told, one)));
        if place < DRAWN {
            blocks.push(Block::Chart(chart(told, one)?));
        }
    }
    Ok(blocks)
}

/// `5168/TCP`, `1433/TCP（中国から）`.
fn name(told: &Told<'_>, rise: &Rise) -> String {
    let port = graph::name(told.words, By::Port, &rise.service);
    match &rise.country {
        Some(country) => told.words.with("obs-rise-of-country", &[("port", &port), ("country", &graph::name(told.words, By::Country, country))]),
        None => port,
    }
}

/// The points of a rise on the axis of its days; none where its days cannot be asked.
fn days(one: &Drawn) -> Option<Range<usize>> {
    stretch(&one.series, Moment(one.rise.from), Moment(one.lasted?.last.0 + 1))
}

/// How it came and until when it was seen, what speaks for it, and what it is.
fn sentences(told: &Told<'_>, one: &Drawn) -> Prose {
    let (rise, evidence) = (&one.rise, &one.rise.evidence);
    let day = |at: Moment| Prose::from(told.zone.wall(at).date().to_string());
    let source = match &rise.country {
        Some(country) => told.words.with("obs-rise-source", &[("country", &graph::name(told.words, By::Country, country))]),
        None => String::new(),
    };
    let how = told.words.prose(
        match rise.kind {
            noroshi_observation::rise::Kind::Sudden => "obs-rise-sudden",
            noroshi_observation::rise::Kind::Slow => "obs-rise-slow",
            noroshi_observation::rise::Kind::FirstSeen => "obs-rise-first-seen",
        },
        [("port", graph::name(told.words, By::Port, &rise.service).into()), ("source", source.into()), ("from", day(Moment(rise.from)))],
    );
    let until = one.lasted.map(|lasted| told.words.prose(if lasted.goes_on { "obs-rise-goes-on" } else { "obs-rise-until" }, [("to", day(lasted.last))]));
    let view = View { from: Moment(evidence.from), to: Moment(evidence.to), bucket: Bucket::Hour, ..told.view().series(one.selection.clone()) };
    let mut query = view.query();
    if let Value::Object(fields) = &mut query {
        fields.insert("rise".into(), rise.number.into());
    }
    let expected = Measure::new(evidence.expected, query.clone(), Some(view.href()));
    #[expect(clippy::cast_possible_truncation, reason = "packets of a day")]
    let seen = Figure { value: evidence.seen.round() as i64, query: query.clone(), href: Some(view.href()) };
    let count = |value: usize| -> Prose { Figure { value: i64::try_from(value).unwrap_or(i64::MAX), query: query.clone(), href: None }.into() };
    let sensors = [("rose", count(evidence.sensors_rose)), ("sensors", count(evidence.sensors_watched))];
    let evidence = told.words.prose(
        if rise.evidence.at_sensors.is_empty() { "obs-rise-evidence" } else { "obs-rise-evidence-some" },
        [("seen", seen.into()), ("expected", expected.into())].into_iter().chain(sensors),
    );
    told.sentences([Some(how), until, Some(evidence), Some(rise.explanation.get(told.words.0).into())].into_iter().flatten())
}

fn chart(told: &Told<'_>, one: &Drawn) -> Result<Chart, ReportingError> {
    let axis = Axis::of(told.hand(), &one.series);
    let values = one.series.rows.iter().map(|row| row.per_sensor_day.map(thousandth)).collect();
    let name = name(told, &one.rise);
    let view = View { bucket: Bucket::Day, ..told.view().series(one.selection.clone()) };
    let line = Line::new(name.clone(), values).leading(view.href());
    let title = told.words.with("obs-chart-rise", &[("port", &name)]);
    let id = told.id(&format!("chart-rise-{}", one.rise.number));
    let chart = Chart::new(id, title, Kind::Lines, axis.labels, vec![line])?.points(axis.points)?;
    let chart = match days(one) {
        Some(points) => chart.span(points, told.words.get("obs-rise"))?,
        None => chart,
    };
    Ok(chart.unit(told.words.get("obs-unit-sensor-day")))
}
