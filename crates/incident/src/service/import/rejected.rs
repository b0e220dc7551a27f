use super::reading::{Fault, Row};
use noroshi_feeds::digest;
use noroshi_kernel::{id::CorrespondenceId, language::Bilingual, setaside::SetAside};
use noroshi_mailroom::tray;

/// What of a part goes to the tray.
///
/// Rows that follow each other line by line and have the same kind of fault are one entry from the third on: whoever mends a file
/// looks at one of them, and a file of nothing else must not fill the tray.
pub(super) struct Rejected {
    delivery: CorrespondenceId,
    /// What the delivery is called.
    name: String,
    entries: Vec<Entry>,
    /// How many rows and letters were set aside as a whole.
    pub(super) whole: u64,
    /// How many letters were taken but for parts of them.
    pub(super) partly: u64,
}

struct Entry {
    of: CorrespondenceId,
    name: String,
    one: tray::Rejected,
}

/// So many faults of one kind stand for themselves before those behind them are folded into the last.
const APART: u64 = 2;

impl Rejected {
    pub(super) const fn new(delivery: CorrespondenceId, name: String) -> Self {
        Self { delivery, name, entries: Vec::new(), whole: 0, partly: 0 }
    }

    /// Adds a row or a letter of which nothing could be read.
    pub(super) fn add(&mut self, row: &Row, fault: Fault) {
        self.whole += 1;
        match row.line {
            Some(line) if self.goes_on(line, &fault) => self.fold(row, line),
            _ => self.push(row, row.key, fault),
        }
    }

    /// Adds parts of a letter that could not be read.
    pub(super) fn add_parts(&mut self, row: &Row, faults: Vec<Fault>) {
        self.partly += u64::from(!faults.is_empty());
        for (place, fault) in faults.into_iter().enumerate() {
            let key = [&row.key[..], &place.to_be_bytes()].concat();
            self.push(row, digest::of(&key), fault);
        }
    }

    /// Whether a fault at `line` goes on what the last entries began.
    fn goes_on(&self, line: u64, (_, reason): &Fault) -> bool {
        let same = |entry: &Entry| entry.of == self.delivery && entry.one.reason.key == reason.key && entry.one.last_line < line;
        let run = self.entries.iter().rev().zip(1..=APART).filter(|(entry, back)| same(entry) && line - entry.one.last_line <= *back).count() as u64;
        run == APART || self.entries.last().is_some_and(|last| same(last) && last.one.rows > 1 && last.one.last_line + 1 == line)
    }

    fn fold(&mut self, row: &Row, line: u64) {
        if let Some(Entry { one, .. }) = self.entries.last_mut() {
            one.rows += 1;
            one.raw_length = row.offset + row.length - one.raw_offset;
            one.place = Bilingual::new(format!("{}～{line} 行目", one.first_line), format!("lines {} to {line}", one.first_line));
            one.last_line = line;
        }
    }

    fn push(&mut self, row: &Row, row_key: [u8; 16], (place, reason): Fault) {
        let line = row.line.unwrap_or(0);
        let one = tray::Rejected { row_key, place, reason, raw_offset: row.offset, raw_length: row.length, rows: 1, first_line: line, last_line: line };
        let name = row.name.clone().unwrap_or_else(|| self.name.clone());
        self.entries.push(Entry { of: row.letter.unwrap_or(self.delivery), name, one });
    }

    /// What goes to the tray, with the correspondence that it came in.
    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = (CorrespondenceId, &tray::Rejected)> {
        self.entries.iter().map(|entry| (entry.of, &entry.one))
    }

    /// Why, for whoever runs the import.
    pub(super) fn reasons(self) -> impl Iterator<Item = SetAside> {
        self.entries.into_iter().map(|Entry { name, one, .. }| SetAside { input: name, r#where: one.place.en, reason: one.reason.text.en, rows: one.rows })
    }
}
