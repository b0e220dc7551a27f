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
    let whole = |detail: &loading::Detail| detail.incident.merged_into.is_none() && actor.may(Action::ChangeIncident, &detail.incident.label);
    detail.filter(whole).ok_or_else(|| IncidentError::Unknown(number.to_string()))
}

/// The numbers of incidents that have to do with one, as far as the actor may know of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kin {
    /// The one of the same target that had gone quiet before it.
    pub previous: Option<Number>,
    /// The one of the same target after it.
    pub next: Option<Number>,
    /// The one that took its reports, when both turned out to be one.
    pub merged_into: Option<Number>,
    /// Those whose reports it took.
    pub merged: Vec<Number>,
}

/// Finds the incidents that have to do with one.
///
/// # Errors
/// When the database cannot be reached.
pub async fn kin(query: &impl noroshi_ledger::Query, actor: &Actor, detail: &loading::Detail) -> Result<Kin, IncidentError> {
    let visible = |found: Vec<loading::Detail>| {
        let may = |found: &loading::Detail| actor.may(Action::ViewRecords, &found.incident.label);
        found.into_iter().filter(may).map(|found| found.incident.number).collect::<Vec<_>>()
    };
    let [previous, next, into, merged] = loading::kin_of(query, &detail.incident).await?.map(visible);
    Ok(Kin { previous: previous.first().copied(), next: next.first().copied(), merged_into: into.first().copied(), merged })
}

/// Loads an incident to read it. One that the actor may not know of is not there.
///
/// # Errors
/// [`IncidentError::Unknown`]
pub async fn view(query: &impl noroshi_ledger::Query, actor: &Actor, number: Number) -> Result<loading::Detail, IncidentError> {
    let detail = loading::load_by_number(query, number).await?;
    detail.filter(|detail| actor.may(Action::ViewRecords, &detail.incident.label)).ok_or_else(|| IncidentError::Unknown(number.to_string()))
}
