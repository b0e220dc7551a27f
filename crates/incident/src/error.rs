use crate::model::NoScheme;
use noroshi_directory::DirectoryError;
use noroshi_kernel::{access::Forbidden, reason::Reason};
use noroshi_ledger::LedgerError;
use noroshi_mailroom::MailroomError;
use std::path::PathBuf;

/// What can go wrong at the incident desk.
#[derive(Debug, thiserror::Error)]
pub enum IncidentError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such incident, or the actor may not know of it.
    #[error("there is no incident {0}")]
    Unknown(String),
    /// What was given cannot be done; the text says what to do.
    #[error("{0}")]
    Refused(Reason),
    /// The directory refused something.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The mailroom refused something.
    #[error(transparent)]
    Mailroom(#[from] MailroomError),
    /// A file to import could not be read.
    #[error("{path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The database or a blob failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<NoScheme> for IncidentError {
    fn from(error: NoScheme) -> Self {
        let ja = format!("「{}」という集計方式はありません。", error.0);
        Self::Refused(Reason::new("scheme", ja, error.to_string()))
    }
}
