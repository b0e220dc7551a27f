use super::{
    Intake, MOST_REASONS, Outcome, Progress, cases,
    harvest::{Harvest, Placed},
    reading::Read,
    rejected::Rejected,
    target_hash,
};
use crate::{
    IncidentError,
    model::{Number, State},
    service::Changed,
    store::{joining as looking, keeping, loading},
};
use noroshi_directory::brand;
use noroshi_kernel::{
    id::{CorrespondenceId, IncidentId, ReportId},
    moment::Moment,
};
use noroshi_ledger::{LedgerError, UnitOfWork, audit::Entry};
use noroshi_mailroom::{
    letters,
    outgoing::{self, acknowledgement},
    thread::{self, Case},
    tray,
};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// The brand names that are remembered between units of work.
const MOST_NAMES: usize = 20_000;

/// Takes the rows of one delivery into the ledger.
pub(super) struct Taking<'a> {
    intake: &'a Intake,
    delivery: CorrespondenceId,
    name: String,
    window_days: i64,
    names: HashMap<String, Option<i64>>,
    pub(super) outcome: Outcome,
}

impl<'a> Taking<'a> {
    pub(super) fn new(intake: &'a Intake, delivery: CorrespondenceId, name: String, window_days: i64) -> Self {
        Self { intake, delivery, name, window_days, names: HashMap::new(), outcome: Outcome::default() }
    }

    /// Takes some rows or letters in one unit of work, with what reading the letters told.
    pub(super) async fn take(&mut self, rows: Vec<Read>, told: Vec<letters::Told>, progress: &mut dyn Progress) -> Result<(), IncidentError> {
        let work = self.intake.ledger.begin().await?;
        work.lock("incident.open").await?;
        let mut part = Outcome { read: rows.len() as u64, ..Outcome::default() };
        let lines = (rows.first().and_then(|read| read.row.line), rows.last().and_then(|read| read.row.line));
        // Another program may have read a letter since it was found waiting.
        let named: Vec<_> = rows.iter().filter_map(|read| read.row.letter).collect();
        let waiting = letters::waiting(&work, &named).await?;
        let mut told: Vec<_> = told.into_iter().filter(|told| waiting.contains(&told.id)).collect();
        let placed = thread::place(&work, &self.intake.marks, &mut told).await?;
        outgoing::take_reports(&work, &mut told, &placed).await?;
        // What an answer quotes of a report is no report again.
        let answers: HashSet<CorrespondenceId> = told.iter().zip(&placed).filter(|(_, placed)| placed.answers).map(|(told, _)| told.id).collect();
        let mut rejected = Rejected::new(self.delivery, self.name.clone());
        let mut readable = Vec::with_capacity(rows.len());
        for Read { row, content, beside } in rows.into_iter().filter(|read| read.row.letter.is_none_or(|letter| waiting.contains(&letter))) {
            match content {
                Ok(_) if row.letter.is_some_and(|letter| answers.contains(&letter)) => readable.push((row, Vec::new())),
                Ok(told) => {
                    rejected.add_parts(&row, beside);
                    readable.push((row, told));
                }
                Err(fault) => {
                    rejected.add(&row, fault);
                    rejected.add_parts(&row, beside);
                }
            }
        }
        let seen = looking::seen_keys(&work, &readable.iter().filter(|(row, _)| row.letter.is_none()).map(|(row, _)| row.key).collect::<Vec<_>>()).await?;
        readable.retain(|(row, _)| !seen.contains(row.key.as_slice()));
        part.set_aside = rejected.whole;
        part.partly_set_aside = rejected.partly;
        part.already_seen = part.read - part.set_aside - readable.len() as u64;
        // In the order of time, so that what comes of them does not hang on the order of the rows.
        readable.sort_by_key(|(row, told)| (told.first().map(|told| told.at), row.key));

        let all = || readable.iter().flat_map(|(_, told)| told);
        self.learn_names(&work, all().map(|told| told.brand.as_str())).await?;
        let distinct: Vec<i64> = all().map(|told| target_hash(&told.target)).collect::<HashSet<_>>().into_iter().collect();
        let mut groups = looking::spans(&work, &distinct).await?;
        let mut ids = work.take_ids(readable.len() + all().count()).await?;
        let mut harvest = Harvest::new(self.window_days);
        let mut opened: Vec<Vec<IncidentId>> = Vec::with_capacity(readable.len());
        let mut quiet = 0;
        for (row, told) in readable {
            let Some(first) = told.first() else {
                // A letter that reports nothing is kept all the same.
                quiet += 1;
                continue;
            };
            let report = ReportId(ids.take()?);
            harvest.reports.push(keeping::NewReport {
                id: report,
                correspondence: row.letter.unwrap_or(self.delivery),
                received_at: first.at,
                line: row.line,
                raw_offset: row.offset,
                raw_length: row.length,
                row_key: Some(row.key),
                site: first.site.clone(),
                reporter_tld: row.reporter_tld,
            });
            let mut here = Vec::new();
            let mut met = HashSet::new();
            for told in told {
                let hash = target_hash(&told.target);
                let brand = self.names.get(&told.brand).copied().flatten();
                let group = (told.category, told.target.text.clone());
                // One report tells of one thing once, though it may name it on many lines.
                if !met.insert(group.clone()) {
                    continue;
                }
                let spans = groups.entry(group).or_default();
                let (incident, placed) = harvest.place(spans, report, told, brand, hash, &mut ids)?;
                here.extend((placed == Placed::Opened).then_some(incident));
            }
            opened.push(here);
        }
        let in_question = harvest.in_question(&groups);
        let untouched = looking::untouched(&work, &in_question).await?;
        let taken = harvest.settle(&mut groups, &untouched);
        opened.iter_mut().for_each(|here| here.retain(|id| !taken.contains(id)));
        let openers = opened.iter().filter(|here| !here.is_empty()).count() as u64;
        part.stored = openers + quiet;
        part.duplicates = opened.len() as u64 - openers;
        part.incidents_opened = opened.iter().map(|here| here.len() as u64).sum();
        part.incidents_merged = harvest.merges.len() as u64;
        self.number(&work, &mut harvest).await?;
        self.keep(&work, harvest, &rejected, &part, lines).await?;
        letters::set_read(&work, &told).await?;
        cases::begin(&work, &told, &placed).await?;
        acknowledgement::ask(&work, &told, &placed).await?;
        work.commit().await?;

        for why in rejected.reasons() {
            progress.set_aside(&why);
            if self.outcome.reasons.len() + part.reasons.len() < MOST_REASONS {
                part.reasons.push(why);
            } else {
                part.reasons_left_out += 1;
            }
        }
        self.outcome.add(part);
        Ok(())
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
                day = (at.div_euclid(3_600_000_000), i64::from(self.intake.reckoning.zone.wall(incident.first_report_at).year()));
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
        rejected: &Rejected,
        part: &Outcome,
        lines: (Option<u64>, Option<u64>),
    ) -> Result<(), LedgerError> {
        tray::put(work, rejected.entries()).await?;
        let mut changed: Vec<_> = harvest.incidents.iter().map(|(incident, _)| incident.id).collect();
        keeping::insert_reports(work, harvest.reports).await?;
        keeping::insert_incidents(work, harvest.incidents).await?;
        keeping::insert_told(work, harvest.told).await?;
        for (id, to) in keeping::widen(work, &harvest.widened.into_values().collect::<Vec<_>>()).await? {
            let detail = json!({ "from": State::Closed, "to": to, "by": "report" });
            work.record(&self.intake.actor, Entry { action: "incident.reopen", subject_kind: "incident", subject_id: id.0, detail: &detail }).await?;
        }
        keeping::add_parts(work, &harvest.addresses, &harvest.ports).await?;
        for merge in &harvest.merges {
            let (from, into) = (merge.from, merge.into.incident);
            keeping::merge(work, from, into).await?;
            let detail = json!({ "into": into, "by": "report" });
            let taken = loading::load(work, into).await?.ok_or_else(|| LedgerError::Damaged(format!("incident {into} is not there")))?.incident;
            thread::move_case(work, from.0, &Case { id: into.0, number: taken.number.to_string() }, &taken.label).await?;
            work.record(&self.intake.actor, Entry { action: "incident.merge", subject_kind: "incident", subject_id: from.0, detail: &detail }).await?;
            changed.extend([from, into]);
        }
        let renamed: Vec<_> = harvest.renamed.into_iter().collect();
        keeping::rename(work, &renamed).await?;
        keeping::link(work, &harvest.links).await?;
        changed.extend(renamed);
        if part.stored + part.duplicates + part.set_aside == 0 {
            return Ok(());
        }
        let detail = json!({ "lines": [lines.0, lines.1], "opened": part.stored, "joined": part.duplicates, "merged": part.incidents_merged, "set_aside": part.set_aside });
        work.record(&self.intake.actor, Entry { action: "incident.import", subject_kind: "correspondence", subject_id: self.delivery.0, detail: &detail })
            .await?;
        if !changed.is_empty() {
            work.tell(Changed::KIND, &Changed { incidents: changed }).await?;
        }
        Ok(())
    }
}
