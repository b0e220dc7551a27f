//! Deliveries of many rows: a file or a feed.

use crate::correspondence::{self, Channel, Correspondence, Kind, Raw};
use noroshi_kernel::{access::Actor, id::CorrespondenceId, setaside::printable};
use noroshi_ledger::{Ledger, LedgerError, audit, blob::Blob};
use serde_json::json;
use std::io::Read;

/// A delivery whose bytes are durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The correspondence that it is.
    pub id: CorrespondenceId,
    /// Its bytes.
    pub blob: Blob,
    /// Whether the same bytes came in before.
    pub known: bool,
}

/// How a delivery is about to be read, for the audit log.
#[derive(Clone, Copy, Debug)]
pub struct Format<'a> {
    /// The format's key.
    pub key: &'a str,
    /// The mapping's name and the version of it that is used.
    pub mapping: Option<(&'a str, i64)>,
}

/// Stores a delivery's bytes and the correspondence that names them, durably, before anything of it is read.
///
/// # Errors
/// When the source cannot be read or the ledger cannot keep it.
pub async fn receive(ledger: &Ledger, actor: &Actor, format: Format<'_>, name: &str, mut source: impl Read + Send + 'static) -> Result<Batch, LedgerError> {
    let blobs = ledger.blobs().clone();
    let stored = tokio::task::spawn_blocking(move || blobs.put(&mut source));
    let blob = stored.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    let work = ledger.begin().await?;
    work.lock("mailroom.batch").await?;
    let mapping = format.mapping.map(|(name, version)| json!({ "name": name, "version": version }));
    // The same bytes again are the same delivery: nothing came in that was not there.
    if let Some(id) = correspondence::feed_with(&work, &blob.sha256).await? {
        let detail = json!({ "format": format.key, "mapping": mapping, "name": printable(name, 200), "sha256": blob.sha256 });
        work.record(actor, audit::Entry { action: "mailroom.receive_again", subject_kind: "correspondence", subject_id: id.0, detail: &detail }).await?;
        work.commit().await?;
        return Ok(Batch { id, blob, known: true });
    }
    let batch = Batch { id: CorrespondenceId(work.take_id().await?), blob, known: false };
    let raw = Raw { sha256: batch.blob.sha256.clone(), offset: 0, length: batch.blob.size_bytes };
    let name = printable(name, 200);
    let detail = json!({ "format": format.key, "mapping": mapping, "name": name, "sha256": raw.sha256 });
    let delivery = Correspondence { id: batch.id, channel: Channel::Feed, kind: Kind::Report, received_at: work.now(), name, sender_tld: None, raw };
    correspondence::insert(&work, &[delivery]).await?;
    work.record(actor, audit::Entry { action: "mailroom.receive", subject_kind: "correspondence", subject_id: batch.id.0, detail: &detail }).await?;
    work.commit().await?;
    Ok(batch)
}
