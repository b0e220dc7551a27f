//! The fields of one row.

use noroshi_kernel::reason::Reason;
use std::borrow::Cow;

/// The most columns that a row may have, unless said otherwise.
pub const MOST_COLUMNS: usize = 64;

/// One field's place in its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    start: usize,
    end: usize,
}

impl Field {
    /// The field's bytes, with quotes taken off and doubled quotes as one. `row` is the row that was split.
    ///
    /// Text behind a closing quote belongs to the field as it stands: `"a"b` is `ab`.
    #[must_use]
    pub fn text(self, row: &[u8]) -> Cow<'_, [u8]> {
        let raw = row.get(self.start..self.end).unwrap_or_default();
        let Some(inner) = raw.strip_prefix(b"\"") else { return Cow::Borrowed(raw) };
        if let Some(plain) = inner.strip_suffix(b"\"").filter(|plain| !plain.contains(&b'"')) {
            return Cow::Borrowed(plain);
        }
        let mut out = Vec::with_capacity(inner.len());
        let mut rest = inner.iter().copied();
        while let Some(byte) = rest.next() {
            if byte == b'"' {
                match rest.next() {
                    Some(b'"') => out.push(b'"'),
                    behind => {
                        out.extend(behind);
                        out.extend(rest);
                        break;
                    }
                }
            } else {
                out.push(byte);
            }
        }
        Cow::Owned(out)
    }
}

/// A row with more columns than any table of ours has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at least {at_least} columns, where at most {most} are read; check that this is a table and what separates its columns")]
pub struct TooManyColumns {
    /// How many there are at least.
    pub at_least: usize,
    /// How many are read.
    pub most: usize,
}

impl From<TooManyColumns> for Reason {
    fn from(problem: TooManyColumns) -> Self {
        let TooManyColumns { at_least, most } = problem;
        let ja = format!("列が {at_least} 列以上あります（読むのは {most} 列まで）。表であること、区切り文字が正しいことを確かめてください。");
        Self::new("columns-too-many", ja, problem.to_string())
    }
}

/// Splits a row at its commas into `into`, which is emptied first; the field at index 0 is column 1.
///
/// # Errors
/// [`TooManyColumns`] when there are more than [`MOST_COLUMNS`]; `into` then holds the first of them.
pub fn fields(row: &[u8], into: &mut Vec<Field>) -> Result<(), TooManyColumns> {
    fields_by(row, b',', MOST_COLUMNS, into)
}

/// Splits a row at every `separator` into at most `most` columns, else as [`fields`].
///
/// # Errors
/// [`TooManyColumns`] when there are more than `most`; `into` then holds the first of them.
pub fn fields_by(row: &[u8], separator: u8, most: usize, into: &mut Vec<Field>) -> Result<(), TooManyColumns> {
    into.clear();
    let mut start = 0;
    loop {
        if into.len() == most {
            return Err(TooManyColumns { at_least: most + 1, most });
        }
        let from = if row.get(start) == Some(&b'"') { behind_quotes(row, start) } else { start };
        match super::bytes::find(row, from, separator) {
            Some(end) => {
                into.push(Field { start, end });
                start = end + 1;
            }
            None => {
                into.push(Field { start, end: row.len() });
                return Ok(());
            }
        }
    }
}

/// The place behind the quote that closes the one at `open`, or the row's end.
fn behind_quotes(row: &[u8], open: usize) -> usize {
    let mut from = open + 1;
    while let Some(quote) = super::bytes::find(row, from, b'"') {
        if row.get(quote + 1) != Some(&b'"') {
            return quote + 1;
        }
        from = quote + 2;
    }
    row.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(row: &str) -> Vec<String> {
        let mut found = Vec::new();
        fields(row.as_bytes(), &mut found).expect("few columns");
        found.into_iter().map(|field| String::from_utf8(field.text(row.as_bytes()).into_owned()).expect("text")).collect()
    }

    #[test]
    fn rows_are_split_as_rfc_4180_says() {
        for (row, expected) in [
            ("", vec![""]),
            ("a,b", vec!["a", "b"]),
            (",", vec!["", ""]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"a\"\"b\",\"\"", vec!["a\"b", ""]),
            ("\"\"\"\"", vec!["\""]),
            ("\"a\nb\",c", vec!["a\nb", "c"]),
            ("a \"b\",c", vec!["a \"b\"", "c"]),
            ("\"a\"b\"c,d", vec!["ab\"c", "d"]),
            ("\"open,c", vec!["open,c"]),
            ("\"", vec![""]),
        ] {
            assert_eq!(texts(row), expected, "{row}");
        }
    }

    #[test]
    fn columns_have_a_limit() {
        let mut found = Vec::new();
        assert_eq!(fields(&[b','; MOST_COLUMNS - 1], &mut found), Ok(()));
        assert_eq!(found.len(), MOST_COLUMNS);
        let problem = fields(&[b','; MOST_COLUMNS], &mut found).expect_err("too many");
        assert_eq!((problem.at_least, found.len()), (65, 64));
        assert!(problem.to_string().starts_with("at least 65 columns, where at most 64 are read"));
        assert_eq!(fields_by(&[b';'; MOST_COLUMNS], b';', 65, &mut found), Ok(()));
        assert_eq!(found.len(), 65);
    }
}
