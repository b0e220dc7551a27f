use super::{annotate, load_to_change};
use crate::{
    IncidentError,
    model::{Asked, Number, State},
    store::keeping,
};
use noroshi_directory::organisation;
use noroshi_kernel::{access::Actor, id::CoordinationId};
use noroshi_ledger::{UnitOfWork, audit::Entry};
use serde_json::json;

/// Notes that an organisation was asked to look and act. The same organisation on the same incident does not count again:
/// gives whether it was the first time.
///
/// # Errors
/// [`IncidentError::Unknown`], [`IncidentError::Forbidden`]; [`IncidentError::Directory`] when the name or country is wrong.
pub async fn coordinate(work: &UnitOfWork, actor: &Actor, number: Number, organisation: &str, country: &str, note: &str) -> Result<bool, IncidentError> {
    let detail = load_to_change(work, actor, number).await?;
    let note = note.trim();
    annotate::check(note, 0)?;
    let asked = organisation::find_or_add(work, actor, organisation, country).await?;
    let id = CoordinationId(work.take_id().await?);
    let pair = Asked { incident: detail.incident.id, organisation: asked.id, requested_at: work.now() };
    let first = keeping::insert_coordinations(work, &[(id, pair)], note).await? == 1;
    if first {
        if detail.incident.state == State::New {
            keeping::set_state(work, detail.incident.id, State::Coordinating).await?;
        }
        let entry = json!({ "coordination": id, "organisation": asked.name.en, "country": asked.country });
        work.record(actor, Entry { action: "incident.coordinate", subject_kind: "incident", subject_id: detail.incident.id.0, detail: &entry }).await?;
    } else if !note.is_empty() {
        // A reminder does not count again, but what was written is kept.
        keeping::insert_note(work, detail.incident.id, &actor.name(), &format!("{}: {note}", asked.name.en)).await?;
        let entry = json!({ "organisation": asked.name.en });
        work.record(actor, Entry { action: "incident.remind", subject_kind: "incident", subject_id: detail.incident.id.0, detail: &entry }).await?;
    }
    Ok(first)
}
