//! Telling people that their letter came in: by a rule that a desk switched on, once for each thread and sender (RFC 3834).

use super::{
    House, Writing,
    write::{self, Letter},
};
use crate::{
    MailroomError, desk,
    letters::Told,
    thread::{self, Placed},
};
use noroshi_kernel::{access::Actor, id::ThreadId};
use noroshi_ledger::{
    Ledger, LedgerError, UnitOfWork,
    queue::{Kind, Order},
};
use noroshi_post::{
    build::{Charset, Origin},
    letter::Mailbox,
};
use serde::{Deserialize, Serialize};

/// The job that writes an acknowledgement.
pub const ACKNOWLEDGE: Kind = Kind { at_once: 1, ..Kind::named("mailroom.acknowledge") };

/// The most acknowledgements that one address gets within a day: two programs that answer each other come to an end.
pub const MOST_A_DAY: i64 = 5;

/// What an acknowledgement answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Writes the acknowledgement of a thread's first letter, where its desk does that and the sender may get one. It bears the thread's
/// number and nothing of the letter's text, so that nobody can send words through us; its way back is the null path.
///
/// # Errors
/// When the ledger fails. A letter that cannot be built is passed over: the sender's address is then none that takes letters.
pub async fn acknowledge(ledger: &Ledger, work: &UnitOfWork, house: &House, due: Due) -> Result<(), MailroomError> {
    let thread = match thread::open(work, &Actor::Platform, due.thread).await {
        Ok(thread) => thread,
        // It was taken away meanwhile.
        Err(MailroomError::Unknown { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    let desks = desk::all(work).await?;
    let Some(desk) = desks.get(&thread.desk).filter(|desk| desk.acknowledges && !desk.address.is_empty()) else { return Ok(()) };
    let Some(first) = super::store::first_sender(work, thread.id).await? else { return Ok(()) };
    if desks.owns(&first.party.address)
        || first.acknowledged
        || super::store::acknowledged_since(work, &first.party.address, work.now().plus_days(-1)).await? >= MOST_A_DAY
    {
        return Ok(());
    }
    let (ja, en) = (&house.team.ja, &house.team.en);
    let number = thread.number();
    let body = format!(
        "{ja} です。ご連絡を受け取りました。\n受付番号: {number}\n\n続きをお送りになるときは、このメールに返信してください。件名の番号はそのままにしてください。\nこのメールは自動で送っています。\n\n--\n{en} has received your message.\nReceipt number: {number}\n\nTo add to it, reply to this message and keep the number in the subject.\nThis message was sent automatically.\n"
    );
    let writing = Writing {
        to: vec![Mailbox { name: String::new(), address: first.written }],
        subject: "受け取りました / Received".into(),
        body,
        answers: Some(first.letter),
        charset: Charset::Utf8,
        ..Writing::default()
    };
    super::store::set_acknowledged(work, first.party.id).await?;
    match write::post(ledger, work, house, desk, &thread, Letter { writing, origin: Origin::Answer, actor: &Actor::Platform }).await {
        Ok(_) => Ok(()),
        Err(MailroomError::Refused(why)) => {
            tracing::info!(thread = thread.id.0, %why, "a letter cannot be acknowledged");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
