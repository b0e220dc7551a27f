//! From the bytes of a list to its rows.

use super::{columns::Columns, date::Dates};
use crate::{
    canonical::{self, CanonicalUrl},
    delimited::{
        self, Field, MOST_COLUMNS, RawRow, RowBody, RowReader,
        refusal::{self, Fault},
    },
    digest,
    problem::Problem,
    row,
};
use noroshi_kernel::{
    moment::{Moment, Zone},
    reason::Reason,
};
use std::{
    borrow::Cow,
    io::{self, Read},
};

/// The most characters of a brand.
pub const BRAND_MOST_CHARS: usize = 400;

/// What one row reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhishUrl {
    /// When it was reported.
    pub at: Moment,
    /// The URL as it was written, without white space around it.
    pub url: String,
    /// The URL in canonical form.
    pub canonical: CanonicalUrl,
    /// The brand as it was written, without white space around it; may be empty.
    pub brand: String,
}

/// One row of the list.
pub type Row = row::Row<PhishUrl>;

/// Reads the rows of a list in bounded memory. A header is passed over; every other row that is not blank is given.
///
/// ```
/// use noroshi_feeds::phishurl::PhishUrlReader;
/// use noroshi_kernel::moment::{Moment, Zone};
/// let list = "date,URL,description\n2019/01/04 10:12:00,http://login.example.test/ib/,Example Bank\n";
/// let zone = Zone::named("Asia/Tokyo")?;
/// let mut reader = PhishUrlReader::new(list.as_bytes(), &zone, Moment(i64::MAX));
/// let row = reader.next().expect("a row")?;
/// assert_eq!((row.line, row.content?.brand.as_str()), (2, "Example Bank"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PhishUrlReader<R> {
    rows: RowReader<R>,
    parser: Parser,
    begun: bool,
}

impl<R: Read> PhishUrlReader<R> {
    /// Reads `source`, whose times are of `zone`; a time after `latest` (now and one day) is not believed.
    pub fn new(source: R, zone: &Zone, latest: Moment) -> Self {
        let parser = Parser { dates: Dates::new(zone, latest), columns: Columns::DEFAULT, fields: Vec::new() };
        Self { rows: RowReader::new(source), parser, begun: false }
    }

    fn read(&mut self) -> io::Result<Option<Row>> {
        let first = !self.begun;
        if first && let Some(reason) = refusal::foreign(self.rows.peek()?) {
            self.begun = true;
            return self.whole(reason).map(Some);
        }
        let Some(raw) = self.rows.next()? else { return Ok(None) };
        self.begun = true;
        if !first {
            return Ok(Some(self.parser.row(&raw)));
        }
        match self.parser.header(&raw) {
            None => Ok(Some(self.parser.row(&raw))),
            Some(Err(reason)) => Ok(Some(Row::of(&raw, Err((None, reason))))),
            Some(Ok(columns)) => {
                self.parser.columns = columns;
                Ok(self.rows.next()?.map(|raw| self.parser.row(&raw)))
            }
        }
    }
}

impl<R: Read> PhishUrlReader<R> {
    /// A file that is no text is one row, which is refused for what its first bytes are.
    fn whole(&mut self, reason: Reason) -> io::Result<Row> {
        let mut hasher = digest::Hasher::default();
        let mut length = 0;
        while let Some(raw) = self.rows.next()? {
            hasher.update(&row::hash_of(&raw));
            length = raw.offset + raw.length;
        }
        Ok(Row { line: 1, offset: 0, length, raw_hash: hasher.finish(), content: Err(Problem { line: 1, column: Some(1), reason }) })
    }
}

impl<R: Read> Iterator for PhishUrlReader<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[derive(Debug)]
struct Parser {
    dates: Dates,
    columns: Columns,
    fields: Vec<Field>,
}

impl Parser {
    fn header(&mut self, raw: &RawRow<'_>) -> Option<Result<Columns, Reason>> {
        let RowBody::Complete(bytes) = raw.body else { return None };
        if delimited::fields(bytes, &mut self.fields).is_err() {
            return None;
        }
        let names: Vec<_> = self.fields.iter().map(|field| field.text(bytes)).collect();
        Columns::of_header(&names)
    }

    fn row(&mut self, raw: &RawRow<'_>) -> Row {
        let content = match raw.body {
            RowBody::Complete(bytes) => self.content(bytes),
            RowBody::TooLong { limit, column, .. } => Err(refusal::too_long(raw.length, limit, column, MOST_COLUMNS)),
            RowBody::OpenQuote { column, .. } => Err((Some(column), refusal::open_quote())),
        };
        Row::of(raw, content)
    }

    fn content(&mut self, bytes: &[u8]) -> Result<PhishUrl, Fault> {
        delimited::fields(bytes, &mut self.fields).map_err(refusal::too_many)?;
        let columns = self.columns;
        refusal::surplus(&self.fields, self.columns.count, bytes)?;
        if bytes.contains(&0) {
            return Err(refusal::zeros(&self.fields, bytes));
        }
        let date = self.text(bytes, columns.date)?;
        let url = self.text(bytes, columns.url)?;
        let brand = columns.description.map_or(Ok(Cow::Borrowed("")), |column| self.text(bytes, column))?;
        let at = self.dates.read(date.trim()).map_err(|reason| (Some(columns.date + 1), reason))?;
        let canonical = canonical::url(&url).map_err(|problem| (Some(columns.url + 1), problem.into()))?;
        let brand = brand.trim();
        if brand.len() > BRAND_MOST_CHARS && brand.chars().nth(BRAND_MOST_CHARS).is_some() {
            let reason = Reason::new(
                "description-length",
                format!("説明が {BRAND_MOST_CHARS} 文字を超えています。ブランド名だけを書いてください。"),
                format!("the description is longer than {BRAND_MOST_CHARS} characters; write the brand's name alone"),
            );
            return Err((columns.description.map(|column| column + 1), reason));
        }
        Ok(PhishUrl { at, url: url.trim().to_owned(), canonical, brand: brand.to_owned() })
    }

    /// A column's text; of a missing column it is empty.
    fn text<'r>(&self, bytes: &'r [u8], column: usize) -> Result<Cow<'r, str>, Fault> {
        let Some(field) = self.fields.get(column) else { return Ok(Cow::Borrowed("")) };
        let text = match field.text(bytes) {
            Cow::Borrowed(raw) => std::str::from_utf8(raw).map(Cow::Borrowed).map_err(|error| refusal::no_utf8(raw, error)),
            Cow::Owned(raw) => String::from_utf8(raw).map(Cow::Owned).map_err(|error| refusal::no_utf8(error.as_bytes(), error.utf8_error())),
        };
        text.map_err(|reason| (Some(column + 1), reason))
    }
}

#[cfg(test)]
mod tests;
