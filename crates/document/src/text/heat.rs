//! Heat maps as one character per cell.

use super::{COLUMNS, chart, page::Page, table};
use crate::{heat::Heat, number, words};

/// The widest name of a row.
const NAME: usize = 16;
/// The characters of the steps, from zero.
const STEPS: [char; 7] = ['0', '1', '2', '3', '4', '5', '6'];
/// Stands where nothing was measured.
const GAP: char = '-';

/// Puts a heat map: its cells where they fit beside the names, else each row by its lowest, highest and last value.
pub(super) fn put(heat: &Heat, page: &mut Page) {
    table::title(&heat.title, heat.unit.as_deref(), page);
    page.paragraph(&heat.caption);
    if heat.values().next().is_none() {
        page.line(&format!("[ {} ]", words::no_data(page.ruler.language())));
        return;
    }
    if heat.labels.len() > COLUMNS - NAME - 2 {
        for row in &heat.rows {
            if let Some(range) = chart::range(&row.values, words::low_high_last(page.ruler.language())) {
                page.hung(&row.name, NAME + 2, &range);
            }
        }
        return;
    }
    let steps = heat.steps();
    let cell = |value: &Option<f64>| value.map_or(GAP, |value| STEPS.get(steps.step(value)).copied().unwrap_or(GAP));
    for row in &heat.rows {
        let name = page.ruler.cut(&page.ruler.clean(&row.name), NAME).0;
        let name = page.ruler.left(&name, NAME + 2);
        page.line(&format!("{name}{}", row.values.iter().map(cell).collect::<String>()));
    }
    let tops = steps.tops().iter().zip(STEPS.iter().skip(1)).map(|(top, step)| format!("{step}: <= {}", number::decimal(*top)));
    let gap = format!("{GAP}: {}", words::not_measured(page.ruler.language()));
    let keys: Vec<String> = std::iter::once("0: 0".to_owned()).chain(tops).chain([gap]).collect();
    page.paragraph(&keys.join(", "));
}
