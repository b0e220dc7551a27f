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
    table::Measure,
};
use noroshi_kernel::{language::Bilingual, moment::Moment, period::Period};
use noroshi_observation::{
    ask::Selection,
    series::{self, Bucket, Series},
    service_key,
    top::By,
};

/// The most rises of a report: more is not read.
pub const MOST_RISES: usize = 12;

/// A rise as a report tells it.
#[derive(Clone, Debug)]
pub struct Rise {
    /// What became more.
    pub selection: Selection,
    /// When it began.
    pub from: Moment,
    /// When it ended, or the period does.
    pub to: Moment,
    /// How much there was for each sensor and day while it lasted.
    pub average: f64,
    /// How much was to be expected.
    pub expected: f64,
    /// Why, as far as somebody says.
    pub explanation: Option<Bilingual>,
}

/// A rise with how it went.
#[derive(Clone, Debug)]
pub struct Drawn {
    rise: Rise,
    series: Series,
}

/// Counts how each rise went in a period.
///
/// # Errors
/// [`ReportingError::Observation`] as the desk's questions.
pub async fn drawn(asking: Asking<'_>, period: Period, rises: Vec<Rise>) -> Result<Vec<Drawn>, ReportingError> {
    let (from, to) = period.bounds(asking.standpoint.zone);
    let mut drawn = Vec::new();
    for rise in rises.into_iter().take(MOST_RISES) {
        let question = series::Question { selection: rise.selection.clone(), from, to, bucket: Bucket::Day };
        let series = series::series(asking.place, asking.actor, asking.standpoint, &question).await?;
        drawn.push(Drawn { rise, series });
    }
    Ok(drawn)
}

pub(super) fn blocks(told: &Told<'_>, rises: &[Drawn]) -> Result<Vec<Block>, ReportingError> {
    let mut blocks = vec![Block::Heading { level: 2, text: told.title("obs-section-rises"), id: told.id("rises") }];
    if rises.is_empty() {
        blocks.push(Block::Note(told.words.get("obs-no-rises")));
    }
    for (number, one) in (1..).zip(rises) {
        blocks.push(Block::Heading { level: 3, text: name(told, &one.rise.selection), id: told.id(&format!("rise-{number}")) });
        blocks.push(Block::Paragraph(sentence(told, &one.rise)));
        blocks.push(Block::Chart(chart(told, number, one)?));
    }
    Ok(blocks)
}

/// `5168/TCP`, `1433/TCP CN`.
fn name(told: &Told<'_>, selection: &Selection) -> String {
    let service = selection.service.map(|service| graph::name(told.words, By::Port, service_key(service).trim_end_matches("/-")));
    let rest = Selection { service: None, ..selection.clone() };
    let rest = (rest.fields().iter().any(|(field, _)| *field != "sensors")).then(|| rest.name());
    service.into_iter().chain(rest).collect::<Vec<_>>().join(" ")
}

/// The time in which it rose.
fn view(told: &Told<'_>, rise: &Rise) -> View {
    View { from: rise.from, to: rise.to, bucket: Bucket::Day, ..told.view().series(rise.selection.clone()) }
}

fn sentence(told: &Told<'_>, rise: &Rise) -> Prose {
    let view = view(told, rise);
    let measure = |value: f64| -> Prose { Measure::new(value, view.query(), Some(view.href())).into() };
    let day = |at: Moment| told.zone.wall(at).date().to_string();
    let what = told.words.prose(
        "obs-sentence-rise",
        [
            ("port", name(told, &rise.selection).into()),
            ("from", day(rise.from).into()),
            ("to", day(Moment(rise.to.0 - 1)).into()),
            ("average", measure(rise.average)),
            ("expected", measure(rise.expected)),
        ],
    );
    let why = rise.explanation.as_ref().map_or_else(Prose::default, |why| why.get(told.words.0).into());
    told.sentences([what, why])
}

fn chart(told: &Told<'_>, number: usize, one: &Drawn) -> Result<Chart, ReportingError> {
    let axis = Axis::of(told.hand(), &one.series);
    let values = one.series.rows.iter().map(|row| row.per_sensor_day.map(thousandth)).collect();
    let name = name(told, &one.rise.selection);
    let line = Line::new(name.clone(), values).leading(View { bucket: Bucket::Day, ..told.view().series(one.rise.selection.clone()) }.href());
    let title = told.words.with("obs-chart-rise", &[("port", &name)]);
    let chart = Chart::new(told.id(&format!("chart-rise-{number}")), title, Kind::Lines, axis.labels, vec![line])?.points(axis.points)?;
    let chart = match stretch(&one.series, one.rise.from, one.rise.to) {
        Some(points) => chart.span(points, told.words.get("obs-rise"))?,
        None => chart,
    };
    Ok(chart.unit(told.words.get("obs-unit-sensor-day")))
}
