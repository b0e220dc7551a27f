//! Charts and heat maps as SVG: our own small writer.
//!
//! A picture is drawn for one of two widths, so that its letters keep their size: [`draw`] for pages (class `chart broad`) and [`draw_slim`]
//! for telephones (class `chart slim`); the stylesheet shows one of them. Other classes: `grid`, `axis`, `tick` (numbers at the axis), `unit`,
//! `ln l1` … `ln l5` (lines; `fine` when they have many points), `dot b1` … (points), `tie l1` … (from a line to a label pushed away),
//! `b1` … `b5` (bars), `name t1` … (names of series), `val` (values above bars), `in` (values in bars), `mark` (notes and names of spans),
//! `span` (a shaded stretch), `at` (a strip that is not seen and tells what is there), `h0` … `h6` (cells by step; `h0` is zero), `hg` and
//! `hatch` (cells in which nothing was measured), `void` (nothing to show).
//!
//! Strips bear `data-x` and `data-y`: where their point stands, and each series at it (empty in a gap), for the script that draws a rule
//! there. Without it their titles tell the same.

mod bars;
mod cells;
mod drawn;
mod frame;
mod labels;
mod lines;
mod marks;
mod measure;
mod pen;
mod rows;
mod scale;

use crate::{
    chart::{Chart, Kind},
    clean::{anchor, escape},
    words,
};
pub use drawn::Drawn;
use frame::Frame;
use noroshi_kernel::language::Language;
use pen::Pen;

/// How wide a drawing is, in pixels at its natural size.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Broad,
    Slim,
}

impl Format {
    const fn width(self) -> f64 {
        match self {
            Self::Broad => 720.0,
            Self::Slim => 320.0,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Broad => "broad",
            Self::Slim => "slim",
        }
    }
}

/// Draws a picture 720 wide, for a page.
#[must_use]
pub fn draw<'a>(of: impl Into<Drawn<'a>>, language: Language) -> String {
    picture(of.into(), language, Format::Broad)
}

/// Draws a picture 320 wide, for a telephone of 360 with its margins.
#[must_use]
pub fn draw_slim<'a>(of: impl Into<Drawn<'a>>, language: Language) -> String {
    picture(of.into(), language, Format::Slim)
}

/// Draws a picture as a file of its own: with its title and its colours, light and dark.
#[must_use]
pub fn standalone<'a>(of: impl Into<Drawn<'a>>, language: Language) -> String {
    titled(of.into(), language, false)
}

/// Draws a picture as a file of its own in the colours of print, each line with dashes of its own: for PNG, and for programs that know no
/// custom properties.
#[must_use]
pub fn printed<'a>(of: impl Into<Drawn<'a>>, language: Language) -> String {
    titled(of.into(), language, true)
}

/// Draws a picture in the colours of print, without its title: for a page that says it beside it.
#[must_use]
pub fn bare<'a>(of: impl Into<Drawn<'a>>, language: Language) -> String {
    let of = of.into();
    let (body, height) = matter(of, language, Format::Broad, true);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height:.0}\" width=\"720\" height=\"{height:.0}\" lang=\"{language}\"><style>{}</style>{body}</svg>\n",
        include_str!("printed.css").replace('\n', ""),
    )
}

fn titled(of: Drawn<'_>, language: Language, printing: bool) -> String {
    let (body, height) = matter(of, language, Format::Broad, printing);
    let style = if printing { include_str!("printed.css") } else { include_str!("standalone.css") };
    let lines = measure::wrapped(of.title(), 640.0 * 12.0 / 16.0, 2);
    let head: String =
        (lines.iter().zip(0..)).map(|(line, place)| format!("<text class=\"title\" x=\"24\" y=\"{}\">{}</text>", 36 + 22 * place, escape(line))).collect();
    let top = 36.0 + 22.0 * labels::count(lines.len());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 768 {:.0}\" width=\"768\" height=\"{:.0}\" role=\"img\" lang=\"{language}\">{}<style>{}</style><rect class=\"paper\" width=\"100%\" height=\"100%\"/>{head}<g transform=\"translate(24 {top:.0})\">{body}</g></svg>\n",
        top + height + 16.0,
        top + height + 16.0,
        said(of),
        style.replace('\n', ""),
    )
}

fn said(of: Drawn<'_>) -> String {
    let desc = if of.caption().is_empty() { String::new() } else { format!("<desc>{}</desc>", escape(of.caption())) };
    format!("<title>{}</title>{desc}", escape(of.title()))
}

fn picture(of: Drawn<'_>, language: Language, format: Format) -> String {
    let (body, height) = matter(of, language, format, false);
    let details = if of.table().is_empty() { String::new() } else { format!(" aria-details=\"{}\"", anchor(of.table())) };
    let (width, class) = (format.width(), format.class());
    format!(
        "<svg class=\"chart {class}\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"100%\" role=\"img\" lang=\"{language}\"{details}>{}{body}</svg>",
        said(of)
    )
}

/// What is drawn, and how high it is.
fn matter(of: Drawn<'_>, language: Language, format: Format, printing: bool) -> (String, f64) {
    let (pen, height) = sketch(of, language, format, printing);
    (pen.finish(), height)
}

fn sketch(of: Drawn<'_>, language: Language, format: Format, printing: bool) -> (Pen, f64) {
    let mut pen = Pen::new(printing);
    if !of.has_data() {
        let (width, height) = (format.width(), 120.0);
        pen.rect("void", (0.5, 0.5), (width - 1.0, height - 1.0));
        pen.text("", (width / 2.0, height / 2.0 + 4.0), pen::Anchor::Middle, words::no_data(language));
        return (pen, height);
    }
    let height = match of {
        Drawn::Chart(chart) => chart_of(chart, language, format, &mut pen),
        Drawn::Heat(heat) => cells::draw(heat, language, format, &mut pen),
    };
    (pen, height)
}

fn chart_of(chart: &Chart, language: Language, format: Format, pen: &mut Pen) -> f64 {
    let frame = Frame::lay(chart, language, format, false);
    if frame.lying {
        return rows::draw(chart, format, pen);
    }
    // Notes stand beside their points where all of them find room between the lines, else above the plot.
    let (frame, notes) = match marks::beside_points(chart, &frame) {
        Some(notes) => (frame, notes),
        None => (Frame::lay(chart, language, format, true), Vec::new()),
    };
    frame.draw(pen);
    match chart.kind {
        Kind::Lines => lines::draw(chart, &frame, &notes, pen),
        Kind::Bars => bars::grouped(chart, &frame, pen),
        Kind::Stacked => bars::stacked(chart, &frame, pen),
    }
    frame.height
}

#[cfg(test)]
mod tests;
