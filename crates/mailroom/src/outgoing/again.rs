use super::SEND;
use crate::{MailroomError, error::refused, thread};
use noroshi_kernel::{access::Actor, id::OutgoingId};
use noroshi_ledger::{
    LedgerError, Query, UnitOfWork, audit,
    queue::{
        self, KeyedState,
        dead::{self, QueueError},
    },
};
use serde_json::json;

/// What the queue knows of letters that wait: when they are tried next, and why they have not gone yet. The job's key is the
/// letter's id. Letters that went have no entry.
///
/// # Errors
/// When the database cannot be reached.
pub async fn ways(query: &impl Query, letters: &[OutgoingId]) -> Result<Vec<KeyedState>, LedgerError> {
    let keys: Vec<String> = letters.iter().map(ToString::to_string).collect();
    queue::of_keys(query, SEND.name, &keys).await
}

/// Tries a letter again that the queue gave up, at once and with all its attempts. Whoever may write in the letter's thread may
/// do it; the queue's other dead letters are the administrator's.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`]; [`MailroomError::Refused`] when the queue has not given it up.
pub async fn again(work: &UnitOfWork, actor: &Actor, letter: OutgoingId) -> Result<(), MailroomError> {
    let unknown = || MailroomError::Unknown { kind: "letter", name: letter.to_string() };
    let found = super::load(work, letter).await?.ok_or_else(unknown)?;
    thread::load(work, actor, found.thread).await?;
    let Some(job) = ways(work, &[letter]).await?.into_iter().find(|way| way.is_dead) else {
        return refused("letter-alive", "このメールは送信待ちか、送り終えています。", "this letter waits to be sent, or has gone out, already");
    };
    match dead::retry(work, &Actor::Platform, job.id).await {
        Ok(()) => {}
        Err(QueueError::Refused(reason)) => return Err(MailroomError::Refused(reason)),
        Err(QueueError::Forbidden(why)) => return Err(why.into()),
        Err(QueueError::Unknown(_)) => return Err(unknown()),
        Err(QueueError::Ledger(error)) => return Err(error.into()),
    }
    let detail = json!({ "letter": letter });
    work.record(actor, audit::Entry { action: "mailroom.send_again", subject_kind: "thread", subject_id: found.thread.0, detail: &detail }).await?;
    Ok(())
}
