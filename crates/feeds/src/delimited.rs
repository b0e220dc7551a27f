//! Tables of comma-separated values (RFC 4180) from hostile hands, row by row in bounded memory.
//!
//! [`RowReader`] finds the rows; [`fields`] splits one. Neither decides what the bytes mean.

mod bytes;
mod field;
mod quotes;
mod reader;
pub(crate) mod refusal;

pub use field::{Field, MOST_COLUMNS, TooManyColumns, fields, fields_by};
pub use reader::{MOST_LINES, MOST_ROW_BYTES, RawRow, RowBody, RowReader};
