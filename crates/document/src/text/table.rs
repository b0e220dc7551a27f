//! Tables in columns of plain text.

use super::{COLUMNS, note, page::Page, ruler::Ruler};
use crate::{
    table::{Align, Cell, Row, Table},
    words,
};

/// The space between two columns.
const GAP: usize = 2;
/// How narrow columns of words may become before the table is split, step by step.
const NARROW: [usize; 4] = [26, 24, 22, 20];

/// Puts a title and, after or below it, its unit.
pub(super) fn title(title: &str, unit: Option<&str>, page: &mut Page) {
    let language = page.ruler.language();
    let Some(unit) = unit.map(|unit| words::unit(language, unit)) else { return page.paragraph(title) };
    let (open, close) = (words::pick(language, "（", "("), words::pick(language, "）", ")"));
    let together = format!("{title}{}{open}{unit}{close}", words::pick(language, "", " "));
    if page.ruler.width(&page.ruler.clean(&together)) <= COLUMNS {
        page.paragraph(&together);
    } else {
        page.paragraph(title);
        page.paragraph(&format!("{open}{unit}{close}"));
    }
}

/// Puts a table, in several blocks of columns when it is too wide for one; each begins with the first column.
pub(super) fn put(table: &Table, page: &mut Page) {
    title(&table.title, table.unit.as_deref(), page);
    if let (true, Some(sentence)) = (table.rows.is_empty() && table.total.is_none(), &table.empty) {
        page.rule('-');
        page.paragraph(sentence);
    } else if table.width() > 0 {
        let sheet = Sheet::read(table, page.ruler);
        let widths = sheet.widths();
        for (place, block) in blocks(&widths, &sheet.beside).iter().enumerate() {
            if place > 0 {
                page.gap();
            }
            sheet.put(block, &widths, page);
        }
    }
    for text in &table.notes {
        note(text, page);
    }
}

/// Which columns stand together. What is told of the column before never begins a block without it.
fn blocks(widths: &[usize], beside: &[bool]) -> Vec<Vec<usize>> {
    let first = widths.first().copied().unwrap_or(0);
    let (mut blocks, mut block, mut used) = (Vec::new(), vec![0], first);
    for (column, width) in widths.iter().enumerate().skip(1) {
        if used + GAP + width > COLUMNS && block.len() > 1 {
            let mut next = vec![0];
            used = first;
            let before = GAP + widths.get(column - 1).copied().unwrap_or(0);
            if beside.get(column) == Some(&true) && block.len() > 2 && first + before + GAP + width <= COLUMNS {
                next.extend(block.pop());
                used += before;
            }
            blocks.push(std::mem::replace(&mut block, next));
        }
        block.push(column);
        used += GAP + width;
    }
    blocks.push(block);
    blocks
}

/// A table's words, ready to be measured.
struct Sheet {
    ruler: Ruler,
    aligns: Vec<Align>,
    /// Whether a column tells shares or changes of the one before.
    beside: Vec<bool>,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    total: Option<Vec<String>>,
    empty: Option<String>,
}

impl Sheet {
    fn read(table: &Table, ruler: Ruler) -> Self {
        let columns = table.width();
        let cells =
            |row: &Row| (0..columns).map(|column| ruler.clean(&row.cells.get(column).map(|cell| cell.shown(ruler.language())).unwrap_or_default())).collect();
        Self {
            ruler,
            beside: (0..columns)
                .map(|column| table.rows.iter().any(|row| matches!(row.cells.get(column), Some(Cell::Share { .. } | Cell::Change { .. }))))
                .collect(),
            aligns: (0..columns).map(|column| table.align(column)).collect(),
            head: (0..columns).map(|column| ruler.clean(table.columns.get(column).map_or("", |column| &column.label))).collect(),
            rows: table.rows.iter().map(cells).collect(),
            total: table.total.as_ref().map(cells),
            empty: table.empty.clone().filter(|_| table.rows.is_empty()),
        }
    }

    /// The width of each column: as wide as its words; when that is too much, with heads wrapped; then with words wrapped.
    fn widths(&self) -> Vec<usize> {
        let columns = 0..self.head.len();
        let natural: Vec<usize> = columns.clone().map(|column| self.body(column).max(self.width_of(self.head.get(column)))).collect();
        let wrapped: Vec<usize> = columns.clone().map(|column| self.body(column).max(self.longest_word(column).min(14))).collect();
        let narrow = |column: usize, width: usize, most: usize| if self.aligns.get(column) == Some(&Align::Left) { width.min(most) } else { width };
        let narrowed = NARROW.map(|most| wrapped.iter().enumerate().map(|(column, width)| narrow(column, *width, most)).collect::<Vec<usize>>());
        let split: Vec<usize> =
            wrapped.iter().enumerate().map(|(column, width)| if column == 0 { (*width).min(24) } else { (*width).min(COLUMNS - 24 - GAP) }).collect();
        let fits = |widths: &Vec<usize>| widths.iter().sum::<usize>() + GAP * (widths.len() - 1) <= COLUMNS;
        [natural, wrapped.clone()].into_iter().chain(narrowed).find(fits).unwrap_or(split).into_iter().map(|width| width.max(1)).collect()
    }

    fn width_of(&self, text: Option<&String>) -> usize {
        text.map_or(0, |text| self.ruler.width(text))
    }

    fn body(&self, column: usize) -> usize {
        self.rows.iter().chain(&self.total).map(|row| self.width_of(row.get(column))).max().unwrap_or(0)
    }

    fn longest_word(&self, column: usize) -> usize {
        let head = self.head.get(column).map_or("", String::as_str);
        let words = self.ruler.wrap(head, 8);
        let widest = head.split(' ').map(|word| self.ruler.width(word)).max().unwrap_or(0);
        words.iter().map(|word| self.ruler.width(word)).max().unwrap_or(0).max(widest)
    }

    fn put(&self, columns: &[usize], widths: &[usize], page: &mut Page) {
        let width_of = |column: &usize| widths.get(*column).copied().unwrap_or(1);
        let rule = columns.iter().map(width_of).sum::<usize>() + GAP * (columns.len() - 1);
        let rule = "-".repeat(rule.min(COLUMNS));
        page.line(&rule);
        if self.head.iter().any(|label| !label.is_empty()) {
            self.row(&self.head, columns, widths, true, page);
            page.line(&rule);
        }
        for row in &self.rows {
            self.row(row, columns, widths, false, page);
        }
        if let Some(sentence) = &self.empty {
            page.paragraph(sentence);
        }
        if let Some(total) = &self.total {
            page.line(&rule);
            self.row(total, columns, widths, false, page);
        }
        page.line(&rule);
    }

    /// Puts one row; heads stand on their rule, other cells hang from the first line.
    fn row(&self, row: &[String], columns: &[usize], widths: &[usize], on_the_rule: bool, page: &mut Page) {
        let cells: Vec<(usize, usize, Vec<String>)> = (columns.iter())
            .map(|column| {
                let width = widths.get(*column).copied().unwrap_or(1);
                (*column, width, self.ruler.wrap(row.get(*column).map_or("", String::as_str), width))
            })
            .collect();
        let height = cells.iter().map(|(_, _, lines)| lines.len()).max().unwrap_or(0).max(1);
        for place in 0..height {
            let set = |(column, width, lines): &(usize, usize, Vec<String>)| {
                let above = if on_the_rule { height - lines.len() } else { 0 };
                let text = place.checked_sub(above).and_then(|place| lines.get(place)).map_or("", String::as_str);
                match self.aligns.get(*column) {
                    Some(Align::Right) => self.ruler.right(text, *width),
                    _ => self.ruler.left(text, *width),
                }
            };
            page.line(&cells.iter().map(set).collect::<Vec<_>>().join(&" ".repeat(GAP)));
        }
    }
}
