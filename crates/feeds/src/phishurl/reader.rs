//! From the bytes of a list to its rows.

use super::{columns::Columns, date::Dates};
use crate::{
    canonical::{self, CanonicalUrl},
    charset::Charset,
    delimited::{self, Field, MOST_LINES, RawRow, RowBody, RowReader},
    digest::{self, Digest},
    problem::Problem,
};
use noroshi_kernel::{
    language::Bilingual,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The physical line at which it begins, from 1.
    pub line: u64,
    /// The byte of the file at which it begins, from 0.
    pub offset: u64,
    /// Its bytes in the file, without the line end.
    pub length: u64,
    /// The digest of these bytes, by which a row that comes again is known.
    pub raw_hash: Digest,
    /// What it reports, or why that cannot be told.
    pub content: Result<PhishUrl, Problem>,
}

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
        let parser = Parser { dates: Dates::new(zone, latest), columns: Columns::DEFAULT, fields: Vec::new(), foreign: None };
        Self { rows: RowReader::new(source), parser, begun: false }
    }

    fn read(&mut self) -> io::Result<Option<Row>> {
        let first = !self.begun;
        if first {
            self.parser.foreign = foreign(self.rows.peek()?);
        }
        let Some(raw) = self.rows.next()? else { return Ok(None) };
        self.begun = true;
        if !first {
            return Ok(Some(self.parser.row(&raw)));
        }
        match self.parser.header(&raw) {
            None => Ok(Some(self.parser.row(&raw))),
            Some(Err(reason)) => Ok(Some(row(&raw, Err((None, reason))))),
            Some(Ok(columns)) => {
                self.parser.columns = columns;
                Ok(self.rows.next()?.map(|raw| self.parser.row(&raw)))
            }
        }
    }
}

impl<R: Read> Iterator for PhishUrlReader<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// A column from 1, if it is about one, and a reason.
type Fault = (Option<usize>, Reason);

#[derive(Debug)]
struct Parser {
    dates: Dates,
    columns: Columns,
    fields: Vec<Field>,
    /// What to say of every row, when the file is no text at all.
    foreign: Option<Reason>,
}

impl Parser {
    fn header(&mut self, raw: &RawRow<'_>) -> Option<Result<Columns, Reason>> {
        let RowBody::Complete(bytes) = raw.body else { return None };
        if self.foreign.is_some() || delimited::fields(bytes, &mut self.fields).is_err() {
            return None;
        }
        let names: Vec<_> = self.fields.iter().map(|field| field.text(bytes)).collect();
        Columns::of_header(&names)
    }

    fn row(&mut self, raw: &RawRow<'_>) -> Row {
        let content = match (&self.foreign, raw.body) {
            (Some(foreign), _) => Err((None, foreign.clone())),
            (None, RowBody::Complete(bytes)) => self.content(bytes),
            (None, RowBody::TooLong { limit, .. }) => Err((None, too_long(raw.length, limit))),
            (None, RowBody::OpenQuote { column, .. }) => Err((Some(column), open_quote())),
        };
        row(raw, content)
    }

    fn content(&mut self, bytes: &[u8]) -> Result<PhishUrl, Fault> {
        delimited::fields(bytes, &mut self.fields).map_err(|problem| (None, problem.into()))?;
        let columns = self.columns;
        self.surplus(bytes)?;
        if bytes.contains(&0) {
            return Err(self.zeros(bytes));
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

    /// Refuses columns beyond the table's, unless they are empty.
    fn surplus(&self, bytes: &[u8]) -> Result<(), Fault> {
        let expected = self.columns.count;
        let more = self.fields.iter().enumerate().skip(expected).find(|(_, field)| !field.text(bytes).trim_ascii().is_empty());
        match more {
            None => Ok(()),
            Some((place, _)) => {
                let count = self.fields.len();
                let reason = Reason::new(
                    "columns-surplus",
                    format!("{expected} 列のはずが {count} 列あります。コンマを含む項目は引用符で囲んでください。"),
                    format!("{count} columns where {expected} are expected; quote a field that holds a comma"),
                );
                Err((Some(place + 1), reason))
            }
        }
    }

    /// A column's text; of a missing column it is empty.
    fn text<'r>(&self, bytes: &'r [u8], column: usize) -> Result<Cow<'r, str>, Fault> {
        let Some(field) = self.fields.get(column) else { return Ok(Cow::Borrowed("")) };
        let text = match field.text(bytes) {
            Cow::Borrowed(raw) => std::str::from_utf8(raw).map(Cow::Borrowed).map_err(|error| no_utf8(raw, error)),
            Cow::Owned(raw) => String::from_utf8(raw).map(Cow::Owned).map_err(|error| no_utf8(error.as_bytes(), error.utf8_error())),
        };
        text.map_err(|reason| (Some(column + 1), reason))
    }

    fn zeros(&self, bytes: &[u8]) -> Fault {
        let place = self.fields.iter().position(|field| field.text(bytes).contains(&0));
        let hint = Charset::guess(bytes).filter(|charset| *charset == Charset::Utf16);
        let advice = hint.map_or_else(
            || Bilingual::new("取り除くか、ファイルがテキストであることを確かめてください。", "take it out, or check that the file is a text"),
            Charset::hint,
        );
        let reason = Reason::new("nul", format!("項目に NUL バイトがあります。{}", advice.ja), format!("a NUL byte is in the field; {}", advice.en));
        (place.map(|place| place + 1), reason)
    }
}

fn row(raw: &RawRow<'_>, content: Result<PhishUrl, Fault>) -> Row {
    let raw_hash = match raw.body {
        RowBody::Complete(bytes) | RowBody::OpenQuote { bytes, .. } => digest::of(bytes),
        RowBody::TooLong { hash, .. } => hash,
    };
    let content = content.map_err(|(column, reason)| Problem { line: raw.line, column, reason });
    Row { line: raw.line, offset: raw.offset, length: raw.length, raw_hash, content }
}

fn too_long(length: u64, limit: usize) -> Reason {
    Reason::new(
        "row-length",
        format!("行が {length} バイトあり、読める {limit} バイトを超えています。引用符と改行を確かめてください。"),
        format!("the row has {length} bytes, more than the {limit} that are read; check its quotes and line ends"),
    )
}

fn open_quote() -> Reason {
    Reason::new(
        "quote-open",
        format!("この項目を始める引用符が {MOST_LINES} 行以内に閉じていません。閉じるか、文字としての引用符なら 2 つ重ねてください。"),
        format!("the quote that begins this field is not closed within {MOST_LINES} lines; close it, or write it twice if it is text"),
    )
}

fn no_utf8(raw: &[u8], error: std::str::Utf8Error) -> Reason {
    let at = error.valid_up_to();
    let byte = raw.get(at).copied().unwrap_or_default();
    let advice = Charset::guess(raw).map_or_else(|| Bilingual::new("ファイルを UTF-8 で保存してください。", "save the file as UTF-8"), Charset::hint);
    Reason::new(
        "not-utf-8",
        format!("項目の {} バイト目（0x{byte:02X}）が UTF-8 ではありません。{}", at + 1, advice.ja),
        format!("byte {} of the field (0x{byte:02X}) is not UTF-8; {}", at + 1, advice.en),
    )
}

/// What a file that is no UTF-8 text at all is, by its first bytes.
fn foreign(first: &[u8]) -> Option<Reason> {
    if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) {
        return Some(Reason::new(
            "file-utf-16",
            "ファイルが UTF-16 です。iconv -f UTF-16 -t UTF-8 で変換してください。",
            "the file is UTF-16; convert it with: iconv -f UTF-16 -t UTF-8",
        ));
    }
    if first.starts_with(&[0x1f, 0x8b]) {
        return Some(Reason::new(
            "file-gzip",
            "ファイルが gzip で圧縮されています。gunzip で展開してください。",
            "the file is compressed by gzip; unpack it with: gunzip",
        ));
    }
    first
        .starts_with(b"PK\x03\x04")
        .then(|| Reason::new("file-zip", "ファイルが zip 書庫です。unzip で展開してください。", "the file is a zip archive; unpack it with: unzip"))
}

#[cfg(test)]
mod tests;
