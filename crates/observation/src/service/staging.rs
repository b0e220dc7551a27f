//! Packets on their way into files: collected day by day, written where no reader finds them yet.

use crate::{ObservationError, Observatory};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use noroshi_lake::{
    LakeError,
    folder::{FileName, Folder},
    packets::{self, PacketBuffer, StoredPacket, Written},
};
use noroshi_ledger::LedgerError;
use std::collections::BTreeMap;

/// The days of which packets are held at once; packets that jump about in time make more files.
const MOST_DAYS: usize = 8;
const DAY_NS: i64 = 86_400_000_000_000;

/// Files that are written and not named yet. What was staged and is given up, or left by a crash, is taken away.
pub(super) struct Staging {
    folder: Folder,
    /// Which databases told where sources are.
    edition: Option<String>,
    days: BTreeMap<Date, PacketBuffer>,
    files: Vec<(FileName, Written)>,
    /// The day of the last packet, and its first nanosecond: packets come mostly in the order of time.
    day: Option<(i64, Date)>,
}

impl Staging {
    pub(super) fn new(folder: Folder, edition: Option<&str>) -> Self {
        Self { folder, edition: edition.map(str::to_owned), days: BTreeMap::new(), files: Vec::new(), day: None }
    }

    pub(super) fn take(&mut self, packet: &StoredPacket<'_>) -> Result<(), ObservationError> {
        let begin = packet.at_ns.div_euclid(DAY_NS) * DAY_NS;
        let day = match self.day {
            Some((known, day)) if known == begin => day,
            _ => {
                let day = date(begin);
                self.day = Some((begin, day));
                day
            }
        };
        if !self.days.contains_key(&day) && self.days.len() >= MOST_DAYS {
            self.write_fullest()?;
        }
        if self.buffer(day).push(packet).is_ok() {
            return Ok(());
        }
        self.write(day)?;
        self.buffer(day).push(packet).map_err(|full| LedgerError::Damaged(full.to_string()).into())
    }

    /// Writes what is left, and gives the files.
    pub(super) fn finish(mut self) -> Result<Vec<(FileName, Written)>, ObservationError> {
        while let Some(day) = self.days.keys().next().copied() {
            if let Err(error) = self.write(day) {
                self.give_up();
                return Err(error);
            }
        }
        Ok(self.files)
    }

    /// Takes away what was staged. What cannot be taken away the next sweep finds.
    pub(super) fn give_up(&mut self) {
        for (name, _) in self.files.drain(..) {
            let _ = self.folder.discard(&name);
        }
    }

    fn buffer(&mut self, day: Date) -> &mut PacketBuffer {
        let edition = self.edition.as_deref();
        self.days.entry(day).or_insert_with(|| PacketBuffer::new(PacketBuffer::USUAL_PACKETS, edition))
    }

    fn write_fullest(&mut self) -> Result<(), ObservationError> {
        match self.days.iter().max_by_key(|(_, buffer)| buffer.len()).map(|(day, _)| *day) {
            Some(day) => self.write(day),
            None => Ok(()),
        }
    }

    fn write(&mut self, day: Date) -> Result<(), ObservationError> {
        let Some(buffer) = self.days.remove(&day).filter(|buffer| !buffer.is_empty()) else { return Ok(()) };
        let name = FileName::new(day, format!("{:032x}", rand::random::<u128>())).map_err(|error| LedgerError::Damaged(error.to_string()))?;
        let written = packets::write(&self.folder, &name, &buffer)?;
        self.files.push((name, written));
        Ok(())
    }
}

/// Publishes files, or discards them.
pub(super) async fn each(
    place: &Observatory,
    files: Vec<(FileName, Written)>,
    act: fn(&Folder, &FileName) -> Result<(), LakeError>,
) -> Result<(), ObservationError> {
    let folder = place.folder.clone();
    let done = tokio::task::spawn_blocking(move || files.iter().try_for_each(|(name, _)| act(&folder, name)));
    Ok(done.await.map_err(|error| LedgerError::Damaged(error.to_string()))??)
}

/// The day (UTC) of a moment that the formats of captures can tell.
fn date(at_ns: i64) -> Date {
    Timestamp::from_nanosecond(i128::from(at_ns)).map_or(Date::constant(1970, 1, 1), |at| at.to_zoned(TimeZone::UTC).date())
}
