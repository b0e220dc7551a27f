//! Charts as SVG: our own small writer.
//!
//! A chart is drawn for one of two widths, so that its letters keep their size: [`draw`] for pages (class `chart broad`) and [`draw_slim`]
//! for telephones (class `chart slim`); the stylesheet shows one of them. Other classes: `grid`, `axis`, `tick` (numbers at the axis), `unit`,
//! `ln l1` … `ln l5` (lines), `dot b1` … (points), `tie l1` … (from a line to a label pushed away), `b1` … `b5` (bars), `name t1` …
//! (names of series), `val` (values above bars), `in` (values in bars), `void` (nothing to show).

mod bars;
mod frame;
mod labels;
mod lines;
mod measure;
mod pen;
mod rows;
mod scale;

use crate::{
    chart::{Chart, Kind},
    clean::{anchor, escape},
    words,
};
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

/// Draws a chart 720 wide, for a page.
#[must_use]
pub fn draw(chart: &Chart, language: Language) -> String {
    picture(chart, language, Format::Broad)
}

/// Draws a chart 320 wide, for a telephone of 360 with its margins.
#[must_use]
pub fn draw_slim(chart: &Chart, language: Language) -> String {
    picture(chart, language, Format::Slim)
}

/// Draws a chart 720 wide as a file of its own: with its title and its colours, light and dark.
#[must_use]
pub fn standalone(chart: &Chart, language: Language) -> String {
    let (body, height) = matter(chart, language, Format::Broad);
    let lines = measure::wrapped(&chart.title, 640.0 * 12.0 / 16.0, 2);
    let head: String =
        (lines.iter().zip(0..)).map(|(line, place)| format!("<text class=\"title\" x=\"24\" y=\"{}\">{}</text>", 36 + 22 * place, escape(line))).collect();
    let top = 36.0 + 22.0 * labels::count(lines.len());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 768 {:.0}\" width=\"768\" height=\"{:.0}\" role=\"img\" lang=\"{language}\">{}<style>{}</style><rect class=\"paper\" width=\"100%\" height=\"100%\"/>{head}<g transform=\"translate(24 {top:.0})\">{body}</g></svg>\n",
        top + height + 16.0,
        top + height + 16.0,
        said(chart),
        include_str!("standalone.css").replace('\n', ""),
    )
}

fn said(chart: &Chart) -> String {
    let desc = if chart.caption.is_empty() { String::new() } else { format!("<desc>{}</desc>", escape(&chart.caption)) };
    format!("<title>{}</title>{desc}", escape(&chart.title))
}

fn picture(chart: &Chart, language: Language, format: Format) -> String {
    let (body, height) = matter(chart, language, format);
    let details = if chart.table.is_empty() { String::new() } else { format!(" aria-details=\"{}\"", anchor(&chart.table)) };
    let (width, class) = (format.width(), format.class());
    format!(
        "<svg class=\"chart {class}\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"100%\" role=\"img\" lang=\"{language}\"{details}>{}{body}</svg>",
        said(chart)
    )
}

/// What is drawn, and how high it is.
fn matter(chart: &Chart, language: Language, format: Format) -> (String, f64) {
    let (pen, height) = sketch(chart, language, format);
    (pen.finish(), height)
}

fn sketch(chart: &Chart, language: Language, format: Format) -> (Pen, f64) {
    let mut pen = Pen::default();
    if !chart.has_data() {
        let (width, height) = (format.width(), 120.0);
        pen.rect("void", (0.5, 0.5), (width - 1.0, height - 1.0));
        pen.text("", (width / 2.0, height / 2.0 + 4.0), pen::Anchor::Middle, words::no_data(language));
        return (pen, height);
    }
    let frame = Frame::lay(chart, format);
    if frame.lying {
        let height = rows::draw(chart, format, &mut pen);
        return (pen, height);
    }
    frame.draw(&mut pen);
    match chart.kind {
        Kind::Lines => lines::draw(chart, &frame, &mut pen),
        Kind::Bars => bars::grouped(chart, &frame, &mut pen),
        Kind::Stacked => bars::stacked(chart, &frame, &mut pen),
    }
    (pen, frame.height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Series;
    use proptest::prelude::*;

    fn charts() -> impl Strategy<Value = Chart> {
        let kind = prop_oneof![Just(Kind::Bars), Just(Kind::Stacked), Just(Kind::Lines)];
        let value =
            prop_oneof![1 => Just(None), 2 => Just(Some(0.0)), 6 => (0..4000_u32).prop_map(|n| Some(f64::from(n))), 2 => (0.0..1e15_f64).prop_map(Some)];
        let label = prop_oneof![Just(String::new()), "[0-9]{4}-[0-9]{2}", "[ぁ-ん一-龠A-z ]{0,24}"];
        let series =
            move |points| ("[ぁ-ん一-龠A-z<&]{0,30}", prop::collection::vec(value.clone(), points)).prop_map(|(name, values)| Series::new(name, values));
        let labels = prop_oneof![3 => 0..8_usize, 1 => 8..100_usize].prop_flat_map(move |points| (prop::collection::vec(label.clone(), points), Just(points)));
        (kind, labels).prop_flat_map(move |(kind, (labels, points))| {
            (prop::collection::vec(series(points), 0..=5), prop::option::of("[ぁ-んa-z]{0,90}")).prop_map(move |(series, unit)| {
                let chart = Chart::new("c", "A chart", kind, labels.clone(), series).expect("it can be drawn");
                Chart { unit, ..chart }
            })
        })
    }

    proptest! {
        #[test]
        fn no_two_labels_overlap_and_all_is_inside(chart in charts(), slim: bool, ja: bool) {
            let format = if slim { Format::Slim } else { Format::Broad };
            let (pen, height) = sketch(&chart, if ja { Language::Ja } else { Language::En }, format);
            for (place, (one, text)) in pen.boxes.iter().enumerate() {
                prop_assert!(one.left >= -0.5 && one.right <= format.width() + 0.5 && one.top >= -0.5 && one.bottom <= height + 0.5, "{text:?} leaves the picture: {one:?} of {height}");
                for (other, another) in pen.boxes.iter().skip(place + 1) {
                    prop_assert!(!one.overlaps(other), "{text:?} and {another:?}: {one:?} {other:?}");
                }
            }
            let drawn = pen.finish();
            for tag in drawn.split('<').filter_map(|piece| piece.split('>').next()) {
                prop_assert!(!tag.contains("NaN") && !tag.contains("inf") && !tag.contains("style"), "{tag}");
            }
        }
    }
}
