//! What a mapping would make of a sample, without keeping anything.

use super::{Told, told};
use crate::model::{Category, TargetKind};
use noroshi_feeds::row::Row;
use noroshi_kernel::{language::Bilingual, moment::Moment, reason::Reason, setaside::printable};
use noroshi_mailroom::mapping::{Format, Mapping};
use std::io;

/// So many rows of a sample are shown.
pub const PREVIEW_ROWS: usize = 20;

/// The most characters of a raw row that are shown.
const RAW_MOST_CHARS: usize = 600;

/// A row of a sample beside what would be reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previewed {
    /// The line at which it begins, from 1.
    pub line: u64,
    /// The row, made safe to show and shortened.
    pub raw: String,
    /// What would be reported, or the place and the reason why nothing would.
    pub content: Result<Preview, (Bilingual, Reason)>,
}

/// What would be reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// When it was reported; `None` when the row does not say: then it is when the file comes in.
    pub at: Option<Moment>,
    /// The category.
    pub category: Category,
    /// The machine tag of RSIT.
    pub rsit: String,
    /// What the target is.
    pub target_kind: TargetKind,
    /// The target in its canonical form.
    pub target: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its ports.
    pub ports: Vec<String>,
    /// Whom it imitates; empty when that is not told.
    pub brand: String,
    /// What is kept beside.
    pub details: Vec<(String, String)>,
}

/// Reads the first rows of a sample by a mapping.
///
/// # Errors
/// The [`Reason`] why the mapping cannot be used.
pub fn preview(format: Format, mapping: &Mapping, sample: &[u8], now: Moment) -> Result<Vec<Previewed>, Reason> {
    let latest = now.plus_days(1);
    let rows: Box<dyn Iterator<Item = io::Result<Row>>> = match format {
        Format::Csv => Box::new(noroshi_feeds::mapping::CsvReader::new(sample, mapping, latest)?),
        Format::Json => Box::new(noroshi_feeds::mapping::JsonReader::new(sample, mapping, latest)?),
    };
    // Reading from memory does not fail.
    Ok(rows.map_while(Result::ok).take(PREVIEW_ROWS).map(|row| previewed(row, sample, now)).collect())
}

fn previewed(row: Row, sample: &[u8], now: Moment) -> Previewed {
    let begin = usize::try_from(row.offset).unwrap_or(usize::MAX);
    let end = begin.saturating_add(usize::try_from(row.length).unwrap_or(usize::MAX)).min(sample.len());
    let raw = printable(&String::from_utf8_lossy(sample.get(begin..end).unwrap_or_default()), RAW_MOST_CHARS);
    let line = row.line;
    let content = row.content.map_err(|problem| (problem.place(), problem.reason)).and_then(|finding| {
        let (at, details) = (finding.at, finding.details.clone());
        let whole = || Bilingual::new(format!("{line} 行目"), format!("line {line}"));
        let Told { category, rsit, target, addresses, ports, brand, .. } = told(finding, at.unwrap_or(now)).map_err(|reason| (whole(), reason))?;
        Ok(Preview { at, category, rsit: rsit.into_owned(), target_kind: target.kind, target: target.text, addresses, ports, brand, details })
    });
    Previewed { line, raw, content }
}
