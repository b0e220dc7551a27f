use super::{Category, MOST_REASONS, Outcome, Progress, Told, reading::Read, target_hash};
use crate::{
    IncidentError,
    model::{
        Incident, Number, State,
        joining::{self, Joining, Span},
    },
    selection::Reckoning,
    service::Changed,
    store::{joining as looking, keeping},
};
use noroshi_directory::brand;
use noroshi_kernel::{
    access::{Actor, Label},
    id::{IncidentId, ReportId},
    moment::Moment,
    setaside::SetAside,
};
use noroshi_ledger::{Ids, Ledger, LedgerError, UnitOfWork, audit::Entry};
use noroshi_mailroom::{batch::Batch, tray};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// The brand names that are remembered between units of work.
const MOST_NAMES: usize = 20_000;

/// Takes the rows of one delivery into the ledger.
pub(super) struct Taking<'a> {
    ledger: &'a Ledger,
    actor: &'a Actor,
    reckoning: &'a Reckoning,
    batch: &'a Batch,
    name: String,
    window_days: i64,
    names: HashMap<String, Option<i64>>,
    pub(super) outcome: Outcome,
}

/// What one unit of work will keep.
#[derive(Default)]
struct Harvest {
    reports: Vec<keeping::NewReport>,
    told: Vec<(IncidentId, ReportId)>,
    incidents: Vec<(Incident, i64)>,
    /// Where each incident that was opened here stands in `incidents`.
    opened: HashMap<IncidentId, usize>,
    /// Incidents that were there before and were reported again.
    widened: HashMap<IncidentId, Span>,
}

impl<'a> Taking<'a> {
    pub(super) fn new(ledger: &'a Ledger, actor: &'a Actor, reckoning: &'a Reckoning, batch: &'a Batch, name: String, window_days: i64) -> Self {
        Self { ledger, actor, reckoning, batch, name, window_days, names: HashMap::new(), outcome: Outcome::default() }
    }

    /// Takes some rows in one unit of work.
    pub(super) async fn take(&mut self, rows: Vec<Read>, progress: &mut dyn Progress) -> Result<(), IncidentError> {
        let work = self.ledger.begin().await?;
        work.lock("incident.open").await?;
        let mut part = Outcome { read: rows.len() as u64, ..Outcome::default() };
        let lines = (rows.first().map(|row| row.line), rows.last().map(|row| row.line));
        let mut rejected = Vec::new();
        let mut readable = Vec::with_capacity(rows.len());
        for row in rows {
            match row.content {
                Ok(told) => readable.push((row.line, row.offset, row.length, row.key, told)),
                Err((place, reason)) => rejected.push(tray::Rejected { row_key: row.key, place, reason, raw_offset: row.offset, raw_length: row.length }),
            }
        }
        let seen = looking::seen_keys(&work, &readable.iter().map(|row| row.3).collect::<Vec<_>>()).await?;
        let before = readable.len();
        readable.retain(|row| !seen.contains(row.3.as_slice()));
        part.already_seen = (before - readable.len()) as u64;
        part.set_aside = rejected.len() as u64;

        self.learn_names(&work, readable.iter().map(|row| row.4.brand.as_str())).await?;
        let hashes: Vec<i64> = readable.iter().map(|row| target_hash(&row.4.target)).collect();
        let distinct: Vec<i64> = hashes.iter().copied().collect::<HashSet<_>>().into_iter().collect();
        let mut spans = looking::spans(&work, &distinct).await?;
        let mut ids = work.take_ids(readable.len() * 2).await?;
        let mut harvest = Harvest::default();
        for ((line, offset, length, key, told), hash) in readable.into_iter().zip(hashes) {
            let report = ReportId(ids.take()?);
            harvest.reports.push(keeping::NewReport {
                id: report,
                correspondence: self.batch.id,
                received_at: told.at,
                line: Some(line),
                raw_offset: offset,
                raw_length: length,
                row_key: Some(key),
                site: told.site.clone(),
                reporter_tld: None,
            });
            let incident = self.place(&mut harvest, &mut spans, &mut ids, told, hash, &mut part)?;
            harvest.told.push((incident, report));
        }
        self.number(&work, &mut harvest).await?;
        self.keep(&work, harvest, &rejected, &part, lines).await?;
        work.commit().await?;

        for one in rejected {
            let why = SetAside { input: self.name.clone(), r#where: one.place.en, reason: one.reason.text.en };
            progress.set_aside(&why);
            if self.outcome.reasons.len() + part.reasons.len() < MOST_REASONS {
                part.reasons.push(why);
            }
        }
        self.outcome.add(part);
        Ok(())
    }

    /// Finds the incident of a row or opens one.
    fn place(
        &self,
        harvest: &mut Harvest,
        spans: &mut HashMap<(Category, String), Vec<Span>>,
        ids: &mut Ids,
        told: Told,
        hash: i64,
        part: &mut Outcome,
    ) -> Result<IncidentId, LedgerError> {
        let spans = spans.entry((told.category, told.target.text.clone())).or_default();
        let previous = match joining::decide(spans, told.at, self.window_days) {
            Joining::Joins(incident) => {
                part.duplicates += 1;
                if let Some(span) = spans.iter_mut().find(|span| span.incident == incident) {
                    span.first = span.first.min(told.at);
                    span.last = span.last.max(told.at);
                    match harvest.opened.get(&incident).and_then(|index| harvest.incidents.get_mut(*index)) {
                        Some((opened, _)) => (opened.first_report_at, opened.last_report_at) = (span.first, span.last),
                        None => {
                            harvest.widened.insert(incident, *span);
                        }
                    }
                }
                return Ok(incident);
            }
            Joining::Opens { previous } => previous,
        };
        part.stored += 1;
        part.incidents_opened += 1;
        let id = IncidentId(ids.take()?);
        spans.push(Span { incident: id, first: told.at, last: told.at });
        harvest.opened.insert(id, harvest.incidents.len());
        let incident = Incident {
            id,
            number: Number { year: 0, sequence: 0 },
            category: told.category,
            rsit: told.category.rsit().into(),
            target: told.target,
            brand_name: self.names.get(&told.brand).copied().flatten(),
            first_report_at: told.at,
            last_report_at: told.at,
            state: State::New,
            label: Label::default(),
            worm: false,
            previous,
            addresses: told.addresses,
            ports: Vec::new(),
        };
        harvest.incidents.push((incident, hash));
        Ok(id)
    }

    /// Learns the ids of brand names as they are written.
    async fn learn_names(&mut self, work: &UnitOfWork, written: impl Iterator<Item = &str>) -> Result<(), LedgerError> {
        if self.names.len() > MOST_NAMES {
            self.names.clear();
        }
        let new: HashSet<&str> = written.filter(|name| !self.names.contains_key(*name)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let ids = brand::resolve_names(work, &new.iter().copied().collect::<Vec<_>>()).await?;
        for name in new {
            self.names.insert(name.to_owned(), ids.get(&brand::fold(name)).copied());
        }
        Ok(())
    }

    /// Gives the opened incidents their numbers.
    async fn number(&self, work: &UnitOfWork, harvest: &mut Harvest) -> Result<(), LedgerError> {
        work.lock("incident.number").await?;
        let mut last: HashMap<i64, i64> = HashMap::new();
        // Rows come mostly in the order of time: the year is asked of the calendar once a day of theirs.
        let mut day = (i64::MIN, 0);
        for (incident, _) in &mut harvest.incidents {
            let Moment(at) = incident.first_report_at;
            if at.div_euclid(3_600_000_000) != day.0 {
                day = (at.div_euclid(3_600_000_000), i64::from(self.reckoning.zone.wall(incident.first_report_at).year()));
            }
            let year = day.1;
            let sequence = match last.get(&year) {
                Some(sequence) => *sequence,
                None => keeping::last_sequence(work, year).await?,
            } + 1;
            last.insert(year, sequence);
            incident.number = Number { year, sequence };
        }
        Ok(())
    }

    async fn keep(
        &self,
        work: &UnitOfWork,
        harvest: Harvest,
        rejected: &[tray::Rejected],
        part: &Outcome,
        lines: (Option<u64>, Option<u64>),
    ) -> Result<(), LedgerError> {
        if !rejected.is_empty() {
            tray::put(work, self.batch.id, rejected).await?;
        }
        let opened: Vec<_> = harvest.incidents.iter().map(|(incident, _)| incident.id).collect();
        keeping::insert_reports(work, harvest.reports).await?;
        keeping::insert_incidents(work, harvest.incidents).await?;
        keeping::insert_told(work, harvest.told).await?;
        for (id, to) in keeping::widen(work, &harvest.widened.into_values().collect::<Vec<_>>()).await? {
            let detail = json!({ "from": State::Closed, "to": to, "by": "report" });
            work.record(self.actor, Entry { action: "incident.reopen", subject_kind: "incident", subject_id: id.0, detail: &detail }).await?;
        }
        if part.stored + part.duplicates + part.set_aside == 0 {
            return Ok(());
        }
        let detail = json!({ "lines": [lines.0, lines.1], "opened": part.stored, "joined": part.duplicates, "set_aside": part.set_aside });
        work.record(self.actor, Entry { action: "incident.import", subject_kind: "correspondence", subject_id: self.batch.id.0, detail: &detail }).await?;
        if !opened.is_empty() {
            work.tell(Changed::KIND, &Changed { incidents: opened }).await?;
        }
        Ok(())
    }
}
