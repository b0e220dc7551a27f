//! Bringing in a file of many rows. Its bytes are durable before anything is read; then rows are read in one thread while the
//! ledger takes them in another, some thousands to a unit of work.
//!
//! Every row ends in exactly one count: *stored* (opened an incident), *duplicate* (joined one), *already seen* (the same bytes
//! were imported before) or *set aside* (lies in the tray with its reason). Equal rows within one file are as many reports: the
//! first, second … copy of a row are told apart, so that importing the file again changes nothing, and importing it after it
//! grew brings in what is new.

mod again;
mod by_hand;
mod cases;
mod harvest;
mod letters;
mod lookout;
mod preview;
mod reading;
mod rejected;
mod taking;

pub use again::{Again, again, obstacle, unopened_again};
pub use lookout::Lookout;
pub use preview::{PREVIEW_ROWS, Preview, Previewed, preview};

use crate::{
    IncidentError,
    model::{Category, Target, TargetKind, joining},
    selection::Reckoning,
};
use noroshi_directory::key::Vault;
use noroshi_feeds::{finding::Finding, phishurl::BRAND_MOST_CHARS};
use noroshi_kernel::{
    access::{Action, Actor, Label},
    moment::Moment,
    reason::Reason,
    setaside::{SetAside, printable},
    tlp::Tlp,
};
use noroshi_ledger::Ledger;
use noroshi_mailroom::{
    batch,
    correspondence::Channel,
    letters::{self as mailroom, Incoming, Kept},
    mapping::{self, Saved},
    tray,
};
use noroshi_post::threading::Marks;
use serde::Serialize;
use std::{borrow::Cow, fs::File, path::Path};

/// A format of files that hold reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV `date,URL,description` of phishing sites, in Japan time.
    PhishUrl,
    /// CSV of Shadowserver, any report type, also zipped.
    Shadowserver,
    /// X-ARF version 4: one JSON object, a list of them, or one a line.
    Xarf,
    /// IODEF version 2.
    Iodef,
    /// CSV of any shape, read by a saved mapping.
    Csv,
    /// JSON of any shape, read by a saved mapping.
    Json,
    /// A mail to a file; a feedback report (ARF) is one.
    Eml,
    /// A mailbox in the mbox format.
    Mbox,
    /// A maildir, or any folder of mails.
    Maildir,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 9] = [Self::PhishUrl, Self::Shadowserver, Self::Xarf, Self::Iodef, Self::Csv, Self::Json, Self::Eml, Self::Mbox, Self::Maildir];

    /// The name as typed.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::PhishUrl => "phishurl",
            Self::Shadowserver => "shadowserver",
            Self::Xarf => "xarf",
            Self::Iodef => "iodef",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Eml => "eml",
            Self::Mbox => "mbox",
            Self::Maildir => "maildir",
        }
    }
}

impl Format {
    /// The format that a mapping reads.
    #[must_use]
    pub const fn of(mapping: mapping::Format) -> Self {
        match mapping {
            mapping::Format::Csv => Self::Csv,
            mapping::Format::Json => Self::Json,
        }
    }
}

/// A text that is no format.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no format that this noroshi reads; it reads phishurl, shadowserver, arf, xarf, iodef, csv, json, eml, mbox and maildir")]
pub struct NoFormat(String);

impl std::str::FromStr for Format {
    type Err = NoFormat;

    fn from_str(text: &str) -> Result<Self, NoFormat> {
        // A feedback report is a mail.
        let text = if text == "arf" { "eml" } else { text };
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
    /// Letters that were taken, but for parts of them that lie in the tray.
    pub partly_set_aside: u64,
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
        self.partly_set_aside += other.partly_set_aside;
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
    /// So many of its bytes are read and their rows committed; what has become of them so far.
    fn reached(&mut self, bytes: u64, so_far: &Outcome);
    /// A row was set aside.
    fn set_aside(&mut self, why: &SetAside);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begins(&mut self, _: &str, _: u64) {}
    fn reached(&mut self, _: u64, _: &Outcome) {}
    fn set_aside(&mut self, _: &SetAside) {}
}

/// One thing that a row or a letter tells of, whatever the format.
#[derive(Clone, Debug)]
struct Told {
    /// When the report came.
    at: Moment,
    /// When it was seen, as far as that is told apart from `at`.
    seen_at: Option<Moment>,
    category: Category,
    rsit: Cow<'static, str>,
    target: Target,
    addresses: Vec<String>,
    ports: Vec<String>,
    brand: String,
    site: Option<String>,
    /// How far it may be told: as far as the thread of its letter.
    label: Label,
}

/// What bringing things in needs: the records, who acts, how the team reckons, and what its letters bear.
#[derive(Clone, Debug)]
pub struct Intake {
    /// The records.
    pub ledger: Ledger,
    /// Who acts.
    pub actor: Actor,
    /// The team's zone and home.
    pub reckoning: Reckoning,
    /// What letters of ours bear, so that answers find back.
    pub marks: Marks,
    /// What opens the team's secret keys.
    pub vault: Vault,
    /// What readers look for.
    pub lookout: Lookout,
}

impl Intake {
    /// Imports one file.
    ///
    /// # Errors
    /// [`IncidentError::Forbidden`]; [`IncidentError::Refused`] for CSV and JSON, which [`mapped`](Self::mapped) imports;
    /// [`IncidentError::File`] when the file cannot be read; when the ledger fails, what was committed until then stays, and importing
    /// the file again brings in the rest.
    pub async fn file(&self, format: Format, path: &Path, progress: &mut dyn Progress) -> Result<Outcome, IncidentError> {
        self.actor.must_can(Action::Import)?;
        match format {
            Format::Eml | Format::Mbox | Format::Maildir => letters::import(self, format, path, progress).await,
            Format::Csv | Format::Json => Err(IncidentError::Refused(no_mapping())),
            Format::PhishUrl | Format::Shadowserver | Format::Xarf | Format::Iodef => {
                self.table(reading::Way { format, mapping: None, schema: self.lookout.schema() }, path, progress).await
            }
        }
    }

    /// Imports one file of CSV or JSON by a mapping. A row that tells no time of its own was reported when the file came in.
    ///
    /// # Errors
    /// As [`file`](Self::file).
    pub async fn mapped(&self, mapping: Saved, path: &Path, progress: &mut dyn Progress) -> Result<Outcome, IncidentError> {
        self.actor.must_can(Action::Import)?;
        self.table(reading::Way { format: Format::of(mapping.format), mapping: Some(mapping), schema: None }, path, progress).await
    }

    async fn table(&self, way: reading::Way, path: &Path, progress: &mut dyn Progress) -> Result<Outcome, IncidentError> {
        let cannot = |source| IncidentError::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(cannot)?;
        if !file.metadata().map_err(cannot)?.is_file() {
            return Err(cannot(std::io::Error::other("this is no file; name files, for example DIR/*.csv")));
        }
        let name = printable(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(), 200);
        // Two files of one name in different folders are told apart.
        let shown = printable(&path.to_string_lossy(), 300);
        self.rows(way, name, shown, file, progress).await
    }

    /// Imports what a desk of ours reports: X-ARF, kept as what came in from others is.
    ///
    /// # Errors
    /// As [`file`](Self::file). The same bytes again change nothing.
    pub async fn desk(&self, name: &str, report: Vec<u8>) -> Result<Outcome, IncidentError> {
        self.actor.must_can(Action::Import)?;
        let way = reading::Way { format: Format::Xarf, mapping: None, schema: None };
        self.rows(way, printable(name, 200), printable(name, 300), std::io::Cursor::new(report), &mut Silent).await
    }

    async fn rows(
        &self,
        way: reading::Way,
        name: String,
        shown: String,
        file: impl std::io::Read + Send + 'static,
        progress: &mut dyn Progress,
    ) -> Result<Outcome, IncidentError> {
        let ledger = &self.ledger;
        let path = Path::new(&shown);
        let cannot = |source| IncidentError::File { path: path.to_owned(), source };
        let format = batch::Format { key: way.format.key(), mapping: way.mapping.as_ref().map(|saved| (saved.name.as_str(), saved.version)) };
        let batch = batch::receive(ledger, &self.actor, format, &name, file).await?;
        progress.begins(&name, batch.blob.size_bytes);
        let source = ledger.blobs().read(&batch.blob.sha256)?;
        // What lies in the tray of these bytes is not put there twice.
        let lying = if batch.known { tray::of_delivery(ledger, batch.id).await? } else { Vec::new() };
        let mut taking = taking::Taking::new(self, batch.id, shown.clone(), joining::WINDOW_DAYS).reading(&way, lying);
        let mut rows = reading::start(way, name, source, reading::Times { received: ledger.now(), latest: ledger.now().plus_days(1) });
        while let Some(part) = rows.recv().await {
            let part = part.map_err(cannot)?;
            let reached = part.last().map_or(0, |read| read.row.offset + read.row.length);
            taking.take(part, Vec::new(), progress).await?;
            progress.reached(reached, &taking.outcome);
        }
        Ok(taking.outcome)
    }

    /// Keeps letters durably. When it returns, nothing that happens later loses one.
    ///
    /// # Errors
    /// [`IncidentError::Forbidden`]; when the ledger cannot keep them: then it keeps none.
    pub async fn keep_letters(&self, letters: &[Incoming]) -> Result<Vec<Kept>, IncidentError> {
        self.actor.must_can(Action::Import)?;
        Ok(mailroom::keep(&self.ledger, &self.actor, Channel::Mail, letters).await?)
    }

    /// Reads letters that are kept, and places what they report; those that were read before stay as they are.
    ///
    /// # Errors
    /// When the ledger fails; the letters wait then.
    pub async fn read_letters(&self, letters: Vec<(Kept, Incoming)>, progress: &mut dyn Progress) -> Result<Outcome, IncidentError> {
        letters::place(self, letters, progress).await
    }

    /// Reads the letters that are kept and that nobody has read yet, as many as fit one unit of work; gives how many there were.
    /// They wait when a program ended between keeping and reading.
    ///
    /// # Errors
    /// When the ledger fails; the letters wait then.
    pub async fn read_waiting(&self) -> Result<usize, IncidentError> {
        let waiting = mailroom::pending(&self.ledger, 100).await?;
        let count = waiting.len();
        let mut letters = Vec::with_capacity(count);
        for one in waiting {
            let blobs = self.ledger.blobs().clone();
            let raw = one.raw;
            let read = tokio::task::spawn_blocking(move || blobs.read_part(&raw.sha256, raw.offset, raw.length)).await;
            let bytes = read.map_err(|error| noroshi_ledger::LedgerError::Damaged(error.to_string()))??;
            let arrived = one.live.then_some(one.received_at);
            let letter =
                Incoming { name: one.name, bytes: bytes.into(), recipient: one.recipient, live: one.live, arrived, channel: one.channel, bound: one.bound };
            letters.push((Kept { id: one.id, must_be_read: true }, letter));
        }
        letters::place(self, letters, &mut Silent).await?;
        Ok(count)
    }
}

/// The number by which an incident of the same target is looked for.
pub(crate) fn target_hash(target: &Target) -> i64 {
    let key = noroshi_feeds::canonical::target_key(target.kind.key(), &target.text);
    key.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

/// What a finding tells, reported at `at`.
///
/// # Errors
/// When it names nothing that one could look at.
fn told(finding: Finding, at: Moment) -> Result<Told, Reason> {
    let mut addresses: Vec<String> = finding.addresses.iter().map(ToString::to_string).collect();
    let within = finding.url.as_ref().and_then(|url| url.address).map(|address| address.to_string());
    addresses.extend(within.filter(|address| !addresses.contains(address)));
    let site = finding.url.as_ref().and_then(|url| url.host.as_ref()).or(finding.host.as_ref()).map(ToString::to_string);
    let target = match (finding.url, finding.host, addresses.first()) {
        (Some(url), _, _) => Target { kind: TargetKind::Url, text: url.url },
        // A reverse name says less than the address that has it.
        (None, _, Some(address)) => Target { kind: TargetKind::Address, text: address.clone() },
        (None, Some(host), None) => Target { kind: TargetKind::Host, text: host.to_string() },
        (None, None, None) => return Err(nothing_named()),
    };
    Ok(Told {
        at,
        seen_at: finding.at,
        category: Category::of_rsit(finding.rsit),
        rsit: Cow::Borrowed(finding.rsit.tag()),
        site: site.or_else(|| addresses.first().cloned()),
        target,
        addresses,
        ports: finding.port.iter().map(ToString::to_string).collect(),
        // A brand comes from outside: no database takes a NUL, and an index no text of any length.
        // Who takes part in what is RED is said when it is kept.
        label: finding.tlp.filter(|tlp| *tlp > Tlp::default()).map_or_else(Label::default, Label::of),
        brand: finding.brand.map(|brand| brand.chars().filter(|one| !one.is_control()).take(BRAND_MOST_CHARS).collect()).unwrap_or_default(),
    })
}

fn nothing_named() -> Reason {
    Reason::new(
        "report-source",
        "何について報告しているのか（IP アドレス、URL、ホスト名）が書かれていません。原本を見て手で登録してください。",
        "it does not say what it reports (an address, a URL or a host); look at the original and enter it by hand",
    )
}

fn no_mapping() -> Reason {
    Reason::new(
        "mapping-missing",
        "CSV と JSON は、保存した対応表の名前を指定して取り込んでください。",
        "CSV and JSON are imported by a saved mapping; name one",
    )
}
