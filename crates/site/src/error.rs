use noroshi_kernel::{access::Forbidden, reason::Reason};
use noroshi_ledger::LedgerError;
use noroshi_observation::ObservationError;
use std::path::PathBuf;

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It may not be published; the text says why.
    #[error("{0}")]
    Refused(Reason),
    /// A file could not be written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A page could not be made.
    #[error("a page could not be made: {0}")]
    Page(String),
    /// The observation desk failed.
    #[error(transparent)]
    Observation(#[from] ObservationError),
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<askama::Error> for SiteError {
    fn from(error: askama::Error) -> Self {
        Self::Page(error.to_string())
    }
}
