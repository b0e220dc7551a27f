//! Parts against their totals. What only the whole table of figures shows to be impossible, the plan finds.

use super::{Cell, MarginsError, PeriodMargins};
use crate::brands;
use noroshi_directory::Origin;
use noroshi_incident::model::{Category, DomainUnit, IncidentUnit};

/// Figures that are parts of one.
struct Parts {
    /// Where they stand: `by_category`.
    name: String,
    /// The parts.
    parts: Vec<Cell>,
    /// Whether there can be no others.
    whole_without_rest: bool,
    /// What they are parts of.
    total: Cell,
}

/// Holds the parts of a period against their totals.
///
/// # Errors
/// [`MarginsError::Wrong`] with the place: `2007Q3 incident.by_category: its parts add up to 1028, more than incidents 1023`.
pub fn check(margins: &PeriodMargins) -> Result<(), MarginsError> {
    for sum in sums(margins) {
        check_sum(margins, &sum)?;
    }
    for (name, of) in [
        ("coordination_destination_percent", Cell::DestinationPercent as fn(Origin) -> Cell),
        ("phishing_coordination_destination_percent", Cell::PhishingDestinationPercent),
    ] {
        let shares: Vec<u64> = Origin::ALL.into_iter().filter_map(|origin| margins.get(&of(origin))).collect();
        let sum: u64 = shares.iter().sum();
        if sum > 100 || (shares.len() == Origin::ALL.len() && sum != 100 && sum != 0) {
            return Err(MarginsError::wrong(format!("{} incident.{name}", margins.period), format!("its shares add up to {sum}, not to 100")));
        }
    }
    Ok(())
}

fn check_sum(margins: &PeriodMargins, sum: &Parts) -> Result<(), MarginsError> {
    let named: Vec<u64> = sum.parts.iter().filter_map(|cell| margins.get(cell)).collect();
    let Some(total) = margins.get(&sum.total).filter(|_| !named.is_empty()) else { return Ok(()) };
    let parts: u64 = named.iter().sum();
    let add_up = if sum.parts.len() == 1 { format!("is {parts}") } else { format!("its parts add up to {parts}") };
    let reason = if parts > total {
        format!("{add_up}, more than {} {total}", sum.total)
    } else if sum.whole_without_rest && named.len() == sum.parts.len() && parts < total {
        format!("{add_up} and leave nothing out, less than {} {total}", sum.total)
    } else {
        return Ok(());
    };
    Err(MarginsError::wrong(format!("{} incident.{}", margins.period, sum.name), reason))
}

fn sums(margins: &PeriodMargins) -> Vec<Parts> {
    let mut sums = Vec::new();
    let mut add =
        |name: &str, parts: Vec<Cell>, whole_without_rest: bool, total: Cell| sums.push(Parts { name: name.into(), parts, whole_without_rest, total });
    let months: Vec<_> = margins.period.months().collect();
    let origins = |of: &dyn Fn(Origin) -> Cell| Origin::ALL.into_iter().map(of).collect::<Vec<_>>();
    let categories = &margins.scheme.categories;

    add("by_category", categories.iter().map(|category| Cell::Category(*category)).collect(), true, Cell::Incidents);
    add("by_month.*.incidents", months.iter().map(|month| Cell::MonthIncidents(*month)).collect(), true, Cell::Incidents);
    add("by_month.*.reports", months.iter().map(|month| Cell::MonthReports(*month)).collect(), true, Cell::Reports);
    add("by_month.*.coordinations", months.iter().map(|month| Cell::MonthCoordinations(*month)).collect(), true, Cell::Coordinations);
    for category in categories {
        add(
            &format!("by_month.*.by_category.{}", category.key()),
            months.iter().map(|month| Cell::MonthCategory(*month, *category)).collect(),
            true,
            Cell::Category(*category),
        );
    }
    add("phishing_brand", origins(&Cell::Origin), true, Cell::Category(Category::Phishing));
    for origin in Origin::ALL {
        add(
            &format!("by_month.*.phishing_brand.{}", origin.key()),
            months.iter().map(|month| Cell::MonthOrigin(*month, origin)).collect(),
            true,
            Cell::Origin(origin),
        );
    }
    for month in months {
        add(
            &format!("by_month.{month}.by_category"),
            categories.iter().map(|category| Cell::MonthCategory(month, *category)).collect(),
            true,
            Cell::MonthIncidents(month),
        );
        add(
            &format!("by_month.{month}.phishing_brand"),
            origins(&|origin| Cell::MonthOrigin(month, origin)),
            true,
            Cell::MonthCategory(month, Category::Phishing),
        );
    }
    let named = |wanted: &dyn Fn(&Cell) -> bool| margins.cells.keys().filter(|cell| wanted(cell)).cloned().collect::<Vec<_>>();
    for origin in Origin::ALL {
        let of_origin = |cell: &Cell| matches!(cell, Cell::Brand(key) if brands::named(key).is_some_and(|known| known.origin == origin));
        add(&format!("phishing_brands ({})", origin.key()), named(&of_origin), false, Cell::Origin(origin));
    }
    add("phishing_brands", named(&|cell| matches!(cell, Cell::Brand(_))), false, Cell::Category(Category::Phishing));
    add("scan_ports", named(&|cell| matches!(cell, Cell::Port(_))), false, Cell::Category(Category::Scan));
    let domains = if margins.scheme.domain_unit == DomainUnit::Report { Cell::Reports } else { Cell::Correspondence };
    add("reporter_tld", named(&|cell| matches!(cell, Cell::Tld(_))), false, domains);
    add("inquiries", vec![Cell::Inquiries], false, Cell::Correspondence);
    if margins.scheme.incident_unit == IncidentUnit::Address {
        add("addresses", vec![Cell::Addresses], false, Cell::Incidents);
    }
    add("coordination_destination", origins(&Cell::Destination), true, Cell::Coordinations);
    for origin in Origin::ALL {
        add(&format!("phishing_coordination_destination.{}", origin.key()), vec![Cell::PhishingDestination(origin)], false, Cell::Destination(origin));
    }
    add("phishing_coordination_destination", origins(&Cell::PhishingDestination), false, Cell::Coordinations);
    sums
}
