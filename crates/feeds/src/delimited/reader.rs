//! Finds the rows of a table in a stream.

use super::{
    bytes::{find, find_either},
    quotes::Quotes,
};
use crate::digest::{Digest, Hasher};
use std::io::{self, Read};

/// The most bytes of a row, without its line end, unless said otherwise.
pub const MOST_ROW_BYTES: usize = 64 * 1024;

/// The most physical lines over which a quoted field may go on.
pub const MOST_LINES: usize = 32;

/// How many bytes are asked for at once.
const CHUNK_BYTES: usize = 64 * 1024;

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// One row as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawRow<'r> {
    /// The physical line at which it begins, from 1.
    pub line: u64,
    /// The byte of the file at which it begins, from 0.
    pub offset: u64,
    /// Its bytes in the file, without the line end.
    pub length: u64,
    /// What it holds.
    pub body: RowBody<'r>,
}

/// What a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowBody<'r> {
    /// The row's bytes without the line end; line ends within quotes are kept.
    Complete(&'r [u8]),
    /// The row is longer than may be and was passed over.
    TooLong {
        /// The most bytes that a row may have.
        limit: usize,
        /// The column, from 1, in which it goes beyond that.
        column: usize,
        /// The digest of the row's bytes.
        hash: Digest,
    },
    /// A quote is never closed, or not where a field ends. Only the first physical line is given; the next row is the next line.
    OpenQuote {
        /// The column, from 1, whose quote it is.
        column: usize,
        /// The first physical line's bytes without the line end.
        bytes: &'r [u8],
    },
}

/// Reads rows one after the other. It holds at most one row of the greatest length and a few chunks of 64 KiB.
///
/// Rows end at LF or CRLF. A UTF-8 byte order mark at the beginning is passed over. Lines of nothing but spaces and tabs are no rows.
/// A row goes on over further lines while a quoted field is open, for at most [`MOST_LINES`] lines and the greatest row length; if
/// the quote is not closed by then, its first line is given as [`RowBody::OpenQuote`], so that one broken quote never swallows what
/// follows.
#[derive(Debug)]
pub struct RowReader<R> {
    source: R,
    limit: usize,
    separator: u8,
    buffer: Vec<u8>,
    /// The next byte that has not been given out.
    position: usize,
    /// The bytes in the buffer that were read.
    filled: usize,
    /// The byte of the file at which the buffer begins.
    base: u64,
    /// The physical line at which the next row begins, from 1.
    line: u64,
    ended: bool,
    begun: bool,
}

/// A physical line in the buffer.
#[derive(Clone, Copy)]
struct Line {
    /// Where its text ends.
    end: usize,
    /// Where the next line begins.
    next: usize,
}

impl<R: Read> RowReader<R> {
    /// Reads rows of up to [`MOST_ROW_BYTES`].
    pub fn new(source: R) -> Self {
        Self::with_limit(source, MOST_ROW_BYTES)
    }

    /// Reads rows of up to `limit` bytes.
    pub fn with_limit(source: R, limit: usize) -> Self {
        Self { source, limit, separator: b',', buffer: Vec::new(), position: 0, filled: 0, base: 0, line: 1, ended: false, begun: false }
    }

    /// The same with columns that are separated by `separator`, which tells where a quote may open.
    #[must_use]
    pub fn separated_by(self, separator: u8) -> Self {
        Self { separator, ..self }
    }

    /// The first bytes of the file, up to four, before any row is read; afterwards the next bytes.
    ///
    /// # Errors
    /// Whatever the source fails with.
    pub fn peek(&mut self) -> io::Result<&[u8]> {
        while self.filled - self.position < 4 && self.fill()? {}
        let ahead = self.buffer.get(self.position..self.filled).unwrap_or_default();
        Ok(ahead.get(..4).unwrap_or(ahead))
    }

    /// The next row; `None` at the end of the file.
    ///
    /// # Errors
    /// Whatever the source fails with; the rows before were given.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend its buffer")]
    pub fn next(&mut self) -> io::Result<Option<RawRow<'_>>> {
        self.pass_mark()?;
        loop {
            // The further lines of a quoted row are read without moving the buffer's content, so it must not begin far behind.
            if self.position > CHUNK_BYTES {
                self.compact();
            }
            let (line, offset) = (self.line, self.base + self.position as u64);
            match self.first_line()? {
                First::None => return Ok(None),
                First::Blank => {}
                First::TooLong => {
                    let mut quotes = Quotes::new(self.separator);
                    quotes.line(self.buffer.get(self.position..self.filled.min(self.position + self.limit)).unwrap_or_default());
                    let column = quotes.column();
                    let (length, hash) = self.pass_line()?;
                    return Ok(Some(RawRow { line, offset, length, body: RowBody::TooLong { limit: self.limit, column, hash } }));
                }
                First::Plain(first) => {
                    let start = self.position;
                    self.advance(first.next, 1);
                    let bytes = self.buffer.get(start..first.end).unwrap_or_default();
                    return Ok(Some(RawRow { line, offset, length: bytes.len() as u64, body: RowBody::Complete(bytes) }));
                }
                First::Quoted(first) => {
                    let (end, next, lines, open) = self.quoted(first)?;
                    let start = self.position;
                    self.advance(next, lines);
                    let bytes = self.buffer.get(start..end).unwrap_or_default();
                    let body = open.map_or(RowBody::Complete(bytes), |column| RowBody::OpenQuote { column, bytes });
                    return Ok(Some(RawRow { line, offset, length: bytes.len() as u64, body }));
                }
            }
        }
    }

    fn pass_mark(&mut self) -> io::Result<()> {
        if !self.begun {
            if self.peek()?.starts_with(UTF8_BOM) {
                self.position += UTF8_BOM.len();
            }
            self.begun = true;
        }
        Ok(())
    }

    /// Looks at the physical line at the position, as far as the limit allows.
    fn first_line(&mut self) -> io::Result<First> {
        let mut seen = 0;
        let mut quoted = false;
        loop {
            let ahead = self.buffer.get(..self.filled).unwrap_or_default();
            match find_either(ahead, self.position + seen, b'\n', b'"').map(|place| (place, ahead.get(place))) {
                Some((place, Some(b'"'))) if !quoted => {
                    quoted = true;
                    seen = place - self.position;
                    continue;
                }
                Some((place, _)) => {
                    let place = if quoted { find(ahead, place, b'\n') } else { Some(place) };
                    if let Some(place) = place {
                        return Ok(self.classify(self.line_to(self.position, place), quoted));
                    }
                }
                None => {}
            }
            seen = self.filled - self.position;
            // One byte more than the limit may be the CR of a line end.
            if seen > self.limit + 1 {
                return Ok(First::TooLong);
            }
            if !self.fill()? {
                if self.position == self.filled {
                    return Ok(First::None);
                }
                return Ok(self.classify(Line { end: self.filled, next: self.filled }, quoted));
            }
        }
    }

    fn classify(&mut self, line: Line, quoted: bool) -> First {
        let text = self.buffer.get(self.position..line.end).unwrap_or_default();
        if text.len() > self.limit {
            First::TooLong
        } else if text.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
            self.advance(line.next, 1);
            First::Blank
        } else if quoted {
            First::Quoted(line)
        } else {
            First::Plain(line)
        }
    }

    /// The end of a row that holds a quote: end of its text, where the next row begins, its lines, and the column left open.
    fn quoted(&mut self, first: Line) -> io::Result<(usize, usize, u64, Option<usize>)> {
        let mut quotes = Quotes::new(self.separator);
        let mut column = 1;
        let mut line = first;
        let mut from = self.position;
        let mut lines = 0;
        loop {
            quotes.line(self.buffer.get(from..line.next).unwrap_or_default());
            lines += 1;
            let open = quotes.open_column();
            if lines == 1 {
                column = open.unwrap_or(column);
            }
            if quotes.is_torn() {
                break;
            }
            if open.is_none() {
                return Ok((line.end, line.next, lines, None));
            }
            from = line.next;
            if lines >= MOST_LINES as u64 {
                break;
            }
            match self.further_line(from)? {
                Some(further) => line = further,
                None => break,
            }
        }
        Ok((first.end, first.next, 1, Some(column)))
    }

    /// The physical line at `from`, which goes on the row at the position; `None` at the end of the file and beyond the limit.
    fn further_line(&mut self, from: usize) -> io::Result<Option<Line>> {
        let mut seen = from;
        loop {
            let ahead = self.buffer.get(..self.filled).unwrap_or_default();
            let line = match find(ahead, seen, b'\n') {
                Some(place) => self.line_to(from, place),
                None if self.filled - self.position > self.limit + 1 => return Ok(None),
                None => {
                    seen = self.filled;
                    if self.grow()? {
                        continue;
                    }
                    if from == self.filled {
                        return Ok(None);
                    }
                    Line { end: self.filled, next: self.filled }
                }
            };
            return Ok((line.end - self.position <= self.limit).then_some(line));
        }
    }

    /// The line from `start` whose LF stands at `place`.
    fn line_to(&self, start: usize, place: usize) -> Line {
        let text = self.buffer.get(start..place).unwrap_or_default();
        Line { end: start + text.strip_suffix(b"\r").unwrap_or(text).len(), next: place + 1 }
    }

    fn advance(&mut self, next: usize, lines: u64) {
        self.position = next;
        self.line += lines;
    }

    /// Passes over the line at the position without holding it: its length without the line end, and its digest.
    fn pass_line(&mut self) -> io::Result<(u64, Digest)> {
        let mut hasher = Hasher::default();
        let mut length = 0;
        // A CR at the end of a piece counts as text only when no LF follows.
        let mut held = false;
        loop {
            let ahead = self.buffer.get(self.position..self.filled).unwrap_or_default();
            let end = find(ahead, 0, b'\n');
            let piece = ahead.get(..end.unwrap_or(ahead.len())).unwrap_or_default();
            if held && !piece.is_empty() {
                hasher.update(b"\r");
                length += 1;
            }
            let text = piece.strip_suffix(b"\r");
            held = text.is_some() || (held && piece.is_empty());
            let text = text.unwrap_or(piece);
            hasher.update(text);
            length += text.len() as u64;
            if let Some(end) = end {
                self.advance(self.position + end + 1, 1);
                return Ok((length, hasher.finish()));
            }
            self.position = self.filled;
            if !self.fill()? {
                if held {
                    hasher.update(b"\r");
                    length += 1;
                }
                self.line += 1;
                return Ok((length, hasher.finish()));
            }
        }
    }

    /// Reads more behind what is there, after what was given out is dropped; false at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        self.compact();
        self.grow()
    }

    /// Drops what was given out.
    fn compact(&mut self) {
        if self.position > 0 {
            self.buffer.copy_within(self.position..self.filled, 0);
            self.base += self.position as u64;
            self.filled -= self.position;
            self.position = 0;
        }
    }

    /// Reads more behind what is there; false at the end of the file.
    fn grow(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.buffer.len() - self.filled < CHUNK_BYTES / 2 {
            self.buffer.resize(self.filled + CHUNK_BYTES, 0);
        }
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let count = loop {
            match self.source.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.filled += count;
        self.ended = count == 0;
        Ok(count > 0)
    }
}

/// What stands at the position.
#[derive(Clone, Copy)]
enum First {
    /// The end of the file.
    None,
    /// A line that is no row, already passed.
    Blank,
    /// A line beyond the limit.
    TooLong,
    /// A line without a quote.
    Plain(Line),
    /// A line with a quote.
    Quoted(Line),
}

#[cfg(test)]
mod tests;
