use noroshi_kernel::access::Forbidden;
use noroshi_ledger::LedgerError;
use std::path::PathBuf;

/// What can go wrong in the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A file could not be read.
    #[error("{path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The database or a file of ours failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}
