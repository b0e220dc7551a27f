//! Letters in the search index: those that came in and those of ours, each under the label of its thread.
//!
//! They are put there in the unit of work that reads or writes them, and get another label in the one that gives their thread one. Letters that
//! were kept before there was an index for them are put there by [`index_old`].

mod old;
mod store;

pub use old::{INDEX_OLD, index_old, is_due};
pub(crate) use store::{relabel, sent, threads};

use crate::{letters::Told, thread};
use noroshi_kernel::id::{OutgoingId, ThreadId};
use noroshi_ledger::{
    LedgerError, UnitOfWork,
    search::{self, Entry},
};
use std::collections::HashSet;

/// The kind of a letter that came in.
const CAME: &str = "letter";
/// The kind of a letter of ours.
const WENT: &str = "outgoing";

/// Something that is found by words, and the thread in which it stands.
struct Found {
    id: i64,
    kind: &'static str,
    thread: ThreadId,
    words: String,
}

/// Puts letters that were read into the index, as they stand in their threads now.
///
/// # Errors
/// When the database refuses it.
pub async fn index(work: &UnitOfWork, letters: &[Told]) -> Result<(), LedgerError> {
    let found = letters.iter().filter_map(|told| Some(Found { id: told.id.0, kind: CAME, thread: told.thread?, words: told.words.clone() }));
    put(work, found.collect()).await
}

/// Puts a letter of ours into the index.
pub(crate) async fn index_sent(work: &UnitOfWork, id: OutgoingId, thread: ThreadId, words: String) -> Result<(), LedgerError> {
    put(work, vec![Found { id: id.0, kind: WENT, thread, words }]).await
}

async fn put(work: &UnitOfWork, found: Vec<Found>) -> Result<(), LedgerError> {
    let threads: Vec<ThreadId> = found.iter().map(|one| one.thread).collect::<HashSet<_>>().into_iter().collect();
    let labels = thread::labels(work, &threads).await?;
    let entry = |one: Found| Some(Entry { id: one.id, kind: one.kind, label: labels.get(&one.thread)?, text: one.words });
    search::put(work, &found.into_iter().filter_map(entry).collect::<Vec<_>>()).await
}
