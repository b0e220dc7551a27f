use super::{Changed, load_to_change};
use crate::{
    IncidentError,
    model::{Category, Number},
    store::keeping,
};
use noroshi_kernel::access::Actor;
use noroshi_ledger::{UnitOfWork, audit::Entry};
use serde_json::json;

/// Puts an incident under another category, with that category's usual RSIT tag.
///
/// # Errors
/// [`IncidentError::Unknown`], [`IncidentError::Forbidden`]
pub async fn reclassify(work: &UnitOfWork, actor: &Actor, number: Number, to: Category) -> Result<(), IncidentError> {
    let detail = load_to_change(work, actor, number).await?;
    let from = detail.incident.category;
    if from == to {
        return Ok(());
    }
    keeping::set_category(work, detail.incident.id, to).await?;
    work.record(
        actor,
        Entry { action: "incident.reclassify", subject_kind: "incident", subject_id: detail.incident.id.0, detail: &json!({ "from": from, "to": to }) },
    )
    .await?;
    work.tell(Changed::KIND, &Changed { incidents: vec![detail.incident.id] }).await?;
    Ok(())
}
