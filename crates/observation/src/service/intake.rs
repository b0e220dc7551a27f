//! How what sensors send becomes files and sums, and what was refused of it.

use crate::{
    ObservationError,
    store::{files, health as store},
};
use noroshi_kernel::{
    access::{Action, Actor},
    language::Bilingual,
    moment::Moment,
};
use noroshi_ledger::{Ledger, LedgerError};

/// Something that was refused at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its number, by which lists go on.
    pub id: i64,
    /// When.
    pub at: Moment,
    /// Whose it was.
    pub sensor: Option<String>,
    /// Why.
    pub reason: Bilingual,
    /// The address from which it came.
    pub peer: String,
}

/// What was refused, the newest first: of a sensor or of all; those before one of them.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when the database cannot be reached.
pub async fn refusals(ledger: &Ledger, actor: &Actor, sensor: Option<i64>, before: Option<i64>, most: u32) -> Result<Vec<Refusal>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let read = |row: store::RefusalRow| -> Result<Refusal, LedgerError> {
        let reason = serde_json::from_str(&row.text).map_err(|error| LedgerError::Damaged(format!("the refusal {} cannot be read: {error}", row.id)))?;
        Ok(Refusal { id: row.id, at: Moment(row.at), sensor: row.name, reason, peer: row.peer })
    };
    Ok(store::refusals(ledger, sensor, before, most).await?.into_iter().map(read).collect::<Result<_, _>>()?)
}

/// How batches become files and sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    /// Batches whose packets are not in files yet.
    pub waiting_batches: i64,
    /// Their packets.
    pub waiting_packets: i64,
    /// Since when the oldest of them waits.
    pub waiting_since: Option<Moment>,
    /// Files of packets.
    pub files: i64,
    /// Their packets.
    pub packets: i64,
    /// Their bytes.
    pub bytes: i64,
    /// When their first packet came.
    pub from: Option<Moment>,
    /// When their last one came.
    pub to: Option<Moment>,
    /// Files that are in no sum yet.
    pub unrolled: i64,
    /// Before when packets were removed, since they were kept long enough.
    pub removed_before: Option<Moment>,
    /// Captures that were imported last.
    pub captures: Vec<Capture>,
}

/// A capture that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Whose it is.
    pub sensor: String,
    /// What it is called.
    pub name: String,
    /// When.
    pub at: Moment,
    /// Its packets.
    pub packets: i64,
    /// Those that are in files.
    pub stored: i64,
    /// Frames that are no IP.
    pub not_ip: i64,
    /// Packets that were cut short.
    pub truncated: i64,
    /// Packets whose headers contradict themselves.
    pub malformed: i64,
}

/// How the intake stands.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when the database cannot be reached.
pub async fn state(ledger: &Ledger, actor: &Actor) -> Result<Intake, ObservationError> {
    const MOST_CAPTURES: u32 = 20;
    actor.must_can(Action::ViewObservations)?;
    let snapshot = ledger.snapshot().await?;
    let (waits, kept, horizon) = (store::waiting(&snapshot).await?, store::files(&snapshot).await?, files::horizon(&snapshot).await?);
    let capture = |row: store::CaptureRow| Capture {
        sensor: row.sensor,
        name: row.name,
        at: Moment(row.imported_at),
        packets: row.packets,
        stored: row.stored,
        not_ip: row.not_ip,
        truncated: row.truncated,
        malformed: row.malformed,
    };
    Ok(Intake {
        waiting_batches: waits.batches,
        waiting_packets: waits.packets,
        waiting_since: waits.since.map(Moment),
        files: kept.files,
        packets: kept.packets,
        bytes: kept.size_bytes,
        from: kept.from_at.map(Moment),
        to: kept.to_at.map(Moment),
        unrolled: kept.unrolled,
        removed_before: (horizon > 0).then_some(Moment(horizon)),
        captures: store::captures(&snapshot, MOST_CAPTURES).await?.into_iter().map(capture).collect(),
    })
}
