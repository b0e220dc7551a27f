use super::{is_placeholder, store};
use crate::{
    MailroomError, letters,
    outgoing::{self, Sent},
    thread::{self, State},
};
use noroshi_kernel::{access::Actor, id::ThreadId, moment::Moment, tlp::Tlp};
use noroshi_ledger::{LedgerError, Query};
use noroshi_post::{
    letter::Mailbox,
    threading::{self, Marks},
};

/// The most letters of a thread that are looked through for answers.
const MOST_LETTERS: u32 = 200;

/// How a submission stands, as far as the reporter may know.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The thread that it began.
    pub thread: ThreadId,
    /// Where its letters are now: staff may have made one thread of two.
    pub now_in: ThreadId,
    /// The desk at which they are, by its key.
    pub desk: String,
    /// The number on its receipt.
    pub number: String,
    /// When it was received.
    pub received_at: Moment,
    /// How it stands.
    pub state: State,
    /// Under whose address its letters go.
    pub reporter: Mailbox,
    /// What we wrote to the reporter in its thread, the earliest first. Nothing that was written to anybody else; nothing of a case whose
    /// letters only its participants read; and, where threads were made one, nothing that goes by an address that was only claimed.
    pub answers: Vec<Sent>,
}

/// How the submission that began a thread stands.
///
/// # Errors
/// When the database cannot be reached. `None` when no submission began it.
pub async fn standing(query: &impl Query, marks: &Marks, thread: ThreadId) -> Result<Option<Standing>, MailroomError> {
    let Some(row) = store::begun(query, thread).await? else { return Ok(None) };
    let now_in = ThreadId(row.now_in.unwrap_or(row.thread_id));
    let found = thread::open(query, &Actor::Platform, now_in).await?;
    let own = now_in == thread || is_placeholder(&row.reporter);
    let answers = if own && found.label.tlp < Tlp::Red { answers(query, now_in, &row.reporter).await? } else { Vec::new() };
    let waits = letters::State::from_key(&row.letter_state) == letters::State::Waiting;
    Ok(Some(Standing {
        thread,
        now_in,
        desk: found.desk,
        number: marks.code(thread.0),
        received_at: Moment(row.received_at),
        state: if waits { State::New } else { found.state },
        reporter: Mailbox { name: row.from_name, address: row.reporter },
        answers,
    }))
}

async fn answers(query: &impl Query, thread: ThreadId, reporter: &str) -> Result<Vec<Sent>, LedgerError> {
    let reporter = threading::address(reporter);
    let mut sent = outgoing::of_thread(query, thread, MOST_LETTERS).await?;
    // What still waits may be withdrawn.
    let went = |state| !matches!(state, outgoing::State::Queued | outgoing::State::Withdrawn);
    sent.retain(|letter| letter.recipients.iter().any(|one| went(one.state) && threading::address(&one.address) == reporter));
    Ok(sent)
}

/// The thread that a program's submission began, by the number on its receipt; none that another token sent.
///
/// # Errors
/// When the database cannot be reached.
pub async fn by_token(query: &impl Query, token: i64, number: &str) -> Result<Option<ThreadId>, LedgerError> {
    let thread = store::of_token(query, token, number).await?;
    Ok((thread != 0).then_some(ThreadId(thread)))
}
