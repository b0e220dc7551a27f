//! Bringing a catalogue in: raw bytes first, then entry by entry what is new and what changed, in one unit of work.

use super::{
    entry::Entry,
    read::{self, Catalogue},
    store::{self, Kept},
};
use crate::{
    CatalogueError,
    imported::{Imported, MOST_REASONS},
};
use noroshi_kernel::{
    access::{Action, Actor},
    reason::Reason,
    setaside::{SetAside, printable},
};
use noroshi_ledger::{
    Ledger, LedgerError, UnitOfWork, audit,
    blob::{Blob, BlobStore},
};
use serde_json::{Value, json};
use std::{fs::File, io::Read as _, path::Path};

/// The longest file that is read, in bytes: some twenty-five times what the catalogue has today.
pub const MOST_BYTES: u64 = 32 << 20;
/// Entries whose changes an audit row tells; of further ones the number.
const MOST_TOLD: usize = 200;

/// Brings the file at `path` in. Its bytes are durable before they are read; the same file again changes nothing.
///
/// An entry that says something else than before is updated when this catalogue is not older than the one that said so. Entries that a
/// newer catalogue no longer holds stay and are marked as withdrawn, when that catalogue is whole: it has as many entries as it says.
///
/// # Errors
/// [`CatalogueError::Forbidden`]; [`CatalogueError::File`] when the file cannot be read; when the database fails, and then nothing of it is in.
pub async fn import(ledger: &Ledger, actor: &Actor, path: &Path) -> Result<Imported, CatalogueError> {
    actor.must_can(Action::ChangeCatalogue)?;
    let name = printable(&path.display().to_string(), 200);
    let (blobs, from) = (ledger.blobs().clone(), path.to_owned());
    let keeping = tokio::task::spawn_blocking(move || keep(&blobs, &from)).await;
    let Some((blob, catalogue)) = keeping.map_err(|error| LedgerError::Damaged(format!("a thread ended early: {error}")))?? else { return Ok(too_long(&name)) };
    let work = ledger.begin().await?;
    let imported = take(&work, actor, &name, &blob, &catalogue).await?;
    work.commit().await?;
    Ok(imported)
}

/// Keeps a file's bytes, then reads them; `None` when there are too many.
fn keep(blobs: &BlobStore, path: &Path) -> Result<Option<(Blob, Catalogue)>, CatalogueError> {
    let failed = |source| CatalogueError::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Ok(None);
    }
    let blob = blobs.put(&mut bytes.as_slice())?;
    Ok(Some((blob, read::read(&bytes))))
}

fn too_long(name: &str) -> Imported {
    let most = MOST_BYTES >> 20;
    let reason = Reason::new(
        "kev-size",
        format!("ファイルが {most} MiB を超えています。"),
        format!("the file is longer than the {most} MiB that are read; it is no KEV catalogue"),
    );
    let aside = SetAside { input: name.to_owned(), r#where: "file".into(), reason: reason.to_string(), rows: 1 };
    Imported { read: 1, set_aside: 1, reasons: vec![aside], ..Imported::default() }
}

async fn take(work: &UnitOfWork, actor: &Actor, name: &str, blob: &Blob, catalogue: &Catalogue) -> Result<Imported, LedgerError> {
    work.lock("catalogue.kev").await?;
    let newest = store::newest(work).await?;
    let mut known = store::kept(work).await?;
    let import_id = work.take_id().await?;
    let asides =
        catalogue.broken.iter().map(|broken| SetAside { input: name.to_owned(), r#where: broken.place.clone(), reason: broken.reason.to_string(), rows: 1 });
    let mut imported = Imported { set_aside: catalogue.broken_count, reasons: asides.take(MOST_REASONS).collect(), ..Imported::default() };
    let (mut fresh, mut changed, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &catalogue.entries {
        match known.remove(&entry.cve) {
            None => fresh.push(entry),
            // What an older catalogue says is older.
            Some(kept) if kept.as_of > catalogue.as_of || (kept.entry == *entry && !kept.withdrawn) => imported.unchanged += 1,
            Some(kept) => {
                told.push(json!({ "cve": entry.cve, "was": difference(&kept.entry, entry), "was_withdrawn": kept.withdrawn }));
                changed.push((kept.id, entry));
            }
        }
    }
    let is_newest = catalogue.as_of.is_some() && catalogue.as_of > newest;
    let gone: Vec<Kept> = if catalogue.is_whole && is_newest {
        known.into_values().filter(|kept| !kept.withdrawn && !catalogue.broken_ids.contains(&kept.entry.cve)).collect()
    } else {
        Vec::new()
    };
    (imported.stored, imported.updated, imported.withdrawn) = (fresh.len() as u64, changed.len() as u64, gone.len() as u64);
    imported.read = imported.stored + imported.unchanged + imported.updated + imported.set_aside;
    store::insert_import(work, import_id, name, blob, catalogue, &imported).await?;
    store::insert(work, import_id, &fresh).await?;
    for (id, entry) in &changed {
        store::update(work, import_id, *id, entry).await?;
    }
    store::withdraw(work, import_id, gone.iter().map(|kept| kept.id)).await?;
    told.truncate(MOST_TOLD);
    let withdrawn: Vec<_> = gone.iter().map(|kept| kept.entry.cve.as_str()).take(MOST_TOLD).collect();
    let detail = json!({
        "file": name, "sha256": blob.sha256, "version": catalogue.version, "as_of": catalogue.as_of.map(noroshi_kernel::moment::Moment::rfc3339),
        "stored": imported.stored, "unchanged": imported.unchanged, "updated": imported.updated, "set_aside": imported.set_aside, "withdrawn": imported.withdrawn,
        "changes": told, "withdrawn_ids": withdrawn,
    });
    work.record(actor, audit::Entry { action: "kev.import", subject_kind: "catalogue_import", subject_id: import_id, detail: &detail }).await?;
    Ok(imported)
}

/// What an entry said before, field by field where it now says something else.
fn difference(was: &Entry, is: &Entry) -> Value {
    let (Ok(Value::Object(was)), Ok(is)) = (serde_json::to_value(was), serde_json::to_value(is)) else { return Value::Null };
    Value::Object(was.into_iter().filter(|(field, value)| is.get(field) != Some(value)).collect())
}
