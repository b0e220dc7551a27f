//! How many incidents of each kind come in each month.

use super::{
    flow::{Bounds, ENDLESS, Network},
    shares,
};
use crate::{
    brands, dice,
    margins::{Cell, PeriodMargins},
};
use noroshi_directory::Origin;
use noroshi_incident::model::{Category, IncidentUnit};

/// A column of the table: a category, for phishing with the brand's origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) category: Category,
    pub(super) origin: Origin,
}

/// Incidents by kind and month.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) kinds: Vec<Kind>,
    /// By month, then by kind.
    pub(super) months: Vec<Vec<u64>>,
}

impl Table {
    /// The incidents of a month.
    pub(super) fn of_month(&self, month: usize) -> u64 {
        self.months.get(month).map_or(0, |row| row.iter().sum())
    }

    /// All incidents.
    pub(super) fn total(&self) -> u64 {
        self.months.iter().flatten().sum()
    }

    /// The incidents of the kinds that `wanted` picks, by month.
    pub(super) fn by_month(&self, wanted: impl Fn(&Kind) -> bool) -> Vec<u64> {
        let of_row = |row: &Vec<u64>| row.iter().zip(&self.kinds).filter(|(_, kind)| wanted(kind)).map(|(count, _)| count).sum();
        self.months.iter().map(of_row).collect()
    }
}

/// What else the table must obey.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The months that may hold incidents at all.
    pub(super) allowed: Vec<bool>,
    /// A month that must hold one.
    pub(super) some_in: Option<usize>,
    /// About how many incidents there should be when that is free.
    pub(super) about: Option<u64>,
    /// The least number of incidents.
    pub(super) least: u64,
    /// A month that must hold phishing.
    pub(super) phishing_in: Option<usize>,
    /// A month that must hold something else.
    pub(super) other_in: Option<usize>,
}

/// Fills the table, or finds that it cannot be filled.
pub(super) fn fill(margins: &PeriodMargins, wanted: &Wanted) -> Option<Table> {
    let named = Bounds::named(margins.get(&Cell::Incidents)).at_least(wanted.least);
    if margins.get(&Cell::Incidents).is_none()
        && let Some(about) = wanted.about.map(|about| about.max(wanted.least))
        && let Some(table) = fill_to(margins, wanted, Bounds::named(Some(about)), about)
    {
        return Some(table);
    }
    let about = if named.most == ENDLESS { wanted.about.unwrap_or(named.least) } else { named.most };
    fill_to(margins, wanted, named, about)
}

fn fill_to(margins: &PeriodMargins, wanted: &Wanted, total: Bounds, about: u64) -> Option<Table> {
    let months: Vec<_> = margins.period.months().collect();
    let month_weights = month_weights(margins);
    let category_counts = category_counts(margins, about);
    let mut network = Network::new();
    let all = network.node();
    network.edge(Network::SOURCE, all, total, ENDLESS);

    let mut phishing_of_month = Vec::new();
    let mut other_of_month = Vec::new();
    for (place, month) in months.iter().enumerate() {
        let (whole, phishing, other) = (network.node(), network.node(), network.node());
        let least = |month: Option<usize>| u64::from(month == Some(place));
        let mut bounds = Bounds::named(margins.get(&Cell::MonthIncidents(*month))).at_least(least(wanted.some_in));
        if !wanted.allowed.get(place).copied().unwrap_or(true) {
            bounds = bounds.at_most(0);
        }
        network.edge(whole, Network::SINK, bounds, ENDLESS);
        network.edge(
            phishing,
            whole,
            Bounds::named(margins.get(&Cell::MonthCategory(*month, Category::Phishing))).at_least(least(wanted.phishing_in)),
            ENDLESS,
        );
        network.edge(other, whole, Bounds::FREE.at_least(least(wanted.other_in)), ENDLESS);
        phishing_of_month.push(phishing);
        other_of_month.push(other);
    }

    let mut kinds = Vec::new();
    let mut cells = Vec::new();
    for (category, count) in margins.scheme.categories.iter().zip(category_counts) {
        let node = network.node();
        let bounds = Bounds::named(margins.get(&Cell::Category(*category))).at_least(least_of(margins, *category));
        network.edge(all, node, bounds, count);
        if *category != Category::Phishing {
            let wishes = shares::split(count, &month_weights);
            let row = months
                .iter()
                .zip(&other_of_month)
                .zip(wishes)
                .map(|((month, end), wish)| network.edge(node, *end, Bounds::named(margins.get(&Cell::MonthCategory(*month, *category))), wish));
            cells.push(row.collect::<Vec<_>>());
            kinds.push(Kind { category: *category, origin: Origin::Unknown });
            continue;
        }
        for (origin, count) in Origin::ALL.into_iter().zip(origin_counts(margins, count)) {
            let of_origin = network.node();
            let brands = margins.sum(|cell| matches!(cell, Cell::Brand(key) if brands::named(key).is_some_and(|known| known.origin == origin)));
            network.edge(node, of_origin, Bounds::named(margins.get(&Cell::Origin(origin))).at_least(brands), count);
            let wishes = shares::split(count, &month_weights);
            let row = months
                .iter()
                .zip(&phishing_of_month)
                .zip(wishes)
                .map(|((month, end), wish)| network.edge(of_origin, *end, Bounds::named(margins.get(&Cell::MonthOrigin(*month, origin))), wish));
            cells.push(row.collect::<Vec<_>>());
            kinds.push(Kind { category: Category::Phishing, origin });
        }
    }
    let flow = network.solve()?;
    let month = |place: usize| cells.iter().map(|row| row.get(place).map_or(0, |edge| flow.of(*edge))).collect();
    Some(Table { kinds, months: (0..months.len()).map(month).collect() })
}

/// What other figures ask of a category.
fn least_of(margins: &PeriodMargins, category: Category) -> u64 {
    match category {
        Category::Scan => {
            let counted = margins.sum(|cell| matches!(cell, Cell::Port(_)));
            let marked = margins.cells.keys().filter(|cell| matches!(cell, Cell::Worm(port) if margins.get(&Cell::Port(port.clone())).is_none()));
            // A worm mark needs a scan to stand on; one on a port that is named with zero has none, ever.
            let on_none = margins.cells.keys().any(|cell| matches!(cell, Cell::Worm(port) if margins.get(&Cell::Port(port.clone())) == Some(0)));
            if on_none { ENDLESS + 1 } else { counted + marked.count() as u64 }
        }
        Category::Phishing => u64::from(margins.sum(|cell| matches!(cell, Cell::PhishingDestination(_) | Cell::PhishingDestinationPercent(_))) > 0),
        _ => 0,
    }
}

/// The least number of incidents that other figures of the period ask for.
pub(super) fn least(margins: &PeriodMargins) -> u64 {
    let addresses = margins.get(&Cell::Addresses).unwrap_or(0);
    let addresses = if margins.scheme.incident_unit == IncidentUnit::Address { addresses } else { addresses.min(1) };
    let asked = margins.sum(|cell| matches!(cell, Cell::Coordinations | Cell::MonthCoordinations(_) | Cell::Destination(_) | Cell::DestinationPercent(_)));
    addresses.max(asked.min(1))
}

/// How incidents spread over the months: as named, else about evenly.
fn month_weights(margins: &PeriodMargins) -> Vec<u64> {
    let first = u64::from(margins.period.first_month().number().unsigned_abs());
    let months: Vec<_> =
        margins.period.months().map(|month| margins.get(&Cell::MonthIncidents(month)).or_else(|| margins.get(&Cell::MonthReports(month)))).collect();
    let known: Vec<u64> = months.iter().flatten().copied().collect();
    let usual = if known.is_empty() { 1000 } else { known.iter().sum::<u64>() / known.len() as u64 };
    let free = |place: u64| usual * (90 + dice::roll(first, place) % 21) / 100;
    (0..).zip(months).map(|(place, named)| named.unwrap_or_else(|| free(place))).collect()
}

/// About how many incidents each category of the scheme gets: as named, and the rest as such teams usually see them.
fn category_counts(margins: &PeriodMargins, about: u64) -> Vec<u64> {
    let usual = |category: Category| match category {
        Category::Phishing => 150,
        Category::WebDefacement => 250,
        Category::MalwareSite => 120,
        Category::Scan => 300,
        Category::Intrusion => 30,
        Category::ForgedMail | Category::Dos => 8,
        Category::Targeted => 12,
        Category::Ics => 1,
        Category::Other => 140,
    };
    let named: Vec<_> = margins.scheme.categories.iter().map(|category| margins.get(&Cell::Category(*category))).collect();
    let rest = about.saturating_sub(named.iter().flatten().sum());
    let weights: Vec<u64> = margins.scheme.categories.iter().zip(&named).map(|(category, named)| if named.is_some() { 0 } else { usual(*category) }).collect();
    let free = if weights.iter().any(|weight| *weight > 0) { shares::split(rest, &weights) } else { vec![0; weights.len()] };
    named.into_iter().zip(free).map(|(named, free)| named.unwrap_or(free)).collect()
}

fn origin_counts(margins: &PeriodMargins, phishing: u64) -> Vec<u64> {
    let named: Vec<_> = Origin::ALL.into_iter().map(|origin| margins.get(&Cell::Origin(origin))).collect();
    let rest = phishing.saturating_sub(named.iter().flatten().sum());
    let weights: Vec<u64> = named.iter().zip([45, 35, 20]).map(|(named, usual)| if named.is_some() { 0 } else { usual }).collect();
    let free = if weights.iter().any(|weight| *weight > 0) { shares::split(rest, &weights) } else { vec![0; weights.len()] };
    named.into_iter().zip(free).map(|(named, free)| named.unwrap_or(free)).collect()
}
