use super::reading::{Fault, Row};
use noroshi_feeds::digest;
use noroshi_kernel::{access::Actor, id::CorrespondenceId, language::Bilingual, setaside::SetAside};
use noroshi_ledger::UnitOfWork;
use noroshi_mailroom::{
    MailroomError,
    tray::{self, Item, ReadAs},
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What lies in the tray of a delivery already, found by an input's key or by its place.
#[derive(Default)]
pub(super) struct Lying {
    items: Vec<Item>,
    keys: HashMap<[u8; 16], usize>,
    places: BTreeMap<(Option<String>, u64, u64), usize>,
}

impl Lying {
    /// `by_place`: inputs of the delivery have places of their own.
    pub(super) fn new(items: Vec<Item>, by_place: bool) -> Self {
        let keys = items.iter().enumerate().map(|(index, item)| (item.row_key, index)).collect();
        let place = |(index, item): (usize, &Item)| ((item.file.clone(), item.raw_offset, item.lines.0), index);
        let places = items.iter().enumerate().filter(|_| by_place).map(place).collect();
        Self { items, keys, places }
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The entry that stands for an input.
    pub(super) fn holding(&self, row: &Row) -> Option<usize> {
        let by_place = || {
            let (file, line) = (row.file(), row.line.unwrap_or(0));
            let (_, index) = self.places.range(..=(file.map(str::to_owned), row.offset, line)).next_back()?;
            self.items.get(*index).filter(|item| item.holds(file, row.offset, line)).map(|_| *index)
        };
        self.keys.get(&row.key).copied().or_else(by_place)
    }
}

/// What of a part goes to the tray.
///
/// Rows that follow each other line by line and have the same kind of fault are one entry: whoever mends a file looks at one of them, and a
/// file of nothing else must not fill the tray.
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
    stands: Stands,
}

/// How an entry stands to what lies in the tray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    /// It may be new.
    New,
    /// Its rows lie there in an entry that waits.
    There,
    /// It is what is wrong now with inputs of this entry, by its place among those that are read again.
    Again(usize),
}

impl Rejected {
    pub(super) const fn new(delivery: CorrespondenceId, name: String) -> Self {
        Self { delivery, name, entries: Vec::new(), whole: 0, partly: 0 }
    }

    /// Adds a row or a letter of which nothing could be read. `there`: it lies in the tray already.
    pub(super) fn add(&mut self, row: &Row, fault: Fault, there: bool) {
        self.whole += 1;
        let stands = if there { Stands::There } else { Stands::New };
        match row.line {
            Some(line) if self.goes_on(line, &fault, stands) => self.fold(row, line),
            _ => self.push(row, row.key, fault, stands),
        }
    }

    /// Adds a row of an entry that is read again. What goes on with the same kind of fault stays one entry.
    pub(super) fn add_again(&mut self, row: &Row, fault: Fault, index: usize) {
        self.whole += 1;
        let stands = Stands::Again(index);
        match self.entries.last() {
            Some(last) if last.stands == stands && last.one.reason.key == fault.1.key => self.fold(row, row.line.unwrap_or(0)),
            _ => self.push(row, row.key, fault, stands),
        }
    }

    /// Adds what is still wrong with an entry of a letter that was read again, or what is wrong besides.
    pub(super) fn add_letter_again(&mut self, row: &Row, key: [u8; 16], fault: Fault, index: Option<usize>) {
        self.push(row, key, fault, index.map_or(Stands::New, Stands::Again));
    }

    /// Adds parts of a letter that could not be read.
    pub(super) fn add_parts(&mut self, row: &Row, faults: Vec<Fault>) {
        self.partly += u64::from(!faults.is_empty());
        for (place, fault) in faults.into_iter().enumerate() {
            let key = [&row.key[..], &place.to_be_bytes()].concat();
            self.push(row, digest::of(&key), fault, Stands::New);
        }
    }

    /// Whether a fault at `line` goes on what the last entry began.
    fn goes_on(&self, line: u64, (_, reason): &Fault, stands: Stands) -> bool {
        self.entries.last().is_some_and(|Entry { of, one, stands: last, .. }| {
            *last == stands && *of == self.delivery && one.reason.key == reason.key && one.last_line + 1 == line
        })
    }

    fn fold(&mut self, row: &Row, line: u64) {
        if let Some(Entry { one, .. }) = self.entries.last_mut() {
            one.rows += 1;
            one.raw_length = (row.offset + row.length).saturating_sub(one.raw_offset);
            if line != one.first_line {
                one.place = Bilingual::new(format!("{}～{line} 行目", one.first_line), format!("lines {} to {line}", one.first_line));
            }
            one.last_line = line;
        }
    }

    fn push(&mut self, row: &Row, row_key: [u8; 16], (place, reason): Fault, stands: Stands) {
        let line = row.line.unwrap_or(0);
        let file = row.file().map(str::to_owned);
        let one = tray::Rejected { row_key, file, place, reason, raw_offset: row.offset, raw_length: row.length, rows: 1, first_line: line, last_line: line };
        let name = row.name.clone().unwrap_or_else(|| self.name.clone());
        self.entries.push(Entry { of: row.letter.unwrap_or(self.delivery), name, one, stands });
    }

    /// Whether nothing is wrong.
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keeps in the tray what is new there.
    pub(super) async fn keep(&self, work: &UnitOfWork, read_as: &ReadAs) -> Result<(), MailroomError> {
        let new: Vec<_> = self.entries.iter().filter(|entry| entry.stands == Stands::New).map(|entry| (entry.of, &entry.one)).collect();
        Ok(tray::put(work, read_as, new.into_iter()).await?)
    }

    /// Keeps what became of entries that were read again: what is wrong with them now, or that nothing is. Gives how many were
    /// closed.
    pub(super) async fn keep_again(&self, work: &UnitOfWork, actor: &Actor, read_as: &ReadAs, items: &[Item]) -> Result<u64, MailroomError> {
        let mut waiting = HashSet::new();
        let mut split = Vec::new();
        for Entry { of, one, stands, .. } in &self.entries {
            match stands {
                Stands::Again(index) if waiting.insert(*index) => {
                    if let Some(item) = items.get(*index) {
                        tray::put_again(work, item.id, one).await?;
                    }
                }
                // Other faults than the first one of the same entry.
                _ => split.push((*of, one)),
            }
        }
        tray::put(work, read_as, split.into_iter()).await?;
        let read: Vec<&Item> = items.iter().enumerate().filter(|(index, _)| !waiting.contains(index)).map(|(_, item)| item).collect();
        tray::close_read(work, actor, &read).await?;
        Ok(read.len() as u64)
    }

    /// Why, for whoever runs the import.
    pub(super) fn reasons(self) -> impl Iterator<Item = SetAside> {
        self.entries.into_iter().map(|Entry { name, one, .. }| SetAside { input: name, r#where: one.place.en, reason: one.reason.text.en, rows: one.rows })
    }
}
