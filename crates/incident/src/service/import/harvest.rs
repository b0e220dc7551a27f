use super::Told;
use crate::{
    model::{
        Category, Incident, Number, State,
        joining::{Gives, Merge, Span, Spans},
    },
    store::keeping,
};
use noroshi_kernel::{
    id::{IncidentId, ReportId},
    tlp::Tlp,
};
use noroshi_ledger::{Ids, LedgerError};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What one unit of work will keep.
#[derive(Default)]
pub(super) struct Harvest {
    /// How long after its last report an incident takes further ones.
    window_days: i64,
    pub(super) reports: Vec<keeping::NewReport>,
    pub(super) told: Vec<keeping::Telling>,
    /// The incidents that are opened, with the hash of their target.
    pub(super) incidents: Vec<(Incident, i64)>,
    /// Where each of them stands in `incidents`.
    opened: HashMap<IncidentId, usize>,
    /// Opened incidents that turned out to belong to another one: which.
    absorbed: HashMap<IncidentId, IncidentId>,
    /// Incidents that were there before and were reported again.
    pub(super) widened: HashMap<IncidentId, Span>,
    /// Incidents that were there before and whose brand must be named anew.
    pub(super) renamed: BTreeSet<IncidentId>,
    /// Incidents that were there before and become one.
    pub(super) merges: Vec<Merge>,
    pub(super) links: Vec<(IncidentId, Option<IncidentId>)>,
    /// Addresses for incidents that were there before.
    pub(super) addresses: Vec<(IncidentId, String)>,
    /// Ports for them.
    pub(super) ports: Vec<(IncidentId, String)>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    Opened,
    Joined,
}

impl Harvest {
    pub(super) fn new(window_days: i64) -> Self {
        Self { window_days, ..Self::default() }
    }

    /// Finds the incident of which a report tells, or opens one. Rows of one part come in the order of time.
    pub(super) fn place(
        &mut self,
        spans: &mut Spans,
        report: ReportId,
        told: Told,
        brand_name: Option<i64>,
        hash: i64,
        ids: &mut Ids,
    ) -> Result<(IncidentId, Placed), LedgerError> {
        let seen_at = told.seen_at;
        let (incident, placed) = match spans.joined(told.at, self.window_days) {
            // It counts; what it tells, and when, is in its letter and not added to what more people read.
            Some(span) if told.label.tlp > span.tlp => {
                let incident = span.incident;
                self.told.push(keeping::Telling { incident, report, brand_name: None, seen_at });
                return Ok((incident, Placed::Joined));
            }
            Some(span) => (self.join(span, told, brand_name), Placed::Joined),
            None => (self.open(spans, told, brand_name, hash, ids)?, Placed::Opened),
        };
        self.told.push(keeping::Telling { incident, report, brand_name, seen_at });
        Ok((incident, placed))
    }

    fn join(&mut self, span: &mut Span, told: Told, brand_name: Option<i64>) -> IncidentId {
        span.first = span.first.min(told.at);
        span.last = span.last.max(told.at);
        let names = brand_name.filter(|_| span.named_at.is_none_or(|known| told.at <= known));
        if let Some((opened, _)) = self.opened.get(&span.incident).and_then(|index| self.incidents.get_mut(*index)) {
            (opened.first_report_at, opened.last_report_at) = (span.first, span.last);
            if span.named_at.is_none() && names.is_some() {
                (opened.brand_name, opened.brand_named_at) = (names, Some(told.at));
            }
            merge_texts(&mut opened.addresses, told.addresses);
            merge_texts(&mut opened.ports, told.ports);
        } else {
            self.widened.insert(span.incident, *span);
            if names.is_some() {
                self.renamed.insert(span.incident);
            }
            self.addresses.extend(told.addresses.into_iter().map(|address| (span.incident, address)));
            self.ports.extend(told.ports.into_iter().map(|port| (span.incident, port)));
        }
        span.named_at = span.named_at.into_iter().chain(names.map(|_| told.at)).min();
        span.incident
    }

    fn open(&mut self, spans: &mut Spans, told: Told, brand_name: Option<i64>, hash: i64, ids: &mut Ids) -> Result<IncidentId, LedgerError> {
        let id = IncidentId(ids.take()?);
        spans.0.push(Span { incident: id, first: told.at, last: told.at, named_at: brand_name.map(|_| told.at), previous: None, tlp: told.label.tlp });
        self.opened.insert(id, self.incidents.len());
        let incident = Incident {
            id,
            number: Number { year: 0, sequence: 0 },
            category: told.category,
            rsit: told.rsit.into_owned(),
            target: told.target,
            brand_name,
            brand_named_at: brand_name.map(|_| told.at),
            first_report_at: told.at,
            last_report_at: told.at,
            state: State::New,
            label: told.label,
            worm: false,
            previous: None,
            merged_into: None,
            addresses: told.addresses,
            ports: told.ports,
        };
        self.incidents.push((incident, hash));
        Ok(id)
    }

    /// The incidents that were there before, of all targets whose gaps the rows closed.
    pub(super) fn in_question(&self, groups: &HashMap<(Category, String), Spans>) -> Vec<IncidentId> {
        let closed = groups.values().filter(|spans| spans.0.len() > 1 && spans.has_closed_gap(self.window_days));
        closed.flat_map(|spans| &spans.0).map(|span| span.incident).filter(|id| !self.opened.contains_key(id)).collect()
    }

    /// Makes one incident of those whose gap was closed, and links what follows in time. Gives the opened incidents that were
    /// taken into others.
    pub(super) fn settle(&mut self, groups: &mut HashMap<(Category, String), Spans>, untouched: &HashSet<IncidentId>) -> HashSet<IncidentId> {
        let mut taken = HashSet::new();
        for spans in groups.values_mut().filter(|spans| spans.0.len() > 1) {
            let gives = |id: IncidentId| match self.opened.get(&id).and_then(|index| self.incidents.get(*index)) {
                // A confidential one is nobody else's before a person says so.
                Some((opened, _)) if opened.label.tlp > Tlp::default() => Gives::Nothing,
                Some(_) => Gives::AtOnce,
                None if untouched.contains(&id) => Gives::Up,
                None => Gives::Nothing,
            };
            for merge in spans.close_gaps(self.window_days, gives) {
                if self.opened.contains_key(&merge.from) {
                    taken.insert(merge.from);
                }
                self.merge(merge);
            }
            for (id, previous) in spans.link() {
                match self.opened.get(&id).and_then(|index| self.incidents.get_mut(*index)) {
                    Some((opened, _)) => opened.previous = previous,
                    None => self.links.push((id, previous)),
                }
            }
        }
        let absorbed = std::mem::take(&mut self.absorbed);
        self.incidents.retain(|(incident, _)| !absorbed.contains_key(&incident.id));
        let settled = |id: IncidentId| {
            let mut id = id;
            while let Some(next) = absorbed.get(&id) {
                id = *next;
            }
            id
        };
        self.told.iter_mut().for_each(|telling| telling.incident = settled(telling.incident));
        self.addresses.iter_mut().chain(&mut self.ports).for_each(|(id, _)| *id = settled(*id));
        self.opened.clear();
        taken
    }

    fn merge(&mut self, merge: Merge) {
        let into = merge.into.incident;
        self.widened.remove(&merge.from);
        self.renamed.remove(&merge.from);
        let taken = self.opened.get(&merge.from).and_then(|index| self.incidents.get(*index)).map(|(taken, _)| taken.clone());
        if let Some(taken) = &taken {
            self.absorbed.insert(merge.from, into);
            self.addresses.extend(taken.addresses.iter().map(|address| (into, address.clone())));
            self.ports.extend(taken.ports.iter().map(|port| (into, port.clone())));
        } else {
            self.merges.push(merge);
        }
        match self.opened.get(&into).and_then(|index| self.incidents.get_mut(*index)) {
            Some((opened, _)) => {
                (opened.first_report_at, opened.last_report_at) = (merge.into.first, merge.into.last);
                let named = |one: &Incident| one.brand_named_at.zip(one.brand_name);
                let first = named(opened).into_iter().chain(taken.as_ref().and_then(named)).min_by_key(|(at, _)| *at);
                (opened.brand_named_at, opened.brand_name) = first.unzip();
            }
            None => {
                self.widened.insert(into, merge.into);
                self.renamed.insert(into);
            }
        }
    }
}

fn merge_texts(into: &mut Vec<String>, more: Vec<String>) {
    for one in more {
        if !into.contains(&one) {
            into.push(one);
        }
    }
}
