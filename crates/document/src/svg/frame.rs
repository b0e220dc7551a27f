//! Lays out what every chart has: axes, ticks, labels, unit and the names of its series.

use super::{
    Format, labels,
    labels::Below,
    measure,
    pen::{Anchor, Pen},
    scale::Scale,
};
use crate::chart::{Chart, Kind};

/// Where the names of the series stand.
pub(super) enum Names {
    /// There is one series, which the title names.
    None,
    /// Beside the end of each line or stack.
    Beside,
    /// Above, in rows: series (from 1), left edge, row (from 0), name.
    Above(Vec<(usize, f64, usize, String)>),
}

/// The measures of one chart.
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) height: f64,
    pub(super) names: Names,
    pub(super) centres: Vec<f64>,
    pub(super) slot: f64,
    /// Whether the labels have no room under standing bars.
    pub(super) lying: bool,
    scale: Scale,
    kind: Kind,
    below: Vec<Below>,
    unit: String,
}

const LINE: f64 = 15.0;
pub(super) const ROW: f64 = 18.0;

impl Frame {
    pub(super) fn lay(chart: &Chart, format: Format) -> Self {
        let width = format.width();
        let values = || chart.series.iter().flat_map(|series| series.values.iter().flatten());
        let scale = Scale::up_to(chart.highest(), values().all(|value| value.fract() == 0.0));
        let left = scale.ticks().map(|tick| measure::width(&scale.written(tick))).fold(0.0, f64::max) + 8.0;
        let names = names(chart, format);
        let widest = chart.series.iter().map(|series| measure::width(&series.name)).fold(0.0, f64::max);
        let right = width - if matches!(names, Names::Beside) { widest + 12.0 } else { 6.0 };
        let (centres, slot) = places(chart, left, right);
        let below = match chart.kind {
            Kind::Lines => Some(labels::under_points(&chart.labels, &centres, width)),
            Kind::Bars | Kind::Stacked => labels::under_groups(&chart.labels, &centres, slot, width),
        };
        let lying = below.is_none();
        let below = below.unwrap_or_default();
        let top = 34.0 + labels::count(names.rows()) * ROW;
        let bottom = top + if format == Format::Broad { 220.0 } else { 190.0 };
        let deep = below.iter().map(|label| label.lines.len()).max().unwrap_or(0);
        let unit = measure::cut(chart.unit.as_deref().unwrap_or_default(), width);
        Self { left, right, top, bottom, height: bottom + 12.0 + labels::count(deep) * LINE, names, centres, slot, lying, scale, kind: chart.kind, below, unit }
    }

    /// The height at which a value stands.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - value / self.scale.top() * (self.bottom - self.top)
    }

    pub(super) fn draw(&self, pen: &mut Pen) {
        pen.text("unit", (0.0, 12.0), Anchor::Start, &self.unit);
        for tick in self.scale.ticks() {
            let y = self.y(tick);
            pen.line(if tick == 0.0 { "axis" } else { "grid" }, (self.left, y), (self.right, y));
            pen.text("tick", (self.left - 8.0, y + 4.0), Anchor::End, &self.scale.written(tick));
        }
        for label in &self.below {
            if self.kind == Kind::Lines {
                let x = label.x.clamp(self.left, self.right);
                pen.line("axis", (x, self.bottom), (x, self.bottom + 4.0));
            }
            for (line, text) in label.lines.iter().enumerate() {
                pen.text("", (label.x, self.bottom + 18.0 + labels::count(line) * LINE), Anchor::Middle, text);
            }
        }
        self.names.draw(self.kind, pen);
    }
}

impl Names {
    /// The number of rows above the chart.
    pub(super) fn rows(&self) -> usize {
        if let Self::Above(names) = self { names.iter().map(|name| name.2 + 1).max().unwrap_or(0) } else { 0 }
    }

    /// Draws those that stand above, each with its colour.
    pub(super) fn draw(&self, kind: Kind, pen: &mut Pen) {
        let Self::Above(names) = self else { return };
        for (series, x, row, name) in names {
            let base = 30.0 + labels::count(*row) * ROW;
            let (y, thick) = if kind == Kind::Lines { (base - 5.5, 3.0) } else { (base - 9.0, 10.0) };
            pen.rect(&format!("b{series}"), (*x, y), (10.0, thick));
            pen.text(&format!("name t{series}"), (x + 15.0, base), Anchor::Start, name);
        }
    }
}

fn names(chart: &Chart, format: Format) -> Names {
    let most = if format == Format::Broad { 160.0 } else { 84.0 };
    let fits = chart.series.iter().all(|series| measure::width(&series.name) <= most);
    match chart.kind {
        Kind::Bars | Kind::Stacked if chart.series.len() < 2 => Names::None,
        Kind::Lines | Kind::Stacked if fits => Names::Beside,
        Kind::Bars | Kind::Lines | Kind::Stacked => above(chart, format.width()),
    }
}

/// Sets the names of the series in rows.
pub(super) fn above(chart: &Chart, width: f64) -> Names {
    let (mut x, mut row, mut out) = (0.0, 0, Vec::new());
    for (series, one) in (1..).zip(&chart.series) {
        let name = measure::cut(&one.name, width - 15.0);
        let wide = 15.0 + measure::width(&name);
        if x > 0.0 && x + wide > width {
            (x, row) = (0.0, row + 1);
        }
        out.push((series, x, row, name));
        x += wide + 18.0;
    }
    Names::Above(out)
}

/// The middle of each label's place, and how wide such a place is.
fn places(chart: &Chart, left: f64, right: f64) -> (Vec<f64>, f64) {
    let (points, room) = (labels::count(chart.labels.len()), right - left);
    match chart.kind {
        Kind::Lines if chart.labels.len() > 1 => {
            let (from, slot) = (left + 4.0, (room - 8.0) / (points - 1.0));
            ((0..chart.labels.len()).map(|place| from + labels::count(place) * slot).collect(), slot)
        }
        Kind::Lines | Kind::Bars | Kind::Stacked => {
            let slot = room / points.max(1.0);
            ((0..chart.labels.len()).map(|place| left + (labels::count(place) + 0.5) * slot).collect(), slot)
        }
    }
}
