use super::load_to_change;
use crate::{IncidentError, model::Number, store::keeping};
use noroshi_kernel::{access::Actor, reason::Reason};
use noroshi_ledger::{UnitOfWork, audit::Entry};
use serde_json::json;

/// The longest note, in characters.
const MOST_CHARS: usize = 20_000;

/// Adds a note to an incident.
///
/// # Errors
/// [`IncidentError::Unknown`], [`IncidentError::Forbidden`]; [`IncidentError::Refused`] when the note is empty or too long.
pub async fn annotate(work: &UnitOfWork, actor: &Actor, number: Number, text: &str) -> Result<(), IncidentError> {
    let detail = load_to_change(work, actor, number).await?;
    let text = text.trim();
    check(text, 1)?;
    keeping::insert_note(work, detail.incident.id, &actor.name(), text).await?;
    work.record(
        actor,
        Entry { action: "incident.annotate", subject_kind: "incident", subject_id: detail.incident.id.0, detail: &json!({ "chars": text.chars().count() }) },
    )
    .await?;
    Ok(())
}

/// Refuses a note that is shorter than `least` or too long, in characters.
pub(super) fn check(text: &str, least: usize) -> Result<(), IncidentError> {
    if (least..=MOST_CHARS).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(IncidentError::Refused(Reason::new(
        "note-length",
        format!("メモは {least}～{MOST_CHARS} 文字で書いてください。"),
        format!("a note must hold {least} to {MOST_CHARS} characters"),
    )))
}
