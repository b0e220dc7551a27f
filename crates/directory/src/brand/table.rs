//! A brand table as CSV, read row by row: what is wrong in one row harms no other.

use super::{Change, fold};
use crate::{DirectoryError, Origin};
use csv::ByteRecord;
use noroshi_kernel::{language::Bilingual, reason::Reason, setaside::printable};
use std::collections::{HashMap, HashSet};

/// The columns of a brand table. Only the last may be left out.
const COLUMNS: [&str; 7] = ["key", "name_ja", "name_en", "origin", "country", "sector", "aliases"];

/// A row of a brand table that reads well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line at which it begins, from 1.
    pub line: u64,
    /// The brand.
    pub change: Change,
}

/// A row of a brand table that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The line at which it begins, from 1.
    pub line: u64,
    /// What is wrong and what to do.
    pub reason: Reason,
}

/// A brand table as it was read: each row is in one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The rows that read well.
    pub rows: Vec<Row>,
    /// The rows that do not.
    pub wrong: Vec<Wrong>,
}

/// Reads a brand table: CSV with the columns `key,name_ja,name_en,origin,country,sector,aliases`, aliases divided by `|`. A row
/// that is wrong is told apart with its line and the reason; the others go on.
///
/// # Errors
/// [`DirectoryError::Refused`] when the first line does not name these columns: then no row can be understood.
pub fn parse_table(csv: &[u8]) -> Result<Table, DirectoryError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(csv);
    let mut lines = Lines { csv, at: 0, line: 1 };
    let mut record = ByteRecord::new();
    let mut places: Option<Vec<&'static str>> = None;
    let mut first = First::default();
    let mut table = Table::default();
    while reader.read_byte_record(&mut record).map_err(|error| refused(format!("ブランド表: {error}"), format!("the brand table: {error}")))? {
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        let Some(columns) = &places else {
            places = Some(header(&record)?);
            continue;
        };
        match row(&record, columns).and_then(|change| first.check(change, line)) {
            Ok(change) => table.rows.push(Row { line, change }),
            Err(reason) => table.wrong.push(Wrong { line, reason }),
        }
    }
    if places.is_none() {
        header(&ByteRecord::new())?;
    }
    Ok(table)
}

fn refused(ja: impl Into<String>, en: impl Into<String>) -> DirectoryError {
    DirectoryError::Refused(Reason::new("brand-table", ja, en))
}

/// Counts the lines of a table as its records are reached: the reader's own count is one behind after blank lines and CRLF.
struct Lines<'a> {
    csv: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, byte: u64) -> u64 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX).max(self.at);
        let blank = self.csv.get(from..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let to = from.saturating_add(blank);
        self.line += self.csv.get(self.at..to).unwrap_or_default().iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.at = to;
        self.line
    }
}

/// The columns that the first line names, in its order.
fn header(record: &ByteRecord) -> Result<Vec<&'static str>, DirectoryError> {
    let all = COLUMNS.join(",");
    let named: Option<Vec<_>> = record.iter().map(|name| COLUMNS.into_iter().find(|column| column.as_bytes() == name.trim_ascii())).collect();
    let distinct = |columns: &[&str]| columns.iter().collect::<HashSet<_>>().len() == columns.len();
    let whole = |columns: &[&str]| COLUMNS.iter().all(|column| *column == "aliases" || columns.contains(column));
    named.filter(|columns| distinct(columns) && whole(columns)).ok_or_else(|| {
        refused(
            format!("ブランド表の 1 行目には列名を書いてください: {all}（aliases は省けます）。"),
            format!("the first line of a brand table must name its columns: {all} (aliases may be left out)"),
        )
    })
}

/// Reads one row.
fn row(record: &ByteRecord, columns: &[&str]) -> Result<Change, Reason> {
    let wrong = |ja: String, en: String| Err(Reason::new("brand-row", ja, en));
    let (expected, count) = (columns.len(), record.len());
    if record.iter().any(|field| field.contains(&b'\n')) {
        return wrong(
            "項目の中に改行があります。引用符が閉じていないかもしれません。".into(),
            "a field holds a line break; perhaps a quotation mark is not closed".into(),
        );
    }
    if count != expected {
        return wrong(
            format!("{expected} 列のはずが {count} 列あります。コンマを含む項目は引用符で囲んでください。"),
            format!("the number of columns is {count}, not {expected}; quote a field that holds a comma"),
        );
    }
    let mut fields: HashMap<&str, &str> = HashMap::new();
    for (column, bytes) in columns.iter().zip(record) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return wrong(
                format!("列 {column} が UTF-8 ではありません。ファイルを UTF-8 で保存してください。"),
                format!("the column {column} is not UTF-8; save the file as UTF-8"),
            );
        };
        fields.insert(column, text.trim());
    }
    let field = |name: &str| fields.get(name).copied().unwrap_or_default().to_owned();
    let (key, origin) = (printable(&field("key"), 64), printable(&field("origin"), 64));
    let Some(known) = Origin::of_key(&field("origin")) else {
        return wrong(
            format!("{key} の origin「{origin}」は domestic、foreign、unknown のどれかにしてください。"),
            format!("the origin {origin:?} of {key} must be domestic, foreign or unknown"),
        );
    };
    let aliases = field("aliases").split('|').map(str::trim).filter(|alias| !alias.is_empty()).map(str::to_owned).collect();
    let name = Bilingual::new(field("name_ja"), field("name_en"));
    let change = Change { key: field("key"), name, origin: known, country: field("country"), sector: field("sector"), aliases };
    change.check().map_err(|error| match error {
        DirectoryError::Refused(reason) => reason,
        other => Reason::new("brand-row", other.to_string(), other.to_string()),
    })?;
    Ok(change)
}

/// Which row was the first to bear a key or a name.
#[derive(Default)]
struct First {
    keys: HashMap<String, u64>,
    names: HashMap<String, (String, u64)>,
}

impl First {
    /// Refuses a row that claims what an earlier row has.
    fn check(&mut self, change: Change, line: u64) -> Result<Change, Reason> {
        if let Some(other) = self.keys.get(&change.key) {
            return Err(Reason::new(
                "brand-row",
                format!("キー「{}」は {other} 行目にもあります。", change.key),
                format!("the key {:?} stands on line {other} already", change.key),
            ));
        }
        for name in change.names() {
            if let Some((owner, other)) = self.names.get(&fold(&name)) {
                return Err(Reason::new(
                    "brand-row",
                    format!("「{name}」は {other} 行目の {owner} と {} の両方にあります。", change.key),
                    format!("{name:?} is claimed by {owner} on line {other} and by {}", change.key),
                ));
            }
        }
        self.keys.insert(change.key.clone(), line);
        self.names.extend(change.names().iter().map(|name| (fold(name), (change.key.clone(), line))));
        Ok(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "key,name_ja,name_en,origin,country,sector,aliases\n";

    #[test]
    fn a_wrong_row_is_told_with_its_line_and_the_others_read() {
        let csv = format!(
            "{HEAD}a,あ,A,domestic,JP,bank,\r\n\nb,い,B,nowhere,JP,bank,\nc,う,C,domestic,Japan,bank,\nd,え,D,domestic,JP,bank,あ\ne,お\na,か,K,domestic,JP,bank,\nf,き,F,foreign,US,bank,エフ|FF\n"
        );
        let table = parse_table(csv.as_bytes()).expect("a table");
        assert_eq!(table.rows.iter().map(|row| (row.line, row.change.key.as_str())).collect::<Vec<_>>(), [(2, "a"), (9, "f")]);
        let said: Vec<_> = table.wrong.iter().map(|wrong| (wrong.line, wrong.reason.text.en.as_str())).collect();
        for ((line, said), (expected, part)) in said.iter().zip([
            (4, "the origin \"nowhere\" of b must be"),
            (5, "country"),
            (6, "claimed by a on line 2 and by d"),
            (7, "the number of columns is 2, not 7"),
            (8, "stands on line 2 already"),
        ]) {
            assert!(*line == expected && said.contains(part), "{line}: {said}");
        }
        assert_eq!(said.len(), 5);
        let quoted = parse_table(format!("{HEAD}a,あ,\"A,domestic,JP,bank,\nb,い,B,domestic,JP,bank,\n").as_bytes()).expect("a table");
        assert!(quoted.rows.is_empty() && quoted.wrong.len() == 1 && quoted.wrong[0].line == 2, "a quotation mark that is not closed hides no row");
    }

    #[test]
    fn a_file_that_is_no_table_is_refused() {
        for csv in ["", "date,URL,description\n", "key,name_ja,name_en,origin,country,sector,alias\n", "key,key,name_ja,name_en,origin,country,sector\n"] {
            assert!(parse_table(csv.as_bytes()).expect_err("refused").to_string().contains("must name its columns"), "{csv:?}");
        }
    }
}
