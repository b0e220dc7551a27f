//! Telling people that their letter came in: by a rule that a desk switched on, once for each thread and sender.

use crate::{letters::Told, thread::Placed};
use noroshi_kernel::id::ThreadId;
use noroshi_ledger::{
    LedgerError, UnitOfWork,
    queue::{Kind, Order},
};
use serde::{Deserialize, Serialize};

/// The job that writes an acknowledgement.
pub const ACKNOWLEDGE: Kind = Kind::named("mailroom.acknowledge");

/// What an acknowledgement answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The thread that a letter began.
    pub thread: ThreadId,
}

/// Asks for acknowledgements of the letters that began threads, where a person sent them by the post just now. Whether one is
/// written is decided when the job runs.
///
/// # Errors
/// When the database refuses it.
pub async fn ask(work: &UnitOfWork, told: &[Told], placed: &[Placed]) -> Result<(), LedgerError> {
    for (_, placed) in told.iter().zip(placed).filter(|(told, placed)| told.live && told.automatic.is_none() && !placed.joined) {
        work.enqueue(Order::new(&ACKNOWLEDGE, &Due { thread: placed.thread }).keyed(&placed.thread.to_string())).await?;
    }
    Ok(())
}
