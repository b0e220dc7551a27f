use noroshi_kernel::{access::Forbidden, reason::Reason};
use noroshi_lake::LakeError;
use noroshi_ledger::LedgerError;
use std::path::PathBuf;

/// What can go wrong at the observation desk.
#[derive(Debug, thiserror::Error)]
pub enum ObservationError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// What was given cannot be done; the text says what to do.
    #[error("{0}")]
    Refused(Reason),
    /// A capture could not be read.
    #[error("{path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The files of packets failed.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}
