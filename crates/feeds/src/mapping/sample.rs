//! What a sample's columns or members are called.

use super::{Mapping, Separator, TableShape};
use crate::{
    json::{self, MOST_VALUE_BYTES, Values},
    table::Table,
};
use noroshi_kernel::reason::Reason;
use serde_json::Value;

/// The deepest member that is named.
const MOST_DEPTH: usize = 4;

impl Mapping {
    /// Proposes a mapping for a sample of a table: its separator, and the columns that its first row names.
    ///
    /// # Errors
    /// The [`Reason`] why the first row cannot be read.
    ///
    /// ```
    /// use noroshi_feeds::mapping::{Mapping, Separator};
    /// let mapping = Mapping::of_table("日時;IPアドレス;備考\n2024-01-15 00:00:07;192.0.2.7;x\n".as_bytes())?;
    /// assert_eq!((mapping.table.separator, mapping.addresses), (Separator::Semicolon, vec!["IPアドレス".to_owned()]));
    /// # Ok::<(), noroshi_kernel::reason::Reason>(())
    /// ```
    pub fn of_table(sample: &[u8]) -> Result<Self, Reason> {
        let first = sample.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let separator = Separator::of_first_row(&String::from_utf8_lossy(first));
        let mut table = Table::new(sample, separator.byte());
        // Reading from memory does not fail.
        let names = table.header(|names| Ok(names.iter().map(|name| name.trim().to_owned()).collect::<Vec<_>>()));
        let names = match names {
            Ok(Ok(names)) => names,
            Ok(Err(Some(row))) => return Err(row.content.err().map_or_else(empty, |problem| problem.reason)),
            Ok(Err(None)) | Err(_) => return Err(empty()),
        };
        let mapping = Self::suggest(&names.iter().map(String::as_str).collect::<Vec<_>>());
        Ok(Self { table: TableShape { separator, header: true }, ..mapping })
    }

    /// Proposes a mapping for a sample of JSON: the members of its first object, those within others by pointer.
    ///
    /// # Errors
    /// The [`Reason`] why there is no object that can be read.
    pub fn of_json(sample: &[u8]) -> Result<Self, Reason> {
        let mut values = Values::new(sample, MOST_VALUE_BYTES).map_err(|_| empty())?;
        if let Some(foreign) = values.foreign.clone() {
            return Err(foreign);
        }
        let raw = values.next().map_err(|_| empty())?.ok_or_else(empty)?;
        let value = json::value_of(&raw)?;
        let mut names = Vec::new();
        members(&value, "", &mut names);
        if names.is_empty() {
            return Err(super::json::no_object());
        }
        Ok(Self::suggest(&names.iter().map(String::as_str).collect::<Vec<_>>()))
    }
}

/// The members that hold something to read: at the top by name, deeper ones by pointer (RFC 6901).
fn members(value: &Value, above: &str, names: &mut Vec<String>) {
    let Some(members) = value.as_object().filter(|_| above.matches('/').count() < MOST_DEPTH) else { return };
    for (name, value) in members {
        if names.len() >= super::MOST_FIELDS {
            return;
        }
        let pointer = format!("{above}/{}", name.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(_) => self::members(value, &pointer, names),
            _ if above.is_empty() && !name.starts_with('/') => names.push(name.clone()),
            _ => names.push(pointer),
        }
    }
}

fn empty() -> Reason {
    Reason::new(
        "sample-empty",
        "見本に読める行がありません。見出し行を含む先頭の数行を渡してください。",
        "the sample holds nothing to read; give its first lines, with the header",
    )
}
