//! Tables that break over pages, their heads repeated.

use super::{Setter, literal};
use crate::table::{Align, Cell, Row, Table};
use unicode_width::UnicodeWidthStr;

/// With more columns letters are smaller, and all columns share the width by what stands in them.
const WIDE: usize = 8;
/// Up to so many rows a table stands on one page.
const WHOLE: usize = 16;
/// The least and the most letters by which a column takes its share.
const SHARE: std::ops::RangeInclusive<usize> = 5..=18;

impl Setter<'_> {
    pub(super) fn table(&mut self, table: &Table) {
        let unit = self.unit(table.unit.as_deref());
        let whole = table.rows.len() <= WHOLE;
        if whole {
            self.line("#block(breakable: false, {");
        }
        let mark = if whole { "" } else { "#" };
        self.line(&format!("{mark}head({}, {})", literal(&table.title), literal(&unit)));
        let width = table.width();
        if let (true, Some(sentence)) = (table.rows.is_empty(), &table.empty) {
            self.line(&format!("{mark}note({})", literal(sentence)));
        } else if width > 0 {
            let align: String = (0..width).map(|column| if table.align(column) == Align::Right { "right, " } else { "left, " }).collect();
            let heads: String =
                (0..width).map(|column| format!("column-head({}), ", literal(table.columns.get(column).map_or("", |column| &column.label)))).collect();
            let (size, inset, columns) = if width > WIDE { ("7pt", "2pt", self.shares(table)) } else { ("8.5pt", "4pt", self.columns(table)) };
            self.line(&format!("{mark}block(below: 1.4em, {{"));
            self.line(&format!("set text(size: {size})"));
            self.line(&format!("table(columns: ({columns}), inset: (x: {inset}, y: 4pt), align: ({align}),"));
            self.line(&format!("table.header(repeat: true, {heads}table.hline(stroke: strong-line)),"));
            for row in &table.rows {
                let cells = self.row(row, width);
                self.line(&format!("{cells}table.hline(),"));
            }
            if let Some(total) = &table.total {
                let cells = self.row(total, width);
                self.line(&format!("table.hline(stroke: strong-line), {cells}"));
            }
            self.line(")})");
        }
        for note in &table.notes {
            self.line(&format!("{mark}note({})", literal(note)));
        }
        if whole {
            self.line("})");
        }
    }

    /// The columns of a wide table, each as wide as its longest cell asks.
    fn shares(&self, table: &Table) -> String {
        (0..table.width()).map(|column| format!("{}fr, ", self.share(table, column))).collect()
    }

    /// The columns of any other: words share what numbers leave.
    fn columns(&self, table: &Table) -> String {
        let has_words = (0..table.width()).any(|column| table.align(column) == Align::Left);
        let is_wide = |column: usize| if has_words { table.align(column) == Align::Left } else { column == 0 };
        (0..table.width()).map(|column| if is_wide(column) { format!("{}fr, ", self.share(table, column)) } else { "auto, ".to_owned() }).collect()
    }

    /// How wide a column's longest cell is, in letters within bounds.
    fn share(&self, table: &Table, column: usize) -> usize {
        let head = table.columns.get(column).map_or(0, |column| column.label.width());
        let cells = table.rows.iter().chain(&table.total).filter_map(|row| row.cells.get(column));
        let widest = cells.map(|cell| cell.shown(self.language).width()).max().unwrap_or(0);
        widest.max(head).clamp(*SHARE.start(), *SHARE.end())
    }

    fn row(&self, row: &Row, width: usize) -> String {
        (0..width).map(|column| self.cell(row.cells.get(column).unwrap_or(&Cell::Empty)) + ", ").collect()
    }

    fn cell(&self, cell: &Cell) -> String {
        match cell {
            Cell::Code(code) => format!("raw({})", literal(code)),
            Cell::Number(one) => self.figure(one),
            Cell::Measure(one) => self.linked(&one.shown(), one.href.as_deref()),
            Cell::Text(_) | Cell::Share { .. } | Cell::Change { .. } | Cell::Empty => literal(&cell.shown(self.language)),
        }
    }
}
