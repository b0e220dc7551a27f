use super::load_to_change;
use crate::{
    IncidentError,
    model::{Number, State},
    store::{keeping, loading},
};
use noroshi_kernel::access::Actor;
use noroshi_ledger::{UnitOfWork, audit::Entry};
use serde_json::json;

/// Closes an incident. Closing a closed one changes nothing.
///
/// # Errors
/// [`IncidentError::Unknown`], [`IncidentError::Forbidden`]
pub async fn close(work: &UnitOfWork, actor: &Actor, number: Number) -> Result<(), IncidentError> {
    let detail = load_to_change(work, actor, number).await?;
    change(work, actor, &detail, State::Closed, "incident.close").await
}

/// Opens a closed incident again: coordinating when somebody was asked, else new.
///
/// # Errors
/// [`IncidentError::Unknown`], [`IncidentError::Forbidden`]
pub async fn reopen(work: &UnitOfWork, actor: &Actor, number: Number) -> Result<(), IncidentError> {
    let detail = load_to_change(work, actor, number).await?;
    if detail.incident.state != State::Closed {
        return Ok(());
    }
    let asked = !loading::coordinations_of(work, detail.incident.id).await?.is_empty();
    change(work, actor, &detail, if asked { State::Coordinating } else { State::New }, "incident.reopen").await
}

async fn change(work: &UnitOfWork, actor: &Actor, detail: &loading::Detail, to: State, action: &'static str) -> Result<(), IncidentError> {
    let from = detail.incident.state;
    if from == to {
        return Ok(());
    }
    keeping::set_state(work, detail.incident.id, to).await?;
    work.record(actor, Entry { action, subject_kind: "incident", subject_id: detail.incident.id.0, detail: &json!({ "from": from, "to": to }) }).await?;
    Ok(())
}
