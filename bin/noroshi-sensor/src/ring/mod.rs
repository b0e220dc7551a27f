//! What waits for the centre: a ring of batches on the disk, bounded, that loses nothing without saying so.
//!
//! A folder holds one file for each batch, in the order in which they were kept, and a [small state](slots): the last batch that was kept (to
//! which the next is chained), what was lost and is not told yet, and the last receipt.
//!
//! | what happens | in this order |
//! |---|---|
//! | a batch is kept | its file stands; then the state names it as the head and forgets the gaps that its header tells |
//! | the oldest is dropped, or the centre refuses one | the state holds a gap for it, and again the gaps that it told; then the file goes |
//! | the centre acknowledges one | the state holds the receipt; then the file goes |
//! | an identity before left a ring | the state holds a gap for all that waits there, and all that it would have told; then its folder is renamed |
//!
//! The process may be killed between any two steps: [`Ring::open`] brings to its end what was begun. A batch that was kept is acknowledged, or in
//! the ring, or in a gap that is told or waits to be told.
//!
//! **Architecture invariant:** a file goes only after the state that answers for it stands; the state's file never grows, so that a full disk
//! cannot keep the ring from saying so.

mod aside;
mod file;
mod gaps;
mod older;
mod open;
mod report;
mod slots;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use older::BEGINS;
pub use older::Older;
pub use open::OpenError;
pub use report::Report;
pub use state::{Acknowledged, Head};

use crate::disk::{self, Disk};
use file::{Name, Waiting};
use noroshi_telescope::batch::{Gap, GapReason, Hash, Header};
use slots::Slots;
use state::State;
use std::{collections::VecDeque, fs::File, io, path::PathBuf};

/// The file of the state.
const STATE: &str = "state";

/// How much the ring may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What its batches take on the disk, in bytes.
    pub bytes: u64,
    /// The most batches.
    pub batches: usize,
    /// What those take that the centre refused, or that cannot be read.
    pub aside_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 512 << 20, batches: 65_536, aside_bytes: 16 << 20 }
    }
}

/// The ring.
#[derive(Debug)]
pub struct Ring {
    folder: PathBuf,
    limits: Limits,
    disk: Disk,
    slots: Slots,
    state: State,
    waiting: VecDeque<Waiting>,
    bytes: u64,
    /// The place of the next batch.
    next: u64,
    /// The last batch was kept at the cost of older ones.
    dropping: bool,
    /// The batch that is being sent: it is not dropped meanwhile.
    in_flight: Option<u64>,
    /// In which boot of the machine this is, when that is known.
    machine: Option<String>,
    /// Held as long as the ring is open.
    _lock: File,
}

/// What the next batch must say of what was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The last batch that was kept.
    pub previous: Option<Hash>,
    /// What was lost.
    pub gaps: Vec<Gap>,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It stands in the ring.
    Kept,
    /// There was no room; a gap says so.
    Lost(GapReason),
}

/// A batch that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// Its place in the ring.
    pub index: u64,
    /// By what its receipt names it.
    pub hash: Hash,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Ring {
    /// The last batch that was kept.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.state.head
    }

    /// In which boot of the machine the last batch was kept, when that is known.
    #[must_use]
    pub fn kept_in(&self) -> Option<&str> {
        self.state.machine.as_deref()
    }

    /// What is kept from now on is kept in this boot of the machine.
    pub fn runs_in(&mut self, machine: Option<String>) {
        self.machine = machine;
    }

    /// How many batches wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What was lost and is not told yet.
    #[must_use]
    pub fn untold(&self) -> &[Gap] {
        self.state.gaps.all()
    }

    /// Says that something was not recorded. The next batch tells it.
    pub fn note(&mut self, gap: Gap) {
        self.state.gaps.add(gap);
    }

    /// Seals a batch and keeps it. `seal` gets what its header must say of what was before, and gives its header and its bytes.
    ///
    /// # Errors
    /// When the batch cannot be sealed. Whatever the disk does is no error: the batch is a gap then.
    pub fn append(&mut self, seal: impl FnOnce(Before) -> io::Result<(Header, Vec<u8>)>) -> io::Result<Kept> {
        // As long as each batch costs an older one, what is dropped grows into few gaps; it is told when that has come to its end. Where nothing
        // waits any more, it has.
        let dropping = std::mem::take(&mut self.dropping) && !self.waiting.is_empty();
        let gaps = self.state.gaps.begin_telling(|gap| !(dropping && matches!(gap.reason, GapReason::RingFull | GapReason::DiskFull)));
        let before = Before { previous: self.state.head.map(|head| head.hash), gaps };
        let sealed = seal(before);
        let kept = match &sealed {
            Ok((header, bytes)) => self.keep(header, bytes),
            Err(_) => Kept::Lost(GapReason::DiskFull),
        };
        self.state.gaps.end_telling(kept == Kept::Kept);
        let (header, bytes) = sealed?;
        let next = Waiting::new(self.next, &header, bytes.len());
        self.next += 1;
        match kept {
            Kept::Kept => {
                self.state.head = Some(Head::new(next.index, &header, noroshi_telescope::batch::hash_of(&bytes)));
                self.state.machine.clone_from(&self.machine);
                self.bytes += next.bytes;
                self.waiting.push_back(next);
            }
            Kept::Lost(reason) => self.state.gaps.add(next.as_gap(reason)),
        }
        // When the state cannot be written, what it says is in the file's header or is said again.
        self.save().unwrap_or_else(|error| tracing::error!("the ring's state cannot be written: {error}"));
        Ok(kept)
    }

    /// Gives the oldest batch for sending. Until it is acknowledged, refused or put back it is not dropped, and no other is given.
    ///
    /// One that cannot be read is moved aside, and told as a gap.
    pub fn take(&mut self) -> Option<InFlight> {
        loop {
            let next = *self.waiting.front()?;
            let name = Name { index: next.index, boot: next.boot, sequence: next.sequence };
            match file::read(&self.folder, name) {
                Ok((bytes, _, hash)) => {
                    self.in_flight = Some(next.index);
                    return Some(InFlight { index: next.index, hash, bytes });
                }
                Err(why) => {
                    tracing::error!("{name} cannot be read ({why}); it is moved aside, and the centre is told");
                    let gap = Gap { packets: Some(next.packets), ..next.as_gap(GapReason::Unreadable) };
                    // When not even that can be written, it is tried again later.
                    self.lose_aside(next.index, gap, Vec::new(), aside::UNREADABLE).ok()?;
                }
            }
        }
    }

    /// The centre has it: it goes.
    pub fn acknowledge(&mut self, index: u64, at_us: i64) {
        self.in_flight = None;
        let Some(place) = self.place(index) else { return };
        let Some(done) = self.waiting.remove(place) else { return };
        self.bytes -= done.bytes;
        self.state.acknowledged = Some(Acknowledged { boot: done.boot, sequence: done.sequence, at_us });
        let gone = self.save().and_then(|()| self.disk.remove(&self.folder.join(done.name()))).and_then(|()| self.disk.sync(&self.folder));
        // Then it is sent again after the next start, and the centre knows it.
        gone.unwrap_or_else(|error| tracing::error!("{} was acknowledged and cannot be removed: {error}", done.name()));
    }

    /// The centre refuses it for good: it is moved aside, and told as a gap.
    ///
    /// # Errors
    /// When the disk takes no change; then the batch still waits.
    pub fn refuse(&mut self, index: u64) -> io::Result<()> {
        self.in_flight = None;
        let Some(refused) = self.place(index).and_then(|place| self.waiting.get(place)).copied() else { return Ok(()) };
        let told = self.told_by(&refused);
        self.lose_aside(index, refused.as_gap(GapReason::Refused), told, aside::REFUSED)
    }

    /// It could not be sent now.
    pub fn put_back(&mut self) {
        self.in_flight = None;
    }

    fn place(&self, index: u64) -> Option<usize> {
        self.waiting.binary_search_by_key(&index, |waiting| waiting.index).ok()
    }

    fn save(&mut self) -> io::Result<()> {
        self.slots.write(&self.disk, &self.state)
    }

    /// Makes room for a batch and writes it.
    fn keep(&mut self, header: &Header, bytes: &[u8]) -> Kept {
        let next = Waiting::new(self.next, header, bytes.len());
        while self.bytes.saturating_add(next.bytes) > self.limits.bytes || self.waiting.len() >= self.limits.batches {
            if !self.drop_oldest(GapReason::RingFull) {
                return Kept::Lost(GapReason::RingFull);
            }
        }
        // More than that was not for want of our room: then another fills the disk, and the rest of the ring is worth more than this batch.
        let mut to_free = next.bytes.saturating_mul(2);
        loop {
            match self.disk.write(&self.folder, &next.name(), bytes) {
                Ok(()) => return Kept::Kept,
                Err(error) if disk::is_full(&error) && to_free > 0 => {
                    let before = self.bytes;
                    if !self.drop_oldest(GapReason::DiskFull) {
                        tracing::error!("the disk is full: {} packets are lost, and the centre is told", next.packets);
                        return Kept::Lost(GapReason::DiskFull);
                    }
                    to_free = to_free.saturating_sub(before - self.bytes);
                }
                Err(error) => {
                    tracing::error!("the disk takes nothing ({error}): {} packets are lost, and the centre is told", next.packets);
                    // It may stand, with the error after it; it is told as lost, so it must not.
                    let _ = self.disk.remove(&self.folder.join(next.name()));
                    return Kept::Lost(GapReason::DiskFull);
                }
            }
        }
    }

    /// Drops the oldest batch that is not being sent; whether there was one and it could be told.
    fn drop_oldest(&mut self, reason: GapReason) -> bool {
        let Some(oldest) = self.waiting.iter().find(|waiting| Some(waiting.index) != self.in_flight).copied() else { return false };
        self.dropping = true;
        let told = self.told_by(&oldest);
        self.lose(oldest.index, oldest.as_gap(reason), told, |ring| ring.disk.remove(&ring.folder.join(oldest.name()))).is_ok()
    }

    /// The gaps that a batch tells: when it goes untold, so do they.
    fn told_by(&self, batch: &Waiting) -> Vec<Gap> {
        if !batch.tells {
            return Vec::new();
        }
        let name = Name { index: batch.index, boot: batch.boot, sequence: batch.sequence };
        file::read(&self.folder, name).map(|(_, header, _)| header.gaps).unwrap_or_default()
    }

    fn lose_aside(&mut self, index: u64, gap: Gap, told: Vec<Gap>, aside: &str) -> io::Result<()> {
        self.lose(index, gap, told, |ring| {
            let Some(lost) = ring.place(index).and_then(|place| ring.waiting.get(place)) else { return Ok(()) };
            aside::keep(&ring.disk, &ring.folder, aside, &lost.name(), ring.limits.aside_bytes)
        })
    }

    /// Says that a batch is lost, and then lets it go.
    fn lose(&mut self, index: u64, gap: Gap, told: Vec<Gap>, go: impl FnOnce(&Self) -> io::Result<()>) -> io::Result<()> {
        let before = self.state.gaps.clone();
        self.state.gaps.add(gap);
        told.into_iter().for_each(|gap| self.state.gaps.add(gap));
        if let Err(error) = self.save() {
            tracing::error!("the ring's state cannot be written ({error}); nothing is dropped");
            self.state.gaps = before;
            return Err(error);
        }
        // From here on it is lost; when its file stays, the next start removes it.
        go(self).unwrap_or_else(|error| tracing::error!("a batch that is told as lost cannot be removed: {error}"));
        if let Some(lost) = self.place(index).and_then(|place| self.waiting.remove(place)) {
            self.bytes -= lost.bytes;
        }
        Ok(())
    }
}
