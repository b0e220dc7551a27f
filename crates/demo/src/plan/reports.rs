//! How many reports and letters come in each month.

use super::{incidents::Table, rest, shares};
use crate::margins::{Cell, PeriodMargins};
use noroshi_incident::model::{DomainUnit, ReportRule};

/// What the named figures ask of reports and letters, before incidents are known.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// The number of reports, when it is settled.
    total: Option<u64>,
    /// The least number otherwise.
    least: u64,
    /// The named reports of each month.
    months: Vec<Option<u64>>,
    rule: ReportRule,
}

/// Reports and letters to make.
#[derive(Clone, Debug)]
pub(super) struct Letters {
    /// Counted reports by month.
    pub(super) reports: Vec<u64>,
    /// Further reports by month, each of a site that was reported before; only where sites count.
    pub(super) followers: Vec<u64>,
    /// Letters that report.
    pub(super) letters: u64,
    /// Letters that do not.
    pub(super) inquiries: u64,
    /// Reporters' top-level domains in the scheme's domain unit, `unknown` among them.
    pub(super) tlds: Vec<(String, u64)>,
}

impl Demand {
    pub(super) fn of(margins: &PeriodMargins) -> Option<Self> {
        let months: Vec<_> = margins.period.months().map(|month| margins.get(&Cell::MonthReports(month))).collect();
        let by_month: u64 = months.iter().flatten().sum();
        let rule = margins.scheme.report_rule;
        let all_named = months.iter().all(Option::is_some);
        let total = margins.get(&Cell::Reports).or(all_named.then_some(by_month));
        let domains = if margins.scheme.domain_unit == DomainUnit::Report { domains(margins) } else { 0 };
        let letters = match (margins.get(&Cell::Correspondence), margins.get(&Cell::Inquiries)) {
            (Some(all), Some(inquiries)) => Some(all.checked_sub(inquiries)?),
            (Some(0), None) => Some(0),
            _ => None,
        };
        // Without letters there are no reports; where each report counts there are at least as many as letters.
        let total = total.or(letters.filter(|letters| *letters == 0));
        let reporting = if rule == ReportRule::Each { letters.unwrap_or(0) } else { 0 };
        let least = by_month.max(domains).max(reporting);
        let fits = total.is_none_or(|total| total >= least && (!all_named || total == by_month));
        fits.then_some(Self { total, least, months, rule })
    }

    /// About how many incidents there should be when that is free.
    pub(super) fn about(&self, margins: &PeriodMargins) -> Option<u64> {
        let letters = usual_letters(margins);
        let reports = self.total.or_else(|| Some(self.least.max(letters.unwrap_or(0))).filter(|least| *least > 0));
        let coordinations = margins.get(&Cell::Coordinations).unwrap_or(0).max(margins.sum(|cell| matches!(cell, Cell::MonthCoordinations(_))));
        let addresses = margins.get(&Cell::Addresses).unwrap_or(0);
        let parts = margins.sum(|cell| matches!(cell, Cell::Category(_)));
        let about = reports.unwrap_or(0).max(coordinations).max(addresses);
        (about > 0).then_some(about.max(parts))
    }

    /// The months that may hold incidents, in the ways to try: each incident is told by a report of its own month. Beside them the
    /// month that must hold one, if any.
    pub(super) fn allowed_months(&self, margins: &PeriodMargins) -> Box<dyn Iterator<Item = (Vec<bool>, Option<usize>)>> {
        let spare = self.total.map(|total| total.saturating_sub(self.months.iter().flatten().sum()));
        let free: Vec<usize> = self.months.iter().enumerate().filter(|(_, named)| named.is_none()).map(|(place, _)| place).collect();
        let with_reports: Vec<bool> = self.months.iter().map(|named| named.map_or(spare != Some(0), |count| count > 0)).collect();
        if self.rule == ReportRule::Site {
            // A site that was reported before may be reported again.
            let since = |first: usize| (0..self.months.len()).map(|month| month >= first).collect();
            let firsts = || with_reports.iter().enumerate().filter(|(_, reports)| **reports).map(|(month, _)| month);
            let whole = (since(firsts().next().unwrap_or(usize::MAX)), None);
            // The first incident may be what the first site is reported for.
            let beginnings: Vec<_> = firsts().map(|first| (since(first), Some(first))).collect();
            return Box::new(std::iter::once(whole).chain(beginnings));
        }
        let Some(spare) = spare.and_then(|spare| usize::try_from(spare).ok()).filter(|spare| *spare > 0 && *spare < free.len()) else {
            return Box::new(std::iter::once((with_reports, None)));
        };
        // Too few reports for all free months: try the months that must hold incidents first.
        let months: Vec<_> = margins.period.months().collect();
        let must = |place: usize| {
            months.get(place).is_some_and(|month| {
                margins.sum(|cell| matches!(cell, Cell::MonthIncidents(one) | Cell::MonthCategory(one, _) | Cell::MonthOrigin(one, _) if one == month)) > 0
            })
        };
        let mut order = free;
        order.sort_by_key(|place| !must(*place));
        let sets = 0..1_u32 << order.len().min(12);
        let chosen = move |set: u32| {
            let mut allowed = with_reports.clone();
            for (bit, place) in order.iter().enumerate() {
                if let Some(month) = allowed.get_mut(*place) {
                    *month = set & (1 << bit) != 0;
                }
            }
            (allowed, None)
        };
        Box::new(sets.filter(move |set| set.count_ones() as usize == spare).map(chosen))
    }
}

/// The sum of the named domains.
fn domains(margins: &PeriodMargins) -> u64 {
    margins.sum(|cell| matches!(cell, Cell::Tld(_)))
}

/// Chooses reports and letters for these incidents.
pub(super) fn choose(margins: &PeriodMargins, demand: &Demand, table: &Table) -> Option<Letters> {
    let incidents: Vec<u64> = (0..demand.months.len()).map(|month| table.of_month(month)).collect();
    let (reports, again) = by_month(margins, demand, &incidents)?;
    let total: u64 = reports.iter().sum();
    let needed: u64 = again.iter().sum();
    let (letters, inquiries) = letters(margins, demand.rule, total, total + needed)?;
    let more = letters.saturating_sub(total + needed);
    if (demand.rule == ReportRule::Each || total == 0) && more > 0 {
        return None;
    }
    let followers = add_followers(&reports, again, more);
    let counted = if margins.scheme.domain_unit == DomainUnit::Report { total } else { letters };
    Some(Letters { reports, followers, letters, inquiries, tlds: rest::domains(margins, counted)? })
}

/// Counted reports by month, and reports of sites that are known already where a month has incidents but no new site.
fn by_month(margins: &PeriodMargins, demand: &Demand, incidents: &[u64]) -> Option<(Vec<u64>, Vec<u64>)> {
    let mut reports = Vec::new();
    let mut weights = Vec::new();
    let mut sites = false;
    for (named, incidents) in demand.months.iter().zip(incidents) {
        let least = match demand.rule {
            ReportRule::Each => u64::from(*incidents > 0),
            ReportRule::Site => u64::from(*incidents > 0 && !sites),
        };
        let own = named.unwrap_or(least);
        sites |= own > 0;
        if own < least {
            return None;
        }
        reports.push(own);
        weights.push(if named.is_none() { *incidents } else { 0 });
    }
    let free: Vec<bool> = demand.months.iter().map(Option::is_none).collect();
    if weights.iter().all(|weight| *weight == 0) {
        weights = free.iter().map(|free| u64::from(*free)).collect();
    }
    let usual: u64 = reports.iter().zip(incidents).zip(&free).map(|((own, incidents), free)| if *free { *incidents } else { *own }).sum();
    let letters = usual_letters(margins).filter(|_| margins.get(&Cell::Incidents).is_none()).unwrap_or(0);
    let total = demand.total.unwrap_or_else(|| usual.max(with_some_more(margins, demand.least)).max(letters));
    let spare = total.checked_sub(reports.iter().sum())?;
    if spare > 0 {
        if !free.contains(&true) {
            return None;
        }
        for (own, more) in reports.iter_mut().zip(shares::split(spare, &weights)) {
            *own += more;
        }
    }
    let again = reports.iter().zip(incidents).map(|(own, incidents)| u64::from(*own == 0 && *incidents > 0)).collect();
    Some((reports, again))
}

/// How many of the named correspondence usually report.
fn usual_letters(margins: &PeriodMargins) -> Option<u64> {
    let all = margins.get(&Cell::Correspondence)?;
    Some(margins.get(&Cell::Inquiries).map_or(all * 19 / 20, |inquiries| all.saturating_sub(inquiries)))
}

/// Where named domains decide how many reports there are, some come from other domains.
fn with_some_more(margins: &PeriodMargins, least: u64) -> u64 {
    if margins.scheme.domain_unit == DomainUnit::Report && least > 0 && least == domains(margins) && margins.get(&Cell::Correspondence).is_none() {
        least + least / 20
    } else {
        least
    }
}

/// Letters that report, and inquiries. Every report comes in a letter; a letter may hold several reports.
fn letters(margins: &PeriodMargins, rule: ReportRule, counted: u64, reports: u64) -> Option<(u64, u64)> {
    let named = if margins.scheme.domain_unit == DomainUnit::Correspondence { domains(margins) } else { 0 };
    let least = named.max(reports.min(1));
    let most = match rule {
        ReportRule::Each => reports,
        // A site may be reported any number of times.
        ReportRule::Site => {
            if counted > 0 {
                u64::MAX
            } else {
                0
            }
        }
    };
    let (letters, inquiries) = match (margins.get(&Cell::Correspondence), margins.get(&Cell::Inquiries)) {
        (Some(all), Some(inquiries)) => (all.checked_sub(inquiries)?, inquiries),
        (Some(all), None) => {
            let usual = if rule == ReportRule::Each { reports } else { all - all / 50 };
            let letters = usual.max(least).min(most).min(all);
            (letters, all - letters)
        }
        (None, inquiries) => {
            let usual = if rule == ReportRule::Each { reports } else { reports + reports / 12 };
            let letters = usual.max(least + least / 50).min(most);
            (letters, inquiries.unwrap_or(letters / 20))
        }
    };
    (least..=most).contains(&letters).then_some((letters, inquiries))
}

/// Spreads further reports over the months in which a site is known.
fn add_followers(reports: &[u64], mut followers: Vec<u64>, more: u64) -> Vec<u64> {
    let mut known = false;
    let weights: Vec<u64> = reports
        .iter()
        .map(|own| {
            known |= *own > 0;
            if known { (*own).max(1) } else { 0 }
        })
        .collect();
    if more > 0 {
        for (own, more) in followers.iter_mut().zip(shares::split(more, &weights)) {
            *own += more;
        }
    }
    followers
}
