//! Keeping the packets' files in order: small ones of a day are merged, old ones go, and what a crash left is put right.

use super::{holes, staging::each};
use crate::{
    ObservationError, Observatory,
    store::{batches, files},
};
use noroshi_kernel::moment::Moment;
use noroshi_lake::{
    folder::{FileName, Folder},
    packets,
};
use noroshi_ledger::{LedgerError, queue::Kind};
use std::time::{Duration, SystemTime};

/// Keeping files in order.
pub const TEND: Kind = Kind { time_most: Duration::from_secs(3_600), ..Kind::named("observation.tend") };

/// A day with so many files is merged …
const MANY: usize = 16;
/// … and one that ended so long ago with more than one: batches that come later are merged in their turn.
const SETTLED_US: i64 = 2 * 86_400_000_000;
/// So many files are merged at once.
const MOST_MERGED: usize = 64;
/// A file that took another's place, or was kept long enough, stays for those who read it already.
const GRACE: Duration = Duration::from_secs(600);
/// Staged files that nobody named and that are older are left-overs of a program that ended.
const STAGED: Duration = Duration::from_secs(24 * 3_600);

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// Files that were merged into others.
    pub merged: usize,
    /// Files whose time was over.
    pub expired: usize,
    /// Files that are gone from the disk.
    pub removed: usize,
    /// Files with the bytes of batches that are gone from the disk.
    pub batches: usize,
    /// Holes in the numbers of batches that were told as gaps.
    pub holes: usize,
}

/// Puts files in order. `keep_days`: packets of days that ended longer ago go, when they are in the rollups, and the bytes of the batches in
/// which they came; without it all stay.
///
/// # Errors
/// When files or the database fail. It can be repeated.
pub async fn tend(place: &Observatory, keep_days: Option<i64>) -> Result<Tended, ObservationError> {
    let mut tended = Tended { holes: holes::tell(place).await?, ..Tended::default() };
    if let Some(days) = keep_days {
        let work = place.ledger.begin().await?;
        work.lock("observation.rollup").await?;
        // Whole days of UTC, as files hold them.
        let before = work.now().plus_days(-days).0.div_euclid(Moment::DAY_US) * Moment::DAY_US;
        tended.expired = usize::try_from(files::expire(&work, before).await?).unwrap_or(usize::MAX);
        work.commit().await?;
        tended.batches = forget_batches(place, before).await?;
    }
    while let Some(part) = mergeable(place).await? {
        tended.merged += merge(place, part).await?;
    }
    tended.removed = sweep(place).await?;
    Ok(tended)
}

/// Removes the bytes of batches as they came, when their packets' time is over, too. That they came, and what they counted, stays.
async fn forget_batches(place: &Observatory, before: i64) -> Result<usize, ObservationError> {
    const AT_ONCE: u64 = 200;
    let mut forgotten = 0;
    loop {
        let raw = batches::outlived(&place.ledger, before, AT_ONCE).await?;
        if raw.is_empty() {
            return Ok(forgotten);
        }
        // Nobody reads them any more. If this ends here, they are gone already when it goes on.
        let (blobs, gone) = (place.ledger.blobs().clone(), raw.clone());
        let removing = tokio::task::spawn_blocking(move || gone.iter().try_for_each(|raw| blobs.remove(raw).map(|_| ())));
        removing.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
        let work = place.ledger.begin().await?;
        batches::mark_removed(&work, &raw).await?;
        work.commit().await?;
        forgotten += raw.len();
    }
}

/// Files of a day that are better one.
async fn mergeable(place: &Observatory) -> Result<Option<Vec<FileName>>, ObservationError> {
    let settled = place.ledger.now().0 - SETTLED_US;
    let mut rolled = files::rolled(&place.ledger).await?;
    rolled.sort_by_key(|file| (file.name.day(), file.size_bytes));
    let days = rolled.chunk_by(|a, b| a.name.day() == b.name.day());
    let ready = |day: &&[files::Rolled]| day.len() >= MANY || (day.len() > 1 && day.iter().all(|file| file.to_at < settled));
    let part = days.filter(ready).max_by_key(|day| day.len());
    Ok(part.map(|day| day.iter().take(MOST_MERGED).map(|file| file.name.clone()).collect()))
}

/// Merges files into one, which takes their place in one unit of work.
async fn merge(place: &Observatory, part: Vec<FileName>) -> Result<usize, ObservationError> {
    let Some(day) = part.first().map(FileName::day) else { return Ok(0) };
    let into = FileName::new(day, format!("{:032x}", rand::random::<u128>())).map_err(|error| LedgerError::Damaged(error.to_string()))?;
    let (folder, names, name) = (place.folder.clone(), part.clone(), into.clone());
    let written = tokio::task::spawn_blocking(move || packets::compact(&folder, &names, &name)).await;
    let written = written.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    let work = place.ledger.begin().await?;
    work.lock("observation.rollup").await?;
    if files::retire(&work, &part).await? != part.len() as u64 {
        // Another server merged some of them, or a recount is to count them, meanwhile.
        work.undo().await?;
        each(place, vec![(into, written)], Folder::discard).await?;
        return Ok(0);
    }
    files::insert_rolled(&work, &into, &written).await?;
    work.commit().await?;
    each(place, vec![(into, written)], Folder::publish).await?;
    Ok(part.len())
}

/// Brings the folder to what the manifest says.
async fn sweep(place: &Observatory) -> Result<usize, ObservationError> {
    let retired_before = place.ledger.now().0 - i64::try_from(GRACE.as_micros()).unwrap_or(i64::MAX);
    let manifest = files::manifest(&place.ledger, retired_before).await?;
    let (folder, retired) = (place.folder.clone(), manifest.retired.clone());
    #[expect(clippy::disallowed_methods, reason = "compared with the times of files, which the machine's clock gave them")]
    let now = SystemTime::now();
    let swept = tokio::task::spawn_blocking(move || folder.sweep(&manifest, now, STAGED)).await;
    let swept = swept.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    for missing in &swept.missing {
        tracing::error!(file = %missing, "a file of packets is not there; restore it from a backup");
    }
    let work = place.ledger.begin().await?;
    files::forget(&work, retired.iter()).await?;
    work.commit().await?;
    Ok(swept.retired.len())
}
