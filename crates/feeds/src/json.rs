//! JSON values out of a stream, one after the other, in bounded memory: the elements of an array, or values in lines of their own.

use crate::{
    delimited::{RawRow, RowBody, refusal},
    digest::Hasher,
};
use noroshi_kernel::{reason::Reason, setaside::printable};
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

/// The most bytes of one value in a feed.
pub(crate) const MOST_VALUE_BYTES: usize = 1024 * 1024;

/// The most members and elements that one value may hold, at whatever depth: each takes many times its bytes in memory.
const MOST_PARTS: usize = 100_000;

/// How many bytes are asked for at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// Finds the values of a stream. One that is never closed ends, in lines, where a line begins with `{`.
#[derive(Debug)]
pub(crate) struct Values<R> {
    source: BufReader<Chain<Cursor<Vec<u8>>, R>>,
    limit: usize,
    within: Within,
    value: Vec<u8>,
    line: u64,
    offset: u64,
    /// Why nothing of the file can be read.
    pub(crate) foreign: Option<Reason>,
}

/// What the values stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Unknown,
    Array,
    Lines,
}

/// Where in a value we are.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    depth: usize,
    in_string: bool,
    escaped: bool,
    after_line_end: bool,
}

impl<R: Read> Values<R> {
    /// Finds values of up to `limit` bytes.
    pub(crate) fn new(mut source: R, limit: usize) -> io::Result<Self> {
        let mut first = Vec::new();
        source.by_ref().take(4).read_to_end(&mut first)?;
        let foreign = refusal::foreign(&first);
        let mark = first.starts_with(b"\xef\xbb\xbf");
        let offset = if mark { 3 } else { 0 };
        let first: Vec<u8> = first.into_iter().skip(offset).collect();
        let source = BufReader::with_capacity(CHUNK_BYTES, Cursor::new(first).chain(source));
        Ok(Self { source, limit, within: Within::Unknown, value: Vec::new(), line: 1, offset: offset as u64, foreign })
    }

    /// The next value's bytes and place; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<RawRow<'_>>> {
        self.value.clear();
        if !self.pass_between()? {
            return Ok(None);
        }
        let (line, offset) = (self.line, self.offset);
        let mut place = Place::default();
        let mut length = 0u64;
        let mut rest: Option<Hasher> = None;
        loop {
            let chunk = self.source.fill_buf()?;
            let (taken, ended) = scan(chunk, self.within, &mut place);
            let piece = chunk.get(..taken).unwrap_or_default();
            length += piece.len() as u64;
            self.line += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
            match &mut rest {
                Some(hasher) => hasher.update(piece),
                None if self.value.len() + piece.len() > self.limit => {
                    let mut hasher = Hasher::default();
                    hasher.update(&self.value);
                    hasher.update(piece);
                    rest = Some(hasher);
                }
                None => self.value.extend_from_slice(piece),
            }
            let over = chunk.is_empty();
            self.source.consume(taken);
            self.offset += taken as u64;
            if ended || over {
                break;
            }
        }
        let body = match rest {
            Some(hasher) => RowBody::TooLong { limit: self.limit, column: 1, hash: hasher.finish() },
            None => {
                let bytes = self.value.trim_ascii_end();
                length = bytes.len() as u64;
                RowBody::Complete(bytes)
            }
        };
        Ok(Some(RawRow { line, offset, length, body }))
    }

    /// Passes over what stands between values; false at the end.
    fn pass_between(&mut self) -> io::Result<bool> {
        loop {
            let Some(byte) = self.source.fill_buf()?.first().copied() else { return Ok(false) };
            match (byte, self.within) {
                (b'\n', _) => self.line += 1,
                (b' ' | b'\t' | b'\r', _) | (b',', Within::Array) => {}
                (b'[', Within::Unknown) => self.within = Within::Array,
                (b']', Within::Array) => self.within = Within::Lines,
                (_, Within::Unknown) => {
                    self.within = Within::Lines;
                    return Ok(true);
                }
                _ => return Ok(true),
            }
            self.source.consume(1);
            self.offset += 1;
        }
    }
}

/// How many bytes of a chunk belong to the value, and whether it ends there.
fn scan(chunk: &[u8], within: Within, place: &mut Place) -> (usize, bool) {
    for (index, byte) in chunk.iter().enumerate() {
        let at_line = std::mem::replace(&mut place.after_line_end, *byte == b'\n');
        if place.in_string {
            match byte {
                _ if place.escaped => place.escaped = false,
                b'\\' => place.escaped = true,
                // No string holds a bare line end (RFC 8259, section 7): its closing quote is missing.
                b'"' | b'\n' => place.in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'{' if at_line && within == Within::Lines && place.depth > 0 => return (index, true),
            b'"' => place.in_string = true,
            b'{' | b'[' => place.depth += 1,
            b'}' | b']' if place.depth == 0 => return if within == Within::Array && *byte == b']' { (index, true) } else { (index + 1, true) },
            b'}' | b']' => {
                place.depth -= 1;
                if place.depth == 0 {
                    return (index + 1, true);
                }
            }
            b',' if place.depth == 0 && within == Within::Array => return (index, true),
            b'\n' if place.depth == 0 => return (index, true),
            _ => {}
        }
    }
    (chunk.len(), false)
}

/// Reads one value, or says why it is none.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Reason> {
    let text = std::str::from_utf8(bytes).map_err(|error| refusal::no_utf8(bytes, error))?;
    if parts(bytes) > MOST_PARTS {
        return Err(too_many());
    }
    serde_json::from_str(text).map_err(|error| broken(&error))
}

/// How many members and elements a value holds at most.
fn parts(bytes: &[u8]) -> usize {
    let (mut in_string, mut escaped, mut count) = (false, false, 0);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => count += 1,
            _ => {}
        }
    }
    count
}

/// The value of a row, or why it cannot be read.
pub(crate) fn value_of(raw: &RawRow<'_>) -> Result<Value, Reason> {
    match raw.body {
        RowBody::Complete(bytes) | RowBody::OpenQuote { bytes, .. } => parse(bytes),
        RowBody::TooLong { limit, .. } => Err(too_long(raw.length, limit)),
    }
}

/// A scalar as text; `None` for null, arrays and objects.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The most details that one value gives, and the longest of their texts in bytes.
const MOST_DETAILS: usize = 200;
const MOST_DETAIL_BYTES: usize = 4096;

/// The longest name of a detail in bytes; what is named longer is left out.
const MOST_NAME_BYTES: usize = 256;

/// Lays a value out as names and texts: `a.b` for what is within objects, lists of scalars joined by `, `.
pub(crate) fn flatten(name: &str, value: &Value, into: &mut Vec<(String, String)>) {
    if into.len() >= MOST_DETAILS || name.len() > MOST_NAME_BYTES {
        return;
    }
    let mut push = |text: String| {
        let end = text.floor_char_boundary(MOST_DETAIL_BYTES);
        if !text.is_empty() {
            into.push((name.to_owned(), text.get(..end).unwrap_or_default().to_owned()));
        }
    };
    match value {
        Value::Null => {}
        Value::Object(members) => members.iter().for_each(|(member, value)| flatten(&format!("{name}.{member}"), value, into)),
        Value::Array(elements) if elements.iter().all(|element| !element.is_object() && !element.is_array()) => {
            push(elements.iter().filter_map(text_of).collect::<Vec<_>>().join(", "));
        }
        Value::Array(elements) => elements.iter().enumerate().for_each(|(place, value)| flatten(&format!("{name}.{place}"), value, into)),
        scalar => push(text_of(scalar).unwrap_or_default()),
    }
}

fn broken(error: &serde_json::Error) -> Reason {
    let told = printable(&error.to_string(), 200);
    if told.contains("recursion limit") {
        return Reason::new(
            "json-depth",
            "JSON の入れ子が深すぎます（127 段まで）。送信元に確かめてください。",
            "the JSON is nested too deeply (127 levels at most); ask the sender",
        );
    }
    Reason::new("json-broken", format!("JSON として読めません（{told}）。送信元に確かめてください。"), format!("this is no JSON ({told}); ask the sender"))
}

fn too_many() -> Reason {
    Reason::new(
        "json-parts",
        format!("JSON の値に要素が {MOST_PARTS} 個を超えて入っています。分けてもらってください。"),
        format!("the JSON value holds more than {MOST_PARTS} members and elements; have the sender split it"),
    )
}

fn too_long(length: u64, limit: usize) -> Reason {
    Reason::new(
        "json-length",
        format!("JSON の値が {length} バイトあり、読める {limit} バイトを超えています。括弧が閉じているか確かめてください。"),
        format!("the JSON value has {length} bytes, more than the {limit} that are read; check that its brackets are closed"),
    )
}

#[cfg(test)]
mod tests;
