//! A few entries of a catalogue of exploited vulnerabilities, so that a rise makes one think of some. What the real one says comes by `noroshi kev import`.

use crate::DemoError;
use noroshi_catalogue::{CatalogueError, kev};
use noroshi_kernel::access::Actor;
use noroshi_ledger::Ledger;

const KEV: &str = include_str!("../../../data/kev.json");

/// Brings the entries in, as any file of the kind.
pub(super) async fn fill(ledger: &Ledger) -> Result<(), DemoError> {
    let folder = tempfile::tempdir().map_err(|source| CatalogueError::File { path: std::env::temp_dir(), source })?;
    let path = folder.path().join("example-kev.json");
    std::fs::write(&path, KEV).map_err(|source| CatalogueError::File { path: path.clone(), source })?;
    kev::import(ledger, &Actor::Platform, &path).await?;
    Ok(())
}
