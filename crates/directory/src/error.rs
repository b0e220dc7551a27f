use noroshi_kernel::{access::Forbidden, reason::Reason};
use noroshi_ledger::LedgerError;

/// What can go wrong in the directory.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// What was given cannot be kept; the text says what to do.
    #[error("{0}")]
    Refused(Reason),
    /// A password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Hashing(String),
    /// There is no such thing.
    #[error("there is no {kind} {name:?}")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// How it was named.
        name: String,
    },
    /// The database or a file failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}
