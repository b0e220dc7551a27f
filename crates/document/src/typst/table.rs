//! Tables that break over pages, their heads repeated.

use super::{Setter, literal};
use crate::table::{Align, Cell, Row, Table};
use unicode_width::UnicodeWidthStr;

/// With more columns letters are smaller, and all columns share the width by what stands in them.
const WIDE: usize = 8;
/// The least and the most letters by which a column of a wide table takes its share.
const SHARE: std::ops::RangeInclusive<usize> = 5..=18;

impl Setter<'_> {
    pub(super) fn table(&mut self, table: &Table) {
        let unit = self.unit(table.unit.as_deref());
        self.line(&format!("#head({}, {})", literal(&table.title), literal(&unit)));
        let width = table.width();
        if let (true, Some(sentence)) = (table.rows.is_empty(), &table.empty) {
            self.note(sentence);
        } else if width > 0 {
            let align: String = (0..width).map(|column| if table.align(column) == Align::Right { "right, " } else { "left, " }).collect();
            let heads: String =
                (0..width).map(|column| format!("column-head({}), ", literal(table.columns.get(column).map_or("", |column| &column.label)))).collect();
            let (size, inset, columns) =
                if width > WIDE { ("7pt", "2pt", self.shares(table)) } else { ("8.5pt", "4pt", format!("1fr, {}", "auto, ".repeat(width - 1))) };
            self.line("#block(below: 1.4em, {");
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
            self.note(note);
        }
    }

    /// The columns of a wide table, each as wide as its longest cell asks.
    fn shares(&self, table: &Table) -> String {
        let share = |column: usize| {
            let head = table.columns.get(column).map_or(0, |column| column.label.width());
            let cells = table.rows.iter().chain(&table.total).filter_map(|row| row.cells.get(column));
            let widest = cells.map(|cell| cell.shown(self.language).width()).max().unwrap_or(0);
            widest.max(head).clamp(*SHARE.start(), *SHARE.end())
        };
        (0..table.width()).map(|column| format!("{}fr, ", share(column))).collect()
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
