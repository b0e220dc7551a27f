use crate::{IncidentError, store::loading};
use noroshi_kernel::id::IncidentId;
use noroshi_ledger::{UnitOfWork, search};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Told when incidents were opened or what they are found by changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Which.
    pub incidents: Vec<IncidentId>,
}

impl Changed {
    /// The event's kind.
    pub const KIND: &str = "incident.changed";
}

/// Puts incidents into the search index as they are now. Doing it twice is as good as once.
///
/// # Errors
/// When the database refuses it.
pub async fn index(work: &UnitOfWork, incidents: &[IncidentId]) -> Result<(), IncidentError> {
    let ids: Vec<i64> = incidents.iter().map(|id| id.0).collect();
    let (details, merged): (Vec<_>, Vec<_>) = loading::load_many(work, &ids).await?.into_iter().partition(|detail| detail.incident.merged_into.is_none());
    search::remove(work, &merged.iter().map(|detail| detail.incident.id.0).collect::<Vec<_>>()).await?;
    let mut numbers: HashMap<IncidentId, String> = HashMap::new();
    for (into, number) in loading::merged_into(work, &details.iter().map(|detail| detail.incident.id).collect::<Vec<_>>()).await? {
        numbers.entry(into).or_default().push_str(&format!(" {number}"));
    }
    let text = |detail: &loading::Detail| text(detail) + numbers.get(&detail.incident.id).map_or("", String::as_str);
    let entries: Vec<_> =
        details.iter().map(|detail| search::Entry { id: detail.incident.id.0, kind: "incident", label: &detail.incident.label, text: text(detail) }).collect();
    Ok(search::put(work, &entries).await?)
}

/// So many incidents to an event.
const PER_EVENT: usize = 4_000;

/// Has every incident whose brand goes by one of these names put into the index anew.
///
/// # Errors
/// When the database refuses it.
pub async fn rename(work: &UnitOfWork, names: &[i64]) -> Result<(), IncidentError> {
    for part in loading::ids_with_names(work, names).await?.chunks(PER_EVENT) {
        work.tell(Changed::KIND, &Changed { incidents: part.to_vec() }).await?;
    }
    Ok(())
}

/// What an incident is found by.
fn text(detail: &loading::Detail) -> String {
    let incident = &detail.incident;
    let mut text = format!("{} {} {}", incident.number, incident.category.key(), incident.target.text);
    let brand = detail.brand.iter().flat_map(|name| [name.ja.as_str(), name.en.as_str()]).chain(detail.brand_written.as_deref());
    for part in brand.chain(incident.addresses.iter().map(String::as_str)).chain(incident.ports.iter().map(String::as_str)) {
        text.push(' ');
        text.push_str(part);
    }
    text
}
