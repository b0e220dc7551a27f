//! Tables that stand in a text: a row of columns' names, then rows. Cells are apart by a bar, a tab, a comma, a semicolon, or by
//! several spaces.

use super::label::{Label, Meaning};

/// The most columns of a table.
const MOST_COLUMNS: usize = 40;
/// The longest name of a column, in bytes.
const NAME_MOST_BYTES: usize = 40;

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Character(char),
    Spaces,
}

/// A table whose names were read.
#[derive(Clone, Debug)]
pub(super) struct Table {
    separator: Separator,
    names: Vec<String>,
    /// Whether a row of it was read.
    pub(super) has_rows: bool,
}

impl Table {
    /// Reads the names of a table's columns; `None` when a line is something else. One of them must say whom it is about, and another one
    /// something besides.
    pub(super) fn begin(line: &str) -> Option<Self> {
        let separators = [Separator::Character('|'), Separator::Character('\t'), Separator::Character(';'), Separator::Character(','), Separator::Spaces];
        separators.into_iter().find_map(|separator| {
            let mut names = cells(line, separator);
            // `Format: ASN | IP | …`
            if let Some((_, name)) = names.first().and_then(|first| first.split_once(':')).map(|(label, name)| (label, name.trim().to_owned()))
                && let Some(first) = names.first_mut()
            {
                *first = name;
            }
            let least = if separator == Separator::Character(',') { 3 } else { 2 };
            let plain = |name: &String| name.len() <= NAME_MOST_BYTES && name.split_whitespace().count() <= 4 && !name.ends_with(['.', ':']);
            if names.len() < least || names.len() > MOST_COLUMNS || !names.iter().all(plain) {
                return None;
            }
            let meanings: Vec<Meaning> = names.iter().map(|name| Label::of(name).meaning).collect();
            let about = meanings.iter().filter(|meaning| matches!(meaning, Meaning::Source | Meaning::Url | Meaning::Host)).count();
            let known = meanings.iter().filter(|meaning| **meaning != Meaning::Other).count();
            (about > 0 && known > 1).then_some(Self { separator, names, has_rows: false })
        })
    }

    /// The cells of a row with the names of their columns.
    pub(super) fn row(&self, line: &str) -> Vec<(&str, String)> {
        let cells = cells(line, self.separator);
        if cells.len() < 2 || cells.len() > self.names.len() + 1 {
            return Vec::new();
        }
        self.names.iter().map(String::as_str).zip(cells).filter(|(_, cell)| !cell.is_empty()).collect()
    }

    /// Whether a line only rules the table.
    pub(super) fn is_rule(line: &str) -> bool {
        line.chars().all(|one| one.is_whitespace() || "-=+|_:─━│┼".contains(one))
    }
}

/// Joins a day and a time of day that stand in columns of their own.
pub(super) fn with_joined_time(mut row: Vec<(String, String)>) -> Vec<(String, String)> {
    let is_day = |cell: &str| {
        (8..=10).contains(&cell.len())
            && cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.'))
            && !cell.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_clock = |cell: &str| (4..=8).contains(&cell.len()) && cell.contains(':') && cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let time = |(name, _): &(String, String)| matches!(Label::of(name).meaning, Meaning::Time(_));
    let day = row.iter().position(|cell| time(cell) && is_day(&cell.1));
    let clock = row.iter().position(|cell| time(cell) && is_clock(&cell.1));
    if let (Some(day), Some(clock)) = (day, clock) {
        let (_, told) = row.remove(clock);
        let day = if clock < day { day - 1 } else { day };
        if let Some((_, cell)) = row.get_mut(day) {
            cell.push(' ');
            cell.push_str(&told);
        }
    }
    row
}

fn cells(line: &str, separator: Separator) -> Vec<String> {
    let bare = |cell: &str| cell.trim().trim_matches('"').trim().to_owned();
    match separator {
        Separator::Character(one) => line.trim().trim_matches(|edge| edge == one && edge == '|').split(one).map(bare).collect(),
        Separator::Spaces => {
            let mut cells: Vec<String> = Vec::new();
            let mut rest = line.trim();
            while let Some(at) = rest.find("  ") {
                let (cell, behind) = rest.split_at(at);
                cells.push(bare(cell));
                rest = behind.trim_start();
            }
            cells.push(bare(rest));
            cells
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_told_from_sentences() {
        for (line, row, expected) in [
            (
                "Format: ASN | IP | Timestamp (UTC)",
                " 64496 | 192.0.2.7  | 2024",
                Some(vec![("ASN", "64496"), ("IP", "192.0.2.7"), ("Timestamp (UTC)", "2024")]),
            ),
            ("| IP | Time |", "| 192.0.2.7 | 2024 |", Some(vec![("IP", "192.0.2.7"), ("Time", "2024")])),
            ("IP address     Seen at", "192.0.2.7      2024-01-15 00:00", Some(vec![("IP address", "192.0.2.7"), ("Seen at", "2024-01-15 00:00")])),
            ("\"asn\",\"ip\",\"timestamp\"", "\"1\",\"192.0.2.7\",\"2024\"", Some(vec![("asn", "1"), ("ip", "192.0.2.7"), ("timestamp", "2024")])),
            ("We list the address, the time and the port.", "", None),
            ("IP, time", "", None),
            ("Name | Phone", "", None),
        ] {
            let table = Table::begin(line);
            let read = table.as_ref().map(|table| table.row(row));
            let read = read.as_ref().map(|row| row.iter().map(|(name, cell)| (*name, cell.as_str())).collect::<Vec<_>>());
            assert_eq!(read, expected, "{line}");
        }
        assert!(Table::is_rule("-----+------|----") && !Table::is_rule("192.0.2.7"));
    }
}
