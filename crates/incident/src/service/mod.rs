//! What one can do at the incident desk, one file per action.

mod annotate;
mod close;
mod coordinate;
pub mod import;
mod index;
pub mod keep;
mod reclassify;
mod relabel;

pub use annotate::annotate;
pub use close::{close, reopen};
pub use coordinate::coordinate;
pub use index::{Changed, index, rename};
pub use reclassify::reclassify;
pub use relabel::relabel;

use crate::{IncidentError, model::Number, store::loading};
use noroshi_kernel::access::{Action, Actor};
use noroshi_ledger::UnitOfWork;

/// Loads an incident to change it. One that the actor may not know of is not there.
async fn load_to_change(work: &UnitOfWork, actor: &Actor, number: Number) -> Result<loading::Detail, IncidentError> {
    actor.must_can(Action::ChangeIncident)?;
    let detail = loading::load_by_number(work, number).await?;
    detail.filter(|detail| actor.may(Action::ChangeIncident, &detail.incident.label)).ok_or_else(|| IncidentError::Unknown(number.to_string()))
}

/// Loads an incident to read it. One that the actor may not know of is not there.
///
/// # Errors
/// [`IncidentError::Unknown`]
pub async fn view(query: &impl noroshi_ledger::Query, actor: &Actor, number: Number) -> Result<loading::Detail, IncidentError> {
    let detail = loading::load_by_number(query, number).await?;
    detail.filter(|detail| actor.may(Action::ViewRecords, &detail.incident.label)).ok_or_else(|| IncidentError::Unknown(number.to_string()))
}
