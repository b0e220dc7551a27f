//! A catalogue's file, read in bounded memory: entries, and what is broken with its place.

mod csv;
mod json;

use super::entry::{Entry, Fields};
use crate::cve::CveId;
use jiff::civil;
use noroshi_kernel::{moment::Moment, reason::Reason};
use std::collections::BTreeSet;

/// The most entries of one file. The catalogue grows by some two hundred a year.
pub const MOST_ENTRIES: usize = 100_000;
/// The most broken places that are told of one file.
const MOST_BROKEN: usize = crate::imported::MOST_REASONS;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// The version as it calls itself; empty when it does not.
    pub version: String,
    /// When it was released: as it says, or else the day of its latest entry.
    pub as_of: Option<Moment>,
    /// Its entries, as they stand; of one that stands twice the first.
    pub entries: Vec<Entry>,
    /// What is broken, at most as much as can be told.
    pub broken: Vec<Broken>,
    /// How many entries are broken.
    pub broken_count: u64,
    /// The ids that were read of broken entries.
    pub broken_ids: BTreeSet<CveId>,
    /// Whether it can be said what it does not hold: it says how many entries it has, and the id of each was read.
    pub is_whole: bool,
}

/// A broken entry, or a broken file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Where: `entry 7 (CVE-2024-12345)`, `line 3, column 2`.
    pub place: String,
    /// What is wrong.
    pub reason: Reason,
}

/// Reads a catalogue, JSON or CSV: the first character tells which.
///
/// ```
/// let csv = "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate\n\
///            CVE-2024-0001,Example,Fire,Example Fire Vulnerability,2024-01-02,It burns.,Put it out.,2024-01-23\n";
/// let catalogue = noroshi_catalogue::kev::read::read(csv.as_bytes());
/// assert_eq!(catalogue.entries[0].cve.as_str(), "CVE-2024-0001");
/// assert_eq!(catalogue.broken_count, 0);
/// ```
#[must_use]
pub fn read(bytes: &[u8]) -> Catalogue {
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reading = Reading::default();
    match plain.trim_ascii_start().first() {
        None => reading.broken("file".into(), None, Reason::new("kev-empty", "ファイルが空です。", "the file is empty")),
        Some(b'{' | b'[') => json::read(plain, &mut reading),
        Some(_) => csv::read(bytes, &mut reading),
    }
    reading.finish()
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    catalogue: Catalogue,
    seen: BTreeSet<CveId>,
    /// How many entries the file says that it has.
    count: Option<u64>,
    /// Entries so far, whole or broken.
    entries: u64,
    /// Whether there is an entry whose id could not be read.
    has_nameless: bool,
}

impl Reading {
    /// Takes an entry; gives whether more are taken.
    fn entry(&mut self, place: &str, fields: Result<&Fields, Reason>) -> bool {
        if self.entries == MOST_ENTRIES as u64 {
            let (ja, en) = (format!("{MOST_ENTRIES} 件を超える分は読みません。"), format!("what is beyond {MOST_ENTRIES} entries is not read"));
            self.broken(place.to_owned(), None, Reason::new("kev-many", ja, en));
            return false;
        }
        self.entries += 1;
        let id = fields.as_ref().ok().and_then(|fields| fields.cve.as_deref()).and_then(|written| written.trim().parse::<CveId>().ok());
        let place = id.as_ref().map_or_else(|| place.to_owned(), |id| format!("{place} ({id})"));
        match fields.and_then(Entry::of) {
            Ok(entry) if self.seen.contains(&entry.cve) => {
                let en = format!("{} stands twice; the first is taken", entry.cve);
                self.broken(place, id, Reason::new("kev-twice", format!("{} が 2 度あります。最初のものを採りました。", entry.cve), en));
            }
            Ok(entry) => {
                self.seen.insert(entry.cve.clone());
                self.catalogue.entries.push(entry);
            }
            Err(reason) => self.broken(place, id, reason),
        }
        true
    }

    fn broken(&mut self, place: String, id: Option<CveId>, reason: Reason) {
        self.has_nameless |= id.is_none();
        self.catalogue.broken_ids.extend(id);
        self.catalogue.broken_count += 1;
        if self.catalogue.broken.len() < MOST_BROKEN {
            self.catalogue.broken.push(Broken { place, reason });
        }
    }

    fn finish(self) -> Catalogue {
        let Self { mut catalogue, count, entries, has_nameless, .. } = self;
        let latest = catalogue.entries.iter().map(|entry| entry.added_on).max();
        catalogue.as_of = catalogue.as_of.or_else(|| latest.and_then(begin));
        catalogue.is_whole = count == Some(entries) && !has_nameless;
        catalogue
    }
}

/// The first moment of a day, UTC.
fn begin(day: civil::Date) -> Option<Moment> {
    day.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp().into())
}
