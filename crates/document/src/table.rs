//! Tables and what stands in their cells.

use crate::{number, words};
use noroshi_kernel::language::Language;
use serde::Serialize;

/// A number that can be followed to the records it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// The number.
    pub value: i64,
    /// The query that finds exactly the records counted.
    pub query: serde_json::Value,
    /// The list of these records, relative to the site or http(s); any other link is dropped.
    pub href: Option<String>,
}

/// A number with a fraction that was worked out of records: an average. It is kept in thousandths, so that the same is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The number, times 1,000.
    pub thousandths: i64,
    /// The query that works it out.
    pub query: serde_json::Value,
    /// Where it is worked out, as of [`Figure::href`].
    pub href: Option<String>,
}

impl Measure {
    /// The number rounded to thousandths; what is no number, or too large, is the largest that there is.
    #[must_use]
    pub fn new(value: f64, query: serde_json::Value, href: Option<String>) -> Self {
        let most = 1e15;
        let value = if value.is_nan() { most } else { value.clamp(-most, most) };
        #[expect(clippy::cast_possible_truncation, reason = "it lies within 10^18")]
        Self { thousandths: (value * 1_000.0).round() as i64, query, href }
    }

    /// The number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "it is shown with one digit after the point")]
    pub fn value(&self) -> f64 {
        self.thousandths as f64 / 1_000.0
    }

    /// The number as it is read: `52.4`, `0.023`.
    #[must_use]
    pub fn shown(&self) -> String {
        number::average(self.value())
    }
}

/// What stands in one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// Something to read letter by letter, such as a port or a path.
    Code(String),
    /// A number with its records.
    Number(Figure),
    /// An average with what it was worked out of.
    Measure(Measure),
    /// A part of the whole.
    Share {
        /// In whole percent.
        percent: i64,
    },
    /// A change against an earlier figure. It is shown without a judgement: more reports can mean more harm or more trust.
    Change {
        /// In whole percent; none when there was no earlier figure.
        percent: Option<i64>,
    },
    /// Nothing.
    Empty,
}

impl Cell {
    /// The cell as it is read, for example `4,812`, `+28 %` or `–`. The space before `%` is U+00A0.
    #[must_use]
    pub fn shown(&self, language: Language) -> String {
        match self {
            Self::Text(text) | Self::Code(text) => text.clone(),
            Self::Number(figure) => number::grouped(figure.value),
            Self::Measure(measure) => measure.shown(),
            Self::Share { percent } => words::percent(language, *percent, false),
            Self::Change { percent } => percent.map_or_else(|| "\u{2013}".into(), |percent| words::percent(language, percent, true)),
            Self::Empty => String::new(),
        }
    }
}

/// To which side a column's cells are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// The head of one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub label: String,
    /// To which side its cells are set.
    pub align: Align,
}

impl Column {
    /// A column of words.
    pub fn left(label: impl Into<String>) -> Self {
        Self { label: label.into(), align: Align::Left }
    }

    /// A column of numbers.
    pub fn right(label: impl Into<String>) -> Self {
        Self { label: label.into(), align: Align::Right }
    }
}

/// One row. Cells that are missing at its end are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its cells, in the order of the columns.
    pub cells: Vec<Cell>,
    /// Whether its first cell names the row.
    pub header: bool,
}

impl Row {
    /// A row whose first cell names it.
    pub fn named(name: impl Into<String>, cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { cells: std::iter::once(Cell::Text(name.into())).chain(cells).collect(), header: true }
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its anchor, unique in the document: letters, digits, `-` and `_`.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// In what it counts.
    pub unit: Option<String>,
    /// The heads of its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// The row of totals, below a line.
    pub total: Option<Row>,
    /// What the reader must know about the numbers.
    pub notes: Vec<String>,
    /// The sentence that stands where there are no rows.
    pub empty: Option<String>,
}

impl Table {
    /// The number of columns, those included that only a row has.
    pub(crate) fn width(&self) -> usize {
        self.rows.iter().chain(&self.total).map(|row| row.cells.len()).chain([self.columns.len()]).max().unwrap_or(0)
    }

    /// To which side the cells of a column are set.
    pub(crate) fn align(&self, column: usize) -> Align {
        self.columns.get(column).map_or(Align::Left, |column| column.align)
    }
}
