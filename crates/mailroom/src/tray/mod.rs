//! The tray: inputs that could not be used and wait for a person, with the reason in words.
//!
//! An entry waits until it is closed: its input was read after all, or a person says that there is nothing to report in it. It is
//! never deleted; the same input again finds it.

mod store;

pub use store::{LETTER, count, deliveries, find, list, load, of_delivery, open, put, put_again, put_reason};

use crate::MailroomError;
use noroshi_kernel::{
    access::{Action, Actor},
    id::{CorrespondenceId, TrayItemId},
    language::Bilingual,
    moment::Moment,
    reason::Reason,
};
use noroshi_ledger::{UnitOfWork, audit};
use serde_json::json;

/// How a delivery was read, and is read again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReadAs {
    /// The format: `phishurl`, `csv`, or [`LETTER`].
    pub format: String,
    /// The mapping's name.
    pub mapping: Option<String>,
}

impl ReadAs {
    /// As a letter, whatever file it came in.
    #[must_use]
    pub fn letter() -> Self {
        Self { format: LETTER.into(), mapping: None }
    }
}

/// An input on its way into the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Tells the same input again: the same row of the same bytes is in the tray once.
    pub row_key: [u8; 16],
    /// The file within the delivery, when that is an archive.
    pub file: Option<String>,
    /// The place within the delivery: `line 7, column 2`.
    pub place: Bilingual,
    /// What is wrong and what to do.
    pub reason: Reason,
    /// The first byte within the delivery.
    pub raw_offset: u64,
    /// How many bytes.
    pub raw_length: u64,
    /// How many inputs in a row it stands for.
    pub rows: u64,
    /// The first line of a table that it is about.
    pub first_line: u64,
    /// The last one.
    pub last_line: u64,
}

/// How an entry was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Its input was read after all.
    Read,
    /// A person found nothing in it to report.
    Nothing,
}

impl Ending {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Read, Self::Nothing];

    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Nothing => "nothing",
        }
    }
}

/// That an entry was closed, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub at: Moment,
    /// Who did it.
    pub by: String,
    /// How.
    pub ending: Ending,
    /// What the person said about it.
    pub note: String,
}

/// An input in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: TrayItemId,
    /// The delivery that it came in.
    pub correspondence: CorrespondenceId,
    /// The delivery's name.
    pub name: String,
    /// The place within the delivery.
    pub place: Bilingual,
    /// What is wrong and what to do.
    pub reason: Reason,
    /// When it was set aside.
    pub set_aside_at: Moment,
    /// The delivery's blob.
    pub raw_sha256: String,
    /// The first byte within the delivery.
    pub raw_offset: u64,
    /// How many bytes.
    pub raw_length: u64,
    /// How many inputs in a row it stands for.
    pub rows: i64,
    /// How it was read; `None` when that was not noted yet.
    pub read_as: Option<ReadAs>,
    /// The file within the delivery, when that is an archive.
    pub file: Option<String>,
    /// The first line that it is about, and the last one.
    pub lines: (u64, u64),
    /// What tells its first input again.
    pub row_key: [u8; 16],
    /// Whether it is closed.
    pub closed: Option<Closed>,
}

impl Item {
    /// Whether an input that begins at this place of the delivery is one of those that it stands for.
    #[must_use]
    pub fn holds(&self, file: Option<&str>, offset: u64, line: u64) -> bool {
        let bytes = self.raw_offset..self.raw_offset.saturating_add(self.raw_length.max(1));
        self.file.as_deref() == file && bytes.contains(&offset) && (self.lines.0..=self.lines.1).contains(&line)
    }
}

/// Which entries that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// These.
    Ids(Vec<TrayItemId>),
    /// Those of one delivery.
    Delivery(CorrespondenceId),
    /// Those with one kind of reason, by its key.
    Reason(String),
}

/// The longest note of a person, in characters.
pub const NOTE_MOST_CHARS: usize = 2_000;

/// Closes an entry in which there is nothing to report. It stays, with the note, and its input is not asked about again.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`], also when the actor may not see it; [`MailroomError::Refused`] when the note is missing or too long, or
/// the entry is closed already.
pub async fn close(work: &UnitOfWork, actor: &Actor, id: TrayItemId, note: &str) -> Result<(), MailroomError> {
    actor.must_can(Action::WorkTray)?;
    let note = note.trim();
    let unfit = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
    if note.is_empty() || note.chars().count() > NOTE_MOST_CHARS || note.chars().any(unfit) {
        return Err(MailroomError::Refused(Reason::new(
            "tray-note",
            format!("なぜ報告がないのか、メモを {NOTE_MOST_CHARS} 文字以内で書いてください。"),
            format!("write in a note of {NOTE_MOST_CHARS} characters at most why there is nothing to report"),
        )));
    }
    work.lock("mailroom.tray").await?;
    let item = store::load(work, actor, id).await?.ok_or_else(|| MailroomError::Unknown { kind: "tray entry", name: id.to_string() })?;
    if item.closed.is_some() {
        return Err(MailroomError::Refused(closed_already(id)));
    }
    store::close(work, id, &actor.name(), Ending::Nothing, note).await?;
    let detail = json!({ "as": Ending::Nothing.key(), "note": note, "rows": item.rows });
    work.record(actor, audit::Entry { action: "tray.close", subject_kind: "tray_item", subject_id: id.0, detail: &detail }).await?;
    Ok(())
}

/// Closes entries whose inputs were read after all.
///
/// # Errors
/// When the database refuses it.
pub async fn close_read(work: &UnitOfWork, actor: &Actor, items: &[&Item]) -> Result<(), MailroomError> {
    for item in items {
        store::close(work, item.id, &actor.name(), Ending::Read, "").await?;
        let detail = json!({ "as": Ending::Read.key(), "rows": item.rows });
        work.record(actor, audit::Entry { action: "tray.close", subject_kind: "tray_item", subject_id: item.id.0, detail: &detail }).await?;
    }
    Ok(())
}

/// An entry is closed, so that nothing is left to do with it.
#[must_use]
pub fn closed_already(id: TrayItemId) -> Reason {
    Reason::new(
        "tray-closed",
        format!("トレイの {id} はすでに片付いています。することはありません。"),
        format!("the tray's entry {id} is closed already; there is nothing left to do"),
    )
}
