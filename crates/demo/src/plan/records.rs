//! Laying out single records that count to the chosen quantities.

use super::{
    Coordination, Incident, Letter, PeriodPlan, Report, coordinations::Asked, incidents::Table, quantities::Quantities, reports::Letters, rest, shares,
};
use crate::{
    dice,
    margins::{Cell, PeriodMargins},
};
use noroshi_directory::Origin;
use noroshi_incident::model::Category;
use std::collections::HashMap;

/// Ports that one incident scans when it scans several.
const SEVERAL: [&[&str]; 4] = [&["tcp/22", "tcp/23"], &["tcp/135", "tcp/445"], &["tcp/80", "tcp/443", "tcp/8080"], &["tcp/1433", "tcp/3306"]];

/// Lays out the records of a period.
pub(super) fn lay_out(margins: &PeriodMargins, quantities: &Quantities) -> PeriodPlan {
    let seed = u64::from(margins.period.first_month().year().unsigned_abs()) * 12 + u64::from(margins.period.first_month().number().unsigned_abs());
    let incidents = incidents(margins, &quantities.incidents, seed);
    let (reports, letters) = reports(margins, &quantities.letters, &incidents, seed);
    let coordinations = coordinations(&quantities.coordinations, &incidents);
    PeriodPlan { period: margins.period, scheme: margins.scheme, incidents, reports, letters, coordinations }
}

/// As many copies of each as counted, in an order that looks like chance.
fn mixed<T: Clone>(counted: impl IntoIterator<Item = (T, u64)>, seed: u64) -> std::vec::IntoIter<T> {
    let mut list: Vec<T> = counted.into_iter().flat_map(|(one, count)| std::iter::repeat_n(one, size(count))).collect();
    dice::shuffle(seed, &mut list);
    list.into_iter()
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn incidents(margins: &PeriodMargins, table: &Table, seed: u64) -> Vec<Incident> {
    let sum = |wanted: &dyn Fn(&super::incidents::Kind) -> bool| table.by_month(wanted).iter().sum::<u64>();
    let scans = sum(&|kind| kind.category == Category::Scan);
    let scanned = rest::ports(margins, scans).into_iter().flat_map(|one| [((one.what.clone(), true), one.worms), ((one.what, false), one.count - one.worms)]);
    let mut scanned = mixed(scanned, seed);
    let mut brands: HashMap<Origin, _> = Origin::ALL
        .into_iter()
        .map(|origin| {
            let total = sum(&|kind| kind.category == Category::Phishing && kind.origin == origin);
            (origin, mixed(rest::brands(margins, origin, total), seed + 1))
        })
        .collect();
    let total = table.total();
    let addresses = margins.get(&Cell::Addresses).unwrap_or(total);
    let mut incidents = Vec::with_capacity(size(total));
    for (month, row) in table.months.iter().enumerate() {
        for kind in mixed(table.kinds.iter().copied().zip(row.iter().copied()), seed + month as u64) {
            let place = incidents.len() as u64;
            // Addresses lie evenly over the incidents, whether there are more of them or fewer.
            let before = |place: u64| u64::try_from(u128::from(place) * u128::from(addresses) / u128::from(total.max(1))).unwrap_or(0);
            let (ports, worm) = if kind.category == Category::Scan {
                scanned.next().map(|(what, worm)| (ports(&what, place), worm)).unwrap_or_default()
            } else {
                Default::default()
            };
            let brand = if kind.category == Category::Phishing { brands.get_mut(&kind.origin).and_then(Iterator::next).flatten() } else { None };
            incidents.push(Incident { month, category: kind.category, origin: kind.origin, brand, ports, worm, addresses: before(place + 1) - before(place) });
        }
    }
    incidents
}

fn ports(what: &str, turn: u64) -> Vec<String> {
    match what {
        rest::UNKNOWN => Vec::new(),
        "multiple" => {
            SEVERAL.iter().cycle().nth(size(turn % SEVERAL.len() as u64)).map(|ports| ports.iter().map(ToString::to_string).collect()).unwrap_or_default()
        }
        port => vec![port.into()],
    }
}

/// The incidents whose first report comes in each month, as ranges of the list.
fn ranges(incidents: &[Incident], months: usize) -> Vec<std::ops::Range<usize>> {
    (0..months)
        .map(|month| incidents.partition_point(|incident| incident.month < month)..incidents.partition_point(|incident| incident.month <= month))
        .collect()
}

fn reports(margins: &PeriodMargins, quantities: &Letters, incidents: &[Incident], seed: u64) -> (Vec<Report>, Vec<Letter>) {
    let mut reports: Vec<Report> = Vec::new();
    // Each known site with the incidents that were told with it.
    let mut sites: Vec<Vec<usize>> = Vec::new();
    let months = quantities.reports.iter().zip(&quantities.followers).zip(ranges(incidents, quantities.reports.len()));
    for (month, ((new_sites, again), range)) in months.enumerate() {
        let mut told = Telling { range: range.clone(), by: size(if *new_sites > 0 { *new_sites } else { *again }), turn: 0 };
        let mut turns: Vec<bool> = mixed([(true, *new_sites), (false, *again)], seed + 100 + month as u64).collect();
        if sites.is_empty()
            && let Some(first) = turns.iter().position(|new| *new)
        {
            turns.swap(0, first);
        }
        for new in turns {
            let mut tells_of = if new || *new_sites == 0 { told.next() } else { Vec::new() };
            let site = if new {
                if tells_of.is_empty() {
                    // Nothing happened this month: it tells again of something that did before.
                    tells_of.extend(range.start.checked_sub(1).map(|last| last - size(dice::roll(seed, reports.len() as u64)) % (last + 1)));
                }
                sites.push(tells_of.clone());
                sites.len() - 1
            } else {
                let recent = sites.len().clamp(1, 40);
                let site = sites.len().saturating_sub(1 + size(dice::roll(seed, reports.len() as u64) % recent as u64));
                tells_of.extend(sites.get(site).into_iter().flatten());
                site
            };
            tells_of.sort_unstable();
            tells_of.dedup();
            reports.push(Report { month, letter: 0, site, tld: None, tells_of });
        }
    }
    let letters = letters(margins, quantities, &mut reports, seed);
    (reports, letters)
}

/// Which of a month's incidents each of its reports tells of: all of them, in order, several or one at a time.
struct Telling {
    range: std::ops::Range<usize>,
    by: usize,
    turn: usize,
}

impl Telling {
    fn next(&mut self) -> Vec<usize> {
        let (incidents, turn) = (self.range.len(), self.turn);
        self.turn += 1;
        if incidents == 0 || self.by == 0 {
            return Vec::new();
        }
        let at = |turn: usize| self.range.start + usize::try_from(turn as u128 * incidents as u128 / self.by as u128).unwrap_or(0);
        if self.by >= incidents { vec![at(turn).min(self.range.end - 1)] } else { (at(turn)..at(turn + 1).min(self.range.end)).collect() }
    }
}

/// Puts the reports into letters, gives both their domains, and adds the inquiries.
fn letters(margins: &PeriodMargins, quantities: &Letters, reports: &mut [Report], seed: u64) -> Vec<Letter> {
    use noroshi_incident::model::DomainUnit;
    let count = size(quantities.letters);
    let by_report = margins.scheme.domain_unit == DomainUnit::Report;
    let mut tlds = mixed(quantities.tlds.iter().cloned(), seed + 200).map(|tld| Some(tld).filter(|tld| tld != rest::UNKNOWN));
    let mut letters = vec![Letter { month: 0, reports: true, tld: None }; count];
    if !by_report {
        for letter in &mut letters {
            letter.tld = tlds.next().flatten();
        }
    }
    let all = reports.len();
    let mut known: HashMap<usize, Option<String>> = HashMap::new();
    for (place, report) in reports.iter_mut().enumerate() {
        report.letter = usize::try_from(place as u128 * count as u128 / all.max(1) as u128).unwrap_or(0);
        let Some(letter) = letters.get_mut(report.letter) else { continue };
        letter.month = report.month;
        if by_report {
            // Only the first report of a site counts where sites do; the others come from the same people.
            let counts = margins.scheme.report_rule == noroshi_incident::model::ReportRule::Each || !known.contains_key(&report.site);
            report.tld = if counts { tlds.next().flatten() } else { known.get(&report.site).cloned().flatten() };
            known.entry(report.site).or_insert_with(|| report.tld.clone());
            letter.tld.clone_from(&report.tld);
        } else {
            report.tld.clone_from(&letter.tld);
        }
    }
    let weights: Vec<u64> = quantities.reports.iter().map(|reports| reports + 10).collect();
    for (month, count) in shares::split(quantities.inquiries, &weights).into_iter().enumerate() {
        let tld = |turn: u64| [".jp", ".jp", ".jp", ".com"].get(size(dice::roll(seed, turn) % 4)).map(ToString::to_string);
        letters.extend((0..count).map(|turn| Letter { month, reports: false, tld: tld(turn) }));
    }
    letters
}

fn coordinations(asked: &[Asked], incidents: &[Incident]) -> Vec<Coordination> {
    let months = asked.iter().map(|asked| asked.month + 1).max().unwrap_or(0);
    let ranges = ranges(incidents, months);
    let of_kind = |month: usize, phishing: bool| -> Vec<usize> {
        let range = ranges.get(month).cloned().unwrap_or_default();
        let mut places: Vec<usize> =
            range.filter(|place| incidents.get(*place).is_some_and(|incident| (incident.category == Category::Phishing) == phishing)).collect();
        dice::shuffle(month as u64, &mut places);
        places
    };
    let mut all: Vec<Coordination> = Vec::new();
    let mut turns: HashMap<(usize, bool), usize> = HashMap::new();
    let mut times: HashMap<(usize, Origin), usize> = HashMap::new();
    for one in asked {
        let Some((source, choice)) = (0..=one.month).rev().map(|month| (month, of_kind(month, one.phishing))).find(|(_, choice)| !choice.is_empty()) else {
            continue;
        };
        let turn = turns.entry((source, one.phishing)).or_default();
        for _ in 0..one.count {
            let Some(incident) = choice.get(*turn % choice.len()).copied() else { break };
            *turn += 1;
            let organisation = times.entry((incident, one.destination)).or_default();
            all.push(Coordination { month: one.month, incident, destination: one.destination, organisation: *organisation });
            *organisation += 1;
        }
    }
    spread_organisations(&mut all, &times);
    all.sort_by_key(|one| (one.month, one.incident));
    all
}

/// Lets different incidents go to different organisations: turns each incident's first organisation around.
fn spread_organisations(all: &mut [Coordination], times: &HashMap<(usize, Origin), usize>) {
    const USUAL: [usize; 3] = [6, 12, 2];
    for one in all {
        let most = Origin::ALL.into_iter().zip(USUAL).find(|(origin, _)| *origin == one.destination).map_or(1, |(_, usual)| usual);
        // Turning is only distinct within one incident as long as it asks no more organisations than there are.
        if times.get(&(one.incident, one.destination)).is_some_and(|times| *times <= most) {
            one.organisation = (one.organisation + size(dice::roll(one.destination as u64, one.incident as u64) % most as u64)) % most;
        }
    }
}
