//! What a query answers.

use super::Limits;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

/// Rows, as record batches or as text.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Names and types of columns.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// There were more rows than the limits allow.
    pub is_cut: bool,
    bytes: usize,
}

impl Answer {
    pub(super) fn new(schema: SchemaRef) -> Self {
        Self { schema, batches: Vec::new(), is_cut: false, bytes: 0 }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes rows as far as they have room; whether there may be room for more.
    pub(super) fn take(&mut self, batch: &RecordBatch, limits: &Limits) -> bool {
        let room = limits.rows.saturating_sub(self.len());
        self.bytes += batch.get_array_memory_size();
        if self.bytes > limits.answer_bytes {
            self.is_cut = true;
            return false;
        }
        self.is_cut = batch.num_rows() > room;
        self.batches.push(batch.slice(0, batch.num_rows().min(room)));
        !self.is_cut
    }

    /// The rows as text: times in RFC 3339, bytes in hexadecimal digits, `None` where there is null.
    pub fn rows(&self) -> impl Iterator<Item = Vec<Option<String>>> {
        self.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| batch.columns().iter().map(|column| cell(column, row)).collect()))
    }
}

fn cell(column: &dyn Array, row: usize) -> Option<String> {
    // Of a column that holds nothing else, no null is one of its own.
    if *column.data_type() == DataType::Null {
        return None;
    }
    let formatter = ArrayFormatter::try_new(column, &FormatOptions::default()).ok()?;
    column.is_valid(row).then(|| formatter.value(row).try_to_string().ok())?
}
