//! Heat maps: rows of cells, and the steps that their shades stand for.

use super::{
    Format, labels, measure,
    pen::{Anchor, Pen},
};
use crate::{heat::Heat, number, words};
use noroshi_kernel::language::Language;

/// A step of the legend: its class and its words.
type Key = (String, String);

/// Draws the map and gives its height.
pub(super) fn draw(heat: &Heat, language: Language, format: Format, pen: &mut Pen) -> f64 {
    let (width, high) = (format.width(), if format == Format::Broad { 18.0 } else { 16.0 });
    let most = width * if format == Format::Broad { 0.3 } else { 0.26 };
    let widest = heat.rows.iter().map(|row| measure::width(&row.name)).fold(0.0, f64::max).min(most);
    let (left, top) = (widest + 8.0, 24.0);
    let wide = (width - left - 2.0) / labels::count(heat.labels.len()).max(1.0);
    let seam = if wide > 6.0 { 1.0 } else { 0.5 };
    let steps = heat.steps();
    pen.text("unit", (0.0, 12.0), Anchor::Start, &measure::cut(heat.unit.as_deref().unwrap_or_default(), width));
    for (number, row) in heat.rows.iter().enumerate() {
        let y = top + labels::count(number) * high;
        pen.linked(row.href(), |pen| pen.text("", (left - 8.0, y + high / 2.0 + 4.0), Anchor::End, &measure::cut(&row.name, widest)));
        for (place, value) in row.values.iter().enumerate() {
            let (x, size) = (left + labels::count(place) * wide, (wide - seam, high - 1.0));
            let shown = value.map_or_else(|| words::not_measured(language).to_owned(), number::decimal);
            let told = format!("{} {}: {shown}", row.name, heat.point(place));
            match value {
                Some(value) => pen.cell(&format!("h{}", steps.step(*value)), (x, y), size, &told),
                None => gap((x, y), size, &told, pen),
            }
        }
    }
    let bottom = top + labels::count(heat.rows.len()) * high;
    let centres: Vec<f64> = (0..heat.labels.len()).map(|place| left + (labels::count(place) + 0.5) * wide).collect();
    for (label, x) in heat.labels.iter().zip(&centres) {
        if !label.trim().is_empty() {
            pen.line("axis", (*x, bottom + 1.0), (*x, bottom + 5.0));
        }
    }
    for label in labels::under_points(&heat.labels, &centres, width) {
        for text in &label.lines {
            pen.text("", (label.x, bottom + 18.0), Anchor::Middle, text);
        }
    }
    legend(&keys(heat, language), bottom + 32.0, width, pen)
}

/// A cell in which nothing was measured: hatched, so that it is not taken for zero, in print either.
fn gap(at: (f64, f64), size: (f64, f64), told: &str, pen: &mut Pen) {
    pen.cell("hg", at, size, told);
    pen.line("hatch", (at.0, at.1 + size.1), (at.0 + size.0, at.1));
}

/// The steps that occur and those between them: from zero to the highest, then what was not measured.
fn keys(heat: &Heat, language: Language) -> Vec<Key> {
    let steps = heat.steps();
    let zero = heat.values().any(|value| value <= 0.0).then(|| ("h0".to_owned(), "0".to_owned()));
    let step = |(place, top): (usize, &f64)| (format!("h{}", place + 1), format!("\u{2264} {}", number::decimal(*top)));
    let gaps = heat.rows.iter().any(|row| row.values.iter().any(Option::is_none));
    let gap = gaps.then(|| ("hg".to_owned(), words::not_measured(language).to_owned()));
    zero.into_iter().chain(steps.tops().iter().enumerate().map(step)).chain(gap).collect()
}

/// Draws the legend in as many rows as it needs, and gives the height below it.
fn legend(keys: &[Key], top: f64, width: f64, pen: &mut Pen) -> f64 {
    let (mut x, mut y) = (0.0, top);
    for (class, text) in keys {
        let wide = 20.0 + measure::width(text);
        if x > 0.0 && x + wide > width {
            (x, y) = (0.0, y + 18.0);
        }
        pen.rect(class, (x, y), (14.0, 12.0));
        if class == "hg" {
            pen.line("hatch", (x, y + 12.0), (x + 14.0, y));
        }
        pen.text("", (x + 20.0, y + 10.0), Anchor::Start, text);
        x += wide + 16.0;
    }
    y + 18.0
}
