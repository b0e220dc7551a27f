use noroshi_kernel::{access::Forbidden, reason::Reason};
use noroshi_ledger::LedgerError;

/// What can go wrong in the mailroom.
#[derive(Debug, thiserror::Error)]
pub enum MailroomError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// What was given cannot be used; the text says what to do.
    #[error("{0}")]
    Refused(Reason),
    /// There is no such thing, or the actor may not know of it.
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

/// What is refused, with the reason why.
pub(crate) fn refused<T>(key: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Result<T, MailroomError> {
    Err(MailroomError::Refused(Reason::new(key, ja, en)))
}
