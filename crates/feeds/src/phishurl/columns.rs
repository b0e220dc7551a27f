//! Which column holds what.

use noroshi_kernel::reason::Reason;

/// The places of the three columns, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) date: usize,
    pub(super) url: usize,
    /// `None` when the table has no such column: then every brand is empty.
    pub(super) description: Option<usize>,
    /// How many columns the table has.
    pub(super) count: usize,
}

/// A header that does not name every column that is needed.
fn lacks() -> Reason {
    Reason::new(
        "header-columns",
        "見出し行に日付と URL の列がそろっていません。列名を date,URL,description としてください。",
        "the header does not name both a date and a URL column; name the columns date,URL,description",
    )
}

/// A file whose lines end in CR alone, which is one line to everybody else.
fn carriage_returns() -> Reason {
    Reason::new(
        "line-ends",
        "改行が CR だけなので、ファイル全体が 1 行になっています。tr '\\r' '\\n' で変換してください。",
        "the lines end in CR alone, so the file is one line; convert it with: tr '\\r' '\\n'",
    )
}

impl Columns {
    /// The order of a table without a header.
    pub(super) const DEFAULT: Self = Self { date: 0, url: 1, description: Some(2), count: 3 };

    /// Reads a header, whatever the case of its names; `None` when the row is no header.
    pub(super) fn of_header(names: &[impl AsRef<[u8]>]) -> Option<Result<Self, Reason>> {
        if names.iter().any(|name| name.as_ref().contains(&b'\r')) {
            return Some(Err(carriage_returns()));
        }
        let place = |wanted: &str| names.iter().position(|name| name.as_ref().trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()));
        let description = place("description");
        match (place("date"), place("url")) {
            (None, None) => None,
            (Some(date), Some(url)) => Some(Ok(Self { date, url, description, count: names.len() })),
            _ => Some(Err(lacks())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_in_any_order_and_case() {
        let columns = Columns::of_header(&[" url ", "Comment", "Description", "DATE"]);
        assert_eq!(columns, Some(Ok(Columns { date: 3, url: 0, description: Some(2), count: 4 })));
        assert_eq!(Columns::of_header(&["date", "URL", "description"]), Some(Ok(Columns::DEFAULT)));
        assert_eq!(Columns::of_header(&["2019/01/04", "http://example.test/", "x"]), None);
        assert_eq!(Columns::of_header(&["when", "URL"]), Some(Err(lacks())));
    }
}
