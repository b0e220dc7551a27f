//! Bars that lie, one row under the other: for categories whose names are too long to stand under standing bars.

use super::{
    Format, frame, labels, measure,
    pen::{Anchor, Pen},
};
use crate::{
    chart::{Chart, Kind},
    number,
};

/// The measures of the rows.
struct Rows {
    left: f64,
    room: f64,
    thick: f64,
    /// Whether names stand above their bars, not beside them.
    above: bool,
    highest: f64,
}

/// Draws the chart and gives its height. Every bar says its value, so that no axis is needed but zero.
pub(super) fn draw(chart: &Chart, format: Format, pen: &mut Pen) -> f64 {
    let width = format.width();
    let names = if chart.series.len() < 2 { frame::Names::None } else { frame::above(chart, width) };
    pen.text("unit", (0.0, 12.0), Anchor::Start, &measure::cut(chart.unit.as_deref().unwrap_or_default(), width));
    names.draw(chart.kind, pen);
    let rows = Rows::lay(chart, width);
    let top = 24.0 + labels::count(names.rows()) * frame::ROW;
    let mut y = top;
    for (place, label) in chart.labels.iter().enumerate() {
        let label = measure::cut(label, if rows.above { width } else { rows.left });
        let bars = rows.thick * if chart.kind == Kind::Bars { labels::count(chart.series.len()) } else { 1.0 };
        if rows.above {
            pen.text("", (0.0, y + 11.0), Anchor::Start, &label);
            y += 17.0;
        } else {
            pen.text("", (rows.left - 8.0, y + bars / 2.0 + 4.0), Anchor::End, &label);
        }
        match chart.kind {
            Kind::Stacked => rows.stack(chart, place, y, pen),
            Kind::Bars | Kind::Lines => rows.bars(chart, place, y, pen),
        }
        y += bars + 10.0;
    }
    if !rows.above {
        pen.line("axis", (rows.left, top - 2.0), (rows.left, y - 8.0));
    }
    y
}

impl Rows {
    fn lay(chart: &Chart, width: f64) -> Self {
        let widest = chart.labels.iter().map(|label| measure::width(label)).fold(0.0, f64::max) + 8.0;
        let sums = (0..chart.labels.len()).map(|place| chart.sum(place));
        let written = sums.chain(chart.series.iter().flat_map(|series| series.values.iter().flatten().copied()));
        let values = written.map(|value| measure::width(&number::decimal(value))).fold(0.0, f64::max) + 8.0;
        let above = widest > width * 0.4 || width - widest - values < 80.0;
        let left = if above { 0.0 } else { widest };
        let thick = if chart.kind == Kind::Bars && chart.series.len() > 1 { 15.0 } else { 18.0 };
        Self { left, room: width - left - values, thick, above, highest: chart.highest() }
    }

    fn length(&self, value: f64) -> f64 {
        if self.highest > 0.0 { value / self.highest * self.room } else { 0.0 }
    }

    fn bars(&self, chart: &Chart, place: usize, top: f64, pen: &mut Pen) {
        for (series, one) in chart.series.iter().enumerate() {
            let Some(value) = one.values.get(place).copied().flatten() else { continue };
            let y = top + labels::count(series) * self.thick;
            self.bar(chart, (series, place), (self.left, y), value, pen);
            self.value(value, y, pen);
        }
    }

    fn stack(&self, chart: &Chart, place: usize, y: f64, pen: &mut Pen) {
        let mut x = self.left;
        for (series, one) in chart.series.iter().enumerate() {
            let Some(value) = one.values.get(place).copied().flatten() else { continue };
            self.bar(chart, (series, place), (x, y), value, pen);
            let text = number::decimal(value);
            if measure::width(&text) + 6.0 <= self.length(value) {
                pen.text("in", (x + self.length(value) / 2.0, y + self.thick / 2.0 + 4.0), Anchor::Middle, &text);
            }
            x += self.length(value);
        }
        if chart.series.iter().any(|series| series.values.get(place).is_some_and(Option::is_some)) {
            self.value(chart.sum(place), y, pen);
        }
    }

    fn bar(&self, chart: &Chart, (series, place): (usize, usize), at: (f64, f64), value: f64, pen: &mut Pen) {
        let Some(one) = chart.series.get(series) else { return };
        let told = format!("{} {}: {}", chart.point(place), one.name, number::decimal(value));
        let seam = if self.length(value) > 3.0 { 1.0 } else { 0.0 };
        let size = (self.length(value) - seam, self.thick - 1.0);
        pen.told(told.trim(), one.href(place), |pen| pen.rect(&format!("b{}", series + 1), at, size));
    }

    fn value(&self, value: f64, y: f64, pen: &mut Pen) {
        pen.text("val", (self.left + self.length(value) + 6.0, y + self.thick / 2.0 + 4.0), Anchor::Start, &number::decimal(value));
    }
}
