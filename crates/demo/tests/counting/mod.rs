//! Counts a plan by hand, without the desk.

use noroshi_demo::{margins::Cell, plan::PeriodPlan};
use noroshi_directory::{Origin, brand};
use noroshi_document::share::largest_remainder;
use noroshi_incident::model::{Category, DomainUnit, IncidentUnit, ReportRule, Scheme};
use noroshi_kernel::period::Period;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Every figure that is not zero.
pub(crate) type Cells = BTreeMap<Cell, u64>;

/// An incident: month, category, origin, brand, ports, worm, addresses.
pub(crate) type Happened = (usize, Category, Origin, Option<String>, Vec<String>, bool, u64);

/// What a table of records counts to, each record as its month and what is told of it.
pub(crate) struct Records {
    pub(crate) incidents: Vec<Happened>,
    /// Month, site, domain.
    pub(crate) reports: Vec<(usize, usize, Option<String>)>,
    /// Domains of the letters that report.
    pub(crate) letters: Vec<Option<String>>,
    pub(crate) inquiries: u64,
    /// Month, destination, whether about phishing.
    pub(crate) coordinations: Vec<(usize, Origin, bool)>,
}

impl Records {
    pub(crate) fn of(plan: &PeriodPlan) -> Self {
        Self {
            incidents: plan
                .incidents
                .iter()
                .map(|one| (one.month, one.category, one.origin, one.brand.clone(), one.ports.clone(), one.worm, one.addresses))
                .collect(),
            reports: plan.reports.iter().map(|one| (one.month, one.site, one.tld.clone())).collect(),
            letters: plan.letters.iter().filter(|letter| letter.reports).map(|letter| letter.tld.clone()).collect(),
            inquiries: plan.letters.iter().filter(|letter| !letter.reports).count() as u64,
            coordinations: plan
                .coordinations
                .iter()
                .map(|one| (one.month, one.destination, plan.incidents[one.incident].category == Category::Phishing))
                .collect(),
        }
    }

    pub(crate) fn count(&self, period: Period, scheme: &Scheme) -> Cells {
        let months: Vec<_> = period.months().collect();
        let mut cells = Cells::new();
        let mut add = |cell: Cell, count: u64| *cells.entry(cell).or_default() += count;
        for (month, category, origin, brand, ports, worm, addresses) in &self.incidents {
            let units = if scheme.incident_unit == IncidentUnit::Address { (*addresses).max(1) } else { 1 };
            add(Cell::Incidents, units);
            add(Cell::MonthIncidents(months[*month]), units);
            add(Cell::Category(*category), units);
            add(Cell::MonthCategory(months[*month], *category), units);
            add(Cell::Addresses, *addresses);
            if *category == Category::Phishing {
                add(Cell::Origin(*origin), units);
                add(Cell::MonthOrigin(months[*month], *origin), units);
                if let Some(key) = brand {
                    add(Cell::Brand(key.clone()), units);
                }
            }
            if *category == Category::Scan {
                let port = match ports.as_slice() {
                    [] => "unknown".into(),
                    [port] => port.clone(),
                    _ => "multiple".to_owned(),
                };
                add(Cell::Port(port.clone()), units);
                if *worm {
                    add(Cell::Worm(port), 1);
                }
            }
        }
        let mut sites = HashSet::new();
        for (month, site, tld) in &self.reports {
            if scheme.report_rule == ReportRule::Each || sites.insert(*site) {
                add(Cell::Reports, 1);
                add(Cell::MonthReports(months[*month]), 1);
                if scheme.domain_unit == DomainUnit::Report {
                    add(Cell::Tld(tld.clone().unwrap_or_else(|| "unknown".into())), 1);
                }
            }
        }
        for tld in &self.letters {
            add(Cell::Correspondence, 1);
            if scheme.domain_unit == DomainUnit::Correspondence {
                add(Cell::Tld(tld.clone().unwrap_or_else(|| "unknown".into())), 1);
            }
        }
        add(Cell::Correspondence, self.inquiries);
        add(Cell::Inquiries, self.inquiries);
        for (month, destination, phishing) in &self.coordinations {
            add(Cell::Coordinations, 1);
            add(Cell::MonthCoordinations(months[*month]), 1);
            add(Cell::Destination(*destination), 1);
            if *phishing {
                add(Cell::PhishingDestination(*destination), 1);
            }
        }
        for (count, percent) in [
            (Cell::Destination as fn(Origin) -> Cell, Cell::DestinationPercent as fn(Origin) -> Cell),
            (Cell::PhishingDestination, Cell::PhishingDestinationPercent),
        ] {
            let counts = Origin::ALL.map(|origin| cells.get(&count(origin)).copied().unwrap_or(0));
            for (origin, share) in Origin::ALL.into_iter().zip(largest_remainder(&counts)) {
                cells.insert(percent(origin), share);
            }
        }
        for (cell, count) in &mut cells {
            if matches!(cell, Cell::Worm(_)) {
                *count = 1;
            }
        }
        cells
    }
}

/// What must hold of every plan, whatever the margins.
pub(crate) fn assert_sound(plan: &PeriodPlan) {
    let mut first: HashMap<usize, usize> = HashMap::new();
    let mut letters_used = HashSet::new();
    assert!(plan.reports.is_sorted_by_key(|report| report.month), "reports are in the order of time");
    for report in &plan.reports {
        letters_used.insert(report.letter);
        assert!(plan.letters[report.letter].reports);
        for incident in &report.tells_of {
            let month = first.entry(*incident).or_insert(report.month);
            *month = (*month).min(report.month);
        }
    }
    for (place, incident) in plan.incidents.iter().enumerate() {
        assert_eq!(first.get(&place), Some(&incident.month), "the first report of an incident comes in its month");
        if let Some(key) = &incident.brand {
            let shipped = brand::shipped().expect("the shipped table");
            assert_eq!(shipped.iter().find(|change| change.key == *key).expect("a shipped brand").origin, incident.origin);
        }
    }
    assert_eq!(letters_used.len(), plan.letters.iter().filter(|letter| letter.reports).count(), "every letter that reports holds a report");
    let mut pairs = HashSet::new();
    for one in &plan.coordinations {
        assert!(plan.incidents[one.incident].month <= one.month, "nobody is asked before the incident was reported");
        assert!(pairs.insert((one.incident, one.destination, one.organisation)), "an organisation is asked once about an incident");
    }
}
