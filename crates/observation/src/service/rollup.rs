//! Files are added to the rollups, each once.

use crate::{
    ObservationError, Observatory,
    rollup::{self, Calendar},
    store::{cells, files, totals},
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Zone,
};
use noroshi_lake::packets;
use noroshi_ledger::{LedgerError, UnitOfWork, audit::Entry, queue::Kind};
use serde_json::json;

/// Adding files to the rollups.
pub const ROLLUP: Kind = Kind::named("observation.rollup");

/// So many packets at once: what their cells take in memory is bounded by it.
const MOST_PACKETS: i64 = 4 << 20;
/// So many files at once.
const MOST_FILES: u64 = 256;

/// Adds files that are in no rollup yet, the oldest first; gives how many. Their cells and that they were added are kept together.
///
/// # Errors
/// When files or the database fail; nothing is added then.
pub async fn rollup(place: &Observatory, zone: &Zone) -> Result<usize, ObservationError> {
    if totals::are_missing(&place.ledger).await? {
        make_totals(place, zone).await?;
    }
    let (part, count_from) = files::unrolled(&place.ledger, MOST_FILES, MOST_PACKETS).await?;
    if part.is_empty() {
        return count_in(place, zone).await;
    }
    let (folder, names, mut calendar) = (place.folder.clone(), part.clone(), Calendar::new(zone.clone()));
    let counted = tokio::task::spawn_blocking(move || {
        let paths = names.iter().map(|name| folder.find(name)).collect::<Result<Vec<_>, _>>()?;
        packets::tabulate(paths, &packets::Filter::default(), |seen, into| {
            rollup::places(&mut calendar, seen, into);
            into.retain(|cell| count_from.is_none_or(|from| cell.at >= from));
        })
    });
    let counted = counted.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    let work = place.ledger.begin().await?;
    work.lock("observation.rollup").await?;
    if !files::is_zone(&work, zone.name()).await? {
        // Days of another zone do not add up to these: all are counted anew, from the next time on.
        files::set_zone(&work, zone.name()).await?;
        if again(&work, zone).await? {
            work.commit().await?;
            return Ok(part.len());
        }
    }
    if files::mark_rolled(&work, &part).await? != part.len() as u64 {
        // Another server added some of them, or merged them, meanwhile.
        work.undo().await?;
        return Ok(part.len());
    }
    let packets = counted.iter().map(|(place, cell)| (*place, cell.packets()));
    totals::add(&work, &mut Calendar::new(zone.clone()), packets).await?;
    cells::add(&work, counted.into_iter().filter(|(place, _)| place.is_cell()).collect()).await?;
    work.commit().await?;
    Ok(part.len())
}

/// Whether the sums are of the days of a zone, or there are none.
///
/// # Errors
/// When the database cannot be reached.
pub async fn is_of(place: &Observatory, zone: &Zone) -> Result<bool, ObservationError> {
    Ok(files::is_zone(&place.ledger, zone.name()).await? || !cells::are_there(&place.ledger).await?)
}

/// Has everything be counted anew where it was counted by the days of another zone; gives whether there are files to be.
async fn count_in(place: &Observatory, zone: &Zone) -> Result<usize, ObservationError> {
    if is_of(place, zone).await? {
        return Ok(0);
    }
    let work = place.ledger.begin().await?;
    work.lock("observation.rollup").await?;
    if files::is_zone(&work, zone.name()).await? {
        // Another server did it meanwhile.
        work.undo().await?;
        return Ok(0);
    }
    files::set_zone(&work, zone.name()).await?;
    let has_files = again(&work, zone).await?;
    work.commit().await?;
    Ok(usize::from(has_files))
}

/// Adds all files that are in no rollup yet; gives how many.
///
/// # Errors
/// As [`rollup`]. What was added until then stays added.
pub async fn catch_up(place: &Observatory, zone: &Zone) -> Result<usize, ObservationError> {
    let mut files = 0;
    loop {
        match rollup(place, zone).await? {
            0 => return Ok(files),
            some => files += some,
        }
    }
}

/// Makes the totals of cells that an earlier version left without.
async fn make_totals(place: &Observatory, zone: &Zone) -> Result<(), ObservationError> {
    let work = place.ledger.begin().await?;
    work.lock("observation.rollup").await?;
    if totals::are_missing(&work).await? && files::is_zone(&work, zone.name()).await? {
        totals::make(&work, &mut Calendar::new(zone.clone())).await?;
    }
    Ok(work.commit().await?)
}

/// Has every cell be counted anew, from the packets that are there.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when the database cannot be reached.
pub async fn recount(place: &Observatory, actor: &Actor, zone: &Zone) -> Result<(), ObservationError> {
    actor.must_can(Action::ChangeSensors)?;
    let work = place.ledger.begin().await?;
    work.lock("observation.rollup").await?;
    again(&work, zone).await?;
    work.record(actor, Entry { action: "observation.recount", subject_kind: "rollup", subject_id: 0, detail: &json!({}) }).await?;
    Ok(work.commit().await?)
}

/// Takes cells away whose packets are all there, and has these be counted anew; gives whether there were files to be. Cells of days of which
/// packets are gone stay as they are.
async fn again(work: &UnitOfWork, zone: &Zone) -> Result<bool, ObservationError> {
    let horizon = files::horizon(work).await?;
    // The first day of the zone that begins behind it.
    let (day, _) = Calendar::new(zone.clone()).of(horizon.saturating_mul(1_000));
    let from = if day >= horizon { horizon } else { Calendar::new(zone.clone()).next_day(horizon) };
    cells::clear(work, from).await?;
    totals::clear(work, &Calendar::new(zone.clone()), from).await?;
    Ok(files::roll_again(work, from).await? > 0)
}
