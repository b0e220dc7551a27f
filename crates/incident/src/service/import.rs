//! Bringing in a file of many rows. Its bytes are durable before anything is read; then rows are read in one thread while the
//! ledger takes them in another, some thousands to a unit of work.
//!
//! Every row ends in exactly one count: *stored* (opened an incident), *duplicate* (joined one), *already seen* (the same bytes
//! were imported before) or *set aside* (lies in the tray with its reason). Equal rows within one file are as many reports: the
//! first, second … copy of a row are told apart, so that importing the file again changes nothing, and importing it after it
//! grew brings in what is new.

mod harvest;
mod reading;
mod taking;

use crate::{
    IncidentError,
    model::{Category, Target, TargetKind, joining},
    selection::Reckoning,
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
    setaside::{SetAside, printable},
};
use noroshi_ledger::Ledger;
use noroshi_mailroom::batch;
use serde::Serialize;
use std::{fs::File, path::Path};

/// A format of files that hold reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV `date,URL,description` of phishing sites, in Japan time.
    PhishUrl,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 1] = [Self::PhishUrl];

    /// The name as typed.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::PhishUrl => "phishurl",
        }
    }
}

/// A text that is no format.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no format that this noroshi reads; it reads phishurl")]
pub struct NoFormat(String);

impl std::str::FromStr for Format {
    type Err = NoFormat;

    fn from_str(text: &str) -> Result<Self, NoFormat> {
        Self::ALL.into_iter().find(|format| format.key() == text).ok_or_else(|| NoFormat(text.into()))
    }
}

/// What became of the rows of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// All rows.
    pub read: u64,
    /// Rows that opened an incident.
    pub stored: u64,
    /// Rows that joined an incident that was there.
    pub duplicates: u64,
    /// Rows whose bytes were imported before.
    pub already_seen: u64,
    /// Rows that lie in the tray.
    pub set_aside: u64,
    /// Incidents that were opened.
    pub incidents_opened: u64,
    /// Incidents that were there and became one with another, since a report closed the gap between them.
    pub incidents_merged: u64,
    /// Why rows were set aside, at most [`MOST_REASONS`]; the tray holds them all. Rows in a row with one reason are one entry.
    pub reasons: Vec<SetAside>,
    /// How many reasons that list leaves out.
    pub reasons_left_out: u64,
}

/// The reasons that an [`Outcome`] keeps, so that a file of nothing but broken rows needs no memory for them.
pub const MOST_REASONS: usize = 1_000;

impl Outcome {
    /// Adds what became of another file.
    pub fn add(&mut self, other: Self) {
        self.read += other.read;
        self.stored += other.stored;
        self.duplicates += other.duplicates;
        self.already_seen += other.already_seen;
        self.set_aside += other.set_aside;
        self.incidents_opened += other.incidents_opened;
        self.incidents_merged += other.incidents_merged;
        let room = MOST_REASONS.saturating_sub(self.reasons.len());
        self.reasons_left_out += other.reasons_left_out + other.reasons.len().saturating_sub(room) as u64;
        self.reasons.extend(other.reasons.into_iter().take(room));
    }
}

/// Is told how far an import is.
pub trait Progress: Send {
    /// A file's raw bytes are durable; reading begins.
    fn begins(&mut self, name: &str, size_bytes: u64);
    /// So many of its bytes are read and their rows committed.
    fn reached(&mut self, bytes: u64);
    /// A row was set aside.
    fn set_aside(&mut self, why: &SetAside);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begins(&mut self, _: &str, _: u64) {}
    fn reached(&mut self, _: u64) {}
    fn set_aside(&mut self, _: &SetAside) {}
}

/// What a row tells, whatever the format.
#[derive(Clone, Debug)]
struct Told {
    at: Moment,
    category: Category,
    target: Target,
    addresses: Vec<String>,
    brand: String,
    site: Option<String>,
}

/// Imports one file.
///
/// # Errors
/// [`IncidentError::Forbidden`]; [`IncidentError::File`] when the file cannot be read; when the ledger fails, what was committed
/// until then stays, and importing the file again brings in the rest.
pub async fn file(
    ledger: &Ledger,
    actor: &Actor,
    reckoning: &Reckoning,
    format: Format,
    path: &Path,
    progress: &mut dyn Progress,
) -> Result<Outcome, IncidentError> {
    actor.must_can(Action::Import)?;
    let cannot = |source| IncidentError::File { path: path.to_owned(), source };
    let file = File::open(path).map_err(cannot)?;
    if !file.metadata().map_err(cannot)?.is_file() {
        return Err(cannot(std::io::Error::other("this is no file; name files, for example DIR/*.csv")));
    }
    let name = printable(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(), 200);
    // Two files of one name in different folders are told apart.
    let shown = printable(&path.to_string_lossy(), 300);
    let batch = batch::receive(ledger, actor, format.key(), &name, file).await?;
    progress.begins(&name, batch.blob.size_bytes);
    let source = ledger.blobs().read(&batch.blob.sha256)?;
    // A feed's clock may run ahead of ours by a zone, not by more.
    let mut rows = reading::start(format, source, ledger.now().plus_days(1));
    let mut taking = taking::Taking::new(ledger, actor, reckoning, &batch, shown, joining::WINDOW_DAYS);
    while let Some(part) = rows.recv().await {
        let part = part.map_err(cannot)?;
        let reached = part.last().map_or(0, |row| row.offset + row.length);
        taking.take(part, progress).await?;
        progress.reached(reached);
    }
    Ok(taking.outcome)
}

/// The number by which an incident of the same target is looked for.
pub(crate) fn target_hash(target: &Target) -> i64 {
    let key = noroshi_feeds::canonical::target_key(target.kind.key(), &target.text);
    key.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

const fn url_target(text: String) -> Target {
    Target { kind: TargetKind::Url, text }
}
