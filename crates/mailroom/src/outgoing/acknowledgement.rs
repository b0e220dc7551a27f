//! Telling people that their letter came in: by a rule that a desk switched on, once for each thread and sender (RFC 3834).
//!
//! It goes to the envelope's sender, as the mail server that delivered the letter tells it, and to nobody else: `From` and `Reply-To` are
//! whatever the sender likes, and an answer to them would be mail that a stranger has sent to somebody else through us (section 4).

use super::{
    House, Writing,
    write::{self, Letter},
};
use crate::{
    MailroomError,
    correspondence::{self, Channel, Correspondence},
    desk,
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
    letter::{Headers, Mailbox},
    threading,
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
    let Some(letter) = correspondence::load(work, first.letter).await? else { return Ok(()) };
    let Some(written) = way_back(ledger, &letter, first.written).await? else { return Ok(()) };
    let address = threading::address(&written);
    if desks.owns(&first.party.address)
        || desks.owns(&address)
        || !takes_answers(&address)
        || super::store::acknowledged_since(work, &address, work.now().plus_days(-1)).await? >= MOST_A_DAY
    {
        return Ok(());
    }
    let parties = thread::join(work, thread.id, std::iter::once((address, String::new()))).await?;
    let Some(party) = parties.first().copied() else { return Ok(()) };
    if super::store::is_acknowledged(work, party).await? {
        return Ok(());
    }
    let (ja, en) = (&house.team.ja, &house.team.en);
    let number = thread.number();
    let body = format!(
        "{ja} です。ご連絡を受け取りました。\n受付番号: {number}\n\n続きをお送りになるときは、このメールに返信してください。件名の番号はそのままにしてください。\nこのメールは自動で送っています。\n\n--\n{en} has received your message.\nReceipt number: {number}\n\nTo add to it, reply to this message and keep the number in the subject.\nThis message was sent automatically.\n"
    );
    let writing = Writing {
        to: vec![Mailbox { name: String::new(), address: written }],
        subject: "受け取りました / Received".into(),
        body,
        answers: Some(first.letter),
        charset: Charset::Utf8,
        ..Writing::default()
    };
    super::store::set_acknowledged(work, party).await?;
    match write::post(ledger, work, house, desk, &thread, Letter { writing, origin: Origin::Answer, actor: &Actor::Platform }).await {
        Ok(_) => Ok(()),
        Err(MailroomError::Refused(why)) => {
            tracing::info!(thread = thread.id.0, %why, "a letter cannot be acknowledged");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// So much of a letter is looked at for the way back, in bytes: the field stands at its top.
const HEAD_MOST_BYTES: u64 = 256 << 10;

/// Where the acknowledgement of a letter goes; `None` when nobody but the letter's own words says where. Whoever fills in a form asks for
/// it by a field of the form; `written` is that address.
async fn way_back(ledger: &Ledger, letter: &Correspondence, written: String) -> Result<Option<String>, LedgerError> {
    if letter.channel == Channel::Form {
        return Ok(Some(written));
    }
    let (blobs, raw) = (ledger.blobs().clone(), letter.raw.clone());
    let read = tokio::task::spawn_blocking(move || blobs.read_part(&raw.sha256, raw.offset, raw.length.min(HEAD_MOST_BYTES))).await;
    let head = read.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    Ok(Headers::of_letter(&head).return_path)
}

/// Whether an address is one of a person, as far as its local part tells (RFC 3834, section 2): mail systems and the owners of lists are
/// none. The null path is no address at all.
fn takes_answers(address: &str) -> bool {
    let Some((local, _)) = address.rsplit_once('@') else { return false };
    !matches!(local, "mailer-daemon" | "postmaster") && !local.starts_with("owner-") && !local.ends_with("-request") && !local.ends_with("-owner")
}
