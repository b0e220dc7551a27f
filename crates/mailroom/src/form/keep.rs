use super::{Attachment, MOST_FILE_BYTES, Submission, letter, store};
use crate::{
    MailroomError,
    correspondence::Channel,
    desk::{self, Desk},
    error::refused,
    letters::{self, Bound, Incoming, Kept},
    thread::{Changes, Opened, State},
};
use noroshi_kernel::{
    access::{Action, Actor, Label},
    id::ThreadId,
    moment::Zone,
};
use noroshi_ledger::{Ledger, LedgerError, UnitOfWork, audit};
use noroshi_post::{letter::Mailbox, threading::Marks};
use serde_json::json;
use std::collections::HashMap;

/// Where a submission goes.
#[derive(Clone, Debug)]
pub enum To {
    /// To a desk, in a thread that begins with it.
    Desk(Desk),
    /// Into a thread that is there. `from` is the party that sends it; without it, the submission says who.
    Thread {
        /// Which.
        thread: ThreadId,
        /// Under whose address.
        from: Option<Mailbox>,
    },
}

/// A submission with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// How it came.
    pub channel: Channel,
    /// What was filled in.
    pub submission: Submission,
    /// The files that came with it.
    pub files: Vec<Attachment>,
    /// Where it goes.
    pub to: To,
    /// Tells the same sending again, whatever it holds then: it is kept once.
    pub once: Option<[u8; 32]>,
    /// The token by which a program sent it.
    pub token: Option<i64>,
}

/// A submission that is durable.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Its letter.
    pub kept: Kept,
    /// The letter itself, to be read; none when it was kept before.
    pub incoming: Option<Incoming>,
    /// The thread that it was given to.
    pub thread: ThreadId,
    /// Whether what was sent the same once before held something else: that stays, and this was not kept.
    pub differs: bool,
}

/// Where a submission stands, once its desk is known.
enum Goes {
    Into(ThreadId),
    Begins(Label),
}

/// Keeps a submission durably. When it returns, its letter, its thread and its number are committed; nothing of it has been read.
///
/// # Errors
/// [`MailroomError::Forbidden`] when somebody who is not on the staff enters a fax or a call; [`MailroomError::Refused`] when the desk
/// has no form, what is asked to be RED could be read by nobody, or the letter cannot be built; when the ledger cannot keep it.
pub async fn keep(ledger: &Ledger, actor: &Actor, marks: &Marks, zone: &Zone, entry: Entry) -> Result<Receipt, MailroomError> {
    let Entry { channel, submission, files, to, once, token } = entry;
    if channel.is_by_hand() {
        actor.must_can(Action::Import)?;
    }
    let digest = digest(&submission, &files);
    if files.iter().map(|file| file.bytes.len()).sum::<usize>() > MOST_FILE_BYTES {
        let most = MOST_FILE_BYTES >> 20;
        return refused("form-files", format!("添付ファイルは合わせて {most} MiB までです。"), format!("the files may hold {most} MiB together"));
    }
    let (desk, thread, from) = match to {
        To::Desk(desk) if channel == Channel::Form && !desk.has_form => {
            return refused("form-desk", "この窓口はフォームでは受け付けていません。", "this desk takes nothing by the form");
        }
        To::Desk(desk) => (desk, None, letter::reporter(&submission)),
        To::Thread { thread, from } => {
            let desks = desk::all(ledger).await?;
            let desk = desks.get(&submission.desk).or(desks.first()).cloned().ok_or_else(|| LedgerError::Damaged("there is no desk".into()))?;
            (desk, Some(thread), from.unwrap_or_else(|| letter::reporter(&submission)))
        }
    };
    // A thread that is there keeps its label.
    let goes = match thread {
        Some(thread) => Goes::Into(thread),
        None => Goes::Begins(submission.label(&desk, actor).map_err(|problem| MailroomError::Refused(problem.reason))?),
    };
    let bytes = letter::write(&submission, files, from.clone(), &desk, ledger.now(), zone).map_err(MailroomError::Refused)?;
    let live = submission.copy && channel == Channel::Form && thread.is_none();
    let mut incoming = Incoming { channel, live, ..Incoming::from_file(String::new(), bytes) };
    let places = letters::pack(ledger, &[&incoming]).await?;
    let work = ledger.begin().await?;
    work.lock("mailroom.letters").await?;
    if let Some(once) = once
        && let Some((letter, thread, before)) = store::kept_once(&work, once).await?
    {
        return Ok(Receipt { kept: Kept { id: letter, must_be_read: false }, incoming: None, thread, differs: before != digest });
    }
    let bound = match goes {
        Goes::Into(thread) => Bound { thread, begins: false },
        Goes::Begins(label) => Bound { thread: open(&work, marks, &submission, &desk, label).await?, begins: true },
    };
    incoming.bound = Some(bound);
    let named = letters::insert(&work, channel, &[&incoming], &places, &HashMap::new()).await?;
    let (_, id) = *named.first().ok_or_else(|| LedgerError::Damaged("a submission was not kept".into()))?;
    let row = store::Row { letter: id, bound, reporter: &from.address, once, digest, token };
    store::insert(&work, row).await?;
    let detail = json!({ "channel": channel, "thread": bound.thread, "token": token });
    work.record(actor, audit::Entry { action: "mailroom.keep_form", subject_kind: "correspondence", subject_id: id.0, detail: &detail }).await?;
    work.commit().await?;
    Ok(Receipt { kept: Kept { id, must_be_read: true }, incoming: Some(incoming), thread: bound.thread, differs: false })
}

/// Begins the thread of a submission: its number stands before anything is read.
async fn open(work: &UnitOfWork, marks: &Marks, submission: &Submission, desk: &Desk, label: Label) -> Result<ThreadId, LedgerError> {
    let id = ThreadId(work.take_id().await?);
    let mut changes = Changes::default();
    let at = submission.received_at().unwrap_or(work.now());
    changes.opens_as(
        Opened { id, code: marks.code(id.0), subject: letter::subject(submission), at, state: State::New, asked: submission.asked() },
        desk,
        label,
    );
    changes.save(work).await?;
    Ok(id)
}

/// A digest of everything that was filled in and sent along.
#[must_use]
pub fn digest(submission: &Submission, files: &[Attachment]) -> [u8; 16] {
    let mut all = serde_json::to_vec(submission).unwrap_or_default();
    for file in files {
        all.extend(json!([file.name, file.media_type]).to_string().into_bytes());
        all.extend(noroshi_feeds::digest::of(&file.bytes));
    }
    noroshi_feeds::digest::of(&all)
}
