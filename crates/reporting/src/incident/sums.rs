//! Parts must add up to their totals; a report that cannot say so is not made.

use crate::{ReportingError, words::Words};
use noroshi_directory::Origin;
use noroshi_incident::{
    model::{Category, DomainUnit, Scheme},
    stats::Figures,
};
use noroshi_kernel::language::{Bilingual, Language};

/// Checks every sum of a period's figures.
///
/// # Errors
/// [`ReportingError::DoesNotAddUp`] with the first place at which they do not.
pub fn check(figures: &Figures) -> Result<(), ReportingError> {
    let months = &figures.by_month;
    let phishing = figures.by_category.get(&Category::Phishing).copied().unwrap_or(0);
    let scans = figures.by_category.get(&Category::Scan).copied().unwrap_or(0);
    let mut sums = vec![
        (Bilingual::new("報告の月別", "reports by month"), months.iter().map(|month| month.reports).sum(), figures.reports),
        (Bilingual::new("インシデントの月別", "incidents by month"), months.iter().map(|month| month.incidents).sum(), figures.incidents),
        (Bilingual::new("調整の月別", "coordinations by month"), months.iter().map(|month| month.coordinations).sum(), figures.coordinations),
        (Bilingual::new("インシデントの種別", "incidents by category"), figures.by_category.values().sum(), figures.incidents),
        (Bilingual::new("フィッシングのブランド国内外別", "phishing by the brand's origin"), figures.phishing_brand.total(), phishing),
        (Bilingual::new("スキャンのポート別", "scans by port"), figures.scan_ports.iter().map(|port| port.count).sum(), scans),
        (Bilingual::new("調整の宛先国内外別", "coordinations by destination"), figures.coordination_destination.total(), figures.coordinations),
    ];
    let by_letter = Scheme::of(figures.period, Some(&figures.scheme)).is_ok_and(|scheme| scheme.domain_unit == DomainUnit::Correspondence);
    let told = if by_letter { figures.correspondence - figures.inquiries } else { figures.reports };
    sums.push((Bilingual::new("報告者のドメイン別", "the reporters' domains"), figures.reporter_tld.iter().map(|domain| domain.count).sum(), told));
    for (place, origin) in [
        (Bilingual::new("国内ブランドのフィッシング", "phishing of domestic brands"), Origin::Domestic),
        (Bilingual::new("国外ブランドのフィッシング", "phishing of foreign brands"), Origin::Foreign),
    ] {
        let brands = figures.phishing_brands.iter().filter(|brand| brand.origin == origin);
        sums.push((place, brands.map(|brand| brand.count).sum(), figures.phishing_brand.get(origin)));
    }
    for month in months {
        sums.push((Bilingual::new("ある月のインシデントの種別", "incidents of a month by category"), month.by_category.values().sum(), month.incidents));
        sums.push((
            Bilingual::new("ある月のフィッシングのブランド国内外別", "phishing of a month by the brand's origin"),
            month.phishing_brand.total(),
            month.by_category.get(&Category::Phishing).copied().unwrap_or(0),
        ));
    }
    for (category, total) in &figures.by_category {
        let [ja, en] = Language::ALL.map(|language| Words(language).get(&format!("category-{}", category.key())));
        sums.push((
            Bilingual::new(format!("{ja}の月別"), format!("{en} by month")),
            months.iter().map(|month| month.by_category.get(category).copied().unwrap_or(0)).sum(),
            *total,
        ));
    }
    match sums.into_iter().find(|(_, parts, total)| parts != total) {
        Some((place, parts, total)) => {
            let period = figures.period;
            Err(ReportingError::DoesNotAddUp { place: Bilingual::new(format!("{period} の{}", place.ja), format!("{period} {}", place.en)), parts, total })
        }
        None => Ok(()),
    }
}
