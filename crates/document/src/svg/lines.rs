//! Lines over time.

use super::{
    frame::{Frame, Names},
    labels,
    pen::{Anchor, Pen},
};
use crate::{
    chart::{Chart, Series},
    number,
};

/// Up to so many points each has its dot.
const FEW: usize = 31;

pub(super) fn draw(chart: &Chart, frame: &Frame, pen: &mut Pen) {
    for (number, series) in (1..).zip(&chart.series) {
        for run in runs(series, frame) {
            if run.len() > 1 {
                pen.path(&format!("ln l{number}"), &run.iter().map(|(_, at)| *at).collect::<Vec<_>>());
            }
        }
    }
    for (number, series) in (1..).zip(&chart.series) {
        for run in runs(series, frame) {
            for (place, at) in &run {
                let label = chart.labels.get(*place).map_or("", String::as_str);
                let value = series.values.get(*place).copied().flatten().unwrap_or(0.0);
                let few = chart.labels.len() <= FEW;
                if few || run.len() == 1 || series.href(*place).is_some() {
                    let told = format!("{} {label}: {}", series.name, number::decimal(value));
                    pen.told(told.trim(), series.href(*place), |pen| pen.dot(&format!("dot b{number}"), *at, if few { 3.5 } else { 2.0 }));
                }
            }
        }
    }
    if matches!(frame.names, Names::Beside) {
        let ends: Vec<Option<f64>> = chart.series.iter().map(|series| series.values.iter().flatten().next_back().map(|value| frame.y(*value))).collect();
        beside(chart, &ends, frame, pen);
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
        pen.text(&format!("name t{number}"), (frame.right + 11.0, place + 4.0), Anchor::Start, &series.name);
    }
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
