use crate::store::loading;
use noroshi_ledger::{LedgerError, UnitOfWork};
use noroshi_mailroom::{
    letters::Told,
    thread::{self, Case, Placed},
};

/// Makes the threads of people's letters about the incident that they report, when it is one: an answer then bears its number.
/// Where the incident is more confidential than the letter, the thread stays what it was: those who got the letter keep it.
pub(super) async fn begin(work: &UnitOfWork, told: &[Told], placed: &[Placed]) -> Result<(), LedgerError> {
    let people = told.iter().zip(placed).filter(|(told, placed)| told.automatic.is_none() && placed.case.is_none() && !placed.answers);
    let threads: std::collections::HashMap<_, _> = people.map(|(told, placed)| (told.id, placed.thread)).collect();
    if threads.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<_> = threads.keys().copied().collect();
    ids.sort_unstable();
    for (letter, incident) in loading::only_incidents_of(work, &ids).await? {
        if let Some(thread) = threads.get(&letter) {
            let case = Case { id: incident.id.0, number: incident.number.to_string() };
            thread::offer_case(work, *thread, &case, &incident.label).await?;
        }
    }
    Ok(())
}
