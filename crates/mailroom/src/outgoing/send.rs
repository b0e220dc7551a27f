use super::{Due, State, store};
use crate::{
    thread,
    wire::smtp::{Outcome as Said, Transport},
};
use noroshi_kernel::{language::Bilingual, reason::Reason, setaside::printable};
use noroshi_ledger::{
    Ledger,
    queue::{Done, Failure, Job, Outcome},
};

/// The longest answer of a mail server that is kept, in characters.
const REPLY_MOST_CHARS: usize = 500;

/// Hands a letter to the relay for those recipients who have not got it, and keeps what the relay said of each. Killed between the
/// two, it hands over the same bytes again.
///
/// # Errors
/// A [`Failure`] to try again while a recipient waits, and one that a person looks at when the letter cannot be sent as it is.
pub async fn send(ledger: &Ledger, transport: &Transport, job: &Job) -> Outcome {
    let due: Due = job.told()?;
    let Some(letter) = super::load(ledger, due.letter).await? else { return Ok(Done::Alone) };
    let waiting: Vec<&str> =
        letter.recipients.iter().filter(|recipient| recipient.state == State::Queued).map(|recipient| recipient.address.as_str()).collect();
    if waiting.is_empty() {
        return Ok(Done::Alone);
    }
    let (blobs, raw) = (ledger.blobs().clone(), letter.raw.clone());
    let read = tokio::task::spawn_blocking(move || blobs.read_part(&raw.sha256, raw.offset, raw.length)).await;
    let bytes = read.map_err(|error| noroshi_ledger::LedgerError::Damaged(error.to_string()))??;
    let from = Some(letter.envelope_from.as_str()).filter(|from| !from.is_empty());
    let results = match transport.send(from, &waiting, &bytes).await {
        Ok(results) => results,
        Err(why) => return Err(Failure::Dead { why }),
    };
    let work = ledger.begin().await?;
    let (mut later, mut refused): (Option<Reason>, bool) = (None, false);
    for result in results {
        let (state, reply) = match result.outcome {
            Said::Sent { reply } => (State::Sent, Bilingual::new(reply.clone(), reply)),
            Said::Later { reply, .. } => {
                later = Some(reply.clone());
                (State::Queued, reply.text)
            }
            Said::Refused { reply, .. } => {
                refused = true;
                (State::Refused, reply.text)
            }
        };
        let reply = Bilingual::new(printable(&reply.ja, REPLY_MOST_CHARS), printable(&reply.en, REPLY_MOST_CHARS));
        let said = store::Said { address: &result.recipient, state, reply };
        // What a person withdrew meanwhile stays so when it did not go.
        store::save_said(&work, letter.id, said, state != State::Sent).await?;
    }
    store::settle(&work, letter.id).await?;
    if refused {
        // Whoever wrote it must know that it did not arrive.
        thread::call(&work, letter.thread).await?;
    }
    match later {
        None => Ok(Done::With(work)),
        Some(why) => {
            work.commit().await?;
            Err(Failure::retry(why))
        }
    }
}
