//! Feeds of any shape as CSV or JSON, read by a mapping that says which column or member holds what.
//!
//! A [`Mapping`] is written by people, or proposed from a header by [`Mapping::suggest`]. [`CsvReader`] and [`JsonReader`] give the
//! same rows from the same facts.

mod csv;
mod json;
mod moment;
mod record;
mod sample;
mod suggest;

pub use csv::CsvReader;
pub use json::JsonReader;
pub use moment::DIRECTIVES;

use noroshi_kernel::{moment::Zone, observable::Protocol, reason::Reason, rsit::Rsit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most fields that a mapping may name, and the most rows of its table of kinds.
pub const MOST_FIELDS: usize = 256;

/// Which column or member holds what. A field is the name of a column, whatever its case (its number from 1 in a table without a
/// header), or in JSON a pointer (RFC 6901), for example `/source/ip`, or a member's name alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// How a table is written; JSON needs none of it.
    pub table: TableShape,
    /// When it was seen.
    pub time: Option<TimeField>,
    /// The addresses of what is reported, the foremost first. A field may hold several, and ports behind them.
    pub addresses: Vec<String>,
    /// The port that it is about: `22`, or `tcp/22`.
    pub port: Option<String>,
    /// That port's protocol, by name or number.
    pub protocol: Option<String>,
    /// The protocol of a port where nothing tells it.
    pub default_protocol: Option<Protocol>,
    /// The reported URL.
    pub url: Option<String>,
    /// The reported host; when it is an address, it counts as one.
    pub host: Option<String>,
    /// Whom it imitates.
    pub brand: Option<String>,
    /// What kind of thing it is.
    pub kind: Kind,
    /// What is kept beside.
    pub details: Details,
}

/// How a table is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableShape {
    /// What separates columns.
    pub separator: Separator,
    /// Whether the first row names the columns.
    pub header: bool,
}

impl Default for TableShape {
    fn default() -> Self {
        Self { separator: Separator::Comma, header: true }
    }
}

/// What separates the columns of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl Separator {
    /// The byte that separates.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }

    /// The separator that a first row most likely has: the one that occurs most often in it.
    #[must_use]
    pub fn of_first_row(row: &str) -> Self {
        let count = |separator: &Self| row.bytes().filter(|byte| *byte == separator.byte()).count();
        [Self::Tab, Self::Semicolon, Self::Comma].into_iter().max_by_key(count).unwrap_or_default()
    }
}

/// The field of a time, and how it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimeField {
    /// The field.
    pub field: String,
    /// How it is written.
    pub form: TimeForm,
    /// The IANA time zone of times that tell no offset; UTC when not told.
    pub zone: Option<String>,
}

/// How times are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeForm {
    /// RFC 3339, RFC 5322, or `2024-01-15 00:00:07` with `-` or `/`.
    #[default]
    Usual,
    /// Seconds since 1970, with or without a fraction.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
    /// A pattern of [`DIRECTIVES`], for example `%d.%m.%Y %H:%M`.
    Pattern(String),
}

/// How the kind of a row is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Kind {
    /// The field that tells it.
    pub field: Option<String>,
    /// What the field's texts mean, whatever their case.
    pub table: BTreeMap<String, Rsit>,
    /// The kind of every other row.
    pub otherwise: Rsit,
}

impl Default for Kind {
    fn default() -> Self {
        Self { field: None, table: BTreeMap::new(), otherwise: Rsit::Undetermined }
    }
}

/// What is kept beside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Details {
    /// Everything that is not used otherwise.
    #[default]
    All,
    /// Nothing.
    None,
    /// These fields.
    Only(Vec<String>),
}

impl Mapping {
    /// Looks that a mapping can be used.
    ///
    /// # Errors
    /// The [`Reason`] why not: it finds no target, is too long, or tells times in a way that cannot be read.
    pub fn check(&self) -> Result<(), Reason> {
        if self.addresses.is_empty() && self.url.is_none() && self.host.is_none() {
            return Err(Reason::new(
                "mapping-target",
                "アドレス、URL、ホスト名のどれの列も指定されていません。少なくとも 1 つを指定してください。",
                "no field for an address, a URL or a host is named; name at least one",
            ));
        }
        let only = if let Details::Only(fields) = &self.details { fields.len() } else { 0 };
        if self.fields().count() + only > MOST_FIELDS || self.kind.table.len() > MOST_FIELDS {
            return Err(Reason::new(
                "mapping-length",
                format!("対応表の項目が多すぎます（{MOST_FIELDS} 個まで）。使わない項目を減らしてください。"),
                format!("the mapping has more than {MOST_FIELDS} fields or kinds; take out what is not used"),
            ));
        }
        if let Some(time) = &self.time {
            moment::Times::new(time)?;
        }
        Ok(())
    }

    /// Every field that is named, but for those of the details.
    fn fields(&self) -> impl Iterator<Item = &str> {
        let single = [&self.port, &self.protocol, &self.url, &self.host, &self.brand, &self.kind.field];
        let time = self.time.as_ref().map(|time| time.field.as_str());
        time.into_iter().chain(self.addresses.iter().map(String::as_str)).chain(single.into_iter().filter_map(Option::as_deref))
    }
}

impl TimeField {
    /// The zone of times without an offset.
    fn zone(&self) -> Result<Zone, Reason> {
        let name = self.zone.as_deref().unwrap_or("UTC");
        Zone::named(name).map_err(|problem| {
            let ja = format!("タイムゾーン「{name}」はありません。Asia/Tokyo のように書いてください。");
            Reason::new("mapping-zone", ja, problem.to_string())
        })
    }
}

#[cfg(test)]
mod tests;
