//! Parts must add up to their totals; a report that cannot say so is not made.

use crate::ReportingError;
use noroshi_directory::Origin;
use noroshi_incident::{
    model::{Category, DomainUnit, Scheme},
    stats::Figures,
};

/// Checks every sum of a period's figures.
///
/// # Errors
/// [`ReportingError::DoesNotAddUp`] with the first place at which they do not.
pub fn check(figures: &Figures) -> Result<(), ReportingError> {
    let months = &figures.by_month;
    let phishing = figures.by_category.get(&Category::Phishing).copied().unwrap_or(0);
    let scans = figures.by_category.get(&Category::Scan).copied().unwrap_or(0);
    let mut sums = vec![
        ("reports by month", months.iter().map(|month| month.reports).sum(), figures.reports),
        ("incidents by month", months.iter().map(|month| month.incidents).sum(), figures.incidents),
        ("coordinations by month", months.iter().map(|month| month.coordinations).sum(), figures.coordinations),
        ("incidents by category", figures.by_category.values().sum(), figures.incidents),
        ("phishing by the brand's origin", figures.phishing_brand.total(), phishing),
        ("scans by port", figures.scan_ports.iter().map(|port| port.count).sum(), scans),
        ("coordinations by destination", figures.coordination_destination.total(), figures.coordinations),
    ];
    let by_letter = Scheme::of(figures.period, Some(&figures.scheme)).is_ok_and(|scheme| scheme.domain_unit == DomainUnit::Correspondence);
    let told = if by_letter { figures.correspondence - figures.inquiries } else { figures.reports };
    sums.push(("the reporters' domains", figures.reporter_tld.iter().map(|domain| domain.count).sum(), told));
    for (place, origin) in [("phishing of domestic brands", Origin::Domestic), ("phishing of foreign brands", Origin::Foreign)] {
        let brands = figures.phishing_brands.iter().filter(|brand| brand.origin == origin);
        sums.push((place, brands.map(|brand| brand.count).sum(), figures.phishing_brand.get(origin)));
    }
    for month in months {
        sums.push(("incidents of a month by category", month.by_category.values().sum(), month.incidents));
        sums.push((
            "phishing of a month by the brand's origin",
            month.phishing_brand.total(),
            month.by_category.get(&Category::Phishing).copied().unwrap_or(0),
        ));
    }
    for (category, total) in &figures.by_category {
        sums.push((category.key(), months.iter().map(|month| month.by_category.get(category).copied().unwrap_or(0)).sum(), *total));
    }
    match sums.into_iter().find(|(_, parts, total)| parts != total) {
        Some((place, parts, total)) => Err(ReportingError::DoesNotAddUp { place: format!("{} {place}", figures.period), parts, total }),
        None => Ok(()),
    }
}
