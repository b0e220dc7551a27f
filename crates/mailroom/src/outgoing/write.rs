use super::{Sealing, seal, store};
use crate::{
    MailroomError,
    correspondence::{Channel, Raw},
    desk::{self, Desk},
    error::refused,
    gist, search,
    thread::{self, Thread},
};
use noroshi_directory::key::Vault;
use noroshi_kernel::{
    access::Actor,
    id::{CorrespondenceId, OutgoingId, ThreadId},
    language::Bilingual,
    moment::Zone,
};
use noroshi_ledger::{
    Ledger, LedgerError, UnitOfWork, audit,
    queue::{Backoff, Kind, Order},
};
use noroshi_post::{
    build::{self, Attachment, Charset, Draft, Origin},
    letter::Mailbox,
    sealed::Ring,
    threading::{self, Marks},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{io::Cursor, time::Duration};

/// The job that hands a letter to the relay: soon again at first, every four hours at last, for five days.
pub const SEND: Kind = Kind {
    at_once: 4,
    time_most: Duration::from_secs(30 * 60),
    backoff: Backoff { first: Duration::from_secs(60), most: Duration::from_secs(4 * 3_600) },
    attempts_most: 60,
    ..Kind::named("mailroom.send")
};

/// Which letter is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The letter.
    pub letter: OutgoingId,
}

/// In whose name letters are written.
#[derive(Clone, Debug)]
pub struct House {
    /// The team's name.
    pub team: Bilingual,
    /// What its letters bear.
    pub marks: Marks,
    /// The zone in which they are dated.
    pub zone: Zone,
    /// What opens the team's secret keys.
    pub vault: Vault,
}

/// A letter as a person fills it in.
#[derive(Clone, Debug, Default)]
pub struct Writing {
    /// To whom.
    pub to: Vec<Mailbox>,
    /// Who gets a copy that all see.
    pub cc: Vec<Mailbox>,
    /// The subject; the thread's tag comes before it.
    pub subject: String,
    /// The text.
    pub body: String,
    /// Files that come with it.
    pub attachments: Vec<Attachment>,
    /// The letter that it answers.
    pub answers: Option<CorrespondenceId>,
    /// The charset that is wanted.
    pub charset: Charset,
    /// How it is sealed.
    pub sealing: Sealing,
}

/// Writes a letter in a thread and puts it into the queue. It is built here, once; every attempt sends the same bytes.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`] when there is no such thread; [`MailroomError::Refused`] when the desk
/// has no address or the letter cannot be built; then nothing is written.
pub async fn write(ledger: &Ledger, work: &UnitOfWork, actor: &Actor, house: &House, thread: ThreadId, writing: Writing) -> Result<OutgoingId, MailroomError> {
    let thread = thread::load(work, actor, thread).await?;
    let desks = desk::all(work).await?;
    let desk = desks.get(&thread.desk).filter(|desk| !desk.address.is_empty());
    let Some(desk) = desk else {
        return refused(
            "letter-desk",
            "この窓口にはメールアドレスがありません。管理者に設定を頼んでください（noroshi desk set）。",
            "this desk has no mail address; ask an administrator to set one (noroshi desk set)",
        );
    };
    if writing.body.trim().is_empty() {
        return refused("letter-body", "本文を書いてください。", "write a text");
    }
    let id = post(ledger, work, house, desk, &thread, Letter { writing, origin: Origin::Person, actor }).await?;
    thread::answered(work, thread.id).await?;
    let detail = json!({ "letter": id });
    work.record(actor, audit::Entry { action: "mailroom.write", subject_kind: "thread", subject_id: thread.id.0, detail: &detail }).await?;
    Ok(id)
}

/// A letter and who wrote it.
pub(super) struct Letter<'a> {
    pub(super) writing: Writing,
    pub(super) origin: Origin,
    pub(super) actor: &'a Actor,
}

/// Builds a letter, keeps its bytes durably, and puts it into the queue.
pub(super) async fn post(
    ledger: &Ledger,
    work: &UnitOfWork,
    house: &House,
    desk: &Desk,
    thread: &Thread,
    letter: Letter<'_>,
) -> Result<OutgoingId, MailroomError> {
    let Letter { writing, origin, actor } = letter;
    let sealing = writing.sealing;
    let automatic = origin != Origin::Person;
    let id = OutgoingId(work.take_id().await?);
    let parties =
        thread::join(work, thread.id, writing.to.iter().chain(&writing.cc).map(|mailbox| (threading::address(&mailbox.address), mailbox.name.clone()))).await?;
    let domain = desk.address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let from = Mailbox { name: format!("{} {}", house.team.ja, desk.name.ja), address: desk.address.clone() };
    let message_id = format!("{}.{:016x}@{domain}", id.0, rand::random::<u64>());
    let mut draft = Draft::new(from, &message_id, work.now(), house.zone.clone());
    // Whoever answers to this address is known by it; so is a report of failure that comes back to it.
    let token = parties.first().map(|party| house.marks.reply_address(&desk.address, *party));
    draft.reply_to = token.clone().map(|address| Mailbox { name: String::new(), address });
    draft.subject = house.marks.tagged(thread.number(), &writing.subject);
    (draft.in_reply_to, draft.references) = store::chain(work, thread.id, writing.answers).await?;
    draft.loop_mark = house.marks.loop_mark();
    (draft.to, draft.cc, draft.body, draft.attachments) = (writing.to, writing.cc, writing.body, writing.attachments);
    (draft.origin, draft.charset) = (origin, writing.charset);
    let built = build::build(&draft).map_err(MailroomError::Refused)?;
    let bytes = seal::seal(work, actor, house, desk, &built, sealing).await?;
    let (blobs, at) = (ledger.blobs().clone(), work.now());
    let stored = tokio::task::spawn_blocking(move || {
        // Opened by no key: what is encrypted is found by what stands outside of it.
        let words = gist::of(&bytes, Channel::Mail, &Ring::default(), at, &[]).words;
        blobs.put(&mut Cursor::new(bytes)).map(|blob| (blob, words))
    });
    let (blob, words) = stored.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    let new = store::New {
        id,
        thread: thread.id,
        message_id,
        raw: Raw { sha256: blob.sha256, offset: 0, length: blob.size_bytes },
        author: actor.name(),
        subject: draft.subject,
        // An automatic letter has none, so that nothing ever answers it (RFC 3834, section 3.3).
        envelope_from: if automatic { String::new() } else { token.unwrap_or_else(|| desk.address.clone()) },
        automatic,
    };
    store::insert(work, &new, built.recipients()).await?;
    search::index_sent(work, id, thread.id, format!("{} {words}", built.recipients().join(" "))).await?;
    work.enqueue(Order::new(&SEND, &Due { letter: id }).keyed(&id.to_string())).await?;
    Ok(id)
}

/// Takes a letter back that still waits: those recipients who have not got it do not get it.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`]; [`MailroomError::Refused`] when nobody is left who waits for it.
pub async fn withdraw(work: &UnitOfWork, actor: &Actor, letter: OutgoingId) -> Result<(), MailroomError> {
    let unknown = || MailroomError::Unknown { kind: "letter", name: letter.to_string() };
    let found = super::load(work, letter).await?.ok_or_else(unknown)?;
    thread::load(work, actor, found.thread).await?;
    if store::withdraw(work, letter).await? == 0 {
        return refused("letter-gone", "このメールはもう送られたか、送れないと決まっています。", "this letter has gone out, or was refused, already");
    }
    store::settle(work, letter).await?;
    let detail = json!({ "letter": letter });
    work.record(actor, audit::Entry { action: "mailroom.withdraw", subject_kind: "thread", subject_id: found.thread.0, detail: &detail }).await?;
    Ok(())
}
