//! Bars beside and on top of each other.

use super::{
    frame::{Frame, Names},
    labels, lines, measure,
    pen::{Anchor, Pen, Room},
};
use crate::{chart::Chart, number};

/// The widest bar.
const WIDEST: f64 = 56.0;

/// One bar: its series (from 1) and place, its corner and size, its value.
struct Bar {
    series: usize,
    place: usize,
    at: (f64, f64),
    size: (f64, f64),
    value: f64,
}

pub(super) fn grouped(chart: &Chart, frame: &Frame, pen: &mut Pen) {
    let count = labels::count(chart.series.len()).max(1.0);
    let pitch = (frame.slot * 0.78 / count).min(WIDEST);
    let wide = pitch - if pitch > 6.0 { 2.0 } else { 0.0 };
    let mut bars = Vec::new();
    for (place, centre) in frame.centres.iter().enumerate() {
        for (series, one) in chart.series.iter().enumerate() {
            if let Some(value) = one.values.get(place).copied().flatten() {
                let x = centre - pitch * count / 2.0 + pitch * labels::count(series) + (pitch - wide) / 2.0;
                bars.push(Bar { series: series + 1, place, at: (x, frame.y(value)), size: (wide, frame.bottom - frame.y(value)), value });
            }
        }
    }
    for bar in &bars {
        paint(bar, chart, pen);
    }
    let tops: Vec<(f64, f64, f64)> = bars.iter().map(|bar| (bar.at.0 + wide / 2.0, bar.at.1, bar.value)).collect();
    above(&tops, frame, pen);
}

pub(super) fn stacked(chart: &Chart, frame: &Frame, pen: &mut Pen) {
    let wide = (frame.slot * 0.72).min(WIDEST);
    let mut tops = Vec::new();
    let mut ends = vec![None; chart.series.len()];
    for (place, centre) in frame.centres.iter().enumerate() {
        let mut floor = 0.0;
        for (series, one) in chart.series.iter().enumerate() {
            let Some(value) = one.values.get(place).copied().flatten() else { continue };
            let (low, high) = (frame.y(floor), frame.y(floor + value));
            let seam = if low - high > 3.0 && floor > 0.0 { 1.0 } else { 0.0 };
            let bar = Bar { series: series + 1, place, at: (centre - wide / 2.0, high), size: (wide, low - high - seam), value };
            paint(&bar, chart, pen);
            inside(&bar, pen);
            if let Some(end) = ends.get_mut(series) {
                *end = Some(f64::midpoint(low, high));
            }
            floor += value;
        }
        if chart.series.iter().any(|series| series.values.get(place).is_some_and(Option::is_some)) {
            tops.push((*centre, frame.y(floor), floor));
        }
    }
    above(&tops, frame, pen);
    if matches!(frame.names, Names::Beside) {
        lines::beside(chart, &ends, frame, pen);
    }
}

fn paint(bar: &Bar, chart: &Chart, pen: &mut Pen) {
    let Some(series) = chart.series.get(bar.series - 1) else { return };
    let label = chart.point(bar.place);
    let told = format!("{label} {}: {}", series.name, number::decimal(bar.value));
    pen.told(told.trim(), series.href(bar.place), |pen| pen.rect(&format!("b{}", bar.series), bar.at, (bar.size.0.max(0.5), bar.size.1.max(0.0))));
}

/// Writes a value into its bar where it has room.
fn inside(bar: &Bar, pen: &mut Pen) {
    let text = number::decimal(bar.value);
    if bar.size.1 >= 17.0 && measure::width(&text) + 4.0 <= bar.size.0 {
        pen.text("in", (bar.at.0 + bar.size.0 / 2.0, bar.at.1 + bar.size.1 / 2.0 + 4.0), Anchor::Middle, &text);
    }
}

/// Writes the values above the bars when all of them have room.
fn above(tops: &[(f64, f64, f64)], frame: &Frame, pen: &mut Pen) {
    let text = |value: f64| number::decimal(value);
    let rooms: Vec<Room> = tops.iter().map(|(x, y, value)| Room::of(&text(*value), (*x, *y), Anchor::Middle)).collect();
    if labels::in_a_row(&rooms, frame.left - 5.0, frame.right + 5.0) {
        for (x, y, value) in tops {
            pen.text("val", (*x, y - 5.0), Anchor::Middle, &text(*value));
        }
    }
}
