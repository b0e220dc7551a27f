//! The table. It says neither its version nor how many entries it has, so that nothing is withdrawn by it.

use super::Reading;
use crate::kev::entry::{Fields, text_of};
use noroshi_feeds::delimited::{Field, RawRow, RowBody, RowReader, fields};
use noroshi_kernel::reason::Reason;
use std::io::Cursor;

/// What a column fills.
type Fill = fn(&mut Fields) -> &mut Option<String>;

/// The columns by name, whether each must be there, and what it fills. `cwes` is a list and stands beside.
const COLUMNS: [(&str, bool, Fill); 10] = [
    ("cveID", true, |fields| &mut fields.cve),
    ("vendorProject", true, |fields| &mut fields.vendor),
    ("product", true, |fields| &mut fields.product),
    ("vulnerabilityName", true, |fields| &mut fields.name),
    ("dateAdded", true, |fields| &mut fields.added),
    ("shortDescription", true, |fields| &mut fields.description),
    ("requiredAction", true, |fields| &mut fields.action),
    ("dueDate", true, |fields| &mut fields.due),
    ("knownRansomwareCampaignUse", false, |fields| &mut fields.ransomware),
    ("notes", false, |fields| &mut fields.notes),
];
const WEAKNESSES: &str = "cwes";

/// Which column of the file holds which field.
struct Header {
    places: Vec<(usize, Fill)>,
    weaknesses: Option<usize>,
}

impl Header {
    fn of(names: &[String]) -> Result<Self, Reason> {
        let place = |name: &str| names.iter().position(|written| written.trim().eq_ignore_ascii_case(name));
        if let Some((name, ..)) = COLUMNS.iter().find(|(name, needed, _)| *needed && place(name).is_none()) {
            let ja = format!("見出し行に {name} の列がありません。CISA の KEV カタログの CSV か JSON を渡してください。");
            return Err(Reason::new("kev-column", ja, format!("the header names no column {name}; this takes the KEV catalogue of CISA as CSV or JSON")));
        }
        let places = COLUMNS.iter().filter_map(|(name, _, fill)| Some((place(name)?, *fill))).collect();
        Ok(Self { places, weaknesses: place(WEAKNESSES) })
    }

    fn fields(&self, mut cells: Vec<String>) -> Fields {
        let mut fields = Fields::default();
        let weaknesses =
            self.weaknesses.and_then(|place| cells.get(place)).map(|written| written.split([',', ';']).map(str::trim).map(str::to_owned).collect::<Vec<_>>());
        fields.cwes = weaknesses.unwrap_or_default().into_iter().filter(|one| !one.is_empty()).collect();
        for (place, fill) in &self.places {
            *fill(&mut fields) = cells.get_mut(*place).map(std::mem::take);
        }
        fields
    }
}

pub(super) fn read(bytes: &[u8], reading: &mut Reading) {
    let mut rows = RowReader::new(Cursor::new(bytes));
    let mut split = Vec::new();
    let mut header = None;
    // Reading out of memory does not fail.
    while let Ok(Some(row)) = rows.next() {
        let place = format!("line {}", row.line);
        let cells = cells(&row, &mut split);
        let Some(header) = &header else {
            match cells.and_then(|names| Header::of(&names)) {
                Ok(read) => header = Some(read),
                Err(reason) => return reading.broken(place, None, reason),
            }
            continue;
        };
        let fields = cells.map(|cells| header.fields(cells));
        if !reading.entry(&place, fields.as_ref().map_err(Clone::clone)) {
            return;
        }
    }
}

fn cells(row: &RawRow<'_>, split: &mut Vec<Field>) -> Result<Vec<String>, Reason> {
    let RowBody::Complete(bytes) = row.body else {
        let (ja, en) = ("行が長すぎるか、引用符が閉じていません。", "the row is too long, or a quote is not closed");
        return Err(Reason::new("kev-row", ja, en));
    };
    fields(bytes, split)?;
    Ok(split.iter().map(|field| text_of(&field.text(bytes)).into_owned()).collect())
}
