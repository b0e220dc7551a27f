use super::{
    MOST_REASONS, Outcome, Progress,
    harvest::{Harvest, Placed},
    reading::Read,
    target_hash,
};
use crate::{
    IncidentError,
    model::{Number, State},
    selection::Reckoning,
    service::Changed,
    store::{joining as looking, keeping},
};
use noroshi_directory::brand;
use noroshi_kernel::{access::Actor, id::ReportId, language::Bilingual, moment::Moment, reason::Reason, setaside::SetAside};
use noroshi_ledger::{Ledger, LedgerError, UnitOfWork, audit::Entry};
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
                Err((place, reason)) => reject(&mut rejected, row.key, row.line, (row.offset, row.length), place, reason),
            }
        }
        let seen = looking::seen_keys(&work, &readable.iter().map(|row| row.3).collect::<Vec<_>>()).await?;
        let before = readable.len();
        readable.retain(|row| !seen.contains(row.3.as_slice()));
        part.already_seen = (before - readable.len()) as u64;
        part.set_aside = rejected.iter().map(|one| one.rows).sum();
        // In the order of time, so that what comes of them does not hang on the order of the rows.
        readable.sort_by_key(|row| (row.4.at, row.3));

        self.learn_names(&work, readable.iter().map(|row| row.4.brand.as_str())).await?;
        let hashes: Vec<i64> = readable.iter().map(|row| target_hash(&row.4.target)).collect();
        let distinct: Vec<i64> = hashes.iter().copied().collect::<HashSet<_>>().into_iter().collect();
        let mut groups = looking::spans(&work, &distinct).await?;
        let mut ids = work.take_ids(readable.len() * 2).await?;
        let mut harvest = Harvest::new(self.window_days);
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
            let brand = self.names.get(&told.brand).copied().flatten();
            let spans = groups.entry((told.category, told.target.text.clone())).or_default();
            match harvest.place(spans, report, told, brand, hash, &mut ids)? {
                Placed::Opened => part.stored += 1,
                Placed::Joined => part.duplicates += 1,
            }
        }
        let in_question = harvest.in_question(&groups);
        let untouched = looking::untouched(&work, &in_question).await?;
        let taken = harvest.settle(&mut groups, &untouched);
        part.stored -= taken;
        part.duplicates += taken;
        part.incidents_opened = part.stored;
        part.incidents_merged = harvest.merges.len() as u64;
        self.number(&work, &mut harvest).await?;
        self.keep(&work, harvest, &rejected, &part, lines).await?;
        work.commit().await?;

        for one in rejected {
            let why = SetAside { input: self.name.clone(), r#where: one.place.en, reason: one.reason.text.en, rows: one.rows };
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
        let mut changed: Vec<_> = harvest.incidents.iter().map(|(incident, _)| incident.id).collect();
        keeping::insert_reports(work, harvest.reports).await?;
        keeping::insert_incidents(work, harvest.incidents).await?;
        keeping::insert_told(work, harvest.told).await?;
        for (id, to) in keeping::widen(work, &harvest.widened.into_values().collect::<Vec<_>>()).await? {
            let detail = json!({ "from": State::Closed, "to": to, "by": "report" });
            work.record(self.actor, Entry { action: "incident.reopen", subject_kind: "incident", subject_id: id.0, detail: &detail }).await?;
        }
        keeping::add_addresses(work, &harvest.addresses).await?;
        for merge in &harvest.merges {
            let (from, into) = (merge.from, merge.into.incident);
            keeping::merge(work, from, into).await?;
            let detail = json!({ "into": into, "by": "report" });
            work.record(self.actor, Entry { action: "incident.merge", subject_kind: "incident", subject_id: from.0, detail: &detail }).await?;
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
        work.record(self.actor, Entry { action: "incident.import", subject_kind: "correspondence", subject_id: self.batch.id.0, detail: &detail }).await?;
        if !changed.is_empty() {
            work.tell(Changed::KIND, &Changed { incidents: changed }).await?;
        }
        Ok(())
    }
}

/// Adds a row to those that are rejected. Rows that follow each other line by line and have the same kind of fault are one entry
/// from the third on: whoever mends a file looks at one of them, and a file of nothing else must not fill the tray.
fn reject(rejected: &mut Vec<tray::Rejected>, row_key: [u8; 16], line: u64, (offset, length): (u64, u64), place: Bilingual, reason: Reason) {
    const APART: usize = 2;
    let same = |one: &tray::Rejected| one.reason.key == reason.key;
    let run = rejected.iter().rev().take(APART).filter(|one| same(one) && one.last_line < line && line - one.last_line <= APART as u64).count();
    match rejected.last_mut() {
        Some(last) if run == APART || (last.rows > 1 && same(last) && last.last_line + 1 == line) => {
            last.rows += 1;
            last.raw_length = offset + length - last.raw_offset;
            last.place = Bilingual::new(format!("{}～{line} 行目", last.first_line), format!("lines {} to {line}", last.first_line));
            last.last_line = line;
        }
        _ => rejected.push(tray::Rejected { row_key, place, reason, raw_offset: offset, raw_length: length, rows: 1, first_line: line, last_line: line }),
    }
}
