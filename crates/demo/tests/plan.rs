//! For margins that some records have, the plan's records have them too.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

mod counting;

use counting::{Cells, Records, assert_sound};
use noroshi_demo::{
    margins::{Cell, PeriodMargins, check},
    plan,
};
use noroshi_directory::Origin;
use noroshi_incident::model::{Category, IncidentUnit, ReportRule, Scheme, schemes};
use noroshi_kernel::period::Period;
use proptest::{prelude::*, sample::Index};

const PERIODS: [&str; 6] = ["2013Q4", "2013-12", "2013", "FY2013", "FY2013Q3", "12m@2007-03"];
const PORTS: [&[&str]; 5] = [&[], &["tcp/22"], &["tcp/80"], &["tcp/22", "tcp/80"], &["udp/53"]];
const TLDS: [Option<&str>; 4] = [Some(".jp"), Some(".com"), Some(".my"), None];
const BRANDS: [(Option<&str>, Origin); 5] = [
    (None, Origin::Unknown),
    (Some("amazon"), Origin::Foreign),
    (Some("apple"), Origin::Foreign),
    (Some("aeon"), Origin::Domestic),
    (Some("ana"), Origin::Domestic),
];

/// One incident as chance has it: month, kind, brand, port, worm, addresses, whether a report of its own tells of it, and with
/// which site and domain.
type Drawn = (Index, Index, Index, Index, bool, u64, bool, usize, usize);

fn records(
    period: Period,
    scheme: &Scheme,
    drawn: &[Drawn],
    more: &[(Index, Index, usize, usize)],
    joined: &[bool],
    inquiries: u64,
    asked: &[(Index, Index, usize)],
) -> Records {
    let months = period.months().len();
    let mut incidents: Vec<_> = drawn
        .iter()
        .map(|(month, kind, brand, port, worm, addresses, own, site, tld)| {
            let category = scheme.categories[kind.index(scheme.categories.len())];
            let (key, origin) = if category == Category::Phishing { BRANDS[brand.index(BRANDS.len())] } else { (None, Origin::Unknown) };
            let ports: Vec<String> =
                if category == Category::Scan { PORTS[port.index(PORTS.len())].iter().map(ToString::to_string).collect() } else { Vec::new() };
            let addresses = if scheme.incident_unit == IncidentUnit::Address { (*addresses).min(1) } else { *addresses };
            ((month.index(months), category, origin, key.map(str::to_owned), ports, *worm && category == Category::Scan, addresses), *own, *site, *tld)
        })
        .collect();
    incidents.sort_by_key(|one| one.0.0);
    let mut reports: Vec<(usize, usize, Option<String>)> = Vec::new();
    let tld = |turn: usize| TLDS[turn % TLDS.len()].map(str::to_owned);
    for (incident, own, site, turn) in &incidents {
        if *own || reports.last().is_none_or(|last| last.0 != incident.0) {
            let site = if scheme.report_rule == ReportRule::Site { *site } else { reports.len() };
            reports.push((incident.0, site, tld(*turn)));
        }
    }
    // A report tells of an incident that is there by then, so none comes before the first.
    if let Some(first) = incidents.first().map(|one| one.0.0) {
        for (month, _, site, turn) in more {
            let site = if scheme.report_rule == ReportRule::Site { *site } else { reports.len() };
            reports.push((first + month.index(months - first), site, tld(*turn)));
        }
    }
    reports.sort_by_key(|report| report.0);
    let mut letters: Vec<Option<String>> = Vec::new();
    for (place, report) in reports.iter().enumerate() {
        if letters.is_empty() || !joined.get(place).copied().unwrap_or(false) {
            letters.push(report.2.clone());
        }
    }
    let coordinations = asked
        .iter()
        .filter(|_| !incidents.is_empty())
        .map(|(which, later, destination)| {
            let incident = &incidents[which.index(incidents.len())].0;
            (incident.0 + later.index(months - incident.0), Origin::ALL[*destination % 3], incident.1 == Category::Phishing)
        })
        .collect();
    Records { incidents: incidents.into_iter().map(|one| one.0).collect(), reports, letters, inquiries, coordinations }
}

/// Figures that are zero are figures, too.
fn with_zeros(mut cells: Cells, period: Period, scheme: &Scheme) -> Cells {
    for cell in [Cell::Reports, Cell::Correspondence, Cell::Incidents, Cell::Addresses, Cell::Inquiries, Cell::Coordinations] {
        cells.entry(cell).or_default();
    }
    for origin in Origin::ALL {
        for cell in [Cell::Origin(origin), Cell::Destination(origin), Cell::PhishingDestination(origin)] {
            cells.entry(cell).or_default();
        }
    }
    for category in &scheme.categories {
        cells.entry(Cell::Category(*category)).or_default();
    }
    for month in period.months() {
        for cell in [Cell::MonthReports(month), Cell::MonthIncidents(month), Cell::MonthCoordinations(month)] {
            cells.entry(cell).or_default();
        }
        for category in &scheme.categories {
            cells.entry(Cell::MonthCategory(month, *category)).or_default();
        }
        for origin in Origin::ALL {
            cells.entry(Cell::MonthOrigin(month, origin)).or_default();
        }
    }
    cells
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn margins_that_exist_are_met(
        period in 0..PERIODS.len(), scheme in 0..4_usize,
        drawn in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), any::<bool>(), 0..4_u64, any::<bool>(), 0..12_usize, 0..4_usize), 0..25),
        more in prop::collection::vec((any::<Index>(), any::<Index>(), 0..12_usize, 0..4_usize), 0..8),
        joined in prop::collection::vec(prop::bool::weighted(0.2), 40),
        inquiries in 0..4_u64,
        asked in prop::collection::vec((any::<Index>(), any::<Index>(), 0..3_usize), 0..12),
        keep in prop::collection::vec(0..100_u8, 512), share in 0..=100_u8,
    ) {
        let period: Period = PERIODS[period].parse().expect("a period");
        let scheme = &schemes()[scheme];
        let whole = with_zeros(records(period, scheme, &drawn, &more, &joined, inquiries, &asked).count(period, scheme), period, scheme);
        let cells: Cells = whole.into_iter().zip(&keep).filter(|(_, keep)| **keep < share).map(|(cell, _)| cell).collect();
        let margins = PeriodMargins { period, scheme, cells };
        check(&margins).expect("margins that some records have are no contradiction");
        let plan = plan::of_period(&margins).expect("there are such records");
        assert_sound(&plan);
        let counted = Records::of(&plan).count(period, scheme);
        for (cell, count) in &margins.cells {
            prop_assert_eq!(counted.get(cell).copied().unwrap_or(0), *count, "{}", cell);
        }
        for cell in counted.keys() {
            prop_assert!(!matches!(cell, Cell::Worm(_)) || margins.cells.contains_key(cell), "{} was not asked for", cell);
        }
        prop_assert_eq!(format!("{:?}", plan::of_period(&margins)), format!("{:?}", Ok::<_, ()>(plan)), "the same every time");
    }
}
