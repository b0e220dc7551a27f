//! Lines over time.

use super::{
    frame::{Frame, Names},
    labels,
    marks::Placed,
    pen::{Anchor, Pen, Room},
};
use crate::{
    chart::{Chart, Series},
    number,
};

/// Up to so many points each has its dot.
const FEW: usize = 31;
/// From so many points on the lines are thinner.
const MANY: usize = 150;

pub(super) fn draw(chart: &Chart, frame: &Frame, notes: &[Placed], pen: &mut Pen) {
    let fine = if chart.labels.len() >= MANY { " fine" } else { "" };
    for (number, series) in (1..).zip(&chart.series) {
        for run in runs(series, frame) {
            if run.len() > 1 {
                pen.path(&format!("ln{fine} l{number}"), &run.iter().map(|(_, at)| *at).collect::<Vec<_>>());
            }
        }
    }
    strips(chart, frame, pen);
    for (number, series) in (1..).zip(&chart.series) {
        for run in runs(series, frame) {
            for (place, at) in &run {
                let few = chart.labels.len() <= FEW;
                if few || run.len() == 1 {
                    let value = series.values.get(*place).copied().flatten().unwrap_or(0.0);
                    let told = format!("{} {}: {}", series.name, chart.point(*place), number::decimal(value));
                    pen.told(told.trim(), series.href(*place), |pen| pen.dot(&format!("dot b{number}"), *at, if few { 3.5 } else { 2.0 }));
                }
            }
        }
    }
    frame.band.draw(chart, frame, pen);
    for note in notes {
        note.draw(pen);
    }
    if matches!(frame.names, Names::Beside) {
        let ends: Vec<Option<f64>> = chart.series.iter().map(|series| series.values.iter().flatten().next_back().map(|value| frame.y(*value))).collect();
        beside(chart, &ends, frame, pen);
    }
}

/// From half-way to the point before to half-way to the next: what all series are there, gaps included.
fn strips(chart: &Chart, frame: &Frame, pen: &mut Pen) {
    for (place, x) in frame.centres.iter().enumerate() {
        let left = (x - frame.slot / 2.0).max(frame.left);
        let right = (x + frame.slot / 2.0).min(frame.right);
        let value = |series: &Series| series.values.get(place).copied().flatten();
        let stand: Vec<Option<f64>> = chart.series.iter().map(|series| value(series).map(|value| frame.y(value))).collect();
        let line = |series: &Series| format!("{}: {}", series.name, number::decimal(value(series).unwrap_or(f64::NAN)));
        let told: Vec<String> = std::iter::once(chart.point(place).to_owned()).chain(chart.series.iter().map(line)).collect();
        pen.strip((left, frame.top), (right - left, frame.bottom - frame.top), *x, &stand, &told);
    }
}

/// Writes each name beside the end of its line, pushed away from the others, with a thin line to where it belongs when it was moved far.
pub(super) fn beside(chart: &Chart, ends: &[Option<f64>], frame: &Frame, pen: &mut Pen) {
    let named: Vec<(usize, &Series, f64)> = (1..).zip(&chart.series).zip(ends).filter_map(|((number, series), end)| end.map(|y| (number, series, y))).collect();
    let wanted: Vec<f64> = named.iter().map(|(_, _, y)| *y).collect();
    let places = labels::spread(&wanted, 16.0, frame.top, frame.bottom);
    for ((number, series, end), place) in named.iter().zip(places) {
        if (place - end).abs() > 5.0 {
            pen.path(&format!("tie l{number}"), &[(frame.right + 1.0, *end), (frame.right + 8.0, place)]);
        }
        pen.linked(series.lead(), |pen| pen.text(&format!("name t{number}"), (frame.right + 11.0, place + 4.0), Anchor::Start, &series.name));
    }
}

/// Whether a line runs through a room.
pub(super) fn cross(chart: &Chart, frame: &Frame, room: &Room) -> bool {
    chart.series.iter().flat_map(|series| runs(series, frame)).any(|run| {
        let alone = run.first().filter(|_| run.len() == 1).map(|(_, at)| (*at, *at));
        let pieces = run.iter().zip(run.iter().skip(1)).map(|((_, from), (_, to))| (*from, *to));
        alone.into_iter().chain(pieces).any(|(from, to)| touches(from, to, room))
    })
}

/// Whether a straight line touches a room: the heights between which it runs through the room's width.
fn touches(from: (f64, f64), to: (f64, f64), room: &Room) -> bool {
    let (left, right) = (from.0.max(room.left), to.0.min(room.right));
    if left > right {
        return false;
    }
    let height = |x: f64| if to.0 > from.0 { from.1 + (to.1 - from.1) * (x - from.0) / (to.0 - from.0) } else { from.1 };
    let (one, other) = (height(left), height(right));
    one.min(other) <= room.bottom && one.max(other) >= room.top
}

/// A point that was measured: its place among the labels, and in the picture.
type Point = (usize, (f64, f64));

/// The stretches without a gap.
fn runs(series: &Series, frame: &Frame) -> Vec<Vec<Point>> {
    let mut runs = vec![Vec::new()];
    for ((place, value), x) in series.values.iter().enumerate().zip(&frame.centres) {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((place, (*x, frame.y(*value)))),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}
