//! Rows of good and of broken tables.

use super::*;
use crate::{delimited, digest};
use proptest::prelude::*;

/// Gives its bytes a few at a time, as a pipe may.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len()).min(self.0.len());
        let (now, later) = self.0.split_at(count);
        into[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

/// Rows as texts: line, offset, length, and the bytes or what is wrong.
fn rows(bytes: &[u8], limit: usize, step: usize) -> Vec<(u64, u64, u64, String)> {
    let mut reader = RowReader::with_limit(Drip(bytes, step), limit);
    let mut found = Vec::new();
    while let Some(row) = reader.next().expect("no read fails") {
        let told = match row.body {
            RowBody::Complete(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            RowBody::TooLong { limit, hash, .. } => {
                let raw = &bytes[usize::try_from(row.offset).expect("fits")..][..usize::try_from(row.length).expect("fits")];
                assert_eq!(hash, digest::of(raw));
                format!("! over {limit}")
            }
            RowBody::OpenQuote { column, bytes } => format!("! open {column}: {}", String::from_utf8_lossy(bytes)),
        };
        found.push((row.line, row.offset, row.length, told));
    }
    found
}

fn texts(text: &str) -> Vec<String> {
    rows(text.as_bytes(), 100, 1000).into_iter().map(|row| row.3).collect()
}

#[test]
fn line_ends_blank_lines_and_the_mark() {
    let told: Vec<_> = rows(b"\xef\xbb\xbfa,b\r\n\r\n \t\nc\n\nlast", 100, 3);
    let expected = [(1, 3, 3, "a,b"), (4, 13, 1, "c"), (6, 16, 4, "last")];
    assert_eq!(told, expected.map(|(line, offset, length, text)| (line, offset, length, text.to_owned())));
    assert!(rows(b"", 100, 1).is_empty() && rows(b"\xef\xbb\xbf", 100, 1).is_empty() && rows(b"\n\r\n", 100, 1).is_empty());
}

#[test]
fn quoted_fields_go_on_over_lines() {
    let told = rows(b"a,\"b\r\nc\"\nd,\"e\"\n", 100, 2);
    assert_eq!(told, [(1, 0, 8, "a,\"b\r\nc\"".to_owned()), (3, 9, 5, "d,\"e\"".to_owned())]);
}

#[test]
fn a_broken_quote_costs_one_line() {
    assert_eq!(texts("a,\"b\nc,d\ne,f\n"), ["! open 2: a,\"b", "c,d", "e,f"]);
    assert_eq!(texts("a,\"b\nc,\"d,e\",f\ng\n"), ["! open 2: a,\"b", "c,\"d,e\",f", "g"]);
    let many = format!("\"a\n{}b\"\n", "x\n".repeat(MOST_LINES));
    assert_eq!(texts(&many).len(), MOST_LINES + 2);
    let fits = format!("\"a\n{}b\"\n", "x\n".repeat(MOST_LINES - 2));
    assert_eq!(texts(&fits).len(), 1);
    let long = format!("\"a\n{}\"\nb\n", "x".repeat(99));
    assert_eq!(texts(&long)[0], "! open 1: \"a");
    assert_eq!(texts(&long)[2], "b");
}

#[test]
fn long_rows_are_passed_over() {
    let text = format!("a\n{}\r\n{}\n{}\r", "x".repeat(100), "y".repeat(101), "z".repeat(300));
    for step in [1, 7, 1000] {
        let told = rows(text.as_bytes(), 100, step);
        let shapes: Vec<_> = told.iter().map(|row| (row.0, row.2, row.3.starts_with('!'))).collect();
        assert_eq!(shapes, [(1, 1, false), (2, 100, false), (3, 101, true), (4, 301, true)]);
    }
}

#[test]
fn memory_is_bounded() {
    let mut reader = RowReader::new(io::repeat(b'x').take(50_000_000));
    let row = reader.next().expect("reads").expect("a row");
    assert_eq!(row.length, 50_000_000);
    assert!(reader.buffer.len() < 4 * MOST_ROW_BYTES, "{}", reader.buffer.len());

    // Reads that always end within a quoted field.
    let text = format!("x\n\n{}", "\"a\nb\"\n".repeat(200_000));
    let mut reader = RowReader::new(Drip(text.as_bytes(), 6));
    let mut count = 0;
    while reader.next().expect("reads").is_some() {
        count += 1;
    }
    assert_eq!(count, 200_001);
    assert!(reader.buffer.len() < 5 * MOST_ROW_BYTES, "{}", reader.buffer.len());
}

/// One record of fields, quoted where needed.
fn written(fields: &[String], crlf: bool) -> String {
    let quoted = |field: &String| {
        let needed = field.contains(['"', ',', '\n', '\r']);
        if needed { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.clone() }
    };
    fields.iter().map(quoted).collect::<Vec<_>>().join(",") + if crlf { "\r\n" } else { "\n" }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(table in prop::collection::vec(prop::collection::vec("[a-c,\"\n\r 楽]{0,6}", 2..5), 0..8), crlf: bool, step in 1usize..40) {
        let text: String = table.iter().map(|row| written(row, crlf)).collect();
        let mut reader = RowReader::new(Drip(text.as_bytes(), step));
        let mut back = Vec::new();
        while let Some(row) = reader.next().expect("no read fails") {
            let RowBody::Complete(bytes) = row.body else { panic!("{row:?}") };
            let mut found = Vec::new();
            delimited::fields(bytes, &mut found).expect("few columns");
            back.push(found.iter().map(|field| String::from_utf8(field.text(bytes).into_owned()).expect("text")).collect::<Vec<_>>());
        }
        prop_assert_eq!(back, table);
    }

    #[test]
    fn every_line_is_accounted_for(bytes in prop::collection::vec(prop::sample::select(b"ab,,\"\"\n\n\r \xef\xbb\xbf".to_vec()), 0..200), step in 1usize..50, limit in 1usize..30) {
        let told = rows(&bytes, limit, step);
        prop_assert_eq!(&told, &rows(&bytes, limit, 1000));
        // Between the rows, in the order of the file, there is nothing but line ends, blank lines and the mark.
        let mut at = if bytes.starts_with(UTF8_BOM) { 3 } else { 0 };
        for (line, offset, length, _) in &told {
            let (offset, length) = (usize::try_from(*offset).expect("fits"), usize::try_from(*length).expect("fits"));
            prop_assert!(offset >= at);
            prop_assert!(bytes[at..offset].iter().all(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t')));
            prop_assert_eq!(*line, 1 + bytes[..offset].iter().filter(|byte| **byte == b'\n').count() as u64);
            at = offset + length;
        }
        prop_assert!(bytes[at..].iter().all(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t')));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), step in 1usize..50) {
        let _ = rows(&bytes, 64, step);
    }
}
