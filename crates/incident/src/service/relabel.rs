use super::{Changed, load_to_change};
use crate::{IncidentError, model::Number, store::keeping};
use noroshi_kernel::{
    access::{Action, Actor, Label},
    tlp::Tlp,
};
use noroshi_ledger::{UnitOfWork, audit::Entry};
use noroshi_mailroom::thread;
use serde_json::json;

/// Gives an incident another TLP label. Who makes one RED takes part in it, so that nobody locks himself out.
///
/// # Errors
/// [`IncidentError::Unknown`], [`IncidentError::Forbidden`]
pub async fn relabel(work: &UnitOfWork, actor: &Actor, number: Number, tlp: Tlp) -> Result<(), IncidentError> {
    let detail = load_to_change(work, actor, number).await?;
    let old = &detail.incident.label;
    let mut label = Label { tlp, participants: old.participants.clone() };
    if let Actor::Account { id, .. } = actor
        && !actor.may(Action::ChangeIncident, &label)
    {
        label.participants.push(*id);
    }
    if label == *old {
        return Ok(());
    }
    keeping::set_label(work, detail.incident.id, &label).await?;
    thread::relabel(work, detail.incident.id.0, old, &label).await?;
    work.record(
        actor,
        Entry { action: "incident.relabel", subject_kind: "incident", subject_id: detail.incident.id.0, detail: &json!({ "from": old.tlp, "to": tlp }) },
    )
    .await?;
    // The label stands in the search index too. Until the event is delivered, the narrower of the two must hold.
    if tlp > old.tlp {
        noroshi_ledger::search::remove(work, &[detail.incident.id.0]).await?;
    }
    work.tell(Changed::KIND, &Changed { incidents: vec![detail.incident.id] }).await?;
    Ok(())
}
