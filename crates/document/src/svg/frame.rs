//! Lays out what every chart has: axes, ticks, labels, unit and the names of its series.

use super::{
    Format, labels,
    labels::Below,
    marks::Band,
    measure,
    pen::{Anchor, Pen},
    scale::Scale,
};
use crate::{
    chart::{Chart, Kind, Span},
    words,
};
use noroshi_kernel::language::Language;
use std::ops::Range;

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
    pub(super) band: Band,
    shaded: Vec<Range<f64>>,
    named: Vec<f64>,
    scale: Scale,
    kind: Kind,
    below: Vec<Below>,
    unit: String,
}

const LINE: f64 = 15.0;
pub(super) const ROW: f64 = 18.0;

impl Frame {
    /// Lays a chart out; `noted` says whether its notes stand above the plot.
    pub(super) fn lay(chart: &Chart, language: Language, format: Format, noted: bool) -> Self {
        let width = format.width();
        let powers = if chart.powers { Scale::powers(chart.values()) } else { None };
        let scale = powers.unwrap_or_else(|| Scale::up_to(chart.highest(), chart.values().all(|value| value.fract() == 0.0)));
        let left = scale.ticks().into_iter().map(|tick| measure::width(&scale.written(tick))).fold(0.0, f64::max) + 8.0;
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
        let band = Band::set(chart, &centres, (left, right), noted);
        let top = 34.0 + labels::count(names.rows() + band.rows()) * ROW;
        let bottom = top + if format == Format::Broad { 220.0 } else { 190.0 };
        let deep = below.iter().map(|label| label.lines.len()).max().unwrap_or(0);
        let unit = match (chart.unit.as_deref().unwrap_or_default(), powers) {
            (unit, None) => unit.to_owned(),
            (unit, Some(_)) => words::logarithmic(language, unit),
        };
        let unit = measure::cut(&unit, width);
        let edge = |place: usize, aside: f64| centres.get(place).map_or(left, |x| (x + aside).clamp(left, right));
        let half = slot.min(right - left) / 2.0;
        let shade = |span: &Span| edge(span.points.start, -half)..edge(span.points.end.saturating_sub(1), half);
        let shaded = chart.spans.iter().map(shade).collect();
        let is_named = |(label, x): (&String, &f64)| (!label.trim().is_empty()).then_some(*x);
        let named = chart.labels.iter().zip(&centres).filter_map(is_named).collect();
        let height = bottom + 12.0 + labels::count(deep) * LINE;
        Self { left, right, top, bottom, height, names, centres, slot, lying, band, shaded, named, scale, kind: chart.kind, below, unit }
    }

    /// The height at which a value stands.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - self.scale.part(value) * (self.bottom - self.top)
    }

    pub(super) fn draw(&self, pen: &mut Pen) {
        pen.text("unit", (0.0, 12.0), Anchor::Start, &self.unit);
        for span in &self.shaded {
            pen.rect("span", (span.start, self.top), ((span.end - span.start).max(1.0), self.bottom - self.top));
        }
        for (place, tick) in self.scale.ticks().into_iter().enumerate() {
            let y = self.y(tick);
            pen.line(if place == 0 { "axis" } else { "grid" }, (self.left, y), (self.right, y));
            pen.text("tick", (self.left - 8.0, y + 4.0), Anchor::End, &self.scale.written(tick));
        }
        if self.kind == Kind::Lines {
            for x in &self.named {
                pen.line("axis", (*x, self.bottom), (*x, self.bottom + 4.0));
            }
        }
        for label in &self.below {
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
