//! Tables, read by a mapping.

use super::{Details, Mapping, record::Plan};
use crate::{
    row::Row,
    table::{Cells, Table},
};
use noroshi_kernel::{moment::Moment, reason::Reason, setaside::printable};
use std::{
    borrow::Cow,
    collections::HashMap,
    io::{self, Read},
};

/// Reads the rows of a table in bounded memory.
///
/// ```
/// use noroshi_feeds::mapping::{CsvReader, Mapping, Separator, TableShape};
/// use noroshi_kernel::moment::Moment;
/// let table = "first_seen;ip;port\n2024-01-15 00:00:07;192.0.2.7;22\n";
/// let mapping = Mapping::suggest(&["first_seen", "ip", "port"]);
/// let mapping = Mapping { table: TableShape { separator: Separator::Semicolon, header: true }, ..mapping };
/// let mut reader = CsvReader::new(table.as_bytes(), &mapping, Moment(i64::MAX)).expect("a mapping");
/// let finding = reader.next().expect("a row")?.content?;
/// assert_eq!(finding.port.expect("a port").to_string(), "tcp/22");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CsvReader<R> {
    table: Table<R>,
    plan: Plan,
    columns: Columns,
    begun: bool,
}

/// The columns by name, and those that are kept beside.
#[derive(Debug, Default)]
struct Columns {
    names: HashMap<String, usize>,
    details: Vec<(usize, String)>,
}

impl<R: Read> CsvReader<R> {
    /// Reads `source` by `mapping`; a time after `latest` (now and one day) is not believed.
    ///
    /// # Errors
    /// The [`Reason`] why the mapping cannot be used.
    pub fn new(source: R, mapping: &Mapping, latest: Moment) -> Result<Self, Reason> {
        let plan = Plan::new(mapping, latest)?;
        let table = Table::new(source, mapping.table.separator.byte());
        Ok(Self { table, plan, columns: Columns::default(), begun: false })
    }

    fn read(&mut self) -> io::Result<Option<Row>> {
        if !self.begun {
            self.begun = true;
            let mapping = &self.plan.mapping;
            let columns = if mapping.table.header {
                self.table.header(|names| Columns::of_header(names, mapping).map_err(|reason| (None, reason)))?
            } else {
                self.table.no_header()?;
                Ok(Columns::of_numbers(mapping))
            };
            match columns {
                Ok(columns) => self.columns = columns,
                Err(broken) => return Ok(broken),
            }
        }
        let Self { table, plan, columns, .. } = self;
        table.row(|cells| {
            let text = |field: &str| columns.place(field).map_or(Cow::Borrowed(""), |column| cells.text(column));
            let finding = plan.finding(text).map_err(|(field, reason)| (field.and_then(|field| columns.place(field)).map(|column| column + 1), reason))?;
            Ok(columns.with_details(finding, cells, &plan.mapping))
        })
    }
}

impl<R: Read> Iterator for CsvReader<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl Columns {
    fn of_header(header: &[Cow<'_, str>], mapping: &Mapping) -> Result<Self, Reason> {
        let mut names = HashMap::new();
        for (column, name) in header.iter().enumerate() {
            names.entry(key(name)).or_insert(column);
        }
        if let Some(field) = mapping.fields().find(|field| !names.contains_key(&key(field))) {
            return Err(no_column(field));
        }
        let used: Vec<_> = mapping.fields().filter_map(|field| names.get(&key(field)).copied()).collect();
        let details = match &mapping.details {
            Details::None => Vec::new(),
            Details::All => {
                header.iter().enumerate().filter(|(column, _)| !used.contains(column)).map(|(column, name)| (column, name.trim().to_owned())).collect()
            }
            Details::Only(fields) => fields.iter().filter_map(|field| names.get(&key(field)).map(|column| (*column, field.clone()))).collect(),
        };
        Ok(Self { names, details })
    }

    fn of_numbers(mapping: &Mapping) -> Self {
        let only = if let Details::Only(fields) = &mapping.details { fields.as_slice() } else { &[] };
        let number = |field: &str| field.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let named = mapping.fields().chain(only.iter().map(String::as_str));
        let names = named.filter_map(|field| number(field).map(|column| (key(field), column))).collect();
        let details = only.iter().filter_map(|field| number(field).map(|column| (column, field.clone()))).collect();
        Self { names, details }
    }

    fn place(&self, field: &str) -> Option<usize> {
        self.names.get(field).or_else(|| self.names.get(&key(field))).copied()
    }

    fn with_details(&self, mut finding: crate::finding::Finding, cells: &Cells<'_>, mapping: &Mapping) -> crate::finding::Finding {
        let mut tell = |name: String, column: usize| {
            let text = cells.text(column);
            if !text.is_empty() {
                finding.details.push((name, text.into_owned()));
            }
        };
        if mapping.table.header || mapping.details != Details::All {
            self.details.iter().for_each(|(column, name)| tell(name.clone(), *column));
        } else {
            let used: Vec<_> = self.names.values().copied().collect();
            (0..cells.count()).filter(|column| !used.contains(column)).for_each(|column| tell((column + 1).to_string(), column));
        }
        finding
    }
}

/// A column's name without its case and the white space around it.
fn key(name: &str) -> String {
    name.trim().trim_start_matches('#').trim_start().to_lowercase()
}

fn no_column(field: &str) -> Reason {
    let shown = printable(field, 64);
    Reason::new(
        "mapping-column",
        format!("見出し行に「{shown}」の列がありません。対応表か区切り文字を直してください。"),
        format!("the header names no column {shown:?}; correct the mapping or its separator"),
    )
}
