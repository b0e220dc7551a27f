//! Letters that were kept before letters could be searched.

use super::{put, store};
use crate::gist;
use noroshi_ledger::{Ledger, LedgerError, Query, queue::Kind};
use noroshi_post::sealed::Ring;

/// The job that puts them into the index.
pub const INDEX_OLD: Kind = Kind::named("mailroom.index_old");

/// Letters that are put there in one unit of work.
const PART: u32 = 100;
/// So much of one letter is read for it, in bytes: what the index takes stands before that.
const LETTER_MOST_BYTES: u64 = 4 << 20;

/// Whether letters are left that are not in the index.
///
/// # Errors
/// When the database cannot be reached.
pub async fn is_due(query: &impl Query) -> Result<bool, LedgerError> {
    Ok(store::count(query).await? > 0)
}

/// Puts some letters into the index that were kept before it knew letters, the latest first; gives how many were left before.
/// Whatever stops it, the next call goes on.
///
/// # Errors
/// When the database refuses it.
pub async fn index_old(ledger: &Ledger) -> Result<usize, LedgerError> {
    let (old, ids) = store::next(ledger, PART).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let (blobs, at) = (ledger.blobs().clone(), ledger.now());
    let read = tokio::task::spawn_blocking(move || {
        // Opened by no key: what is encrypted is found by what stands outside of it.
        let keys = Ring::default();
        let words = |one: &store::Old| match blobs.read_part(&one.raw.sha256, one.raw.offset, one.raw.length.min(LETTER_MOST_BYTES)) {
            Ok(bytes) => Some(one.found(gist::of(&bytes, one.channel, &keys, at, &[]).words + &one.recipients)),
            Err(error) => {
                tracing::warn!(letter = one.id, %error, "a letter's bytes cannot be read; it will not be found by its words");
                None
            }
        };
        old.iter().filter_map(words).collect::<Vec<_>>()
    });
    let found = read.await.map_err(|error| LedgerError::Damaged(error.to_string()))?;
    let work = ledger.begin().await?;
    work.lock("incident.open").await?;
    put(&work, found).await?;
    store::done(&work, &ids).await?;
    work.commit().await?;
    Ok(ids.len())
}
