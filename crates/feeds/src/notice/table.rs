//! Tables that stand in a text: a row of columns' names, then rows. Cells are apart by a bar, a tab, a comma, a semicolon, by several
//! spaces, or by any where the names say clearly that they are such.

use super::{
    label::{self, Label, Meaning},
    zone,
};

/// The most columns of a table.
const MOST_COLUMNS: usize = 40;
/// The longest name of a column, in bytes.
const NAME_MOST_BYTES: usize = 40;

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Character(char),
    /// Two spaces or more: single ones stand within cells.
    Spaces,
    /// Any space: each cell is a word, but for times, which are a day and an hour.
    Words,
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
        let separators =
            [Separator::Character('|'), Separator::Character('\t'), Separator::Character(';'), Separator::Character(','), Separator::Words, Separator::Spaces];
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
            // To whom it was done says as much as when.
            let targets = names.iter().zip(&meanings).filter(|(name, meaning)| **meaning == Meaning::Other && label::is_of_a_target(name)).count();
            let known = targets + meanings.iter().filter(|meaning| **meaning != Meaning::Other).count();
            let besides =
                targets > 0 || meanings.iter().any(|meaning| matches!(meaning, Meaning::Time(_) | Meaning::Port | Meaning::AttackedPort | Meaning::Protocol));
            let is_clear = separator != Separator::Words || besides && 2 * known >= names.len() && are_names(&names) && are_apart(line);
            (about > 0 && known > 1 && is_clear).then_some(Self { separator, names, has_rows: false })
        })
    }

    /// The cells of a row with the names of their columns.
    pub(super) fn row(&self, line: &str) -> Vec<(&str, String)> {
        let mut cells = cells(line, self.separator);
        if self.separator == Separator::Words {
            cells = with_times(cells, &self.names);
        }
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

/// Whether words are the names of columns, and no sentence or label: three or more in a row that programs write, each once.
fn are_names(names: &[String]) -> bool {
    const SENTENCE: [&str; 24] = [
        "a", "an", "the", "of", "and", "or", "is", "are", "was", "were", "has", "in", "on", "at", "by", "for", "with", "your", "our", "we", "this", "that",
        "it", "address",
    ];
    let is_name = |name: &String| {
        let lower = name.to_lowercase();
        let shaped = lower.starts_with(char::is_alphabetic) && lower.chars().all(|one| one.is_alphanumeric() || matches!(one, '_' | '-' | '(' | ')' | '/'));
        shaped && !SENTENCE.contains(&lower.as_str()) && names.iter().filter(|other| *other == name).count() == 1
    };
    // `Source IP` and `First seen` are one name of two words.
    const FIRST: [&str; 18] = [
        "source",
        "src",
        "destination",
        "dest",
        "dst",
        "attacker",
        "victim",
        "remote",
        "local",
        "target",
        "first",
        "last",
        "event",
        "detection",
        "detected",
        "host",
        "start",
        "end",
    ];
    const SECOND: [&str; 11] = ["ip", "ips", "port", "ports", "seen", "time", "date", "name", "number", "at", "timestamp"];
    let is = |name: &str, any: &[&str]| any.iter().any(|one| name.eq_ignore_ascii_case(one));
    let is_pair = |pair: &[String]| matches!(pair, [first, second] if is(first, &FIRST) && is(second, &SECOND));
    names.len() >= 3 && names.iter().all(is_name) && !names.windows(2).any(is_pair)
}

/// Whether single spaces stand between the names of a line: where two stand between some, single ones belong to a name, unless programs
/// wrote it.
fn are_apart(line: &str) -> bool {
    let line = line.trim();
    !line.contains("  ") || line.split("  ").filter(|cell| cell.trim().contains(' ')).all(|cell| cell.contains('_'))
}

/// The words of a row as cells, one for each name of a column: a day, an hour and a zone are one when there are too many. What is
/// still too many belongs to the last one.
fn with_times(words: Vec<String>, names: &[String]) -> Vec<String> {
    let columns = names.len();
    let mut cells: Vec<String> = Vec::new();
    // Where day and hour have columns of their own, they stay apart.
    let is_one_of = |any: &[&str]| names.iter().any(|name| any.iter().any(|one| name.eq_ignore_ascii_case(one)));
    let are_apart = is_one_of(&["date", "day", "日付"]) && is_one_of(&["time", "hour", "clock", "時刻", "時間"]);
    let mut over = if are_apart { 0 } else { words.len().saturating_sub(columns) };
    for word in words {
        let joins = over > 0
            && cells.last().is_some_and(|last| {
                is_day(last) && is_clock(&word) || last.contains(' ') && last.rsplit(' ').next().is_some_and(is_clock) && zone::named(&word).is_some()
            });
        match cells.last_mut() {
            Some(last) if joins => {
                last.push(' ');
                last.push_str(&word);
                over -= 1;
            }
            _ => cells.push(word),
        }
    }
    if cells.len() > columns {
        let rest = cells.split_off(columns).join(" ");
        if let Some(last) = cells.last_mut() {
            last.push(' ');
            last.push_str(&rest);
        }
    }
    cells
}

/// `2024-01-15`
fn is_day(cell: &str) -> bool {
    (8..=10).contains(&cell.len())
        && cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.'))
        && !cell.bytes().all(|byte| byte.is_ascii_digit())
        && cell.matches(['-', '/', '.']).count() == 2
}

/// `00:00:07`, perhaps with a fraction.
fn is_clock(cell: &str) -> bool {
    let whole = cell.split('.').next().unwrap_or_default();
    (4..=8).contains(&whole.len()) && cell.contains(':') && cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'))
}

fn cells(line: &str, separator: Separator) -> Vec<String> {
    let bare = |cell: &str| cell.trim().trim_matches('"').trim().to_owned();
    match separator {
        Separator::Character(one) => line.trim().trim_matches(|edge| edge == one && edge == '|').split(one).map(bare).collect(),
        Separator::Words => line.split_whitespace().map(bare).collect(),
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
            (
                "timestamp            src_ip          src_port dst_ip         dst_port proto",
                "2026-11-24 23:58:11  203.0.113.141   40112    198.51.100.7   22       tcp",
                Some(vec![
                    ("timestamp", "2026-11-24 23:58:11"),
                    ("src_ip", "203.0.113.141"),
                    ("src_port", "40112"),
                    ("dst_ip", "198.51.100.7"),
                    ("dst_port", "22"),
                    ("proto", "tcp"),
                ]),
            ),
            (
                "date time src_ip port comment",
                "2026-11-24 23:58:11 203.0.113.141 22 many tries",
                Some(vec![("date", "2026-11-24"), ("time", "23:58:11"), ("src_ip", "203.0.113.141"), ("port", "22"), ("comment", "many tries")]),
            ),
            (
                "src_ip timestamp port",
                "203.0.113.141 2026-11-24 23:58:11 UTC 22",
                Some(vec![("src_ip", "203.0.113.141"), ("timestamp", "2026-11-24 23:58:11 UTC"), ("port", "22")]),
            ),
            (
                "日時 送信元IP ポート",
                "2026/11/24 23:58:11 203.0.113.141 22",
                Some(vec![("日時", "2026/11/24 23:58:11"), ("送信元IP", "203.0.113.141"), ("ポート", "22")]),
            ),
            ("Source IP Port Time", "192.0.2.7 22 2024-01-15 00:00:07", None),
            ("malware / infected host", "", None),
            (
                "Date (UTC)           URL          IP",
                "2024-01-15 00:00:07  http://a/    192.0.2.7",
                Some(vec![("Date (UTC)", "2024-01-15 00:00:07"), ("URL", "http://a/"), ("IP", "192.0.2.7")]),
            ),
            ("Attacker source IP", "", None),
            ("The source port of this IP", "", None),
            ("source IP address port", "", None),
            ("We list the address, the time and the port.", "", None),
            ("Source IP | Destination IP", "192.0.2.7 | 198.51.100.9", Some(vec![("Source IP", "192.0.2.7"), ("Destination IP", "198.51.100.9")])),
            ("送信元\t宛先", "192.0.2.7\t198.51.100.9", Some(vec![("送信元", "192.0.2.7"), ("宛先", "198.51.100.9")])),
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
