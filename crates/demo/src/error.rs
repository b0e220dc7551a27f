use crate::{margins::MarginsError, plan::Contradiction};
use noroshi_catalogue::CatalogueError;
use noroshi_directory::DirectoryError;
use noroshi_incident::IncidentError;
use noroshi_kernel::{access::Forbidden, period::Period};
use noroshi_ledger::LedgerError;
use noroshi_mailroom::MailroomError;
use noroshi_observation::ObservationError;

/// What can go wrong when example records are made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The file of margins cannot be used.
    #[error(transparent)]
    Margins(#[from] MarginsError),
    /// Figures contradict one another.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// There are records in the period already.
    #[error("the database holds records of {0} already, so its figures would not come out; generate into a fresh directory (--data DIR). Nothing was changed")]
    Occupied(Period),
    /// The database is somebody's real one.
    #[error(
        "this database holds records or accounts that are no example: invented records do not belong among them. Nothing was changed; name a fresh directory (--data DIR) and no PostgreSQL of a real team"
    )]
    Real,
    /// A brand or a country is not as the figures need it.
    #[error("{0}")]
    Refused(String),
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The incident desk refused something.
    #[error(transparent)]
    Incident(#[from] IncidentError),
    /// The mailroom refused something.
    #[error(transparent)]
    Mailroom(#[from] MailroomError),
    /// The observation desk refused something.
    #[error(transparent)]
    Observation(#[from] ObservationError),
    /// The catalogue could not be filled.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The directory refused something.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The database or a blob failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}
