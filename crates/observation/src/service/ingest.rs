//! The packets of batches go to the lake, with the spans in which their sensors watched.

use super::{
    staging::{Staging, each},
    stored::stored,
};
use crate::{
    ObservationError, Observatory,
    geography::Geography,
    store::{
        batches::{self, Waiting},
        files, sensors,
    },
    watch::Watch,
};
use noroshi_kernel::reason::Reason;
use noroshi_lake::{
    folder::{FileName, Folder},
    packets::Written,
};
use noroshi_ledger::{LedgerError, blob::BlobStore, queue::Kind};
use noroshi_telescope::batch::{Limits, Packets, Unverified};

/// Taking waiting batches to the lake.
pub const INGEST: Kind = Kind::named("observation.ingest");

/// So many batches at once …
const MOST_BATCHES: u64 = 4_096;
/// … or so many packets: what is in memory at once.
const MOST_PACKETS: i64 = 1 << 20;

/// Takes waiting batches to the lake; gives how many. Every batch counts once, whatever happens: its packets' files are named in the same unit
/// of work in which it is marked as taken.
///
/// # Errors
/// When files or the database fail; the batches wait then.
pub async fn ingest(place: &Observatory) -> Result<usize, ObservationError> {
    let mut part = batches::waiting(&place.ledger, MOST_BATCHES).await?;
    let mut packets = 0_i64;
    part.retain(|one| {
        let fits = packets == 0 || packets.saturating_add(one.kept) <= MOST_PACKETS;
        packets = packets.saturating_add(one.kept);
        fits
    });
    let Some(last) = part.last().map(|one| one.id) else { return Ok(0) };
    let (folder, blobs, geography, read) = (place.folder.clone(), place.ledger.blobs().clone(), place.geography.clone(), part.clone());
    let written = tokio::task::spawn_blocking(move || write(folder, &blobs, &geography, &read)).await;
    let written = written.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    let work = place.ledger.begin().await?;
    work.lock("observation.ingest").await?;
    let ids: Vec<i64> = part.iter().map(|one| one.id).collect();
    if batches::mark_taken(&work, &ids).await? != ids.len() as u64 {
        // Another server took some of them meanwhile.
        work.undo().await?;
        each(place, written, Folder::discard).await?;
        return Ok(ids.len());
    }
    files::insert(&work, last, &written).await?;
    for one in &part {
        sensors::watched(&work, Watch { sensor: one.sensor_id, from: one.opened_at, to: one.closed_at }).await?;
    }
    work.commit().await?;
    each(place, written, Folder::publish).await?;
    Ok(ids.len())
}

/// Writes the packets of batches into staged files.
fn write(folder: Folder, blobs: &BlobStore, geography: &Geography, part: &[Waiting]) -> Result<Vec<(FileName, Written)>, ObservationError> {
    let mut staging = Staging::new(folder, geography.edition());
    match part.iter().try_for_each(|one| batch(&mut staging, blobs, geography, one)) {
        Ok(()) => staging.finish(),
        Err(error) => {
            staging.give_up();
            Err(error)
        }
    }
}

fn batch(staging: &mut Staging, blobs: &BlobStore, geography: &Geography, one: &Waiting) -> Result<(), ObservationError> {
    let bytes = blobs.read_part(&one.raw_sha256, one.raw_offset.cast_unsigned(), one.raw_length.cast_unsigned())?;
    let packets = unpack(&bytes).map_err(|why| LedgerError::Damaged(format!("the batch {} was taken and cannot be read: {why}", one.id)))?;
    let sensor = u32::try_from(one.number).unwrap_or(u32::MAX);
    packets.iter().try_for_each(|record| staging.take(&stored(&record, sensor, geography)))
}

/// Unpacks a batch that was verified when it came in, and lies where only the platform writes.
fn unpack(bytes: &[u8]) -> Result<Packets, Reason> {
    Unverified::read(bytes, Limits::default())?.verified_before().packets()
}
