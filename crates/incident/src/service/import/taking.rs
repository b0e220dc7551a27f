use super::{
    Format, Intake, MOST_REASONS, Outcome, Progress, Told,
    by_hand::ByHand,
    cases,
    harvest::{Harvest, Placed},
    reading::{Fault, Read, Row, Way},
    rejected::{Lying, Rejected},
    target_hash,
};
use crate::{
    IncidentError,
    model::{Number, State},
    service::Changed,
    store::{joining as looking, keeping, loading},
};
use noroshi_directory::brand;
use noroshi_feeds::digest;
use noroshi_kernel::{
    access::Actor,
    id::{CorrespondenceId, IncidentId, ReportId},
    moment::Moment,
    tlp::Tlp,
};
use noroshi_ledger::{LedgerError, UnitOfWork, audit::Entry};
use noroshi_mailroom::{
    desk, letters,
    outgoing::{self, acknowledgement},
    search,
    thread::{self, Case},
    tray::{Item, ReadAs},
};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// The desk whose staff read what a file calls RED.
const INCIDENT_DESK: &str = "incident";

/// The brand names that are remembered between units of work.
const MOST_NAMES: usize = 20_000;

/// Takes the rows of one delivery into the ledger.
pub(super) struct Taking<'a> {
    intake: &'a Intake,
    delivery: CorrespondenceId,
    name: String,
    window_days: i64,
    names: HashMap<String, Option<i64>>,
    /// How the delivery is read.
    read_as: ReadAs,
    /// The version of the mapping that is used.
    version: Option<i64>,
    /// What lies in the tray of the delivery already.
    lying: Lying,
    /// The inquiry of which a person makes a report.
    pub(super) by_hand: Option<ByHand>,
    pub(super) outcome: Outcome,
    /// How many entries of the tray were closed, since their inputs were read after all.
    pub(super) closed: u64,
}

/// What a unit of work takes, and what it does not.
struct Part {
    readable: Vec<(Row, Vec<Told>)>,
    /// The reports that letters are already: what they tell now is told by those.
    before: HashMap<CorrespondenceId, ReportId>,
    rejected: Rejected,
    /// What of the tray is read again.
    again: Option<Vec<Item>>,
    counts: Outcome,
    lines: (Option<u64>, Option<u64>),
}

/// What reading letters told, and the thread of each.
#[derive(Default)]
struct Letters {
    told: Vec<letters::Told>,
    placed: Vec<thread::Placed>,
}

impl Letters {
    /// Adds a letter that is read again.
    async fn again(&mut self, work: &UnitOfWork, intake: &Intake, mut told: letters::Told) -> Result<(), LedgerError> {
        self.placed = thread::place_again(work, &intake.actor, &intake.marks, &mut told).await?.into_iter().collect();
        self.told = vec![told];
        Ok(())
    }
}

impl<'a> Taking<'a> {
    pub(super) fn new(intake: &'a Intake, delivery: CorrespondenceId, name: String, window_days: i64) -> Self {
        Self {
            intake,
            delivery,
            name,
            window_days,
            names: HashMap::new(),
            by_hand: None,
            read_as: ReadAs::letter(),
            version: None,
            lying: Lying::default(),
            outcome: Outcome::default(),
            closed: 0,
        }
    }

    /// Takes a letter of which this lies in the tray.
    pub(super) fn knowing(self, lying: Vec<Item>) -> Self {
        Self { lying: Lying::new(lying, false), ..self }
    }

    /// Takes the rows of a table, read in a way, of which something may lie in the tray already.
    pub(super) fn reading(self, way: &Way, lying: Vec<Item>) -> Self {
        let mapping = way.mapping.as_ref();
        let read_as = ReadAs { format: way.format.key().into(), mapping: mapping.map(|saved| saved.name.clone()) };
        Self { read_as, version: mapping.map(|saved| saved.version), lying: Lying::new(lying, way.format != Format::Iodef), ..self }
    }

    /// Takes some rows or letters in one unit of work, with what reading the letters told.
    pub(super) async fn take(&mut self, rows: Vec<Read>, told: Vec<letters::Told>, progress: &mut dyn Progress) -> Result<(), IncidentError> {
        let work = self.intake.ledger.begin().await?;
        work.lock("incident.open").await?;
        let mut counts = Outcome { read: rows.len() as u64, ..Outcome::default() };
        let lines = lines(&rows);
        // Another program may have read a letter since it was found waiting.
        let named: Vec<_> = rows.iter().filter_map(|read| read.row.letter).collect();
        let waiting = letters::waiting(&work, &named).await?;
        let mut told: Vec<_> = told.into_iter().filter(|told| waiting.contains(&told.id)).collect();
        let placed = thread::place(&work, &self.intake.marks, &mut told).await?;
        outgoing::take_reports(&work, &mut told, &placed).await?;
        // What an answer quotes of a report is no report again.
        let answers: HashSet<CorrespondenceId> = told.iter().zip(&placed).filter(|(_, placed)| placed.answers).map(|(told, _)| told.id).collect();
        let seen = seen(&work, &rows).await?;
        let mut rejected = Rejected::new(self.delivery, self.name.clone());
        let mut readable = Vec::with_capacity(rows.len());
        for Read { row, content, beside } in rows.into_iter().filter(|read| read.row.letter.is_none_or(|letter| waiting.contains(&letter))) {
            if row.letter.is_none() && seen.contains(row.key.as_slice()) {
                continue;
            }
            match content {
                Ok(_) if row.letter.is_some_and(|letter| answers.contains(&letter)) => readable.push((row, Vec::new())),
                Ok(told) => {
                    rejected.add_parts(&row, beside);
                    readable.push((row, told));
                }
                Err(fault) => {
                    let lies = self.lying.holding(&row).and_then(|index| self.lying.items().get(index));
                    // A person has decided on it, or it was read: nothing changes.
                    if lies.is_some_and(|item| item.closed.is_some()) {
                        continue;
                    }
                    rejected.add(&row, fault, lies.is_some());
                    rejected.add_parts(&row, beside);
                }
            }
        }
        counts.set_aside = rejected.whole;
        counts.partly_set_aside = rejected.partly;
        counts.already_seen = counts.read - counts.set_aside - readable.len() as u64;
        let letters = Letters { told, placed };
        self.place(work, Part { readable, before: HashMap::new(), rejected, again: None, counts, lines }, &letters, progress).await
    }

    /// Takes rows of entries of the tray that are read again, all of them, and closes those of which nothing is wrong any more.
    pub(super) async fn take_again(&mut self, rows: Vec<Read>, items: Vec<Item>, progress: &mut dyn Progress) -> Result<(), IncidentError> {
        let work = self.intake.ledger.begin().await?;
        work.lock("incident.open").await?;
        let mut counts = Outcome { read: rows.len() as u64, ..Outcome::default() };
        let (lines, seen) = (lines(&rows), seen(&work, &rows).await?);
        let lying = Lying::new(items, self.read_as.format != Format::Iodef.key());
        let mut rejected = Rejected::new(self.delivery, self.name.clone());
        let mut readable = Vec::with_capacity(rows.len());
        for Read { row, content, .. } in rows {
            match (content, lying.holding(&row)) {
                _ if seen.contains(row.key.as_slice()) => {}
                (Ok(told), _) => readable.push((row, told)),
                (Err(fault), Some(index)) => rejected.add_again(&row, fault, index),
                (Err(fault), None) => rejected.add(&row, fault, false),
            }
        }
        counts.set_aside = rejected.whole;
        counts.already_seen = counts.read - counts.set_aside - readable.len() as u64;
        let again = Some(lying.items().to_vec());
        self.place(work, Part { readable, before: HashMap::new(), rejected, again, counts, lines }, &Letters::default(), progress).await
    }

    /// Takes a letter that is read again for the entries of the tray that wait for it. A letter is one report: what it tells now
    /// besides is told by the report that it is already.
    pub(super) async fn take_letter_again(
        &mut self,
        read: Read,
        told: letters::Told,
        items: Vec<Item>,
        progress: &mut dyn Progress,
    ) -> Result<(), IncidentError> {
        let work = self.intake.ledger.begin().await?;
        work.lock("incident.open").await?;
        let Read { row, content, beside } = read;
        let mut counts = Outcome { read: 1, ..Outcome::default() };
        let before = looking::report_of(&work, told.id).await?;
        let (mut found, mut faults) = (Vec::new(), beside);
        match content {
            Ok(told) => found = told,
            Err(fault) => faults.insert(0, fault),
        }
        let reports = !found.is_empty();
        if let Some((_, targets)) = &before {
            found.retain(|told| !targets.contains(&told.target.text));
        }
        let mut rejected = Rejected::new(self.delivery, self.name.clone());
        for (index, key, fault) in matched(&row, faults, &self.lying, &items) {
            rejected.add_letter_again(&row, key, fault, index);
        }
        let is_clean = rejected.is_empty();
        // What it is filed as changes only when it could be read.
        let mut letters = Letters::default();
        if reports || is_clean {
            letters.again(&work, self.intake, told).await?;
        }
        // What it quotes of a report in the thread where it was found to belong is no report again.
        if letters.placed.iter().any(|placed| placed.answers) {
            found.clear();
        }
        match (reports || is_clean, found.is_empty() && before.is_some()) {
            (false, _) => counts.set_aside = 1,
            (true, true) => counts.already_seen = 1,
            (true, false) => {}
        }
        counts.partly_set_aside = u64::from(reports && !is_clean);
        let readable = if counts.set_aside + counts.already_seen == 0 { vec![(row, found)] } else { Vec::new() };
        let before = before.map(|(report, _)| (self.delivery, report)).into_iter().collect();
        self.place(work, Part { readable, before, rejected, again: Some(items), counts, lines: (None, None) }, &letters, progress).await
    }

    /// Finds the incidents of what was read, or opens them, and keeps everything.
    async fn place(&mut self, work: UnitOfWork, whole: Part, letters: &Letters, progress: &mut dyn Progress) -> Result<(), IncidentError> {
        let Part { mut readable, before, rejected, again, counts: mut part, lines } = whole;
        // In the order of time, so that what comes of them does not hang on the order of the rows.
        readable.sort_by_key(|(row, told)| (told.first().map(|told| told.at), row.key));

        letters::set_read(&work, &letters.told).await?;
        self.label(&work, &mut readable).await?;

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
            let known = row.letter.and_then(|letter| before.get(&letter)).copied();
            let report = match known {
                Some(report) => report,
                None => ReportId(ids.take()?),
            };
            if known.is_none() {
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
            }
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
        let mut closed = 0;
        match &again {
            None => rejected.keep(&work, &self.read_as).await?,
            Some(items) => closed = rejected.keep_again(&work, &self.intake.actor, &self.read_as, items).await?,
        }
        self.keep(&work, harvest, &part, lines, again.is_some()).await?;
        cases::begin(&work, &letters.told, &letters.placed).await?;
        search::index(&work, &letters.told).await?;
        acknowledgement::ask(&work, &letters.told, &letters.placed).await?;
        if let Some(by_hand) = &self.by_hand {
            by_hand.settle(&work, &self.intake.actor).await?;
        }
        work.commit().await?;
        self.closed += closed;

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

    /// What a confidential letter tells is as confidential as its thread.
    async fn label(&self, work: &UnitOfWork, readable: &mut [(Row, Vec<Told>)]) -> Result<(), LedgerError> {
        let of = |row: &Row| row.letter.unwrap_or(self.delivery);
        let telling: HashSet<_> = readable.iter().filter(|(_, told)| !told.is_empty()).map(|(row, _)| of(row)).collect();
        let strict = thread::strict_letters(work, &telling.into_iter().collect::<Vec<_>>()).await?;
        for (row, told) in readable.iter_mut() {
            if let Some(label) = strict.get(&of(row)) {
                told.iter_mut().for_each(|told| told.label = label.clone());
            }
        }
        self.name_readers(work, readable).await
    }

    /// What a file calls RED is read by the staff of the incident desk and by whoever imported it.
    async fn name_readers(&self, work: &UnitOfWork, readable: &mut [(Row, Vec<Told>)]) -> Result<(), LedgerError> {
        let nobodys = |told: &&mut Told| told.label.tlp == Tlp::Red && told.label.participants.is_empty();
        let mut red: Vec<&mut Told> = readable.iter_mut().filter(|(row, _)| row.letter.is_none()).flat_map(|(_, told)| told).filter(nobodys).collect();
        if red.is_empty() {
            return Ok(());
        }
        let importer = if let Actor::Account { id, .. } = &self.intake.actor { Some(*id) } else { None };
        let readers = desk::readers_of_red(work, INCIDENT_DESK, importer).await?;
        red.iter_mut().for_each(|told| told.label.participants.clone_from(&readers));
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

    async fn keep(&self, work: &UnitOfWork, harvest: Harvest, part: &Outcome, lines: (Option<u64>, Option<u64>), again: bool) -> Result<(), LedgerError> {
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
        let set_aside = if again { 0 } else { part.set_aside };
        if part.stored + part.duplicates + set_aside == 0 {
            return Ok(());
        }
        let mapping = self.read_as.mapping.as_ref().map(|name| json!({ "name": name, "version": self.version }));
        let detail = json!({ "lines": [lines.0, lines.1], "mapping": mapping, "again": again, "opened": part.stored, "joined": part.duplicates, "merged": part.incidents_merged, "set_aside": part.set_aside });
        let entry = Entry { action: "incident.import", subject_kind: "correspondence", subject_id: self.delivery.0, detail: &detail };
        work.record(&self.intake.actor, entry).await?;
        if !changed.is_empty() {
            work.tell(Changed::KIND, &Changed { incidents: changed }).await?;
        }
        Ok(())
    }
}

/// The first and the last line of rows.
fn lines(rows: &[Read]) -> (Option<u64>, Option<u64>) {
    (rows.first().and_then(|read| read.row.line), rows.last().and_then(|read| read.row.line))
}

/// The keys of those rows of tables that are reports already.
async fn seen(work: &UnitOfWork, rows: &[Read]) -> Result<HashSet<Vec<u8>>, LedgerError> {
    looking::seen_keys(work, &rows.iter().filter(|read| read.row.letter.is_none()).map(|read| read.row.key).collect::<Vec<_>>()).await
}

/// Which entry of those that are read again each fault of a letter is, by its place; what is none of the letter's entries is new.
fn matched(row: &Row, faults: Vec<Fault>, lying: &Lying, items: &[Item]) -> Vec<(Option<usize>, [u8; 16], Fault)> {
    let mut met = HashSet::new();
    let mut out = Vec::new();
    for (turn, fault) in faults.into_iter().enumerate() {
        let free = |item: &&Item| !met.contains(&item.id);
        let by_place = lying.items().iter().filter(free).find(|item| item.place == fault.0 && item.reason.key == fault.1.key);
        let by_place = by_place.or_else(|| lying.items().iter().filter(free).find(|item| item.place == fault.0));
        // One entry stands for every place with its reason, and those change.
        let Some(known) = by_place.or_else(|| lying.items().iter().filter(free).find(|item| item.reason.key == fault.1.key)) else {
            let key = [&row.key[..], b"again", &turn.to_be_bytes(), fault.0.en.as_bytes()].concat();
            out.push((None, digest::of(&key), fault));
            continue;
        };
        met.insert(known.id);
        // One that was closed, or that nobody asked about, stays as it is.
        if let Some(index) = items.iter().position(|item| item.id == known.id) {
            out.push((Some(index), known.row_key, fault));
        }
    }
    out
}
