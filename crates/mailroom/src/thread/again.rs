//! A letter that is read again, in the thread in which it stands.

use super::{Placed, State, Thread, label, listing, place, store};
use crate::letters::{self, Told};
use noroshi_kernel::{access::Actor, id::ThreadId, tlp::Tlp};
use noroshi_ledger::{LedgerError, Sql, UnitOfWork, audit};
use noroshi_post::{
    sealed::Secrecy,
    threading::{Marks, Place},
};
use serde_json::json;

/// Puts a letter that is read again into its thread. It stays where it stands, but for one that could not be opened at first and now is:
/// what it says within counts as if it had been opened at once. When that ties it to another thread, the thread that it began is
/// poured into that one, ends as moved, and both tell so. Where more hangs on the thread it began (a case, a report, a thread that a
/// person poured into it), or the move would let others read what they may not read now, it stays and says which thread it quotes.
///
/// What it says within of how far it may be told makes its thread stricter then, once: not again when a person decided otherwise meanwhile.
///
/// Hold the lock under which letters are read.
///
/// # Errors
/// When the database refuses it.
pub async fn place_again(work: &UnitOfWork, actor: &Actor, marks: &Marks, told: &mut Told) -> Result<Option<Placed>, LedgerError> {
    let placed = stands_now(work, actor, marks, told).await?;
    if let (Some(placed), Some(asked)) = (placed, told.asked) {
        label::ask(work, placed.thread, asked).await?;
    }
    Ok(placed)
}

async fn stands_now(work: &UnitOfWork, actor: &Actor, marks: &Marks, told: &mut Told) -> Result<Option<Placed>, LedgerError> {
    let Some(stands) = listing::stands(work, told.id).await? else {
        return Ok(place::place(work, marks, std::slice::from_mut(told)).await?.pop());
    };
    told.thread = Some(stands.thread);
    let was_closed = letters::sealed(work, told.id).await?.is_some_and(|seal| seal.secrecy == Secrecy::Unopened);
    if !was_closed || told.seal.secrecy == Secrecy::Unopened {
        return Ok(Some(stands));
    }
    let (into, by) = match place::belongs_now(work, told).await? {
        Place::In { thread, by } if thread != stands.thread.0 => (ThreadId(thread), by),
        Place::In { .. } | Place::New { .. } => return Ok(Some(stands)),
    };
    work.lock("mailroom.threads").await?;
    let (began, there) = (open(work, stands.thread).await?, open(work, into).await?);
    let (Some(began), Some(there)) = (began, there) else { return Ok(Some(stands)) };
    let reported = store::reported(work, &[began.id.0, there.id.0]).await?;
    let hangs = began.case.is_some() || reported.contains(&began.id.0) || !store::began(work, began.id, told.id).await?;
    if hangs || loosens(&began, &there) {
        told.quotes = Some(into);
        return Ok(Some(stands));
    }
    (told.thread, told.tied_by) = (Some(there.id), Some(by));
    let answers = there.case.is_some() || reported.contains(&there.id.0);
    place::settle_joined(told, answers);
    pour(work, actor, &began, &there, told).await?;
    Ok(Some(Placed { answers, ..listing::stands_in(work, there.id).await? }))
}

async fn open(work: &UnitOfWork, thread: ThreadId) -> Result<Option<Thread>, LedgerError> {
    match listing::open(work, &Actor::Platform, thread).await {
        Ok(thread) => Ok(Some(thread)),
        Err(crate::MailroomError::Ledger(error)) => Err(error),
        // The platform may see every thread: it was taken away meanwhile.
        Err(_) => Ok(None),
    }
}

/// Whether what stands in one thread would be read by others in the other.
fn loosens(from: &Thread, into: &Thread) -> bool {
    let (from, into) = (&from.label, &into.label);
    into.tlp < from.tlp || (from.tlp == Tlp::Red && !into.participants.iter().all(|account| from.participants.contains(account)))
}

/// Pours the thread that a letter began into the one to which it belongs.
async fn pour(work: &UnitOfWork, actor: &Actor, began: &Thread, there: &Thread, told: &Told) -> Result<(), LedgerError> {
    store::pour_letters(work, began.id, there.id).await?;
    store::pour_parties(work, began.id, there.id, Some(&told.signs.from)).await?;
    let state = if told.state == letters::State::New { State::New } else { there.state };
    let last_at = began.last_at.max(there.last_at);
    store::update(work, there.id, Sql::new("last_at = ").bind(last_at.0).push(", state = ").bind(state.key())).await?;
    store::update(work, began.id, Sql::new("state = ").bind(State::Done.key())).await?;
    for (action, thread, detail) in [
        ("mailroom.merge", began.id, json!({ "into": there.id, "by": "opened" })),
        ("mailroom.merged", there.id, json!({ "from": began.id, "code": began.code, "by": "opened" })),
    ] {
        work.record(actor, audit::Entry { action, subject_kind: "thread", subject_id: thread.0, detail: &detail }).await?;
    }
    Ok(())
}
