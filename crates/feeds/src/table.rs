//! Tables whose first row names the columns.

use crate::{
    delimited::{
        Field, RawRow, RowBody, RowReader, fields_by,
        refusal::{self, Fault},
    },
    finding::Finding,
    row::Row,
};
use noroshi_kernel::reason::Reason;
use std::{
    borrow::Cow,
    io::{self, Read},
};

/// The most columns that a table of these may have.
pub(crate) const MOST_COLUMNS: usize = 256;

/// The texts of one row, all of them UTF-8 without NUL.
pub(crate) struct Cells<'t> {
    row: &'t str,
    fields: &'t [Field],
}

impl<'t> Cells<'t> {
    /// A column's text without white space around it; of a missing column it is empty.
    pub(crate) fn text(&self, column: usize) -> Cow<'t, str> {
        let Some(field) = self.fields.get(column) else { return Cow::Borrowed("") };
        match field.text(self.row.as_bytes()) {
            // Fields begin and end at ASCII characters, so that a piece of UTF-8 is UTF-8.
            Cow::Borrowed(raw) => Cow::Borrowed(std::str::from_utf8(raw).unwrap_or_default().trim()),
            Cow::Owned(raw) => Cow::Owned(String::from_utf8(raw).unwrap_or_default().trim().to_owned()),
        }
    }

    /// How many columns the row has.
    pub(crate) fn count(&self) -> usize {
        self.fields.len()
    }
}

/// Reads the header and the rows of a table.
#[derive(Debug)]
pub(crate) struct Table<R> {
    rows: RowReader<R>,
    separator: u8,
    fields: Vec<Field>,
    /// How many columns the header names.
    columns: usize,
    /// What to say of every row, when the file cannot be read at all.
    hopeless: Option<Reason>,
}

impl<R: Read> Table<R> {
    /// A table whose columns `separator` separates.
    pub(crate) fn new(source: R, separator: u8) -> Self {
        Self { rows: RowReader::new(source).separated_by(separator), separator, fields: Vec::new(), columns: 0, hopeless: None }
    }

    /// Reads the header with `make`; when that fails, every row is refused for the same reason, the header's own first.
    pub(crate) fn header<T>(&mut self, make: impl FnOnce(&[Cow<'_, str>]) -> Result<T, Fault>) -> io::Result<Result<T, Option<Row>>> {
        self.hopeless = refusal::foreign(self.rows.peek()?);
        let Some(raw) = self.rows.next()? else { return Ok(Err(None)) };
        let read = match &self.hopeless {
            Some(reason) => Err((None, reason.clone())),
            None => cells(&raw, self.separator, &mut self.fields).and_then(|cells| {
                let names: Vec<_> = (0..cells.count()).map(|column| cells.text(column)).collect();
                if names.iter().any(|name| name.contains('\r')) {
                    return Err((None, carriage_returns()));
                }
                make(&names)
            }),
        };
        self.columns = self.fields.len();
        Ok(read.map_err(|fault| {
            self.hopeless = Some(fault.1.clone());
            Some(Row::of(&raw, Err(fault)))
        }))
    }

    /// Begins without a header: rows may then have any number of columns.
    pub(crate) fn no_header(&mut self) -> io::Result<()> {
        self.hopeless = refusal::foreign(self.rows.peek()?);
        self.columns = MOST_COLUMNS;
        Ok(())
    }

    /// The next row, made with `make`; `None` at the end.
    pub(crate) fn row(&mut self, make: impl FnOnce(&Cells<'_>) -> Result<Finding, Fault>) -> io::Result<Option<Row>> {
        let Some(raw) = self.rows.next()? else { return Ok(None) };
        let content = match &self.hopeless {
            Some(reason) => Err((None, reason.clone())),
            None => cells(&raw, self.separator, &mut self.fields).and_then(|cells| {
                refusal::surplus(cells.fields, self.columns, cells.row.as_bytes())?;
                make(&cells)
            }),
        };
        Ok(Some(Row::of(&raw, content)))
    }
}

/// Splits a row and looks that it is a text.
fn cells<'t>(raw: &RawRow<'t>, separator: u8, fields: &'t mut Vec<Field>) -> Result<Cells<'t>, Fault> {
    let bytes = match raw.body {
        RowBody::Complete(bytes) => bytes,
        RowBody::TooLong { limit, column, .. } => return Err(refusal::too_long(raw.length, limit, column, MOST_COLUMNS)),
        RowBody::OpenQuote { column, .. } => return Err((Some(column), refusal::open_quote())),
    };
    fields_by(bytes, separator, MOST_COLUMNS, fields).map_err(refusal::too_many)?;
    if bytes.contains(&0) {
        return Err(refusal::zeros(fields, bytes));
    }
    let row = std::str::from_utf8(bytes).map_err(|error| not_text(fields, bytes, error))?;
    Ok(Cells { row, fields })
}

/// The first field that is no UTF-8.
fn not_text(fields: &[Field], bytes: &[u8], error: std::str::Utf8Error) -> Fault {
    let found = fields.iter().enumerate().find_map(|(place, field)| {
        let text = field.text(bytes);
        std::str::from_utf8(&text).err().map(|error| (Some(place + 1), refusal::no_utf8(&text, error)))
    });
    found.unwrap_or_else(|| (None, refusal::no_utf8(bytes, error)))
}

/// A file whose lines end in CR alone, which is one line to everybody else.
fn carriage_returns() -> Reason {
    Reason::new(
        "line-ends",
        "改行が CR だけなので、ファイル全体が 1 行になっています。tr '\\r' '\\n' で変換してください。",
        "the lines end in CR alone, so the file is one line; convert it with: tr '\\r' '\\n'",
    )
}
