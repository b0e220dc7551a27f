//! Charts as bars of plain characters.

use super::{COLUMNS, page::Page, table};
use crate::{chart::Chart, number, words};

/// Up to so many bars a chart is drawn; with more, each series is told by its lowest, highest and last value.
const MOST_BARS: usize = 40;

/// Puts a chart.
pub(super) fn put(chart: &Chart, page: &mut Page) {
    table::title(&chart.title, chart.unit.as_deref(), page);
    page.paragraph(&chart.caption);
    if !chart.has_data() {
        page.line(&format!("[ {} ]", words::no_data(page.ruler.language())));
    } else if chart.labels.len() * chart.series.len() <= MOST_BARS {
        bars(chart, page);
    } else {
        ranges(chart, page);
    }
}

fn bars(chart: &Chart, page: &mut Page) {
    let ruler = page.ruler;
    let cell = |text: &str| ruler.cut(&ruler.clean(text), 18).0;
    let widest = |texts: Vec<String>| texts.iter().map(|text| ruler.width(text)).max().unwrap_or(0);
    let shown = |value: Option<f64>| value.map_or_else(|| "-".into(), number::decimal);
    let labels = widest(chart.labels.iter().map(|label| cell(label)).collect());
    let names = if chart.series.len() < 2 { 0 } else { widest(chart.series.iter().map(|series| cell(&series.name)).collect()) };
    let values = widest(chart.series.iter().flat_map(|series| series.values.iter().map(|value| shown(*value))).collect());
    let room = COLUMNS.saturating_sub(labels + names + values + 6);
    let highest = chart.series.iter().flat_map(|series| series.values.iter().flatten().copied()).fold(0.0, f64::max);
    for (place, label) in chart.labels.iter().enumerate() {
        for (number, series) in chart.series.iter().enumerate() {
            let value = series.values.get(place).copied().flatten();
            let label = ruler.left(&if number == 0 { cell(label) } else { String::new() }, labels);
            let name = if names == 0 { String::new() } else { format!("  {}", ruler.left(&cell(&series.name), names)) };
            let bar = "#".repeat(length(value.unwrap_or(0.0), highest, room));
            page.line(&format!("{label}{name}  {}  {bar}", ruler.right(&shown(value), values)));
        }
    }
}

/// The whole number of characters nearest to a value's part of `room`; anything above zero is seen.
fn length(value: f64, highest: f64, room: usize) -> usize {
    if value <= 0.0 || highest <= 0.0 {
        return 0;
    }
    let mark = |count: usize| f64::from(u32::try_from(count).unwrap_or(0));
    let part = value / highest * mark(room);
    (1..=room).take_while(|count| mark(*count) - 0.5 <= part).last().unwrap_or(1).min(room)
}

fn ranges(chart: &Chart, page: &mut Page) {
    for series in &chart.series {
        if let Some(range) = range(&series.values, words::low_high_last(page.ruler.language())) {
            page.hung(&series.name, 20, &range);
        }
    }
}

/// The lowest, highest and last of values, when there is any.
pub(super) fn range(values: &[Option<f64>], [low, high, last]: [&str; 3]) -> Option<String> {
    let values = || values.iter().flatten().copied();
    let end = values().next_back()?;
    let (lowest, highest) = (values().fold(end, f64::min), values().fold(end, f64::max));
    let whole = values().all(|value| value.fract() == 0.0);
    let shown = |value: f64| if whole || value.fract() != 0.0 { number::decimal(value) } else { number::decimal(value) + ".0" };
    Some(format!("{low} {}, {high} {}, {last} {}", shown(lowest), shown(highest), shown(end)))
}
