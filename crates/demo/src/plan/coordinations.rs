//! How many organisations are asked in each month, at home and abroad, about phishing and about the rest.

use super::{
    flow::{Bounds, ENDLESS, Network},
    incidents::Table,
    shares,
};
use crate::margins::{Cell, PeriodMargins};
use noroshi_directory::Origin;
use noroshi_incident::model::Category;

/// Coordinations of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The place of the month in the period.
    pub(super) month: usize,
    pub(super) destination: Origin,
    /// Whether they are about phishing.
    pub(super) phishing: bool,
    pub(super) count: u64,
}

/// Chooses coordinations for these incidents, or finds that the named figures allow none.
pub(super) fn choose(margins: &PeriodMargins, table: &Table) -> Option<Vec<Asked>> {
    let choosing = Choosing::of(margins, table);
    let mut found = None;
    for phishing in choosing.phishing_splits() {
        for (total, all) in choosing.splits(&phishing) {
            found = choosing.fill(total, &all, &phishing);
            if found.is_some() {
                return found;
            }
        }
    }
    found
}

/// Bounds by destination.
type ByDestination = [Bounds; 3];

struct Choosing<'a> {
    margins: &'a PeriodMargins,
    /// Phishing incidents and others, by month.
    phishing: Vec<u64>,
    others: Vec<u64>,
    months: Vec<Option<u64>>,
    /// The number of coordinations, when it is settled.
    total: Option<u64>,
    /// The least number otherwise.
    least: u64,
}

fn origins<T>(of: impl Fn(Origin) -> T) -> [T; 3] {
    Origin::ALL.map(of)
}

fn settled(counts: [u64; 3]) -> ByDestination {
    counts.map(|count| Bounds::named(Some(count)))
}

impl<'a> Choosing<'a> {
    fn of(margins: &'a PeriodMargins, table: &Table) -> Self {
        let months: Vec<_> = margins.period.months().map(|month| margins.get(&Cell::MonthCoordinations(month))).collect();
        let by_month: u64 = months.iter().flatten().sum();
        let total = margins.get(&Cell::Coordinations).or(months.iter().all(Option::is_some).then_some(by_month));
        let by_destination: u64 =
            origins(|origin| margins.get(&Cell::Destination(origin)).or(margins.get(&Cell::PhishingDestination(origin))).unwrap_or(0)).iter().sum();
        Self {
            margins,
            phishing: table.by_month(|kind| kind.category == Category::Phishing),
            others: table.by_month(|kind| kind.category != Category::Phishing),
            months,
            total,
            least: by_month.max(by_destination),
        }
    }

    fn nothing_named(&self) -> bool {
        let named = |cell: &Cell| {
            matches!(
                cell,
                Cell::Coordinations
                    | Cell::MonthCoordinations(_)
                    | Cell::Destination(_)
                    | Cell::PhishingDestination(_)
                    | Cell::DestinationPercent(_)
                    | Cell::PhishingDestinationPercent(_)
            )
        };
        !self.margins.cells.keys().any(named)
    }

    /// The ways in which coordinations about phishing may split by destination, the most natural first.
    fn phishing_splits(&self) -> Vec<ByDestination> {
        let known = origins(|origin| self.margins.get(&Cell::PhishingDestination(origin)));
        let percent = origins(|origin| self.margins.get(&Cell::PhishingDestinationPercent(origin)));
        if percent.iter().all(Option::is_none) {
            return vec![known.map(Bounds::named)];
        }
        let incidents: u64 = self.phishing.iter().sum();
        let room = self.total.unwrap_or(ENDLESS);
        let mut totals = near(incidents.min(room), known.iter().flatten().sum(), &known, &percent);
        totals.retain(|total| *total <= room);
        let most = origins(|origin| self.margins.get(&Cell::Destination(origin)));
        let known = shares::Known { counts: known, most, percent, ..Default::default() };
        totals.into_iter().flat_map(|total| shares::split_by_percent(total, known)).map(settled).collect()
    }

    /// The bounds of all coordinations and their splits by destination, the most natural first.
    fn splits(&self, phishing: &ByDestination) -> Vec<(Bounds, ByDestination)> {
        let known = origins(|origin| self.margins.get(&Cell::Destination(origin)));
        let percent = origins(|origin| self.margins.get(&Cell::DestinationPercent(origin)));
        let least = self.least.max(phishing.iter().map(|bounds| bounds.least).sum());
        if percent.iter().all(Option::is_none) {
            let free = known.map(Bounds::named);
            let few = (self.phishing.iter().chain(&self.others).sum::<u64>()) / 10;
            let natural = if self.nothing_named() { Some(few) } else { None };
            return match self.total.or(natural) {
                Some(total) => vec![(Bounds::named(Some(total)), free)],
                None => vec![(Bounds::FREE.at_least(least), free)],
            };
        }
        let totals = match self.total {
            Some(total) => vec![total],
            None => near(least.max(100), least, &known, &percent),
        };
        let known = shares::Known { counts: known, least: phishing.map(|bounds| bounds.least), percent, ..Default::default() };
        let split = |total: u64| shares::split_by_percent(total, known).into_iter().map(move |counts| (Bounds::named(Some(total)), settled(counts)));
        totals.into_iter().flat_map(split).collect()
    }

    fn fill(&self, total: Bounds, all: &ByDestination, phishing: &ByDestination) -> Option<Vec<Asked>> {
        let mut network = Network::new();
        let source = network.node();
        network.edge(Network::SOURCE, source, total, ENDLESS);
        let about = if total.most == ENDLESS { total.least } else { total.most };
        let ends: Vec<_> = self
            .months
            .iter()
            .map(|named| {
                let end = network.node();
                network.edge(end, Network::SINK, Bounds::named(*named), ENDLESS);
                end
            })
            .collect();
        let (phishing_incidents, other_incidents): (u64, u64) = (self.phishing.iter().sum(), self.others.iter().sum());
        let halves = shares::split(about, &[phishing_incidents, other_incidents]);
        let mut cells = Vec::new();
        for (place, origin) in Origin::ALL.into_iter().enumerate() {
            let bounds = |of: &ByDestination| of.get(place).copied().unwrap_or(Bounds::FREE);
            let destination = network.node();
            network.edge(source, destination, bounds(all), ENDLESS);
            let usual = [55, 44, 1].get(place).copied().unwrap_or(0);
            for (is_phishing, incidents, own) in [(true, &self.phishing, bounds(phishing)), (false, &self.others, Bounds::FREE)] {
                let half = halves.get(usize::from(!is_phishing)).copied().unwrap_or(0) * usual / 100;
                let about = if own.most == own.least { own.least } else { half };
                let node = network.node();
                network.edge(destination, node, own, about);
                let weights: Vec<u64> = self.months.iter().zip(incidents).map(|(named, incidents)| named.unwrap_or(*incidents)).collect();
                let mut there = false;
                for (month, ((end, incidents), wish)) in ends.iter().zip(incidents).zip(shares::split(about, &weights)).enumerate() {
                    there |= *incidents > 0;
                    // One is asked about an incident of this month or, if there is none, of an earlier one.
                    let most = if there { ENDLESS } else { 0 };
                    let edge = network.edge(node, *end, Bounds { least: 0, most }, if *incidents > 0 { wish } else { 0 });
                    cells.push((month, origin, is_phishing, edge));
                }
            }
        }
        let flow = network.solve()?;
        let asked = |(month, destination, phishing, edge)| Asked { month, destination, phishing, count: flow.of(edge) };
        Some(cells.into_iter().map(asked).filter(|asked| asked.count > 0).collect())
    }
}

/// Sums whose parts may come out at the named shares: near a natural one, small ones, and those that a known part suggests.
fn near(natural: u64, least: u64, known: &[Option<u64>; 3], percent: &[Option<u64>; 3]) -> Vec<u64> {
    let mut sums: Vec<u64> = (0..=12).flat_map(|step| [natural.saturating_sub(step), natural + step]).collect();
    for (known, percent) in known.iter().zip(percent) {
        if let (Some(known), Some(percent)) = (known, percent.filter(|percent| *percent > 0)) {
            let middle = known * 100 / percent;
            sums.extend((middle.saturating_sub(6)..=middle + 6).chain([known * 100 / (percent + 1) + 1]));
        }
    }
    // Known counts stand for what the shares of the others leave.
    let others: u64 = known.iter().zip(percent).filter(|(known, _)| known.is_none()).filter_map(|(_, percent)| *percent).sum();
    let middle = known.iter().flatten().sum::<u64>() * 100 / 100_u64.saturating_sub(others).max(1);
    sums.extend((middle.saturating_sub(12)..=middle + 12).chain([100]).chain(1..=40));
    sums.push(least);
    sums.retain(|sum| *sum >= least && *sum > 0);
    let mut seen = std::collections::HashSet::new();
    sums.retain(|sum| seen.insert(*sum));
    if percent.iter().flatten().all(|percent| *percent == 0) {
        sums.insert(0, 0);
    }
    sums
}
