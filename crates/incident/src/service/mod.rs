//! What one can do at the incident desk, one file per action.

mod annotate;
mod close;
mod contacts;
mod coordinate;
pub mod import;
mod index;
pub mod keep;
mod reclassify;
mod relabel;

pub use annotate::annotate;
pub use close::{close, reopen};
pub use contacts::{Contact, Source, contacts};
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
    let unknown = || IncidentError::Unknown(number.to_string());
    let found = followed(work, number).await?.ok_or_else(unknown)?;
    // From here to the commit nobody takes it into another. Whoever did a moment ago left its number behind.
    let locked = loading::lock(work, found.incident.id).await?.ok_or_else(unknown)?;
    let detail = match locked.incident.merged_into {
        Some(into) => loading::lock(work, into).await?.ok_or_else(unknown)?,
        None => locked,
    };
    Some(detail).filter(|detail| actor.may(Action::ChangeIncident, &detail.incident.label)).ok_or_else(unknown)
}

/// Loads an incident by its number. The number of one that was taken into another is that one's.
async fn followed(query: &impl noroshi_ledger::Query, number: Number) -> Result<Option<loading::Detail>, IncidentError> {
    let found = loading::load_by_number(query, number).await?;
    match found.as_ref().and_then(|found| found.incident.merged_into) {
        Some(into) => Ok(loading::load(query, into).await?),
        None => Ok(found),
    }
}

/// The numbers of incidents that have to do with one, as far as the actor may know of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kin {
    /// The one of the same target that had gone quiet before it.
    pub previous: Option<Number>,
    /// The one of the same target after it.
    pub next: Option<Number>,
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
    let [previous, next] = loading::kin_of(query, &detail.incident).await?.map(visible);
    let merged = loading::merged_into(query, &[detail.incident.id]).await?.into_iter().map(|(_, number)| number).collect();
    Ok(Kin { previous: previous.first().copied(), next: next.first().copied(), merged })
}

/// Loads an incident to read it. One that the actor may not know of is not there; the number of one that was taken into another is
/// that one's, and seen by whoever may see that one.
///
/// # Errors
/// [`IncidentError::Unknown`]
pub async fn view(query: &impl noroshi_ledger::Query, actor: &Actor, number: Number) -> Result<loading::Detail, IncidentError> {
    let found = followed(query, number).await?.filter(|detail| actor.may(Action::ViewRecords, &detail.incident.label));
    let detail = found.ok_or_else(|| IncidentError::Unknown(number.to_string()))?;
    let report_count = loading::count_reports_of(query, detail.incident.id, actor.sight()).await?;
    Ok(loading::Detail { report_count, ..detail })
}
