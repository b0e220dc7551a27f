//! Keeping many reports and incidents that are already told apart, as a generator or another platform's export has them.

use crate::{
    IncidentError,
    model::{Asked, Incident, Number},
    selection::Reckoning,
    service::{Changed, import::target_hash},
    store::keeping,
};
use noroshi_kernel::{
    access::{Action, Actor},
    id::{CoordinationId, CorrespondenceId, IncidentId, ReportId},
    moment::Moment,
};
use noroshi_ledger::{UnitOfWork, audit::Entry};
use serde_json::json;
use std::collections::HashMap;

/// A report of one correspondence.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its id, taken from the unit of work.
    pub id: ReportId,
    /// The correspondence that it came in.
    pub correspondence: CorrespondenceId,
    /// When it came.
    pub received_at: Moment,
    /// Where its bytes are within the correspondence's blob.
    pub raw_offset: u64,
    /// How many.
    pub raw_length: u64,
    /// The reported site.
    pub site: Option<String>,
    /// The reporter's top-level domain.
    pub reporter_tld: Option<String>,
    /// The incidents that it tells of.
    pub tells_of: Vec<IncidentId>,
}

/// Keeps incidents as they are; their numbers are given here, in the order of the list.
///
/// # Errors
/// [`IncidentError::Forbidden`], or when the database refuses one.
pub async fn incidents(work: &UnitOfWork, actor: &Actor, reckoning: &Reckoning, mut incidents: Vec<Incident>) -> Result<(), IncidentError> {
    actor.must_can(Action::Import)?;
    work.lock("incident.number").await?;
    let mut next: HashMap<i64, i64> = HashMap::new();
    for incident in &mut incidents {
        let year = i64::from(reckoning.zone.wall(incident.first_report_at).year());
        let last = match next.get(&year) {
            Some(last) => *last,
            None => keeping::last_sequence(work, year).await?,
        };
        incident.number = Number { year, sequence: last + 1 };
        next.insert(year, last + 1);
    }
    let ids: Vec<_> = incidents.iter().map(|incident| incident.id).collect();
    keeping::insert_incidents(
        work,
        incidents
            .into_iter()
            .map(|incident| {
                let hash = target_hash(&incident.target);
                (incident, hash)
            })
            .collect(),
    )
    .await?;
    if let Some(first) = ids.first() {
        work.record(actor, Entry { action: "incident.keep", subject_kind: "incident", subject_id: first.0, detail: &json!({ "last": ids.last() }) }).await?;
        work.tell(Changed::KIND, &Changed { incidents: ids }).await?;
    }
    Ok(())
}

/// Keeps reports and what they tell of.
///
/// # Errors
/// [`IncidentError::Forbidden`], or when the database refuses one.
pub async fn reports(work: &UnitOfWork, actor: &Actor, reports: Vec<Report>) -> Result<(), IncidentError> {
    actor.must_can(Action::Import)?;
    let told: Vec<_> = reports
        .iter()
        .flat_map(|report| report.tells_of.iter().map(|incident| keeping::Telling { incident: *incident, report: report.id, brand_name: None, seen_at: None }))
        .collect();
    let new = |report: Report| keeping::NewReport {
        id: report.id,
        correspondence: report.correspondence,
        received_at: report.received_at,
        line: None,
        raw_offset: report.raw_offset,
        raw_length: report.raw_length,
        row_key: None,
        site: report.site,
        reporter_tld: report.reporter_tld,
    };
    let bounds = (reports.first().map(|report| report.id), reports.last().map(|report| report.id));
    keeping::insert_reports(work, reports.into_iter().map(new).collect()).await?;
    keeping::insert_told(work, told).await?;
    if let (Some(first), last) = bounds {
        work.record(actor, Entry { action: "report.keep", subject_kind: "report", subject_id: first.0, detail: &json!({ "last": last }) }).await?;
    }
    Ok(())
}

/// Keeps coordinations with the moments at which they were asked.
///
/// # Errors
/// [`IncidentError::Forbidden`], or when the database refuses one.
pub async fn coordinations(work: &UnitOfWork, actor: &Actor, many: &[(CoordinationId, Asked)]) -> Result<(), IncidentError> {
    actor.must_can(Action::Import)?;
    keeping::insert_coordinations(work, many, "").await?;
    if let (Some((first, _)), Some((last, _))) = (many.first(), many.last()) {
        work.record(actor, Entry { action: "coordination.keep", subject_kind: "coordination", subject_id: first.0, detail: &json!({ "last": last }) }).await?;
    }
    Ok(())
}
